"""The same press from twenty browsers at once: it happens once, and nobody sees a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.keystore_schema import holders
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Vote
from fund_app.models.donations import Donation, Donor
from fund_app.models.events import Event
from fund_app.models.stripe import StripeEvent
from fund_app.models.types import new_ref
from fund_app.services import ballots, ledger_chart, vault
from fund_app.services.unit import unit_of_work
from tests.doubles.stripe_wire import sign
from tests.support.application import BASE_URL
from tests.support.client import FundClient
from tests.support.desk import Desk, case_path
from tests.support.house import press
from tests.support.stripe import WEBHOOK_SECRET

pytestmark = [pytest.mark.both_stores, pytest.mark.slow]

MANY = 20
FEW = 4
"""As many as a visitor may send within a moment."""
LINES = [("legal", 60_000)]
HERE = {"Origin": BASE_URL}


def at_once(send: Callable[[int], int], many: int = MANY) -> Counter[int]:
    """Send from so many threads at the same moment; return how often each status came back."""
    barrier = Barrier(many)

    def run(number: int) -> int:
        barrier.wait(60)
        return send(number)

    with ThreadPoolExecutor(many) as pool:
        return Counter(pool.map(run, range(many)))


def clones(app: Flask, client: FundClient, many: int = MANY) -> list[Any]:
    """Return so many browsers with the same session."""
    cookie = client.get_cookie("__Host-s", domain="fund.test")
    assert cookie is not None
    found = []
    for _ in range(many):
        clone = app.test_client()
        clone.set_cookie("__Host-s", cookie.value, domain="fund.test")
        found.append(clone)
    return found


def pressed(app: Flask, client: FundClient, path: str, to: str, *, same: bool) -> Counter[int]:
    """Press one button of a page in twenty browsers, as one press or as twenty."""
    form = client.page(path).form(to)
    browsers = clones(app, client)
    app.test_client_class = None

    def send(number: int) -> int:
        data = dict(form.values)
        if not same:
            data["request_id"] = [new_ref()]
        answer = browsers[number].post(form.action, data=data, headers=HERE, base_url=BASE_URL)
        status: int = answer.status_code
        return status

    return at_once(send)


@pytest.mark.parametrize("same", [True, False])
def test_acknowledging_twenty_times_happens_once(desk: Desk, app: Flask, same: bool) -> None:
    _applicant, case_id = desk.house.submitted()
    anna = desk.browser("anna")
    told = pressed(app, anna, case_path(case_id), "/acknowledge", same=same)
    assert told == ({302: MANY} if same else {302: 1, 409: MANY - 1})
    db.session.rollback()
    happened = (
        select(func.count())
        .select_from(Event)
        .where(Event.subject_id == case_id, Event.action == "acknowledge")
    )
    assert db.session.scalar(happened) == 1


def test_saying_free_twenty_times_opens_one_seat(desk: Desk, app: Flask) -> None:
    _applicant, case_id = desk.house.submitted()
    desk.house.to_review(case_id, LINES)
    ballot_id = desk.ballot_of(case_id)
    reviewer = desk.browser("r1")
    told = pressed(app, reviewer, f"/reviewer/ballots/{ballot_id}", "/declare_free", same=False)
    assert set(told) <= {302, 409}
    assert told[302] >= 1


def test_voting_twenty_times_counts_one_vote(desk: Desk, app: Flask) -> None:
    _applicant, case_id = desk.house.submitted()
    desk.house.to_review(case_id, LINES)
    ballot_id = desk.ballot_of(case_id)
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(desk.house[handle], ballot_id, press())
    reviewer = desk.browser("r1")
    root = f"/reviewer/ballots/{ballot_id}"
    assert reviewer.submit(reviewer.page(root), to="/look").status_code == 302
    path = f"{root}/cast"
    form = reviewer.page(path).form("/cast")
    browsers = clones(app, reviewer)
    sent = {**form.values, "choice": "approve", "reason": "Needed."}

    def send(number: int) -> int:
        data = {**sent, "request_id": new_ref()}
        answer = browsers[number].post(path, data=data, headers=HERE, base_url=BASE_URL)
        status: int = answer.status_code
        return status

    told = at_once(send)
    # A vote may be changed until the count: every press is one, and the seat has one vote.
    assert set(told) <= {302, 409}, told
    assert told[302] >= 1
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Vote)) == 1


@pytest.mark.settings(stripe_api_key="sk_test_x", stripe_webhook_secret=WEBHOOK_SECRET)
def test_webhook_delivered_twenty_times_is_kept_once(desk: Desk, app: Flask) -> None:
    moment = int(desk.house.clock.now().timestamp())
    body = (
        b'{"id": "evt_1", "object": "event", "type": "charge.updated", "created": %d,'
        b' "livemode": false, "data": {"object": {"id": "ch_1", "object": "charge"}}}' % moment
    )
    headers = {"Stripe-Signature": sign(body, WEBHOOK_SECRET, moment)}
    browsers = [app.test_client() for _ in range(MANY)]

    def send(number: int) -> int:
        answer = browsers[number].post(
            "/webhooks/stripe", data=body, headers=headers, base_url=BASE_URL
        )
        return answer.status_code

    assert at_once(send) == {200: MANY}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(StripeEvent)) == 1
    assert db.session.scalar(select(func.count()).select_from(Application)) == 0


@pytest.mark.settings(bank_holder="The Fund", bank_iban="DE89 3704 0044 0532 0130 00")
def test_giving_several_times_at_once_is_one_gift_and_one_donor(
    app: Flask, client: FundClient, session: Session
) -> None:
    """One answer has the codename; the others say that the form was sent before."""
    with unit_of_work() as unit:
        ledger_chart.seed_chart(unit)
    form = client.page("/donate").form("/donate")
    browsers = clones(app, client, FEW)

    def send(number: int) -> int:
        data = {**form.values, "preset": "5000", "fund": "EMG", "method": "bank_transfer"}
        answer = browsers[number].post("/donate", data=data, headers=HERE, base_url=BASE_URL)
        return int(answer.status_code)

    assert at_once(send, FEW) == {303: 1, 409: FEW - 1}
    session.rollback()
    assert len(session.scalars(select(Donation)).all()) == 1
    (donor,) = session.scalars(select(Donor))
    with vault.keystore().engine.begin() as connection:
        kept = list(connection.scalars(select(holders.c.id).where(holders.c.kind == "donor")))
    assert kept == [donor.holder_id]
