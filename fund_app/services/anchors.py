"""Anchors: one hash a day over the heads of all chains, to be kept where nobody here can reach.

The chains show that a row was changed; an anchor kept by the auditor shows that nobody rewrote
a whole chain with new hashes. The root of a day can be worked out again on any later day from
the events alone: SHA-256 over one line per chain, `chain subject step hash`, in the order of
chain and subject, each line ended by a line feed. Only events up to the end of that day count.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fund_app.queries import audit as trail


@dataclass(frozen=True, slots=True)
class Anchor:
    """The root of one day and how many chains it covers."""

    day: date
    root: str
    chains: int


def anchor(session: Session, day: date) -> Anchor:
    """Return the anchor of a day (its end, UTC); two days without events have the same root."""
    heads = trail.heads_at(session, day)
    lines = "".join(f"{chain} {subject} {step} {head}\n" for chain, subject, step, head in heads)
    return Anchor(day, hashlib.sha256(lines.encode()).hexdigest(), len(heads))
