"""Nothing somebody confided can be read where it is kept, in no encoding and no stream.

One case is filled with words that stand nowhere else, everybody acts on it to its end, letters
and mail included; then everything that was written anywhere is searched for each word.
"""

from __future__ import annotations

import base64
import gzip
import logging
import secrets
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import Engine, MetaData, create_engine, select

from config import Settings
from forms.emergency import catalogue
from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.jobs.worker import Worker
from fund_app.models.messages import Message
from fund_app.models.people import Person
from fund_app.models.sealed import Compartment
from fund_app.queries import referees as reads
from fund_app.services import (
    applications,
    ballots,
    disbursements,
    documents,
    intake,
    looks,
    messages,
    offers,
    referees,
    unlocks,
)
from fund_app.services.application_effects import CheckResult
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.intake import AnswerText
from fund_app.services.referees import Asking
from fund_app.services.unit import unit_of_work
from fund_app.services.unlocks import Question
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from tests.support import uploads
from tests.support.house import House, build, press
from tests.support.mail import Mailbox
from tests.support.sweep import files, hits
from workflows.counting import Choice
from workflows.engine import Refused
from workflows.unlocks import Purpose

pytestmark = pytest.mark.both_stores

CODES = {"language": "ru", "device_shared": "no"}
"""Answers the house needs without a key; both are codes of a short list."""


class Words:
    """Words that stand nowhere else, each for one place."""

    def __init__(self) -> None:
        self.by_place: dict[str, str] = {}

    def word(self, place: str) -> str:
        """Return a fresh word for a place."""
        self.by_place[place] = f"Zq{secrets.token_hex(12)}"
        return self.by_place[place]


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def house(
    app: Flask, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with app.app_context():
        house = build(app, clock)
        with unit_of_work() as session:
            for person in session.scalars(select(Person)):
                person.mail_address = f"{person.handle}@fund.test"
        yield house


def pdf(words: Words) -> bytes:
    """Return a PDF that says one word on its page and another in its notes."""
    document = pikepdf.Pdf.new()
    uploads.add_page(document, words.word("file"))
    document.docinfo["/Author"] = words.word("author of the file")
    return uploads.saved(document)


def answers(words: Words) -> list[AnswerText]:
    """Return an answer to every question there is, each with a word of its own."""
    return [
        AnswerText(key, 0, question.compartment, CODES.get(key) or words.word(key))
        for key, question in catalogue().items()
    ]


def live_through(house: House, words: Words) -> None:
    """Lead one case from its first words to its end; everybody adds words of their own."""
    applicant, case_id = apply_(house, words)
    check(house, words, applicant, case_id)
    decide(house, words, case_id)
    work(house)
    take_offer(house, words, applicant, case_id)
    pay(house, case_id)
    finish(house, words, applicant, case_id)
    work(house)


def apply_(house: House, words: Words) -> tuple[SignedIn, str]:
    applicant = house.draft()
    intake.save(applicant, answers(words))
    name = f"{words.word('file name')}.pdf"
    documents.add(applicant, pdf(words), name, press(), keeps_original=True)
    intake.submit(applicant, press(), region="russia", form_version=1)
    messages.write(applicant, words.word("message"), press())
    return applicant, house.case_of(applicant)


def check(house: House, words: Words, applicant: SignedIn, case_id: str) -> None:
    anna = house["anna"]
    applications.acknowledge(anna, case_id, press())
    applications.request_info(anna, case_id, [words.word("question")], press())
    asked = db.session.scalars(
        select(Message.id).where(Message.application_id == case_id, Message.kind == "question")
    ).one()
    intake.answer(applicant, {asked: words.word("answer")}, press())
    applications.set_band(anna, case_id, "standard", press())
    applications.start_verification(anna, case_id, press())
    for kind in ("identity", "incident", "activity", "need"):
        note = words.word(f"note on {kind}")
        result = CheckResult(kind, "confirmed", 2, note)
        applications.verify(anna, case_id, result, press())
    vouch(house, words, case_id)
    lines = [
        applications.FileLine("legal", 60_000, words.word("first line")),
        applications.FileLine("medical", 40_000, words.word("second line")),
    ]
    applications.write_redaction(anna, case_id, words.word("redaction"), lines, press())
    applications.to_review(anna, case_id, press())


def vouch(house: House, words: Words, case_id: str) -> None:
    """Let two referees answer, one freely and one with the quiet words."""
    for number, way in enumerate(("link", "number")):
        asking = Asking(
            None, "found", "existence", "ru", code=words.word(f"code of {way}"), agreed=True,
            is_spoken=way == "number",
        )  # fmt: skip
        invitation = referees.ask(house["anna"], case_id, asking, press())
        assert invitation is not None
        words.by_place[f"{way} of a referee"] = invitation.lookup
        told = {
            key: words.word(f"{way}: {key}") for key in ("name", "how", "since", "seen", "more")
        }
        code = (invitation.code, invitation.quiet)[number]
        assert not referees.opens(invitation.lookup, words.word(f"wrong code of {way}"))
        assert referees.answer(invitation.lookup, code, {**told, "freely": "freely"}, press())
        for row in reads.of_case(db.session(), case_id):
            if row.status == "answered":
                referees.look(house["anna"], case_id, row.id)


def take_offer(house: House, words: Words, applicant: SignedIn, case_id: str) -> None:
    applications.offer(house["anna"], case_id, press())
    payee = [
        AnswerText("payout_channel", 0, "payout", "voucher"),
        *(
            AnswerText(key, 0, "payout", words.word(f"payee: {key}"))
            for key in ("payee_name", "payee_account", "confirmation_word")
        ),
    ]
    offers.accept(applicant, payee, press())


def finish(house: House, words: Words, applicant: SignedIn, case_id: str) -> None:
    anna, payment_id = house["anna"], house.payment_of(case_id).id
    word = words.by_place["payee: confirmation_word"]
    with pytest.raises(Refused):
        offers.confirm_receipt(applicant, payment_id, words.word("wrong word"), press())
    offers.confirm_receipt(applicant, payment_id, word, press())
    disbursements.reconcile(house["fin1"], payment_id, None, press())
    offers.report(applicant, words.word("report"), press())
    applications.return_report(anna, case_id, words.word("what is missing"), press())
    offers.report(applicant, words.word("second report"), press())
    applications.close(anna, case_id, press())
    looks.look(anna, case_id, Compartment.NARRATIVE)
    why = Question(Purpose.CHECK, words=words.word("why names are needed"))
    unlock_id = unlocks.ask(anna, case_id, why, press())
    for custodian in ("custodian1", "custodian2"):
        unlocks.agree(house[custodian], unlock_id)
    unlocks.names(house.fresh("anna"), unlock_id)


def decide(house: House, words: Words, case_id: str) -> None:
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    for handle in ("r1", "r2", "r3"):
        vote = Cast(Choice.APPROVE, reason=words.word(f"reason of {handle}"))
        ballots.cast(house[handle], ballot_id, vote, press())


def pay(house: House, case_id: str) -> None:
    payment = house.payment_of(case_id)
    payment_id, reference = payment.id, payment.reference
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house["fin2"], payment_id, press())
    disbursements.authorise_second(house["treasurer"], payment_id, press())
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    disbursements.bank_ok(house["fin1"], payment_id, BankLine(100_000, reference), press())


def work(house: House) -> None:
    """Do every job that waits, mail included."""
    house.clock.advance(hours=12)
    Worker(house.app, rounds=()).run(once=True)
    db.session.rollback()


def rows(engine: Engine) -> bytes:
    """Return every value of every table of a database, bytes as they are."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return b"\n".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for _, table in sorted(metadata.tables.items())
            for row in connection.execute(table.select())
            for value in row
        )


def everything(settings: Settings, home: Path, mailbox: Mailbox, log: str) -> dict[str, bytes]:
    """Return all that was written anywhere: files with their WAL, tables, uploads, mail, logs."""
    places = files(home, settings.upload_dir)
    for name, url in (("data", settings.database_url), ("keystore", settings.keystore_url)):
        engine = create_engine(url)
        places[f"tables of {name}"] = rows(engine)
        engine.dispose()
    places["log"] = log.encode()
    for number, envelope in enumerate(mailbox.envelopes):
        places[f"mail {number}"] = bytes(envelope.original_content or b"")
    return places


def test_nothing_confided_can_be_read_anywhere(  # noqa: PLR0917 - a sweep needs every place
    house: House,
    words: Words,
    settings: Settings,
    tmp_path: Path,
    mailbox: Mailbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="mail.log")
    caplog.set_level(logging.WARNING, logger="sqlalchemy.engine")
    live_through(house, words)
    places = everything(settings, tmp_path, mailbox, caplog.text)
    assert len(words.by_place) > 60
    assert len(mailbox.envelopes) > 5
    assert len(places["tables of data"]) > 20_000
    assert hits(places, words.by_place.values()) == []


@pytest.mark.parametrize(
    "dressed",
    [
        lambda plain: plain,
        lambda plain: plain.decode().encode("utf-16"),
        lambda plain: plain.hex().encode(),
        lambda plain: base64.b64encode(b"x" + plain),
        lambda plain: base64.b64encode(b"xy" + plain + b"z"),
        lambda plain: base64.urlsafe_b64encode(b"xyz" + plain),
        lambda plain: b"PDF stream " + zlib.compress(b"before " * 9 + plain) + b" endstream",
        lambda plain: b"\0\0" + gzip.compress(plain + b" after") + b"\0",
    ],
)  # fmt: skip
def test_sweep_finds_a_word_in_every_dress(words: Words, dressed: object) -> None:
    assert callable(dressed)
    word = words.word("planted")
    assert hits({"place": b"some text " + dressed(word.encode()) + b" more"}, [word]) != []
    assert hits({"place": b"some text"}, [word]) == []


def test_sweep_finds_what_was_written_past_the_vault(
    house: House, words: Words, settings: Settings, tmp_path: Path, mailbox: Mailbox
) -> None:
    """The sweep itself would notice: a word in a plain column is found in table and file."""
    with unit_of_work() as session:
        person = session.get_one(Person, house["r1"].ref)
        person.display_name = words.word("name")
    found = hits(everything(settings, tmp_path, mailbox, ""), words.by_place.values())
    assert "tables of data" in {place for place, _, _ in found}
