from __future__ import annotations

from dataclasses import replace

import pytest

from workflows.catalogue import (
    ChangedDefinition,
    all_workflows,
    lock_text,
    locked_digests,
    workflow,
)
from workflows.emergency import EMERGENCY


def test_published_versions_are_as_they_were_locked() -> None:
    assert {one.label: one.digest for one in all_workflows()} == locked_digests()


def test_changed_version_is_refused_and_a_new_one_is_added() -> None:
    locked = {EMERGENCY.label: EMERGENCY.digest}
    changed = replace(EMERGENCY, steps=EMERGENCY.steps[1:])
    with pytest.raises(ChangedDefinition, match="emergency/1"):
        lock_text((changed,), locked)
    assert '"emergency/2"' in lock_text((EMERGENCY, replace(changed, version=2)), locked)


def test_digest_is_stable_and_sees_one_changed_guard() -> None:
    first, *rest = EMERGENCY.steps
    assert replace(EMERGENCY).digest == EMERGENCY.digest
    changed = replace(EMERGENCY, steps=(replace(first, guards=("not_recused",)), *rest))
    assert changed.digest != EMERGENCY.digest


def test_workflow_is_found_by_name_and_version_or_not_at_all() -> None:
    assert workflow("emergency") is EMERGENCY
    assert workflow("emergency", 1) is EMERGENCY
    with pytest.raises(KeyError, match="emergency/9"):
        workflow("emergency", 9)
    with pytest.raises(KeyError, match="tea"):
        workflow("tea")


@pytest.mark.parametrize(
    ("name", "old", "new", "gone"),
    [
        ("donation", 1, 3, {("correct_receipt", "receipted"), ("dispute_won", "disputed")}),
        ("donation", 2, 3, {("correct_receipt", "receipted"), ("dispute_won", "disputed")}),
        ("monthly_gift", 1, 2, set()),
        ("donation", 3, 4, {("correct_receipt", "receipted")}),
    ],
)
def test_running_gifts_can_change_to_the_newer_table(
    name: str, old: int, new: int, gone: set[tuple[str, str]]
) -> None:
    """What migrations 0018 and 0022 move: states mean the same, other steps lead there too."""
    before, after = workflow(name, old), workflow(name, new)
    kept = [state for state in before.states if state.code != "receipt_cancelled"]
    assert list(after.states) == kept
    assert after.clocks == before.clocks
    for key, row in before.step_of.items():
        if key in gone:
            continue
        other = after.step_of[key]
        assert (other.dest, other.guards, set(other.by_roles)) == (
            row.dest, row.guards, set(row.by_roles),
        )  # fmt: skip
        assert other.effects[: len(row.effects)] == row.effects
