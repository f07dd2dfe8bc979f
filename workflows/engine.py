"""The engine: what may happen to a case, and what follows; it decides and changes nothing.

A workflow is data: states, steps, clocks, holds. `fire` answers what a step leads to or why it
is refused; `options` lists every action with that same answer. This module alone knows the
`transitions` library, and uses one plain machine per definition, shared by all threads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from transitions import EventData, Machine, MachineError

from workflows.clocks import Clock
from workflows.guards import GUARDS
from workflows.holds import Hold, HoldKind
from workflows.labels import PublicLabel
from workflows.predicates import Case, Facts
from workflows.roles import Actor, Role

SAME = "="
"""As `dest` of a step: the case stays in the state it is in."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can be.

    `clocks` run while the case is here: one that also ran in the state before keeps running.
    `owner` is the role that is to act next. A final state waits for nobody.
    """

    code: str
    public_label: PublicLabel
    owner: Role | None = None
    clocks: tuple[str, ...] = ()
    final: bool = False

    def __post_init__(self) -> None:
        _require_tuples(self, "clocks")


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a workflow's table: who may take a case from where to where, and what follows.

    `guards` and `effects` are names (workflows/guards.py, workflows/effects.py). `starts` names
    the clocks to start in place of the destination's own (and restarts one that runs).
    `places` and `lifts` name a hold. `reopens` allows the step to leave a final state.
    """

    action: str
    sources: tuple[str, ...]
    dest: str
    by_roles: tuple[Role, ...]
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    starts: tuple[str, ...] | None = None
    places: HoldKind | None = None
    lifts: HoldKind | None = None
    reopens: bool = False

    def __post_init__(self) -> None:
        _require_tuples(self, "sources", "by_roles", "guards", "effects", "starts")


def _require_tuples(row: object, *names: str) -> None:
    """Refuse a plain string where names belong: a forgotten comma would spell letters."""
    for name in names:
        value = getattr(row, name)
        if value is not None and not isinstance(value, tuple):
            raise TypeError(f"{name} must be a tuple of names, not {value!r}: is a comma missing?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an accepted step leads to; the service writes all of it in one transaction.

    A clock in `starts` replaces a running one of the same name; stopping or pausing a clock
    that does not run changes nothing. `lifts` also names holds that end with a final state.
    `by_roles` are the roles the step is open to, so that the record can name the one acted in.
    """

    state: str
    effects: tuple[str, ...]
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    places: HoldKind | None = None
    lifts: tuple[HoldKind, ...] = ()
    by_roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Option:
    """One action as a person sees it: allowed when `refusal` is None, else the first reason."""

    action: str
    refusal: str | None
    refusals: tuple[str, ...] = ()


class Refused(Exception):
    """A step that may not be taken, with every reason.

    `code` is the first reason, `codes` all of them, `facts` what the refusing guards looked at
    (action and state included), `missing` the facts nobody gathered.
    """

    def __init__(
        self,
        code: str,
        facts: Mapping[str, Any],
        codes: tuple[str, ...] = (),
        missing: tuple[str, ...] = (),
    ) -> None:
        """Keep the reasons; the text names codes only, never a value."""
        self.code = code
        self.facts = MappingProxyType(dict(facts))
        self.codes = codes or (code,)
        self.missing = missing
        lacking = f" (facts not gathered: {', '.join(missing)})" if missing else ""
        super().__init__(f"{', '.join(self.codes)}{lacking}")


@dataclass(frozen=True, eq=False)
class Workflow:
    """One published version of a workflow: immutable, compared by identity."""

    name: str
    version: int
    initial: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def label(self) -> str:
        """Return name and version as one word, as in `emergency/1`."""
        return f"{self.name}/{self.version}"

    @cached_property
    def state_of(self) -> Mapping[str, State]:
        """States by code."""
        return MappingProxyType({state.code: state for state in self.states})

    @cached_property
    def step_of(self) -> Mapping[tuple[str, str], Step]:
        """Steps by action and source; of two that compete, the first."""
        found: dict[tuple[str, str], Step] = {}
        for step in self.steps:
            for source in step.sources:
                found.setdefault((step.action, source), step)
        return MappingProxyType(found)

    @cached_property
    def clock_of(self) -> Mapping[str, Clock]:
        """Clocks by name."""
        return MappingProxyType({clock.name: clock for clock in self.clocks})

    @cached_property
    def hold_of(self) -> Mapping[str, Hold]:
        """Holds by kind."""
        return MappingProxyType({hold.kind: hold for hold in self.holds})

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """Every action once, in the table's order."""
        return tuple(dict.fromkeys(step.action for step in self.steps))

    @cached_property
    def running_in(self) -> Mapping[str, frozenset[str]]:
        """Clocks that may run in each state: its own and those a step into it starts."""
        running = {state.code: set(state.clocks) for state in self.states}
        for step in self.steps:
            for dest in step.sources if step.dest == SAME else (step.dest,):
                running.setdefault(dest, set()).update(step.starts or ())
        return MappingProxyType({code: frozenset(names) for code, names in running.items()})

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the definition as canonical JSON; a published version never changes."""
        body = json.dumps(self.as_mapping(), sort_keys=True, separators=(",", ":"))
        return sha256(body.encode()).hexdigest()

    def as_mapping(self) -> dict[str, Any]:
        """Return the definition as plain values for JSON."""
        return asdict(self)

    @cached_property
    def machine(self) -> Machine:
        """The one machine of this definition; it holds no case, so threads may share it."""
        machine = Machine(
            model=None,
            states=[state.code for state in self.states],
            initial=None,
            auto_transitions=False,
            queued=False,
            send_event=True,
        )
        for step in self.steps:
            machine.add_transition(step.action, list(step.sources), step.dest, conditions=_permits)
        return machine

    def public_label(self, state: str, holds: tuple[str, ...] = ()) -> PublicLabel:
        """Return what the applicant or donor reads; only a hold that asks them changes it."""
        for kind in holds:
            hold = self.hold_of.get(kind)
            if hold is not None and hold.public_label is not None:
                return hold.public_label
        return self.state_of[state].public_label


@dataclass(slots=True)
class _Attempt:
    workflow: Workflow
    step: Step
    case: Case
    actor: Actor
    facts: Facts
    codes: tuple[str, ...] = field(default=())


@dataclass(slots=True)
class _Row:
    """What the machine moves, so that the caller's case stays as it is."""

    state: str


def _permits(event: EventData) -> bool:
    (attempt,) = event.args
    attempt.codes = _reasons(attempt)
    return not attempt.codes


def _reasons(attempt: _Attempt) -> tuple[str, ...]:
    """Return every reason against the step: role, holds, guards, in this order."""
    step, actor, facts = attempt.step, attempt.actor, attempt.facts
    codes = [] if actor.has_any(frozenset(step.by_roles)) else ["wrong_role"]
    codes += _hold_reasons(attempt.workflow, step, facts)
    for name in step.guards:
        guard = GUARDS[name]
        if not guard.passes(attempt.case, actor, facts):
            codes.append(guard.refusal)
    return tuple(dict.fromkeys(codes))


def _hold_reasons(workflow: Workflow, step: Step, facts: Facts) -> list[str]:
    if not workflow.holds:
        return []
    if "holds" not in facts:
        return ["on_hold"]
    codes = []
    held = facts["holds"]
    if any(_forbids(workflow, kind, step.action) for kind in held):
        codes.append("on_hold")
    if step.places is not None and step.places in held:
        codes.append("already_held")
    if step.lifts is not None and step.lifts not in held:
        codes.append("not_held")
    return codes


def _forbids(workflow: Workflow, kind: str, action: str) -> bool:
    hold = workflow.hold_of.get(kind)
    if hold is None:
        return kind not in HoldKind.__members__.values()
    return action not in hold.allows


def fire(workflow: Workflow, case: Case, action: str, actor: Actor, facts: Facts) -> Outcome:
    """Weigh one step of a case and return what follows; nothing is changed.

    `facts` holds what the step's guards read (docs/workflows.md lists the keys) and, for a
    workflow with holds, `holds`: the kinds in force. Raises Refused with every reason: unknown
    action, wrong state, wrong role, a hold, or guards. Raises ValueError for a state the
    workflow does not know, which is a damaged record and no refusal.
    """
    event = workflow.machine.events.get(action)
    step = workflow.step_of.get((action, case.state))
    if case.state not in workflow.state_of:
        raise ValueError(f"{workflow.label} has no state {case.state!r}")
    if event is None or step is None:
        code = "unknown_action" if event is None else "wrong_state"
        raise Refused(code, {"action": action, "state": case.state})
    attempt, row = _Attempt(workflow, step, case, actor, facts), _Row(case.state)
    try:
        moved = event.trigger(row, attempt)
    except MachineError:
        raise Refused("wrong_state", {"action": action, "state": case.state}) from None
    if not moved:
        raise _refusal(attempt)
    return _outcome(workflow, step, case.state, row.state, facts)


def _refusal(attempt: _Attempt) -> Refused:
    facts, step = attempt.facts, attempt.step
    read = {
        key
        for name in step.guards
        if GUARDS[name].refusal in attempt.codes
        for key in GUARDS[name].reads
    }
    if attempt.workflow.holds:
        read.add("holds")
    told = {key: facts[key] for key in sorted(read) if key in facts}
    missing = tuple(key for key in sorted(read) if key not in facts)
    told |= {"action": step.action, "state": attempt.case.state}
    return Refused(attempt.codes[0], told, attempt.codes, missing)


def _outcome(workflow: Workflow, step: Step, source: str, dest: str, facts: Facts) -> Outcome:
    running, ahead = workflow.running_in[source], workflow.running_in[dest]
    stays = step.dest == SAME
    if step.starts is not None:
        starts = list(step.starts)
    else:
        starts = [] if stays else [c for c in workflow.state_of[dest].clocks if c not in running]
    stops = [] if stays else sorted(running - ahead)
    held = tuple(HoldKind(kind) for kind in facts.get("holds", ())) if workflow.holds else ()
    final = workflow.state_of[dest].final
    lifts = tuple(k for k in held if final or k == step.lifts)
    kept = tuple(k for k in held if k not in lifts)
    if step.places is not None:
        kept = (*kept, step.places)
        starts += workflow.hold_of[step.places].clocks
    stops += [c for k in lifts if k in workflow.hold_of for c in workflow.hold_of[k].clocks]
    running, ahead = running | _run_by(workflow, held), ahead | _run_by(workflow, kept)
    before = _paused(workflow, held, running)
    after = _paused(workflow, kept, ahead)
    return Outcome(
        state=dest,
        effects=step.effects,
        starts=tuple(starts),
        stops=tuple(dict.fromkeys(stops)),
        pauses=tuple(sorted(after - (before - set(starts)))),
        resumes=tuple(sorted((before - after) & ahead)),
        places=step.places,
        lifts=lifts,
        by_roles=frozenset(step.by_roles),
    )


def _run_by(workflow: Workflow, kinds: tuple[HoldKind, ...]) -> frozenset[str]:
    """Return the clocks that run because of holds; another hold may pause them."""
    holds = (workflow.hold_of[kind] for kind in kinds if kind in workflow.hold_of)
    return frozenset(clock for hold in holds for clock in hold.clocks)


def _paused(
    workflow: Workflow, kinds: tuple[HoldKind, ...], running: frozenset[str]
) -> frozenset[str]:
    holds = (workflow.hold_of[kind] for kind in kinds if kind in workflow.hold_of)
    return frozenset(clock for hold in holds for clock in hold.pauses if clock in running)


def options(workflow: Workflow, case: Case, actor: Actor, facts: Facts) -> tuple[Option, ...]:
    """List every action of the workflow with its refusal, weighed exactly as `fire` does."""
    listed = []
    for action in workflow.actions:
        step = workflow.step_of.get((action, case.state))
        codes: tuple[str, ...] = ("wrong_state",)
        if step is not None:
            codes = _reasons(_Attempt(workflow, step, case, actor, facts))
        listed.append(Option(action, codes[0] if codes else None, codes))
    return tuple(listed)


def allowed(workflow: Workflow, case: Case, actor: Actor, facts: Facts) -> tuple[str, ...]:
    """Return the actions that `fire` would accept, in the table's order."""
    return tuple(
        option.action for option in options(workflow, case, actor, facts) if option.refusal is None
    )
