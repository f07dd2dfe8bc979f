"""What the demonstration's fund has published, and what it may not: figures and single grants."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fund_app.models.applications import Application
from fund_app.queries import publications as reads
from fund_app.services import open_data, publications, told_quarters
from fund_app.services.demo_house import House
from fund_app.services.open_data import Wish
from fund_app.services.publications import PublishingRefused
from fund_app.services.unit import unit_of_work
from workflows.disclosure import AWARDED, RECEIVED, Table
from workflows.quarters import Quarter

BEGINNING, LATEST = Quarter(2024, 1), Quarter(2026, 1)
PUBLISHED = (
    Table(AWARDED, BEGINNING, LATEST, "region", "EUR"),
    Table(RECEIVED, BEGINNING, LATEST, "whole", "EUR"),
)
REFUSED = Table(AWARDED, BEGINNING.next, LATEST, "whole", "EUR")
"""One quarter less than what is published: the difference would be one grant."""

SINGLE = (
    ("western_europe", "A lawyer and two months of rent."),
    ("eastern_europe", "Medical care."),
    ("central_asia", ""),
)
WAITING = "caucasus"
DONE = ("closed", "reporting", "active")


def arrange(house: House) -> None:
    """Leave two published figures, one refused, some single grants published and one proposed."""
    told_quarters.freeze()
    proposer, signer = house["coordinator-2"], house["board-2"]
    for table in PUBLISHED:
        publications.confirm(signer, publications.propose(proposer, table).id)
    publications.propose(proposer, REFUSED)
    for region, words in SINGLE:
        _publish(house, region, words)
    open_data.propose(proposer, Wish(_granted_in(WAITING)[0], "organisation"))


def _publish(house: House, region: str, words: str) -> None:
    """Publish the first grant of a region that leaves enough others; declined are the others."""
    for designation in _granted_in(region):
        row = open_data.propose(house["coordinator-2"], Wish(designation, "agreed", words))
        try:
            open_data.confirm(house["board-2"], row.id)
        except PublishingRefused:
            open_data.decline(house["board-2"], row.id)
        else:
            return


def _granted_in(region: str) -> Sequence[str]:
    """Return the cases of a region that were granted something and have come to rest."""
    with unit_of_work() as session:
        told = [
            case.name
            for case in reads.cases(session)
            if case.unit.region == region
            and "" < case.unit.awarded <= str(LATEST)
            and not case.is_told
        ]
        statement = (
            select(Application.designation)
            .where(
                Application.id.in_(told),
                Application.erased_on.is_(None),
                Application.state.in_(DONE),
            )
            .order_by(Application.submitted_on, Application.designation)
        )
        return session.scalars(statement).all()
