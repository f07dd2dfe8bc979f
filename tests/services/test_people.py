"""Parting from somebody: sessions and keys end at once, and what they could open gets new keys."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from config import Settings
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.models.applications import Answer
from fund_app.models.jobs import Job
from fund_app.models.messages import Message
from fund_app.models.people import Person
from fund_app.models.sealed import Compartment, NoKey
from fund_app.queries import people as known
from fund_app.services import holdings, intake, messages, people, sessions, staff_keys, vault
from fund_app.services.sessions import SessionKind
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import KeyRing, keystore
from tests.services import killed_keys
from tests.support import processes
from tests.support.house import PASSPHRASE, House
from workflows.roles import SYSTEM, Role

pytestmark = pytest.mark.both_stores

KILLED = -9


def versions(case_id: str) -> dict[Compartment, int]:
    return {
        part: newest for part in Compartment if (newest := keystore().newest_version(case_id, part))
    }


def kept(house: House, handle: str) -> KeyRing:
    """Return what somebody has who keeps a copy of everything their key opens today."""
    ring = house[handle].ring
    ring.preload(list(db.session.scalars(select(Answer.application_id))))
    return ring


def fresh_ring(house: House, handle: str) -> KeyRing:
    one = house[handle]
    return vault.ring_for(one.ref, one.ring._private_key)  # noqa: SLF001


def test_access_ends_at_once_and_keys_are_renewed_by_a_job(house: House) -> None:
    applicant, case_id = house.submitted()
    boris = house["boris"].ref
    tokens = [sessions.store().start(SessionKind.STAFF, boris, {}, now()) for _ in range(2)]
    copy = kept(house, "boris")
    assert copy.opens(case_id, Compartment.MESSAGES)
    people.disable(SYSTEM, "boris")
    assert [sessions.store().load(token, now()) for token in tokens] == [None, None]
    assert staff_keys.unlock_staff(boris, PASSPHRASE) is None
    assert known.by_handle("boris") is None
    assert keystore().holdings(holder_id=boris) == []
    assert keystore().due_renewals() == 3
    assert run_worker(house.app, once=True) >= 1
    assert keystore().due_renewals() == 0
    assert versions(case_id) == {
        **dict.fromkeys(intake.FOR_COORDINATORS, 2),
        Compartment.PAYOUT: 1,
        Compartment.IDENTITY: 1,
    }
    assert_shut_from_now_on(house, case_id, copy)
    assert applicant.ref in vault.holders_of(case_id, Compartment.MESSAGES)


def assert_shut_from_now_on(house: House, case_id: str, copy: KeyRing) -> None:
    """Assert that what is written now opens for a colleague and not for a kept copy."""
    with unit_of_work() as session:
        ring = fresh_ring(house, "anna")
        messages.add_note(session, ring, case_id, "Written later.", sender=messages.COORDINATOR)
    after = newest_message(case_id)
    assert after.body.open(fresh_ring(house, "anna")) == "Written later."
    with pytest.raises(NoKey):
        after.body.open(copy)


def newest_message(case_id: str) -> Message:
    db.session.rollback()
    statement = select(Message).where(Message.application_id == case_id)
    return db.session.scalars(statement.order_by(Message.position.desc()).limit(1)).one()


def test_parting_twice_is_parting_once(house: House) -> None:
    _, case_id = house.submitted()
    people.disable(SYSTEM, "boris")
    house.clock.advance(days=1)
    people.disable(SYSTEM, "boris")
    run_worker(house.app, once=True)
    assert versions(case_id)[Compartment.NARRATIVE] == 2
    db.session.rollback()
    statement = select(Person.disabled_on).where(Person.handle == "boris")
    assert str(db.session.scalar(statement)) == "2026-06-30"


def told() -> set[str]:
    """Return the keys of letters that wait, without the hour they leave at."""
    db.session.rollback()
    keys = db.session.scalars(select(Job.key).where(Job.kind == "send_notice"))
    return {key.rpartition(":")[0] for key in keys}


def test_whoever_signs_and_the_security_lead_hear_that_an_access_ended(house: House) -> None:
    sam, board = house.add("sam", Role.ADMINISTRATOR), house["board"]
    before = told()
    people.disable(sam, "board")
    assert told() - before == {f"mail:desk:{house['security'].ref}", f"mail:office:{sam.ref}"}
    people.disable(SYSTEM, "boris")
    ended = known.ended_lately(db.session(), now())
    found = [(each.person.handle, each.by and each.by.handle) for each in ended]
    assert found == [("boris", None), ("board", "sam")]
    assert board.ref not in str(told() - before)
    house.clock.advance(days=8)
    assert known.ended_lately(db.session(), now()) == []


def test_one_person_ends_three_accesses_in_a_day_and_the_next_takes_another(house: House) -> None:
    sam = house.add("sam", Role.ADMINISTRATOR)
    for handle in ("r1", "r2", "anna", "r1"):
        people.disable(sam, handle)
    house.submitted()
    for _again in range(2):
        with pytest.raises(people.EndingRefused, match="ended_enough"):
            people.disable(sam, "boris")
    db.session.rollback()
    assert known.by_handle("boris") is not None
    assert keystore().holdings(holder_id=house["boris"].ref)
    people.disable(sam, "anna")
    people.disable(house["board"], "boris")
    people.disable(SYSTEM, "r3")
    house.clock.advance(days=1, seconds=1)
    people.disable(sam, "treasurer")


def test_who_has_lost_access_or_does_not_sign_ends_nobodys(house: House) -> None:
    sam, board = house.add("sam", Role.ADMINISTRATOR), house["board"]
    people.disable(sam, "board")
    for actor in (board, house["anna"]):
        with pytest.raises(people.EndingRefused, match="not_a_signer"):
            people.disable(actor, "sam")
    db.session.rollback()
    assert known.by_handle("sam") is not None


def test_of_two_who_end_each_others_access_one_wins(house: House) -> None:
    pair = {"sam": house.add("sam", Role.ADMINISTRATOR), "board": house["board"]}
    start = threading.Barrier(2)

    def end(mine: str, other: str) -> str:
        with house.app.app_context():
            start.wait()
            try:
                people.disable(pair[mine], other)
            except people.EndingRefused as refused:
                return refused.code
            return "ended"

    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        ends = pool.map(end, ("sam", "board"), ("board", "sam"))
        assert sorted(ends) == ["ended", "not_a_signer"]
    left = [known.by_handle(handle) for handle in pair]
    assert left.count(None) == 1


def test_what_only_they_could_open_is_told_before_and_stays_listed_after(house: House) -> None:
    _, case_id = house.submitted()
    people.disable(SYSTEM, "anna")
    alone = holdings.held_alone(db.session(), house["boris"].ref)
    assert alone == sorted((case_id, part) for part in intake.FOR_COORDINATORS)
    people.disable(SYSTEM, "boris")
    run_worker(house.app, once=True)
    eve = house.add("eve", Role.COORDINATOR)
    lacks = list(holdings.lacking(db.session()))
    assert {lack.part for lack in lacks} == set(alone)
    assert all(lack.person_id == eve.ref and not lack.sharers for lack in lacks)


def test_keys_left_without_a_job_get_one_by_the_round(house: House) -> None:
    house.submitted()
    keystore().remove_holder(house["boris"].ref, renew=True)  # killed before the other commit
    jobs_left = select(Job.id).where(Job.kind == people.RENEW_KEYS)
    assert db.session.scalars(jobs_left).all() == []
    people.renewal_round()
    people.renewal_round()
    assert len(db.session.scalars(jobs_left).all()) == 1
    run_worker(house.app, once=True)
    assert keystore().due_renewals() == 0


def test_case_erased_meanwhile_gets_no_new_key(house: House) -> None:
    _, case_id = house.submitted()
    people.disable(SYSTEM, "boris")
    vault.erase_case(case_id)
    assert vault.renew_due() == 3
    assert versions(case_id) == {}
    assert keystore().due_renewals() == 0


@pytest.mark.slow
def test_parting_killed_at_any_statement_never_leaves_too_much(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    cases = [house.submitted()[1] for _ in range(3)]
    boris = house["boris"].ref
    token = sessions.store().start(SessionKind.STAFF, boris, {}, now())
    before = len(keystore().holdings(holder_id=boris))
    outcomes: Counter[str] = Counter()
    for number in (2, 6, 9, 12):
        assert kill_at(number, settings, tmp_path, "disable", "boris") == KILLED
        left = len(keystore().holdings(holder_id=boris))
        is_open = sessions.store().load(token, now()) is not None
        assert (left, is_open) in {(before, True), (0, False)}
        if not left:
            assert keystore().due_renewals() == 9
        outcomes["untouched" if left else "keys gone"] += 1
    assert kill_at(0, settings, tmp_path, "disable", "boris") == 0
    assert set(outcomes) == {"untouched", "keys gone"}
    assert known.by_handle("boris") is None
    finish(house, settings, tmp_path)
    assert [versions(case_id)[Compartment.NARRATIVE] for case_id in cases] == [2, 2, 2]


def finish(house: House, settings: Settings, home: Path) -> None:
    """Renew what waits, killed again and again on the way."""
    for number in (2, 7, 12):
        assert kill_at(number, settings, home, "renew") == KILLED
    assert kill_at(0, settings, home, "renew") == 0
    assert keystore().due_renewals() == 0
    people.renewal_round()
    run_worker(house.app, once=True)


def kill_at(number: int, settings: Settings, home: Path, what: str, *rest: str) -> int:
    """Let another process work on keys and die by SIGKILL; return how it ended."""
    db.session.rollback()
    words = (settings.database_url, settings.keystore_url, str(home), what, str(number), *rest)
    ended = processes.run(killed_keys.main, *words)
    assert ended.code in {0, KILLED}, ended.complained
    return ended.code
