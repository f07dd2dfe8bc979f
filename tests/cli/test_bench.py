"""`fund bench`: every measurement runs and says what it compared; how fast is not tested."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fund_app.bench.catalogue import BENCHES
from fund_app.bench.measuring import Effort, race
from fund_app.cli import main

TIMING = {"p50_us", "p99_us", "cpu_us", "per_second"}
KEYS = {"what", "reference", "ratio", "cpu_ratio", "ours", "theirs", "statements"}
FIGURES = {
    "queue": 3,
    "case": 2,
    "transition": 1,
    "submit": 2,
    "ledger": 4,
    "statements": 2,
    "inbox": 2,
    "engine": 2,
    "vault": 4,
    "takeover": 1,
    "offboarding": 1,
}


def fund(*words: str) -> Result:
    return CliRunner().invoke(main, ["bench", *words], catch_exceptions=False)


def measured(name: str, *words: str) -> dict[str, Any]:
    result = fund(name, "--quick", "--json", *words)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.mark.parametrize("name", sorted(BENCHES))
def test_bench_compares_with_a_reference(name: str) -> None:
    found = measured(name)
    assert set(found) == {"bench", "engine", "quick", "on", "cores", "yardstick_us", "figures"}
    assert (found["bench"], found["engine"], found["quick"]) == (name, "sqlite", True)
    assert len(found["figures"]) == FIGURES[name]
    for figure in found["figures"]:
        assert set(figure) == KEYS
        assert set(figure["ours"]) == set(figure["theirs"]) == TIMING
        assert figure["ratio"] > 0


@pytest.mark.slow
def test_bench_runs_on_postgresql_and_leaves_it_empty() -> None:
    found = measured("transition", "--postgres")
    assert (found["engine"], len(found["figures"])) == ("postgresql", 1)


def test_bench_alone_lists_what_can_be_measured() -> None:
    listed = [line.split()[0] for line in fund().output.splitlines()]
    assert listed == [*BENCHES, "all"]
    assert set(json.loads(fund("--json").output)) == set(BENCHES)


def test_bench_prints_both_sides_and_the_ratio() -> None:
    lines = [line.strip() for line in fund("engine", "--quick").output.splitlines()]
    assert lines[0].startswith("engine on sqlite, yardstick ")
    assert lines[1] == "fire: one step weighed"
    assert lines[2].endswith("(ours)")
    assert lines[3].endswith("(one look-up in a dictionary)")
    assert lines[4].startswith("ratio ")


def test_race_lets_both_sides_take_turns() -> None:
    turns: list[str] = []
    figure = race(
        "work",
        lambda: turns.append("ours"),
        "reference",
        lambda: turns.append("theirs"),
        Effort(rounds=2, calls=2, small=1, large=1),
    )
    assert turns == ["ours", "ours", "theirs", "theirs"] * 3
    assert (figure.what, figure.reference) == ("work", "reference")
