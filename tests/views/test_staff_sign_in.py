from __future__ import annotations

import re

import pytest
from flask import Flask

from fund_app.views.throttle import SIGN_IN
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE


def _answer(client: FundClient, handle: str, passphrase: str) -> tuple[int, list[str], str]:
    """Try to sign in; return status, header names and body without the CSRF token."""
    page = client.page("/staff/")
    answer = client.submit(page, {"handle": handle, "passphrase": passphrase}, to="/staff/")
    body = re.sub(r'name="csrf_token"[^>]*>', "", answer.get_data(as_text=True))
    return answer.status_code, sorted(answer.headers.keys()), body


def test_sign_in_answers_unknown_and_known_names_alike(
    client: FundClient, coordinator: str
) -> None:
    known = _answer(client, "ida", "not her passphrase")
    unknown = _answer(client, "somebody else", "not her passphrase")
    assert known[0] == 422
    assert known == unknown


def test_sign_in_does_the_same_work_for_unknown_names(
    app: Flask, client: FundClient, coordinator: str
) -> None:
    hardening = app.extensions["fund.hardening"]
    before = hardening.runs
    _answer(client, "ida", "not her passphrase")
    between = hardening.runs
    _answer(client, "somebody else", "not her passphrase")
    assert (between - before, hardening.runs - between) == (1, 1)


def test_sign_in_takes_the_name_in_any_case(client: FundClient, coordinator: str) -> None:
    assert _answer(client, " IDA ", PASSPHRASE)[0] == 303


def test_sign_in_says_what_is_missing(client: FundClient) -> None:
    page = client.page("/staff/")
    answer = client.submit(page, {"handle": "", "passphrase": ""}, to="/staff/")
    assert answer.status_code == 422
    assert "Please write your passphrase." in Page(answer).text


def test_sign_in_lets_the_right_person_in_after_thirty_wrong_tries_of_others(
    app: Flask, client: FundClient, coordinator: str
) -> None:
    """No cookie is kept between the tries, and not a second passes before the right one."""
    statuses = []
    for _ in range(30):
        stranger = FundClient(app, response_wrapper=app.response_class)
        statuses.append(_answer(stranger, "ida", "not a passphrase")[0])
    assert statuses == [422] * 30
    assert _answer(client, "ida", PASSPHRASE)[0] == 303


def test_sign_in_beyond_the_pace_goes_one_after_the_other(
    app: Flask, client: FundClient, coordinator: str
) -> None:
    """While the narrow line is full, one name waits and every other name does not."""
    for _ in range(SIGN_IN.burst):
        assert _answer(client, "ida", "not a passphrase")[0] == 422
    line = app.extensions["fund.throttle"].line
    with line.place():
        line._places.acquire(blocking=False)  # noqa: SLF001 (somebody else who waits)
        page = client.page("/staff/")
        full = client.submit(page, {"handle": "ida", "passphrase": PASSPHRASE}, to="/staff/")
        assert (full.status_code, full.headers["Retry-After"]) == (503, "2")
        assert "nobody is locked out" in Page(full).text
        assert _answer(client, "boris", "not a passphrase")[0] == 422
        line._places.release()  # noqa: SLF001
    assert _answer(client, "ida", PASSPHRASE)[0] == 303


def test_sign_in_counts_failures_only(client: FundClient, coordinator: str) -> None:
    statuses = set()
    for _ in range(SIGN_IN.burst + 5):
        statuses.add(_answer(client, "ida", PASSPHRASE)[0])
        client.submit(client.page("/staff/home"), to="/sign-out")
    assert statuses == {303}


@pytest.mark.parametrize("passphrase", ["x" * 200, "\ud83d\ude00 \u0451\u0436", "' OR 1=1 --"])
def test_sign_in_survives_strange_passphrases(
    client: FundClient, coordinator: str, passphrase: str
) -> None:
    plain = passphrase.encode("utf-16", "surrogatepass").decode("utf-16")
    assert _answer(client, "ida", plain)[0] == 422
