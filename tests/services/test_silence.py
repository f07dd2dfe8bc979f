"""The silence word: nothing shows it, and typed behind the codename it shuts everything."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event, select

from fund_app.adapters.keystore import Keystore, create_schema
from fund_app.adapters.keystore_doors import Knock
from fund_app.adapters.keystore_schema import silences
from fund_app.extensions import db
from fund_app.models.holds import Hold
from fund_app.services import applications, codenames, intake, sessions, silence
from fund_app.services.codenames import NewCodename
from fund_app.services.sessions import SessionKind
from fund_app.services.silence import TooShort
from fund_app.services.vault import SignedIn
from tests.support.house import House, press
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

WORD = "Saffron"


def kept(person: SignedIn) -> NewCodename:
    """Give somebody a codename."""
    return intake.keep(person, person.ring.private_key, "en")


def silenced(house: House) -> tuple[SignedIn, str, NewCodename]:
    """Return an applicant with a case, a codename and a silence word."""
    person, case_id = house.submitted()
    fresh = kept(person)
    silence.set_word(person, WORD)
    return person, case_id, fresh


def enter(typed: str) -> object:
    return codenames.applicants().sign_in(typed)


def holds_on(case_id: str) -> list[tuple[str, str]]:
    db.session.rollback()
    statement = select(Hold.kind, Hold.placed_by).where(
        Hold.application_id == case_id, Hold.lifted_at.is_(None)
    )
    return [(kind, by) for kind, by in db.session.execute(statement)]


def values(keystore: Keystore) -> dict[str, bytes]:
    with keystore.engine.begin() as connection:
        return {row.holder_id: row.value for row in connection.execute(select(silences))}


@pytest.mark.parametrize("typed", ["saffron", " SAFFRON. ", "saf-fron", "8. saffron"])
def test_word_behind_the_codename_shuts_the_door_at_once(house: House, typed: str) -> None:
    person, _case_id, fresh = silenced(house)
    assert enter(fresh.phrase) is not None
    token = sessions.store().start(
        SessionKind.APPLICANT, person.ref, {}, house.clock.now(), private_key=fresh.private_key
    )
    assert enter(f"{fresh.phrase} {typed}") is None
    assert enter(fresh.phrase) is None
    assert enter(fresh.digits) is None
    assert sessions.store().load(token, house.clock.now()) is None


def test_word_behind_the_digits_shuts_it_too(house: House) -> None:
    _person, _case_id, fresh = silenced(house)
    assert enter(f"{fresh.grouped_digits} {WORD}") is None
    assert enter(fresh.phrase) is None


@pytest.mark.parametrize("word", ["tree9x", "saffron 2026", "1saffron"])
def test_word_with_digits_shuts_it_however_the_codename_is_written(house: House, word: str) -> None:
    for written in ("phrase", "digits", "grouped_digits"):
        applicant, _case_id = house.submitted()
        fresh = kept(applicant)
        silence.set_word(applicant, word)
        assert enter(f"{getattr(fresh, written)} {word}") is None
        assert enter(fresh.phrase) is None, written


def test_digits_too_many_open_nothing_and_lock_nothing(house: House) -> None:
    _person, _case_id, fresh = silenced(house)
    assert enter(f"{fresh.digits}7") is None
    assert enter(f"{fresh.digits}7 marigold") is None
    assert enter(fresh.digits) is not None


def test_another_word_lets_nobody_in_and_locks_nothing(house: House) -> None:
    _person, case_id, fresh = silenced(house)
    assert enter(f"{fresh.phrase} marigold") is None
    assert silence.answer_knocks() == 0
    assert holds_on(case_id) == []
    assert enter(fresh.phrase) is not None


def test_without_a_word_no_word_locks(house: House) -> None:
    person, _case_id = house.submitted()
    fresh = kept(person)
    for word in ("", WORD, "x"):
        enter(f"{fresh.phrase} {word}")
    assert enter(fresh.phrase) is not None


def test_word_taken_back_locks_nothing_any_more(house: House) -> None:
    person, _case_id, fresh = silenced(house)
    silence.set_word(person, "")
    assert enter(f"{fresh.phrase} {WORD}") is None
    assert enter(fresh.phrase) is not None


def test_word_changed_is_the_new_one_only(house: House) -> None:
    person, _case_id, fresh = silenced(house)
    silence.set_word(person, "marigold")
    assert enter(f"{fresh.phrase} {WORD}") is None
    assert enter(fresh.phrase) is not None
    assert enter(f"{fresh.phrase} marigold") is None
    assert enter(fresh.phrase) is None


@pytest.mark.parametrize("text", ["a", "ab", "12345", "x1"])
def test_word_hit_by_accident_is_not_taken(house: House, text: str) -> None:
    person, _case_id, _fresh = silenced(house)
    with pytest.raises(TooShort):
        silence.set_word(person, text)


def test_box_of_knocks_freezes_the_case_in_the_persons_name_once(house: House) -> None:
    person, case_id, fresh = silenced(house)
    enter(f"{fresh.phrase} {WORD}")
    enter("not a codename at all")
    assert silence.answer_knocks() == 1
    assert holds_on(case_id) == [("suspended_security", person.ref)]
    assert silence.answer_knocks() == 0
    enter(f"{fresh.phrase} {WORD}")
    assert silence.answer_knocks() == 0
    assert len(holds_on(case_id)) == 1


def test_draft_is_locked_although_there_is_nothing_to_freeze(house: House) -> None:
    person = house.draft()
    fresh = kept(person)
    silence.set_word(person, WORD)
    enter(f"{fresh.phrase} {WORD}")
    assert silence.answer_knocks() == 0
    assert enter(fresh.phrase) is None


def test_codename_opens_again_when_two_people_lift_the_freeze(house: House) -> None:
    _person, case_id, fresh = silenced(house)
    enter(f"{fresh.phrase} {WORD}")
    silence.answer_knocks()
    applications.sign_first(house["anna"], case_id, "resume", press())
    assert enter(fresh.phrase) is None
    applications.resume(house["security"], case_id, verified=True, request=press())
    assert enter(fresh.phrase) is not None
    assert holds_on(case_id) == []


def test_stolen_keystore_does_not_tell_who_has_set_a_word(house: House, keystore: Keystore) -> None:
    person, _case_id, _fresh = silenced(house)
    other, _other_case = house.submitted()
    found = values(keystore)
    assert {len(found[each.ref]) for each in (person, other)} == {32}
    assert found[person.ref] != found[other.ref]
    before = found[person.ref]
    silence.set_word(person, "")
    assert len(values(keystore)[person.ref]) == 32
    assert values(keystore)[person.ref] != before


def test_holder_from_before_gets_a_value_like_everybodys(house: House, keystore: Keystore) -> None:
    person, _case_id = house.submitted()
    with keystore.engine.begin() as connection:
        connection.execute(silences.delete())
    create_schema(keystore.engine)
    assert len(values(keystore)[person.ref]) == 32
    kept_values = values(keystore)
    create_schema(keystore.engine)
    assert values(keystore) == kept_values


def test_notes_in_the_box_are_all_alike(house: House, keystore: Keystore) -> None:
    _person, _case_id, fresh = silenced(house)
    for typed in (f"{fresh.phrase} {WORD}", fresh.phrase + " other", "nonsense", ""):
        enter(typed)
    notes = keystore.knocks(most=10)
    assert {len(each.note) for each in notes} == {len(notes[0].note)}
    assert len({each.note for each in notes}) == len(notes) == 4


def test_every_refusal_takes_the_same_statements_and_one_hash(house: House, app: Flask) -> None:
    _person, _case_id, fresh = silenced(house)
    keystore: Keystore = app.extensions["fund.keystore"]
    work: list[str] = []
    hard = app.extensions["fund.hardening"]

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        work.append(statement)

    event.listen(keystore.engine, "before_cursor_execute", note)
    seen = []
    typed = ("", "nonsense", "1" * 28, fresh.phrase + " other", f"{fresh.phrase} {WORD}")
    for text in (*typed, fresh.phrase, f"{fresh.phrase} {WORD}"):
        work.clear()
        before = hard.runs
        assert enter(text) is None
        seen.append((hard.runs - before, tuple(work)))
    event.remove(keystore.engine, "before_cursor_execute", note)
    assert seen == [seen[0]] * 7
    assert seen[0][0] == 1
    verbs = [each.split()[0] for each in seen[0][1] if not each.startswith("BEGIN")]
    assert verbs == ["SELECT", "INSERT", "UPDATE", "DELETE"]


def test_word_is_the_applicants_own(house: House) -> None:
    person, _case_id, _fresh = silenced(house)
    assert person.roles == frozenset({Role.APPLICANT})
    stranger, _case = house.submitted()
    theirs = kept(stranger)
    assert enter(f"{theirs.phrase} {WORD}") is None
    assert enter(theirs.phrase) is not None


def test_damaged_note_and_a_flood_of_typos_hold_nothing_up(
    house: House, keystore: Keystore
) -> None:
    _person, case_id, fresh = silenced(house)
    keystore.turn_away(
        Knock("0" * 32, b"damaged"), holder_id="nobody", subjects=[""], on=house.clock.now().date()
    )
    for _ in range(3):
        enter("nonsense")
    enter(f"{fresh.phrase} {WORD}")
    assert silence.answer_knocks() == 1
    assert len(holds_on(case_id)) == 1
    assert keystore.knocks(most=10) == []
