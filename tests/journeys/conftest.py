"""A running fund with its people, and browsers for whoever a story needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.stage import Stage, take_on
from tests.support.demonstration import copied
from tests.support.live import LiveFund, running_fund


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFund]:
    """Serve a fund that has its people and no cases yet, once for the stories of a module."""
    with running_fund(tmp_path_factory.mktemp("fund")) as fund:
        take_on(fund)
        yield fund


@pytest.fixture
def stage(served: LiveFund, browser: Browser) -> Iterator[Stage]:
    """Open fresh browsers on the module's fund; each is looked at in the end."""
    stage = Stage(served, browser)
    try:
        yield stage
    finally:
        stage.close()
    stage.assert_untroubled()


@pytest.fixture(scope="session")
def furnished(
    browser: Browser, demonstration_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Serve the demonstration as `make run` does, its made-up cases included; for looking only."""
    home = copied(demonstration_home, tmp_path_factory.mktemp("furnished"))
    with running_fund(home) as fund:
        stage = Stage(fund, browser)
        try:
            yield stage
        finally:
            stage.close()
