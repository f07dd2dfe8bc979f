from __future__ import annotations

import socket
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from fund_app.adapters.mail import (
    FolderMailer,
    Letter,
    MailRefused,
    MailUnavailable,
    SilentMailer,
    SmtpMailer,
    mailer_for,
)
from tests.support.mail import Mailbox

LETTER = Letter(
    key="mail:desk:1:2",
    recipient="mara@staff.test",
    subject="Привет",
    text="Слово и zwölf Wörter\n",
    date=datetime(2026, 6, 30, 12, 15, tzinfo=UTC),
)


def test_mailer_follows_the_address() -> None:
    kinds = {
        "": SilentMailer,
        "file:///tmp/letters": FolderMailer,
        "smtp://mail.test:25": SmtpMailer,
        "smtps://user:word@mail.test": SmtpMailer,
    }
    for url, kind in kinds.items():
        assert type(mailer_for(url, base_url="https://fund.test")) is kind


def test_mailer_refuses_an_unknown_address() -> None:
    with pytest.raises(ValueError, match="must start with smtp://"):
        mailer_for("http://mail.test", base_url="https://fund.test")


def test_letter_arrives_by_smtp_word_for_word(mailbox: Mailbox) -> None:
    mailer_for(f"{mailbox.url}?from=desk@fund.test", base_url="https://other.test").send(LETTER)
    (envelope,) = mailbox.envelopes
    (message,) = mailbox.messages
    assert (envelope.mail_from, envelope.rcpt_tos) == ("desk@fund.test", ["mara@staff.test"])
    assert (message["Subject"], message.get_content().strip()) == ("Привет", LETTER.text.strip())
    assert message["From"] == "Workspace <desk@fund.test>"


def test_letter_does_not_name_the_machine(mailbox: Mailbox) -> None:
    mailer_for(mailbox.url, base_url="https://fund.test").send(LETTER)
    (message,) = mailbox.messages
    assert message["Received"] is None
    assert message["X-Mailer"] is None
    assert message["User-Agent"] is None
    assert message["Message-ID"].endswith("@fund.test>")


def test_same_key_is_the_same_message(tmp_path: Path) -> None:
    mailer = mailer_for(tmp_path.as_uri(), base_url="https://fund.test")
    mailer.send(LETTER)
    mailer.send(LETTER)
    (path,) = tmp_path.iterdir()
    assert message_from_bytes(path.read_bytes())["To"] == "mara@staff.test"


class Unwilling:
    """A mail server that answers every recipient with one code."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    async def handle_RCPT(self, *_: object) -> str:  # noqa: N802 (the library's name)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [("550 mara@staff.test unknown", MailRefused), ("451 later", MailUnavailable)],
)
def test_refusal_is_told_apart_and_names_nobody(answer: str, refusal: type[Exception]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Unwilling(answer), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        mailer = mailer_for(f"smtp://127.0.0.1:{port}", base_url="https://fund.test")
        with pytest.raises(refusal) as refused:
            mailer.send(LETTER)
    finally:
        controller.stop()
    assert "mara" not in str(refused.value)


def test_unreachable_server_is_unavailable() -> None:
    with pytest.raises(MailUnavailable):
        mailer_for("smtp://127.0.0.1:9", base_url="https://fund.test").send(LETTER)
