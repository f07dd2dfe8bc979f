"""A monthly gift: agreed on the payment page, collected each month, paused or stopped at will.

It moves no money itself: each month that is paid is a donation of its own (donation.py). The
donor stops or pauses it; finance ends it for a donor who asks and has no codename any more. What
the provider says of it is recorded and never argued with.
"""

from __future__ import annotations

from workflows.clocks import Clock, Unit
from workflows.engine import SAME, State, Step, Workflow
from workflows.labels import PublicLabel
from workflows.roles import Role

DONOR, SYSTEM, FINANCE = Role.DONOR, Role.SYSTEM, Role.FINANCE_OFFICER

STATES = (
    State("initiated", PublicLabel.NEED_FROM_YOU, DONOR, ("checkout",)),
    State("checking", PublicLabel.BEING_CHECKED, FINANCE, ("agreement_check",)),
    State("active", PublicLabel.RECEIVED, DONOR, ("next_gift",)),
    State("overdue", PublicLabel.NEED_FROM_YOU, DONOR, ("retry",)),
    State("paused", PublicLabel.RECEIVED, DONOR, ("pause",)),
    State("stopping", PublicLabel.BEING_CHECKED, FINANCE, ("stop",)),
    State("ended", PublicLabel.CLOSED, final=True),
    State("refused", PublicLabel.CLOSED, final=True),
    State("lapsed", PublicLabel.CLOSED, final=True),
)

CLOCKS = (
    Clock("checkout", "checkout_hours", Unit.HOURS, "lapse"),
    Clock("agreement_check", "agreement_check_hours", Unit.HOURS, "escalate"),
    Clock("next_gift", "next_gift_days", Unit.DAYS, "escalate"),
    Clock("retry", "retry_days", Unit.DAYS, "escalate"),
    Clock("pause", "pause_days", Unit.DAYS, "stop"),
    Clock("stop", "stop_hours", Unit.HOURS, "escalate"),
)

AGREED = ("checking", "active", "overdue", "paused", "stopping")

STEPS = (
    Step("check", ("initiated",), "checking", (SYSTEM,), ("amount_positive",)),
    Step("lapse", ("initiated",), "lapsed", (SYSTEM,), ("checkout_ran_out",)),
    Step("refuse", ("initiated", *AGREED), "refused", (SYSTEM,), ("card_listed",)),
    Step("collect", ("checking", "active", "overdue"), "active", (SYSTEM,), (), (),
         starts=("next_gift",)),
    Step("miss", ("checking", "active"), "overdue", (SYSTEM,)),
    Step("pause", ("active", "overdue"), "paused", (DONOR,), (), ("tell_provider",)),
    Step("resume", ("paused",), "active", (DONOR,), (), ("tell_provider",)),
    Step("stop", ("checking", "active", "overdue", "paused"), "stopping", (DONOR, SYSTEM), (),
         ("tell_provider",)),
    Step("end", AGREED, "ended", (SYSTEM,)),
    Step("escalate", ("checking", "active", "overdue", "stopping"), SAME, (SYSTEM,),
         ("some_clock_ran_out",), ("record_breach", "tell_finance")),
)  # fmt: skip

MONTHLY_GIFT = Workflow("monthly_gift", 1, "initiated", STATES, STEPS, CLOCKS)
"""A monthly gift, version 1."""

FOR_DONOR = Step(
    "stop_for_donor", ("checking", "active", "overdue", "paused"), "stopping", (FINANCE,),
    ("reason_given",), ("tell_provider",),
)  # fmt: skip

MONTHLY_GIFT_2 = Workflow("monthly_gift", 2, "initiated", STATES, (*STEPS, FOR_DONOR), CLOCKS)
"""A monthly gift, version 2: finance ends it for a donor who asks."""
