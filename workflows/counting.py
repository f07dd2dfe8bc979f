"""How votes become a result.

The rule, in full:

1. A vote is approve (every line in full), partial (an amount per line), reject or abstain.
2. Every vote counts as cast, an abstention too. Fewer cast votes than the quorum: `no_quorum`.
3. Approve and partial are in favour, reject is against. More in favour: granted. More against:
   `reject`. Equal, also when all abstained: `tie`, and the chair decides.
4. A granted line gets the median of what those in favour gave it (an approval gives it in
   full); of an even number the lower middle one, so that somebody voted for every amount.
   Who rejects or abstains does not enter the medians.
5. All lines in full: `approve`. Less: `approve_partially`. If the medians leave nothing at all
   although most are in favour, they agree on no line: `tie`, and the chair decides.
6. The chair's vote joins the others and breaks the tie. If the medians with it still leave
   nothing, the chair's own amounts hold.
7. A ballot closes early when no vote still to come, nor its staying away, can change the result
   or an amount. Votes already cast are taken as they stand.

Amounts are minor units. A recused person's vote is left out before counting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workflows.money import median_amount


class Choice(StrEnum):
    """What a reviewer can say."""

    APPROVE = "approve"
    PARTIAL = "partial"
    REJECT = "reject"
    ABSTAIN = "abstain"


class Result(StrEnum):
    """What a ballot can come to; the fact `ballot_outcome` holds one of these codes."""

    APPROVE = "approve"
    PARTIAL = "approve_partially"
    REJECT = "reject"
    TIE = "tie"
    NO_QUORUM = "no_quorum"


class InvalidVote(ValueError):
    """A vote that cannot be counted; `code` names why: lines_missing, lines_out_of_range."""

    def __init__(self, code: str) -> None:
        """Keep the reason for the form's message."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote; `lines` are the amounts per requested line of a partial approval."""

    voter: str
    choice: Choice
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """A counted ballot: the result, the amount per line, and how many said what."""

    result: Result
    lines: tuple[int, ...]
    in_favour: int
    against: int
    abstained: int

    @property
    def cast(self) -> int:
        """How many votes were cast, abstentions included."""
        return self.in_favour + self.against + self.abstained

    @property
    def award(self) -> int:
        """The sum of the lines in minor units; zero unless something is granted."""
        return sum(self.lines)


def require_countable(vote: Vote, requested: Sequence[int]) -> None:
    """Refuse a partial vote without an amount for each line, above a line, or of nothing.

    Raises InvalidVote. Votes of other kinds carry no lines.
    """
    if vote.choice is not Choice.PARTIAL:
        if vote.lines:
            raise InvalidVote("lines_out_of_range")
        return
    if len(vote.lines) != len(requested):
        raise InvalidVote("lines_missing")
    fits = all(0 <= given <= asked for given, asked in zip(vote.lines, requested, strict=True))
    if not fits or sum(vote.lines) == 0:
        raise InvalidVote("lines_out_of_range")


def count(votes: Sequence[Vote], requested: Sequence[int], quorum: int) -> Count:
    """Count the votes of those not recused on the requested lines (minor units each).

    Raises InvalidVote for a vote that cannot be counted and ValueError for two votes of one
    person. The result follows the rule at the top of this module.
    """
    _require_countable_all(votes, requested)
    given = _amounts_in_favour(votes, requested)
    against = sum(vote.choice is Choice.REJECT for vote in votes)
    result, lines = _weigh(given, against, requested)
    if len(votes) < quorum:
        result = Result.NO_QUORUM
    if result not in (Result.APPROVE, Result.PARTIAL):
        lines = tuple(0 for _ in requested)
    return Count(result, lines, len(given), against, _abstentions(votes))


def count_with_chair(
    votes: Sequence[Vote], chair: Vote, requested: Sequence[int], quorum: int
) -> Count:
    """Break a tie with the chair's vote, which may not be an abstention.

    Raises ValueError when there is no tie to break or the chair abstains, and InvalidVote as
    `count` does. A chair who sat on the panel votes a second time, in this capacity.
    """
    if count(votes, requested, quorum).result is not Result.TIE:
        raise ValueError("there is no tie to break")
    if chair.choice is Choice.ABSTAIN:
        raise ValueError("the chair has to decide")
    require_countable(chair, requested)
    if chair.choice is Choice.REJECT:
        counted = count(votes, requested, quorum)
        lines = tuple(0 for _ in requested)
        return Count(
            Result.REJECT, lines, counted.in_favour, counted.against + 1, counted.abstained
        )
    given = [*_amounts_in_favour(votes, requested), _amounts(chair, requested)]
    lines = _medians(given, requested)
    if sum(lines) == 0:
        lines = _amounts(chair, requested)
    against = sum(vote.choice is Choice.REJECT for vote in votes)
    return Count(_granted(lines, requested), lines, len(given), against, _abstentions(votes))


def is_settled(
    votes: Sequence[Vote], outstanding: int, requested: Sequence[int], quorum: int
) -> bool:
    """Whether the ballot may close early: `outstanding` people could still vote in any way.

    True when all have voted, when the quorum is out of reach, or when it is there and neither
    result nor any amount can change, however many of them vote.
    """
    if outstanding == 0:
        return True
    if len(votes) < quorum:
        return len(votes) + outstanding < quorum
    counted = count(votes, requested, quorum)
    if counted.against > counted.in_favour + outstanding:
        return True
    if counted.in_favour <= counted.against + outstanding:
        return False
    return counted.award > 0 and _lines_are_fixed(votes, outstanding, requested)


def _lines_are_fixed(votes: Sequence[Vote], outstanding: int, requested: Sequence[int]) -> bool:
    """Whether no votes still to come move a median; the extremes bound all others."""
    given = _amounts_in_favour(votes, requested)
    now = _medians(given, requested)
    nothing, everything = tuple(0 for _ in requested), tuple(requested)
    return all(
        _medians([*given, *([extreme] * more)], requested) == now
        for more in range(1, outstanding + 1)
        for extreme in (nothing, everything)
    )


def _require_countable_all(votes: Sequence[Vote], requested: Sequence[int]) -> None:
    if len({vote.voter for vote in votes}) != len(votes):
        raise ValueError("one person has one vote")
    for vote in votes:
        require_countable(vote, requested)


def _abstentions(votes: Sequence[Vote]) -> int:
    return sum(vote.choice is Choice.ABSTAIN for vote in votes)


def _amounts(vote: Vote, requested: Sequence[int]) -> tuple[int, ...]:
    return tuple(requested) if vote.choice is Choice.APPROVE else vote.lines


def _amounts_in_favour(votes: Sequence[Vote], requested: Sequence[int]) -> list[tuple[int, ...]]:
    favour = (Choice.APPROVE, Choice.PARTIAL)
    return [_amounts(vote, requested) for vote in votes if vote.choice in favour]


def _medians(given: Sequence[tuple[int, ...]], requested: Sequence[int]) -> tuple[int, ...]:
    if not given:
        return tuple(0 for _ in requested)
    return tuple(median_amount(line) for line in zip(*given, strict=True))


def _granted(lines: tuple[int, ...], requested: Sequence[int]) -> Result:
    return Result.APPROVE if lines == tuple(requested) else Result.PARTIAL


def _weigh(
    given: Sequence[tuple[int, ...]], against: int, requested: Sequence[int]
) -> tuple[Result, tuple[int, ...]]:
    lines = _medians(given, requested)
    if against > len(given):
        return Result.REJECT, lines
    if against == len(given) or sum(lines) == 0:
        return Result.TIE, lines
    return _granted(lines, requested), lines
