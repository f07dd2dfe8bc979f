"""Single grants are published by two, harmless, schema-valid; the others stay out of reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.events import VIEWS, Event
from fund_app.models.holds import Hold
from fund_app.models.ledger import EntryKind
from fund_app.models.ledger_accounts import BANK, GRANTS
from fund_app.models.publications import GrantRecord, Publication
from fund_app.services import (
    brakes,
    fund_reports,
    ledger_facts,
    looks,
    open_data,
    publications,
    told_quarters,
)
from fund_app.services.fund_reports import TellsOfFew
from fund_app.services.ledger_facts import Origin
from fund_app.services.open_data import TooTelling, Wish
from fund_app.services.publications import PublishingRefused
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.services.test_ledger_races import at_once
from tests.support import awards
from tests.support.house import House, build
from workflows.brakes import LIMITS, Measured
from workflows.disclosure import AWARDED, Table
from workflows.quarters import Quarter
from workflows.roles import SYSTEM, Role

pytestmark = pytest.mark.both_stores

DAY = date(2025, 2, 3)
SCHEMAS = Path(__file__).resolve().parents[1] / "support" / "360giving"
QUARTER = Table(AWARDED, Quarter(2025, 1), Quarter(2025, 1), "whole", "EUR")


FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    """Whether a text is a day with a time, as RFC 3339 writes it."""
    return "T" in str(value) and bool(datetime.fromisoformat(str(value)))


def validator() -> Draft202012Validator:
    """Read both schemas; the package's names the grant's by an address of its own."""
    grant = json.loads((SCHEMAS / "360-giving-schema.json").read_text("utf-8"))
    package = json.loads((SCHEMAS / "360-giving-package-schema.json").read_text("utf-8"))
    package["$schema"] = grant["$schema"] = Draft202012Validator.META_SCHEMA["$id"]
    address = package["properties"]["grants"]["items"]["$ref"]
    registry = Registry().with_resource(address, Resource.from_contents(grant))
    return Draft202012Validator(package, registry=registry, format_checker=FORMATS)


@dataclass
class Desk:
    """Somebody who proposes without a key of any case, and two who sign."""

    proposer: SignedIn
    one: SignedIn
    house: House


@pytest.fixture
def desk(app: Flask, clock: ManualClock) -> Iterator[Desk]:
    with app.app_context():
        house = build(app, clock)
        awards.open_books()
        yield Desk(house["anna"], house["board"], house)


def publish(desk: Desk, case_id: str, description: str = "") -> GrantRecord:
    wish = Wish(awards.designation(case_id), "agreed", description)
    row = open_data.propose(desk.proposer, wish)
    open_data.confirm(desk.one, row.id)
    db.session.rollback()
    return db.session.get_one(GrantRecord, row.id)


def pay(case_id: str, day: date, amount: int) -> None:
    """Let a case's money leave the bank, past its steps."""
    with unit_of_work() as session:
        way = Origin(f"paid:{case_id}:{day}", day, ("application", case_id), SYSTEM.ref)
        lines = ledger_facts.move(GRANTS, BANK, "EMG", amount, "EUR")
        ledger_facts.record(session, EntryKind.BANK_EXECUTED, way, lines)


def code_of(act: object, *given: object) -> str:
    with pytest.raises(PublishingRefused) as caught:
        act(*given)  # type: ignore[operator]
    return caught.value.code


def test_file_is_valid_and_says_nothing_that_leads_back(desk: Desk) -> None:
    assert open_data.document(db.session()) is None
    awards.cases(5, DAY)
    ids = awards.cases(3, DAY, region="belarus", amount=123_456)
    rows = [publish(desk, case_id, "A lawyer and three months of rent.") for case_id in ids]
    found = open_data.document(db.session())
    assert found is not None
    assert list(validator().iter_errors(found)) == []
    whole = json.dumps(found)
    assert [grant["amountAwarded"] for grant in found["grants"]] == [1_200] * 3
    assert {grant["awardDate"] for grant in found["grants"]} == {"2025-01-01"}
    assert {grant["beneficiaryLocation"][0]["name"] for grant in found["grants"]} == {
        "Eastern Europe"
    }
    for row, case_id in zip(rows, ids, strict=True):
        for inner in (case_id, row.id, awards.designation(case_id), "1234", "elarus", "2025-02"):
            assert inner not in whole


def test_schema_refuses_a_file_without_its_fields(desk: Desk) -> None:
    """The judge can say no."""
    publish(desk, *awards.cases(1, DAY))
    found = open_data.document(db.session())
    assert found is not None
    del found["grants"][0]["awardDate"]
    assert len(list(validator().iter_errors(found))) == 1


def test_grant_at_risk_is_absent_and_cannot_be_subtracted(desk: Desk) -> None:
    """Six of a quarter are told together; each one known by itself leaves fewer behind."""
    ids = awards.cases(6, DAY)
    figure = publications.propose(desk.proposer, QUARTER)
    assert publications.confirm(desk.one, figure.id).state == "published"
    publish(desk, ids[0])
    row = open_data.propose(desk.proposer, Wish(awards.designation(ids[1]), "agreed"))
    assert code_of(open_data.confirm, desk.one, row.id) == "leaves_few"
    found = open_data.document(db.session())
    assert found is not None
    assert len(found["grants"]) == 1


def test_figure_that_known_grants_would_give_away_is_not_shown(desk: Desk) -> None:
    at_risk, *others = awards.cases(6, DAY)
    awards.cases(5, DAY, region="belarus")
    for case_id in others:
        publish(desk, case_id)
    by_region = replace(QUARTER, by="region")
    figure = publications.confirm(desk.one, publications.propose(desk.proposer, by_region).id)
    assert {cell.group: (cell.hidden, cell.shown_people) for cell in figure.cells} == {
        "caucasus": ("few", None), "eastern_europe": ("beside", None), "all": ("", 10),
    }  # fmt: skip
    found = open_data.document(db.session())
    assert found is not None
    assert len(found["grants"]) == 5
    assert at_risk not in json.dumps(found)


def test_withdrawn_grant_leaves_the_file_and_stays_known_to_the_check(desk: Desk) -> None:
    ids = awards.cases(8, DAY)
    rows = [publish(desk, case_id) for case_id in ids[:3]]
    open_data.withdraw(desk.proposer, rows[0].id)
    found = open_data.document(db.session())
    assert found is not None
    assert len(found["grants"]) == 2
    row = open_data.propose(desk.proposer, Wish(awards.designation(ids[3]), "agreed"))
    assert code_of(open_data.confirm, desk.one, row.id) == "leaves_few"
    assert code_of(open_data.withdraw, desk.proposer, rows[0].id) == "decided"


def test_what_donors_are_told_of_a_fund_and_single_grants_give_nobody_away(
    desk: Desk, clock: ManualClock
) -> None:
    """Five of six paid cases published, the statement minus them would be the sixth's sum."""
    ids = awards.cases(6, DAY)
    for number, case_id in enumerate(ids):
        pay(case_id, DAY, 100_000 + number)
    publish(desk, ids[0])
    row = open_data.propose(desk.proposer, Wish(awards.designation(ids[1]), "agreed"))
    assert code_of(open_data.confirm, desk.one, row.id) == "leaves_few"
    clock.advance(days=1)
    later = Quarter.of(clock.now().date())
    for case_id in ids[:5]:
        pay(case_id, later.last_day, 1_000)
    clock.set(datetime.combine(later.last_day + timedelta(days=31), time(12), UTC))
    told_quarters.freeze()
    with pytest.raises(TellsOfFew) as told:
        fund_reports.report("EMG", QUARTER.until.next, later)
    assert (QUARTER.until in told.value.told, later in told.value.told) == (True, False)


def test_erased_case_takes_its_record_with_it(desk: Desk) -> None:
    first, second = awards.cases(2, DAY)
    publish(desk, first)
    publish(desk, second)
    with unit_of_work() as session:
        session.get_one(Application, first).erased_on = date(2026, 6, 1)
    found = open_data.document(db.session())
    assert found is not None
    assert len(found["grants"]) == 1


def test_nobody_publishes_a_grant_alone_or_too_early(desk: Desk, clock: ManualClock) -> None:
    (case_id,) = awards.cases(1, DAY)
    wish = Wish(awards.designation(case_id), "agreed")
    desk.house.add("second", Role.BOARD_MEMBER)
    mine = open_data.propose(desk.one, wish)
    assert code_of(open_data.confirm, desk.one, mine.id) == "same_person"
    assert code_of(open_data.confirm, desk.proposer, mine.id) == "not_a_signer"
    assert code_of(open_data.propose, desk.proposer, wish) == "under_way"
    open_data.decline(desk.proposer, mine.id)
    assert code_of(open_data.confirm, desk.house["second"], mine.id) == "decided"
    (fresh,) = awards.cases(1, clock.now().date() - timedelta(days=40))
    (open_case,) = awards.cases(1, DAY, awarded=False)
    for wrong, code in (
        (Wish(awards.designation(fresh), "agreed"), "too_early"),
        (Wish(awards.designation(open_case), "agreed"), "no_award"),
        (Wish("no-such-case", "agreed"), "unknown_case"),
        (Wish(awards.designation(case_id), "because"), "no_reason"),
    ):
        assert code_of(open_data.propose, desk.proposer, wrong) == code
    assert code_of(open_data.propose, desk.house["r1"], wish) == "not_a_proposer"


def test_case_that_is_held_is_not_published(desk: Desk, clock: ManualClock) -> None:
    (case_id,) = awards.cases(1, DAY)
    row = open_data.propose(desk.proposer, Wish(awards.designation(case_id), "agreed"))
    with unit_of_work() as session:
        session.add(
            Hold(
                application_id=case_id,
                kind="suspended_security",
                placed_by="0" * 32,
                placed_at=clock.now(),
            )
        )
    assert code_of(open_data.confirm, desk.one, row.id) == "held"


def test_words_are_compared_with_what_the_case_confided(desk: Desk) -> None:
    confided = "I am from a town. Then Sergeant Petrov took my phone."
    _, case_id = desk.house.submitted(narrative=("narrative", confided))
    with unit_of_work() as session:
        case = session.get_one(Application, case_id)
        case.submitted_on = DAY
    desk.house.to_review(case_id, (("legal", 100_000),))
    desk.house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), awards.YES))
    desk.house.clock.advance(days=60)
    name = awards.designation(case_id)
    for told, codes in (
        ("Help after Петров came.", ("name",)),
        ("Write to a@b.org, Georgia", ("email", "web", "place")),
    ):
        with pytest.raises(TooTelling) as caught:
            open_data.propose(desk.proposer, Wish(name, "agreed", told))
        assert caught.value.codes == codes
        assert told not in str(caught.value)
    row = open_data.propose(desk.proposer, Wish(name, "agreed", "Help after a search."))
    assert row.names_searched
    looked = db.session.query(Event).where(Event.chain == VIEWS, Event.subject_id == case_id)
    # A refused text tells something of the case as well, so each comparison is written down.
    compared = [each.action for each in looked if each.action == "words_compared"]
    assert compared == ["words_compared"] * 3
    assert db.session.query(GrantRecord).count() == 1


def test_two_who_propose_a_grant_at_once_are_one_proposal_and_one_refusal(
    desk: Desk, app: Flask
) -> None:
    (case_id,) = awards.cases(1, DAY)
    wish = Wish(awards.designation(case_id), "agreed")

    def propose(number: int) -> str:
        try:
            return open_data.propose((desk.proposer, desk.one)[number], wish).state
        except PublishingRefused as refused:
            return refused.code

    assert sorted(at_once(app, 2, propose)) == ["proposed", "under_way"]


def test_one_who_confirms_and_one_who_declines_do_not_wait_for_each_other(
    desk: Desk, app: Flask
) -> None:
    for case_id in awards.cases(12, DAY):
        row_id = open_data.propose(desk.proposer, Wish(awards.designation(case_id), "agreed")).id

        def decide(number: int, row_id: str = row_id) -> str:
            act = (open_data.confirm, open_data.decline)[number]
            try:
                act((desk.one, desk.proposer)[number], row_id)
            except PublishingRefused as refused:
                return refused.code
            return "done"

        assert sorted(at_once(app, 2, decide)) in (["decided", "done"], ["done", "leaves_few"])


def test_trying_words_against_many_cases_is_stopped_like_any_look(desk: Desk) -> None:
    """Whoever guesses names in the files of others is slowed down and then stopped."""
    ids = awards.cases(LIMITS[Measured.CASES].slow, DAY)
    stopped = 0
    for case_id in ids:
        with brakes.watched(desk.proposer), unit_of_work() as session:
            try:
                looks.write_down(session, desk.proposer, case_id, brakes.COMPARED, Role.COORDINATOR)
            except brakes.Slowed:
                stopped += 1
    assert stopped == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grant_record SET description = 'more'",
        "UPDATE grant_record SET amount = amount + 1",
        "UPDATE grant_record SET state = 'proposed'",
        "DELETE FROM grant_record",
        "INSERT INTO grant_record SELECT * FROM grant_record",
    ],
)
def test_published_grant_is_frozen_in_the_database(desk: Desk, statement: str) -> None:
    publish(desk, *awards.cases(1, DAY))
    with pytest.raises((DBAPIError, IntegrityError)), unit_of_work() as session:
        session.execute(text(statement))
    assert db.session.query(Publication).count() == 0
