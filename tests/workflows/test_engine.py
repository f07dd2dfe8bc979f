from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest

from tests.workflows.facts import EVERYBODY, Stub, actor, passing
from workflows.catalogue import all_workflows, workflow
from workflows.emergency import EMERGENCY
from workflows.engine import SAME, Outcome, Refused, State, Step, Workflow, fire, options
from workflows.holds import HoldKind
from workflows.labels import PublicLabel
from workflows.roles import Role

LEAD = {"holds": (), "recused": frozenset[str](), "lead": "me"}


def refusal_of(one: Workflow, state: str, action: str, role: Role, facts: object) -> str | None:
    try:
        fire(one, Stub(state), action, actor(role), facts)  # type: ignore[arg-type]
    except Refused as refused:
        return refused.code
    return None


def all_good(one: Workflow) -> dict[str, Any]:
    """Facts with which most guards pass; of two that exclude each other, one."""
    merged: dict[str, Any] = {}
    for step in one.steps:
        merged |= passing(one, step)
    return merged | ({"holds": ()} if one.holds else {})


@pytest.mark.parametrize("good", [True, False], ids=["good facts", "no facts"])
@pytest.mark.parametrize("one", all_workflows(), ids=lambda one: one.label)
def test_fire_accepts_a_cell_exactly_when_options_lists_it(one: Workflow, good: bool) -> None:
    facts = all_good(one) if good else {}
    for state, role in product(one.state_of, Role):
        for option in options(one, Stub(state), actor(role), facts):
            assert refusal_of(one, state, option.action, role, facts) == option.refusal


@pytest.mark.parametrize("one", all_workflows(), ids=lambda one: one.label)
def test_every_row_is_open_to_its_roles_in_its_sources_alone(one: Workflow) -> None:
    for step, role in product(one.steps, Role):
        facts = passing(one, step)
        expected = None if role in step.by_roles else "wrong_role"
        for state in step.sources:
            assert refusal_of(one, state, step.action, role, facts) == expected
    for action, state in product(one.actions, one.state_of):
        if (action, state) not in one.step_of:
            assert refusal_of(one, state, action, Role.SYSTEM, {}) == "wrong_state"


@pytest.mark.parametrize("one", all_workflows(), ids=lambda one: one.label)
def test_every_step_leads_where_its_row_says(one: Workflow) -> None:
    for step in one.steps:
        for source in step.sources:
            row = one.step_of[step.action, source]
            outcome = fire(one, Stub(source), step.action, EVERYBODY, passing(one, row))
            assert outcome.state == (source if row.dest == SAME else row.dest)
            assert outcome.effects == row.effects
            assert outcome.by_roles == frozenset(row.by_roles)


@pytest.mark.parametrize(
    "action", ["to_paid", "to_closed", "__class__", "may_submit", "trigger", "", "bank_ok"]
)
def test_fire_refuses_names_that_are_no_action(action: str) -> None:
    with pytest.raises(Refused) as refused:
        fire(EMERGENCY, Stub("draft"), action, EVERYBODY, LEAD)
    assert refused.value.code == "unknown_action"


def test_fire_leaves_the_case_as_it_was() -> None:
    case = Stub("submitted")
    outcome = fire(EMERGENCY, case, "acknowledge", actor(Role.COORDINATOR), LEAD)
    assert (case.state, outcome.state) == ("submitted", "triage")


def test_fire_on_a_state_nobody_knows_is_an_error_and_no_refusal() -> None:
    with pytest.raises(ValueError, match="has no state 'lost'"):
        fire(EMERGENCY, Stub("lost"), "acknowledge", EVERYBODY, LEAD)


def test_refused_names_every_reason_and_the_missing_facts() -> None:
    facts = {"holds": ("suspended_security",), "lead": "other", "letter_ready": False}
    with pytest.raises(Refused) as refused:
        fire(EMERGENCY, Stub("approved"), "offer", actor(Role.APPLICANT), facts)
    expected = ("wrong_role", "on_hold", "not_case_lead", "letter_missing")
    assert refused.value.codes == expected
    assert refused.value.code == "wrong_role"
    assert dict(refused.value.facts) == {**facts, "action": "offer", "state": "approved"}
    assert refused.value.missing == ()
    with pytest.raises(Refused) as without:
        fire(EMERGENCY, Stub("approved"), "offer", actor(Role.COORDINATOR), {"holds": ()})
    assert without.value.missing == ("lead", "letter_ready")


def test_clock_runs_on_through_states_and_stops_with_the_decision() -> None:
    coordinator = actor(Role.COORDINATOR)
    submitted = fire(
        EMERGENCY,
        Stub("draft"),
        "submit",
        actor(Role.APPLICANT),
        {"holds": (), "missing_answers": 0, "consented": True},
    )
    assert submitted.starts == ("ack", "triage", "decide")
    assert submitted.stops == ("draft",)
    acknowledged = fire(EMERGENCY, Stub("submitted"), "acknowledge", coordinator, LEAD)
    assert (acknowledged.starts, acknowledged.stops) == ((), ("ack",))
    step = EMERGENCY.step_of["approve", "review"]
    approved = fire(EMERGENCY, Stub("review"), "approve", EVERYBODY, passing(EMERGENCY, step))
    assert (approved.starts, approved.stops) == (("letter",), ("decide",))


def test_substitutes_get_their_own_clock_in_place_of_the_first() -> None:
    ballot = workflow("ballot")
    facts = {"holds": (), "pool": 1}
    again = fire(ballot, Stub("no_quorum"), "substitutes", EVERYBODY, facts)
    assert (again.starts, again.stops) == (("vote_extra",), ("substitute",))
    over = {"holds": (), "ran_out": frozenset({"vote_extra"})}
    closed = fire(ballot, Stub("open"), "timeout", EVERYBODY, over)
    assert (closed.starts, closed.stops) == (("count",), ("vote", "vote_extra"))


def test_notice_that_reaches_the_person_restarts_the_appeal_clock() -> None:
    facts = {"holds": (), "notice_reached": False}
    outcome = fire(EMERGENCY, Stub("rejected"), "notice_reached", EVERYBODY, facts)
    assert (outcome.state, outcome.starts, outcome.stops) == ("rejected", ("appeal",), ())


def test_question_pauses_the_decide_clock_and_the_answer_resumes_it() -> None:
    asking = EMERGENCY.step_of["request_info", "review"]
    asked = fire(EMERGENCY, Stub("review"), "request_info", EVERYBODY, passing(EMERGENCY, asking))
    assert asked == Outcome(
        state="review",
        effects=("send_questions", "notify_applicant"),
        starts=("info",),
        pauses=("decide",),
        places=HoldKind.INFO_REQUESTED,
        by_roles=frozenset({Role.COORDINATOR}),
    )
    held = {"holds": ("info_requested",), "unanswered_items": 0}
    answered = fire(EMERGENCY, Stub("review"), "answer_info", EVERYBODY, held)
    assert answered.lifts == (HoldKind.INFO_REQUESTED,)
    assert (answered.resumes, answered.stops) == (("decide",), ("info",))


def test_hold_forbids_all_but_what_it_allows() -> None:
    held = {**LEAD, "holds": ("info_requested",), "payouts_sent": 0}
    assert refusal_of(EMERGENCY, "review", "no_quorum", Role.SYSTEM, held) == "on_hold"
    assert refusal_of(EMERGENCY, "review", "withdraw", Role.APPLICANT, held) is None
    assert refusal_of(EMERGENCY, "review", "answer_info", Role.APPLICANT, LEAD) == "not_held"


def test_hold_nobody_knows_and_holds_nobody_gathered_both_refuse() -> None:
    unknown = {**LEAD, "holds": ("typo",)}
    assert refusal_of(EMERGENCY, "submitted", "acknowledge", Role.COORDINATOR, unknown) == "on_hold"
    nothing = {"recused": frozenset[str]()}
    assert refusal_of(EMERGENCY, "submitted", "acknowledge", Role.COORDINATOR, nothing) == "on_hold"


def test_second_hold_of_a_kind_is_refused() -> None:
    held = {**LEAD, "holds": ("suspended_security",)}
    with pytest.raises(Refused) as refused:
        fire(EMERGENCY, Stub("review"), "suspend_security", actor(Role.REVIEWER), held)
    assert refused.value.codes == ("on_hold", "already_held")


def test_end_of_a_case_lifts_every_hold_and_stops_its_clocks() -> None:
    held = {"holds": ("info_requested",), "payouts_sent": 0}
    outcome = fire(EMERGENCY, Stub("triage"), "withdraw", actor(Role.APPLICANT), held)
    assert outcome.lifts == (HoldKind.INFO_REQUESTED,)
    assert outcome.stops == ("decide", "triage", "info")
    assert outcome.resumes == ()


def test_two_holds_resume_a_clock_only_when_both_are_gone() -> None:
    step = EMERGENCY.step_of["resume", "review"]
    facts = {**passing(EMERGENCY, step), "holds": ("info_requested", "suspended_security")}
    outcome = fire(EMERGENCY, Stub("review"), "resume", EVERYBODY, facts)
    # The time to answer goes on; what the question itself pauses stays paused.
    assert (outcome.resumes, outcome.stops) == (("info",), ("safe_contact",))


@pytest.mark.parametrize(
    ("holds", "label"),
    [
        ((), PublicLabel.BEING_DECIDED),
        (("info_requested",), PublicLabel.NEED_FROM_YOU),
        (("suspended_security",), PublicLabel.BEING_DECIDED),
        (("person_event_hold",), PublicLabel.BEING_DECIDED),
    ],
)
def test_public_label_never_tells_of_a_safety_hold(
    holds: tuple[str, ...], label: PublicLabel
) -> None:
    assert EMERGENCY.public_label("review", holds) == label


def test_plain_string_in_place_of_names_is_refused() -> None:
    with pytest.raises(TypeError, match="is a comma missing"):
        Step("go", "draft", "done", (Role.APPLICANT,))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is a comma missing"):
        State("draft", PublicLabel.RECEIVED, clocks="draft")  # type: ignore[arg-type]


def test_machine_is_shared_by_threads_without_an_error() -> None:
    steps = [step for step in EMERGENCY.steps if step.action in {"acknowledge", "verify", "offer"}]

    def run(_number: int) -> list[str]:
        return [
            fire(EMERGENCY, Stub(source), step.action, EVERYBODY, passing(EMERGENCY, step)).state
            for _ in range(25)
            for step in steps
            for source in step.sources
        ]

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(run, range(8)))
    assert results == [["triage", "triage", "verification", "offered"] * 25] * 8


def test_machine_is_one_per_definition_and_binds_no_case() -> None:
    fire(EMERGENCY, Stub("submitted"), "acknowledge", actor(Role.COORDINATOR), LEAD)
    assert EMERGENCY.machine is workflow("emergency").machine
    assert EMERGENCY.machine.models == []
