"""What the tests of donors' pages share: the double behind the application, funds to give to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from config import Settings
from fund_app.adapters.clock import ManualClock
from fund_app.services import ledger_chart
from fund_app.services.unit import unit_of_work
from tests.support.stripe import StripeDouble, running_stripe

IBAN = "DE89 3704 0044 0532 0130 00"


@pytest.fixture
def double(clock: ManualClock) -> Iterator[StripeDouble]:
    """Run the payment provider's double."""
    with running_stripe(clock) as double:
        yield double


@pytest.fixture
def settings(settings: Settings, double: StripeDouble) -> Settings:
    """Point the application at the double and give it an account for transfers."""
    return replace(settings, **double.settings, bank_holder="The Fund", bank_iban=IBAN)


@pytest.fixture(autouse=True)
def _funds(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        ledger_chart.seed_chart(session)
