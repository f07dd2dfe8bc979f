"""A flood of guesses: guessing is slow, pages are not, and the right one gets in."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import html5lib
import pytest

from fund_app.services.personas import persona
from tests.support.demonstration import copied
from tests.support.live import LiveFund, running_fund

pytestmark = pytest.mark.slow

GUESSERS = 8
PATIENCE = 60
"""Seconds in which the right one has to be let in, at the first try."""
WRONG = "seven words that nobody was given here"


@pytest.fixture(scope="module")
def flooded(
    demonstration_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveFund]:
    home = copied(demonstration_home, tmp_path_factory.mktemp("flooded"))
    with running_fund(home) as fund:
        yield fund


def fetch(
    fund: LiveFund, method: str, path: str, body: str = "", cookie: str = ""
) -> tuple[int, str, str]:
    """Return status, cookie set (or the one sent), and page."""
    connection = HTTPConnection(urlsplit(fund.base_url).netloc, timeout=PATIENCE)
    headers = {"Cookie": f"s={cookie}"} if cookie else {}
    if body:
        headers |= {"Origin": fund.base_url, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        found = SimpleCookie(answer.getheader("Set-Cookie") or "")
        return answer.status, found["s"].value if "s" in found else cookie, page
    finally:
        connection.close()


def guess(fund: LiveFund, codename: str) -> int:
    """Try a codename as a fresh visitor."""
    _, cookie, page = fetch(fund, "GET", "/return")
    root = html5lib.parse(page, namespaceHTMLElements=False)
    (token,) = {
        node.get("value") for node in root.iter("input") if node.get("name") == "csrf_token"
    }
    body = urlencode({"csrf_token": token, "codename": codename})
    return fetch(fund, "POST", "/return", body, cookie)[0]


def codename() -> str:
    """Return the applicant's own."""
    applicant = persona("applicant")
    assert applicant is not None
    return applicant.codename


def test_thirty_wrong_codenames_then_the_right_one(flooded: LiveFund) -> None:
    told = Counter(guess(flooded, WRONG) for _ in range(30))
    assert told == {422: 30}
    assert guess(flooded, codename()) == 303
    for name in ("127.0.0.1", "seven words"):
        assert name not in flooded.log.replace(flooded.base_url, "")


def test_pages_are_answered_while_many_guess_and_the_right_one_gets_in(flooded: LiveFund) -> None:
    """Nothing here looks at a clock but the promise: pages keep pace with guesses or beat them."""
    guesses: Counter[int] = Counter()
    stop, count = threading.Event(), threading.Lock()

    def flood() -> None:
        while not stop.is_set():
            status = guess(flooded, WRONG)
            with count:
                guesses[status] += 1

    threads = [threading.Thread(target=flood) for _ in range(GUESSERS)]
    for each in threads:
        each.start()
    try:
        pages = []
        while guesses[422] < GUESSERS:
            pages.append(fetch(flooded, "GET", "/")[0])
        let_in = guess(flooded, codename())
    finally:
        stop.set()
        for each in threads:
            each.join()
    assert set(pages) == {200}
    assert len(pages) >= GUESSERS
    assert set(guesses) == {422}
    assert let_in == 303
