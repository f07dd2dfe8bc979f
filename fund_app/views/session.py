"""The one cookie: an opaque token, given out only when a page needs it.

Reading the public pages sets nothing. A visitor who opens a form gets a random token from which
the CSRF token is derived, and still no row anywhere. A row in the keystore begins with signing
in; its token is new at every change of privilege.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin

from config import Settings
from fund_app.adapters.clock import now
from fund_app.adapters.keystore_keys import DeploymentSecrets, PrivateKey
from fund_app.models.people import Person
from fund_app.queries import people
from fund_app.services import sessions
from fund_app.services.sessions import Session, SessionKind
from fund_app.services.vault import SignedIn, ring_for
from fund_app.views import headers
from workflows.roles import Role

CSRF_FIELD = "csrf_token"
SIGN_IN_ENDPOINTS = {
    "staff": "staff.sign_in",
    "applicant": "applicant.sign_in",
    "donor": "donor.sign_in",
}
"""The sign-in page of each door; see access.Rule.door."""
HOMES = {"staff": "staff.home", "applicant": "applicant.case", "donor": "donor.statements"}
"""The page each door leads to."""
ENROLLING = "enrolling"
WITHOUT_SESSION = ("/static/", "/healthz", "/readyz", "/metrics", "/webhooks/")
CONFIRMED_FOR = timedelta(minutes=10)
"""How long somebody who has shown that it is they is taken at their word."""
BY_DOOR = "door"
"""How the demonstration's personas come in; others by the kind of their second factor."""
KIND_ROLES = {SessionKind.APPLICANT: Role.APPLICANT, SessionKind.DONOR: Role.DONOR}


class CookieSession(dict[str, Any], SessionMixin):
    """What one browser is remembered by; a mapping, as the libraries expect.

    Asking for the CSRF token is what makes a cookie necessary. It is derived from the cookie's
    token, so a new token is at once a new CSRF token.
    """

    def __init__(self, token: str | None, record: Session | None, csrf_key: bytes) -> None:
        """Wrap the cookie's token, if any, and the row it opened, if any."""
        super().__init__({} if record is None else record.data)
        self.record = record
        self.is_new = token is None
        self.token = token or secrets.token_urlsafe(sessions.TOKEN_BYTES)
        self.needs_cookie = False
        self.ended = False
        self._csrf_key = csrf_key

    def __contains__(self, key: object) -> bool:
        return key == CSRF_FIELD or super().__contains__(key)

    def __getitem__(self, key: str) -> Any:
        if key != CSRF_FIELD:
            return super().__getitem__(key)
        self.needs_cookie = True
        return hmac.new(self._csrf_key, self.token.encode(), hashlib.sha256).hexdigest()

    def become(self, token: str, record: Session | None) -> None:
        """Continue under a new token; what the old one remembered is gone."""
        self.clear()
        self.update({} if record is None else record.data)
        self.token, self.record, self.is_new, self.needs_cookie = token, record, True, True


class CookieSessions(SessionInterface):
    """Loads and saves the session of a request; see services/sessions.py for the rows."""

    def open_session(self, app: Flask, request: Request) -> CookieSession:
        """Load what the cookie opens; a cookie that opens nothing is a visitor's."""
        deployment: DeploymentSecrets = app.extensions["fund.secrets"]
        csrf_key = deployment.subkey("csrf")
        if request.path.startswith(WITHOUT_SESSION):
            return CookieSession(None, None, csrf_key)
        token = request.cookies.get(self.get_cookie_name(app))
        if token is None or len(token) != sessions.TOKEN_LENGTH or not token.isascii():
            return CookieSession(None, None, csrf_key)
        return CookieSession(token, sessions.store().load(token, now()), csrf_key)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed and set the cookie where it is needed for the first time."""
        if not isinstance(session, CookieSession):
            return
        if session.ended:
            response.delete_cookie(**self._cookie(app))
            response.headers["Clear-Site-Data"] = headers.FORGET
            return
        self._keep(session)
        if session.is_new and session.needs_cookie:
            response.set_cookie(value=session.token, **self._cookie(app))

    def get_cookie_name(self, app: Flask) -> str:
        """Return the cookie's name: bound to this host and to https where there is https.

        At an onion address without https a browser would refuse a cookie bound to it, and
        everybody's form with it. The two addresses share no cookie.
        """
        return "__Host-s" if headers.is_encrypted(_settings(app)) else "s"

    def _keep(self, session: CookieSession) -> None:
        if session.record is not None:
            session.record.data = dict(session)
            sessions.store().save(session.record, now())
        elif session:
            data = dict(session)
            token = sessions.store().start(SessionKind.VISITOR, None, data, now())
            session.become(token, None)

    def _cookie(self, app: Flask) -> dict[str, Any]:
        return {
            "key": self.get_cookie_name(app),
            "path": "/",
            "httponly": True,
            "samesite": "Strict",
            "secure": headers.is_encrypted(_settings(app)),
        }


def private_key() -> PrivateKey | None:
    """Return the private key of whoever is signed in, for giving it a codename; or None."""
    record = _session().record
    return None if record is None else record.private_key


def current() -> SignedIn | None:
    """Return who is signed in, with the roles held right now, or None.

    Somebody whose access has ended is nobody from the next request on.
    """
    if "fund_signed_in" not in g:
        g.fund_signed_in = _who(_session().record)
    found: SignedIn | None = g.fund_signed_in
    return found


def door() -> str | None:
    """Return by which door the person signed in came ("staff", "applicant", "donor"), or None."""
    record = _session().record
    return None if current() is None or record is None else str(record.kind)


def token() -> str:
    """Return what this browser is remembered by, for hashing only; random where it is new.

    What is bound to it is meant for this browser alone.
    """
    return _session().token


def language() -> str | None:
    """Return the language the person signed in prefers, or None."""
    record = _session().record
    preferred = None if record is None else record.data.get("language")
    return preferred if isinstance(preferred, str) else None


def staff_handle() -> str | None:
    """Return the sign-in name of whoever is signed in as staff, or None."""
    current()
    handle: str | None = g.get("fund_handle")
    return handle


def whose() -> str:
    """Return the name of whose session this browser has or had lately; empty where unknown."""
    return sessions.store().whose(_session().token)


def is_of(name: str) -> bool:
    """Whether a name given by `whose` belongs to the person signed in now."""
    person = current()
    return person is not None and name in sessions.store().names_of(person.ref)


def came_by() -> str | None:
    """Return by what a member of staff came in: a factor's kind, or the demonstration's door."""
    record = _session().record
    return None if record is None else record.data.get("by")


def is_confirmed() -> bool:
    """Whether the member of staff has shown within ten minutes that it is they."""
    record = _session().record
    shown = None if record is None else record.data.get("confirmed_at")
    if not isinstance(shown, float):
        return False
    return 0 <= now().timestamp() - shown < CONFIRMED_FOR.total_seconds()


def confirm() -> None:
    """Note that the member of staff has just shown that it is they, and take a new token."""
    renew(confirmed_at=now().timestamp())


def renew(**remembered: Any) -> None:
    """Go on under a new token; `remembered` are further JSON values to keep."""
    session, moment = _session(), now()
    if session.record is None:
        raise LookupError("there is no session to renew")
    session.record.data = {**session, **remembered}
    token = sessions.store().renew(session.record, moment)
    session.become(token, sessions.store().load(token, moment))
    _forget_request()


def sign_in_staff(person: Person, private_key: PrivateKey, *, by: str) -> None:
    """Sign a member of staff in under a new token; `by` says how they came (see came_by)."""
    data = {"language": person.language, "by": by, "confirmed_at": now().timestamp()}
    _sign_in(SessionKind.STAFF, person.id, private_key, data)


def begin_enrolment(person_id: str, code_hash: str) -> None:
    """Remember, under a new token, whose first passkey is about to be made; no key is held."""
    session, moment = _session(), now()
    data = {ENROLLING: [person_id, code_hash]}
    token = sessions.store().rotate(session.token, SessionKind.VISITOR, None, data, moment)
    session.become(token, sessions.store().load(token, moment))
    _forget_request()


def enrolling() -> tuple[str, str] | None:
    """Return whose first passkey is about to be made, and by which code; or None."""
    found = _session().get(ENROLLING)
    return None if found is None else (found[0], found[1])


def end_enrolment() -> None:
    """Forget whose passkey was to be made."""
    _session().pop(ENROLLING, None)


def sign_in_applicant(
    holder_id: str, private_key: PrivateKey, *, data: dict[str, Any] | None = None
) -> None:
    """Sign an applicant in under a new token; `data` is what their pages remember."""
    _sign_in(SessionKind.APPLICANT, holder_id, private_key, data or {})


def sign_in_donor(holder_id: str, private_key: PrivateKey) -> None:
    """Sign a donor in under a new token."""
    _sign_in(SessionKind.DONOR, holder_id, private_key, {})


def sign_out() -> None:
    """End the session, and tell the browser to forget all it kept of this site."""
    session = _session()
    if session.record is not None:
        sessions.store().end(session.token)
    session.clear()
    session.record = None
    session.ended = True
    _forget_request()


def _sign_in(
    kind: SessionKind, subject: str, private_key: PrivateKey, data: dict[str, Any]
) -> None:
    session, moment = _session(), now()
    token = sessions.store().rotate(
        session.token, kind, subject, data, moment, private_key=private_key
    )
    session.become(token, sessions.store().load(token, moment))
    _forget_request()


def _who(record: Session | None) -> SignedIn | None:
    if record is None or record.subject is None or record.private_key is None:
        return None
    ring = ring_for(record.subject, record.private_key)
    if record.kind in KIND_ROLES:
        return SignedIn(record.subject, frozenset({KIND_ROLES[record.kind]}), ring)
    person = people.by_id(record.subject)
    if person is None or not person.roles:
        return None
    g.fund_handle = person.handle
    return SignedIn(person.id, person.roles, ring)


def _session() -> CookieSession:
    found = flask_session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if not isinstance(found, CookieSession):
        raise TypeError("the application's session interface is not installed")
    return found


def _forget_request() -> None:
    g.pop("fund_signed_in", None)
    g.pop("fund_handle", None)
    g.pop(CSRF_FIELD, None)


def _settings(app: Flask | None = None) -> Settings:
    settings: Settings = (app or current_app).extensions["fund.settings"]
    return settings
