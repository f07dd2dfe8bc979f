"""Pictures of a workflow as Mermaid text, made from the rows the engine runs on."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.engine import SAME, Workflow
from workflows.labels import LABEL_TEXT

HEAD = "stateDiagram-v2"
MARKS = (
    "classDef now fill:#1d4f91,color:#ffffff,stroke-width:3px",
    "classDef been fill:#dbe7f6,color:#10253f",
)


def staff_view(workflow: Workflow) -> str:
    """Return every state and step: action, roles; a step that changes no state is a note."""
    lines = [HEAD, f"[*] --> {workflow.initial}"]
    for step in workflow.steps:
        roles = ", ".join(step.by_roles)
        if step.dest != SAME:
            lines += [f"{s} --> {step.dest}: {step.action} ({roles})" for s in step.sources]
    for state in workflow.states:
        staying = [s.action for s in workflow.steps if s.dest == SAME and state.code in s.sources]
        if staying:
            lines.append(f"note right of {state.code}: {', '.join(staying)}")
    lines += [f"{state.code} --> [*]" for state in workflow.states if state.final]
    return _joined(lines)


def applicant_view(workflow: Workflow) -> str:
    """Return what an applicant may know: the public labels and which may follow which."""
    used = dict.fromkeys(state.public_label for state in workflow.states)
    lines = [HEAD, *(f'state "{LABEL_TEXT[label]}" as {label}' for label in used)]
    first = workflow.state_of[workflow.initial].public_label
    arrows = [f"[*] --> {first}"]
    for step in workflow.steps:
        for source in step.sources:
            before = workflow.state_of[source].public_label
            dest = source if step.dest == SAME else step.dest
            after = workflow.state_of[dest].public_label
            if before != after and not workflow.state_of[source].final:
                arrows.append(f"{before} --> {after}")
    return _joined([*lines, *dict.fromkeys(arrows)])


def case_view(workflow: Workflow, state: str, past: Sequence[str] = ()) -> str:
    """Return the staff view with the present state lit and the path so far marked.

    `past` are the states the case has been in, oldest first; unknown ones (of an older
    definition) are left out. Raises KeyError for an unknown present state.
    """
    present = workflow.state_of[state].code
    been = [code for code in dict.fromkeys(past) if code in workflow.state_of and code != present]
    lines = [*MARKS, f"class {present} now"]
    if been:
        lines.append(f"class {','.join(been)} been")
    return staff_view(workflow) + "".join(f"    {line}\n" for line in lines)


def _joined(lines: Sequence[str]) -> str:
    head, *rest = lines
    return head + "\n" + "".join(f"    {line}\n" for line in rest)
