"""An offer: its lines and its letter, and the person's yes or no."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms import emergency
from forms.needs import CATEGORIES
from forms.pages import PageForm, page_form
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import answers, applicant
from fund_app.services import channels, offers
from fund_app.views import channel_labels
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common
from fund_app.views.applicant.apply import answer_texts
from fund_app.views.applicant.labels import CHANNELS
from workflows.channels import Cell, Receipt, Verdict
from workflows.roles import Role

LOOK = "look"
NOT_LISTED = frozenset({"none", "unknown", "unsure"})
"""Answers to the question about state lists that say nothing of a list."""


@allow(Role.APPLICANT)
def show() -> ResponseReturnValue:
    """Show what is offered, line by line."""
    case = _offered()
    return render_template(
        "applicant/case/offer.html",
        case=case,
        lines=applicant.award(db.session(), case.id),
        categories={choice.code: choice.label for choice in CATEGORIES},
        letters=applicant.case_view(db.session(), case).letters,
        request_id=new_ref(),
    )


@allow(Role.APPLICANT)
def accept() -> ResponseReturnValue:
    """Ask where and how the money should come, then accept the offer.

    Which ways are offered depends on the country and the person; they are shown anew for what
    was chosen (`look`), and a way that is forbidden there is not taken.
    """
    case = _offered() if request.method == "GET" else common.my_case()
    verdicts = channels.verdicts(db.session(), _receipt(case))
    form = _form(case, verdicts)
    is_sent = request.method == "POST" and LOOK not in request.form
    if is_sent and form.validate():
        offers.accept(common.me(), answer_texts(form), common.wish())
        flash(_("Thank you. We prepare the payment now."), "success")
        return redirect(url_for("applicant.case"))
    return render_template(
        "applicant/case/payout.html",
        form=form,
        case=case,
        look=LOOK,
        refused=[
            (CHANNELS[way], channel_labels.REASONS.get(cell.reason or "", ""))
            for way, cell in verdicts.items()
            if cell.verdict is Verdict.FORBIDDEN
        ],
    ), (422 if form.errors else 200)


@allow(Role.APPLICANT)
def decline() -> ResponseReturnValue:
    """Decline the offer."""
    offers.decline(common.me(), common.wish())
    flash(_("You have declined the offer. You can ask for help again at any time."), "info")
    return redirect(url_for("applicant.case"))


def _receipt(case: Application) -> Receipt:
    """Return where and by whom it is to be received: as just chosen, else as told before."""
    if request.method == "POST":
        return channels.told(request.form, case.region)
    return channels.told(_told_before(case), case.region)


def _told_before(case: Application) -> dict[str, str]:
    """Return what the form starts with, from the person's own answers and with their own key."""
    ring = common.me().ring
    known = answers.opened(db.session(), ring, case.id, compartment="narrative")
    listed = set(known.get(("listing", 0), "").split()) - NOT_LISTED
    told = {channels.COUNTRY: known.get(("country_now", 0), "")}
    return {**told, channels.STATUS: "listed"} if listed else told


def _form(case: Application, verdicts: Mapping[str, Cell]) -> PageForm:
    offered = {
        **common.lists(),
        "channels": [
            (way, _words(way, cell))
            for way, cell in verdicts.items()
            if cell.verdict is not Verdict.FORBIDDEN
        ],
    }
    made = page_form(emergency.PAYOUT_PAGE, offered)
    hidden = {"request_id": new_ref(), "step_seen": str(case.step)}
    return made(request.form or None, data={**_told_before(case), **hidden})


def _words(way: str, cell: Cell) -> str:
    if cell.verdict is Verdict.ALLOWED:
        return str(CHANNELS[way])
    why = channel_labels.REASONS[cell.reason or ""]
    return _("%(way)s – better not: %(why)s", way=CHANNELS[way], why=why)


def _offered() -> Application:
    case = common.my_case()
    if not applicant.case_view(db.session(), case).can_decide:
        not_found()
    return case
