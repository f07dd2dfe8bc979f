"""Up to the end of which quarters a fund's use may be told without telling of few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows import disclosure
from workflows.quarters import Quarter, quarters

Cases = Mapping[Quarter, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Between:
    """The cases that had money up to an end that is told and after the one before it."""

    end: Quarter
    cases: frozenset[str]


def told_ends(paid: Cases, since: Quarter, until: Quarter, known: Cases) -> tuple[Quarter, ...]:
    """Return the quarters at whose end a restricted fund's use may be told to its donors.

    `paid`: which cases had money from the fund in each quarter, all of them. `known`: which had
    been published by themselves when each quarter was frozen. Ends are looked for from `since`,
    or from the first payment where that was earlier. Between two ends lie at least `fewest` cases
    that are not known, or none at all, so that two statements subtracted, or a statement and
    what was published, tell of no person; what is too little waits for the next end. The total
    of a year in which nothing was told before is owed to the donors: it needs `fewest_of_a_year`
    cases only.
    """
    return tuple(each.end for each in _between(paid, since, until, known))


def leaves_few(
    paid: Cases, until: Quarter, known: Cases, published: frozenset[str], case: str
) -> bool:
    """Whether what was told of a fund would tell of few, were one more case known by itself.

    `published`: all that are known by now, later than what was told too.
    """
    if not paid:
        return False
    fewest = disclosure.newest().fewest
    return any(
        0 < len(each.cases - published - {case}) < fewest
        for each in _between(paid, min(paid), until, known)
        if case in each.cases
    )


def _between(paid: Cases, since: Quarter, until: Quarter, known: Cases) -> Iterator[Between]:
    waiting: set[str] = set()
    told_in = 0
    for quarter in quarters(min([since, *paid]), until):
        waiting |= paid.get(quarter, frozenset())
        rules = disclosure.in_force(quarter.last_day)
        is_year = quarter.number == 4 and told_in != quarter.year  # noqa: PLR2004 - the last quarter
        enough = rules.fewest_of_a_year if is_year else rules.fewest
        if waiting and len(waiting - known.get(quarter, frozenset())) < enough:
            continue
        if waiting:
            told_in = quarter.year
        yield Between(quarter, frozenset(waiting))
        waiting = set()
