"""docs/workflows.md, made from the definitions; a test fails when the file differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from workflows import counting
from workflows.catalogue import all_workflows
from workflows.diagram import applicant_view, staff_view
from workflows.effects import EFFECTS
from workflows.engine import SAME, State, Step, Workflow
from workflows.guards import ENGINE_REFUSALS, GUARDS
from workflows.labels import LABEL_TEXT
from workflows.rules import ANY, BOOTSTRAP

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "workflows.md"

INTRODUCTION = """# Workflows

Made by `fund workflow document` from the definitions in `workflows/`; do not edit it by hand.

A step is taken by somebody in one of its roles, when no hold forbids it and every guard passes.
Guards read facts the service gathers under the lock of the case; a fact that is missing
refuses. Effects run in the same transaction. A workflow with holds also reads the fact `holds`:
the kinds in force. `=` as the destination means that the case stays where it is.
"""


def document() -> str:
    """Return the whole document as Markdown."""
    parts = [INTRODUCTION, *_names(), *_tables()]
    for workflow in all_workflows():
        parts += _workflow(workflow)
    return "\n".join(parts)


def _names() -> Iterator[str]:
    yield "## Names at a glance\n"
    rows = (
        (one.label, ", ".join(f"`{action}`" for action in one.actions)) for one in all_workflows()
    )
    yield _table(("Workflow", "Actions"), rows)


def _tables() -> Iterator[str]:
    yield "### Guards and the facts they read\n"
    guards = (
        (f"`{g.name}`", ", ".join(f"`{key}`" for key in g.reads), f"`{g.refusal}`", g.sentence)
        for g in sorted(GUARDS.values(), key=lambda guard: guard.name)
    )
    yield _table(("Guard", "Facts", "Refusal", "Sentence"), guards)
    yield "### Refusals of the engine itself\n"
    yield _table(("Refusal", "Sentence"), ((f"`{c}`", s) for c, s in ENGINE_REFUSALS.items()))
    yield "### Effects\n"
    yield _table(("Effect", "What it does"), ((f"`{n}`", t) for n, t in sorted(EFFECTS.items())))
    yield "### Clocks and their lengths in the rules\n"
    yield _clock_table()
    yield "### How votes are counted\n"
    yield f"{(counting.__doc__ or '').strip()}\n"


def _clock_table() -> str:
    rows = []
    for workflow in all_workflows():
        for clock in workflow.clocks:
            lengths = (
                "; ".join(
                    str(length) if variant == ANY else f"{variant} {length}"
                    for variant, length in version.parameters.lengths[clock.parameter].items()
                )
                for version in BOOTSTRAP
            )
            unit = clock.unit.replace("_", " ")
            rows.append((workflow.name, f"`{clock.name}`", *lengths, unit, f"`{clock.on_due}`"))
    versions = (f"Rules v{version.number}" for version in BOOTSTRAP)
    return _table(("Workflow", "Clock", *versions, "Unit", "When it has run out"), rows)


def _workflow(workflow: Workflow) -> Iterator[str]:
    yield f"## {workflow.name}, version {workflow.version}\n"
    yield f"Digest `{workflow.digest}`.\n"
    yield _table(
        ("State", "Public label", "Next to act", "Clocks"), map(_state_row, workflow.states)
    )
    yield _table(
        ("Action", "From", "To", "By", "Guards", "Effects"), map(_step_row, workflow.steps)
    )
    if workflow.holds:
        yield _table(
            ("Hold", "Pauses", "Runs", "Allows only"),
            (
                (h.kind, ", ".join(h.pauses), ", ".join(h.clocks), ", ".join(h.allows))
                for h in workflow.holds
            ),
        )
    yield f"```mermaid\n{staff_view(workflow)}```\n"
    yield "What the applicant or donor sees:\n"
    yield f"```mermaid\n{applicant_view(workflow)}```\n"


def _state_row(state: State) -> tuple[str, ...]:
    owner = "(final)" if state.final else str(state.owner)
    return f"`{state.code}`", LABEL_TEXT[state.public_label], owner, ", ".join(state.clocks)


def _step_row(step: Step) -> tuple[str, ...]:
    holds = [f"places {step.places}"] if step.places else []
    holds += [f"lifts {step.lifts}"] if step.lifts else []
    return (
        f"`{step.action}`",
        ", ".join(step.sources),
        SAME if step.dest == SAME else step.dest,
        ", ".join(step.by_roles),
        ", ".join(step.guards),
        ", ".join([*step.effects, *holds, *(f"starts {clock}" for clock in step.starts or ())]),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
