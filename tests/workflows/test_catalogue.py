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
