"""Every measurement by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from fund_app.bench import books, inbox, offboarding, pages, parts, steps, submission, takeover
from fund_app.bench.installation import Installation
from fund_app.bench.measuring import Effort, Figure

Bench = Callable[[Installation, Effort], Iterator[Figure]]

BENCHES: Mapping[str, Bench] = MappingProxyType(
    {
        "queue": pages.queue,
        "case": pages.case,
        "transition": steps.transition,
        "submit": submission.submit,
        "ledger": books.ledger,
        "statements": books.donor_papers,
        "inbox": inbox.inbox,
        "engine": parts.engine,
        "vault": parts.vault_costs,
        "takeover": takeover.takeover,
        "offboarding": offboarding.offboarding,
    }
)
