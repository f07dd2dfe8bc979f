from __future__ import annotations

import pytest

from tests.workflows.facts import CASES, EVERYBODY, Stub, actor
from workflows.guards import GUARDS, REFUSALS, sentence_for
from workflows.roles import SYSTEM, Role

HUMAN = actor(*(role for role in Role if role is not Role.SYSTEM))


def test_every_guard_has_a_passing_and_a_failing_case() -> None:
    assert set(CASES) == set(GUARDS)


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_guard_passes_and_fails_on_its_facts(name: str) -> None:
    good, bad = CASES[name]
    assert GUARDS[name].passes(Stub("any"), HUMAN, good)
    assert not GUARDS[name].passes(Stub("any"), HUMAN, bad)


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_guard_refuses_when_a_fact_it_reads_is_missing(name: str) -> None:
    guard, (good, _bad) = GUARDS[name], CASES[name]
    assert set(good) == set(guard.reads)
    for key in guard.reads:
        without = {other: value for other, value in good.items() if other != key}
        assert not guard.passes(Stub("any"), EVERYBODY, without)


def test_guard_that_answers_something_true_but_not_true_itself_refuses() -> None:
    assert not GUARDS["consent_recorded"].passes(Stub("draft"), HUMAN, {"consented": "yes"})


def test_every_refusal_has_one_sentence_that_ends() -> None:
    assert all(text.endswith(".") for text in REFUSALS.values())
    assert sentence_for("on_hold") == "The case is on hold, so this step has to wait."


def test_cancel_by_the_system_needs_a_cancelled_case() -> None:
    guard = GUARDS["cancel_agreed"]
    assert guard.passes(Stub("planned"), SYSTEM, {"co_signer": None, "case_cancelled": True})
    assert not guard.passes(Stub("planned"), SYSTEM, {"co_signer": None, "case_cancelled": False})


def test_two_officers_with_one_recused_are_refused() -> None:
    facts = {"officers": ("me", "other"), "recused": frozenset({"other"})}
    assert not GUARDS["two_officers"].passes(Stub("triage"), HUMAN, facts)
