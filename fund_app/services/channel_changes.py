"""Changes of the payment-safety matrix: the treasury and the security lead sign one half each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.channels import ChannelChange
from fund_app.models.types import new_ref
from fund_app.services import channels
from fund_app.services.channel_stops import (
    ChannelRefused,
    hold,
    note,
    require_other_half,
    require_signer,
)
from fund_app.services.notifications import notify_role
from fund_app.services.unit import unit_of_work
from workflows.channels import (
    ANY,
    CHANNELS,
    CHOOSABLE_REASONS,
    FLOOR,
    SILENT,
    STATUSES,
    Key,
    Verdict,
    is_place,
    region_of,
    stricter,
)
from workflows.roles import Actor, Role


@dataclass(frozen=True, slots=True)
class Word:
    """A new word for one cell: the cell, the verdict, why, and the resolution it rests on."""

    key: Key
    verdict: Verdict
    reason: str | None = None
    resolution: str = ""


def propose(actor: Actor, word: Word) -> str:
    """Propose a new word for a cell and return the proposal's id; nothing holds of it yet.

    Raises ChannelRefused: not_a_signer, unknown_cell, reason_missing, below_floor (no fund may
    allow it), says_so_already, under_way (a proposal for the cell waits).
    """
    with unit_of_work() as session:
        require_signer(actor)
        _require_sense(session, word)
        place, channel, status = word.key
        row = ChannelChange(
            id=new_ref(),
            place=place,
            channel=channel,
            person_status=status,
            verdict=word.verdict.value,
            reason_code=word.reason,
            resolution=word.resolution,
            state="proposed",
            proposed_by_id=actor.ref,
            proposed_on=now().date(),
        )
        session.add(row)
        session.flush()
        note(session, actor, "channel_change_proposed", _about(row))
        for role in (Role.SECURITY_LEAD, Role.FINANCE_OFFICER, Role.TREASURER):
            notify_role(session, role)
        return row.id


def confirm(actor: Actor, change_id: str) -> int:
    """Put the second signature under a change; return the version of the matrix it makes.

    Where the cell forbids the way from now on, payments that were to go it and have not left
    are held. Raises LookupError, ChannelRefused: not_a_signer, decided, same_person, other_side.
    """
    with unit_of_work() as session:
        require_signer(actor)
        row = _open_change(session, change_id)
        require_other_half(actor, row.proposed_by.id, row.proposed_by.roles)
        newest = session.scalar(select(func.max(ChannelChange.version))) or 0
        row.version, row.state = newest + 1, "confirmed"
        row.decided_by_id, row.decided_on = actor.ref, now().date()
        session.flush()
        if row.verdict == Verdict.FORBIDDEN:
            hold(session, actor, region_of(row.place), row.channel)
        note(session, actor, "channel_changed", _about(row))
        return row.version


def take_back(actor: Actor, change_id: str) -> None:
    """Withdraw a proposal, one's own or somebody else's; raises as `confirm` does."""
    with unit_of_work() as session:
        require_signer(actor)
        row = _open_change(session, change_id)
        row.state, row.decided_by_id, row.decided_on = "withdrawn", actor.ref, now().date()
        note(session, actor, "channel_change_withdrawn", _about(row))


def _require_sense(session: Session, word: Word) -> None:
    place, channel, status = word.key
    if not is_place(place) or channel not in CHANNELS or status not in {ANY, *STATUSES}:
        raise ChannelRefused("unknown_cell")
    if (word.verdict is Verdict.ALLOWED) != (word.reason is None):
        raise ChannelRefused("reason_missing")
    if word.reason is not None and word.reason not in CHOOSABLE_REASONS:
        raise ChannelRefused("reason_missing")
    floor = FLOOR.get(word.key)
    if floor is not None and stricter(floor.verdict, word.verdict):
        raise ChannelRefused("below_floor")
    present = channels.matrix(session).cells.get(word.key, SILENT)
    if (present.verdict, present.reason) == (word.verdict, word.reason):
        raise ChannelRefused("says_so_already")
    waiting = select(ChannelChange.id).where(
        ChannelChange.place == place,
        ChannelChange.channel == channel,
        ChannelChange.person_status == status,
        ChannelChange.state == "proposed",
    )
    if session.scalar(waiting) is not None:
        raise ChannelRefused("under_way")


def _open_change(session: Session, change_id: str) -> ChannelChange:
    statement = select(ChannelChange).where(ChannelChange.id == change_id)
    row = session.scalar(statement.with_for_update(of=ChannelChange))
    if row is None:
        raise LookupError(change_id)
    if row.state != "proposed":
        raise ChannelRefused("decided")
    return row


def _about(row: ChannelChange) -> str:
    return f"{row.place}:{row.channel}"


__all__ = ["ChannelRefused", "Word", "confirm", "propose", "take_back"]
