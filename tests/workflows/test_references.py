"""References: what may stand on the statement of whoever receives money, and what may not."""

from __future__ import annotations

import pytest

from fund_app.services.disbursements import ALPHABET
from workflows.references import is_neutral


@pytest.mark.parametrize("text", ["INV 2026-0417", "K7PWQ2MXZ9", "RE-88/2026", ALPHABET[:10]])
def test_number_of_an_invoice_is_neutral(text: str) -> None:
    assert is_neutral(text)


@pytest.mark.parametrize(
    "text",
    [
        "Solidarity Fund 17", "SOLIDARFUND", "S-O-L-I-D-A-R", "Фонд солидарности", "помощь",
        "Hilfe 2026", "EMG 2026-04", "grant payment", "legal aid", "Emergency support", "",
        "X" * 36, "INV 1\nSECOND LINE", "name@example.org", "K7PFUNDMXZ",
    ],
)  # fmt: skip
def test_reference_that_tells_something_is_not(text: str) -> None:
    assert not is_neutral(text)
