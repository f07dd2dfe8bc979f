from __future__ import annotations

import pytest
from flask import Flask, abort

from fund_app.views import errors
from fund_app.views.access import public
from tests.support.client import FundClient
from tests.support.pages import Page


@pytest.mark.parametrize("status", sorted(errors.EXPLANATIONS))
def test_errors_say_what_happened_and_what_to_do(
    app: Flask, client: FundClient, status: int
) -> None:
    app.add_url_rule("/refuse", "refuse", public(lambda: abort(status)))
    response = client.get("/refuse")
    known = errors.EXPLANATIONS[status]
    assert response.status_code == status
    assert Page(response).headings == [str(known.title)]
    assert str(known.advice) in Page(response).text


def test_errors_refusal_gives_the_reason(app: Flask, client: FundClient) -> None:
    app.add_url_rule("/late", "late", public(lambda: errors.refusal("Somebody was quicker.")))
    response = client.get("/late")
    assert response.status_code == 409
    assert "Somebody was quicker." in Page(response).text


def test_errors_name_the_methods_there_are(client: FundClient) -> None:
    response = client.put("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 405
    assert response.headers["Allow"] == "OPTIONS, POST"


def test_errors_location_names_the_place_and_no_value() -> None:
    try:
        int("a secret somebody confided")
    except ValueError as error:
        place = errors.location(error)
    assert "confided" not in place
    assert place.startswith("test_errors.py:")


def test_errors_survive_a_wrong_host(client: FundClient) -> None:
    response = client.get("/", base_url="https://elsewhere.test")
    assert response.status_code == 400
    assert Page(response).links == {}
