from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.services import factors, one_time_codes
from fund_app.views import throttle
from fund_app.views.throttle import SIGN_IN
from tests.support.client import FundClient
from tests.support.pages import Page
from tests.support.queries import counting
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


def test_sign_in_does_not_tell_who_exists_in_forty_interleaved_tries(
    app: Flask, coordinator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty tries each: a name that exists, one that does not, and a passkey that is missing.

    Compared is the work, which no noisy machine can blur: runs of the memory-hard function,
    statements in both databases, and every byte that leaves.
    """
    monkeypatch.setattr(throttle, "SIGN_IN", throttle.Pace(burst=1000, seconds_per_try=1.0))
    kinds = {
        "known": ("ida", "not her passphrase"),
        "unknown": ("nobody", "not her passphrase"),
        "right": ("ida", PASSPHRASE),
    }
    seen: dict[str, set[tuple[object, ...]]] = {kind: set() for kind in kinds}
    stranger = _stranger(app)
    stranger.page("/staff/")  # the first page of all has no cookie to look up yet
    for _ in range(40):
        for kind, (handle, passphrase) in kinds.items():
            with _counted(app) as work:
                answer = _answer(stranger, handle, passphrase)
            seen[kind].add((work["runs"], work["data"], work["keys"], *answer[:1], *answer[2:]))
    assert len(seen["unknown"]) == 1, "the work varies by itself"
    assert seen["known"] == seen["unknown"] == seen["right"]


@contextmanager
def _counted(app: Flask) -> Iterator[dict[str, int]]:
    """Count what one try costs: runs of Argon2id and statements in each database."""
    work = {"runs": 0, "data": 0, "keys": 0}
    hardening = app.extensions["fund.hardening"]
    with app.app_context():
        engines = {"data": db.engine, "keys": app.extensions["fund.keystore"].engine}
    before = hardening.runs
    with ExitStack() as stack:
        counters = {name: stack.enter_context(counting(engine)) for name, engine in engines.items()}
        yield work
    work["runs"] = hardening.runs - before
    work |= {name: counter.count for name, counter in counters.items()}


@pytest.mark.settings(allow_totp=True)
def test_sign_in_with_a_code_takes_each_once_and_only_near_its_time(
    app: Flask, client: FundClient, coordinator: str, clock: ManualClock
) -> None:
    seed = b"a seed of twenty byt"
    with app.app_context():
        step = one_time_codes.step_now()
        row = one_time_codes.made(coordinator, "app", seed, one_time_codes.code_at(seed, step))
        assert row is not None
        factors.store().add(row)
    clock.advance(minutes=5)
    client.hold(None)

    def enter(beside: int) -> int:
        with app.app_context():
            code = one_time_codes.code_at(seed, one_time_codes.step_now() + beside)
        sent = {"handle": "ida", "passphrase": PASSPHRASE, "code": f"{code[:3]} {code[3:]}"}
        answer = client.submit(client.page("/staff/"), sent, to="/staff/")
        if answer.status_code == 303:
            client.submit(client.page("/staff/home"), to="/sign-out")
        return answer.status_code

    assert [enter(beside) for beside in (-2, 2)] == [422, 422]
    assert [enter(-1), enter(-1), enter(0), enter(0)] == [303, 422, 303, 422]
    assert enter(-1) == 422, "a code before the last one used"
    assert [enter(1), enter(1)] == [303, 422]


def test_sign_in_takes_no_code_where_none_is_allowed(
    app: Flask, client: FundClient, coordinator: str
) -> None:
    seed = b"a seed of twenty byt"
    with app.app_context():
        step = one_time_codes.step_now()
        row = one_time_codes.made(coordinator, "app", seed, one_time_codes.code_at(seed, step))
        assert row is not None
        factors.store().add(row)
        code = one_time_codes.code_at(seed, step + 1)
    client.hold(None)
    page = client.page("/staff/")
    assert "code" not in page.form("/staff/").values
    sent = {"handle": "ida", "passphrase": PASSPHRASE, "code": code}
    assert client.submit(page, sent, to="/staff/").status_code == 422


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
    statuses = [_answer(_stranger(app), "ida", "not a passphrase")[0] for _ in range(30)]
    assert statuses == [422] * 30
    assert _answer(client, "ida", PASSPHRASE)[0] == 303


def test_sign_in_beyond_the_pace_goes_one_after_the_other(
    app: Flask, client: FundClient, coordinator: str
) -> None:
    """While the line is full, guesses at one name wait; other names and her own key do not."""
    for _ in range(SIGN_IN.burst):
        assert _answer(_stranger(app), "ida", "not a passphrase")[0] == 422
    line = app.extensions["fund.throttle"].line
    with line.place():
        assert line.enter()  # somebody else who waits
        stranger = _stranger(app)
        page = stranger.page("/staff/")
        full = stranger.submit(page, {"handle": "ida", "passphrase": "guess"}, to="/staff/")
        assert (full.status_code, full.headers["Retry-After"]) == (503, "2")
        assert "nobody is locked out" in Page(full).text
        assert _answer(_stranger(app), "boris", "not a passphrase")[0] == 422
        assert _answer(client, "ida", PASSPHRASE)[0] == 303
        line.leave()


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
