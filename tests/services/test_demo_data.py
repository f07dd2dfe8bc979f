"""The demonstration: every state is there, every special record, and all books tie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Environment
from fund_app.adapters.clock import ShiftedClock
from fund_app.extensions import db
from fund_app.models.advances import PayoutAdvance
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.batches import PayoutBatch
from fund_app.models.brakes import Brake
from fund_app.models.clocks import Clock
from fund_app.models.disbursements import Disbursement
from fund_app.models.donations import Donation, Donor
from fund_app.models.holds import Hold
from fund_app.models.in_kind_gifts import InKindGift
from fund_app.models.jobs import Job
from fund_app.models.ledger import Posting
from fund_app.models.monthly_gifts import MonthlyGift, MonthlyInvoice
from fund_app.models.people import Person
from fund_app.models.pledges import Pledge
from fund_app.models.publications import GrantRecord, Publication
from fund_app.models.subjects import SUBJECTS
from fund_app.models.unlocks import Unlock
from fund_app.queries import canaries, ledger, receipts_issued
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import audit, demo_data, personas, vault
from fund_app.services.vault import SignedIn
from tests.support.application import running_app
from tests.support.application import test_settings as settings_for
from tests.support.demonstration import MadeUp
from tests.support.stores import PostgresStores, Store
from workflows.emergency import STATES
from workflows.roles import Role

pytestmark = pytest.mark.slow

TAGS = {
    "leap-day", "repeated-hour", "info-timeout", "reopened-prefilled", "duplicate-survivor",
    "duplicate-merged", "tie-chair", "recused-late", "no-quorum-substitute", "no-quorum-board",
    "partial-median", "smallest-and-largest-amount", "payment-returned-reissued",
    "report-waived", "report-oral", "applicant-without-any-contact", "proxy-applicant",
    "long-cyrillic-name", "right-to-left-name", "person-arrested-directive", "person-died",
    "suspended-resumed", "lost-contact-sealed", "suspended-now", "fast-track-ratified",
    "fast-track-refused", "fast-track-now", "no-money-referred", "money-found",
    "waiting-for-money", "appeal-late", "appeal-dismissed", "appeal-open", "referees",
}  # fmt: skip


@contextmanager
def demonstration(store: Store, home: Path) -> Iterator[Flask]:
    """Load the demonstration into a store of its own."""
    changes: dict[str, Any] = {
        "environment": Environment.DEMO,
        "base_url": "http://127.0.0.1:8000",
        "clock_file": home / "clock",
    }
    settings = settings_for(store, home, "", changes)
    with running_app(settings, ShiftedClock(home / "clock")) as app, app.app_context():
        demo_data.load(lambda _moment: None)
        demo_data.start_clock()
        yield app


@pytest.fixture(scope="module")
def demo(made_up: MadeUp) -> Iterator[Flask]:
    """Open the demonstration as `fund demo` has loaded it on SQLite."""
    with made_up.app.app_context():
        yield made_up.app


def seen() -> dict[str, list[tuple[Any, ...]]]:
    """Everything of the demonstration that somebody could tell two loadings apart by."""
    questions = {
        "cases": select(
            Application.designation, Application.demo_tag, Application.state,
            Application.awarded, Application.fund_code, Application.created_on,
            Application.due_at, Application.language, Application.line_categories,
        ),
        "payments": select(
            Disbursement.reference, Disbursement.state, Disbursement.amount, Disbursement.channel
        ),
        "panels": select(
            Application.designation, Ballot.kind, Ballot.state, Seat.position, Person.handle,
            Seat.status,
        )
        .join(Ballot, Ballot.application_id == Application.id)
        .join(Seat, Seat.ballot_id == Ballot.id)
        .join(Person, Person.id == Seat.reviewer_id),
        "gifts": select(Donation.reference, Donation.state, Donation.amount, Donation.fund_code),
        "postings": select(Posting.account_code, Posting.fund_code, func.sum(Posting.amount))
        .group_by(Posting.account_code, Posting.fund_code),
    }  # fmt: skip
    db.session.rollback()
    return {
        name: sorted((tuple(row) for row in db.session.execute(question)), key=str)
        for name, question in questions.items()
    }


def case(tag: str) -> Application:
    """Return the special record of this name."""
    db.session.rollback()
    return db.session.scalars(select(Application).where(Application.demo_tag == tag)).one()


def count(question: Any) -> int:
    """Count the rows of a question."""
    return db.session.scalar(select(func.count()).select_from(question.subquery())) or 0


@pytest.mark.usefixtures("demo")
class TestLoaded:
    """What is there once the demonstration has been loaded."""

    def test_every_state_of_the_workflow_is_there(self) -> None:
        states = set(db.session.scalars(select(Application.state).distinct()))
        assert states == {state.code for state in STATES}

    def test_every_special_record_is_there_once(self) -> None:
        tags = [tag for tag in db.session.scalars(select(Application.demo_tag)) if tag]
        assert sorted(tags) == sorted(TAGS)

    def test_figures_and_grants_are_published_and_one_of_each_is_not(self) -> None:
        figures = db.session.execute(
            select(Publication.state, Publication.refusal_code).order_by(Publication.state)
        )
        assert figures.all() == [
            ("published", None),
            ("published", None),
            ("refused", "difference"),
        ]
        grants = db.session.scalars(select(GrantRecord.state).order_by(GrantRecord.state))
        assert [state for state in grants if state != "declined"] == [
            "proposed", "published", "published", "published",
        ]  # fmt: skip

    def test_designations_never_repeat(self) -> None:
        names = list(db.session.scalars(select(Application.designation)))
        assert len(names) == len(set(names)) == 72

    def test_receipts_of_each_country_one_void_and_replaced_and_a_year_finished(self) -> None:
        rows = receipts_issued.listing().rows
        assert sorted((row.label, row.voided_day is None) for row in rows) == [
            ("GA-2026-00001", True), ("INT-2026-00001", True), ("US-2026-00001", True),
            ("ZB-2026-00001", False), ("ZB-2026-00002", True),
        ]  # fmt: skip
        assert (all(row.is_printed for row in rows), receipts_issued.differing()) == (True, 0)
        (batch,) = receipts_issued.batches()
        assert (dict(batch.outcomes), batch.finished_on) == (
            {"issued": 3, "no_gifts": 1}, date(2026, 6, 12),
        )  # fmt: skip

    def test_books_tie_and_no_chain_is_broken(self) -> None:
        assert recompute_check() == ()
        assert list(audit.verify(db.session(), SUBJECTS)) == []

    def test_what_is_spent_and_left_is_what_came_in(self) -> None:
        """Opening, gifts, less refunds, fees, grants, advances, suspense: what is left to spend."""
        question = select(Posting.account_code, func.sum(Posting.amount))
        rows = db.session.execute(question.group_by(Posting.account_code))
        sums = {account: int(amount) for account, amount in rows}
        came = -sums["OpeningBalances"] - sums["Donations"] - sums["Refunds"]
        went = sums["Grants"] + sums["ProcessingFees"] + sums["BankFees"]
        went += sum(amount for code, amount in sums.items() if code.startswith("Advances:"))
        went += sums["DisputeFees"] + sums["Disputes"] + sums["SuspensePaid"]
        funds = ("GEN", "EMG", "LEG", "FAM", "DIG", "RES")
        positions = [ledger.position(code, "EUR") for code in funds]
        free = sum(one.available + one.committed for one in positions)
        assert came - went == free
        assert all(one.available >= 0 for one in positions)

    def test_clock_stands_at_the_demonstrations_noon(self, demo: Flask) -> None:
        clock: ShiftedClock = demo.extensions["fund.clock"]
        ahead = (clock.now() - demo_data.NOW).total_seconds()
        assert 0 <= ahead < 3600

    def test_nothing_about_days_long_past_waits_to_be_sent(self) -> None:
        assert count(select(Job.id).where(Job.kind.in_(("send_notice", "make_letter")))) == 0

    def test_promises_are_there_in_every_way(self) -> None:
        pledged = set(db.session.scalars(select(Pledge.state)))
        assert pledged == {
            "fulfilled", "part_paid", "scheduled", "overdue", "declined", "offered"
        }  # fmt: skip
        monthly = list(db.session.scalars(select(MonthlyGift.state).order_by(MonthlyGift.state)))
        assert monthly == ["active", "active", "overdue"]
        months = select(MonthlyInvoice.id).where(MonthlyInvoice.donation_id.is_not(None))
        assert count(months) == 12
        gifts = set(db.session.scalars(select(Donation.state)))
        assert gifts >= {"processing", "disputed", "held", "failed", "refunded", "initiated"}
        assert count(select(InKindGift.id)) == 3

    def test_payments_stand_at_every_stage(self) -> None:
        states = set(db.session.scalars(select(Disbursement.state).distinct()))
        assert states >= {
            "ready", "payee_checked", "part_authorised", "authorised", "held", "sent",
            "received", "reissued", "reconciled", "unconfirmed", "exported", "unknown",
        }  # fmt: skip

    def test_payment_files_and_an_advance_stand_at_every_stage(self) -> None:
        states = set(db.session.scalars(select(PayoutBatch.state)))
        assert states == {"prepared", "released", "handed_over"}
        advances = db.session.scalars(select(PayoutAdvance)).all()
        assert [one.open_amount for one in advances if one.open_amount and one.parts] == [60_000]

    def test_each_reviewer_persona_has_a_vote_waiting(self) -> None:
        waiting = (
            select(Person.handle)
            .join(Seat, Seat.reviewer_id == Person.id)
            .join(Ballot, Ballot.id == Seat.ballot_id)
            .where(Ballot.state.in_(("prepared", "open")), Seat.status != "recused")
        )
        assert set(db.session.scalars(waiting)) >= {"reviewer-1", "reviewer-2", "reviewer-3"}

    def test_one_clock_is_overdue_and_one_stands_still(self) -> None:
        overdue = select(Clock.id).where(Clock.state == "running", Clock.due_at < demo_data.NOW)
        assert count(overdue) >= 1
        assert count(select(Clock.id).where(Clock.state == "paused")) >= 1
        kinds = set(db.session.scalars(select(Hold.kind).where(Hold.lifted_at.is_(None))))
        assert kinds >= {"info_requested", "suspended_security"}

    def test_names_wait_are_open_and_were_sealed_again(self) -> None:
        states = sorted(db.session.scalars(select(Unlock.state)))
        assert states == ["asked", "ended", "open", "refused"]

    def test_invented_case_was_opened_and_somebody_stopped_and_let_go_on(self) -> None:
        assert [each.person for each in canaries.touches(db.session())] == ["Rolf Adler"]
        assert count(select(Brake.id).where(Brake.lifted_at.is_not(None))) == 1

    def test_partial_award_is_the_median_per_line(self) -> None:
        awarded = [line.awarded for line in case("partial-median").award_lines]
        assert awarded == [140_000, 50_000, 30_000, 20_000]

    def test_smallest_and_largest_amount_were_asked_for(self) -> None:
        asked = [line.requested for line in case("smallest-and-largest-amount").award_lines]
        assert asked == [99_999_999, 1]

    def test_returned_payment_was_tried_again(self) -> None:
        paid = select(Disbursement).where(
            Disbursement.application_id == case("payment-returned-reissued").id
        )
        attempts = db.session.scalars(paid.order_by(Disbursement.attempt))
        assert [(one.attempt, one.state) for one in attempts] == [
            (1, "reissued"),
            (2, "reconciled"),
        ]

    def test_applicant_persona_finds_an_offer_and_their_own_words(self) -> None:
        persona = personas.persona("applicant")
        assert persona is not None
        entrant = personas.enter(persona, None)
        assert entrant is not None
        own = db.session.scalars(
            select(Application).where(Application.holder_id == entrant.holder_id)
        ).one()
        assert (own.state, own.awarded) == ("offered", 152_000)
        ring = vault.ring_for(entrant.holder_id, entrant.private_key)
        applicant = SignedIn(entrant.holder_id, frozenset({Role.APPLICANT}), ring)
        assert "archive" in next(a for a in own.answers if a.question == "narrative").value.open(
            applicant.ring
        )

    def test_every_staff_persona_comes_in_by_the_door(self) -> None:
        for persona in personas.PERSONAS:
            if persona.codename:
                continue
            person = db.session.scalars(select(Person).where(Person.handle == persona.handle)).one()
            assert personas.enter(persona, person.id) is not None
            assert person.roles == persona.roles

    def test_donor_persona_has_gifts_of_two_years_and_a_refund(self) -> None:
        persona = personas.persona("donor")
        assert persona is not None
        entrant = personas.enter(persona, None)
        assert entrant is not None
        gifts = list(
            db.session.scalars(
                select(Donation)
                .join(Donor, Donor.id == Donation.donor_id)
                .where(Donor.holder_id == entrant.holder_id)
            )
        )
        assert len(gifts) == 10
        assert [one.amount for one in gifts if one.state == "failed"] == [4_000]
        assert {one.method for one in gifts} == {"card", "bank_transfer"}
        assert {one.received_day.year for one in gifts if one.received_day} == {2025, 2026}
        assert [one.amount for one in gifts if one.state == "refunded"] == [6_000]

    def test_second_loading_is_refused(self) -> None:
        assert demo_data.is_loaded()
        with pytest.raises(demo_data.NotEmpty):
            demo_data.load(lambda _moment: None)


def test_two_loadings_look_the_same_on_both_stores(
    demo: Flask, postgres_stores: PostgresStores, tmp_path: Path
) -> None:
    with demo.app_context():
        first = seen()
    with postgres_stores.fresh() as store, demonstration(store, tmp_path):
        second = seen()
        assert recompute_check() == ()
        assert list(audit.verify(db.session(), SUBJECTS)) == []
    assert second == first


def test_moments_are_told_in_order(demo: Flask) -> None:
    with demo.app_context():
        db.session.rollback()
        latest: datetime | None = db.session.scalar(select(func.max(Clock.started_at)))
    assert latest is not None
    assert latest <= demo_data.NOW
