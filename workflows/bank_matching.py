"""What a line of the bank may be: suggestions, and which of them need no second look.

Sure is only what carries a reference we issued with its very amount, what somebody has booked by
hand under that reference, a fee the bank itself calls one, and the only Stripe payout of that
amount on a line that names Stripe. Everything else is likely, and a person says yes or no.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.bank import Hint, MatchKind

WINDOW = timedelta(days=10)
"""How far a likely booking, sending or announcement may be from the bank's day."""
ANNOUNCED = timedelta(days=60)
"""How long after it was announced a transfer without a reference may still be meant."""

FIRST = (
    MatchKind.ENTRY, MatchKind.PAYMENT, MatchKind.PAYMENT_BACK, MatchKind.GIFT,
    MatchKind.STRIPE_PAYOUT, MatchKind.GIFT_RETURN, MatchKind.OWN_TRANSFER,
    MatchKind.EXCHANGE, MatchKind.FEE,
)  # fmt: skip
"""What is already in the books comes first, so that nothing is booked twice."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line with a part nobody has explained: its sign tells in from out."""

    id: str
    rest: int
    booked_on: date
    own_refs: tuple[str, ...] = ()
    hint: str = Hint.NONE
    charge: int = 0
    """What the bank says it took within the amount."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something a line may be.

    `amount` is signed as on the bank's line; None: any amount of the line's sign fits (a further
    gift under a reference known). `day` is when it was booked, sent, announced or paid out.
    `currency`: of the other side's amount, of an exchange only.
    """

    kind: MatchKind
    subject_id: str
    amount: int | None
    reference: str = ""
    day: date | None = None
    fund_code: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate for a line; `is_sure` ones may be accepted together.

    fee: what of the line is the bank's fee, so that both are booked from one line.
    """

    candidate: Candidate
    is_sure: bool
    fee: int = 0


def suggest(line: OpenLine, candidates: Iterable[Candidate]) -> tuple[Suggestion, ...]:
    """Return what a line may be, the surest first; at most one is sure."""
    fitting = [each for each in candidates if _fits(line, each)]
    if line.rest < 0 and line.hint == Hint.FEE:
        fitting.append(Candidate(MatchKind.FEE, "", line.rest))
    certain = [each for each in fitting if _is_certain(line, each, fitting)]
    booked = [each for each in certain if each.kind is MatchKind.ENTRY]
    the_one = booked or certain
    sure = the_one[0] if len(the_one) == 1 else None
    ordered = sorted(fitting, key=lambda each: _rank(line, each, each is sure))
    return tuple(Suggestion(each, each is sure, fee_within(line, each)) for each in ordered)


def fee_within(line: OpenLine, candidate: Candidate) -> int:
    """Return what of a line of one payment would be the bank's fee, were it this payment.

    Of what left, all beyond the payment; of what came back, what the bank says it kept. Zero for
    a line of several payments, and for anything else than a payment.
    """
    if candidate.amount is None or (candidate.reference,) != line.own_refs:
        return 0
    missing = candidate.amount - line.rest
    if candidate.kind is MatchKind.PAYMENT and line.rest < 0:
        return max(missing, 0)
    if candidate.kind is MatchKind.PAYMENT_BACK and missing == line.charge:
        return missing
    return 0


def _fits(line: OpenLine, candidate: Candidate) -> bool:
    named = bool(candidate.reference) and candidate.reference in line.own_refs
    if candidate.kind is MatchKind.PAYMENT_BACK:
        # Less may come back than was sent: the way costs something.
        return named and candidate.amount is not None and 0 < line.rest <= candidate.amount
    if candidate.amount is None:
        return named and line.rest > 0
    if candidate.kind is MatchKind.GIFT and named:
        return line.rest > 0
    if fee_within(line, candidate):
        return True
    if not _is_as_much(line, candidate.amount, candidate.kind):
        return False
    return named or _is_near(line, candidate)


def _is_as_much(line: OpenLine, amount: int, kind: MatchKind) -> bool:
    """Whether the amounts agree; of an exchange only their directions can be compared."""
    if kind is MatchKind.EXCHANGE:
        return (amount > 0) != (line.rest > 0)
    return amount == line.rest


def _is_near(line: OpenLine, candidate: Candidate) -> bool:
    if candidate.day is None:
        return True
    apart = line.booked_on - candidate.day
    if candidate.kind is MatchKind.GIFT:
        return timedelta() <= apart <= ANNOUNCED
    return abs(apart) <= WINDOW


def _is_certain(line: OpenLine, candidate: Candidate, fitting: Sequence[Candidate]) -> bool:
    if candidate.kind is MatchKind.FEE:
        return not any(each.kind is MatchKind.ENTRY for each in fitting)
    if candidate.kind in {MatchKind.OWN_TRANSFER, MatchKind.EXCHANGE}:
        return False
    if candidate.kind is MatchKind.STRIPE_PAYOUT:
        same = [each for each in fitting if each.kind is MatchKind.STRIPE_PAYOUT]
        return line.hint == Hint.STRIPE and len(same) == 1
    named = bool(candidate.reference) and (candidate.reference,) == line.own_refs
    if fee := fee_within(line, candidate):
        return fee == line.charge
    return named and candidate.amount == line.rest


def _rank(line: OpenLine, candidate: Candidate, is_sure: bool) -> tuple[bool, bool, int, str]:
    named = bool(candidate.reference) and candidate.reference in line.own_refs
    return (not is_sure, not named, FIRST.index(candidate.kind), candidate.subject_id)
