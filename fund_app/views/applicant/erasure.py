"""Erasing what was told: one page that explains, one that asks, then a proof to keep."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.services import erasures, retention
from fund_app.services.erasures import CannotErase
from fund_app.views import session
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common
from workflows.erasures import OBSTACLES, Origin
from workflows.roles import Role


@allow(Role.APPLICANT)
def explain() -> ResponseReturnValue:
    """Say what goes and what stays, and whether something stands against it."""
    return _explained(_case())


@allow(Role.APPLICANT)
def ask() -> ResponseReturnValue:
    """Ask once more, with the button that does it."""
    case = _case()
    if _against(case):
        return redirect(url_for("applicant.erase"))
    return render_template("applicant/case/erase_sure.html", case=case, request_id=new_ref())


@allow(Role.APPLICANT)
def erase() -> ResponseReturnValue:
    """Destroy the case, end the session, lead to the proof."""
    try:
        number = erasures.erase_own(common.me(), common.wish())
    except CannotErase:
        db.session.rollback()
        return _explained(_case()), 409
    session.sign_out()
    return redirect(url_for("public.proof", number=number), 303)


def _case() -> Application:
    case = common.my_case()
    return not_found() if case.state == "draft" else case


def _explained(case: Application) -> str:
    return render_template(
        "applicant/case/erase.html",
        against=_against(case),
        by_itself_on=retention.falls_due(db.session(), case),
    )


def _against(case: Application) -> str | None:
    code = erasures.against(db.session(), case, Origin.PERSON)
    return None if code is None else str(_(OBSTACLES[code]))
