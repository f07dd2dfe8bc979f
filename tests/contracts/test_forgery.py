"""No form is taken that one of our own pages did not send, on any route, from anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from fund_app.views.access import Entry
from tests.contracts.test_permissions import (
    BY_SIGNATURE,
    HANDLES,
    addresses,
    open_to,
)
from tests.support.demonstration import BASE_URL, Browser, MadeUp

pytestmark = pytest.mark.slow

HERE = {"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}
REFUSED = {400, 403, 405}
EVIL = "https://evil.example"


@dataclass(frozen=True, slots=True)
class Forgery:
    """One way to send a form that is not ours."""

    name: str
    token: str | None
    headers: Mapping[str, str]


def forgeries(own: str, stale: str, foreign: str) -> Iterator[Forgery]:
    """Yield every way: a wrong token from here, and the right one from elsewhere."""
    yield Forgery("without a token", None, HERE)
    yield Forgery("an empty token", "", HERE)
    yield Forgery("the token of another visitor", foreign, HERE)
    yield Forgery("the token from before signing in", stale, HERE)
    yield Forgery("from another site", own, {"Sec-Fetch-Site": "cross-site"})
    yield Forgery("from a neighbour of this site", own, {"Sec-Fetch-Site": "same-site"})
    yield Forgery("from another origin", own, {"Origin": EVIL})
    yield Forgery("from nowhere", own, {"Origin": "null"})


def posts(made_up: MadeUp, handle: str) -> Iterator[tuple[Entry, str]]:
    """Yield every form address a persona may use, with something that exists in it."""
    for entry in open_to(made_up, handle):
        if "POST" in entry.methods and entry.endpoint not in BY_SIGNATURE:
            for address in addresses(made_up, entry, most=1):
                yield entry, address


def sent(browser: Browser, address: str, forgery: Forgery) -> int:
    data = {} if forgery.token is None else {"csrf_token": forgery.token}
    return browser.post(address, data=data, headers=forgery.headers).status_code


@pytest.mark.parametrize("handle", HANDLES)
def test_forged_forms_are_refused_and_change_nothing(made_up: MadeUp, handle: str) -> None:
    stale = made_up.stranger().token
    foreign = made_up.persona("auditor" if handle != "auditor" else "board").token
    browser = made_up.persona(handle)
    own = browser.token
    before = made_up.rows()
    asked, wrong = 0, []
    for entry, address in posts(made_up, handle):
        for forgery in forgeries(own, stale, foreign):
            status = sent(browser, address, forgery)
            asked += 1
            if status not in REFUSED:
                wrong.append((entry.path, forgery.name, status))
    assert wrong == []
    assert asked > 20
    assert made_up.rows() == before
    # Nobody was signed out by any of it.
    assert browser.token[:10] == own[:10]


@pytest.mark.parametrize("handle", HANDLES)
def test_addresses_that_change_something_cannot_be_read(made_up: MadeUp, handle: str) -> None:
    browser = made_up.persona(handle)
    before = made_up.rows()
    wrong = []
    for entry in open_to(made_up, handle):
        if "POST" not in entry.methods or "GET" in entry.methods:
            continue
        for address in addresses(made_up, entry, most=1):
            for method in ("GET", "HEAD", "PUT", "DELETE"):
                status = browser.open(address, method=method, headers=HERE).status_code
                # A twin route may show a page at the same address.
                if status >= 500 or (method in {"PUT", "DELETE"} and status < 400):
                    wrong.append((method, address, status))
    assert wrong == []
    assert made_up.rows() == before
