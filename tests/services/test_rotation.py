"""Rotating the secret: nothing sealed under the old one is lost, and nobody is locked out."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from config import Settings
from fund_app.adapters.clock import now
from fund_app.adapters.keystore import Holder
from fund_app.adapters.keystore_keys import DeploymentSecrets, KeySuite, PrivateKey
from fund_app.extensions import db
from fund_app.jobs.worker import run_worker
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.sealed import CannotOpen, Compartment, Place, open_at, seal_at
from fund_app.services import (
    ballots,
    codenames,
    lasting_keys,
    offers,
    people,
    rotation,
    sessions,
    staff_keys,
    vault,
    votes,
)
from fund_app.services.rotation import Waiting
from fund_app.services.sessions import SessionKind
from fund_app.services.vault import keystore
from fund_app.services.votes import Cast
from tests.services import killed_keys
from tests.services.killed_keys import SECOND
from tests.support import processes
from tests.support.house import PASSPHRASE, House, press
from workflows.counting import Choice

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
YES = Cast(Choice.APPROVE, reason="Needed.")
KILLED = -9


def rotate(house: House, settings: Settings) -> None:
    """Put a second secret in force, the first one beside it."""
    lasting_keys.carry_over(DeploymentSecrets(SECOND))
    house.app.extensions["fund.secrets"] = DeploymentSecrets(SECOND, settings.secret)


def forget(house: House) -> None:
    """Leave the second secret alone."""
    keystore().drop_carried_keys(but=DeploymentSecrets(SECOND).name)
    house.app.extensions["fund.secrets"] = DeploymentSecrets(SECOND)


def test_staff_key_moves_at_the_next_sign_in(house: House, settings: Settings) -> None:
    total = len(house.staff)
    assert rotation.waiting() == Waiting(0, 0, 0)
    rotate(house, settings)
    assert rotation.waiting() == Waiting(total, 0, 0)
    assert staff_keys.unlock_staff(house["anna"].ref, "a wrong but long passphrase") is None
    assert rotation.waiting().staff == total
    opened = staff_keys.unlock_staff(house["anna"].ref, PASSPHRASE)
    assert opened is not None
    assert rotation.waiting().staff == total - 1
    forget(house)
    again = staff_keys.unlock_staff(house["anna"].ref, PASSPHRASE)
    assert again is not None
    assert again.seeds == opened.seeds
    assert staff_keys.unlock_staff(house["boris"].ref, PASSPHRASE) is None


def test_codename_moves_at_the_next_return(house: House, settings: Settings) -> None:
    came, stayed_away = (codenames.applicants().create("en") for _ in range(2))
    giver = codenames.donors().create("ru")
    rotate(house, settings)
    assert (rotation.waiting().applicants, rotation.waiting().donors) == (2, 1)
    assert codenames.applicants().sign_in("not a codename at all") is None
    for name, kind in ((came, codenames.applicants), (giver, codenames.donors)):
        entrant = kind().sign_in(name.phrase)
        assert entrant is not None
        assert (entrant.holder_id, entrant.private_key.seeds) == (
            name.holder_id, name.private_key.seeds,
        )  # fmt: skip
    assert (rotation.waiting().applicants, rotation.waiting().donors) == (1, 0)
    forget(house)
    assert codenames.applicants().sign_in(came.digits) is not None
    assert codenames.applicants().sign_in(stayed_away.phrase) is None


def test_hit_and_miss_cost_the_same_during_a_rotation(house: House, settings: Settings) -> None:
    old = codenames.applicants().create("en")
    rotate(house, settings)
    new = codenames.applicants().create("en")
    hard = house.app.extensions["fund.hardening"]
    runs = []
    for text in (new.phrase, "one two three", "seven words that are no codename here"):
        before = hard.runs
        codenames.applicants().sign_in(text)
        runs.append(hard.runs - before)
    assert runs == [2, 2, 2]
    assert codenames.applicants().sign_in(old.phrase) is not None


def test_sessions_go_on_and_still_end_by_name(house: House, settings: Settings) -> None:
    anna = house["anna"].ref
    tokens = [sessions.store().start(SessionKind.STAFF, anna, {}, now()) for _ in range(2)]
    rotate(house, settings)
    assert sessions.store().load(tokens[0], now()) is not None
    assert sessions.store().rename() == 1
    forget(house)
    assert sessions.store().load(tokens[0], now()) is not None
    assert sessions.store().end_all(anna) == 2


def test_sessions_of_the_old_secret_end_during_the_rotation(
    house: House, settings: Settings
) -> None:
    anna = house["anna"].ref
    token = sessions.store().start(SessionKind.STAFF, anna, {}, now())
    rotate(house, settings)
    assert sessions.store().end_all(anna) == 1
    assert sessions.store().load(token, now()) is None


def cast_votes(house: House, count: int = 1) -> list[Ballot]:
    """Return open ballots with one vote each."""
    found = []
    for _ in range(count):
        _, case_id = house.submitted()
        house.to_review(case_id, LINES)
        ballot_id = house.ballot_of(case_id).id
        for handle in ("r1", "r2", "r3"):
            ballots.declare_free(house[handle], ballot_id, press())
        ballots.cast(house["r1"], ballot_id, YES, press())
        found.append(ballot_id)
    return [db.session.get_one(Ballot, each) for each in found]


def choice_of(ballot_id: str) -> Choice:
    db.session.rollback()
    ballot = db.session.get_one(Ballot, ballot_id)
    return votes.read(ballot, next(seat for seat in ballot.seats if seat.vote)).vote.choice


def test_votes_in_the_box_are_sealed_anew_and_counted(house: House, settings: Settings) -> None:
    (ballot,) = cast_votes(house)
    ballot_id = ballot.id
    rotate(house, settings)
    assert choice_of(ballot_id) is Choice.APPROVE
    ballots.cast(house["r2"], ballot_id, YES, press())
    assert rotation.reseal_votes() == 1
    assert rotation.reseal_votes() == 0
    forget(house)
    ballots.cast(house["r3"], ballot_id, YES, press())
    db.session.rollback()
    assert db.session.get_one(Ballot, ballot_id).result == "approve"


def test_vote_under_a_forgotten_secret_stays_shut(house: House, settings: Settings) -> None:
    (ballot,) = cast_votes(house)
    ballot_id = ballot.id
    rotate(house, settings)
    forget(house)
    with pytest.raises(CannotOpen):
        choice_of(ballot_id)


@pytest.mark.slow
def test_sealing_votes_anew_may_be_killed(house: House, settings: Settings, tmp_path: Path) -> None:
    found = [ballot.id for ballot in cast_votes(house, 3)]
    seats = [seat.id for seat in db.session.scalars(select(Seat)) if seat.vote]
    assert len(seats) == 3
    for number, expected in ((3, KILLED), (5, KILLED), (0, 0)):
        db.session.rollback()
        words = (settings.database_url, settings.keystore_url, str(tmp_path), "votes", str(number))
        ended = processes.run(killed_keys.main, *words)
        assert ended.code == expected, ended.complained
        house.app.extensions["fund.secrets"] = DeploymentSecrets(SECOND, settings.secret)
        assert [choice_of(each) for each in found] == [Choice.APPROVE] * 3
    house.app.extensions["fund.secrets"] = DeploymentSecrets(SECOND)
    assert [choice_of(each) for each in found] == [Choice.APPROVE] * 3


def test_lasting_keys_stay_the_same_through_two_rotations(house: House, settings: Settings) -> None:
    before = [lasting_keys.lasting_key(purpose) for purpose in lasting_keys.LASTING]
    rotate(house, settings)
    assert [lasting_keys.lasting_key(purpose) for purpose in lasting_keys.LASTING] == before
    forget(house)
    third = b"the third secret of the tests, of the usual length"
    lasting_keys.carry_over(DeploymentSecrets(third))
    lasting_keys.carry_over(DeploymentSecrets(third))
    house.app.extensions["fund.secrets"] = DeploymentSecrets(third, SECOND)
    assert [lasting_keys.lasting_key(purpose) for purpose in lasting_keys.LASTING] == before


def test_every_open_case_gets_new_keys_once(house: House) -> None:
    _, open_case = house.submitted()
    applicant, ended = house.submitted()
    offers.withdraw(applicant, press())
    rotation.plan_case_keys()
    assert keystore().due_renewals() == 5
    assert vault.renew_due(2) == 2
    rotation.plan_case_keys()
    assert keystore().due_renewals() == 3
    while vault.renew_due():
        pass
    rotation.end_case_keys()
    parts = [part for part in Compartment if part is not Compartment.REVIEW]
    assert [keystore().newest_version(open_case, part) for part in parts] == [2] * 5
    assert [keystore().newest_version(ended, part) for part in parts] == [1] * 5
    rotation.plan_case_keys()
    assert keystore().due_renewals() == 5


def test_keys_somebody_left_behind_do_not_stand_for_a_whole_rotation(house: House) -> None:
    cases = [house.submitted()[1] for _ in range(2)]
    part = (cases[0], Compartment.MESSAGES)
    keystore().take_away(house["boris"].ref, [part])
    rotation.plan_case_keys()
    assert keystore().due_renewals() == 10


def test_rotation_the_worker_finished_does_not_stand_for_the_next_one(house: House) -> None:
    cases = [house.submitted()[1] for _ in range(2)]
    rotation.plan_case_keys()  # killed here: the round of the worker does the rest
    people.renewal_round()
    run_worker(house.app, once=True)
    assert keystore().due_renewals() == 0
    keystore().take_away(house["boris"].ref, [(cases[0], Compartment.MESSAGES)])
    rotation.plan_case_keys()
    assert keystore().due_renewals() == 10


def test_older_kinds_of_keys_stay_readable_beside_new_ones(house: House) -> None:
    """Suite byte: a case held by a plain X25519 key and a hybrid one, over two versions."""
    plain = PrivateKey.generate(KeySuite.X25519)
    keystore().add_holder(Holder("older", "staff", plain.public_key(), now().date()))
    anna = house["anna"]
    case = "a" * 32
    fresh = vault.open_case(case, {Compartment.MESSAGES: ["older", anna.ref]})
    place = Place(case, Compartment.MESSAGES, "message", "body_sealed", "row-1")
    first = seal_at(fresh, place, b"before")
    vault.renew(case, Compartment.MESSAGES)
    older = vault.ring_for("older", plain)
    newer = vault.ring_for(anna.ref, anna.ring._private_key)  # noqa: SLF001
    second = seal_at(older, place, b"after")
    for ring in (older, newer):
        assert [open_at(ring, place, stored) for stored in (first, second)] == [b"before", b"after"]
    kinds = {wrap.wrapped[0] for wrap in keystore().wraps_for("older", [case])}
    assert kinds == {KeySuite.X25519}
    boris = house["boris"]
    vault.grant(older, case, Compartment.MESSAGES, boris.ref)
    assert open_at(boris.ring, place, first) == b"before"
