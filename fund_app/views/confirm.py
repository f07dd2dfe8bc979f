"""Confirm that it is you: before what would do harm at an unwatched screen.

A view that declares itself `@confirmed` is called only if the person has shown within ten minutes
that it is they; signing in counts. Otherwise the page asks, carries along what was typed, and
its button sends the same form again together with the proof: nothing is pressed twice.
"""

from __future__ import annotations

from flask import (
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from fund_app.services import factors, one_time_codes, passkeys, staff_keys
from fund_app.services.challenges import Purpose
from fund_app.services.factors import Kind
from fund_app.views import access, acts, ceremony, csrf, resume, session, throttle
from fund_app.views.resume import Kept

REFUSED = "confirmation_refused"


def protect(app: Flask) -> None:
    """Ask before every view that wants it; register after the check of the form's token."""
    app.before_request(_check)


def page(kept: Kept, *, refusal: str | None = None) -> str:
    """Return the page that asks, with the form it will send once the person has shown it."""
    way = _way()
    return render_template(
        "staff/confirm.html",
        kept=kept,
        way=way,
        options=ceremony.to_sign(Purpose.CONFIRM) if way == Kind.PASSKEY else "",
        named_url=ceremony.named_url(),
        refusals=() if refusal is None else (refusal,),
    )


def _check() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or not access.needs_confirmation(view) or session.is_confirmed():
        return None
    if request.method in csrf.SAFE:
        return redirect(url_for("staff.confirm", next=request.full_path.rstrip("?")))
    if not any(name in request.form for name in resume.PROOFS):
        return _ask()
    if not _is_shown():
        factors.record(REFUSED, acts.me().ref, actor=acts.me())
        return _ask(_("That could not be checked. Please try once more."))
    session.confirm()
    return None


def _ask(refusal: str | None = None) -> Response:
    return make_response(page(resume.posted(), refusal=refusal), 403)


def _way() -> str:
    """Return how this person confirms: a passkey, a code beside the passphrase, or one press."""
    settings: Settings = current_app.extensions["fund.settings"]
    by = session.came_by()
    if by == session.BY_DOOR and settings.is_demo:
        return session.BY_DOOR
    return Kind.CODE if by == Kind.CODE and settings.allow_totp else Kind.PASSKEY


def _is_shown() -> bool:
    way, me = _way(), acts.me().ref
    if way == session.BY_DOOR:
        return "confirm_press" in request.form
    if way == Kind.CODE:
        throttle.take_as("confirm", me, throttle.SIGN_IN)
        key = staff_keys.unlock_staff(me, request.form.get("confirm_passphrase", ""))
        return one_time_codes.use(me, request.form.get("confirm_code", "")) and key is not None
    proof = ceremony.proof(Purpose.CONFIRM, request.form.get("confirm_passkey", ""), me)
    return proof is not None and passkeys.use(proof)
