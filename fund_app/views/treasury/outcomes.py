"""After money left: sent, seen at the bank, come back, tried again, reconciled."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.disbursements import StatementForm
from fund_app.extensions import db
from fund_app.queries import disbursements as payments
from fund_app.services import disbursements
from fund_app.services.disbursements import BankLine, Sending
from fund_app.views import acts
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import bank_choices
from fund_app.views.treasury.disbursements import page
from fund_app.views.treasury.payment_forms import form_of
from fund_app.views.treasury.releases import back
from workflows.roles import Role


@allow(Role.FINANCE_OFFICER)
@confirmed
def send(disbursement_id: str) -> ResponseReturnValue:
    """Record that the payment was handed over."""
    payment, _application = payments.payment(db.session(), disbursement_id) or not_found()
    form = form_of(payment, "send")
    if form is None:
        disbursements.send(acts.me(), disbursement_id, Sending(), acts.wish())
    elif form.validate_on_submit():
        sending = Sending(form.partner.data)
        disbursements.send(acts.me(), disbursement_id, sending, acts.wish(form))
    else:
        return page(disbursement_id, bound={"send": form}), 422
    return back(disbursement_id, _("Sent. The statement of the bank comes next."))


@allow(Role.FINANCE_OFFICER)
def bank_ok(disbursement_id: str) -> ResponseReturnValue:
    """Record the payment as the bank's statement shows it."""
    form = _statement(disbursement_id, "bank_ok")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"bank_ok": form}), 422
    disbursements.bank_ok(acts.me(), disbursement_id, line_of(form), acts.wish(form))
    return back(disbursement_id, _("Amount and reference agree; the payment is in the ledger."))


@allow(Role.FINANCE_OFFICER)
def fail(disbursement_id: str) -> ResponseReturnValue:
    """Record that the payment never left the bank."""
    disbursements.fail(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Noted: it was not executed. The case lead is told."))


@allow(Role.FINANCE_OFFICER)
def bounce(disbursement_id: str) -> ResponseReturnValue:
    """Record that the money came back."""
    form = _statement(disbursement_id, "bounce")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"bounce": form}), 422
    disbursements.bounce(acts.me(), disbursement_id, line_of(form), acts.wish(form))
    return back(disbursement_id, _("Noted: the money came back. The case lead is told."))


@allow(Role.FINANCE_OFFICER)
def retry(disbursement_id: str) -> ResponseReturnValue:
    """Try anew by a safe way, as finance beside a coordinator."""
    payment, _application = payments.payment(db.session(), disbursement_id) or not_found()
    form = form_of(payment, "retry")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"retry": form}), 422
    disbursements.retry(acts.me(), disbursement_id, form.channel.data, acts.wish(form))
    return back(disbursement_id, _("A new attempt is planned; it is checked and signed anew."))


@allow(Role.FINANCE_OFFICER)
def reconcile(disbursement_id: str) -> ResponseReturnValue:
    """Tie the payment to its bank line and lock it."""
    payment, _application = payments.payment(db.session(), disbursement_id) or not_found()
    if payment.confirmed_on is not None:
        disbursements.reconcile(acts.me(), disbursement_id, None, acts.wish())
        return _reconciled(disbursement_id)
    form = form_of(payment, "reconcile")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"reconcile": form}), 422
    disbursements.reconcile(acts.me(), disbursement_id, line_of(form), acts.wish(form))
    return _reconciled(disbursement_id)


@allow(Role.COORDINATOR)
def late_ok(disbursement_id: str) -> ResponseReturnValue:
    """Record the recipient's late word, as who leads the case."""
    disbursements.late_ok(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Good to hear. The payment counts as received."))


def _reconciled(disbursement_id: str) -> ResponseReturnValue:
    return back(disbursement_id, _("Reconciled and locked."))


def _statement(disbursement_id: str, action: str) -> StatementForm:
    payment, _application = payments.payment(db.session(), disbursement_id) or not_found()
    form: StatementForm = form_of(payment, action)
    return form


def line_of(form: StatementForm) -> BankLine:
    """Return the bank's line a form describes; only after the form has been validated."""
    reference = "".join((form.reference.data or "").split()).upper()
    through = bank_choices.through(form)
    return BankLine(form.amount_paid, reference, form.fee_taken, through=through)
