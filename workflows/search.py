"""Search a workflow for a path that breaks a promise; the shortest one is the answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workflows.engine import SAME, Step, Workflow
from workflows.predicates import Guard
from workflows.promises import END, Promises, Separation, Token, Withdrawal


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a definition: a stable code, a sentence, and the path that shows it."""

    workflow: str
    code: str
    message: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it on one line, the path at the end."""
        way = f" [{' > '.join(self.path)}]" if self.path else ""
        return f"{self.workflow}: {self.message}{way}"


@dataclass(frozen=True, slots=True)
class Node:
    """Where the search is: the state, what is open, and whether our person did the deed."""

    state: str
    open: frozenset[str] = frozenset()
    did: bool = False


Move = tuple[str, Node]
Neighbours = Callable[[Node], Iterator[Move]]
GuardTable = Mapping[str, Guard]


def moves(workflow: Workflow) -> dict[str, tuple[tuple[Step, str], ...]]:
    """Return per state the steps that leave it, each with the state it leads to."""
    found: dict[str, list[tuple[Step, str]]] = {state.code: [] for state in workflow.states}
    for step in workflow.steps:
        for source in step.sources:
            found.setdefault(source, []).append((step, source if step.dest == SAME else step.dest))
    return {code: tuple(rows) for code, rows in found.items()}


def walk(start: Node, neighbours: Neighbours) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Visit every reachable node once, nearest first, with the shortest path to it."""
    seen = {start}
    queue: deque[tuple[Node, tuple[str, ...]]] = deque([(start, ())])
    while queue:
        node, path = queue.popleft()
        yield node, path
        for name, following in neighbours(node):
            if following not in seen:
                seen.add(following)
                queue.append((following, (*path, name)))


def broken_promises(workflow: Workflow, promises: Promises, guards: GuardTable) -> list[Problem]:
    """Return every broken promise of a workflow whose structure is sound."""
    problems = _broken_tokens(workflow, promises.tokens, guards)
    for separation in promises.separations:
        problems += _broken_separation(workflow, separation, guards)
    if promises.withdrawal is not None:
        problems += _broken_withdrawal(workflow, promises.withdrawal)
    return problems


def _applied(step: Step, token: Token, is_open: bool) -> tuple[bool, bool]:
    """Run a step's effects in order: whether the token is open after, and was opened twice."""
    twice = False
    for effect in step.effects:
        if effect in token.closes:
            is_open = False
        if effect in token.opens:
            twice = twice or (is_open and token.once)
            is_open = True
    return is_open, twice


def _passes(step: Step, open_tokens: frozenset[str], guards: GuardTable) -> bool:
    return all(guards[name].closed.isdisjoint(open_tokens) for name in step.guards)


def _broken_tokens(
    workflow: Workflow, tokens: tuple[Token, ...], guards: GuardTable
) -> list[Problem]:
    leaving = moves(workflow)
    settling = frozenset(token.name for token in tokens if token.settles_outside)

    def possible(node: Node) -> list[tuple[Step, str]]:
        return [(s, dest) for s, dest in leaving[node.state] if _passes(s, node.open, guards)]

    def neighbours(node: Node) -> Iterator[Move]:
        for name in sorted(node.open & settling):
            yield f"({name} settles)", Node(node.state, node.open - {name})
        for step, dest in possible(node):
            after = (t.name for t in tokens if _applied(step, t, t.name in node.open)[0])
            yield step.action, Node(dest, frozenset(after))

    start = Node(workflow.initial, frozenset(t.name for t in tokens if t.open_at_start))
    found: dict[tuple[str, str], Problem] = {}
    for node, path in walk(start, neighbours):
        for token in tokens:
            for problem in _token_problems(workflow, token, (node, path), possible(node)):
                found.setdefault((problem.code, token.name), problem)
    return list(found.values())


def _token_problems(
    workflow: Workflow,
    token: Token,
    place: tuple[Node, tuple[str, ...]],
    steps: list[tuple[Step, str]],
) -> Iterator[Problem]:
    node, path = place
    is_open = token.name in node.open
    finals = {state.code for state in workflow.states if state.final}
    if is_open and _must_be_closed(token, node.state, finals):
        message = f"{token.name} is still open in {node.state}"
        yield Problem(workflow.label, "left_open", message, path)
    for step, _dest in steps:
        if _applied(step, token, is_open)[1]:
            message = f"{step.action} opens a second {token.name} beside the first"
            yield Problem(workflow.label, "opened_twice", message, (*path, step.action))


def _must_be_closed(token: Token, state: str, finals: set[str]) -> bool:
    return state in token.closed_in or (END in token.closed_in and state in finals)


def _broken_separation(
    workflow: Workflow, separation: Separation, guards: GuardTable
) -> list[Problem]:
    leaving = moves(workflow)

    def neighbours(node: Node) -> Iterator[Move]:
        for step, dest in leaving[node.state]:
            yield step.action, Node(dest, did=node.did or step.action == separation.deed)

    start = Node(workflow.initial, did=separation.outside)
    for node, path in walk(start, neighbours):
        if not node.did:
            continue
        for step, _dest in leaving[node.state]:
            apart = any(separation.deed in guards[name].separates for name in step.guards)
            if separation.effect in step.effects and not apart:
                message = f"one person may both {separation.deed} and {step.action}"
                way = (*path, step.action)
                return [Problem(workflow.label, "same_person", message, way)]
    return []


def _broken_withdrawal(workflow: Workflow, withdrawal: Withdrawal) -> list[Problem]:
    leaving = moves(workflow)
    finals = {state.code for state in workflow.states if state.final}

    def neighbours(node: Node) -> Iterator[Move]:
        for step, dest in leaving[node.state]:
            if step.action not in withdrawal.moved_by:
                yield step.action, Node(dest)

    problems = []
    for node, path in walk(Node(workflow.initial), neighbours):
        if node.state in finals | withdrawal.not_in:
            continue
        step = workflow.step_of.get((withdrawal.action, node.state))
        if step is None or withdrawal.role not in step.by_roles:
            message = f"the person cannot {withdrawal.action} in {node.state}"
            problems.append(Problem(workflow.label, "no_way_out", message, path))
    return problems
