"""Erasing a case: who may, what goes, what stays, and that nothing is left in any file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, select, text
from sqlalchemy.exc import DBAPIError

from config import Settings
from fund_app.adapters import keystore_erasure
from fund_app.adapters.clock import ManualClock
from fund_app.adapters.storage import storage
from fund_app.extensions import db
from fund_app.models.applications import Answer, Application
from fund_app.models.ballots import Ballot
from fund_app.models.documents import Document
from fund_app.models.erasures import Erasure
from fund_app.models.events import Event
from fund_app.models.jobs import Job
from fund_app.models.messages import Message
from fund_app.models.sealed import Compartment
from fund_app.models.subjects import SUBJECTS
from fund_app.models.types import new_ref
from fund_app.queries import donations, oversight, programmes
from fund_app.queries import ledger as books
from fund_app.queries.ledger_check import recompute_check
from fund_app.queries.told_quarters import Cut, Stretch
from fund_app.services import (
    applications,
    audit,
    documents,
    erasures,
    letters,
    messages,
    offers,
    people,
    remains,
    sessions,
    shredding,
    tallies,
    vault,
)
from fund_app.services.erasures import CannotErase
from fund_app.services.sessions import SessionKind
from fund_app.services.transition import Conflict, Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.services import killed_erasing
from tests.support import processes
from tests.support.house import House, press
from tests.support.paid import close, paid
from tests.support.uploads import pdf
from workflows.engine import Refused
from workflows.erasures import Origin
from workflows.quarters import Quarter
from workflows.roles import SYSTEM

pytestmark = pytest.mark.both_stores

LINES = (("legal", 60_000),)
MESSAGE = (
    "INSERT INTO message (id, application_id, sender, kind, sent_on, position, body_sealed)"
    " SELECT 'm', id, 'applicant', 'note', created_on, 1, head FROM application"
)
KILLED = -9


def told(house: House) -> tuple[SignedIn, str]:
    """Return an applicant and their case, closed after 600 were paid, with a file in it."""
    applicant, case_id = house.submitted()
    documents.add(applicant, pdf("evidence"), "evidence.pdf", press())
    messages.write(applicant, "Please hurry.", press())
    paid(house, applicant, case_id, LINES)
    close(house, applicant, case_id)
    return applicant, case_id


def withdrawn(house: House) -> tuple[SignedIn, str]:
    applicant, case_id = house.submitted()
    documents.add(applicant, pdf("evidence"), "evidence.pdf", press())
    offers.withdraw(applicant, press())
    return applicant, case_id


def sealed_bytes(case_id: str) -> dict[str, bytes]:
    """Return everything sealed of a case as it is stored: columns, wraps, files."""
    db.session.rollback()
    found: dict[str, bytes] = {}
    for place in shredding.places():
        query = select(place.column).where(place.owner == case_id)
        for number, value in enumerate(db.session.scalars(query)):
            if value:
                found[f"{place.table.name}.{place.column.name} {number}"] = bytes(value)
    for name in shredding.file_names(db.session(), case_id):
        found[f"file {name}"] = storage().get(name)
    with vault.keystore().engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT wrapped FROM wrap JOIN data_key USING (case_id, compartment, key_version)"
                " WHERE belongs_to = :case"
            ),
            {"case": case_id},
        )
        found |= {f"wrap {number}": bytes(row[0]) for number, row in enumerate(rows)}
    db.session.rollback()
    return found


def on_disk(home: Path) -> bytes:
    """Return every byte of every file below a folder."""
    return b"\n".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def heap(engine: Any, table: str) -> bytes:
    """Return the file in which PostgreSQL keeps a table, as the server reads it from its disk."""
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        query = text("SELECT pg_read_binary_file(pg_relation_filepath(:name))")
        return bytes(connection.execute(query, {"name": table}).scalar_one())


def lying_about(settings: Settings, home: Path) -> bytes:
    """Return where a case's bytes could still lie: the files, or the heap of the keystore."""
    if settings.database_url.startswith("sqlite"):
        return on_disk(home)
    engine = vault.keystore().engine
    tables = b"".join(heap(engine, name) for name in ("wrap", "holder", "data_key"))
    return tables + on_disk(settings.upload_dir)


def log_of_keys() -> bytes:
    """Return what the keystore's write-ahead log holds, as it lies on the disk."""
    engine = vault.keystore().engine
    if engine.dialect.name == "sqlite":
        return Path(f"{engine.url.database}-wal").read_bytes()
    query = text("SELECT pg_read_binary_file('pg_wal/' || name) FROM pg_ls_waldir()")
    with engine.connect() as connection:
        return b"".join(bytes(each) for each in connection.scalars(query))


def pieces(stored: bytes) -> list[bytes]:
    """Cut stored bytes into pieces, so that a torn copy is found as well."""
    return [stored[at : at + 24] for at in range(16, min(len(stored), 400) - 24, 48)]


def hits(values: Mapping[str, bytes], lying: bytes) -> list[str]:
    return [name for name, value in values.items() if any(p in lying for p in pieces(value))]


def figures(house: House) -> dict[str, Any]:
    """Return every number the public and the board see."""
    session = db.session()
    session.rollback()
    return {
        "public": programmes.public_status(session, house.clock.now()),
        "states": oversight.by_state(session),
        "quarters": oversight.by_quarter(session),
        "promises": oversight.promises(session),
        "incidents": oversight.incidents(session),
        "positions": books.positions(),
        "balances": books.trial_balance(),
        "use": donations.use_of(
            "EMG", "EUR", Stretch(None, Cut(Quarter.of(house.clock.now().date()), 10**6, date.max))
        ),
    }


def test_erasing_leaves_no_byte_of_the_case_anywhere(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    others = [told(house)[1] for _ in range(2)]
    applicant, case_id = told(house)
    before = sealed_bytes(case_id)
    assert {name.split()[0] for name in before} >= {
        "answer.value_sealed", "message.body_sealed", "document.name_sealed", "file", "wrap",
        "review_file.narrative_sealed", "vote.reason_sealed", "verification_check.note_sealed",
    }  # fmt: skip
    assert hits(before, lying_about(settings, tmp_path)) != []
    holder = vault.keystore().holder(applicant.ref)
    assert holder is not None
    erasures.erase_own(applicant, press())
    assert hits(before, lying_about(settings, tmp_path)) == []
    assert vault.keystore().holder(applicant.ref) is None
    report = remains.of(db.session(), case_id)
    assert (report.is_gone, report.left) == (True, ())
    for other in others:
        assert not remains.of(db.session(), other).is_gone
        assert house["anna"].ring.opens(other, Compartment.NARRATIVE)


def test_erasing_leaves_no_key_in_the_log_of_the_keystore(house: House) -> None:
    applicant, case_id = told(house)
    wraps = {key: value for key, value in sealed_bytes(case_id).items() if key.startswith("wrap")}
    assert hits(wraps, log_of_keys()) != []
    erasures.erase_own(applicant, press())
    assert hits(wraps, log_of_keys()) == []


def test_withdrawal_and_erasure_keep_money_trail_and_statistics(house: House) -> None:
    """Scenario 14: 600 paid; what was told goes, the books and every figure stay."""
    applicant, case_id = told(house)
    for _ in range(5):
        withdrawn(house)
    before, entries = figures(house), books.trial_balance()
    number = erasures.erase_own(applicant, press())
    assert figures(house) == before
    assert books.trial_balance() == entries
    assert recompute_check() == ()
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    erasure = db.session.get_one(Erasure, number)
    assert (erasure.state, erasure.origin, erasure.files) == ("done", "person", 2)
    assert erasure.keys > 5
    assert erasure.texts > 10
    case = house.case(case_id)
    assert (case.region, case.state, case.contact_mark) == ("russia", "closed", None)
    assert case.erased_on == house.clock.now().date()
    assert [line.awarded for line in case.award_lines] == [60_000]
    decided = select(Ballot.id).where(Ballot.application_id == case_id)
    count = tallies.tally(db.session(), db.session.scalars(decided).one())
    assert count is not None
    assert count.in_favour == 3


def test_erasing_is_refused_while_something_is_open(house: House) -> None:
    applicant, case_id = house.submitted()
    with pytest.raises(CannotErase) as refused:
        erasures.erase_own(applicant, press())
    assert refused.value.code == "case_open"
    house.to_review(case_id, LINES)
    with pytest.raises(CannotErase) as refused:
        erasures.erase_own(applicant, press())
    assert refused.value.code == "ballot_open"
    offers.withdraw(applicant, press())
    assert erasures.erase_own(applicant, press())


def test_erasing_is_refused_while_money_is_under_way(house: House) -> None:
    applicant, case_id = house.released(LINES)
    with pytest.raises(CannotErase) as refused:
        erasures.erase_own(applicant, press())
    assert refused.value.code == "payment_open"
    assert vault.keystore().holder(applicant.ref) is not None
    with pytest.raises(CannotErase):
        erasures.erase(case_id, Origin.OPERATOR)


def test_staff_erase_with_two_people(house: House) -> None:
    _, case_id = withdrawn(house)
    erasures.propose(house["anna"], case_id, "asked", press())
    erasures.propose(house["anna"], case_id, "asked", press())
    with pytest.raises(CannotErase) as refused:
        erasures.confirm(house["anna"], case_id)
    assert refused.value.code == "second_person_missing"
    assert not remains.of(db.session(), case_id).is_gone
    number = erasures.confirm(house["security"], case_id)
    assert erasures.confirm(house["security"], case_id) == number
    with pytest.raises(CannotErase) as refused:
        erasures.propose(house["boris"], case_id, "asked", press())
    assert refused.value.code == "erased"
    assert remains.of(db.session(), case_id).is_gone
    db.session.rollback()
    actions = db.session.scalars(
        select(Event.action).where(Event.chain == "erasure").order_by(Event.step)
    )
    assert list(actions) == ["erasure_proposed", "erasure_begun", "erasure_done"]


def test_proposal_of_somebody_who_has_left_does_not_count(house: House) -> None:
    _, case_id = withdrawn(house)
    erasures.propose(house["anna"], case_id, "asked", press())
    people.disable(SYSTEM, "anna")
    with pytest.raises(CannotErase) as refused:
        erasures.confirm(house["security"], case_id)
    assert refused.value.code == "proposer_gone"
    assert not remains.of(db.session(), case_id).is_gone


def test_staff_without_the_role_find_no_case_to_erase(house: House) -> None:
    _, case_id = withdrawn(house)
    for handle in ("r1", "fin1", "board", "security"):
        with pytest.raises(Unknown):
            erasures.propose(house[handle], case_id, "asked", press())
    erasures.propose(house["anna"], case_id, "asked", press())
    for handle in ("r1", "fin1", "board"):
        with pytest.raises(Unknown):
            erasures.confirm(house[handle], case_id)


def test_proposal_can_be_taken_back_and_a_stale_page_is_a_conflict(house: House) -> None:
    _, case_id = withdrawn(house)
    with pytest.raises(Conflict):
        erasures.propose(house["anna"], case_id, "asked", press(1))
    erasures.propose(house["anna"], case_id, "asked", press())
    erasures.take_back(house["boris"], case_id)
    with pytest.raises(CannotErase):
        erasures.confirm(house["security"], case_id)
    assert not remains.of(db.session(), case_id).is_gone


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE erasure SET state = 'begun', begun_on = requested_on, confirmed_by = requested_by",
        "UPDATE erasure SET state = 'begun', begun_on = requested_on",
        "UPDATE erasure SET requested_by = 'somebody'",
        "UPDATE erasure SET state = 'done', begun_on = requested_on, done_on = requested_on",
    ],
)
def test_database_refuses_what_one_person_alone_would_do(house: House, statement: str) -> None:
    _, case_id = withdrawn(house)
    erasures.propose(house["anna"], case_id, "asked", press())
    with pytest.raises(DBAPIError), unit_of_work() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM erasure",
        "UPDATE erasure SET keys = 0",
        "UPDATE application SET erased_on = NULL",
        "UPDATE application SET state = 'triage'",
        MESSAGE,
    ],
)
def test_database_keeps_an_erased_case_as_it_is(house: House, statement: str) -> None:
    applicant, _ = withdrawn(house)
    erasures.erase_own(applicant, press())
    with pytest.raises(DBAPIError), unit_of_work() as session:
        session.execute(text(statement))


def test_erased_case_is_not_opened_again(house: House) -> None:
    applicant, case_id = withdrawn(house)
    erasures.erase_own(applicant, press())
    with pytest.raises(Refused) as refused:
        applications.reopen(house["anna"], case_id, new_facts=True, request=press())
    assert refused.value.code == "file_erased"


def test_letter_under_way_is_not_made_for_an_erased_case(house: House) -> None:
    applicant, case_id = house.approved(LINES)
    offers.withdraw(applicant, press())
    erasures.erase_own(applicant, press())
    done: list[bool] = []
    key = db.session.scalars(select(Job.key).where(Job.order_key == case_id)).one()
    letters.make(case_id, "award_letter", key=key, complete=lambda _session: done.append(True))
    assert done == [True]
    assert remains.of(db.session(), case_id).is_gone


def test_sessions_on_the_case_end(house: House, clock: ManualClock) -> None:
    applicant, _ = withdrawn(house)
    token = sessions.store().start(SessionKind.APPLICANT, applicant.ref, {}, clock.now())
    erasures.erase_own(applicant, press())
    assert sessions.store().load(token, clock.now()) is None
    with pytest.raises(Unknown):
        erasures.erase_own(SignedIn(new_ref(), applicant.roles, applicant.ring), press())


def test_rows_that_were_nothing_but_what_was_told_are_gone(house: House) -> None:
    applicant, _ = withdrawn(house)
    erasures.erase_own(applicant, press())
    for model in (Answer, Message, Document):
        assert db.session.scalars(select(model)).all() == []


def test_trail_holds_codes_and_references_only(house: House) -> None:
    """Check 29: swept for anything that could be a word, before and after erasing."""
    applicant, _ = told(house)
    erasures.erase_own(applicant, press())
    db.session.rollback()
    text_columns = [each for each in Event.__table__.columns if isinstance(each.type, String)]
    for row in db.session.execute(select(*text_columns)):
        for value in row:
            assert value is None or re.fullmatch(r"[a-z0-9_:.]*", value), value


@pytest.mark.slow
@pytest.mark.parametrize("point", ["begun", "keys", "data", "files", "holder", "sessions", "scrub"])
def test_killed_anywhere_the_next_round_does_the_rest(
    house: House, settings: Settings, tmp_path: Path, point: str
) -> None:
    _, case_id = withdrawn(house)
    before = sealed_bytes(case_id)
    place = (settings.database_url, settings.keystore_url, str(tmp_path))
    killed = processes.run(killed_erasing.main, *place, case_id, point)
    assert killed.code == KILLED, killed.complained
    db.session.rollback()
    assert db.session.scalars(select(Erasure.state)).one() == "begun"
    if point != "begun":
        left = keystore_erasure.left_of(vault.keystore(), case_id, "")
        assert (left.keys, left.wraps) == (0, 0)
    assert not remains.of(db.session(), case_id).is_gone
    assert erasures.resume() == 1
    assert remains.of(db.session(), case_id).is_gone
    assert hits(before, lying_about(settings, tmp_path)) == []
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    erasure = db.session.scalars(select(Erasure)).one()
    assert (erasure.keys, erasure.files) == (5, 1)
    assert erasure.texts > 10
    assert erasures.resume() == 0
    assert db.session.scalars(select(Application.erased_on)).one() is not None
