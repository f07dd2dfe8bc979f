"""The trail: nobody changes, removes or inserts an event unnoticed; it tells nothing private."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from config import ROOT
from fund_app.extensions import WRITE, db
from fund_app.models.applications import Application
from fund_app.models.events import HOUSE, VIEWS, ChainHead, Event
from fund_app.models.sealed import Compartment
from fund_app.models.subjects import SUBJECTS
from fund_app.services import applications, audit, looks, offers, vault
from fund_app.services.audit import Broken
from fund_app.services.transition import Unknown
from tests.support.house import House, press
from workflows.catalogue import all_workflows
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

TRIGGERS = {
    "sqlite": ("DROP TRIGGER event_is_not_changed", "DROP TRIGGER event_is_not_removed"),
    "postgresql": (
        "DROP TRIGGER event_is_not_changed ON event",
        "DROP TRIGGER event_is_not_emptied ON event",
    ),
}


@contextmanager
def writing() -> Iterator[Connection]:
    """Write past the application, as somebody does who holds the database's password."""
    db.session.rollback()
    engine = db.engine.execution_options(**{WRITE: True})
    with engine.begin() as connection:
        yield connection


@contextmanager
def tampering() -> Iterator[Connection]:
    """Write with the triggers gone, as somebody does who owns the tables."""
    with writing() as connection:
        for statement in TRIGGERS[connection.dialect.name]:
            connection.execute(text(statement))
        yield connection


def found() -> list[Broken]:
    db.session.rollback()
    return list(audit.verify(db.session(), SUBJECTS))


def case_of_five_steps(house: House) -> str:
    _, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    for band in ("standard", "urgent", "life_threat"):
        applications.set_band(house["anna"], case_id, band, press())
    return case_id


def test_untouched_trail_is_whole(house: House) -> None:
    case_of_five_steps(house)
    assert found() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"actor_ref": "0" * 32},
        {"actor_role": "board_member"},
        {"action": "approve"},
        {"reason_code": "late"},
        {"dest": "closed"},
        {"request_id": None},
        {"at": None},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_changed_event_is_named(house: House, changed: dict[str, object]) -> None:
    case_id = case_of_five_steps(house)
    with tampering() as connection:
        of_step = (Event.subject_id == case_id) & (Event.step == 3)
        connection.execute(update(Event).where(of_step).values(**changed))
    assert found() == [Broken("emergency", case_id, 3, "changed")]


def test_changed_event_with_its_hash_made_anew_is_named_by_the_next(house: House) -> None:
    case_id = case_of_five_steps(house)
    statement = select(Event).where(Event.subject_id == case_id, Event.step == 3)
    event = db.session.scalars(statement).one()
    db.session.expunge(event)
    event.actor_ref = "0" * 32
    forged = audit.event_hash(event)
    with tampering() as connection:
        of_step = (Event.subject_id == case_id) & (Event.step == 3)
        connection.execute(
            update(Event).where(of_step).values(actor_ref=event.actor_ref, hash=forged)
        )
    assert found() == [Broken("emergency", case_id, 4, "unchained")]


def test_removed_event_is_named(house: House) -> None:
    case_id = case_of_five_steps(house)
    with tampering() as connection:
        connection.execute(delete(Event).where(Event.subject_id == case_id, Event.step == 2))
    assert found() == [Broken("emergency", case_id, 3, "missing")]


def test_inserted_event_is_named(house: House) -> None:
    case_id = case_of_five_steps(house)
    with tampering() as connection:
        table = Event.__table__
        last = connection.execute(
            select(table).where(table.c.subject_id == case_id).order_by(table.c.step.desc())
        ).first()
        assert last is not None
        row = {**last._mapping, "step": last.step + 1, "request_id": None}  # noqa: SLF001
        del row["id"]
        connection.execute(insert(Event).values(**row))
    assert found() == [Broken("emergency", case_id, 6, "unchained")]


def test_tail_that_was_cut_off_is_found(house: House) -> None:
    case_id = case_of_five_steps(house)
    with tampering() as connection:
        connection.execute(delete(Event).where(Event.subject_id == case_id, Event.step >= 4))
    assert found() == [Broken("emergency", case_id, 4, "cut")]


def test_chain_that_was_removed_as_a_whole_is_found(house: House) -> None:
    case_id = case_of_five_steps(house)
    with tampering() as connection:
        connection.execute(delete(Event).where(Event.subject_id == case_id))
    assert found() == [Broken("emergency", case_id, 1, "missing")]


def test_look_without_a_key_is_refused_like_an_unknown_case_and_written_down(house: House) -> None:
    case_id = case_of_five_steps(house)
    for compartment in (Compartment.PAYOUT, Compartment.IDENTITY):
        with pytest.raises(Unknown):
            looks.look(house["anna"], case_id, compartment)
    with pytest.raises(Unknown):
        looks.look(house["anna"], "0" * 32, Compartment.NARRATIVE)
    query = select(Event.action, Event.actor_ref, Event.reason_code).where(Event.chain == HOUSE)
    last = db.session.execute(query.order_by(Event.step)).all()[-2:]
    assert [tuple(row) for row in last] == [("look_refused", house["anna"].ref, case_id)] * 2
    assert found() == []


def test_look_that_was_removed_is_found(house: House) -> None:
    case_id = case_of_five_steps(house)
    for _ in range(2):
        looks.look(house["anna"], case_id, Compartment.NARRATIVE)
    assert found() == []
    with tampering() as connection:
        connection.execute(delete(Event).where(Event.chain == VIEWS, Event.step == 2))
    assert found() == [Broken(VIEWS, case_id, 2, "cut")]


def test_house_chain_that_lost_its_head_row_is_found(house: House) -> None:
    case_id = case_of_five_steps(house)
    looks.look(house["anna"], case_id, Compartment.NARRATIVE)
    with tampering() as connection:
        connection.execute(delete(ChainHead).where(ChainHead.chain == VIEWS))
    assert found() == [Broken(VIEWS, case_id, 2, "cut")]


@pytest.mark.parametrize("column", ["hash", "actor_ref", "request_id", "day"])
def test_database_refuses_to_change_an_event(house: House, column: str) -> None:
    case_id = case_of_five_steps(house)
    statement = update(Event).where(Event.subject_id == case_id)
    with pytest.raises(DatabaseError, match="event: the trail is never"), writing() as connection:
        connection.execute(statement.values({column: getattr(Event, column)}))
    assert found() == []


def test_database_refuses_to_remove_an_event(house: House) -> None:
    case_id = case_of_five_steps(house)
    with pytest.raises(DatabaseError, match="event: the trail is never"), writing() as connection:
        connection.execute(delete(Event).where(Event.subject_id == case_id))
    assert found() == []


def test_two_events_cannot_take_the_same_place(house: House) -> None:
    case_id = case_of_five_steps(house)
    table = Event.__table__
    with writing() as connection:
        row = connection.execute(select(table).where(table.c.subject_id == case_id)).first()
    assert row is not None
    copy = {**row._mapping, "request_id": None}  # noqa: SLF001
    del copy["id"]
    with pytest.raises(DatabaseError), writing() as connection:
        connection.execute(insert(Event).values(**copy))


def test_trail_of_a_case_whose_keys_were_erased_still_holds(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    offers.withdraw(applicant, press())
    assert vault.erase_case(case_id) > 0
    assert found() == []


def test_trail_holds_codes_and_references_only(house: House) -> None:
    applicant, case_id = house.approved((("legal", 100_000),))
    offers.withdraw(applicant, press())
    allowed = {state.code for one in all_workflows() for state in one.states} | {""}
    db.session.rollback()
    for event in db.session.scalars(select(Event)):
        assert len(event.subject_id) == 32 or event.chain == HOUSE
        assert set(event.actor_ref) <= set("0123456789abcdefsytem")
        assert event.action.replace("_", "").isalnum()
        assert event.action.isascii()
        assert {event.source, event.dest} <= allowed
        assert event.reason_code is None or event.reason_code.replace("_", "").isalnum()
        assert event.request_id is None or set(event.request_id) <= set("0123456789abcdef")
    assert case_id


def test_hour_of_what_an_applicant_does_is_not_kept(house: House) -> None:
    applicant, case_id = house.submitted()
    applications.acknowledge(house["anna"], case_id, press())
    offers.withdraw(applicant, press())
    statement = select(Event.actor_role, Event.at).where(Event.subject_id == case_id)
    told = {(role, at is None) for role, at in db.session.execute(statement)}
    assert told == {(Role.APPLICANT, True), (Role.COORDINATOR, False)}
    assert db.session.get_one(Application, case_id).state == "withdrawn"


def test_no_line_of_code_updates_or_deletes_an_event() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "fund_app").rglob("*.py")
        for forbidden in ("update(Event)", "delete(Event)", "event SET", "FROM event")
        if forbidden in path.read_text(encoding="utf-8")
    ]
    assert guilty == []
