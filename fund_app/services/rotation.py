"""Rotation: what is sealed under the installation's secret moves to the next one.

Three kinds of things rest on the secret (docs/decisions/0013-rotating-the-secret.md):

* votes in the ballot box and what proves people at the door are sealed anew by the machine
  (`reseal_votes`, factors.reseal);
* keys whose digests stand in the data are carried over as they are (`lasting_keys.carry_over`);
* private keys need a passphrase or a codename, so they move when their owner signs in.

Case keys do not rest on it. They get a new version by `plan_case_keys` and `renew_due`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, delete, select

from fund_app.adapters.clock import now
from fund_app.models.ballots import Seat, Vote
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.house import HouseSetting
from fund_app.queries import applications
from fund_app.services import audit, ballot_box
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import deployment_secrets, keystore
from workflows.roles import SYSTEM, Role

BATCH = 200
CASE_KEYS = "case_key_rotation"
"""Stands in the house's settings from planning until every key is made."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many private keys still need another secret than the present one, per kind."""

    staff: int
    applicants: int
    donors: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.staff + self.applicants + self.donors


def waiting() -> Waiting:
    """Return whose private keys are not sealed under the present secret yet."""
    found = keystore().count_sealed_elsewhere(deployment_secrets().name)
    return Waiting(found.get("staff", 0), found.get("applicant", 0), found.get("donor", 0))


def reseal_votes() -> int:
    """Seal every vote under the present secret; returns how many were under the one before.

    Each batch is a transaction of its own. Killed on the way, the rest is done next time: a vote
    that the present secret opens is left alone.
    """
    moved, last = 0, ""
    while True:
        with unit_of_work() as session:
            found = session.execute(_votes_after(last)).all()
            for vote, ballot_id in found:
                box = ballot_box.ballot_box()
                anew = box.sealed_anew(ballot_id, vote.seat_id, vote.choice_boxed)
                if anew is not None:
                    vote.choice_boxed = anew
                    moved += 1
        if not found:
            return moved
        last = found[-1][0].seat_id


def _votes_after(seat_id: str) -> Select[Vote, str]:
    return (
        select(Vote, Seat.ballot_id)
        .join(Seat, Seat.id == Vote.seat_id)
        .where(Vote.seat_id > seat_id)
        .order_by(Vote.seat_id)
        .limit(BATCH)
        .with_for_update()
    )


def record(action: str) -> None:
    """Note in the house's chain that the secret was rotated, or the one before it forgotten."""
    with unit_of_work() as session:
        audit.record(session, HOUSE, HOUSE_ID, action, actor=SYSTEM, role=Role.SYSTEM)


def plan_case_keys() -> None:
    """Note every open case for new keys, as one; `renew_due` makes them, `end_case_keys` follows.

    A rotation that was interrupted is gone on with: what it has renewed gets no second version.
    """
    with unit_of_work() as session:
        is_under_way = session.get(HouseSetting, CASE_KEYS) is not None
        cases = applications.open_ids(session)
    if is_under_way and keystore().due_renewals():
        return
    keystore().plan_renewals(cases)
    with unit_of_work() as session:
        today = now().date()
        session.merge(HouseSetting(name=CASE_KEYS, value="begun", resolution="", set_on=today))


def end_case_keys() -> None:
    """Note that every open case has new keys; the next call of `plan_case_keys` begins anew.

    Nothing where no rotation is under way, or a key is still to be made.
    """
    if keystore().due_renewals():
        return
    with unit_of_work() as session:
        ended = delete(HouseSetting).where(HouseSetting.name == CASE_KEYS)
        if session.execute(ended.returning(HouseSetting.name)).all():
            record("case_keys_renewed")
