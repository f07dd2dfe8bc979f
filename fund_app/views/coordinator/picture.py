"""The picture of a case's workflow: its states and the steps between them, the present one lit."""

from __future__ import annotations

from flask_babel import gettext as _

from fund_app.models.applications import Application
from fund_app.views import drawings, history_labels, labels
from workflows.catalogue import workflow
from workflows.engine import SAME


def picture(case: Application) -> drawings.Diagram:
    """Return the workflow the case runs by, as it was when the case began."""
    definition = workflow(case.workflow, case.workflow_version)
    states = [
        drawings.State(state.code, str(labels.STATES[state.code]), final=state.final)
        for state in definition.states
    ]
    steps = [
        drawings.Step(source, step.dest, _told(step.action, source, step.dest))
        for step in definition.steps
        if step.dest != SAME
        for source in step.sources
    ]
    return drawings.state_diagram(states, steps, initial=definition.initial, present=case.state)


def _told(action: str, source: str, dest: str) -> str:
    return str(
        _(
            "%(source)s: %(step)s, then %(dest)s.",
            source=labels.STATES[source],
            step=history_labels.HAPPENED[action],
            dest=labels.STATES[dest],
        )
    )
