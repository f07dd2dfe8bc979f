"""Invented cases: whoever opens one is heard at once, notices nothing, and nothing counts them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fund_app.extensions import db
from fund_app.models.canaries import Canary
from fund_app.models.jobs import Job
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import applications as reads
from fund_app.queries import canaries as found
from fund_app.queries import oversight
from fund_app.queries.applications import ENDED, OPEN, QueueFilter
from fund_app.services import applications, canaries, looks, unlocks
from fund_app.services.canaries import Invented
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.unlocks import Question
from tests.support.house import House, press
from workflows.engine import Refused
from workflows.unlocks import Purpose

pytestmark = pytest.mark.both_stores

TOLD = Invented("ru", "RU", "russia", "@nobody_is_called_this", "They came at night.", "A way out.")


def set_out(house: House) -> str:
    """Return the id of the case of a canary that was just set out."""
    canary_id = canaries.set_out(house["security"], TOLD, press())
    db.session.rollback()
    return db.session.get_one(Canary, canary_id).application_id


def told(house: House) -> list[str]:
    """Return who has been told something since the last time this was asked."""
    db.session.rollback()
    waiting = select(Job).where(Job.kind == "send_notice")
    people = [str(job.payload["person"]) for job in db.session.scalars(waiting)]
    with unit_of_work() as session:
        session.execute(text("DELETE FROM job"))
    return people


def test_opening_one_is_heard_at_once_and_looks_like_any_other(house: House) -> None:
    canary, (_, real) = set_out(house), house.submitted()
    told(house)
    looks.look(house["anna"], real, Compartment.NARRATIVE)
    assert told(house) == []
    looks.look(house["anna"], canary, Compartment.NARRATIVE)
    assert told(house) == [house["security"].ref]
    [touch] = found.touches(db.session())
    assert (touch.person_id, touch.role) == (house["anna"].ref, "coordinator")
    shown = {each.action for each in reads.history(db.session(), canary)}
    assert not {each for each in shown if "canary" in each}
    assert [each.action for each in reads.views_of(db.session(), canary)] == ["narrative_opened"]


def test_asking_for_its_names_is_heard_too(house: House) -> None:
    canary = set_out(house)
    told(house)
    unlocks.ask(house["boris"], canary, Question(Purpose.CHECK), press())
    assert house["security"].ref in told(house)


def test_it_lies_among_the_ended_and_counts_nowhere(house: House) -> None:
    house.submitted()
    before = (
        oversight.by_state(db.session()),
        oversight.by_quarter(db.session()),
        oversight.promises(db.session()),
        reads.counts_by_state(db.session()),
    )
    canary = set_out(house)
    after = (
        oversight.by_state(db.session()),
        oversight.by_quarter(db.session()),
        oversight.promises(db.session()),
        reads.counts_by_state(db.session()),
    )
    assert after == before
    assert canary not in {each.id for each in reads.queue(db.session(), QueueFilter(OPEN)).rows}
    assert canary in {each.id for each in reads.queue(db.session(), QueueFilter(ENDED)).rows}


def test_same_press_sets_out_one(house: House) -> None:
    wish = press()
    first = canaries.set_out(house["security"], TOLD, wish)
    assert canaries.set_out(house["security"], TOLD, wish) == first
    assert len(found.all_of(db.session())) == 1


def test_it_is_never_opened_again_as_a_case(house: House) -> None:
    canary = set_out(house)
    with pytest.raises(Refused) as error:
        applications.reopen(house["anna"], canary, new_facts=True, request=press())
    assert "file_erased" in error.value.codes


def test_out_of_use_it_is_silent_and_its_keys_are_gone(house: House) -> None:
    canary = set_out(house)
    canaries.retire(house["security"], found.all_of(db.session())[0].id)
    told(house)
    with pytest.raises(Unknown):
        looks.look(house["anna"], canary, Compartment.NARRATIVE)
    assert told(house) == []
    assert found.touches(db.session()) == []


def test_database_keeps_votes_and_money_away_from_it(house: House) -> None:
    canary = set_out(house)
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(text("UPDATE application SET awarded = 100 WHERE id = :id"), {"id": canary})
    with pytest.raises(DatabaseError), unit_of_work() as session:
        session.execute(
            text(
                "INSERT INTO ballot (id, application_id, kind, quorum, panel_size, workflow,"
                " workflow_version, state, step, head)"
                " VALUES (:id, :case, 'decision', 3, 5, 'ballot', 1, 'prepared', 0, '')"
            ),
            {"id": new_ref(), "case": canary},
        )
