"""The list check of one payment: screened again, a hit looked at and decided by two."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fund_app.services import looks, screening_decisions
from fund_app.services.screening_decisions import FALSE_ALARM, DecisionRefused
from fund_app.views import acts, errors, marks
from fund_app.views.access import allow, confirmed
from fund_app.views.treasury import screening_panel
from fund_app.views.treasury.disbursements import page
from fund_app.views.treasury.releases import back
from workflows.roles import Role

SIGNERS = (Role.FINANCE_OFFICER, Role.SECURITY_LEAD)

REFUSALS = {
    "not_a_signer": _l("Finance and the security lead decide this, one half each."),
    "same_person": _l("You have proposed this yourself. Somebody else has to confirm it."),
    "other_side": _l("One half is signed by finance, the other by the security lead."),
    "no_hit": _l("There is no hit to decide on any more. Please look at how it stands now."),
    "reason_missing": _l("Please say how you know that it is somebody else."),
    "under_way": _l("A proposal waits for its second signature. Please decide on that one first."),
    "has_left": _l("This payment is on its way, so there is nothing left to screen."),
}


def register_refusals(bp: Blueprint) -> None:
    """Turn what a decision is refused for into a page with a plain sentence."""
    bp.register_error_handler(DecisionRefused, _on_refused)


def _on_refused(refused: DecisionRefused) -> Response:
    return errors.refusal(str(REFUSALS[refused.code]))


@allow(Role.FINANCE_OFFICER)
def screen(disbursement_id: str) -> ResponseReturnValue:
    """Screen the payee again with the person's own key."""
    found = screening_decisions.screen_again(acts.me(), disbursement_id, acts.wish())
    if found is None:
        return errors.refusal(
            _("Nothing was screened: no list is imported, or your key does not open the payee.")
        )
    if not found:
        sentence = _(
            "A name on a list may be the payee's. The payment is on hold; two people decide."
        )
        return back(disbursement_id, sentence, "warning")
    return back(disbursement_id, _("Screened: the payee is in none of the lists in use."))


@allow(Role.FINANCE_OFFICER)
def show_hits(disbursement_id: str) -> ResponseReturnValue:
    """Show which entries resemble the payee; the look is recorded, the entries are not."""
    found = screening_decisions.look(acts.me(), disbursement_id)
    if not found:
        return errors.refusal(
            _("Your key does not open the payee, or nothing resembles them any more.")
        )
    marks.remember(looks.latest_mark(acts.me()))
    return page(disbursement_id, hits=found)


@allow(*SIGNERS)
@confirmed
def propose_decision(disbursement_id: str) -> ResponseReturnValue:
    """Propose what a hit is, as the first of two."""
    form = screening_panel.decision_form()
    if not form.validate_on_submit():
        return page(disbursement_id, decision=form), 422
    screening_decisions.propose(acts.me(), disbursement_id, form.outcome.data, form.reason_code)
    return back(disbursement_id, _("Proposed. Somebody of the other side has to confirm it."))


@allow(*SIGNERS)
@confirmed
def confirm_decision(disbursement_id: str) -> ResponseReturnValue:
    """Put the second signature under what a hit is."""
    outcome = screening_decisions.confirm(acts.me(), disbursement_id, acts.wish())
    if outcome == FALSE_ALARM:
        return back(disbursement_id, _("A false alarm: the payment goes on and is checked anew."))
    return back(disbursement_id, _("The payment is cancelled. The case lead is told to look."))


@allow(*SIGNERS)
def take_back_decision(disbursement_id: str) -> ResponseReturnValue:
    """Withdraw what was proposed."""
    screening_decisions.take_back(acts.me(), disbursement_id)
    return back(disbursement_id, _("Withdrawn. The payment stays on hold."))
