"""A gift: promised, arrived, accepted, receipted; or disputed, refunded, refused (DOMAIN.md 3.8).

The money is posted when it arrives, whoever sent it; accepting it is a decision of its own.
Version 3 differs from DOMAIN.md in two rows (docs/decisions/0035): a corrected receipt frees its
gift for another one, and a dispute that is won leaves a gift as judged as it was.
"""

from __future__ import annotations

from dataclasses import replace

from workflows.clocks import Clock, Unit
from workflows.engine import SAME, State, Step, Workflow
from workflows.labels import PublicLabel
from workflows.roles import Role

DONOR, SYSTEM, FINANCE = Role.DONOR, Role.SYSTEM, Role.FINANCE_OFFICER
BOARD = Role.BOARD_MEMBER

STATES = (
    State("initiated", PublicLabel.NEED_FROM_YOU, DONOR, ("checkout",)),
    State("processing", PublicLabel.BEING_CHECKED, FINANCE, ("clear",)),
    State("cleared", PublicLabel.BEING_CHECKED, FINANCE, ("screen",)),
    State("held", PublicLabel.BEING_CHECKED, FINANCE, ("gift_review",)),
    State("accepted", PublicLabel.RECEIVED, FINANCE, ("receipt",)),
    State("disputed", PublicLabel.BEING_CHECKED, FINANCE, ("dispute",)),
    State("receipted", PublicLabel.RECEIVED, final=True),
    State("failed", PublicLabel.CLOSED, final=True),
    State("refused", PublicLabel.CLOSED, final=True),
    State("refunded", PublicLabel.CLOSED, final=True),
    State("receipt_cancelled", PublicLabel.CLOSED, final=True),
)

CLOCKS = (
    Clock("checkout", "checkout_hours", Unit.HOURS, "lapse"),
    Clock("clear", "clear_days", Unit.DAYS, "escalate"),
    Clock("screen", "screen_hours", Unit.HOURS, "escalate"),
    Clock("gift_review", "gift_review_working_days", Unit.WORKING_DAYS, "escalate"),
    Clock("receipt", "receipt_days", Unit.DAYS, "escalate"),
    Clock("dispute", "dispute_days", Unit.DAYS, "escalate"),
)

STEPS = (
    Step(
        "process", ("initiated",), "processing", (DONOR, SYSTEM),
        ("amount_positive", "purpose_open"),
    ),
    Step("lapse", ("initiated",), "failed", (SYSTEM,), ("checkout_ran_out",)),
    Step("succeed", ("processing",), "cleared", (SYSTEM,), ("amount_positive",), ("post_gift",)),
    Step("fail", ("processing",), "failed", (SYSTEM,)),
    Step(
        "bank_in", ("initiated",), "cleared", (FINANCE,),
        ("amount_positive", "statement_matches"), ("post_gift",),
    ),
    Step(
        "screen_hit", ("cleared",), "held", (SYSTEM,), ("gift_suspicious",), ("block_spending",)
    ),
    Step(
        "accept", ("cleared",), "accepted", (SYSTEM, FINANCE), ("gift_clean",), ("thank_donor",)
    ),
    Step(
        "accept", ("held",), "accepted", (FINANCE,), ("gift_clean",),
        ("unblock_spending", "thank_donor"),
    ),
    Step("refuse", ("held",), "refused", (BOARD,), ("reason_given",), ("post_refund",)),
    Step(
        "receipt", ("accepted",), "receipted", (FINANCE, SYSTEM), ("donor_data_complete",),
        ("issue_receipt",),
    ),
    Step(
        "dispute", ("cleared", "held", "accepted", "receipted"), "disputed", (SYSTEM,), (),
        ("post_dispute",), reopens=True,
    ),
    Step("dispute_won", ("disputed",), "accepted", (SYSTEM,), (),
         ("post_dispute_won", "unblock_spending")),
    Step(
        "dispute_lost", ("disputed",), "refunded", (SYSTEM,), (),
        ("post_dispute_lost", "void_receipt", "check_shortfall"),
    ),
    Step(
        "refund", ("accepted", "receipted"), "refunded", (FINANCE, SYSTEM),
        ("refund_agreed", "refund_covered"),
        ("post_refund", "void_receipt", "check_shortfall"), reopens=True,
    ),
    Step(
        "refund_partly", ("accepted",), SAME, (FINANCE, SYSTEM),
        ("refund_agreed", "refund_covered"),
        ("post_refund", "void_receipt", "check_shortfall"),
    ),
    Step(
        "refund_partly", ("receipted",), "accepted", (FINANCE, SYSTEM),
        ("refund_agreed", "refund_covered"),
        ("post_refund", "void_receipt", "check_shortfall"), reopens=True,
    ),
    Step(
        "correct_receipt", ("receipted",), "receipt_cancelled", (FINANCE,), ("reason_given",),
        ("void_receipt", "issue_receipt"), reopens=True,
    ),
    Step(
        "escalate", ("processing", "cleared", "held", "accepted", "disputed"), SAME, (SYSTEM,),
        ("some_clock_ran_out",), ("record_breach", "tell_coordinator"),
    ),
)  # fmt: skip

DONATION = Workflow("donation", 1, "initiated", STATES, STEPS, CLOCKS)
"""A gift, version 1."""

FOLLOWED = tuple(
    replace(row, effects=(*row.effects, "follow_pledge")) if row.action == "accept" else row
    for row in STEPS
)

DONATION_2 = Workflow("donation", 2, "initiated", STATES, FOLLOWED, CLOCKS)
"""A gift, version 2: once accepted it counts towards the pledge it belongs to."""


CORRECTED = Step(
    "correct_receipt", ("receipted",), "accepted", (FINANCE, Role.TREASURER), ("reason_given",),
    ("void_receipt",), reopens=True,
)  # fmt: skip
WON = (
    Step("dispute_won", ("disputed",), "accepted", (SYSTEM,), ("gift_was_accepted",),
         ("post_dispute_won", "unblock_spending")),
    Step("dispute_won_unjudged", ("disputed",), "held", (SYSTEM,), ("gift_never_accepted",),
         ("post_dispute_won", "unblock_spending", "block_spending", "void_receipt")),
)  # fmt: skip
DONATION_3 = Workflow(
    "donation",
    3,
    "initiated",
    tuple(state for state in STATES if state.code != "receipt_cancelled"),
    (
        *(row for row in FOLLOWED if row.action not in {"correct_receipt", "dispute_won"}),
        CORRECTED,
        *WON,
    ),
    CLOCKS,
)
"""A gift, version 3: a corrected receipt and a won dispute leave it where it can go on."""

FREED = replace(CORRECTED, by_roles=(FINANCE, Role.TREASURER, SYSTEM))
DONATION_4 = replace(
    DONATION_3,
    version=4,
    steps=tuple(FREED if row is CORRECTED else row for row in DONATION_3.steps),
)
"""A gift, version 4: what else stood on a receipt that became void waits for another one."""
