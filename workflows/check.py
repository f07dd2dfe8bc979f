"""Check a definition: first its structure, then, by search, what it promises.

`check` returns problems and raises nothing; an empty list is the pass. Promises are searched
only when the structure is sound, since a search needs known states and guards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from workflows.catalogue import all_workflows
from workflows.effects import EFFECTS
from workflows.engine import SAME, State, Step, Workflow
from workflows.guards import GUARDS
from workflows.holds import Hold
from workflows.predicates import Guard
from workflows.promises import PROMISES, Promises
from workflows.roles import Role
from workflows.search import Node, Problem, broken_promises, moves, walk

NOTHING = Promises()


def check(
    workflow: Workflow,
    guards: Mapping[str, Guard] = GUARDS,
    effects: Mapping[str, str] = EFFECTS,
    promises: Promises | None = None,
) -> list[Problem]:
    """Return every problem of a definition, with the shortest path for each broken promise."""
    found = [
        Problem(workflow.label, code, message)
        for code, message in (
            *_states(workflow),
            *_names(workflow, guards, effects),
            *_clocks(workflow),
            *_holds(workflow),
        )
    ]
    if not found:
        found += _ways(workflow)
    if not found:
        promised = promises or PROMISES.get(workflow.name, NOTHING)
        found += broken_promises(workflow, promised, guards)
    return found


def check_all() -> list[Problem]:
    """Return every problem of every published workflow."""
    return [problem for one in all_workflows() for problem in check(one)]


Finding = tuple[str, str]


def _states(workflow: Workflow) -> Iterator[Finding]:
    counted = Counter(state.code for state in workflow.states)
    for code, times in counted.items():
        if times > 1:
            yield "duplicate_state", f"state {code} is there {times} times"
    if workflow.initial not in counted:
        yield "unknown_initial", f"the initial state {workflow.initial} does not exist"
    for state in workflow.states:
        yield from _one_state(state)


def _one_state(state: State) -> Iterator[Finding]:
    if state.final and state.clocks:
        yield "clock_at_end", f"a clock runs in the final state {state.code}"
    if not (state.final or state.clocks):
        yield "no_clock", f"nobody is reminded in {state.code}: it has no clock"
    if not (state.final or isinstance(state.owner, Role)):
        yield "no_owner", f"nobody is to act in {state.code}: it has no owner"


def _names(
    workflow: Workflow, guards: Mapping[str, Guard], effects: Mapping[str, str]
) -> Iterator[Finding]:
    rows = Counter((step.action, source) for step in workflow.steps for source in step.sources)
    for (action, source), times in rows.items():
        if times > 1:
            yield "competing", f"{times} steps {action} compete in {source}"
    for step in workflow.steps:
        yield from _step_names(workflow, step)
        for name in step.guards:
            if name not in guards:
                yield "unknown_guard", f"{step.action} names the unknown guard {name}"
        for name in step.effects:
            if name not in effects:
                yield "unknown_effect", f"{step.action} names the unknown effect {name}"


def _step_names(workflow: Workflow, step: Step) -> Iterator[Finding]:
    states = workflow.state_of
    if not step.by_roles or any(not isinstance(role, Role) for role in step.by_roles):
        yield "no_role", f"nobody may {step.action}: it has no known role"
    if step.dest != SAME and step.dest not in states:
        yield "unknown_dest", f"{step.action} leads to the unknown state {step.dest}"
    for source in step.sources:
        if source not in states:
            yield "unknown_source", f"{step.action} starts in the unknown state {source}"
        elif states[source].final and not step.reopens:
            yield "out_of_final", f"{step.action} leaves the final state {source}"


def _clocks(workflow: Workflow) -> Iterator[Finding]:
    for code, names in workflow.running_in.items():
        for name in sorted(names):
            yield from _clock_in(workflow, name, code)


def _clock_in(workflow: Workflow, name: str, code: str) -> Iterator[Finding]:
    clock = workflow.clock_of.get(name)
    if clock is None:
        yield "unknown_clock", f"the clock {name} in {code} is not defined"
        return
    step = workflow.step_of.get((clock.on_due, code))
    if step is None or Role.SYSTEM not in step.by_roles:
        yield "clock_not_allowed", f"{name} runs out in {code}, where it may not {clock.on_due}"


def _holds(workflow: Workflow) -> Iterator[Finding]:
    for step in workflow.steps:
        for kind in (step.places, step.lifts):
            if kind is not None and kind not in workflow.hold_of:
                yield "unknown_hold", f"{step.action} names the undeclared hold {kind}"
    for hold in workflow.holds:
        for action in sorted(set(hold.allows) - set(workflow.actions)):
            yield "unknown_action", f"the hold {hold.kind} allows the unknown step {action}"
        for name in sorted({*hold.pauses, *hold.clocks} - set(workflow.clock_of)):
            yield "unknown_clock", f"the hold {hold.kind} names the unknown clock {name}"
    yield from _stuck_holds(workflow)


def _stuck_holds(workflow: Workflow) -> Iterator[Finding]:
    """Find holds that only an end could lift, and clocks of a hold that may not fire."""
    for hold in workflow.holds:
        for state in sorted(_held_states(workflow, hold)):
            lifting = [
                step
                for step, dest in moves(workflow)[state]
                if step.lifts == hold.kind
                and step.action in hold.allows
                and not workflow.state_of[dest].final
            ]
            if not lifting:
                yield "stuck_hold", f"{hold.kind} cannot be lifted in {state}"
            for name in hold.clocks:
                if name in workflow.clock_of:
                    yield from _clock_in(workflow, name, state)


def _held_states(workflow: Workflow, hold: Hold) -> set[str]:
    """Return the states a case can be in while the hold is in force."""
    leaving = moves(workflow)
    finals = {state.code for state in workflow.states if state.final}

    def neighbours(node: Node) -> Iterator[tuple[str, Node]]:
        for step, dest in leaving.get(node.state, ()):
            if step.action in hold.allows and step.lifts != hold.kind and dest not in finals:
                yield step.action, Node(dest)

    placing = [step for step in workflow.steps if step.places == hold.kind]
    placed = {source for step in placing for source in step.sources}
    return {node.state for start in placed for node, _path in walk(Node(start), neighbours)}


def _ways(workflow: Workflow) -> list[Problem]:
    leaving = moves(workflow)
    finals = {state.code for state in workflow.states if state.final}

    def neighbours(node: Node) -> Iterator[tuple[str, Node]]:
        for step, dest in leaving[node.state]:
            yield step.action, Node(dest)

    paths = {node.state: path for node, path in walk(Node(workflow.initial), neighbours)}
    problems = []
    for code in workflow.state_of:
        if code not in paths:
            message = f"no step ever reaches {code}"
            problems.append(Problem(workflow.label, "unreachable", message))
        elif not any(node.state in finals for node, _path in walk(Node(code), neighbours)):
            message = f"from {code} no end can be reached"
            problems.append(Problem(workflow.label, "trap", message, paths[code]))
    return problems
