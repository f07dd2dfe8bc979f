"""Intake on both stores: drafts, codenames, submission, versions, the sweep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from fund_app.adapters import files
from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore import AlreadyKept
from fund_app.adapters.storage import storage
from fund_app.extensions import db
from fund_app.models.applications import Answer, Application
from fund_app.models.documents import Document
from fund_app.models.sealed import Compartment, NoKey
from fund_app.queries import answers
from fund_app.services import cases, codenames, designations, documents, intake, messages, vault
from fund_app.services.hardening import Cost, Hardening
from fund_app.services.intake import AnswerText, NobodyThere
from fund_app.services.transition import Conflict, Request, Unknown
from fund_app.services.vault import SignedIn
from tests.support import applicants, uploads
from workflows.engine import Refused
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

PDF = uploads.pdf()


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    app.extensions["fund.hardening"] = Hardening(Cost(memory=64, passes=1, lanes=1))
    with app.app_context():
        yield


@pytest.fixture
def coordinator() -> str:
    return applicants.add_coordinator()


def begun(language: str = "en") -> tuple[SignedIn, codenames.Entrant]:
    entrant = intake.begin(language)
    ring = vault.ring_for(entrant.holder_id, entrant.private_key)
    return SignedIn(entrant.holder_id, frozenset({Role.APPLICANT}), ring), entrant


def give(person: SignedIn, **texts: str) -> None:
    """Answer questions, `handle` in the identity compartment, the others in the narrative."""
    given = [
        AnswerText(key, 0, "identity" if key == "handle" else "narrative", text)
        for key, text in texts.items()
    ]
    intake.save(person, given)


def complete(person: SignedIn) -> None:
    give(person, **{key: "something" for key in answers.MINIMUM if key != "language"})
    give(person, language="ru", handle="@someone", **dict.fromkeys(answers.CONSENTS, "yes"))


def send(person: SignedIn, request: Request | None = None) -> None:
    intake.submit(person, request or Request("a" * 32), region="caucasus", form_version=1)


def case() -> Application:
    db.session.rollback()
    return db.session.scalars(select(Application)).one()


def test_a_draft_is_sealed_for_its_holder_and_dated_by_the_day(clock: ManualClock) -> None:
    person, _entrant = begun()
    give(person, narrative="sentinel words")
    draft = case()
    assert (draft.state, draft.step, draft.due_at) == ("draft", 0, None)
    assert draft.created_on == draft.touched_on == clock.now().date()
    stored = db.session.scalars(select(Answer)).one()
    assert b"sentinel" not in stored.value_sealed
    assert stored.value.open(person.ring) == "sentinel words"
    for part in intake.OWN:
        assert vault.holders_of(draft.id, part) == [person.ref]


def test_a_drafts_answer_is_replaced_and_taken_back() -> None:
    person, _entrant = begun()
    give(person, narrative="one")
    give(person, narrative="two")
    assert answers.opened(db.session(), person.ring, case().id) == {("narrative", 0): "two"}
    give(person, narrative="")
    assert answers.given(db.session(), case().id) == frozenset()


def test_submitting_needs_all_answers_and_consent_and_shares_nothing_before(
    coordinator: str,
) -> None:
    person, _entrant = begun()
    give(person, narrative="one")
    with pytest.raises(Refused) as refused:
        send(person)
    assert refused.value.code == "answers_missing"
    complete(person)
    give(person, truth="")
    with pytest.raises(Refused) as refused:
        send(person)
    assert refused.value.code == "consent_missing"
    assert vault.holders_of(case().id, Compartment.NARRATIVE) == [person.ref]


def test_submitting_shares_four_compartments_and_keeps_payout_shut(coordinator: str) -> None:
    person, _entrant = begun()
    complete(person)
    send(person)
    sent = case()
    assert (sent.state, sent.language, sent.region) == ("submitted", "ru", "caucasus")
    for part in intake.FOR_COORDINATORS:
        assert vault.holders_of(sent.id, part) == sorted([coordinator, person.ref])
    assert vault.holders_of(sent.id, Compartment.PAYOUT) == [person.ref]
    assert sent.contact_mark is not None
    assert len(sent.contact_mark) == 5


def test_submitting_twice_with_one_request_is_one_step_and_stale_pages_are_told(
    coordinator: str,
) -> None:
    person, _entrant = begun()
    complete(person)
    send(person)
    send(person)
    assert case().step == 1
    with pytest.raises(Conflict):
        send(person, Request("b" * 32, step_seen=0))


def test_without_a_coordinator_nothing_is_submitted() -> None:
    person, _entrant = begun()
    complete(person)
    with pytest.raises(NobodyThere):
        send(person)
    assert case().state == "draft"


def test_after_submission_a_changed_answer_is_a_new_version_and_the_same_is_none(
    coordinator: str,
) -> None:
    person, _entrant = begun()
    complete(person)
    send(person)
    give(person, narrative="something")
    give(person, narrative="corrected")
    rows = db.session.scalars(
        select(Answer).where(Answer.question == "narrative").order_by(Answer.version)
    ).all()
    assert [row.value.open(person.ring) for row in rows] == ["something", "corrected"]
    assert answers.opened(db.session(), person.ring, case().id)["narrative", 0] == "corrected"


def test_a_codename_is_given_once_and_opens_the_draft() -> None:
    person, entrant = begun()
    assert not intake.has_codename(person)
    fresh = intake.keep(person, entrant.private_key, "ru")
    assert intake.has_codename(person)
    found = codenames.applicants().sign_in(fresh.digits)
    assert found is not None
    assert found.holder_id == person.ref
    with pytest.raises(AlreadyKept):
        intake.keep(person, entrant.private_key, "en")


def test_a_stranger_has_no_case_and_no_key() -> None:
    person, _entrant = begun()
    give(person, narrative="one")
    stranger_id, stranger_key = codenames.applicants().begin()
    stranger = SignedIn(
        stranger_id, frozenset({Role.APPLICANT}), vault.ring_for(stranger_id, stranger_key)
    )
    with pytest.raises(Unknown):
        give(stranger, narrative="mine")
    assert answers.opened(db.session(), stranger.ring, case().id) == {}
    with pytest.raises(NoKey):
        db.session.scalars(select(Answer)).one().value.open(stranger.ring)


@pytest.mark.parametrize(("shared", "days"), [("no", 30), ("unsure", 7)])
def test_an_abandoned_draft_is_shredded_on_its_day(
    clock: ManualClock, shared: str, days: int
) -> None:
    person, entrant = begun()
    fresh = intake.keep(person, entrant.private_key, "en")
    give(person, narrative="sentinel", device_shared=shared)
    documents.add(person, PDF, "paper.pdf", Request("c" * 32))
    clock.advance(days=days - 1)
    assert intake.sweep_abandoned() == 0
    clock.advance(days=1)
    assert intake.sweep_abandoned() == 1
    assert case().state == "expired"
    assert list(db.session.scalars(select(Answer))) == []
    assert list(db.session.scalars(select(Document))) == []
    assert storage().names() == set()
    assert vault.holders_of(case().id, Compartment.NARRATIVE) == []
    assert codenames.applicants().sign_in(fresh.phrase) is None
    assert intake.sweep_abandoned() == 0


def test_an_ended_case_takes_nothing_more(clock: ManualClock) -> None:
    person, _entrant = begun()
    clock.advance(days=31)
    intake.sweep_abandoned()
    with pytest.raises(cases.Closed):
        give(person, narrative="late")
    with pytest.raises(cases.Closed):
        messages.write(person, "late", Request("d" * 32))


def test_a_document_is_sealed_found_once_and_opens_for_its_owner(coordinator: str) -> None:
    person, _entrant = begun()
    for _ in range(2):
        documents.add(person, PDF, "C:\\x\\sentinel\r\n.pdf", Request("e" * 32))
    row = db.session.scalars(select(Document)).one()
    assert documents.names(person, [row]) == {row.id: "sentinel.pdf"}
    assert b"PDF" not in storage().get(row.stored_as)
    assert documents.read(person, row.id).content == files.accept(PDF).content
    with pytest.raises(Unknown):
        documents.read(person, "0" * 32)


def test_stories_of_any_length_look_alike_in_the_table() -> None:
    person, _entrant = begun()
    give(person, narrative="a" * 10, need_most="b" * 200)
    sizes = {len(row.value_sealed) for row in db.session.scalars(select(Answer))}
    assert len(sizes) == 1


def test_designations_are_two_words_and_a_number_and_never_repeat() -> None:
    drawn = [designations.draw() for _ in range(50)]
    for name in drawn:
        adjective, bird, number = name.split()
        assert adjective in designations.ADJECTIVES
        assert bird in designations.BIRDS
        assert 10 <= int(number) <= 99
    assert len(set(designations.ADJECTIVES)) == len(designations.ADJECTIVES)
    assert len(set(designations.BIRDS)) == len(designations.BIRDS)
