"""Nobody tells what a fund's money did past the quarters that are frozen."""

from __future__ import annotations

import re
from pathlib import Path

import fund_app
from fund_app.jobs.rounds import ROUNDS
from fund_app.services import told_quarters

ROOT = Path(fund_app.__file__).parent
MAKES = re.compile(r"\b(?:Stretch|Cut)\(")
READS = re.compile(
    r"\b(?:restricted_use|paid_cases|promised_cases|use_of|fund_reports\.figures)\("
    r"|ledger_gifts\.(?:paid|promised)_cases"
)
TELLERS = {"services/statements.py", "services/fund_reports.py", "services/open_data.py"}
"""Of these the last one tells nothing: it asks what the others would."""
DEFINED = {"queries/ledger_gifts.py", "queries/donations.py", "queries/told_quarters.py"}


def holding(pattern: re.Pattern[str]) -> set[str]:
    """Return the modules in which a pattern stands."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if pattern.search(path.read_text("utf-8"))
    }


def test_only_frozen_quarters_make_a_stretch() -> None:
    """Whoever tells needs a stretch, and a stretch is made of nothing but frozen quarters."""
    assert holding(MAKES) == {"queries/told_quarters.py"}
    assert holding(READS) - DEFINED == TELLERS


def test_a_worker_freezes_what_is_due() -> None:
    (freezing,) = (one for one in ROUNDS if one.act is told_quarters.freeze)
    assert freezing.every.total_seconds() <= 24 * 3600
