"""A directive opens at one moment only, for one person only, and that is written down."""

from __future__ import annotations

import pytest

from fund_app.extensions import db
from fund_app.queries import applicant as reads
from fund_app.services import applications, directives, intake, person_events
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Unknown
from tests.support.house import House, press

pytestmark = pytest.mark.both_stores

WISH = {"will_pay": ("identity", "My lawyer."), "will_publicity": ("identity", "no")}


@pytest.fixture
def case_id(house: House) -> str:
    _applicant, case_id = house.submitted(**WISH)
    applications.acknowledge(house["anna"], case_id, press())
    return case_id


def looks(case_id: str) -> list[str]:
    db.session.rollback()
    return [look.action for look in reads.looks(db.session(), case_id).rows]


def test_before_the_moment_nobody_opens_it(house: House, case_id: str) -> None:
    with pytest.raises(Unknown):
        directives.look(house["anna"], case_id)
    assert directives.read(db.session(), house["anna"], house.case(case_id)) == {}
    assert looks(case_id) == []


def test_names_opened_for_another_reason_do_not_open_it(house: House, case_id: str) -> None:
    """The key alone is not enough: the moment has to have come, and the person to lead."""
    house.unlocked("anna", case_id)
    lead = house.fresh("anna")
    with pytest.raises(Unknown):
        directives.look(lead, case_id)
    assert directives.read(db.session(), lead, house.case(case_id)) == {}
    person_events.record(house["anna"], case_id, sources=2, request=press())
    house.unlocked("boris", case_id)
    other = house.fresh("boris")
    with pytest.raises(Unknown):
        directives.look(other, case_id)
    assert directives.read(db.session(), other, house.case(case_id)) == {}
    assert looks(case_id) == []


def test_lead_opens_it_when_something_has_happened(house: House, case_id: str) -> None:
    person_events.record(house["anna"], case_id, sources=2, request=press())
    house.unlocked("anna", case_id)
    lead = house.fresh("anna")
    directives.look(lead, case_id)
    found = directives.read(db.session(), lead, house.case(case_id))
    assert found == {("will_pay", 0): "My lawyer.", ("will_publicity", 0): "no"}
    assert looks(case_id) == ["directive_opened"]


@pytest.mark.parametrize("handle", ["boris", "r1", "security", "fin1"])
def test_nobody_else_opens_it_even_then(house: House, case_id: str, handle: str) -> None:
    person_events.record(house["anna"], case_id, sources=2, request=press())
    with pytest.raises(Unknown):
        directives.look(house[handle], case_id)
    assert directives.read(db.session(), house[handle], house.case(case_id)) == {}


def test_what_was_changed_after_sending_is_what_counts(house: House) -> None:
    applicant, case_id = house.submitted(**WISH)
    applications.acknowledge(house["anna"], case_id, press())
    intake.save(applicant, [AnswerText("will_pay", 0, "identity", "My sister.")])
    person_events.record(house["anna"], case_id, sources=2, request=press())
    house.unlocked("anna", case_id)
    lead = house.fresh("anna")
    directives.look(lead, case_id)
    found = directives.read(db.session(), lead, house.case(case_id))
    assert found["will_pay", 0] == "My sister."
