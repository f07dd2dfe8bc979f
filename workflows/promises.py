"""What the workflows promise, as data the search in search.py tries to break.

A token stands for something that is open between two effects: reserved money, a payment on its
way, a live ballot. A separation names two deeds that one person may never both do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workflows.roles import Role

END = "end"
"""In `closed_in`: every final state."""


@dataclass(frozen=True, slots=True)
class Token:
    """Something effects open and close.

    `once`: never opened while open. `closed_in`: states in which it must not be open (END for
    every final one). `settles_outside`: another machine may close it at any moment.
    """

    name: str
    opens: frozenset[str]
    closes: frozenset[str]
    once: bool = False
    closed_in: frozenset[str] = frozenset()
    settles_outside: bool = False
    open_at_start: bool = False


@dataclass(frozen=True, slots=True)
class Separation:
    """Who did `deed` may not take a step with `effect`; `outside` if done in another machine."""

    effect: str
    deed: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The person may leave by `action` in every state until a step `moved_by` was taken."""

    action: str
    role: Role
    moved_by: frozenset[str]
    not_in: frozenset[str]


@dataclass(frozen=True, slots=True)
class Promises:
    """All promises of one workflow."""

    tokens: tuple[Token, ...] = ()
    separations: tuple[Separation, ...] = ()
    withdrawal: Withdrawal | None = None


AT_END = frozenset({END})
RETURNED = frozenset({"refunded", "refused", "failed"})

EMERGENCY = Promises(
    tokens=(
        Token(
            "reserve",
            opens=frozenset({"encumber", "encumber_fast_track"}),
            closes=frozenset({"release_encumbrance"}),
            closed_in=AT_END,
        ),
        Token(
            "award",
            opens=frozenset({"encumber"}),
            closes=frozenset({"release_encumbrance"}),
            once=True,
        ),
        Token(
            "payout",
            opens=frozenset({"plan_disbursement"}),
            closes=frozenset({"cancel_disbursements"}),
            once=True,
            settles_outside=True,
        ),
        Token(
            "ballot",
            opens=frozenset({"open_ballot", "open_ratification_ballot"}),
            closes=frozenset({"void_ballot"}),
            once=True,
            closed_in=AT_END,
            settles_outside=True,
        ),
    ),
    separations=(Separation("encumber_fast_track", "propose_fast_track"),),
    withdrawal=Withdrawal(
        "withdraw",
        Role.APPLICANT,
        moved_by=frozenset({"first_payment_received"}),
        not_in=frozenset({"draft", "rejected"}),
    ),
)

DISBURSEMENT = Promises(
    tokens=(
        Token(
            "money on its way",
            opens=frozenset({"record_sending"}),
            closes=frozenset(
                {
                    "record_not_sent",
                    "post_executed",
                    "record_receipt",
                    "record_trace",
                    "post_reversed",
                    "post_returned",
                }
            ),
            once=True,
            closed_in=AT_END,
        ),
        Token(
            "reserve",
            opens=frozenset(),
            closes=frozenset({"post_executed", "release_payout", "plan_replacement", "post_loss"}),
            closed_in=AT_END,
            open_at_start=True,
        ),
        Token(
            "release",
            opens=frozenset({"post_release"}),
            closes=frozenset({"reverse_release", "post_executed", "post_loss"}),
            once=True,
            closed_in=AT_END,
        ),
    ),
    separations=(
        Separation("record_first_signature", "decide", outside=True),
        Separation("record_first_signature", "lead", outside=True),
        Separation("record_first_signature", "receive", outside=True),
        Separation("post_release", "decide", outside=True),
        Separation("post_release", "lead", outside=True),
        Separation("post_release", "receive", outside=True),
        Separation("record_first_signature", "safety_check"),
        Separation("post_release", "safety_check"),
        Separation("post_release", "authorise_first"),
    ),
)

DONATION = Promises(
    tokens=(
        Token(
            "gift",
            opens=frozenset({"post_gift"}),
            closes=frozenset({"post_refund", "post_dispute_lost"}),
            once=True,
            closed_in=RETURNED,
        ),
        Token(
            "blocked gift",
            opens=frozenset({"block_spending"}),
            closes=frozenset({"unblock_spending", "post_refund", "post_dispute_lost"}),
            once=True,
            closed_in=frozenset({"accepted", "receipted"}),
        ),
        Token(
            "receipt",
            opens=frozenset({"issue_receipt"}),
            closes=frozenset({"void_receipt"}),
            closed_in=RETURNED,
        ),
    ),
)

BALLOT = Promises(
    tokens=(
        Token(
            "review access",
            opens=frozenset({"grant_review"}),
            closes=frozenset({"end_review"}),
            closed_in=AT_END,
        ),
    ),
)

PROMISES: Mapping[str, Promises] = MappingProxyType(
    {
        "emergency": EMERGENCY,
        "disbursement": DISBURSEMENT,
        "donation": DONATION,
        "ballot": BALLOT,
        "monthly_gift": Promises(),
        "pledge": Promises(),
    }
)
"""Promises by workflow name; they hold for every version."""
