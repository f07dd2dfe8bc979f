"""What a guard is, and the few shapes most guards have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workflows.roles import Actor, Role

Facts = Mapping[str, Any]
"""What the service gathered about a case under its lock: codes, counts, references, amounts."""


class Case(Protocol):
    """Anything that is in a state: a database row, a test's stub."""

    @property
    def state(self) -> str:
        """The code of the state the case is in."""


Test = Callable[[Case, Actor, Facts], bool]


def mark(text: str) -> str:
    """Return the text; the name in front of it lets translators' tools find the sentence."""
    return text


N_ = mark


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition on a step.

    `refusal` is the stable code of saying no and `sentence` its plain English. `reads` are the
    facts it looks at; one that is missing refuses, so forgetting to gather it never permits.
    `separates` names deeds: who did one of them does not pass. `closed` names things (payout,
    ballot) of which none may be open for the guard to pass. Both feed the search in check.py.
    """

    name: str
    refusal: str
    reads: tuple[str, ...]
    test: Test
    sentence: str
    separates: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()

    def passes(self, case: Case, actor: Actor, facts: Facts) -> bool:
        """Whether all facts are there and the condition holds; only True itself counts."""
        if any(key not in facts for key in self.reads):
            return False
        return self.test(case, actor, facts) is True


def is_true(name: str, key: str, refusal: str, sentence: str) -> Guard:
    """Return a guard that wants the fact `key` to be True."""
    return Guard(name, refusal, (key,), lambda _c, _a, facts: facts[key] is True, sentence)


def is_false(name: str, key: str, refusal: str, sentence: str) -> Guard:
    """Return a guard that wants the fact `key` to be False."""
    return Guard(name, refusal, (key,), lambda _c, _a, facts: facts[key] is False, sentence)


def is_none_left(
    name: str, key: str, refusal: str, sentence: str, *, closed: str | None = None
) -> Guard:
    """Return a guard that wants the count `key` to be zero."""

    def test(_case: Case, _actor: Actor, facts: Facts) -> bool:
        return bool(facts[key] == 0)

    tag = frozenset({closed}) if closed else frozenset()
    return Guard(name, refusal, (key,), test, sentence, closed=tag)


def is_at_most(name: str, small: str, large: str, refusal: str, sentence: str) -> Guard:
    """Return a guard that wants the fact `small` to be at most the fact `large`."""

    def test(_case: Case, _actor: Actor, facts: Facts) -> bool:
        return bool(facts[small] <= facts[large])

    return Guard(name, refusal, (small, large), test, sentence)


def is_one_of(
    name: str,
    key: str,
    values: tuple[str, ...],
    refusal: str,
    sentence: str,
    *,
    closed: str | None = None,
) -> Guard:
    """Return a guard that wants the fact `key` to be one of the codes."""

    def test(_case: Case, _actor: Actor, facts: Facts) -> bool:
        return facts[key] in values

    tag = frozenset({closed}) if closed else frozenset()
    return Guard(name, refusal, (key,), test, sentence, closed=tag)


def is_not_the_one(
    name: str, key: str, refusal: str, sentence: str, deeds: tuple[str, ...]
) -> Guard:
    """Return a guard that refuses the person whose reference is the fact `key` (may be None)."""

    def test(_case: Case, actor: Actor, facts: Facts) -> bool:
        return bool(actor.ref != facts[key])

    return Guard(name, refusal, (key,), test, sentence, separates=frozenset(deeds))


def is_not_among(name: str, key: str, refusal: str, sentence: str, deeds: tuple[str, ...]) -> Guard:
    """Return a guard that refuses everybody whose reference is in the set `key`."""

    def test(_case: Case, actor: Actor, facts: Facts) -> bool:
        return actor.ref not in facts[key]

    return Guard(name, refusal, (key,), test, sentence, separates=frozenset(deeds))


def has_run_out(clock: str, sentence: str) -> Guard:
    """Return the guard `<clock>_ran_out`: the clock's name is in the set fact `ran_out`."""

    def test(_case: Case, _actor: Actor, facts: Facts) -> bool:
        return clock in facts["ran_out"]

    return Guard(f"{clock}_ran_out", f"{clock}_still_runs", ("ran_out",), test, sentence)


def is_co_signed(name: str, role: Role, sentence: str) -> Guard:
    """Return a guard that wants a second person in the role, not recused, beside the actor.

    Reads `co_signer` (an Actor or None) and `recused` (a set of references).
    """

    def test(_case: Case, actor: Actor, facts: Facts) -> bool:
        second = facts["co_signer"]
        return (
            isinstance(second, Actor)
            and second.ref != actor.ref
            and role in second.roles
            and second.ref not in facts["recused"]
        )

    return Guard(name, "second_person_missing", ("co_signer", "recused"), test, sentence)
