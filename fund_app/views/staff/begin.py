"""Beginning: somebody taken on, or with a lost passphrase, sets one and makes a first passkey.

Both halves of the word stand for the two people who signed, so no further code is asked for.
A wrong name, wrong words and an invitation whose week is over read the same.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.people import BeginForm
from fund_app.services import enrolments, invitations
from fund_app.services.invitations import NotInvited
from fund_app.views import session, throttle
from fund_app.views.access import public


@public
def show() -> ResponseReturnValue:
    """Show the form for both halves and a passphrase."""
    return _page(BeginForm())


@public
def accept() -> ResponseReturnValue:
    """Make the person's new, empty key, and lead them to making the first passkey."""
    throttle.take("staff", throttle.SIGN_IN)
    form = BeginForm(request.form)
    if not form.validate():
        return _page(form), 422
    halves = (form.first_half.data, form.second_half.data)
    try:
        person_id = invitations.accept(form.handle.data, halves, form.passphrase.data)
    except NotInvited:
        return _page(form, _refusal()), 422
    throttle.give_back("staff", throttle.SIGN_IN)
    session.begin_enrolment(person_id, enrolments.offer_at_once(person_id))
    flash(_("Your passphrase is set. Now make your first passkey."), "success")
    return redirect(url_for("staff.first_passkey"), 303)


def _refusal() -> str:
    return _(
        "Name and words do not fit together, or the seven days are over."
        " Please ask the two people who gave you the words."
    )


def _page(form: BeginForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("staff/begin.html", form=form, refusals=refusals)
