"""The first passkey: name, passphrase and the code one was given let in exactly one.

Two pages. The first proves who it is, the second makes the passkey; then the person signs in
with it, which is at once the trial that it works. No key is opened for the session between.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.sign_in import AppForm, EnrolmentForm, PasskeyForm
from fund_app.adapters.keystore import AlreadyKept
from fund_app.adapters.keystore_factors import FactorRow
from fund_app.adapters.passkeys import NotProven
from fund_app.queries import people
from fund_app.services import enrolments, factors, one_time_codes, passkeys, staff_keys
from fund_app.views import ceremony, errors, session, throttle
from fund_app.views.access import not_found, public
from fund_app.views.staff.sign_in import allows_codes

REFUSED = "enrolment_refused"


@public
def show() -> ResponseReturnValue:
    """Ask who it is."""
    return _page(EnrolmentForm())


@public
def begin() -> ResponseReturnValue:
    """Let somebody go on whose name, passphrase and code fit together."""
    throttle.take("enrol", throttle.SIGN_IN)
    form = EnrolmentForm()
    if not form.validate_on_submit():
        return _page(form), 422
    person = people.by_handle(form.handle.data or "")
    person_id = None if person is None else person.id
    key = staff_keys.unlock_staff(person_id, form.passphrase.data or "")
    code_hash = enrolments.check(person_id, form.code.data or "")
    if person is None or key is None or code_hash is None:
        factors.record(REFUSED, person_id or "unknown")
        form.handle.data = form.code.data = ""
        return _page(form, _("That name, passphrase and code do not fit together.")), 422
    throttle.give_back("enrol", throttle.SIGN_IN)
    session.begin_enrolment(person.id, code_hash)
    return redirect(url_for("staff.first_passkey"), 303)


@public
def first_passkey() -> ResponseReturnValue:
    """Offer to make the passkey."""
    found = session.enrolling()
    if found is None:
        return redirect(url_for("staff.enrol"))
    return _passkey_page(PasskeyForm(), found[0])


@public
def keep_passkey() -> ResponseReturnValue:
    """Keep the passkey instead of all earlier ones and use the code up."""
    found = session.enrolling()
    if found is None:
        return redirect(url_for("staff.enrol"), 303)
    form, here = PasskeyForm(), ceremony.place()
    if here is None or not form.validate_on_submit():
        return _passkey_page(form, found[0]), 422
    name, answer = form.name.data or "", form.passkey.data or ""
    try:
        row = passkeys.made(here, session.token(), found[0], name, answer)
    except NotProven:
        return _passkey_page(form, found[0], _("Your browser made no passkey. Try again.")), 422
    return _complete(row, found[1])


@public
def first_app() -> ResponseReturnValue:
    """Offer to set up an app for codes, where the installation allows them."""
    found = session.enrolling()
    if found is None:
        return redirect(url_for("staff.enrol"))
    return _app_page(AppForm(), found[0]) if allows_codes() else not_found()


@public
def keep_app() -> ResponseReturnValue:
    """Keep the app instead of all earlier factors and use the enrolment code up."""
    found = session.enrolling()
    if found is None:
        return redirect(url_for("staff.enrol"), 303)
    if not allows_codes():
        not_found()
    form = AppForm()
    if not form.validate_on_submit():
        return _app_page(form, found[0]), 422
    seed = one_time_codes.seed_for(found[0], session.token())
    row = one_time_codes.made(found[0], form.name.data or "", seed, form.code.data or "")
    if row is None:
        return _app_page(form, found[0], _("That is not the code your app shows now.")), 422
    return _complete(row, found[1])


def _complete(row: FactorRow, code_hash: str) -> ResponseReturnValue:
    try:
        is_kept = enrolments.complete(row, code_hash)
    except AlreadyKept:
        return errors.refusal(_("This passkey is in use here already. Please take another one."))
    session.end_enrolment()
    if not is_kept:
        return errors.refusal(_("Your code has run out meanwhile. Please ask for a new one."))
    flash(_("Kept. Now sign in with it: this shows at once that it works."), "success")
    return redirect(url_for("staff.sign_in"), 303)


def _page(form: EnrolmentForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("staff/enrol.html", form=form, refusals=refusals)


def _passkey_page(form: PasskeyForm, person_id: str, refusal: str | None = None) -> str:
    form.passkey.data = ""
    person = people.by_id(person_id) or not_found()
    return render_template(
        "staff/passkey.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        action=request.path,
        options=ceremony.to_register(person_id, person.handle),
        named_url=ceremony.named_url(),
        app_url=url_for("staff.first_app") if allows_codes() else None,
        is_first=True,
    )


def _app_page(form: AppForm, person_id: str, refusal: str | None = None) -> str:
    return render_template(
        "staff/app.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        action=request.path,
        seed=one_time_codes.written(one_time_codes.seed_for(person_id, session.token())),
    )
