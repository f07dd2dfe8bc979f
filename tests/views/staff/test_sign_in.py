from __future__ import annotations

import re

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.views.throttle import SIGN_IN, SIGN_IN_NAME
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.views.conftest import PASSPHRASE


RANDOM = r'name="csrf_token"[^>]*>|&#34;challenge&#34;: &#34;[^&]{75}&#34;'


def _answer(client: FundClient, handle: str, passphrase: str) -> tuple[int, list[str], str]:
    """Try to sign in; return status, header names and body without its two random values."""
    page = client.page("/staff/")
    answer = client.submit(page, {"handle": handle, "passphrase": passphrase}, to="/staff/")
    body = re.sub(RANDOM, "", answer.get_data(as_text=True))
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


def test_sign_in_slows_down_guesses_but_never_the_right_person(
    app: Flask, client: FundClient, coordinator: str
) -> None:
    """Thirty wrong tries at her name from where she sits, no cookie kept, then she herself."""
    statuses = []
    for _ in range(30):
        stranger = _stranger(app)
        statuses.append(_answer(stranger, "ida", "not a passphrase")[0])
    assert statuses == [422] * SIGN_IN.burst + [429] * (30 - SIGN_IN.burst)
    assert _answer(client, "ida", PASSPHRASE)[0] == 303


def test_sign_in_slows_down_guesses_at_one_name_from_everywhere(
    app: Flask, client: FundClient, coordinator: str
) -> None:
    statuses = []
    for number in range(SIGN_IN_NAME.burst + 1):
        there = {"environ_overrides": {"REMOTE_ADDR": f"192.0.2.{number}"}}
        stranger = _stranger(app)
        page = stranger.page("/staff/", **there)
        sent = {"handle": "Ida ", "passphrase": "not a passphrase"}
        statuses.append(stranger.submit(page, sent, to="/staff/", **there).status_code)
    assert statuses == [422] * SIGN_IN_NAME.burst + [429]
    assert _answer(client, "ida", PASSPHRASE)[0] == 303


def test_sign_in_slows_down_who_found_the_passkey_and_guesses_the_passphrase(
    client: FundClient, coordinator: str, clock: ManualClock
) -> None:
    statuses = [_answer(client, "ida", f"guess {number}")[0] for number in range(25)]
    assert statuses == [422] * SIGN_IN.burst + [429] * 5
    clock.advance(seconds=60)
    assert _answer(client, "ida", PASSPHRASE)[0] == 303


def _stranger(app: Flask) -> FundClient:
    """Open a browser of somebody who has no passkey of anybody here."""
    stranger = FundClient(app, response_wrapper=app.response_class)
    stranger.hold(None)
    return stranger


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
