from __future__ import annotations

import pytest
from flask import Flask, Response
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.events import Event
from fund_app.views import access
from tests.support.client import FundClient
from tests.views.conftest import PASSPHRASE
from workflows.roles import Role


@pytest.fixture
def papers(app: Flask) -> None:
    """Add a page for coordinators, one for treasurers, and one nobody thought about."""
    app.add_url_rule("/staff/papers", "papers", access.allow(Role.COORDINATOR)(_papers))
    app.add_url_rule("/staff/books", "books", access.allow(Role.TREASURER)(_books))
    app.add_url_rule("/undeclared", "undeclared", lambda: Response("open"))


def _papers() -> Response:
    return Response("open", mimetype="text/plain")


def _books() -> Response:
    return Response("sums", mimetype="text/plain")


def test_access_denies_what_declares_nothing(papers: None, client: FundClient) -> None:
    assert client.get("/undeclared").status_code == 404


def test_access_without_roles_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        access.allow()


def test_access_sends_strangers_to_the_door_and_remembers_where(
    papers: None, client: FundClient
) -> None:
    response = client.get("/staff/papers?page=2")
    assert response.status_code == 302
    assert response.headers["Location"] == "/staff/?next=/staff/papers?page%3D2"


def test_access_lets_the_role_in(papers: None, signed_in: FundClient) -> None:
    response = signed_in.get("/staff/papers")
    assert (response.status_code, response.get_data(as_text=True)) == (200, "open")


def test_access_answers_another_role_like_an_unknown_page(
    papers: None, signed_in: FundClient
) -> None:
    foreign = signed_in.get("/staff/books")
    unknown = signed_in.get("/staff/nothing")
    assert foreign.status_code == 404
    assert foreign.get_data() == unknown.get_data()


def test_access_writes_down_which_act_was_refused_and_to_whom(
    app: Flask, signed_in: FundClient, coordinator: str
) -> None:
    """Reading writes nothing, however often."""

    def trail() -> list[tuple[str | None, ...]]:
        with app.app_context():
            query = select(Event.action, Event.actor_ref, Event.reason_code)
            return [tuple(row) for row in db.session.execute(query.order_by(Event.id))]

    before = trail()
    assert signed_in.get("/admin/jobs").status_code == 404
    assert trail() == before
    answer = signed_in.post("/admin/jobs/requeue")
    assert answer.status_code == 404
    assert trail() == [*before, ("act_refused", coordinator, "admin.requeue")]


def test_access_returns_to_the_page_asked_for(
    papers: None, client: FundClient, coordinator: str
) -> None:
    page = client.page(client.get("/staff/papers").headers["Location"])
    answer = client.submit(page, {"handle": "ida", "passphrase": PASSPHRASE}, to="/staff/")
    assert answer.headers["Location"] == "/staff/papers"


def test_access_refuses_a_second_rule_for_one_view() -> None:
    view = access.allow(Role.AUDITOR)(lambda: "")
    with pytest.raises(ValueError, match="two different rules"):
        access.allow(Role.DONOR)(view)


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test/", "/\\evil.test", "/no"])
def test_access_returns_to_no_foreign_page(
    client: FundClient, coordinator: str, target: str
) -> None:
    page = client.page("/staff/", query_string={"next": target})
    answer = client.submit(page, {"handle": "ida", "passphrase": PASSPHRASE}, to="/staff/")
    assert answer.headers["Location"] == "/staff/home"


def test_access_inventory_names_rule_and_methods(app: Flask) -> None:
    found = {entry.endpoint: entry for entry in access.inventory(app)}
    assert found["public.home"].rule == access.Rule(frozenset())
    assert found["staff.home"].rule is not None
    assert Role.APPLICANT not in found["staff.home"].rule.roles
    assert "POST" in found["public.sign_out"].methods
    assert "GET" not in found["public.sign_out"].methods


@pytest.mark.parametrize(
    ("roles", "door"),
    [
        ({Role.APPLICANT}, "applicant"),
        ({Role.DONOR}, "donor"),
        ({Role.COORDINATOR, Role.REVIEWER}, "staff"),
    ],
)
def test_access_rule_knows_its_door(roles: set[Role], door: str) -> None:
    assert access.Rule(frozenset(roles)).door == door
