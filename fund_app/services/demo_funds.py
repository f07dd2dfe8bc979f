"""What the demonstration's board resolved about money: budgets, the reserve's floor, a transfer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from fund_app.models.funds import Ground, ResolutionKind
from fund_app.services import funds
from fund_app.services.demo_cases import at
from fund_app.services.demo_gifts import CURRENCY, RESERVE
from fund_app.services.demo_house import House
from fund_app.services.demo_timeline import Story
from fund_app.services.fund_checks import Draft

Kind = ResolutionKind
PROGRAMME = "emergency"
EARLIER = (date(2024, 1, 1), date(2025, 12, 31))
PRESENT = (date(2026, 1, 1), date(2026, 12, 31))
FIRST_LINES = {"legal": 18_000_00, "medical": 6_000_00, "subsistence": 6_000_00,
               "digital_security": 4_000_00, "rest": 34_000_00}  # fmt: skip
NOW_LINES = {"legal": 16_000_00, "medical": 6_000_00, "subsistence": 5_000_00,
             "digital_security": 4_000_00, "organisation": 8_000_00, "rest": 22_000_00}  # fmt: skip
"""Minor units by cost category; the first budget runs over two years, the second had a version
before it with less for lawyers. One award waits because the line for organisations is short."""
LATEST_LINES = {**NOW_LINES, "legal": 15_300_00}
"""So little is left for lawyers that those who vote see an award may have to wait."""
WINTER = Draft(
    kind=Kind.OPEN_FUND, number="2026/5", fund_code="WIN", name="Warm winters for prisoners",
    name_ru="Тёплая зима для заключённых", name_de="Warme Winter für Gefangene",
    restricted=True, programme=PROGRAMME, carrier_code="GEN", open_for_donations=True,
)  # fmt: skip


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every resolution with the moment it was proposed."""
    yield at("2024-01-08 10:00"), _resolved(house, _budget("2024/1", EARLIER, FIRST_LINES))
    yield at("2024-01-08 10:30"), _resolved(house, _floor("2024/2", 38_000_00))
    earlier = {**NOW_LINES, "legal": 14_000_00}
    yield at("2025-12-11 16:00"), _resolved(house, _budget("2025/9", PRESENT, earlier))
    yield at("2026-03-12 16:00"), _resolved(house, _budget("2026/3", PRESENT, NOW_LINES))
    yield at("2026-06-24 15:00"), _resolved(house, WINTER)
    yield at("2026-06-25 15:00"), _resolved(house, _transfer("2026/6", "FAM", 500_00))
    yield at("2026-06-29 14:00"), _resolved(house, _budget("2026/8", PRESENT, LATEST_LINES))
    yield at("2026-06-29 15:00"), _proposed(house, _transfer("2026/7", "LEG", 800_00))


def _resolved(house: House, draft: Draft) -> Story[None]:
    """Propose as the treasurer; a member of the board confirms the next morning."""
    proposal = funds.propose(house["treasurer"], draft)
    yield timedelta(hours=18)
    funds.confirm(house["board"], proposal)


def _proposed(house: House, draft: Draft) -> Story[None]:
    """Propose as a member of the board; nobody has confirmed yet."""
    funds.propose(house["board-2"], draft)
    yield from ()


def _budget(number: str, days: tuple[date, date], lines: dict[str, int]) -> Draft:
    return Draft(
        kind=Kind.SET_BUDGET, number=number, programme=PROGRAMME, currency=CURRENCY,
        starts=days[0], ends=days[1], lines=lines,
    )  # fmt: skip


def _floor(number: str, amount: int) -> Draft:
    return Draft(
        kind=Kind.SET_FLOOR, number=number, fund_code=RESERVE, currency=CURRENCY, amount=amount
    )


def _transfer(number: str, target: str, amount: int) -> Draft:
    return Draft(
        kind=Kind.TRANSFER, number=number, fund_code=RESERVE, target_code=target,
        currency=CURRENCY, amount=amount, ground=Ground.BOARD_DECISION,
    )  # fmt: skip
