"""Retention: everything has its time; what is held waits; statistics never change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from fund_app.adapters import keystore_erasure
from fund_app.adapters.storage import storage
from fund_app.extensions import db
from fund_app.models.applications import Answer, Application
from fund_app.models.erasures import Erasure, Orphan, RetentionHold
from fund_app.models.sealed import Compartment
from fund_app.models.subjects import SUBJECTS
from fund_app.models.types import new_ref
from fund_app.queries import oversight
from fund_app.services import (
    applications,
    audit,
    codenames,
    documents,
    intake,
    offers,
    orphans,
    remains,
    retention,
    vault,
)
from fund_app.services.intake import AnswerText
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.support.house import House, press
from tests.support.paid import close, paid
from tests.support.uploads import pdf
from workflows.roles import SYSTEM, Role

pytestmark = pytest.mark.both_stores

BY = (SYSTEM, Role.SYSTEM)


def withdrawn(house: House) -> tuple[SignedIn, str]:
    applicant, case_id = house.submitted()
    offers.withdraw(applicant, press())
    return applicant, case_id


def today(house: House) -> date:
    return house.clock.now().date()


def test_case_is_destroyed_a_year_after_its_end(house: House) -> None:
    """Check 36: a later date shreds the case, counters stay."""
    _, case_id = withdrawn(house)
    house.submitted()
    for _ in range(5):
        withdrawn(house)
    before = oversight.by_state(db.session()), oversight.by_quarter(db.session())
    day = today(house) + timedelta(days=365)
    assert retention.due(db.session(), day - timedelta(days=1)).cases == ()
    found = retention.due(db.session(), day)
    assert len(found.cases) == 6
    assert not remains.of(db.session(), case_id).is_gone
    house.clock.advance(days=365)
    assert retention.apply(day).cases == found.cases
    assert remains.of(db.session(), case_id).is_gone
    assert (oversight.by_state(db.session()), oversight.by_quarter(db.session())) == before
    assert retention.due(db.session(), day).cases == ()
    db.session.rollback()
    assert set(db.session.scalars(select(Erasure.origin))) == {"retention"}
    assert list(audit.verify(db.session(), SUBJECTS)) == []


def test_reopened_case_counts_from_its_new_end(house: House) -> None:
    applicant, case_id = withdrawn(house)
    with unit_of_work() as session:
        session.execute(update(Application).values(retention_on=today(house)))
    house.clock.advance(days=300)
    applications.reopen(house["anna"], case_id, new_facts=True, request=press())
    offers.withdraw(applicant, press())
    assert retention.due(db.session(), today(house) + timedelta(days=364)).cases == ()
    assert retention.due(db.session(), today(house) + timedelta(days=365)).cases == (case_id,)


def test_day_a_case_names_is_kept_when_it_is_later(house: House) -> None:
    _, case_id = withdrawn(house)
    later = today(house) + timedelta(days=500)
    with unit_of_work() as session:
        session.execute(update(Application).values(retention_on=later))
    assert retention.due(db.session(), later - timedelta(days=1)).cases == ()
    assert retention.due(db.session(), later).cases == (case_id,)


def test_wish_for_the_shortest_time_is_kept(house: House) -> None:
    """The form asks how long; the answer is sealed, so it has to count without a key."""
    applicant, case_id = house.submitted(retention=("narrative", "shortest"))
    offers.withdraw(applicant, press())
    house.submitted(retention=("narrative", "standard"))
    day = today(house) + timedelta(days=30)
    assert retention.falls_due(db.session(), house.case(case_id)) == day
    assert retention.due(db.session(), day - timedelta(days=1)).cases == ()
    assert retention.due(db.session(), day).cases == (case_id,)


def test_wish_for_the_shortest_time_outlives_the_closing_of_the_case(house: House) -> None:
    applicant, case_id = house.submitted(retention=("narrative", "shortest"))
    paid(house, applicant, case_id, (("legal", 60_000),))
    assert retention.falls_due(db.session(), house.case(case_id)) is None
    close(house, applicant, case_id)
    day = today(house) + timedelta(days=30)
    assert retention.due(db.session(), day).cases == (case_id,)
    until = day + timedelta(days=10)
    retention.keep(BY, case_id, "court", until)
    assert retention.falls_due(db.session(), house.case(case_id)) == until


def test_wish_can_be_changed_after_sending(house: House) -> None:
    applicant, case_id = house.submitted(retention=("narrative", "shortest"))
    intake.save(applicant, [AnswerText("retention", 0, "narrative", "standard")])
    offers.withdraw(applicant, press())
    day = today(house) + timedelta(days=365)
    assert retention.due(db.session(), day - timedelta(days=1)).cases == ()
    assert retention.due(db.session(), day).cases == (case_id,)


def test_payee_is_forgotten_once_the_payment_is_accounted_for(house: House) -> None:
    applicant, case_id = house.submitted()
    paid(house, applicant, case_id, (("legal", 60_000),))
    assert retention.due(db.session(), today(house)).payees == (case_id,)
    assert vault.holders_of(case_id, Compartment.PAYOUT) != [applicant.ref]
    retention.apply(today(house))
    payout = select(Answer).where(Answer.compartment == Compartment.PAYOUT)
    assert db.session.scalars(payout).all() == []
    assert vault.holders_of(case_id, Compartment.PAYOUT) == [applicant.ref]
    assert retention.due(db.session(), today(house)).payees == ()
    assert house["anna"].ring.opens(case_id, Compartment.NARRATIVE)
    close(house, applicant, case_id)


def test_payee_stays_while_the_payment_is_under_way(house: House) -> None:
    house.released((("legal", 60_000),))
    assert retention.due(db.session(), today(house)).payees == ()


def test_case_that_is_kept_longer_waits_with_its_reason(house: House) -> None:
    _, case_id = withdrawn(house)
    house.clock.advance(days=365)
    until = today(house) + timedelta(days=90)
    retention.keep(BY, case_id, "court", until)
    retention.keep(BY, case_id, "audit", until)
    found = retention.apply(today(house))
    assert (found.cases, found.held) == ((), ((case_id, "audit"),))
    assert retention.due(db.session(), until).cases == (case_id,)
    assert retention.let_go(BY, case_id)
    assert not retention.let_go(BY, case_id)
    assert retention.apply(today(house)).cases == (case_id,)


@pytest.mark.parametrize(("reason", "days"), [("whim", 10), ("court", 0), ("court", 400)])
def test_case_is_not_kept_for_any_reason_or_for_ever(house: House, reason: str, days: int) -> None:
    _, case_id = withdrawn(house)
    with pytest.raises(ValueError, match="listed"):
        retention.keep(BY, case_id, reason, today(house) + timedelta(days=days))


def test_database_knows_the_reasons(house: House) -> None:
    _, case_id = withdrawn(house)
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.add(
            RetentionHold(
                application_id=case_id,
                reason_code="whim",
                placed_by="x",
                placed_on=today(house),
                until=today(house) + timedelta(days=1),
            )
        )


def test_frozen_case_waits(house: House) -> None:
    _, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    applications.suspend_security(house["anna"], case_id, press())
    held = retention._held(db.session(), today(house))  # noqa: SLF001
    assert held == {case_id: "suspended_security"}


def test_drafts_are_swept_for_the_day_asked(house: House) -> None:
    house.draft()
    day = today(house) + timedelta(days=30)
    assert retention.due(db.session(), day).drafts == 1
    retention.apply(day)
    assert retention.due(db.session(), day).drafts == 0


def test_what_a_crash_left_is_swept_a_day_after_it_was_seen(house: House) -> None:
    applicant, case_id = house.submitted()
    documents.add(applicant, pdf("kept"), "kept.pdf", press())
    kept = storage().names()
    lost_case, lost_file = new_ref(), new_ref()
    lost_holder = codenames.applicants().begin().holder_id
    vault.open_case(lost_case, {Compartment.IDENTITY: [house["anna"].ref]})
    scope = new_ref()
    vault.seal_for(case_id, scope, Compartment.DOCUMENTS, house["anna"].ref)
    storage().put(lost_file, b"sealed")
    first = today(house)
    for _ in range(2):
        assert orphans.sweep(first) == 0
    assert retention.due(db.session(), first).orphans == 0
    assert retention.due(db.session(), first + timedelta(days=1)).orphans == 4
    fresh = new_ref()
    storage().put(fresh, b"sealed")
    assert orphans.sweep(first + timedelta(days=1)) == 4
    assert storage().names() == kept | {fresh}
    assert keystore_erasure.cases_with_keys(vault.keystore()) == {case_id: case_id}
    assert vault.keystore().holder(lost_holder) is None
    assert vault.keystore().holder(applicant.ref) is not None
    db.session.rollback()
    assert db.session.scalars(select(Orphan.ref)).all() == [fresh]
