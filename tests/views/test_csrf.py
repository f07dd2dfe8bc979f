from __future__ import annotations

import pytest
from flask import Flask

from tests.support.application import BASE_URL
from tests.support.client import FundClient
from tests.support.pages import Page

NAME = "__Host-s"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_csrf_refuses_forms_another_site_sends(signed_in: FundClient, site: str) -> None:
    values = signed_in.page("/staff/home").form("/sign-out").values
    response = signed_in.post("/sign-out", data=values, headers={"Sec-Fetch-Site": site})
    assert response.status_code == 403
    assert signed_in.get("/staff/home").status_code == 200


def test_csrf_refuses_a_foreign_origin(signed_in: FundClient) -> None:
    values = signed_in.page("/staff/home").form("/sign-out").values
    response = signed_in.post("/sign-out", data=values, headers={"Origin": "https://evil.test"})
    assert response.status_code == 403


@pytest.mark.parametrize("token", [None, "", "nonsense"])
def test_csrf_refuses_a_form_without_its_token(signed_in: FundClient, token: str | None) -> None:
    data = {} if token is None else {"csrf_token": token}
    assert signed_in.post("/sign-out", data=data).status_code == 400
    assert signed_in.get("/staff/home").status_code == 200


def test_csrf_refuses_the_token_of_another_visitor(app: Flask, signed_in: FundClient) -> None:
    stranger = FundClient(app, response_wrapper=app.response_class)
    theirs = stranger.page("/staff/").form("/staff/").values["csrf_token"]
    response = signed_in.post(
        "/sign-out", data={"csrf_token": theirs}, headers={"Origin": BASE_URL}
    )
    assert response.status_code == 400
    assert signed_in.get("/staff/home").status_code == 200


def test_csrf_refuses_the_token_from_before_signing_in(
    client: FundClient, signed_in: FundClient
) -> None:
    signed_in.submit(signed_in.page("/staff/home"), to="/sign-out")
    before = client.page("/staff/")
    client.submit(before, {"handle": "ida", "passphrase": "a long walk by the river"}, to="/staff/")
    old = before.form("/staff/").values["csrf_token"]
    assert client.post("/sign-out", data={"csrf_token": old}).status_code == 400
    assert client.get("/staff/home").status_code == 200


def test_csrf_token_is_needed_no_sooner_than_a_form_is_shown(client: FundClient) -> None:
    assert Page(client.get("/")).forms == []
    assert client.get_cookie(NAME, domain="fund.test") is None
