"""What a person sets once and changes at any time: how they are reached, and what they wish."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms import emergency
from forms.pages import Page, fill, page_form
from fund_app.extensions import db
from fund_app.queries import answers
from fund_app.services import intake
from fund_app.views.access import allow
from fund_app.views.applicant import common
from fund_app.views.applicant.apply import answer_texts
from workflows.roles import Role

WISH = "directive"


@allow(Role.APPLICANT)
def plan() -> ResponseReturnValue:
    """Show how the person is reached, and change it."""
    return _page(emergency.CONTACT_PAGE, url_for("applicant.plan"))


@allow(Role.APPLICANT)
def wish() -> ResponseReturnValue:
    """Show what the person wishes for the worst case, and change it."""
    return _page(emergency.BY_SLUG[WISH], url_for("applicant.wish"))


def _page(page: Page, here: str) -> ResponseReturnValue:
    person = common.me()
    case = common.my_case(person)
    made = page_form(page, common.lists())
    if request.method == "POST":
        form = made(request.form)
        if form.validate():
            intake.save(person, answer_texts(form))
            flash(_("Kept, and sealed."), "success")
            return redirect(url_for("applicant.case"))
        return render_template("applicant/case/plan.html", page=page, form=form, here=here), 422
    known = answers.opened(db.session(), person.ring, case.id)
    form = made(data=fill(page, known))
    return render_template("applicant/case/plan.html", page=page, form=form, here=here)
