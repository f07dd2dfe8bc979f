"""Your access: what you sign in with, where you are signed in, and who tried to be you."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import people
from fund_app.services import factors, sessions
from fund_app.views import acts, navigation, session
from fund_app.views.access import allow, not_found
from fund_app.views.staff.sign_in import allows_codes

STAFF = navigation.STAFF


@allow(*STAFF)
def show() -> ResponseReturnValue:
    """Show a person their passkeys, their open sessions and the tries that were refused."""
    me = acts.me().ref
    return render_template(
        "staff/access.html",
        factors=factors.of(me),
        sessions=sessions.store().open_of(me, session.token(), now()),
        tries=people.refused_tries(db.session(), me),
        app_url=url_for("staff.new_app") if allows_codes() else None,
        by_door=session.came_by() == session.BY_DOOR,
    )


@allow(*STAFF)
def end_session(name: str) -> ResponseReturnValue:
    """End one of the person's own sessions at once; this one by signing out."""
    me = acts.me()
    found = sessions.store().open_of(me.ref, session.token(), now())
    if any(each.is_this and each.name == name for each in found):
        session.sign_out()
        return redirect(url_for("public.signed_out"), 303)
    if not sessions.store().end_one(me.ref, name):
        not_found()
    factors.record("session_ended", me.ref, actor=me)
    flash(_("That session is over."), "success")
    return redirect(url_for("staff.access"), 303)


@allow(*STAFF)
def end_others() -> ResponseReturnValue:
    """End every session of the person but this one, at once."""
    me = acts.me()
    sessions.store().end_others(me.ref, session.token())
    factors.record("sessions_ended", me.ref, actor=me)
    flash(_("You are signed in here and nowhere else."), "success")
    return redirect(url_for("staff.access"), 303)
