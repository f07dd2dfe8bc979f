"""A pledge: money promised in instalments, fulfilled by gifts that arrive (DOMAIN.md 3.7).

Nothing of it is posted: a promise is no money. The due day of an instalment decides how long the
clocks run, so their lengths are handed in with each step.
"""

from __future__ import annotations

from workflows.clocks import Clock, Unit
from workflows.engine import SAME, State, Step, Workflow
from workflows.labels import PublicLabel
from workflows.roles import Role

DONOR, SYSTEM, FINANCE = Role.DONOR, Role.SYSTEM, Role.FINANCE_OFFICER
BOARD = Role.BOARD_MEMBER

WAITING = ("due", "notice")
"""Until the next instalment is due, and until the next reminder before it (30 and 7 days)."""

STATES = (
    State("offered", PublicLabel.BEING_CHECKED, FINANCE, ("look",)),
    State("screening", PublicLabel.BEING_CHECKED, BOARD, ("screening",)),
    State("scheduled", PublicLabel.RECEIVED, FINANCE, WAITING),
    State("part_paid", PublicLabel.RECEIVED, FINANCE, WAITING),
    State("overdue", PublicLabel.NEED_FROM_YOU, FINANCE, ("late",)),
    State("declined", PublicLabel.CLOSED, final=True),
    State("fulfilled", PublicLabel.CLOSED, final=True),
    State("cancelled", PublicLabel.CLOSED, final=True),
    State("written_off", PublicLabel.CLOSED, final=True),
)

CLOCKS = (
    Clock("look", "pledge_look_working_days", Unit.WORKING_DAYS, "remind"),
    Clock("screening", "pledge_screening_working_days", Unit.WORKING_DAYS, "remind"),
    Clock("due", "pledge_due_days", Unit.DAYS, "miss"),
    Clock("notice", "pledge_notice_days", Unit.DAYS, "remind"),
    Clock("late", "pledge_late_days", Unit.DAYS, "remind"),
)

STEPS = (
    Step("screen", ("offered",), "screening", (FINANCE,), ("pledge_needs_screening",),
         ("tell_board",)),
    Step("accept_small", ("offered",), "scheduled", (FINANCE,),
         ("pledge_is_small", "instalments_sum"), (), starts=WAITING),
    Step("agree", ("screening",), "scheduled", (BOARD,),
         ("not_recorder", "pledge_acceptable", "instalments_sum"), (), starts=WAITING),
    Step("decline", ("offered", "screening"), "declined", (BOARD,), ("reason_given",)),
    Step("instalment", ("scheduled", "overdue", "part_paid"), "part_paid", (SYSTEM,),
         ("amount_positive",), (), starts=WAITING),
    Step("complete", ("part_paid", "scheduled"), "fulfilled", (SYSTEM,), ("pledge_paid",)),
    Step("miss", ("scheduled", "part_paid"), "overdue", (SYSTEM,), ("due_ran_out",),
         ("tell_coordinator", "tell_finance"), starts=("late",)),
    Step("reschedule", ("overdue", "scheduled", "part_paid"), "scheduled", (FINANCE,),
         ("donor_agreed", "instalments_sum"), (), starts=WAITING),
    Step("cancel", ("screening", "scheduled", "overdue", "part_paid"), "cancelled",
         (BOARD, DONOR), ("reason_given",), ("warn_shortfall",)),
    Step("write_off", ("overdue",), "written_off", (BOARD,), ("reason_given",),
         ("warn_shortfall",)),
    Step("remind", ("offered",), SAME, (SYSTEM,), (), ("tell_finance",), starts=("look",)),
    Step("remind", ("screening",), SAME, (SYSTEM,), (), ("tell_board",), starts=("screening",)),
    Step("remind", ("scheduled", "part_paid"), SAME, (SYSTEM,), (), ("tell_finance",),
         starts=("notice",)),
    Step("remind", ("overdue",), SAME, (SYSTEM,), (), ("tell_finance",), starts=("late",)),
)  # fmt: skip

PLEDGE = Workflow("pledge", 1, "offered", STATES, STEPS, CLOCKS)
"""A pledge, version 1."""
