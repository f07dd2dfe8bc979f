"""What workflows oblige, somebody does: each effect, clock and job has its function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from config import ROOT
from fund_app.jobs.context import is_outside
from fund_app.jobs.handlers import HANDLERS
from fund_app.models.subjects import SUBJECTS
from fund_app.services import deadlines
from fund_app.services.effects import EFFECTS
from workflows.catalogue import all_workflows
from workflows.effects import EFFECTS as MEANINGS

SERVICES = ROOT / "fund_app" / "services"


def used() -> set[str]:
    return {name for one in all_workflows() for step in one.steps for name in step.effects}


def test_every_effect_of_a_published_workflow_is_done_by_somebody() -> None:
    assert used() - set(EFFECTS) == set()


def test_no_effect_is_done_that_nobody_asks_for() -> None:
    assert set(EFFECTS) - used() == set()


def test_every_effect_says_what_it_obliges() -> None:
    assert set(EFFECTS) <= set(MEANINGS)
    assert [name for name in EFFECTS if not (EFFECTS[name].__doc__ or "").strip()] == []


def test_every_workflow_has_a_table_and_somebody_for_its_clocks() -> None:
    names = {one.name for one in all_workflows()}
    assert set(SUBJECTS) == names
    assert set(deadlines.RUN_OUT) == names


def kinds_enqueued() -> dict[str, str]:
    """Return the first and second argument of every call of enqueue: the kind, by its place."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "fund_app").rglob("*.py")):
        for call in calls(path):
            kind = ast.unparse(call.args[1])
            found[f"{path.stem}:{call.lineno}"] = constants(path).get(kind, kind)
    return found


def calls(path: Path) -> Iterator[ast.Call]:
    """Yield every call of something named enqueue that names its kind."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            name = ast.unparse(node.func)
            if name.rpartition(".")[2] == "enqueue":
                yield node


def constants(path: Path) -> dict[str, str]:
    """Return a module's own names for texts."""
    return {
        target.id: str(node.value.value)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_every_kind_of_job_that_is_enqueued_has_a_handler() -> None:
    enqueued = kinds_enqueued()
    assert len(enqueued) >= 3
    assert set(enqueued.values()) == set(HANDLERS)


def test_handlers_that_lay_out_pages_or_send_hold_no_transaction() -> None:
    outside = {kind for kind, handler in HANDLERS.items() if is_outside(handler)}
    assert {"make_letter", "send_notice"} <= outside
