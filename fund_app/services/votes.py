"""Votes: put into the ballot box, read by the count, and weighed as the rules say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models.applications import ReviewFile
from fund_app.models.ballots import Ballot, Seat, Vote
from fund_app.services import ballot_box
from fund_app.services.transition import Unknown
from fund_app.services.vault import SignedIn
from workflows import counting


@dataclass(frozen=True, slots=True)
class Cast:
    """What one person votes: a choice, amounts per line (minor units), and why.

    `reason_code` is a code of the list of refusals, for those who vote against.
    """

    choice: counting.Choice
    lines: tuple[int, ...] = ()
    reason_code: str | None = None
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Boxed:
    """A vote as it lies in the box, with the lines it was cast on."""

    vote: counting.Vote
    requested: tuple[int, ...]
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a ballot comes to: the count, the lines it was about, and a refusal's reason code.

    `given` is the word of the chair, or of two board members, that settled what the panel
    could not; None where the panel's own votes did.
    """

    count: counting.Count
    requested: tuple[int, ...]
    refusal: str | None
    given: Cast | None = field(default=None, repr=False)


def verdict_of_panel(session: Session, ballot: Ballot) -> Verdict:
    """Return what the panel's own votes come to."""
    cast = valid_votes(session, ballot)
    requested = cast[0].requested if cast else ()
    return Verdict(counted(ballot, cast), requested, refusal_code(cast))


def verdict_of_chair(session: Session, ballot: Ballot, actor: SignedIn, given: Cast) -> Verdict:
    """Return what the panel's votes come to with the chair's; ValueError without a tie."""
    cast = valid_votes(session, ballot)
    requested = _requested(session, ballot.application_id, actor)
    own = counting.Vote(actor.ref, given.choice, given.lines)
    count = counting.count_with_chair([each.vote for each in cast], own, requested, ballot.quorum)
    return Verdict(count, requested, given.reason_code or refusal_code(cast), given)


def verdict_of_board(session: Session, ballot: Ballot, actor: SignedIn, given: Cast) -> Verdict:
    """Return what two board members decide in writing, where nobody is left to draw."""
    requested = _requested(session, ballot.application_id, actor)
    own = counting.Vote(actor.ref, given.choice, given.lines)
    return Verdict(counting.count([own], requested, 1), requested, given.reason_code, given)


def put_vote(session: Session, ballot: Ballot, seat: Seat, given: Cast, actor: SignedIn) -> None:
    """Keep a seat's vote, replacing an earlier one; the reason is sealed for those who decide."""
    requested = _requested(session, ballot.application_id, actor)
    vote = seat.vote or Vote(seat_id=seat.id, application_id=ballot.application_id)
    vote.choice_boxed = _box(ballot, seat, given, requested)
    vote.is_void = False
    vote.reason.seal(actor.ring, given.reason)
    seat.vote = vote
    session.flush()


def read(ballot: Ballot, seat: Seat) -> Boxed:
    """Open one seat's vote from the box; only the count and the voter's own page call this."""
    if seat.vote is None:
        raise Unknown(seat.id)
    raw = json.loads(ballot_box.ballot_box().read(ballot.id, seat.id, seat.vote.choice_boxed))
    choice = counting.Choice(raw["choice"])
    return Boxed(
        counting.Vote(seat.reviewer_id, choice, tuple(raw["lines"])),
        tuple(raw["requested"]),
        raw["reason_code"],
    )


def valid_votes(session: Session, ballot: Ballot) -> list[Boxed]:
    """Return the votes that count: cast, not void, of people who have not stepped back."""
    session.expire(ballot, ["seats"])
    return [
        read(ballot, seat)
        for seat in ballot.seats
        if seat.status != "recused" and seat.vote is not None and not seat.vote.is_void
    ]


def counted(ballot: Ballot, votes: Sequence[Boxed]) -> counting.Count:
    """Count the votes of a ballot as its rules say."""
    requested = votes[0].requested if votes else ()
    return counting.count([each.vote for each in votes], requested, ballot.quorum)


def is_tied(session: Session, ballot: Ballot) -> bool:
    """Whether as many are in favour as against."""
    return counted(ballot, valid_votes(session, ballot)).result is counting.Result.TIE


def is_settled(session: Session, ballot: Ballot) -> bool:
    """Whether no vote still to come can change the result or an amount."""
    votes = valid_votes(session, ballot)
    if not votes:
        return False
    seated = sum(seat.status != "recused" for seat in ballot.seats)
    return counting.is_settled(
        [each.vote for each in votes], seated - len(votes), votes[0].requested, ballot.quorum
    )


def refusal_code(votes: Sequence[Boxed]) -> str | None:
    """Return the reason most who voted against gave; of equally many the first by name."""
    codes = Counter(each.reason_code for each in votes if each.reason_code)
    return min(codes, key=lambda code: (-codes[code], code), default=None)


def is_complete(given: Cast) -> bool:
    """Whether a vote carries what its kind needs: a reason, and for a refusal its code."""
    against = given.choice is counting.Choice.REJECT
    return bool(given.reason.strip()) and (bool(given.reason_code) or not against)


def require_countable(session: Session, application_id: str, actor: SignedIn, given: Cast) -> None:
    """Refuse amounts that do not fit the requested lines; raises counting.InvalidVote."""
    vote = counting.Vote(actor.ref, given.choice, given.lines)
    counting.require_countable(vote, _requested(session, application_id, actor))


def file_lines(session: Session, application_id: str, actor: SignedIn) -> list[dict[str, Any]]:
    """Open the cost lines of the redacted file; raises NoKey without the review key."""
    file = session.scalar(select(ReviewFile).where(ReviewFile.application_id == application_id))
    if file is None:
        raise Unknown(application_id)
    lines: list[dict[str, Any]] = json.loads(file.lines.open(actor.ring))
    return lines


def _requested(session: Session, application_id: str, actor: SignedIn) -> tuple[int, ...]:
    return tuple(line["amount"] for line in file_lines(session, application_id, actor))


def _box(ballot: Ballot, seat: Seat, given: Cast, requested: Sequence[int]) -> bytes:
    """Seal what was chosen into the ballot box, bound to ballot and seat."""
    content = {
        "choice": given.choice,
        "lines": list(given.lines),
        "requested": list(requested),
        "reason_code": given.reason_code,
    }
    return ballot_box.ballot_box().cast(ballot.id, seat.id, json.dumps(content).encode())
