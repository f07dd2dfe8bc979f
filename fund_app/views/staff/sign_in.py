"""Signing in as staff: the passphrase opens the key, so there is no other way in.

A wrong passphrase and an unknown name take the same work and read the same, to the byte.
"""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from forms.sign_in import StaffSignIn
from fund_app.queries import people
from fund_app.services import staff_keys
from fund_app.views import navigation, resume, session, throttle
from fund_app.views.access import public


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
    with throttle.by_name("staff", form.handle.data) as attempt:
        person = people.by_handle(form.handle.data)
        key = staff_keys.unlock_staff(person.id if person else None, form.passphrase.data)
    if person is None or key is None:
        form.handle.data = ""
        return _page(form, _("That name and passphrase do not fit together.")), 422
    attempt.succeeded()
    session.sign_in_staff(person, key)
    return resume.after_sign_in() or redirect(_back_to(form.next.data), 303)


def carrying(sealed: str) -> str:
    """Return the sign-in page around a form that waits (see resume.py)."""
    return _page(StaffSignIn(formdata=None, resume=sealed))


def _page(form: StaffSignIn, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("staff/sign_in.html", form=form, refusals=refusals)


def _back_to(path: str | None) -> str:
    """Return the path if it is one of our own pages, else the staff's first page."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return url_for("staff.home")
    try:
        current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return url_for("staff.home")
    return path
