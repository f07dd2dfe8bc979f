"""Ways out: the quick exit, and signing out."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fund_app.views import session
from fund_app.views.access import public


@public
def exit_quickly() -> ResponseReturnValue:
    """End the session, empty the browser's memory of this site, show a page that says nothing.

    A link and not a form, because it must work in one touch and after a session has ended. It
    cannot be used against anybody: another site's link comes without the cookie.
    """
    session.sign_out()
    return render_template("public/exit.html")


@public
def sign_out() -> ResponseReturnValue:
    """End the session and say so."""
    session.sign_out()
    return redirect(url_for("public.signed_out"), 303)


@public
def signed_out() -> ResponseReturnValue:
    """Tell that the session has ended."""
    return render_template("public/signed_out.html")
