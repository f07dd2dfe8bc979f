"""Figures are published by two, frozen, and never let two tables be subtracted to a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fund_app.extensions import db
from fund_app.models.events import HOUSE, HOUSE_ID, ChainHead, Event
from fund_app.models.publications import Publication, PublishedCell
from fund_app.queries import publications as reads
from fund_app.services import publications
from fund_app.services.publications import PublishingRefused
from fund_app.services.unit import unit_of_work
from tests.support import awards
from tests.support.threads import DONE, at_once
from workflows.disclosure import AWARDED, RECEIVED, Table
from workflows.quarters import Quarter
from workflows.roles import Actor, Role

pytestmark = pytest.mark.both_stores

ADDED = (
    "INSERT INTO published_cell (publication_id, place, group_code, hidden, people, shown_people)"
    " SELECT id, 9, 'more', '', 7, 5 FROM publication"
)
WINTER, SPRING = date(2025, 2, 3), date(2025, 5, 6)


@dataclass
class Publishers:
    """Who publishes: two of the board and one who only proposes."""

    one: Actor
    other: Actor
    coordinator: Actor


@pytest.fixture
def publishers(app: Flask) -> Iterator[Publishers]:
    with app.app_context():
        awards.open_books()
        yield Publishers(
            awards.person("one", Role.BOARD_MEMBER),
            awards.person("other", Role.BOARD_MEMBER),
            awards.person("anna", Role.COORDINATOR),
        )


def table(first: int = 1, last: int = 1, by: str = "region", measure: str = AWARDED) -> Table:
    return Table(measure, Quarter(2025, first), Quarter(2025, last), by, "EUR")


def publish(publishers: Publishers, wanted: Table) -> Publication:
    row = publications.propose(publishers.coordinator, wanted)
    if row.state == "proposed":
        row = publications.confirm(publishers.one, row.id)
    db.session.rollback()
    return db.session.get_one(Publication, row.id)


def cells(row: Publication) -> list[tuple[str, str, int | None, int | None]]:
    return [(each.group, each.hidden, each.shown_people, each.shown_amount) for each in row.cells]


def test_published_table_hides_the_few_and_rounds_the_rest(publishers: Publishers) -> None:
    awards.cases(3, WINTER, region="balkans")
    awards.cases(7, WINTER, amount=123_456)
    awards.cases(9, WINTER, region="russia")
    awards.cases(2, WINTER, region="belarus")
    row = publish(publishers, table())
    assert row.state == "published"
    assert cells(row) == [
        ("balkans", "few", None, None),
        ("caucasus", "beside", None, None),
        ("eastern_europe", "", 10, 1_100_000),
        ("all", "", 20, 2_260_000),
    ]
    assert [each.people for each in row.cells] == [None, None, 11, 21]


def test_nobody_publishes_alone(publishers: Publishers) -> None:
    awards.cases(6, WINTER)
    row = publications.propose(publishers.one, table())
    for who, code in ((publishers.one, "same_person"), (publishers.coordinator, "not_a_signer")):
        with pytest.raises(PublishingRefused) as caught:
            publications.confirm(who, row.id)
        assert caught.value.code == code
    with pytest.raises(PublishingRefused) as caught:
        publications.propose(publishers.coordinator, table())
    assert caught.value.code == "under_way"
    publications.take_back(publishers.coordinator, row.id)
    with pytest.raises(PublishingRefused) as caught:
        publications.confirm(publishers.other, row.id)
    assert caught.value.code == "decided"
    with pytest.raises(LookupError):
        publications.confirm(publishers.other, "0" * 32)
    with pytest.raises(PublishingRefused):
        publications.propose(awards.person("r1", Role.REVIEWER), table())


def test_table_that_subtracts_to_few_is_refused_and_names_the_other(publishers: Publishers) -> None:
    awards.cases(6, WINTER)
    awards.cases(2, SPRING)
    half = publish(publishers, table(1, 2, "whole"))
    assert half.state == "published"
    quarter = publish(publishers, table(1, 1, "whole"))
    assert (quarter.state, quarter.refusal_code, quarter.against) == (
        "refused", "difference", half.id,
    )  # fmt: skip
    assert cells(quarter) == []


def test_applications_beside_awards_do_not_tell_how_few_were_refused(
    publishers: Publishers,
) -> None:
    awards.cases(6, WINTER)
    awards.cases(2, WINTER, awarded=False)
    assert publish(publishers, table(by="whole", measure=RECEIVED)).state == "published"
    assert publish(publishers, table(by="whole")).refusal_code == "difference"


def test_what_was_published_between_proposal_and_signature_counts(publishers: Publishers) -> None:
    awards.cases(6, WINTER)
    awards.cases(2, SPRING)
    waiting = publications.propose(publishers.coordinator, table(1, 1, "whole"))
    assert publish(publishers, table(1, 2, "whole")).state == "published"
    done = publications.confirm(publishers.other, waiting.id)
    assert (done.state, done.refusal_code) == ("refused", "difference")
    assert len(reads.told(db.session())) == 1


def test_figure_that_is_too_fresh_or_too_small_is_refused(publishers: Publishers) -> None:
    awards.cases(4, WINTER)
    fresh = Table(AWARDED, Quarter(2026, 2), Quarter(2026, 2), "whole", "EUR")
    assert publish(publishers, fresh).refusal_code == "too_early"
    assert publish(publishers, table()).refusal_code == "nothing_left"
    assert publish(publishers, table(2, 1)).refusal_code == "crossed"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE published_cell SET shown_people = 0",
        "DELETE FROM published_cell",
        "UPDATE publication SET since = '2024-Q1'",
        "UPDATE publication SET state = 'withdrawn'",
        "DELETE FROM publication",
        ADDED,
    ],
)
def test_what_is_published_is_frozen_in_the_database(
    publishers: Publishers, statement: str
) -> None:
    awards.cases(6, WINTER)
    assert publish(publishers, table(by="whole")).state == "published"
    with pytest.raises((DBAPIError, IntegrityError)), unit_of_work() as session:
        session.execute(text(statement))


@pytest.mark.parametrize("wrong", [{"people": 4}, {"shown_people": 7}, {"hidden": "few"}])
def test_database_takes_no_small_cell(publishers: Publishers, wrong: dict[str, Any]) -> None:
    row = publications.propose(publishers.one, table()) if awards.cases(6, WINTER) else None
    assert row is not None
    right = {"people": 6, "shown_people": 5, "hidden": ""}
    cell = PublishedCell(publication_id=row.id, place=0, group="all", **{**right, **wrong})
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.add(cell)


def test_every_act_of_publishing_is_in_the_trail(publishers: Publishers) -> None:
    awards.cases(6, WINTER)
    row = publish(publishers, table(by="whole"))
    db.session.rollback()
    events = db.session.query(Event).where(Event.chain == HOUSE).order_by(Event.step).all()
    assert [(each.action, each.actor_role, each.reason_code) for each in events] == [
        ("figure_proposed", "coordinator", "awarded"),
        ("figure_confirmed", "board_member", row.id),
    ]
    head = db.session.get_one(ChainHead, (HOUSE, HOUSE_ID))
    assert head.step == len(events)


def test_two_signed_at_the_same_moment_are_checked_one_after_the_other(
    app: Flask, publishers: Publishers
) -> None:
    awards.cases(6, WINTER)
    awards.cases(2, SPRING)
    ids = [
        publications.propose(publishers.coordinator, table(1, last, "whole")).id for last in (1, 2)
    ]
    db.session.rollback()
    acts = [partial(publications.confirm, publishers.one, each) for each in ids]
    assert at_once(app, acts) == [DONE, DONE]
    states = sorted(db.session.get_one(Publication, each).state for each in ids)
    assert states == ["published", "refused"]
