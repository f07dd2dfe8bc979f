"""Letters: made by the worker, sealed for the applicant and the desk, citing what they rest on."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from fund_app.extensions import db
from fund_app.jobs.handlers import HANDLERS
from fund_app.jobs.worker import Worker
from fund_app.models.ballots import Ballot
from fund_app.models.documents import Document
from fund_app.models.jobs import Job
from fund_app.models.sealed import Compartment
from fund_app.services import applications, ballots, documents, jobs, letters, vault
from fund_app.services.application_effects import MAKE_LETTER
from fund_app.services.letters import AWARD, REFUSAL, Letter, Line
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.votes import Cast
from fund_app.views import labels
from tests.support.house import House, press
from workflows.counting import Choice
from workflows.engine import Refused
from workflows.rules import BOOTSTRAP

LINES = (("legal", 140_000), ("medical", 50_000))
LETTER = Letter(
    kind=AWARD,
    language="en",
    decided_on=date(2026, 3, 18),
    paragraph="§4(3)",
    rules_number="2",
    currency="EUR",
    lines=(Line("legal", 140_000, 140_000), Line("equipment", 90_000, 30_000)),
    total=170_000,
    offer_days=10,
    reason_code=None,
    appeal_paragraph=None,
    appeal_days=30,
    reopen_days=365,
)


def text_of(printed: bytes) -> str:
    found = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],  # noqa: S607
        input=printed,
        capture_output=True,
        check=True,
    )
    return " ".join(found.stdout.decode().split())


def decide(house: House, case_id: str, vote: Cast) -> None:
    ballot_id = db.session.scalar(select(Ballot.id).where(Ballot.application_id == case_id))
    assert ballot_id is not None
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    for handle in ("r1", "r2", "r3"):
        ballots.cast(house[handle], ballot_id, vote, press())


def work(app: Flask) -> None:
    """Do the letters that wait, and nothing else."""
    handlers = {MAKE_LETTER: HANDLERS[MAKE_LETTER]}
    Worker(app, handlers=handlers, rounds=()).run(once=True)
    db.session.rollback()


def letters_of(case_id: str) -> list[Document]:
    statement = select(Document).where(Document.application_id == case_id)
    return list(db.session.scalars(statement.order_by(Document.position)))


def test_award_letter_reaches_the_applicant_in_their_language(app: Flask, house: House) -> None:
    applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    decide(house, case_id, Cast(Choice.PARTIAL, (140_000, 20_000), reason="Enough."))
    with pytest.raises(Refused) as early:
        applications.offer(house["anna"], case_id, press())
    assert early.value.codes == ("letter_missing",)

    work(app)
    (letter,) = letters_of(case_id)
    assert (letter.kind, letter.media_type) == (AWARD, "application/pdf")
    text = text_of(documents.read(applicant, letter.id).content)
    assert "§4(3)" in text
    assert "1 600,00" in text.replace("\N{NO-BREAK SPACE}", " ")
    applications.offer(house["anna"], case_id, press())
    assert house.case(case_id).state == "offered"


def test_letter_opens_for_the_applicant_and_the_desk_alone(app: Flask, house: House) -> None:
    applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    decide(house, case_id, Cast(Choice.APPROVE, reason="Needed."))
    work(app)
    (letter,) = letters_of(case_id)
    wanted = sorted([applicant.ref, house["anna"].ref, house["boris"].ref])
    assert vault.holders_of(letter.scope, Compartment.DOCUMENTS) == wanted
    for handle in ("r1", "chair", "fin1", "treasurer", "board"):
        with pytest.raises(Unknown):
            documents.read(house[handle], letter.id)


def test_letter_is_made_once_however_often_the_job_runs(app: Flask, house: House) -> None:
    _applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    decide(house, case_id, Cast(Choice.APPROVE, reason="Needed."))
    key = db.session.scalar(select(Job.key).where(Job.kind == MAKE_LETTER))
    assert key is not None
    done: list[str] = []
    for _ in range(2):
        letters.make(case_id, AWARD, key=key, complete=lambda _session: done.append("done"))
    work(app)
    assert done == ["done", "done"]
    assert db.session.scalar(select(func.count()).select_from(Document)) == 1


def test_refusal_by_the_panel_names_reason_paragraph_and_appeal(app: Flask, house: House) -> None:
    applicant, case_id = house.submitted(language=("narrative", "en"))
    house.to_review(case_id, LINES)
    vote = Cast(Choice.REJECT, reason_code="no_acute_risk", reason="It can wait.")
    decide(house, case_id, vote)
    work(app)
    (letter,) = letters_of(case_id)
    text = text_of(documents.read(applicant, letter.id).content)
    assert letter.kind == REFUSAL
    assert "Emergency support is for danger that cannot wait." in text
    assert "§5(1) of the rules of support, version 2" in text
    assert "within 30 days" in text
    assert "§8(1)" in text


def test_formal_refusal_cites_its_own_paragraph_and_no_appeal(app: Flask, house: House) -> None:
    applicant, case_id = house.submitted(language=("narrative", "en"))
    applications.acknowledge(house["anna"], case_id, press())
    applications.reject(house["anna"], case_id, "duplicate", press())
    work(app)
    (letter,) = letters_of(case_id)
    text = text_of(documents.read(applicant, letter.id).content)
    assert "§5(2)" in text
    assert "offer no appeal" in text


def test_letter_names_nobody(app: Flask, house: House) -> None:
    applicant, case_id = house.submitted(language=("narrative", "en"))
    house.to_review(case_id, LINES)
    decide(house, case_id, Cast(Choice.APPROVE, reason="Sentinel reason."))
    work(app)
    (letter,) = letters_of(case_id)
    text = text_of(documents.read(applicant, letter.id).content)
    designation = house.case(case_id).designation
    told = [name for name in ("Anna", "R1", "Sentinel", designation) if name in text]
    assert told == []


def test_letter_adds_up_line_by_line(app: Flask) -> None:
    with app.app_context():
        text = text_of(letters.as_pdf(LETTER))
        again = letters.as_pdf(LETTER)
        assert again == letters.as_pdf(LETTER)
    for words in (
        "Replacing equipment €900.00 €300.00",
        "Together €2,300.00 €1,700.00",
        "§4(3) of the rules of support, version 2",
        "The offer stands for 10 days",
    ):
        assert words in text


def test_letter_says_when_everything_was_granted(app: Flask) -> None:
    full = replace(LETTER, lines=(Line("legal", 140_000, 140_000),), total=140_000)
    with app.app_context():
        assert "They granted all of it: €1,400.00." in text_of(letters.as_pdf(full))


def test_make_refuses_an_unknown_case(house: House) -> None:
    with pytest.raises(Unknown):
        letters.make("0" * 32, AWARD, key="0:1:make_letter", complete=lambda _session: None)


def test_every_reason_of_the_rules_has_words() -> None:
    codes = set(BOOTSTRAP[-1].parameters.refusal_codes)
    assert set(labels.REASONS) == codes
    assert set(labels.REASON_SENTENCES) == codes


def test_job_of_a_lost_case_ends_among_the_dead(app: Flask, house: House) -> None:
    with unit_of_work() as session:
        jobs.enqueue(
            session,
            MAKE_LETTER,
            {"application": "0" * 32, "kind": AWARD, "action": "approve"},
            key=f"{'0' * 32}:1:make_letter",
        )
    work(app)
    job = db.session.scalars(select(Job).where(Job.kind == MAKE_LETTER)).one()
    assert (job.state, job.last_error_code) == ("dead", "case_unknown")
