"""An applicant for tests: answers as a person would type them, page by page."""

from __future__ import annotations

from collections.abc import Mapping

from fund_app.services import people, rules
from fund_app.services.unit import unit_of_work
from tests.support.client import FundClient
from tests.support.pages import Page
from workflows.roles import SYSTEM, Role

PASSPHRASE = "a long passphrase for tests only"

PAGES: Mapping[str, Mapping[str, str]] = {
    "now": {"for_whom": "self", "safe_now": "no", "deadline": "days", "language": "en"},
    "contact": {"channel": "signal", "handle": "sentinel-handle"},
    "story": {"country_now": "GE", "narrative": "sentinel-story of what happened"},
    "need": {"need_most": "a lawyer, and a safe way"},
}
CONSENT = {"information_read": "y", "processing_consent": "y", "truth": "y"}


def add_coordinator(handle: str = "desk") -> str:
    """Adopt the rules and take on a coordinator with keys; needs an application context."""
    with unit_of_work() as session:
        rules.seed(session)
    return people.add(SYSTEM, handle, handle.title(), [Role.COORDINATOR], PASSPHRASE)


def answer_minimum(client: FundClient) -> None:
    """Answer the four pages of the minimum."""
    for slug, answers in PAGES.items():
        address = f"/apply/emergency/{slug}"
        response = client.submit(client.page(address), dict(answers), to=slug)
        assert response.status_code == 302, Page(response).text


def send(client: FundClient) -> list[str]:
    """Give consent, send, and return the words of the codename as shown."""
    response = client.submit(client.page("/apply/emergency/check"), dict(CONSENT), to="check")
    assert response.status_code == 302, Page(response).text
    return shown_words(client.page(response.location))


def shown_words(page: Page) -> list[str]:
    """Return the seven words a page shows."""
    first = page.find_all("p", class_="keepsake__words")[0]
    return "".join(first.itertext()).split()
