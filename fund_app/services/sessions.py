"""Sessions: opaque to the browser, shut to whoever steals the table.

The cookie holds 256 random bits and nothing else. The row is found by their SHA-256; its
payload (the private key and whatever the pages need to remember) is sealed under a key
derived from the token, so neither the table nor the token alone says anything. Whose
session it is stands there as a keyed hash.

For the Flask session interface (fund_app/views/session.py):

    found = sessions.store().load(cookie, now)      # None: no session, expired, or forged
    found.data                                      # a dict of JSON values, yours to change
    found.private_key                               # PrivateKey, or None for a visitor
    sessions.store().save(found, now)               # writes only what must be written
    token = sessions.store().start(SessionKind.VISITOR, None, {}, now)
    token = sessions.store().rotate(cookie, SessionKind.STAFF, holder_id, data, now,
                                    private_key=key)

Take a new token (`rotate`) at every change of privilege; `end` it at leaving.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from fund_app.adapters.keystore import Keystore, SessionRow
from fund_app.adapters.keystore_keys import (
    DeploymentSecrets,
    PrivateKey,
    lock,
    subkey,
    unlock,
)
from fund_app.models.sealed import CannotOpen, framed
from fund_app.services.vault import deployment_secrets, keystore

TOKEN_BYTES = 32
TOKEN_LENGTH = 43
TOUCH_AFTER = timedelta(minutes=1)
"""A visit moves the idle limit only if it gains this much: most page views write nothing."""


REMEMBERED = timedelta(hours=12)
"""How long after its end a session still tells whose it was, by a keyed hash and nothing more."""


class SessionKind(StrEnum):
    """Whose session it is; decides its limits."""

    VISITOR = "visitor"
    APPLICANT = "applicant"
    DONOR = "donor"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session may stand idle, and how long it may last at all."""

    idle: timedelta
    absolute: timedelta


LIMITS = {
    SessionKind.VISITOR: Limits(timedelta(minutes=15), timedelta(hours=2)),
    SessionKind.APPLICANT: Limits(timedelta(minutes=15), timedelta(hours=2)),
    SessionKind.DONOR: Limits(timedelta(minutes=15), timedelta(hours=2)),
    SessionKind.STAFF: Limits(timedelta(minutes=30), timedelta(hours=12)),
}


@dataclass(slots=True)
class Session:
    """A loaded session; change `data` and hand it to `save`."""

    token: str = field(repr=False)
    kind: SessionKind
    subject: str | None
    private_key: PrivateKey | None = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    idle_until: datetime
    expires_at: datetime
    stored: str = field(default="", repr=False)

    def content(self) -> str:
        """Return what is sealed into the payload, as JSON."""
        key = None if self.private_key is None else self.private_key.seeds.hex()
        content = {"subject": self.subject, "key": key, "data": self.data}
        return json.dumps(content, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it: nothing of the device, only when it began."""

    name: str
    begun: datetime
    is_this: bool


class Sessions:
    """Starts, loads, saves and ends sessions; all moments are aware UTC datetimes."""

    def __init__(self, store: Keystore, deployment: DeploymentSecrets) -> None:
        """Keep the rows in the keystore, subjects hashed under the installation's secret."""
        self._store = store
        self._subject_keys = [each.subkey("session-subject") for each in deployment.generations]

    def start(
        self,
        kind: SessionKind,
        subject: str | None,
        data: dict[str, Any],
        now: datetime,
        *,
        private_key: PrivateKey | None = None,
    ) -> str:
        """Begin a session and return its token, the only copy there is.

        `subject` is the holder's or staff member's id (None for a visitor); `data` must be
        JSON. Rows whose limit has passed are removed on the way.
        """
        self.sweep(now)
        return self._start(kind, subject, data, now, private_key=private_key, replaces=None)

    def rotate(
        self,
        token: str,
        kind: SessionKind,
        subject: str | None,
        data: dict[str, Any],
        now: datetime,
        *,
        private_key: PrivateKey | None = None,
    ) -> str:
        """End the old session and begin the new one in one step; returns the new token.

        For every change of privilege: signing in, a draft that begins, a role that changes.
        """
        return self._start(
            kind, subject, data, now, private_key=private_key, replaces=_row_name(token)
        )

    def renew(self, session: Session, now: datetime) -> str:
        """Go on under a new token with all the session holds; its absolute limit stays.

        For somebody who has just proved anew who they are. A session that was ended meanwhile
        stays ended: the token returned then opens nothing.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        idle_until = min(now + LIMITS[session.kind].idle, session.expires_at)
        renewed = replace(session, token=token, idle_until=idle_until)
        self._store.replace_session(self._row(renewed, idle_until), _row_name(session.token))
        return token

    def load(self, token: str, now: datetime) -> Session | None:
        """Return the session of a token, or None if it is unknown, ended or past a limit."""
        if len(token) != TOKEN_LENGTH:
            return None
        row = self._store.session(_row_name(token))
        if row is None or now >= row.idle_until or now >= row.expires_at:
            return None
        try:
            stored = unlock(_payload_key(token), _bound(row), row.payload).decode()
        except CannotOpen:
            return None
        content = json.loads(stored)
        key = content["key"]
        return Session(
            token=token,
            kind=SessionKind(row.kind),
            subject=content["subject"],
            private_key=None if key is None else PrivateKey(bytes.fromhex(key)),
            data=content["data"],
            idle_until=row.idle_until,
            expires_at=row.expires_at,
            stored=stored,
        )

    def save(self, session: Session, now: datetime) -> None:
        """Keep changed data and move the idle limit; does nothing if the session ended."""
        content = session.content()
        idle_until = min(now + LIMITS[session.kind].idle, session.expires_at)
        if content == session.stored and idle_until - session.idle_until < TOUCH_AFTER:
            return
        row = self._row(session, idle_until)
        if self._store.update_session(row.token_sha256, row.payload, idle_until):
            session.idle_until = idle_until
            session.stored = content

    def end(self, token: str) -> None:
        """End one session; no-op if it is gone."""
        self._store.end_session(_row_name(token))

    def end_all(self, subject: str) -> int:
        """End every session of a person (disabled, enrolled anew); returns how many."""
        return self._store.end_sessions_of(*self.names_of(subject))

    def names_of(self, subject: str) -> list[str]:
        """Return what a person's sessions go by in the table, under each secret in use."""
        return [_keyed(key, subject) for key in self._subject_keys]

    def rename(self) -> int:
        """Let every session go by the present secret's name for its person; returns how many.

        For a rotation of the secret: nobody is signed out by it.
        """
        found = self._store.session_subjects()
        names = {}
        for holder_id in self._store.holder_ids() if found else ():
            new, *older = self.names_of(holder_id)
            names.update({old: new for old in older if old in found})
        self._store.rename_session_subjects(names)
        return len(names)

    def end_others(self, subject: str, token: str) -> int:
        """End every session of a person but the one of this token; returns how many."""
        return self._store.end_sessions_of(*self.names_of(subject), besides=_row_name(token))

    def end_one(self, subject: str, name: str) -> bool:
        """End one session of a person by its name in `open_of`; False where there is none."""
        return self._store.end_session_of(name, *self.names_of(subject))

    def open_of(self, subject: str, token: str, now: datetime) -> list[OpenSession]:
        """Return a person's open sessions, latest first; `token` says which is this one.

        A session's beginning is told by its absolute limit; nothing more is stored of it.
        """
        this = _row_name(token)
        return [
            OpenSession(
                name=row.token_sha256,
                begun=row.expires_at - LIMITS[SessionKind(row.kind)].absolute,
                is_this=row.token_sha256 == this,
            )
            for row in self._store.sessions_of(now, *self.names_of(subject))
        ]

    def whose(self, token: str) -> str:
        """Return the name of whose session this is or was until lately; empty where unknown."""
        row = self._store.session(_row_name(token))
        return "" if row is None else row.subject or ""

    def sweep(self, now: datetime) -> int:
        """Delete the sessions whose limit has passed; returns how many."""
        return self._store.end_sessions_idle_since(now, forget=now - REMEMBERED)

    def _start(
        self,
        kind: SessionKind,
        subject: str | None,
        data: dict[str, Any],
        now: datetime,
        *,
        private_key: PrivateKey | None,
        replaces: str | None,
    ) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        limits = LIMITS[kind]
        session = Session(
            token=token,
            kind=kind,
            subject=subject,
            private_key=private_key,
            data=data,
            idle_until=now + limits.idle,
            expires_at=now + limits.absolute,
        )
        row = self._row(session, session.idle_until)
        self._store.add_session(row, replaces=replaces)
        return token

    def _row(self, session: Session, idle_until: datetime) -> SessionRow:
        """Return the session as it is stored until `idle_until`, its content sealed."""
        row = SessionRow(
            token_sha256=_row_name(session.token),
            kind=str(session.kind),
            subject=None if session.subject is None else self._hashed(session.subject),
            payload=b"",
            idle_until=idle_until,
            expires_at=session.expires_at,
        )
        content = session.content().encode()
        return replace(row, payload=lock(_payload_key(session.token), _bound(row), content))

    def _hashed(self, subject: str) -> str:
        return _keyed(self._subject_keys[0], subject)


def _keyed(key: bytes, subject: str) -> str:
    return hmac.new(key, subject.encode(), hashlib.sha256).hexdigest()


def store() -> Sessions:
    """Return the application's sessions."""
    return Sessions(keystore(), deployment_secrets())


def _row_name(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _payload_key(token: str) -> bytes:
    return subkey(token.encode(), "session payload")


def _bound(row: SessionRow) -> bytes:
    """Bind the payload to row, kind and absolute limit, so that none can be edited."""
    return framed(row.token_sha256, row.kind, row.expires_at.isoformat())
