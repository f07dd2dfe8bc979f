"""Who opens many cases is slowed, then stopped; only somebody else lets them go on."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.brakes import Brake
from fund_app.models.events import BRAKES, Event
from fund_app.models.jobs import Job
from fund_app.models.sealed import Compartment
from fund_app.services import audit, brakes, looks
from fund_app.services.brakes import Slowed, Stopped
from fund_app.services.unit import unit_of_work
from tests.support.house import House
from tests.support.threads import at_once
from workflows.brakes import LIMITS, WINDOW, LiftReason, Measured, Pulled
from workflows.engine import Refused
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

CASES = LIMITS[Measured.CASES]
NARRATIVE = Compartment.NARRATIVE


def opened_before(house: House, count: int, *, handle: str = "anna") -> None:
    """Write looks at so many different cases into the trail, as if they had just happened."""
    with unit_of_work() as session:
        for number in range(count):
            audit.record(
                session,
                "view",
                f"{number:032x}",
                "narrative_opened",
                actor=house[handle],
                role=Role.COORDINATOR,
            )


def brakes_of(house: House, handle: str) -> list[Brake]:
    db.session.rollback()
    statement = select(Brake).where(Brake.person_id == house[handle].ref)
    return list(db.session.scalars(statement.order_by(Brake.pulled_at)))


def test_what_is_opened_is_written_down_in_one_place_where_the_brake_is() -> None:
    """A look that is recorded elsewhere would be counted and never stopped."""
    writes = re.compile(r"record\(\s*session,\s*VIEWS")
    folder = Path(brakes.__file__).parent
    found = {path.stem for path in folder.glob("*.py") if writes.search(path.read_text())}
    # Duplicates cleared, and a receipt made: nothing is shown.
    assert found == {"looks", "applications", "receipt_issuing"}


def test_ordinary_work_is_neither_slowed_nor_stopped(house: House) -> None:
    _, case_id = house.submitted()
    opened_before(house, CASES.slow - 2)
    looks.look(house["anna"], case_id, NARRATIVE)
    assert brakes_of(house, "anna") == []


def test_the_twelfth_case_in_ten_minutes_waits_and_then_opens(
    house: House, clock: ManualClock
) -> None:
    _, case_id = house.submitted()
    opened_before(house, CASES.slow - 1)
    clock.advance(seconds=10)
    with pytest.raises(Slowed) as slowed:
        looks.look(house["anna"], case_id, NARRATIVE)
    assert (slowed.value.count, slowed.value.wait) == (CASES.slow - 1, timedelta(seconds=20))
    clock.advance(seconds=20)
    looks.look(house["anna"], case_id, NARRATIVE)


def test_a_case_that_is_open_already_does_not_count_again(house: House) -> None:
    _, case_id = house.submitted()
    looks.look(house["anna"], case_id, NARRATIVE)
    opened_before(house, CASES.stop - 2)
    looks.look(house["anna"], case_id, NARRATIVE)


def test_the_twenty_fifth_case_is_refused_and_the_security_lead_is_told(
    house: House, clock: ManualClock
) -> None:
    _, case_id = house.submitted()
    opened_before(house, CASES.stop - 1)
    with unit_of_work() as session:
        session.execute(text("DELETE FROM job"))
    with pytest.raises(Stopped):
        looks.look(house["anna"], case_id, NARRATIVE)
    [brake] = brakes_of(house, "anna")
    assert (brake.pulled, brake.count) == (Pulled.CASES, CASES.stop - 1)
    told = db.session.scalars(select(Job).where(Job.kind == "send_notice")).all()
    assert [job.payload["person"] for job in told] == [house["security"].ref]
    assert case_id not in str([job.payload for job in told])
    looks.look(house["boris"], case_id, NARRATIVE)
    clock.advance(seconds=2 * WINDOW.total_seconds())
    with pytest.raises(Stopped):
        looks.look(house["anna"], case_id, NARRATIVE)
    assert len(brakes_of(house, "anna")) == 1, "the same brake, however long one waits"


def test_looks_at_few_cases_count_on_their_own(house: House) -> None:
    _, case_id = house.submitted()
    limit = LIMITS[Measured.LOOKS]
    with unit_of_work() as session:
        for _ in range(limit.stop - 1):
            audit.record(
                session,
                "view",
                case_id,
                "document_opened",
                actor=house["anna"],
                role=Role.COORDINATOR,
            )
    with pytest.raises(Stopped) as stopped:
        looks.look(house["anna"], case_id, NARRATIVE)
    assert stopped.value.pulled is Pulled.LOOKS


def test_count_survives_a_restart_since_the_trail_holds_it(house: House) -> None:
    opened_before(house, CASES.stop - 1)
    _, case_id = house.submitted()
    house.app.extensions["fund.throttle"] = None
    with pytest.raises(Stopped):
        looks.look(house.fresh("anna"), case_id, NARRATIVE)


@pytest.mark.parametrize("handle", ["security", "boris"])
def test_another_lifts_it_and_the_count_begins_anew(house: House, handle: str) -> None:
    _, case_id = house.submitted()
    opened_before(house, CASES.stop - 1)
    with pytest.raises(Stopped):
        looks.look(house["anna"], case_id, NARRATIVE)
    brakes.lift(house[handle], brakes_of(house, "anna")[0].id, LiftReason.SPOKEN)
    looks.look(house["anna"], case_id, NARRATIVE)
    events = db.session.scalars(
        select(Event).where(Event.chain == BRAKES).order_by(Event.step)
    ).all()
    assert [(each.action, each.actor_role, each.reason_code) for each in events] == [
        ("brake_pulled", "system", "cases"),
        ("brake_lifted", str(min(house[handle].roles)), "spoken_with_person"),
    ]


def test_nobody_lifts_their_own_brake_nor_anothers_without_the_role(house: House) -> None:
    _, case_id = house.submitted()
    opened_before(house, CASES.stop - 1)
    with pytest.raises(Stopped):
        looks.look(house["anna"], case_id, NARRATIVE)
    [brake] = brakes_of(house, "anna")
    for handle, code in (("anna", "own_brake"), ("r1", "wrong_role"), ("board", "wrong_role")):
        with pytest.raises(Refused) as error:
            brakes.lift(house[handle], brake.id, LiftReason.MISTAKE)
        assert error.value.code == code
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(
            text(
                "UPDATE brake SET lifted_at = pulled_at, lifted_by_id = person_id,"
                " lift_reason = 'mistake'"
            )
        )


def test_security_lead_stops_somebody_by_hand_but_not_themself(house: House) -> None:
    _, case_id = house.submitted()
    brakes.pull(house["security"], house["anna"].ref)
    with pytest.raises(Stopped) as stopped:
        looks.look(house["anna"], case_id, NARRATIVE)
    assert stopped.value.pulled is Pulled.HAND
    with pytest.raises(Refused):
        brakes.pull(house["security"], house["security"].ref)


def test_two_at_once_do_not_slip_past_the_last_place(house: House) -> None:
    cases = [house.submitted()[1] for _ in range(4)]
    opened_before(house, CASES.stop - 2)
    house.clock.advance(minutes=1)
    opened: list[str] = []

    def try_to_open(case_id: str) -> None:
        with suppress(Slowed, Stopped):
            looks.look(house.fresh("anna"), case_id, NARRATIVE)
            opened.append(case_id)

    at_once(house.app, [partial(try_to_open, each) for each in cases])
    assert len(opened) == 1
    assert len(brakes_of(house, "anna")) == 1
