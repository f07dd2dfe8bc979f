from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fund_app.cli.workflow import workflow
from workflows import catalogue, check
from workflows.catalogue import all_workflows
from workflows.emergency import EMERGENCY
from workflows.search import Problem


def run(*words: str) -> Result:
    return CliRunner().invoke(workflow, words)


def test_list_names_every_version() -> None:
    assert run("list").output.splitlines()[0] == "emergency/1: 20 states, 52 actions"
    rows = json.loads(run("list", "--json").output)
    assert [(row["name"], row["digest"]) for row in rows] == [
        (one.name, one.digest) for one in all_workflows()
    ]


def test_show_holds_states_and_steps() -> None:
    lines = run("show", "emergency").output.splitlines()
    assert lines[0] == "emergency/1"
    assert "  merged [closed]: end" in lines
    assert "  decline_offer: offered -> withdrawn by applicant" in lines
    shown = json.loads(run("show", "emergency", "--json").output)
    assert shown == json.loads(json.dumps(EMERGENCY.as_mapping()))


def test_show_of_an_unknown_name_is_a_sentence() -> None:
    result = run("show", "tea")
    assert (result.exit_code, result.output) == (1, "Error: There is no workflow tea.\n")


def test_check_passes_on_what_is_published() -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (0, f"{len(all_workflows())} checked, 0 problems\n")
    assert json.loads(run("check", "ballot", "--json").output) == []


def test_check_prints_the_path_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("tea/1", "trap", "no way out", ("brew", "spill"))
    monkeypatch.setattr(check, "check", lambda _one: [problem])
    result = run("check", "ballot")
    assert result.exit_code == 1
    assert result.output == "tea/1: no way out [brew > spill]\n1 checked, 1 problems\n"
    (row,) = json.loads(run("check", "ballot", "--json").output)
    assert row["path"] == ["brew", "spill"]


def test_diagram_draws_for_staff_for_applicants_and_for_one_case() -> None:
    assert (
        "draft --> submitted: submit (applicant, coordinator)" in run("diagram", "emergency").output
    )
    assert "submit " not in run("diagram", "emergency", "--applicant").output
    lit = run("diagram", "emergency", "--state", "review").output
    assert lit.endswith("class review now\n")
    missing = run("diagram", "emergency", "--state", "gone")
    assert missing.output == "Error: emergency/1 has no state gone.\n"


def test_publish_adds_new_versions_and_refuses_changed_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = tmp_path / "definitions.lock"
    lock.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(catalogue, "LOCK_FILE", lock)
    assert run("publish").exit_code == 0
    locked = {one.label: one.digest for one in all_workflows()}
    assert json.loads(lock.read_text(encoding="utf-8")) == locked
    changed = replace(EMERGENCY, steps=EMERGENCY.steps[1:])
    monkeypatch.setattr(catalogue, "PUBLISHED", (changed,))
    refused = run("publish")
    assert refused.exit_code == 1
    assert "emergency/1 is published and must stay as it is" in refused.output
