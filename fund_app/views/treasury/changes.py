"""What is agreed about a payment: its worth abroad, its payee, and what a partner accounts for."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import disbursements as payments
from fund_app.services import advances, channels, payees
from fund_app.services import disbursement_changes as changes
from fund_app.services.advances import Part
from fund_app.services.disbursement_changes import Terms
from fund_app.services.intake import AnswerText
from fund_app.views import acts, channel_labels
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury.disbursements import page
from fund_app.views.treasury.payment_forms import form_of
from fund_app.views.treasury.releases import back
from workflows.channels import Verdict
from workflows.roles import Role


@allow(Role.FINANCE_OFFICER)
def set_terms(disbursement_id: str) -> ResponseReturnValue:
    """Write down what it is worth in another currency."""
    form = _form(disbursement_id, "set_terms")
    is_valid = form.validate_on_submit()
    if is_valid and form.day.data > now().date():
        form.day.errors = (_("This day has not come yet."),)
        is_valid = False
    if not is_valid:
        return page(disbursement_id, bound={"set_terms": form}), 422
    rate = (form.rate.data or "").replace(",", ".")
    terms = Terms(form.foreign_amount, form.currency.data, rate, form.source.data, form.day.data)
    changes.set_terms(acts.me(), disbursement_id, terms, acts.wish(form))
    return back(disbursement_id, _("Noted. What is signed from now on holds for this rate."))


@allow(Role.COORDINATOR)
@confirmed
def change_payee(disbursement_id: str) -> ResponseReturnValue:
    """Put new details in the place of the payee's."""
    form = _form(disbursement_id, "change_payee")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"change_payee": form}), 422
    told = form.told
    cell = channels.verdicts(db.session(), payees.receipt_of(told))[form.channel.data]
    if cell.verdict is Verdict.FORBIDDEN:
        why = channel_labels.REASONS[cell.reason or ""]
        form.channel.errors = (_("Not this way, for this country and person: %(why)s", why=why),)
        return page(disbursement_id, bound={"change_payee": form}), 422
    payee = [AnswerText(key, 0, "payout", text) for key, text in told.items()]
    changes.change_payee(acts.me(), disbursement_id, payee, acts.wish(form))
    return back(disbursement_id, _("Sealed. Signatures are void; it is checked anew."))


@allow(Role.TREASURER, Role.BOARD_MEMBER)
def agree_difference(disbursement_id: str) -> ResponseReturnValue:
    """Agree to an amount that lies beyond the tolerance."""
    form = _form(disbursement_id, "agree_difference")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"agree_difference": form}), 422
    changes.agree_difference(acts.me(), disbursement_id, form.amount_agreed, acts.wish(form))
    return back(disbursement_id, _("Agreed. Finance can record the line of the bank now."))


@allow(Role.FINANCE_OFFICER)
def account_for(disbursement_id: str) -> ResponseReturnValue:
    """Record what a partner handed over or gave back."""
    form = _form(disbursement_id, "account_for")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"account_for": form}), 422
    part = Part(form.kind.data, form.amount_told, form.evidence.data, form.paper.data or "")
    advances.account_for(acts.me(), disbursement_id, part, acts.wish(form))
    return back(disbursement_id, _("Noted, and in the ledger."))


@allow(Role.BOARD_MEMBER)
@confirmed
def write_off_advance(disbursement_id: str) -> ResponseReturnValue:
    """Write off what a partner cannot account for, beside finance."""
    form = _form(disbursement_id, "write_off_advance")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"write_off_advance": form}), 422
    advances.write_off(acts.me(), disbursement_id, form.reason.data, acts.wish(form))
    return back(disbursement_id, _("Written off. The fund that bears losses has made it whole."))


def _form(disbursement_id: str, action: str) -> Any:
    payment, _application = payments.payment(db.session(), disbursement_id) or not_found()
    return form_of(payment, action)
