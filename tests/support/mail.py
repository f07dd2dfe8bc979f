"""A mailbox that receives real SMTP on loopback and keeps what came."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """The messages that arrived, in order; every read is a copy."""

    def __init__(self) -> None:
        """Start listening on a free loopback port."""
        self._lock = Lock()
        self._envelopes: list[Envelope] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())
        self._controller.start()

    @property
    def url(self) -> str:
        """Return the address for FUND_MAIL_URL."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    @property
    def envelopes(self) -> list[Envelope]:
        """Return what arrived, with sender and recipients as the server saw them."""
        with self._lock:
            return list(self._envelopes)

    @property
    def messages(self) -> list[EmailMessage]:
        """Return what arrived, parsed."""
        return [_parsed(envelope) for envelope in self.envelopes]

    def clear(self) -> None:
        """Forget what arrived."""
        with self._lock:
            self._envelopes.clear()

    def close(self) -> None:
        """Stop listening."""
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> Any:  # noqa: N802 (the SMTP library calls it by this name)
        """Accept one message."""
        with self._lock:
            self._envelopes.append(envelope)
        return "250 accepted"


def _parsed(envelope: Envelope) -> EmailMessage:
    content = envelope.original_content
    assert content is not None
    return message_from_bytes(content, policy=policy.default)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
