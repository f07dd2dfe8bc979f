"""The ballot: a panel's vote on one question of one case (DOMAIN.md 3.10).

Who declares a conflict leaves at once, whatever state the others are in; the ballot itself
stays where it is. How votes become a result is in workflows/counting.py.
"""

from __future__ import annotations

from workflows.clocks import Clock, Unit
from workflows.engine import SAME, State, Step, Workflow
from workflows.holds import Hold, HoldKind
from workflows.labels import PublicLabel
from workflows.roles import Role

COORDINATOR, REVIEWER, CHAIR = Role.COORDINATOR, Role.REVIEWER, Role.CHAIR
BOARD, SYSTEM = Role.BOARD_MEMBER, Role.SYSTEM
DECIDED = PublicLabel.BEING_DECIDED

VOTES_SHOWN = frozenset({"decided", "chair_vote"})
"""States in which others may see the votes; before, each voter sees only their own."""

OPEN_STATES = ("prepared", "open", "counting", "chair_vote", "no_quorum")

STATES = (
    State("prepared", DECIDED, REVIEWER, ("declare",)),
    State("open", DECIDED, REVIEWER, ("vote",)),
    State("counting", DECIDED, COORDINATOR, ("count",)),
    State("chair_vote", DECIDED, CHAIR, ("chair",)),
    State("no_quorum", DECIDED, COORDINATOR, ("substitute",)),
    State("decided", PublicLabel.DECISION_READY, final=True),
    State("void", DECIDED, final=True),
)

CLOCKS = (
    Clock("declare", "declare_hours", Unit.HOURS, "escalate"),
    Clock("vote", "vote_hours", Unit.HOURS, "timeout"),
    Clock("vote_extra", "vote_extra_hours", Unit.HOURS, "timeout"),
    Clock("count", "count_hours", Unit.HOURS, "escalate"),
    Clock("chair", "chair_hours", Unit.HOURS, "escalate"),
    Clock("substitute", "substitute_hours", Unit.HOURS, "escalate"),
)

VOTING = ("declare", "vote", "vote_extra", "chair", "substitute")
ALWAYS = ("declare_conflict", "void", "cancel", "escalate")

HOLDS = (
    Hold(HoldKind.INFO_REQUESTED, pauses=VOTING, allows=ALWAYS),
    Hold(HoldKind.SUSPENDED_SECURITY, pauses=VOTING, allows=ALWAYS),
    Hold(HoldKind.PERSON_EVENT, pauses=VOTING, allows=ALWAYS),
)

STEPS = (
    Step(
        "declare_free", ("prepared", "open"), SAME, (REVIEWER, CHAIR),
        ("on_panel", "not_recused"), ("record_declaration",),
    ),
    Step(
        "declare_conflict", ("prepared", "open", "no_quorum"), SAME, (REVIEWER, CHAIR),
        ("on_panel",), ("recuse", "draw_substitute"),
    ),
    Step(
        "open", ("prepared",), "open", (COORDINATOR, SYSTEM),
        ("enough_declared",), ("grant_review",),
    ),
    Step(
        "cast", ("open",), SAME, (REVIEWER, CHAIR),
        ("on_panel", "not_recused", "declared", "vote_complete"), ("record_vote",),
    ),
    Step("close_early", ("open",), "counting", (SYSTEM,), ("result_settled",)),
    Step("timeout", ("open",), "counting", (SYSTEM,), ("voting_ran_out",)),
    Step(
        "count", ("counting",), "decided", (SYSTEM,), ("quorum_reached", "no_tie"),
        ("record_result", "end_review", "tell_case"),
    ),
    Step(
        "tie", ("counting",), "chair_vote", (SYSTEM,), ("quorum_reached", "tied"), ("ask_chair",)
    ),
    Step(
        "chair_decides", ("chair_vote",), "decided", (CHAIR,),
        ("not_recused", "vote_complete"),
        ("record_vote", "record_result", "end_review", "tell_case"),
    ),
    Step("short", ("counting",), "no_quorum", (SYSTEM,), ("quorum_missed",), ("tell_case",)),
    Step(
        "substitutes", ("no_quorum",), "open", (COORDINATOR, SYSTEM),
        ("pool_has_people",), ("draw_substitute", "grant_review"), starts=("vote_extra",),
    ),
    Step(
        "written_board", ("no_quorum",), "decided", (BOARD,),
        ("not_recused", "pool_is_empty", "co_signed_by_board", "vote_complete"),
        ("record_result", "end_review", "tell_case", "tell_board"),
    ),
    Step(
        "void", (*OPEN_STATES, "decided"), "void", (BOARD,),
        ("reason_given", "decision_not_acted_on"),
        ("end_review", "record_incident", "replace_ballot"), reopens=True,
    ),
    Step("cancel", OPEN_STATES, "void", (SYSTEM,), (), ("end_review",)),
    Step(
        "escalate", OPEN_STATES, SAME, (SYSTEM,), ("some_clock_ran_out",),
        ("record_breach", "tell_coordinator"),
    ),
)  # fmt: skip

BALLOT = Workflow("ballot", 1, "prepared", STATES, STEPS, CLOCKS, HOLDS)
"""The ballot, version 1."""
