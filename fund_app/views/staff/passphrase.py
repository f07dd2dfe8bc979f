"""Another passphrase: the same key, sealed anew; all other sessions of the person end."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forms.sign_in import PassphraseForm
from fund_app.queries import people
from fund_app.services import factors, sessions, staff_keys
from fund_app.services.staff_keys import PassphraseRefused
from fund_app.views import acts, navigation, session, throttle
from fund_app.views.access import allow, confirmed, not_found

REFUSALS = {
    "too_short": _l("That is shorter than 15 characters. Four or five words will do."),
    "too_long": _l("That is longer than 128 characters."),
    "well_known": _l(
        "Others would try this one early. Please take words nobody connects with you."
    ),
}


@allow(*navigation.STAFF)
@confirmed
def show() -> ResponseReturnValue:
    """Ask for the present and the new passphrase."""
    return _page(PassphraseForm())


@allow(*navigation.STAFF)
@confirmed
def change() -> ResponseReturnValue:
    """Seal the person's key under the new passphrase."""
    if session.came_by() == session.BY_DOOR:
        return _page(PassphraseForm()), 409
    form = PassphraseForm()
    if not form.validate_on_submit():
        return _page(form), 422
    wanted = form.new_passphrase.data or ""
    if wanted != (form.repeated_passphrase.data or ""):
        return _page(form, _("The two new passphrases differ.")), 422
    return _change(form, wanted)


def _change(form: PassphraseForm, wanted: str) -> ResponseReturnValue:
    me = acts.me()
    throttle.take_as("passphrase", me.ref, throttle.SIGN_IN)
    key = staff_keys.unlock_staff(me.ref, form.present_passphrase.data or "")
    if key is None:
        return _page(form, _("That is not your present passphrase.")), 422
    throttle.give_back_as("passphrase", me.ref, throttle.SIGN_IN)
    try:
        staff_keys.change_passphrase(me.ref, key, wanted)
    except PassphraseRefused as refused:
        return _page(form, str(REFUSALS[refused.code])), 422
    sessions.store().end_others(me.ref, session.token())
    factors.record("passphrase_changed", me.ref, actor=me)
    session.renew()
    flash(
        _("Your new passphrase holds from now on. You are signed out everywhere else."), "success"
    )
    return redirect(url_for("staff.access"), 303)


def _page(form: PassphraseForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    person = people.by_id(acts.me().ref) or not_found()
    return render_template(
        "staff/passphrase.html",
        form=form,
        refusals=refusals,
        handle=person.handle,  # so that a password manager changes the right entry
        by_door=session.came_by() == session.BY_DOOR,
    )
