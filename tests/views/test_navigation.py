"""The head of a page: rows of one's own, and what lies beside the present page."""

from __future__ import annotations

import pytest

from fund_app.views.navigation import ROWS
from tests.support.staff import Enter


def test_every_row_lies_under_one_that_lies_under_none() -> None:
    heads = {row.endpoint for row in ROWS if not row.under}
    assert {row.under for row in ROWS if row.under} <= heads


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("handle", "path", "shown", "elsewhere"),
    [
        ("treasurer", "/treasury/batches", {"Payments", "Safe ways", "Funds"}, {"Ledger"}),
        ("treasurer", "/treasury/funds", {"Payments", "Ledger", "Publishing"}, {"Safe ways"}),
        ("anna", "/coordinator/applications", {"Safe ways", "Publishing"}, {"Payments", "Ledger"}),
    ],
)
def test_pages_of_one_kind_are_found_together(
    enter: Enter, handle: str, path: str, shown: set[str], elsewhere: set[str]
) -> None:
    """Where somebody sees the page others lie under, they are found there, else in the head."""
    links = set(enter(handle).page(path).links)
    assert shown <= links
    assert not elsewhere & links


@pytest.mark.usefixtures("house")
def test_first_page_names_every_page(enter: Enter) -> None:
    links = set(enter("treasurer").page("/staff/home").links)
    assert {"Payments", "Safe ways", "Waiting for money", "Ledger", "Receipts"} <= links
