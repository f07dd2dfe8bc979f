"""Up to the end of which quarters a fund's use may be told without telling of few."""

from __future__ import annotations

from collections.abc import Mapping

from workflows import disclosure
from workflows.quarters import Quarter, quarters


def told_ends(
    paid: Mapping[Quarter, frozenset[str]], since: Quarter, until: Quarter
) -> tuple[Quarter, ...]:
    """Return the quarters at whose end a restricted fund's use may be told to its donors.

    `paid`: which cases had money from the fund in each quarter, all of them. Ends are looked for
    from `since`, or from the first payment where that was earlier. Between two ends lie at least
    `fewest` cases, or none at all, so that two statements subtracted tell of no person; what is
    too little waits for the next end. The total of a year in which nothing was told before is
    owed to the donors: it needs `fewest_of_a_year` cases only.
    """
    ends: list[Quarter] = []
    waiting: set[str] = set()
    told_in = 0
    for quarter in quarters(min([since, *paid]), until):
        waiting |= paid.get(quarter, frozenset())
        rules = disclosure.in_force(quarter.last_day)
        is_year = quarter.number == 4 and told_in != quarter.year  # noqa: PLR2004 - the last quarter
        enough = rules.fewest_of_a_year if is_year else rules.fewest
        if waiting and len(waiting) < enough:
            continue
        if waiting:
            told_in = quarter.year
        ends.append(quarter)
        waiting = set()
    return tuple(ends)
