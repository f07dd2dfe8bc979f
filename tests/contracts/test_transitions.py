"""No step can be skipped, repeated or taken back by sending what the page does not offer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.services.applications import TWO_PEOPLE
from tests.support.demonstration import BASE_URL, Browser, MadeUp
from workflows.emergency import EMERGENCY

pytestmark = pytest.mark.slow

HERE = {"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}
REFUSED = {403, 404, 409, 422}


def cases(made_up: MadeUp) -> dict[str, str]:
    """Return one case for each state there is."""
    with made_up.app.app_context():
        rows = db.session.execute(select(Application.state, Application.id).order_by("id"))
        return {str(row.state): str(row.id) for row in rows}


def offered(browser: Browser, case_id: str) -> set[str]:
    """Return the actions a case's pages offer, as buttons or as links to a form."""
    root = f"/coordinator/applications/{case_id}"
    said = "".join(
        browser.get(f"{root}{tab}").get_data(as_text=True)
        for tab in ("", "/told", "/messages", "/checks", "/history")
    )
    return {action for action in EMERGENCY.actions if f"{root}/{action}" in said}


def but_signatures(made_up: MadeUp) -> dict[str, Any]:
    """Return every row but first signatures: one alone does nothing, and a step uses it up."""
    return {name: rows for name, rows in made_up.rows().items() if name != "countersignature"}


def test_what_is_not_offered_is_refused_in_every_state(made_up: MadeUp) -> None:
    browser = made_up.persona("coordinator")
    token = browser.token
    before = but_signatures(made_up)
    asked, wrong = 0, []
    for state, case_id in cases(made_up).items():
        for action in sorted(set(EMERGENCY.actions) - offered(browser, case_id)):
            sent = {"csrf_token": token, "request_id": new_ref(), "step": "0"}
            path = f"/coordinator/applications/{case_id}/{action}"
            status = browser.post(path, data=sent, headers=HERE).status_code
            asked += 1
            if status not in REFUSED and not (action in TWO_PEOPLE and status == 302):
                wrong.append((state, action, status))
    assert wrong == []
    assert asked > 300
    assert but_signatures(made_up) == before
