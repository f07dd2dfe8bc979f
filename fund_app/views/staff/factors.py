"""A person's own passkeys, and apps for codes where allowed: one more, or one less."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.sign_in import AppForm, PasskeyForm
from fund_app.adapters.keystore import AlreadyKept
from fund_app.adapters.keystore_factors import FactorRow
from fund_app.adapters.passkeys import NotProven
from fund_app.queries import people
from fund_app.services import factors, one_time_codes, passkeys
from fund_app.services.factors import LastFactor
from fund_app.views import acts, ceremony, errors, navigation, session
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.staff.sign_in import allows_codes


@allow(*navigation.STAFF)
@confirmed
def new_passkey() -> ResponseReturnValue:
    """Offer to make one more passkey."""
    return _passkey_page(PasskeyForm())


@allow(*navigation.STAFF)
@confirmed
def add_passkey() -> ResponseReturnValue:
    """Keep one more passkey."""
    form, here = PasskeyForm(), ceremony.place()
    if here is None or not form.validate_on_submit():
        return _passkey_page(form), 422
    name, answer = form.name.data or "", form.passkey.data or ""
    try:
        row = passkeys.made(here, session.token(), acts.me().ref, name, answer)
    except NotProven:
        return _passkey_page(form, _("Your browser made no passkey. Try again.")), 422
    return _keep(row)


@allow(*navigation.STAFF)
@confirmed
def new_app() -> ResponseReturnValue:
    """Offer to set up an app for codes, where the installation allows them."""
    return _app_page(AppForm()) if allows_codes() else not_found()


@allow(*navigation.STAFF)
@confirmed
def add_app() -> ResponseReturnValue:
    """Keep an app for codes."""
    if not allows_codes():
        not_found()
    form, me = AppForm(), acts.me().ref
    if not form.validate_on_submit():
        return _app_page(form), 422
    seed = one_time_codes.seed_for(me, session.token())
    row = one_time_codes.made(me, form.name.data or "", seed, form.code.data or "")
    if row is None:
        return _app_page(form, _("That is not the code your app shows now.")), 422
    return _keep(row)


@allow(*navigation.STAFF)
@confirmed
def remove(factor_id: str) -> ResponseReturnValue:
    """Take a passkey or an app away, and end the sessions in other browsers with it."""
    try:
        found = factors.remove(acts.me(), factor_id, browser=session.token())
    except LastFactor:
        return errors.refusal(_("This is the only one you have. Add another one first."))
    if found is None:
        not_found()
    session.renew()
    flash(_("Removed. Whoever was signed in as you elsewhere is signed out."), "success")
    return redirect(url_for("staff.access"), 303)


def _keep(row: FactorRow) -> ResponseReturnValue:
    try:
        factors.add(acts.me(), row)
    except AlreadyKept:
        return errors.refusal(_("This passkey is in use here already. Please take another one."))
    session.renew()
    flash(_("Kept. From now on you can sign in with it too."), "success")
    return redirect(url_for("staff.access"), 303)


def _passkey_page(form: PasskeyForm, refusal: str | None = None) -> str:
    form.passkey.data = ""
    person = people.by_id(acts.me().ref) or not_found()
    return render_template(
        "staff/passkey.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        action=request.path,
        options=ceremony.to_register(person.id, person.handle),
        named_url=ceremony.named_url(),
        app_url=None,
        is_first=False,
    )


def _app_page(form: AppForm, refusal: str | None = None) -> str:
    seed = one_time_codes.seed_for(acts.me().ref, session.token())
    return render_template(
        "staff/app.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        action=request.path,
        seed=one_time_codes.written(seed),
    )
