"""Nothing typed is lost when a session ends meanwhile.

The fields of a form that arrives too late are sealed into a hidden field of the sign-in page.
After signing in the person confirms once, and the browser sends the same form again with a
fresh CSRF token. Nothing is kept on the server, and the sealed field opens for half an hour, for
the person whose session it was: whoever else signs in on a shared device is offered nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, current_app, make_response, render_template, request

from fund_app.adapters.clock import now
from fund_app.adapters.keystore_keys import DeploymentSecrets, lock, unlock
from fund_app.models.sealed import CannotOpen
from fund_app.views import csrf, session

FIELD = "resume"
KEPT_FOR = timedelta(minutes=30)
LARGEST = 300 * 1024
CONTEXT = b"form to resume"
PROOFS = ("confirm_passkey", "confirm_passphrase", "confirm_code", "confirm_press")
"""What a person confirms themselves with (see confirm.py): never carried along."""
SECRETS = ("passphrase", "present_passphrase", "new_passphrase", "repeated_passphrase")
"""Never written into a page, whatever else comes back."""
DROPPED = frozenset({"csrf_token", FIELD, *PROOFS, *SECRETS})

Door = Callable[[str], str]
"""Renders a sign-in page around a sealed form."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that waits: where it was going and what it held."""

    path: str
    fields: tuple[tuple[str, str], ...]
    has_files: bool


def ask_to_sign_in(door: str) -> Response:
    """Answer a form without a session: the sign-in page, carrying the form along (403)."""
    doors: dict[str, Door] = current_app.extensions["fund.doors"]
    whose = session.whose()
    return make_response(doors[door](_seal(posted(), whose) if whose else ""), 403)


def ask_to_send_again(status: int = 200) -> Response | None:
    """Answer a form whose CSRF token is stale with a button that sends it again.

    None where the request may not have come from our own pages.
    """
    if request.method != "POST" or not csrf.is_from_here():
        return None
    return make_response(_confirm(posted()), status)


def after_sign_in() -> Response | None:
    """Return the confirmation page for the form the sign-in page carried, or None."""
    kept = _open(request.form.get(FIELD, ""))
    return None if kept is None else make_response(_confirm(kept))


def carried() -> str:
    """Return the sealed form the present sign-in request carries, to be shown again."""
    return request.form.get(FIELD, "")


def _confirm(kept: Kept) -> str:
    return render_template("public/resume.html", kept=kept)


def posted() -> Kept:
    """Return the form of the present request, without what proved who sent it."""
    fields = tuple(
        (name, value)
        for name, values in request.form.lists()
        if name not in DROPPED
        for value in values
    )
    has_files = any(upload.filename for upload in request.files.values())
    return Kept(request.full_path.rstrip("?"), fields, has_files)


def _seal(kept: Kept, whose: str) -> str:
    until = (now() + KEPT_FOR).timestamp()
    content = json.dumps([until, whose, kept.path, kept.fields, kept.has_files]).encode()
    if len(content) > LARGEST:
        return ""
    return base64.urlsafe_b64encode(lock(_keys()[0], CONTEXT, content)).decode()


def _open(sealed: str) -> Kept | None:
    try:
        locked = base64.urlsafe_b64decode(sealed.encode())
    except ValueError:
        return None
    content = next(filter(None, (_unlocked(key, locked) for key in _keys())), None)
    if content is None:
        return None
    until, whose, path, fields, has_files = json.loads(content)
    if now().timestamp() > until or not session.is_of(whose):
        return None
    return Kept(path, tuple((name, value) for name, value in fields), has_files)


def _unlocked(key: bytes, locked: bytes) -> bytes | None:
    try:
        return unlock(key, CONTEXT, locked)
    except CannotOpen:
        return None


def _keys() -> list[bytes]:
    """Return the key of the present secret and, during a rotation, of the one before it."""
    deployment: DeploymentSecrets = current_app.extensions["fund.secrets"]
    return [each.subkey("resume") for each in deployment.generations]
