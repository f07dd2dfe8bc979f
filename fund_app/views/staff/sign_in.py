"""Signing in as staff: passphrase and passkey in one form, weighed together.

Whatever is wrong of the three, or unknown, takes the same work and reads the same, to the byte.
"""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from forms.sign_in import StaffSignIn
from fund_app.queries import people
from fund_app.services import one_time_codes, passkeys, staff_sign_in
from fund_app.services.challenges import Purpose
from fund_app.services.passkeys import Proof
from fund_app.views import ceremony, navigation, resume, session, throttle
from fund_app.views.access import public
from fund_app.views.staff import back


@public
def show() -> ResponseReturnValue:
    """Show the sign-in page, or the first page of somebody who is in already."""
    person = session.current()
    if person is not None and person.has_any(navigation.STAFF):
        return redirect(url_for("staff.home"))
    return _page(StaffSignIn(next=request.args.get("next", "")))


@public
def enter() -> ResponseReturnValue:
    """Sign somebody in and bring them back to where they were."""
    form = StaffSignIn()
    if not form.validate_on_submit():
        return _page(form), 422
    person = people.by_handle(form.handle.data or "")
    person_id = None if person is None else person.id
    answer, code = form.passkey.data or "", form.code.data if allows_codes() else None
    proof = ceremony.proof(Purpose.SIGN_IN, answer, person_id)
    with throttle.by(*_tries(form.handle.data or "", person_id, proof, code)) as attempt:
        entered = staff_sign_in.enter(
            person_id,
            form.passphrase.data or "",
            proof,
            challenge=passkeys.challenge_of(Purpose.SIGN_IN, session.token(), answer),
            code=code,
        )
    if person is None or entered is None:
        return _page(form, _refusal()), 422
    attempt.give_back()
    key, by = entered
    session.sign_in_staff(person, key, by=by)
    return resume.after_sign_in() or redirect(back.to(form.next.data), 303)


def carrying(sealed: str) -> str:
    """Return the sign-in page around a form that waits (see resume.py)."""
    return _page(StaffSignIn(formdata=None, resume=sealed))


def allows_codes() -> bool:
    """Whether this installation lets staff sign in with a code of an app."""
    settings: Settings = current_app.extensions["fund.settings"]
    return settings.allow_totp


def _tries(
    handle: str, person_id: str | None, proof: Proof | None, code: str | None
) -> tuple[tuple[str, str, throttle.Pace], ...]:
    """Return whose tries this one counts among.

    Whoever shows the person's own passkey is slowed down by nobody else's guesses, only by
    their own with this passkey. All others share the tries of the name they try. A code of an
    app is short: who guesses one is refused beyond the pace, and not only put into a line.
    """
    is_right_code = code is not None and one_time_codes.fits(person_id, code)
    if proof is not None:
        return (("staff passkey", proof.factor.id, throttle.SIGN_IN),)
    if is_right_code:
        return (("staff code", person_id or "", throttle.SIGN_IN),)
    if code:
        throttle.take_as("staff code of", handle.strip().lower(), throttle.CODES)
    return (("staff", f"name {handle.strip().lower()}", throttle.SIGN_IN),)


def _page(form: StaffSignIn, refusal: str | None = None) -> str:
    form.passkey.data = form.code.data = ""
    if refusal is not None:
        form.handle.data = ""
    return render_template(
        "staff/sign_in.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        options=ceremony.to_sign(Purpose.SIGN_IN),
        named_url=ceremony.named_url(),
        allows_codes=allows_codes(),
    )


def _refusal() -> str:
    if allows_codes():
        return _("That name, passphrase and passkey or code do not fit together.")
    return _("That name, passphrase and passkey do not fit together.")
