from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from workflows.ballot import BALLOT
from workflows.catalogue import all_workflows
from workflows.check import check, check_all
from workflows.clocks import Clock, Unit
from workflows.disbursement import DISBURSEMENT
from workflows.donation import DONATION
from workflows.emergency import EMERGENCY
from workflows.engine import State, Step, Workflow
from workflows.labels import PublicLabel
from workflows.roles import Role

RECEIVED = PublicLabel.RECEIVED
COORDINATOR, SYSTEM = Role.COORDINATOR, Role.SYSTEM

SOUND = Workflow(
    "tea",
    1,
    "asked",
    (
        State("asked", RECEIVED, COORDINATOR, ("boil",)),
        State("brewing", RECEIVED, COORDINATOR, ("boil",)),
        State("drunk", RECEIVED, final=True),
    ),
    (
        Step("brew", ("asked",), "brewing", (COORDINATOR,), ("not_recused",), ("notify_lead",)),
        Step("drink", ("brewing",), "drunk", (COORDINATOR,)),
        Step("remind", ("asked", "brewing"), "=", (SYSTEM,)),
    ),
    (Clock("boil", "boil_hours", Unit.HOURS, "remind"),),
)


def with_step(number: int, **changes: object) -> Workflow:
    steps = list(SOUND.steps)
    steps[number] = replace(steps[number], **changes)  # type: ignore[arg-type]
    return replace(SOUND, steps=tuple(steps))


def with_state(number: int, **changes: object) -> Workflow:
    states = list(SOUND.states)
    states[number] = replace(states[number], **changes)  # type: ignore[arg-type]
    return replace(SOUND, states=tuple(states))


ORPHAN = State("orphan", RECEIVED, COORDINATOR, ("boil",))
REMIND = Step("remind", ("asked", "brewing", "orphan"), "=", (SYSTEM,))
TRAP = replace(
    SOUND,
    states=(*SOUND.states, ORPHAN),
    steps=(*SOUND.steps[:2], REMIND, Step("spill", ("brewing",), "orphan", (COORDINATOR,))),
)
LEAVING = replace(SOUND, steps=(*SOUND.steps, Step("refill", ("drunk",), "asked", (COORDINATOR,))))
SHADOWED = replace(
    SOUND, steps=(*SOUND.steps, Step("drink", ("brewing",), "asked", (COORDINATOR,)))
)

MUTANTS = {
    "unknown_dest": (with_step(0, dest="nowhere"), "brew leads to the unknown state nowhere"),
    "unreachable": (
        replace(
            SOUND,
            states=(*SOUND.states, ORPHAN),
            steps=(*SOUND.steps[:2], REMIND, Step("save", ("orphan",), "drunk", (COORDINATOR,))),
        ),
        "no step ever reaches orphan",
    ),
    "trap": (TRAP, "from orphan no end can be reached"),
    "no_role": (with_step(0, by_roles=()), "nobody may brew: it has no known role"),
    "no_clock": (with_state(1, clocks=()), "nobody is reminded in brewing: it has no clock"),
    "no_owner": (with_state(1, owner=None), "nobody is to act in brewing: it has no owner"),
    "clock_not_allowed": (
        with_step(2, by_roles=(COORDINATOR,)),
        "boil runs out in asked, where it may not remind",
    ),
    "competing": (SHADOWED, "2 steps drink compete in brewing"),
    "out_of_final": (LEAVING, "refill leaves the final state drunk"),
    "duplicate_state": (
        replace(SOUND, states=(*SOUND.states, SOUND.states[1])),
        "state brewing is there 2 times",
    ),
    "unknown_guard": (with_step(0, guards=("thirsty",)), "brew names the unknown guard thirsty"),
    "unknown_effect": (with_step(0, effects=("steam",)), "brew names the unknown effect steam"),
    "unknown_source": (
        with_step(1, sources=("brewing", "nowhere")),
        "drink starts in the unknown state nowhere",
    ),
    "unknown_clock": (with_state(0, clocks=("egg",)), "the clock egg in asked is not defined"),
    "clock_at_end": (with_state(2, clocks=("boil",)), "a clock runs in the final state drunk"),
    "unknown_initial": (
        replace(SOUND, initial="poured"),
        "the initial state poured does not exist",
    ),
}


def test_published_workflows_have_no_problem() -> None:
    assert check_all() == []


def test_sound_definition_has_no_problem() -> None:
    assert check(SOUND) == []


@pytest.mark.parametrize("code", MUTANTS)
def test_mutated_definition_is_reported_with_the_right_message(code: str) -> None:
    mutant, message = MUTANTS[code]
    assert (code, message) in {(problem.code, problem.message) for problem in check(mutant)}


def test_trap_is_reported_with_the_way_into_it() -> None:
    (problem,) = check(TRAP)
    assert str(problem) == "tea/1: from orphan no end can be reached [brew > spill]"


def test_plain_string_as_sources_is_refused_at_construction() -> None:
    with pytest.raises(TypeError, match="is a comma missing"):
        with_step(0, sources="asked")


def without(workflow: Workflow, action: str, field: str, *names: str) -> Workflow:
    """Take names away from the guards, effects or sources of one action."""
    steps = []
    for step in workflow.steps:
        if step.action == action:
            kept = tuple(name for name in getattr(step, field) if name not in names)
            steps.append(replace(step, **{field: kept}))  # type: ignore[arg-type]
        else:
            steps.append(step)
    return replace(workflow, steps=tuple(steps))


BROKEN = {
    "second payout while one is in flight": (
        without(EMERGENCY, "accept", "guards", "no_payout_in_flight"),
        "accept opens a second payout beside the first",
    ),
    "reserve kept after the offer ran out": (
        without(EMERGENCY, "offer_timeout", "effects", "release_encumbrance"),
        "reserve is still open in expired",
    ),
    "ballot left open after a withdrawal": (
        without(EMERGENCY, "withdraw", "effects", "void_ballot"),
        "ballot is still open in withdrawn",
    ),
    "no way out while waiting for money": (
        without(EMERGENCY, "withdraw", "sources", "waiting_for_money"),
        "the person cannot withdraw in waiting_for_money",
    ),
    "one officer signs twice": (
        without(EMERGENCY, "fast_track", "guards", "two_officers"),
        "one person may both propose_fast_track and fast_track",
    ),
    "decider pays": (
        without(DISBURSEMENT, "authorise_second", "guards", "not_decider"),
        "one person may both decide and authorise_second",
    ),
    "one person signs both": (
        without(DISBURSEMENT, "authorise_second", "guards", "not_first_authoriser"),
        "one person may both authorise_first and authorise_second",
    ),
    "unknown outcome is sent again": (
        without(DISBURSEMENT, "found_not_sent", "effects", "record_not_sent"),
        "export opens a second money on its way beside the first",
    ),
    "release booked twice after a recall": (
        without(DISBURSEMENT, "recall", "effects", "reverse_release"),
        "authorise_second opens a second release beside the first",
    ),
    "cancelled payout keeps its reserve": (
        without(DISBURSEMENT, "cancel", "effects", "release_payout"),
        "reserve is still open in cancelled",
    ),
    "refund leaves a receipt": (
        without(DONATION, "refund", "effects", "void_receipt"),
        "receipt is still open in refunded",
    ),
    "won dispute stays blocked": (
        without(DONATION, "dispute_won", "effects", "unblock_spending"),
        "blocked gift is still open in accepted",
    ),
    "reviewers keep access": (
        without(BALLOT, "cancel", "effects", "end_review"),
        "review access is still open in void",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_promise_is_found_with_a_path_that_can_be_walked(name: str) -> None:
    mutant, message = BROKEN[name]
    problem = next(problem for problem in check(mutant) if problem.message == message)
    states = {mutant.initial}
    for action in (part for part in problem.path if not part.startswith("(")):
        rows = [row for state in states if (row := mutant.step_of.get((action, state)))]
        assert rows
        states = {s if r.dest == "=" else r.dest for r in rows for s in states & {*r.sources}}
    assert f"[{' > '.join(problem.path)}]" in str(problem)


def test_recall_of_sent_money_into_a_state_that_sends_is_found() -> None:
    """As DOMAIN.md first had it: recalled money could be sent again while on its way."""
    steps = [
        replace(step, dest="held") if step.action == "recall" else step
        for step in DISBURSEMENT.steps
    ]
    problems = check(replace(DISBURSEMENT, steps=tuple(steps)))
    assert "opened_twice" in {problem.code for problem in problems}


def test_hold_nobody_can_lift_is_found() -> None:
    mutant = without(EMERGENCY, "resume", "sources", "review")
    assert "stuck_hold" in {problem.code for problem in check(mutant)}


def test_versions_of_one_workflow_rise() -> None:
    for earlier, later in pairwise(all_workflows()):
        assert earlier.name != later.name or earlier.version < later.version
