from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore import AlreadyKept, Keystore
from fund_app.adapters.keystore_factors import FactorRow
from fund_app.adapters.keystore_schema import factors as table
from fund_app.services import challenges, enrolments, factors, staff_keys
from fund_app.services.challenges import Purpose
from fund_app.services.factors import Kind, LastFactor
from tests.support.threads import at_once
from workflows.roles import SYSTEM, Actor, Role

pytestmark = pytest.mark.both_stores
PASSPHRASE = "a long walk by the river"
ANNA = Actor("anna", frozenset({Role.REVIEWER}))


def _row(name: str, holder_id: str = "anna") -> FactorRow:
    facts = {"id": "aa", "key": "bb", "at": "fund.test"}
    return factors.sealed(holder_id, Kind.PASSKEY, name, facts, lookup=name)


def _told(app: Flask, ask: Callable[[str], bool], *each: str) -> list[bool]:
    """Let everybody ask at the same moment; return the answers, refusals first."""
    answers: list[bool] = []
    at_once(app, [lambda one=one: answers.append(ask(one)) for one in each])  # type: ignore[misc]
    return sorted(answers)


@pytest.fixture
def anna(keystore: Keystore) -> None:
    staff_keys.create_staff("anna", PASSPHRASE)
    for name in ("one", "two"):
        factors.store().add(_row(name))


def _names() -> set[str]:
    return {each.name for each in factors.of("anna")}


def test_factor_of_a_known_device_is_kept_once(anna: None) -> None:
    with pytest.raises(AlreadyKept):
        factors.store().add(_row("one"))
    assert _names() == {"one", "two"}


def test_factor_is_removed_but_never_the_last(anna: None) -> None:
    first, last = factors.of("anna")
    assert factors.remove(ANNA, first.id, browser="") == first
    with pytest.raises(LastFactor):
        factors.remove(ANNA, last.id, browser="")
    assert factors.remove(ANNA, first.id, browser="") is None
    assert _names() == {last.name}


def test_two_who_remove_the_two_last_leave_one(app: Flask, anna: None) -> None:
    """Each sees the other's factor still there; the holder's lock lets only one act on it."""
    ids = [each.id for each in factors.of("anna")]
    assert _told(app, lambda one: factors.store().remove("anna", one), *ids) == [False, True]
    assert len(_names()) == 1


def test_factor_goes_with_its_holder(keystore: Keystore, anna: None) -> None:
    enrolments.offer(SYSTEM, "anna")
    keystore.remove_holder("anna")
    assert factors.of("anna") == ()


def test_factor_somebody_wrote_past_the_secret_opens_nothing(
    keystore: Keystore, anna: None
) -> None:
    """A row of one's own, moved under somebody else, is no passkey of theirs."""
    staff_keys.create_staff("boris", PASSPHRASE)
    with keystore.engine.begin() as connection:
        connection.execute(table.update().values(holder_id="boris"))
    assert factors.of("boris") == ()


def test_factor_counter_only_rises(anna: None) -> None:
    factor_id = factors.of("anna")[0].id
    advance = factors.store().advance
    assert [advance(factor_id, each) for each in (0, 0, 7, 7, 6, 0, 8)] == [
        True, True, True, False, False, False, True,
    ]  # fmt: skip


def test_code_of_an_enrolment_serves_one_of_two_who_have_it(app: Flask, anna: None) -> None:
    code = enrolments.check("anna", enrolments.offer(SYSTEM, "anna"))
    assert code is not None
    rows = {name: _row(name) for name in ("mine", "theirs")}
    told = _told(app, lambda name: enrolments.complete(rows[name], code), *rows)
    assert told == [False, True]
    assert _names() in ({"mine"}, {"theirs"})


def test_challenge_is_spent_by_one_of_two(app: Flask, anna: None) -> None:
    challenge = challenges.issue(Purpose.SIGN_IN, "browser")
    told = _told(app, lambda _who: challenges.spend(challenge), "one", "two")
    assert told == [False, True]


def test_challenge_is_bound_to_what_it_was_made_for(session: object, clock: ManualClock) -> None:
    challenge = challenges.issue(Purpose.SIGN_IN, "browser")
    changed = bytes([challenge[0] ^ 1]) + challenge[1:]
    assert challenges.is_ours(challenge, Purpose.SIGN_IN, "browser")
    assert not challenges.is_ours(challenge, Purpose.CONFIRM, "browser")
    assert not challenges.is_ours(challenge, Purpose.SIGN_IN, "another")
    assert not challenges.is_ours(changed, Purpose.SIGN_IN, "browser")
    assert not challenges.is_ours(challenge[:-1], Purpose.SIGN_IN, "browser")
    clock.advance(minutes=60)
    assert not challenges.is_ours(challenge, Purpose.SIGN_IN, "browser")


def test_challenges_that_ran_out_are_swept(keystore: Keystore, clock: ManualClock) -> None:
    store = factors.store()
    moment = clock.now()
    assert store.spend(b"one", moment + timedelta(hours=1), moment)
    assert not store.spend(b"one", moment + timedelta(hours=1), moment)
    later = moment + timedelta(hours=1)
    assert store.spend(b"one", later + timedelta(hours=1), later)
