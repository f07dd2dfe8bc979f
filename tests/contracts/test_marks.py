"""Whatever staff can print or take away says who looked; what cannot is on a list, with a reason.

Read off the running application, so a page or a download added tomorrow is asked tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from fund_app.adapters import stamps
from fund_app.services.personas import PERSONAS
from fund_app.views.access import Entry
from tests.contracts.test_permissions import OWN, addresses, methods, open_to
from tests.support.demonstration import MadeUp, copied, demonstrated
from tests.support.pages import Page
from workflows.roles import Role

pytestmark = pytest.mark.slow

STAFF = [each.handle for each in PERSONAS if not each.roles & {Role.APPLICANT, Role.DONOR}]
UNMARKED = {
    "auditor.export": "the ledger, in which people are tokens; that it was taken is in the trail",
    "treasury.batch_file": "bytes for the bank, compared by sha256; who took it is in the trail",
    "coordinator.original": "bytes no program opens by itself; the look is in the trail",
}
"""What is sent to staff and is neither a page nor a file that can carry a mark."""


@pytest.fixture
def made_up(demonstration_home: Path, tmp_path: Path) -> Iterator[MadeUp]:
    """Copy the demonstration for one person, whose presses may end what others need."""
    with demonstrated(copied(demonstration_home, tmp_path)) as demonstration:
        yield demonstration


def sent_to(made_up: MadeUp, handle: str) -> Iterator[tuple[Entry, TestResponse]]:
    """Ask every page that is for somebody like this; yield what comes, the door's own page apart.

    Some presses end the session; then they come in anew.
    """
    browser = made_up.persona(handle)
    for entry in open_to(made_up, handle):
        if entry.rule is None or entry.rule.is_public:
            continue
        for address in addresses(made_up, entry, most=1):
            for method in methods(entry):
                data = {"csrf_token": browser.token} if method == "POST" else None
                yield entry, browser.open(address, method=method, data=data, headers=OWN)
                if browser.get("/staff/home").status_code != 200:
                    browser = made_up.persona(handle)


@pytest.mark.parametrize("handle", STAFF)
def test_whatever_staff_are_sent_carries_their_mark(made_up: MadeUp, handle: str) -> None:
    bare: list[tuple[str, str, int]] = []
    unknown: set[str] = set()
    pages = 0
    for entry, answer in sent_to(made_up, handle):
        if answer.mimetype != "text/html":
            unknown |= {entry.endpoint} if answer.mimetype not in stamps.TAKING else set()
        elif not answer.location:
            shown = Page(answer).find_all("p", class_="viewer-mark")
            said = ["".join(each.itertext()).split(" · ")[0] for each in shown]
            pages += 1
            if said != [handle]:
                bare.append((answer.request.method, answer.request.path, answer.status_code))
    assert bare == []
    assert unknown - set(UNMARKED) == set()
    assert pages > 10
