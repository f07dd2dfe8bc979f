"""Mail: hands one letter to a mail server, a folder, or nobody.

The address FUND_MAIL_URL decides which:

* `smtp://user:password@host:port` speaks SMTP, encrypted by STARTTLS unless the host is this
  machine; `smtps://...` is encrypted from the first byte.
* `file:///path/to/folder` writes each letter into a file; for a demonstration.
* nothing at all: letters are dropped; never in production (config.py refuses it).

`?from=desk@fund.example` names the sender. Nothing here ever logs, or raises, an address.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app

EXTENSION = "fund.mail"
TIMEOUT_SECONDS = 20
LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
REFUSED_FOR_GOOD = 500
SENDER_NAME = "Workspace"


class MailUnavailable(Exception):
    """The server could not be reached or asks to come back later."""

    code = "mail_unavailable"


class MailRefused(Exception):
    """The server will not take this letter, now or later."""

    code = "mail_refused"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `key` makes it the same letter however often it is handed over."""

    key: str
    recipient: str
    subject: str
    text: str
    date: datetime


class Mailer(Protocol):
    """Hands over letters."""

    def send(self, letter: Letter) -> None:
        """Hand over one letter; raises MailUnavailable or MailRefused."""
        ...


class SilentMailer:
    """Drops every letter."""

    def send(self, letter: Letter) -> None:
        """Do nothing."""


class FolderMailer:
    """Writes every letter into a folder, a repeated one over itself."""

    def __init__(self, folder: Path, sender: str) -> None:
        """Write into `folder`, which is made when the first letter comes."""
        self._folder = folder
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Write `<message id>.eml`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{_digest(letter.key)}.eml"
        path.write_bytes(message(letter, self._sender).as_bytes())


class SmtpMailer:
    """Speaks to one mail server; one connection per letter, since there are few."""

    def __init__(self, url: str, sender: str) -> None:
        """Read host, port, user and password from an smtp:// or smtps:// address."""
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._is_encrypted = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_encrypted else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Hand over one letter; raises MailUnavailable or MailRefused."""
        try:
            with self._connected() as server:
                server.send_message(message(letter, self._sender))
        except smtplib.SMTPRecipientsRefused as refused:
            raise _sorted_out(code for code, _ in refused.recipients.values()) from None
        except smtplib.SMTPResponseException as refused:
            raise _sorted_out([refused.smtp_code]) from None
        except (OSError, smtplib.SMTPException):
            raise MailUnavailable from None

    def _connected(self) -> smtplib.SMTP:
        # The name given in the greeting is a constant: the machine's own name is nobody's.
        if self._is_encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host,
                self._port,
                local_hostname="localhost",
                timeout=TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(
                self._host, self._port, local_hostname="localhost", timeout=TIMEOUT_SECONDS
            )
            if self._host not in LOCAL_HOSTS:
                server.starttls(context=ssl.create_default_context())
        if self._user:
            server.login(self._user, self._password)
        return server


def mailer_for(url: str, *, base_url: str) -> Mailer:
    """Return the mailer a FUND_MAIL_URL asks for; ValueError for an unknown kind of address.

    base_url: the fund's public address, whose host name stands in for a missing sender.
    """
    parts = urlsplit(url)
    default = f"workspace@{urlsplit(base_url).hostname or 'localhost'}"
    sender = parse_qs(parts.query).get("from", [default])[0]
    if parts.scheme in {"smtp", "smtps"}:
        return SmtpMailer(url, sender)
    if parts.scheme == "file":
        return FolderMailer(Path(unquote(parts.path)), sender)
    if not url:
        return SilentMailer()
    raise ValueError("FUND_MAIL_URL must start with smtp://, smtps:// or file:///")


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What the application keeps to write letters: who carries them, and where they point."""

    mailer: Mailer
    sign_in_address: str


def configure(app: Flask, *, mail_url: str, base_url: str) -> None:
    """Put the post office at app.extensions["fund.mail"]; ValueError for an unknown address."""
    app.extensions[EXTENSION] = PostOffice(
        mailer_for(mail_url, base_url=base_url), f"{base_url}/staff/"
    )


def post_office() -> PostOffice:
    """Return the application's post office."""
    office: PostOffice = current_app.extensions[EXTENSION]
    return office


def message(letter: Letter, sender: str) -> EmailMessage:
    """Return a letter as a message that says nothing about its writer beyond the sender."""
    found = EmailMessage(policy=policy.SMTP)
    found["From"] = f"{SENDER_NAME} <{sender}>"
    found["To"] = letter.recipient
    found["Subject"] = letter.subject
    found["Date"] = format_datetime(letter.date)
    found["Message-ID"] = f"<{_digest(letter.key)}@{sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(letter.text, cte="quoted-printable")
    return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _sorted_out(codes: Iterable[int]) -> MailRefused | MailUnavailable:
    is_final = all(code >= REFUSED_FOR_GOOD for code in codes)
    return MailRefused() if is_final else MailUnavailable()
