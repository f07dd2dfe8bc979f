"""The way out: first on every page a visitor can see, without script, and nothing stays behind."""

from __future__ import annotations

import pytest
from flask import Flask

from fund_app.adapters.keystore import Keystore
from fund_app.adapters.keystore_schema import sessions as session_rows
from fund_app.views.access import inventory
from tests.support import applicants
from tests.support.client import FundClient
from tests.support.house import House
from tests.support.pages import Page
from workflows.roles import Role

FORGET = '"cache", "cookies", "storage"'
WITHOUT = frozenset({"/exit", "/webhooks/stripe"})
"""The page behind the way out, and what no person opens."""


def first_thing(page: Page) -> tuple[str, str]:
    """Return text and target of what a keyboard reaches first."""
    (body,) = page.find_all("body")
    first = next(
        node for node in body.iter() if node.tag in {"a", "button", "input", "select", "textarea"}
    )
    return "".join(first.itertext()), first.get("href", "")


def paths(app: Flask, *roles: Role) -> list[str]:
    """Return the pages without a variable part that everybody, or one of the roles, may open."""
    return [
        entry.path
        for entry in inventory(app)
        if "GET" in entry.methods
        and "<" not in entry.path
        and entry.path not in WITHOUT
        and entry.rule is not None
        and (entry.rule.roles == frozenset(roles))
    ]


def test_every_page_of_a_visitor_begins_with_the_way_out(app: Flask, client: FundClient) -> None:
    seen = 0
    for path in paths(app):
        response = client.get(path)
        if response.mimetype == "text/html" and response.status_code == 200:
            assert first_thing(Page(response)) == ("Leave now", "/exit"), path
            seen += 1
    assert seen >= 9


@pytest.mark.parametrize("status", [404, 405, 403])
def test_errors_begin_with_the_way_out(client: FundClient, status: int) -> None:
    answer = {
        404: lambda: client.get("/nowhere"),
        405: lambda: client.post("/apply/emergency", headers={"Origin": "https://fund.test"}),
        403: lambda: client.post("/return", headers={"Sec-Fetch-Site": "cross-site"}),
    }[status]()
    assert answer.status_code in {status, 400}
    assert first_thing(Page(answer)) == ("Leave now", "/exit")


def test_every_page_of_an_applicant_begins_with_the_way_out(
    app: Flask, client: FundClient, house: House
) -> None:
    applicants.answer_minimum(client)
    applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    seen = set()
    for path in paths(app, Role.APPLICANT):
        response = client.get(path)
        if response.mimetype == "text/html" and response.status_code == 200:
            assert first_thing(Page(response)) == ("Leave now", "/exit"), path
            assert response.headers["Cache-Control"] == "no-store", path
            seen.add(path)
    assert seen >= {"/return/case", "/return/plan", "/return/wish", "/return/word"}


def test_way_out_ends_the_session_on_the_server_and_leaves_nothing_to_go_back_to(
    client: FundClient, house: House, keystore: Keystore
) -> None:
    applicants.answer_minimum(client)
    applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    assert client.get("/return/case").status_code == 200
    answer = client.get("/exit")
    assert answer.headers["Clear-Site-Data"] == FORGET
    assert answer.headers["Cache-Control"] == "no-store"
    page = Page(answer)
    assert (page.title, page.text) == ("New page", "You can close this tab now.")
    assert page.links == {}
    assert b"Solidarity" not in answer.data
    with keystore.engine.begin() as connection:
        assert connection.execute(session_rows.select()).all() == []
    assert client.get("/return/case").location == "/return"


def test_staff_pages_have_no_way_out_for_applicants(signed_in: FundClient) -> None:
    page = signed_in.page("/staff/home")
    assert page.find_all("a", class_="quick-exit") == []
