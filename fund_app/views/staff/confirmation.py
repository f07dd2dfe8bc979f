"""The page that asks whether it is you, for those who were on their way to another page."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from fund_app.views import confirm, navigation, session
from fund_app.views.access import allow, confirmed
from fund_app.views.resume import Kept
from fund_app.views.staff import back


@allow(*navigation.STAFF)
def show() -> ResponseReturnValue:
    """Ask, or go on where it is known already."""
    wanted = back.to(request.args.get("next"))
    if session.is_confirmed():
        return redirect(wanted)
    return confirm.page(Kept(url_for("staff.go_on"), (("next", wanted),), has_files=False))


@allow(*navigation.STAFF)
@confirmed
def go_on() -> ResponseReturnValue:
    """Go on to where the person was going."""
    return redirect(back.to(request.form.get("next")), 303)
