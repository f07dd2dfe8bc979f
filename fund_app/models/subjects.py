"""Which table holds the subjects of which workflow."""

from __future__ import annotations

from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.disbursements import Disbursement
from fund_app.models.donations import Donation
from fund_app.models.events import Stateful
from fund_app.models.monthly_gifts import MonthlyGift
from fund_app.models.pledges import Pledge

SUBJECTS: dict[str, type[Stateful]] = {
    "emergency": Application,
    "ballot": Ballot,
    "disbursement": Disbursement,
    "donation": Donation,
    "monthly_gift": MonthlyGift,
    "pledge": Pledge,
}
"""Model by the name of its workflow, which is also the name of its chain of events."""
