"""The safety of payments in the demonstration: lists, a hit, the matrix changed, a way stopped."""

from __future__ import annotations

from fund_app.queries import screenings
from fund_app.services import (
    channel_changes,
    channel_stops,
    demo_lists,
    official_lists,
    screening_decisions,
)
from fund_app.services.channel_changes import Word
from fund_app.services.demo_house import House, press
from fund_app.services.unit import unit_of_work
from workflows.channels import Verdict
from workflows.roles import SYSTEM

LEFT_TO_SCREEN = 1
"""How many payments are left for whoever looks at the demonstration to screen anew."""


def bring_lists() -> None:
    """Import the four made-up lists, before anybody is paid."""
    for content in demo_lists.every():
        official_lists.import_file(SYSTEM, content)


def arrange(house: House) -> None:
    """Leave on the pages of safety what they are there for.

    A newer list, in which all but one of the payments that have not left are screened; a hit
    finance calls a false alarm, waiting for the security lead; one change of the matrix in
    force and one proposed; a way that is stopped, with the first signature under its end.
    """
    finance, security, treasurer = house["finance-1"], house["security"], house["treasurer"]
    official_lists.import_file(treasurer, demo_lists.eu("2026-06-29", "990002", more=True))
    with unit_of_work() as session:
        waiting = screenings.to_screen(session)
    for row in waiting[LEFT_TO_SCREEN:]:
        screening_decisions.screen_again(finance, row.id, press())
    agents = Word(
        ("central_asia", "cash_agent", "listed"),
        Verdict.FORBIDDEN,
        "agents_watched",
        "Board 2026-06-22 (demo)",
    )
    channel_changes.confirm(security, channel_changes.propose(treasurer, agents))
    cards = Word(("GE", "bank_transfer", "listed"), Verdict.FORBIDDEN, "accounts_frozen")
    channel_changes.propose(security, cards)
    with unit_of_work() as session:
        stop = channel_stops.stop(session, house["coordinator"], "balkans", "bank_transfer")
        stop_id = stop.id
    channel_stops.propose_lift(treasurer, stop_id)
