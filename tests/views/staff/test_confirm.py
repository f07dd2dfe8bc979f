from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, request

from config import Environment
from fund_app.adapters.clock import ManualClock
from fund_app.services import factors, one_time_codes, people, personas
from fund_app.views.access import allow, confirmed, inventory
from tests.support.application import BASE_URL
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.support.pocket import pocket
from tests.views.conftest import PASSPHRASE
from tests.views.staff.conftest import happened
from workflows.roles import SYSTEM, Role

OURS = {"Sec-Fetch-Site": "same-origin", "Origin": BASE_URL}
NAME = "__Host-s"
TYPED = {"story": 'first\r\nsecond <b>line</b> & "more"', "line": ["1", "2"], "step_seen": "4"}


@pytest.fixture
def received(app: Flask) -> list[dict[str, Any]]:
    """Add a form that does harm, and a page on the way to it; note what reaches the form."""
    notes: list[dict[str, Any]] = []

    @allow(Role.COORDINATOR)
    @confirmed
    def harm() -> Response:
        fields = request.form.to_dict(flat=False)
        fields.pop("csrf_token")
        notes.append(fields)
        return Response("done", mimetype="text/plain")

    app.add_url_rule("/staff/harm", "harm", harm, methods=["POST"])
    app.add_url_rule("/staff/before", "before", allow(Role.COORDINATOR)(confirmed(_before)))
    return notes


@pytest.fixture
def signed_in(received: list[dict[str, Any]], client: FundClient, coordinator: str) -> FundClient:
    """Sign the coordinator in, once the application has its further pages."""
    sent = {"handle": "ida", "passphrase": PASSPHRASE}
    assert client.submit(client.page("/staff/"), sent, to="/staff/").status_code == 303
    return client


def _before() -> Response:
    return Response("open", mimetype="text/plain")


def _press(client: FundClient, **more: str) -> Any:
    """Send the form as its page would: with the present token of the session."""
    token = client.page("/staff/home").form("/sign-out").values["csrf_token"]
    return client.post(
        "/staff/harm?page=2", data={**TYPED, "csrf_token": token, **more}, headers=OURS
    )


def test_confirmation_is_not_asked_right_after_signing_in(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    clock.advance(minutes=9)
    assert _press(signed_in).status_code == 200
    assert len(received) == 1


def test_confirmation_is_asked_after_ten_minutes_and_keeps_what_was_typed(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    clock.advance(minutes=10)
    asked = _press(signed_in)
    assert (asked.status_code, received) == (403, [])
    page = Page(asked)
    assert page.headings[0] == "Confirm that it is you"
    done = signed_in.submit(page, to="/staff/harm?page=2")
    assert (done.status_code, done.get_data(as_text=True)) == (200, "done")
    [fields] = received
    fields = {name: value for name, value in fields.items() if not name.startswith("confirm_")}
    # A browser writes line breaks as CR LF again when it sends; the parser has made them LF.
    story = str(TYPED["story"]).replace("\r\n", "\n")
    assert fields == {"story": [story], "line": ["1", "2"], "step_seen": ["4"]}
    assert _press(signed_in).status_code == 200
    clock.advance(minutes=10)
    assert _press(signed_in).status_code == 403


def test_confirmation_takes_a_new_token(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    clock.advance(minutes=10)
    before = signed_in.get_cookie(NAME, domain="fund.test")
    signed_in.submit(Page(_press(signed_in)), to="/staff/harm?page=2")
    after = signed_in.get_cookie(NAME, domain="fund.test")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    signed_in.set_cookie(NAME, before.value, domain="fund.test", secure=True)
    assert signed_in.get("/staff/home").status_code == 302


def test_confirmation_does_not_prolong_the_day(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    for _ in range(30):
        clock.advance(minutes=24)
        assert signed_in.get("/staff/home").status_code in {200, 302}
        page = Page(_press(signed_in)) if signed_in.get("/staff/home").status_code == 200 else None
        if page is not None:
            signed_in.submit(page, to="/staff/harm?page=2")
    assert signed_in.get("/staff/home").status_code == 302


@pytest.mark.parametrize("proof", ["", "nonsense"])
def test_confirmation_without_a_passkey_is_refused_and_recorded(  # noqa: PLR0917
    app: Flask,
    signed_in: FundClient,
    coordinator: str,
    clock: ManualClock,
    received: list[dict[str, Any]],
    proof: str,
) -> None:
    clock.advance(minutes=10)
    page = Page(_press(signed_in))
    again = signed_in.submit(page, {"confirm_passkey": proof}, to="/staff/harm?page=2")
    assert (again.status_code, received) == (403, [])
    assert "That could not be checked." in Page(again).text
    assert happened(app) == [("confirmation_refused", coordinator)]
    assert signed_in.submit(Page(again), to="/staff/harm?page=2").status_code == 200


def test_confirmation_is_no_press_outside_of_the_demonstration(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    clock.advance(minutes=10)
    assert _press(signed_in, confirm_press="1").status_code == 403
    assert received == []


def test_confirmation_by_somebody_elses_passkey_is_refused(
    app: Flask, signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    with app.app_context():
        people.add(SYSTEM, "otto", "Otto", [Role.AUDITOR], PASSPHRASE)
    clock.advance(minutes=10)
    page = Page(_press(signed_in))
    signed_in.hold(pocket(app, "otto"))
    assert signed_in.submit(page, to="/staff/harm?page=2").status_code == 403
    assert received == []


def test_confirmation_answer_works_once(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    clock.advance(minutes=10)
    page = Page(_press(signed_in))
    assert signed_in.device is not None
    signed = signed_in.device.sign(page.form("/staff/harm?page=2").passkey["options"])
    sent = {"confirm_passkey": signed}
    assert signed_in.submit(page, sent, to="/staff/harm?page=2").status_code == 200
    clock.advance(minutes=10)
    assert _press(signed_in, **sent).status_code == 403
    assert len(received) == 1


def test_confirmation_needs_the_forms_token_first(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    clock.advance(minutes=10)
    answer = signed_in.post("/staff/harm", data=TYPED, headers=OURS)
    assert answer.status_code == 400
    assert received == []


def test_confirmation_on_the_way_to_a_page_leads_there(
    signed_in: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    assert signed_in.get("/staff/before").status_code == 200
    clock.advance(minutes=10)
    asked = signed_in.get("/staff/before?tab=2")
    assert (asked.status_code, asked.location) == (
        302,
        "/staff/confirm?next=/staff/before?tab%3D2",
    )
    answer = signed_in.submit(signed_in.page(asked.location), to="/staff/confirm")
    assert (answer.status_code, answer.location) == (303, "/staff/before?tab=2")
    assert signed_in.get(answer.location).status_code == 200
    assert signed_in.get("/staff/confirm?next=https://evil.test/").location == "/staff/home"


HERE = "http://127.0.0.1:8000"


@pytest.mark.settings(environment=Environment.DEMO, base_url=HERE)
def test_confirmation_of_a_persona_is_one_press(
    app: Flask, client: FundClient, clock: ManualClock, received: list[dict[str, Any]]
) -> None:
    with app.app_context():
        persona = personas.persona("coordinator")
        assert persona is not None
        roles = [Role.COORDINATOR]
        people.add(SYSTEM, persona.handle, "Ida", roles, personas.STAFF_PASSPHRASE)
    own: dict[str, Any] = {"base_url": HERE, "headers": {"Origin": HERE}}
    door = next(
        form
        for form in client.page("/door", base_url=HERE).forms
        if form.values.get("persona") == ["coordinator"]
    )
    assert client.post("/door", data=door.values, **own).status_code == 303
    clock.advance(minutes=10)
    token = client.page("/staff/home", base_url=HERE).form("/sign-out").values["csrf_token"]
    asked = client.post("/staff/harm", data={**TYPED, "csrf_token": token}, **own)
    assert (asked.status_code, received) == (403, [])
    page = Page(asked)
    assert page.find_all("script") == []
    assert "In the demonstration one press is enough." in page.text
    assert client.submit(page, to="/staff/harm", **own).status_code == 200
    assert len(received) == 1


@pytest.mark.settings(allow_totp=True)
def test_confirmation_of_somebody_with_an_app_takes_passphrase_and_code(
    app: Flask,
    client: FundClient,
    coordinator: str,
    clock: ManualClock,
    received: list[dict[str, Any]],
) -> None:
    seed = bytes(range(20))
    with app.app_context():
        step = one_time_codes.step_now()
        row = one_time_codes.made(coordinator, "app", seed, one_time_codes.code_at(seed, step))
        assert row is not None
        factors.store().add(row)
    client.hold(None)
    clock.advance(seconds=30)
    sent = {"handle": "ida", "passphrase": PASSPHRASE, "code": _code(app, seed)}
    assert client.submit(client.page("/staff/"), sent, to="/staff/").status_code == 303
    clock.advance(minutes=10)
    page = Page(_press(client))
    code = _code(app, seed)
    for passphrase, typed in (("not hers", code), (PASSPHRASE, "000000"), (PASSPHRASE, "")):
        clock.advance(seconds=30)
        sent = {"confirm_passphrase": passphrase, "confirm_code": typed}
        assert client.submit(page, sent, to="/staff/harm?page=2").status_code == 403
    sent = {"confirm_passphrase": PASSPHRASE, "confirm_code": _code(app, seed)}
    assert client.submit(page, sent, to="/staff/harm?page=2").status_code == 200
    assert len(received) == 1


def _code(app: Flask, seed: bytes) -> str:
    with app.app_context():
        return one_time_codes.code_at(seed, one_time_codes.step_now())


def test_what_moves_money_or_access_is_confirmed(app: Flask) -> None:
    found = {entry.endpoint for entry in inventory(app) if entry.is_confirmed}
    assert found >= {
        "treasury.authorise_first",
        "treasury.authorise_second",
        "treasury.send",
        "custodian.agree",
        "custodian.names",
        "coordinator.names",
        "admin.propose_take_on",
        "admin.propose_grant",
        "admin.propose_withdrawal",
        "admin.propose_reset",
        "admin.confirm_change",
        "admin.disable",
        "admin.enrol",
        "staff.propose_sharing",
        "staff.confirm_sharing",
        "staff.add_passkey",
        "staff.add_app",
        "staff.remove_factor",
        "staff.change_passphrase",
    }


def test_only_staff_are_asked_to_confirm(app: Flask) -> None:
    for entry in inventory(app):
        if entry.is_confirmed:
            assert entry.rule is not None
            assert entry.rule.door == "staff", entry.path
