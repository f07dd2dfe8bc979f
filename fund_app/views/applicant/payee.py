"""Where the money goes: block PAY, asked with an offer and anew while nothing has left."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms import emergency
from forms.pages import PageForm, page_form
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import answers, applicant
from fund_app.services import channels, disbursement_changes
from fund_app.views import channel_labels
from fund_app.views.access import allow, not_found
from fund_app.views.applicant import common
from fund_app.views.applicant.apply import answer_texts
from fund_app.views.applicant.labels import CHANNELS
from workflows.channels import Cell, Verdict
from workflows.engine import Refused
from workflows.roles import Role

LOOK = "look"
"""The button that only shows which ways are safe for what was chosen."""
NOT_LISTED = frozenset({"none", "unknown", "unsure"})
"""Answers to the question about state lists that say nothing of a list."""
TOO_LATE = frozenset({"money_on_its_way", "on_hold", "wrong_state", "wrong_role"})
"""Refusals answered by one sentence, so that a hold does not show."""


@allow(Role.APPLICANT)
def change() -> ResponseReturnValue:
    """Ask anew where and how the money should come, and put that in the place of what was told."""
    case = common.my_case()
    if request.method == "GET" and not applicant.case_view(db.session(), case).can_change_payee:
        not_found()
    form, refused = asked(case, _told_for_the_payment(case))
    refusals: tuple[str, ...] = ()
    if is_sent() and form.validate():
        try:
            disbursement_changes.change_own_payee(common.me(), answer_texts(form), common.wish())
        except Refused as no:
            if no.code not in TOO_LATE:
                raise
            db.session.rollback()
            refusals = (_too_late(),)
        else:
            flash(
                _("Sealed. The payment is checked anew, so it may take a little longer."), "success"
            )
            return redirect(url_for("applicant.case"))
    return render_template(
        "applicant/case/payee.html", form=form, look=LOOK, refused=refused, refusals=refusals
    ), (409 if refusals else 422 if form.errors else 200)


def is_sent() -> bool:
    """Whether the answers were sent to be kept, not only to see which ways are safe."""
    return request.method == "POST" and LOOK not in request.form


def asked(case: Application, told: Mapping[str, str]) -> tuple[PageForm, list[tuple[str, str]]]:
    """Return block PAY as a form, and the ways that are not offered with the reason of each.

    told: country and status to start with; what was just chosen counts instead of them. A way
    that is forbidden for them is not among the choices.
    """
    chosen = request.form if request.method == "POST" else told
    verdicts = channels.verdicts(db.session(), channels.told(chosen, case.region))
    lists = {
        **common.lists(),
        "channels": [
            (way, _words(way, cell))
            for way, cell in verdicts.items()
            if cell.verdict is not Verdict.FORBIDDEN
        ],
    }
    hidden = {"request_id": new_ref(), "step_seen": str(case.step)}
    form = page_form(emergency.PAYOUT_PAGE, lists)(request.form or None, data={**told, **hidden})
    refused = [
        (str(CHANNELS[way]), str(channel_labels.REASONS.get(cell.reason or "", "")))
        for way, cell in verdicts.items()
        if cell.verdict is Verdict.FORBIDDEN
    ]
    return form, refused


def told_with_the_application(case: Application) -> dict[str, str]:
    """Return country and status as the person told them about themselves, with their own key."""
    ring = common.me().ring
    known = answers.opened(db.session(), ring, case.id, compartment="narrative")
    listed = set(known.get(("listing", 0), "").split()) - NOT_LISTED
    told = {channels.COUNTRY: known.get(("country_now", 0), "")}
    return {**told, channels.STATUS: "listed"} if listed else told


def _told_for_the_payment(case: Application) -> dict[str, str]:
    """Return country and status as told for the payment; name, account and word are asked anew."""
    ring = common.me().ring
    known = answers.opened(db.session(), ring, case.id, compartment="payout")
    return {key: known.get((key, 0), "") for key in (channels.COUNTRY, channels.STATUS)}


def _words(way: str, cell: Cell) -> str:
    if cell.verdict is Verdict.ALLOWED:
        return str(CHANNELS[way])
    why = channel_labels.REASONS[cell.reason or ""]
    return _("%(way)s – better not: %(why)s", way=CHANNELS[way], why=why)


def _too_late() -> str:
    return _(
        "Where the money goes cannot be changed here now: it may be on its way already. Please"
        " write us a message; we tell you what is still possible."
    )
