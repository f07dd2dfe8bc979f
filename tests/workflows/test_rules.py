from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from workflows.catalogue import all_workflows
from workflows.rules import BOOTSTRAP, DECISIONS, InvalidRules, RulesParameters, in_force

FIRST, SECOND = BOOTSTRAP


@pytest.mark.parametrize("version", BOOTSTRAP, ids=lambda version: f"v{version.number}")
def test_rules_survive_being_written_as_json(version: Any) -> None:
    text = json.dumps(version.parameters.to_mapping())
    assert RulesParameters.from_mapping(json.loads(text)) == version.parameters


@pytest.mark.parametrize("version", BOOTSTRAP, ids=lambda version: f"v{version.number}")
def test_rules_know_the_length_of_every_clock_and_no_other(version: Any) -> None:
    named = {clock.parameter for one in all_workflows() for clock in one.clocks}
    assert set(version.parameters.lengths) == named


def test_rules_in_force_change_with_the_berlin_new_year() -> None:
    december = datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC)
    assert in_force(BOOTSTRAP, december) is FIRST
    assert in_force(BOOTSTRAP, datetime(2025, 12, 31, 23, 0, tzinfo=UTC)) is SECOND
    with pytest.raises(LookupError):
        in_force(BOOTSTRAP, datetime(2010, 1, 1, tzinfo=UTC))


def test_second_rules_hold_the_numbers_the_scenarios_use() -> None:
    rules = SECOND.parameters
    caps = (rules.fast_track_cap, rules.panel_cap, rules.board_cap)
    assert caps == (1_500_00, 4_000_00, 10_000_00)
    assert (rules.panel_size, rules.quorum) == (3, 3)
    assert FIRST.parameters.panel_cap == 3_000_00
    assert rules.citation("approve") == "Rules of support, §4(2)"
    assert all(rules.citation(kind) for kind in DECISIONS)


def test_length_follows_the_variant_and_falls_back() -> None:
    rules = SECOND.parameters
    assert rules.length("triage_hours", "life_threat") == 4
    assert rules.length("triage_hours", "urgent") == 24
    assert rules.length("triage_hours", "standard") == rules.length("triage_hours") == 72
    with pytest.raises(KeyError):
        rules.length("tea_hours")


@pytest.mark.parametrize(
    ("amount", "level"), [(1, 1), (1_500_00, 1), (1_500_01, 2), (4_000_01, 3), (99_000_00, 3)]
)
def test_verification_minimum_rises_with_the_amount(amount: int, level: int) -> None:
    assert SECOND.parameters.verification_minimum(amount) == level


def test_appeal_depends_on_the_reason() -> None:
    assert SECOND.parameters.may_appeal("no_acute_risk")
    assert not SECOND.parameters.may_appeal("money_exhausted")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"fast_track_cap": 4_000_01}, "fast_track_cap"),
        ({"panel_cap": 10_000_01}, "panel_cap"),
        ({"board_cap": 1.5}, "board_cap"),
        ({"quorum": 4}, "quorum"),
        ({"quorum": 0}, "quorum"),
        ({"panel_size_most": 2}, "panel_size"),
        ({"verification": []}, "verification"),
        ({"verification": [[5, 1], [4, 2]]}, "verification"),
        ({"verification": [[5, 2], [10_000_00, 1]]}, "verification"),
        ({"verification": [[10_000_00, 5]]}, "verification"),
        ({"verification": 7}, "verification"),
        ({"lengths": {"ack_hours": {"urgent": 3}}}, "lengths"),
        ({"lengths": {"ack_hours": {"any": -1}}}, "lengths"),
        ({"citations": {}}, "citations"),
        ({"tea": 1}, "tea"),
    ],
)
def test_numbers_that_cannot_be_rules_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRules, match=f"^{field}"):
        RulesParameters.from_mapping(SECOND.parameters.to_mapping() | changes)


def test_missing_number_is_refused() -> None:
    mapping = SECOND.parameters.to_mapping()
    del mapping["quorum"]
    with pytest.raises(InvalidRules, match="quorum: is missing"):
        RulesParameters.from_mapping(mapping)
