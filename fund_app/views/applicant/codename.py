"""The codename: given once, shown until it is kept, then never again."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask import session as remembered
from flask.typing import ResponseReturnValue

from fund_app.services import intake
from fund_app.views.access import allow
from fund_app.views.applicant import apply, common
from workflows.roles import Role


@allow(Role.APPLICANT)
def keep() -> ResponseReturnValue:
    """Offer a codename for coming back to a draft, and give it."""
    person = common.me()
    if intake.has_codename(person):
        return redirect(common.home())
    if request.method == "POST":
        apply.give_codename(person)
        return redirect(common.home())
    return render_template("applicant/apply/keep.html", languages=apply.word_lists())


@allow(Role.APPLICANT)
def show() -> ResponseReturnValue:
    """Show the fresh codename; once the person has kept it, it is gone from here too."""
    fresh = remembered.get(common.SHOWN_ONCE)
    if fresh is None:
        return redirect(url_for("applicant.case"))
    return render_template("applicant/apply/codename.html", fresh=fresh, case=common.my_case())


@allow(Role.APPLICANT)
def kept() -> ResponseReturnValue:
    """Forget the codename: the person has it now."""
    remembered.pop(common.SHOWN_ONCE, None)
    return redirect(url_for("applicant.case"))
