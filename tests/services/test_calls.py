"""A call becomes a sealed case; who wrote it down keeps no key of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore import Keystore
from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.adapters.keystore_schema import claims as claim_table
from fund_app.extensions import db
from fund_app.models.applications import Answer, Application
from fund_app.models.contacts import CONTACTS
from fund_app.models.events import Event
from fund_app.models.sealed import Compartment
from fund_app.queries import answers
from fund_app.services import calls, claims, codenames, intake, vault
from fund_app.services.calls import Call, HandOver, Incomplete, Interrupted, TakenDown
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request, Unknown
from tests.support.house import MINIMUM, House, press

pytestmark = pytest.mark.both_stores

TOLD = [
    AnswerText(key, 0, part, text)
    for key, (part, text) in MINIMUM.items()
    if key not in answers.CONSENTS
]
REQUEST = Request("c" * 32)


def called(house: House, *, by_code: bool = False, came_by: str = calls.BY_PHONE) -> HandOver:
    call = Call(TOLD, came_by, "ru", "russia", 2, "en", by_code)
    return calls.take_down(house["anna"], call, REQUEST)


def case() -> Application:
    db.session.rollback()
    return db.session.scalars(select(Application)).one()


def trail() -> list[tuple[str, str, str | None]]:
    statement = select(Event.action, Event.actor_role, Event.reason_code).where(
        Event.chain == CONTACTS
    )
    rows = db.session.execute(statement.order_by(Event.step))
    return [(action, role, why) for action, role, why in rows]


def test_call_is_sealed_and_shared_like_one_from_the_web(house: House) -> None:
    called(house)
    found = case()
    assert (found.state, found.intake, found.language) == ("submitted", "phone", "ru")
    desk = sorted([house["anna"].ref, house["boris"].ref, found.holder_id])
    for part in intake.FOR_COORDINATORS:
        assert vault.holders_of(found.id, part) == desk
    assert vault.holders_of(found.id, Compartment.PAYOUT) == [found.holder_id]
    story = b"They came at six in the morning."
    assert not any(story in row.value_sealed for row in db.session.scalars(select(Answer)))
    assert answers.has_consented(db.session(), found.id)
    assert trail() == [
        ("call_taken_down", "coordinator", "phone"),
        ("codename_read_out", "coordinator", None),
    ]


def test_words_read_out_let_the_person_in_and_nobody_else(house: House) -> None:
    words = called(house)
    entrant = codenames.applicants().sign_in(" ".join(words.words))
    assert entrant is not None
    ring = vault.ring_for(entrant.holder_id, entrant.private_key)
    opened = answers.opened(db.session(), ring, case().id)
    assert opened["narrative", 0] == "They came at six in the morning."
    assert not house["anna"].ring.opens(case().id, Compartment.PAYOUT)


def test_same_call_twice_is_one_case_and_shows_its_words_once(house: House) -> None:
    first = called(house)
    with pytest.raises(TakenDown) as known:
        called(house)
    assert known.value.application_id == first.application_id
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Application)) == 1


def test_call_that_was_interrupted_leaves_nothing_and_is_not_said_to_be_written_down(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are written before the case: killed in between, the same form meets them again."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(calls, "_submit", killed)
        with pytest.raises(KeyboardInterrupt):
            called(house)
    with pytest.raises(Interrupted):
        called(house)
    db.session.rollback()
    assert list(db.session.scalars(select(Application))) == []
    assert trail() == []
    call = Call(TOLD, calls.BY_PHONE, "ru", "russia", 2, "en")
    assert len(calls.take_down(house["anna"], call, press()).words) == 7


def test_call_for_somebody_else_says_so(house: House) -> None:
    called(house, came_by=calls.BY_PROXY)
    assert case().intake == "proxy"


def test_missing_answers_are_named_and_nothing_is_begun(house: House) -> None:
    call = Call(TOLD[:3], calls.BY_PHONE, "ru", None, 2, "en")
    with pytest.raises(Incomplete) as missing:
        calls.take_down(house["anna"], call, REQUEST)
    assert "narrative" in missing.value.keys
    db.session.rollback()
    assert list(db.session.scalars(select(Application))) == []


def test_words_are_confirmed_once(house: House) -> None:
    words = called(house)
    for _ in range(2):
        calls.confirm(house["anna"], words.application_id)
    assert [action for action, _role, _why in trail()].count("words_confirmed") == 1


def test_case_from_the_web_has_no_words_to_confirm(house: House) -> None:
    _applicant, case_id = house.submitted()
    with pytest.raises(Unknown):
        calls.confirm(house["anna"], case_id)


def test_claim_code_is_traded_for_words_of_ones_own_and_then_opens_nothing(
    house: House, keystore: Keystore
) -> None:
    words = called(house, by_code=True)
    code = " ".join(words.words)
    assert (len(words.words), words.digits) == (5, "")
    assert not intake.has_codename(_holder())
    assert claims.waits_until(case().holder_id) is not None
    fresh = claims.take(code.upper().replace(" ", "-"), "ru")
    assert fresh is not None
    assert codenames.applicants().sign_in(fresh.phrase) is not None
    assert claims.take(code, "en") is None
    assert claims.waits_until(case().holder_id) is None
    with keystore.engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(claim_table)) == 0


def test_claim_code_is_worth_nothing_after_three_days(house: House, clock: ManualClock) -> None:
    code = " ".join(called(house, by_code=True).words)
    clock.advance(hours=72)
    assert claims.take(code, "en") is None
    assert claims.sweep() == 1
    clock.advance(hours=-1)
    assert claims.take(code, "en") is None


def test_claim_code_stands_nowhere(house: House, keystore: Keystore) -> None:
    words = called(house, by_code=True)
    with keystore.engine.begin() as connection:
        stored = repr(connection.execute(select(claim_table)).one())
    assert not any(f" {word}" in stored or f"'{word}" in stored for word in words.words)
    assert repr(words) == f"HandOver(application_id='{words.application_id}')"


@pytest.mark.parametrize("typed", ["", "one two", "zebra " * 5, "1" * 28, "\0"])
def test_unknown_code_takes_the_work_of_a_known_one(house: House, app: Flask, typed: str) -> None:
    called(house, by_code=True)
    hard = app.extensions["fund.hardening"]
    before = hard.runs
    assert claims.take(typed, "en") is None
    assert hard.runs - before == 1


def _holder() -> vault.SignedIn:
    key = PrivateKey.generate()
    found = case()
    return vault.SignedIn(found.holder_id, frozenset(), vault.ring_for(found.holder_id, key))


def test_press_is_needed_for_another_call(house: House) -> None:
    called(house)
    call = Call(TOLD, calls.BY_PHONE, "ru", "russia", 2, "en")
    calls.take_down(house["anna"], call, press())
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Application)) == 2
