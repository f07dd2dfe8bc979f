"""The way back: status, questions, files, offer, money, report, withdrawal."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.files import MediaType
from fund_app.adapters.storage import storage
from fund_app.models.applications import Application
from fund_app.models.documents import Document, letter_id
from fund_app.models.messages import Message
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.services import applications, disbursements, documents, payee_details, vault
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.unit import unit_of_work
from fund_app.services.votes import Cast
from tests.support import applicants
from tests.support.client import FundClient
from tests.support.house import House, press
from tests.support.pages import Page, without_token
from workflows.counting import Choice

PAYEE = {
    "payout_channel": "voucher",
    "payee_name": "sentinel-payee",
    "payee_account": "sentinel-account",
    "confirmation_word": "Grey Heron",
}
LINES = (("legal", 140_000), ("medical", 50_000))


def photo() -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 30), 120).save(written, "JPEG", comment=b"sentinel-comment")
    return written.getvalue()


def send_file(client: FundClient, content: bytes, name: str) -> Page:
    """Add a file as a browser would and return the page that follows."""
    page = client.page("/return/files")
    response = client.submit(
        page, {"file": (BytesIO(content), name)}, to="add", content_type="multipart/form-data"
    )
    if response.status_code == 302:
        return client.page(response.location)
    return Page(response)


def test_status_shows_a_neutral_label_day_and_rounded_promise(
    client: FundClient, case_id: str
) -> None:
    page = client.page("/return/case")
    assert page.headings[0] == "Received"
    assert "You hear from us before 1 Jul 2026, 12:00 UTC." in page.text
    times = [node.get("datetime") for node in page.find_all("time")]
    assert times == ["2026-06-30"]


def test_a_security_hold_signs_out_and_then_shows_the_label_of_before(
    client: FundClient, house: House, session: Session
) -> None:
    applicants.answer_minimum(client)
    words = applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    before = client.page("/return/case").text
    case_id = session.scalars(select(Application.id)).one()
    applications.suspend_security(house["security"], case_id, press())
    assert client.get("/return/case").location == "/return"
    client.submit(client.page("/return"), {"codename": " ".join(words)}, to="/return")
    after = client.page("/return/case")
    assert after.headings[0] == "Received"
    promise = "You hear from us before 1 Jul 2026, 12:00 UTC. "
    assert after.text == before.replace(promise, "")


def test_questions_are_answered_one_by_one_or_declined(
    client: FundClient, house: House, case_id: str, session: Session
) -> None:
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["Who is it?", "Since when?"], press())
    home = client.page("/return/case")
    assert home.headings[0] == "We need something from you"
    assert "Answer our questions" in home.links
    page = client.page("/return/messages")
    fields = page.form("answer").values
    first, second = (name for name in fields if name.startswith("answer_"))

    kept = client.submit(page, {first: "a lawyer I know"}, to="answer")
    assert "1 still open" in client.page(kept.location).text
    page = client.page("/return/messages")
    done = client.submit(page, {second.replace("answer_", "cannot_"): "yes"}, to="answer")
    assert done.location == "/return/case"
    assert client.page("/return/case").headings[0] == "Being checked"
    kinds = list(session.scalars(select(Message.kind).order_by(Message.position)))
    assert kinds == ["question", "question", "answer", "answer"]


def test_answers_that_come_too_late_are_shown_again_with_the_reason(
    client: FundClient, house: House, case_id: str
) -> None:
    applications.acknowledge(house["anna"], case_id, press())
    applications.request_info(house["anna"], case_id, ["Who is it?"], press())
    early, late = client.page("/return/messages"), client.page("/return/messages")
    (field,) = (name for name in late.form("answer").values if name.startswith("answer_"))
    client.submit(early, {field: "a lawyer I know"}, to="answer")
    answer = client.submit(late, {field: "long typed words"}, to="answer")
    assert answer.status_code == 409
    assert "What you wrote here was not sent: long typed words" in Page(answer).text


def test_note_to_a_case_that_has_ended_meanwhile_is_shown_again(
    client: FundClient, house: House, case_id: str
) -> None:
    page = client.page("/return/messages")
    client.submit(client.page("/return/withdraw"), to="withdraw")
    answer = client.submit(page, {"text": "long typed words"}, to="write")
    assert answer.status_code == 409
    assert "This case is closed, so nothing can be added." in Page(answer).text
    assert "What you wrote here was not sent: long typed words" in Page(answer).text


def test_blanks_are_no_note(client: FundClient, case_id: str, session: Session) -> None:
    answer = client.submit(client.page("/return/messages"), {"text": " \u200b\n"}, to="write")
    assert answer.status_code == 422
    assert "Please write a few words first." in Page(answer).text
    assert list(session.scalars(select(Message))) == []


def test_a_note_sent_twice_with_one_request_is_one_note(
    client: FundClient, case_id: str, session: Session
) -> None:
    page = client.page("/return/messages")
    client.submit(page, {"text": "<script>alert(1)</script> {{7*7}}"}, to="write")
    client.submit(page, {"text": "<script>alert(1)</script> {{7*7}}"}, to="write")
    assert len(list(session.scalars(select(Message)))) == 1
    shown = client.page("/return/messages")
    assert "<script>alert(1)</script> {{7*7}}" in shown.text
    assert shown.find_all("script") == []


def test_a_picture_comes_back_as_a_download_without_what_it_told(
    client: FundClient, case_id: str, session: Session, app: Flask
) -> None:
    page = send_file(client, photo(), "C:\\me\\sentinel-name.jpg")
    assert "sealed and kept" in page.text
    document = session.scalars(select(Document)).one()
    assert b"sentinel" not in storage().get(document.stored_as)
    answer = client.get(f"/return/files/{document.id}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="document-1.jpg"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "image/jpeg"
    assert b"sentinel" not in answer.data


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.jpg", "This file is empty"),
        (b"GIF89a", "a\r\nContent-Type: text/html.gif", "Please choose a file first"),
        (b"<!doctype html><script>1</script>", "page.jpg", "We can take pictures"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "We can take pictures"),
        (b"%PDF-1.7 cut", "a.pdf", "cannot be opened"),
    ],
)
def test_another_file_is_refused_with_a_clear_sentence(
    client: FundClient, case_id: str, content: bytes, name: str, sentence: str
) -> None:
    assert sentence in send_file(client, content, name).text
    assert client.page("/return/files").find_all("dl") == []


def test_the_eleventh_file_is_refused(client: FundClient, case_id: str) -> None:
    page = client.page("/return/files")
    for _ in range(10):
        page = send_file(client, photo(), "a.jpg")
    assert "All 10 places are used." in page.text


def test_an_unknown_file_and_a_foreign_one_read_the_same(
    client: FundClient, app: Flask, case_id: str, session: Session
) -> None:
    send_file(client, photo(), "a.jpg")
    document_id = session.scalars(select(Document.id)).one()
    app.test_client_class = FundClient
    stranger = app.test_client()
    assert isinstance(stranger, FundClient)
    applicants.answer_minimum(stranger)
    foreign = stranger.get(f"/return/files/{document_id}")
    unknown = stranger.get(f"/return/files/{'0' * 32}")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert without_token(foreign.data) == without_token(unknown.data)


def add_letter(house: House, case_id: str) -> None:
    """Put a letter into the case as the job does: sealed for the applicant alone."""
    with unit_of_work() as session:
        case = session.get_one(Application, case_id)
        scope = new_ref()
        keys = vault.seal_for(case_id, scope, Compartment.DOCUMENTS, case.holder_id)
        letter = Document(
            id=letter_id(f"{case_id}:{case.step}:make_letter", "award_letter"),
            application_id=case_id,
            scope=scope,
            kind="award_letter",
            media_type=MediaType.PDF,
        )
        documents.keep(session, keys, letter, b"%PDF-1.7 a letter")


def offered(house: House, case_id: str) -> None:
    """Carry a submitted case to an offer of 1,900.00."""
    house.to_review(case_id, LINES)
    yes = Cast(Choice.APPROVE, reason="Needed.")
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), yes))
    add_letter(house, case_id)
    applications.offer(house["anna"], case_id, press())


def accept(client: FundClient) -> None:
    """Accept the offer with a voucher."""
    response = client.submit(client.page("/return/offer/accept"), dict(PAYEE), to="accept")
    assert response.location == "/return/case", Page(response).text


def sent(house: House, case_id: str) -> None:
    """Carry the planned payment until it has left."""
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house["fin2"], payment_id, press())
    disbursements.authorise_second(house["treasurer"], payment_id, press())
    disbursements.send(house["fin1"], payment_id, Sending(), press())


def test_an_offer_shows_its_lines_and_its_letter(
    client: FundClient, house: House, case_id: str
) -> None:
    offered(house, case_id)
    home = client.page("/return/case")
    assert home.headings[0] == "Decision ready"
    offer = client.page(home.links["Accept or decline what we offer"])
    assert "€1,900.00" in offer.text
    (letter,) = (form.action for form in offer.forms if "/letters/" in form.action)
    answer = client.submit(offer, to=letter)
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_accepting_seals_the_payee_for_those_who_pay_and_nobody_else(
    client: FundClient, house: House, case_id: str, session: Session
) -> None:
    offered(house, case_id)
    page = client.page("/return/offer/accept")
    empty = Page(client.submit(page, {"payee_name": "kept"}, to="accept"))
    assert "We need this to bring the money to you." in empty.text
    assert empty.form("accept").values["payee_name"] == ["kept"]
    accept(client)
    assert client.page("/return/case").headings[0] == "Payment under way"
    payee = payee_details.opened(session, house["fin1"], case_id)
    assert payee["payee_name"] == "sentinel-payee"
    assert payee_details.opened(session, house["anna"], case_id) == {}


def test_ways_follow_country_and_person_and_the_forbidden_ones_say_why(
    client: FundClient, house: House, case_id: str
) -> None:
    offered(house, case_id)
    page = client.page("/return/offer/accept")
    assert page.form("accept").values["receipt_country"] == ["GE"]
    assert "Transfer to a bank account" in page.text
    assert "Not offered there" not in page.text
    told = {"receipt_country": "RU", "receipt_status": "listed", "payee_name": "kept"}
    looked = client.submit(page, {**told, "look": "y"}, to="accept")
    assert looked.status_code == 200
    shown = Page(looked)
    assert shown.form("accept").values["payee_name"] == ["kept"]
    assert "Transfer to a bank account – A transfer from abroad stays in the bank's" in shown.text
    assert "better not: It would show a connection to an organisation near you." in shown.text
    ways = {node.get("value") for node in shown.find_all("input", name="payout_channel")}
    assert ways == {"direct_to_supplier", "partner_payout", "voucher", "cash_agent"}
    forced = {**PAYEE, **told, "payout_channel": "bank_transfer"}
    refused = client.submit(page, forced, to="accept")
    assert refused.status_code == 422
    assert house.case(case_id).state == "offered"
    done = client.submit(page, {**PAYEE, **told}, to="accept")
    assert done.location == "/return/case", Page(done).text
    assert house.payment_of(case_id).receipt_region == "russia"


def test_receipt_takes_the_persons_own_word_only(
    client: FundClient, house: House, case_id: str
) -> None:
    offered(house, case_id)
    accept(client)
    sent(house, case_id)
    page = client.page(client.page("/return/case").links["Tell us when it has come"])
    assert client.submit(page, {"word": "blue heron"}, to="receipt").status_code == 409
    right = client.submit(client.page("/return/receipt"), {"word": " grey  HERON "}, to="receipt")
    assert right.location == "/return/case"
    assert "Tell us when it has come" not in client.page("/return/case").links


def test_a_report_is_a_few_words(client: FundClient, house: House, case_id: str) -> None:
    offered(house, case_id)
    accept(client)
    sent(house, case_id)
    payment = house.payment_of(case_id)
    line = BankLine(payment.amount, payment.reference)
    disbursements.bank_ok(house["fin1"], payment.id, line, press())
    client.submit(client.page("/return/receipt"), {"word": "grey heron"}, to="receipt")
    page = client.page(client.page("/return/case").links["Tell us how it went"])
    told = client.submit(page, {"spent": "the lawyer", "safer": "yes"}, to="report")
    assert told.location == "/return/case"
    assert "Are you safer now? Yes" in client.page("/return/messages").text


def test_declining_ends_the_case(client: FundClient, house: House, case_id: str) -> None:
    offered(house, case_id)
    offer = client.page("/return/offer")
    assert client.submit(offer, to="decline").status_code == 302
    assert client.page("/return/case").headings[0] == "Closed"
    stale = client.submit(offer, {"request_id": "0" * 32}, to="decline")
    assert stale.status_code == 409


def test_withdrawing_asks_once_more_and_ends_the_case(client: FundClient, case_id: str) -> None:
    page = client.page(client.page("/return/case").links["Withdraw"])
    assert client.submit(page, to="withdraw").location == "/return/case"
    home = client.page("/return/case")
    assert home.headings[0] == "Closed"
    assert "Withdraw" not in home.links


def test_an_expired_session_brings_what_was_typed_back_after_the_codename(
    client: FundClient, house: House, session: Session
) -> None:
    applicants.answer_minimum(client)
    words = applicants.send(client)
    client.submit(client.page("/apply/emergency/words"), to="kept")
    page = client.page("/return/messages")
    house.clock.advance(hours=3)
    door = client.submit(page, {"text": "long typed words"}, to="write")
    assert door.status_code == 403
    again = client.submit(Page(door), {"codename": " ".join(words)}, to="/return")
    done = client.submit(Page(again), to="write")
    assert done.status_code == 302
    assert "long typed words" in client.page("/return/messages").text


@pytest.mark.parametrize(
    "path", ["case", "looks", "messages", "files", "offer", "receipt", "report", "withdraw"]
)
def test_without_a_codename_every_page_leads_to_the_door(client: FundClient, path: str) -> None:
    assert client.get(f"/return/{path}").location.startswith("/return")


def test_a_wrong_codename_reads_as_an_unknown_one(client: FundClient) -> None:
    page = client.page("/return")
    for typed in ("", "a b c", " ".join(["zebra"] * 7), "1" * 28, "\ufffd\x00"):
        answer = client.submit(page, {"codename": typed}, to="/return")
        assert answer.status_code == 422
        assert "We do not know this codename" in Page(answer).text
