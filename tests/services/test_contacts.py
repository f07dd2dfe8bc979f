"""Reaching a person: the plan is kept, every attempt is an act, suspected duress freezes."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.contacts import CONTACTS, ContactAttempt
from fund_app.models.events import Event
from fund_app.models.jobs import Job
from fund_app.queries import applications as reads
from fund_app.queries import contacts as queries
from fund_app.services import applications, contacts, intake
from fund_app.services.contacts import Account, AgainstPlan
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request, Unknown
from tests.support.house import House, press
from workflows.contact import Attempt

pytestmark = pytest.mark.both_stores

PLAN = {
    "channel": ("narrative", "signal"),
    "handle": ("identity", "@sentinel"),
    "never_do": ("narrative", "no_calls no_name"),
    "hours_from": ("narrative", "14"),
    "hours_until": ("narrative", "18"),
    "time_zone": ("narrative", "Asia/Tbilisi"),
}
"""At the clock's noon in UTC it is 16:00 in Tbilisi: inside the hours."""

BY_SIGNAL = Attempt("signal")
REACHED = Account("reached", "sentinel-note: she is well")


@pytest.fixture
def case_id(house: House) -> str:
    _applicant, case_id = house.submitted(**PLAN)
    return case_id


def trail(case_id: str) -> list[tuple[str, str, str | None]]:
    db.session.rollback()
    statement = (
        select(Event.action, Event.actor_role, Event.reason_code)
        .where(Event.subject_id == case_id, Event.chain == CONTACTS)
        .order_by(Event.step)
    )
    return [(action, role, why) for action, role, why in db.session.execute(statement)]


def held(case_id: str) -> tuple[str, ...]:
    db.session.rollback()
    return reads.active_holds(db.session(), [case_id]).get(case_id, ())


def test_contact_within_the_plan_is_an_act_with_a_sealed_account(
    house: House, case_id: str
) -> None:
    anna = house["anna"]
    assert contacts.weigh(anna, case_id, BY_SIGNAL) == ()
    contacts.record(anna, case_id, BY_SIGNAL, REACHED, press())
    assert trail(case_id) == [("contact_reached", "coordinator", None)]
    row = db.session.scalars(select(ContactAttempt)).one()
    assert b"sentinel" not in row.account_sealed
    (found,) = queries.attempts(db.session(), anna.ring, case_id)
    assert found.account is not None
    assert (found.result, found.by, found.account.note) == ("reached", "Anna", REACHED.note)
    (shut,) = queries.attempts(db.session(), house["fin1"].ring, case_id)
    assert shut.account is None


@pytest.mark.parametrize(
    ("attempt", "codes"),
    [
        (Attempt("phone"), ("other_channel", "no_calls")),
        (Attempt("signal", frozenset({"name"})), ("no_name",)),
        (Attempt("signal", frozenset({"call"})), ("no_calls",)),
    ],
)
def test_contact_against_the_plan_is_refused_until_somebody_says_why(
    house: House, case_id: str, attempt: Attempt, codes: tuple[str, ...]
) -> None:
    anna = house["anna"]
    assert contacts.weigh(anna, case_id, attempt) == codes
    with pytest.raises(AgainstPlan) as against:
        contacts.record(anna, case_id, attempt, REACHED, press())
    assert against.value.codes == codes
    assert trail(case_id) == []
    contacts.record(
        anna, case_id, attempt, Account("reached", reason="The house was on fire."), press()
    )
    assert trail(case_id) == [("contact_reached", "coordinator", "against_plan")]
    (found,) = queries.attempts(db.session(), anna.ring, case_id)
    assert found.is_against_plan
    assert found.account is not None
    assert found.account.reason == "The house was on fire."


def test_contact_outside_of_the_hours_is_refused(
    house: House, case_id: str, clock: ManualClock
) -> None:
    clock.advance(hours=3)
    with pytest.raises(AgainstPlan) as against:
        contacts.record(house["anna"], case_id, BY_SIGNAL, REACHED, press())
    assert against.value.codes == ("outside_hours",)


def test_same_press_twice_is_one_attempt(house: House, case_id: str) -> None:
    request = Request("a" * 32)
    for _ in range(2):
        contacts.record(house["anna"], case_id, BY_SIGNAL, REACHED, request)
    assert db.session.scalar(select(func.count()).select_from(ContactAttempt)) == 1
    assert len(trail(case_id)) == 1


def test_suspected_duress_freezes_at_once_and_a_frozen_case_stays_frozen(
    house: House, case_id: str
) -> None:
    afraid = Account("reached", "She read from a sheet.", is_duress=True)
    contacts.record(house["anna"], case_id, BY_SIGNAL, afraid, press())
    assert held(case_id) == ("suspended_security",)
    contacts.record(house["anna"], case_id, BY_SIGNAL, afraid, press())
    assert held(case_id) == ("suspended_security",)
    assert [action for action, _role, _why in trail(case_id)] == ["contact_reached"] * 2


@pytest.mark.parametrize("handle", ["r1", "fin1", "board", "security"])
def test_without_the_key_there_is_no_case(house: House, case_id: str, handle: str) -> None:
    with pytest.raises(Unknown):
        contacts.weigh(house[handle], case_id, BY_SIGNAL)
    with pytest.raises(Unknown):
        contacts.record(house[handle], case_id, BY_SIGNAL, REACHED, press())


def test_unknown_words_are_an_error_of_ours(house: House, case_id: str) -> None:
    with pytest.raises(ValueError, match="unknown"):
        contacts.record(house["anna"], case_id, BY_SIGNAL, Account("maybe"), press())
    attempt = Attempt("signal", frozenset({"telepathy"}))
    with pytest.raises(ValueError, match="unknown"):
        contacts.record(house["anna"], case_id, attempt, REACHED, press())


def test_changed_plan_counts_at_once_and_is_told_to_the_lead(house: House) -> None:
    applicant, case_id = house.submitted(**PLAN)
    applications.acknowledge(house["anna"], case_id, press())
    intake.save(applicant, [AnswerText("never_do", 0, "narrative", "no_files")])
    assert trail(case_id) == [("plan_changed", "applicant", None)]
    assert queries.plan_changed_on(db.session(), case_id) == house.clock.now().date()
    calling = Attempt("signal", frozenset({"call"}))
    assert contacts.weigh(house["anna"], case_id, calling) == ()
    sending = Attempt("signal", frozenset({"files"}))
    assert contacts.weigh(house["anna"], case_id, sending) == ("no_files",)
    lead = house["anna"].ref
    keys = db.session.scalars(select(Job.key).where(Job.key.startswith(f"mail:desk:{lead}")))
    assert len(list(keys)) >= 1


def test_plan_saved_as_it_was_is_no_change(house: House) -> None:
    applicant, case_id = house.submitted(**PLAN)
    intake.save(applicant, [AnswerText("channel", 0, "narrative", "signal")])
    assert trail(case_id) == []


def test_database_itself_knows_only_three_results(house: House, case_id: str) -> None:
    contacts.record(house["anna"], case_id, BY_SIGNAL, REACHED, press())
    row = db.session.scalars(select(ContactAttempt)).one()
    row.result = "perhaps"
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_accounts_of_a_word_and_of_a_page_are_equally_long(house: House, case_id: str) -> None:
    """A stolen table tells neither how much was said nor at what hour (check 34)."""
    for note in ("ok", "x" * 300):
        contacts.record(house["anna"], case_id, BY_SIGNAL, Account("reached", note), press())
    rows = list(db.session.scalars(select(ContactAttempt)))
    assert len({len(row.account_sealed) for row in rows}) == 1
    assert [type(row.made_on) for row in rows] == [date, date]


def test_acts_of_the_applicant_are_known_by_the_day_only(house: House) -> None:
    applicant, case_id = house.submitted(**PLAN)
    intake.save(applicant, [AnswerText("never_do", 0, "narrative", "no_files")])
    statement = select(Event.at).where(
        Event.subject_id == case_id, Event.actor_role == "applicant", Event.chain == CONTACTS
    )
    assert list(db.session.scalars(statement)) == [None]
