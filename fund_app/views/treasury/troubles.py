"""Payments that do not go the usual way: unknown, lost, frozen, called back, given up."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.models.disbursements import Disbursement
from fund_app.queries import disbursements as payments
from fund_app.services import disbursement_troubles as troubles
from fund_app.views import acts
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury.disbursements import page
from fund_app.views.treasury.outcomes import line_of
from fund_app.views.treasury.payment_forms import form_of
from fund_app.views.treasury.releases import back
from workflows.roles import Role

FINANCE = Role.FINANCE_OFFICER


@allow(FINANCE)
def outcome_unknown(disbursement_id: str) -> ResponseReturnValue:
    """Say that nobody can tell whether it left."""
    troubles.outcome_unknown(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Noted. Nothing more is sent until it has been looked up."))


@allow(FINANCE)
def found_sent(disbursement_id: str) -> ResponseReturnValue:
    """Record that the look-up found it."""
    form = form_of(_payment(disbursement_id), "found_sent")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"found_sent": form}), 422
    reference = "".join((form.reference.data or "").split()).upper()
    troubles.found_sent(acts.me(), disbursement_id, reference, acts.wish(form))
    return back(disbursement_id, _("Found: it was sent. The statement of the bank comes next."))


@allow(FINANCE)
@confirmed
def found_not_sent(disbursement_id: str) -> ResponseReturnValue:
    """Record, as the second of two, that it never left."""
    troubles.found_not_sent(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Noted: it never left. It can be sent now."))


@allow(FINANCE, Role.SECURITY_LEAD)
def recall(disbursement_id: str) -> ResponseReturnValue:
    """Call it back while the case is held."""
    troubles.recall(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Called back here. Please ask the bank or the agent as well."))


@allow(FINANCE, Role.COORDINATOR)
def cancel(disbursement_id: str) -> ResponseReturnValue:
    """Cancel it, as the second of two."""
    troubles.cancel(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("The payment is cancelled."))


@allow(FINANCE)
def lost(disbursement_id: str) -> ResponseReturnValue:
    """Record that the trace is over and the money did not arrive."""
    payment = _payment(disbursement_id)
    if payment.confirmed_on is not None:
        troubles.lost(acts.me(), disbursement_id, None, acts.wish())
        return back(disbursement_id, _("Noted: it is lost. The board decides what follows."))
    form = form_of(payment, "lost")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"lost": form}), 422
    troubles.lost(acts.me(), disbursement_id, line_of(form), acts.wish(form))
    return back(disbursement_id, _("Noted: it is lost. The board decides what follows."))


@allow(Role.COORDINATOR)
def give_up(disbursement_id: str) -> ResponseReturnValue:
    """Give it up, because the recipient agrees."""
    troubles.give_up(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("The payment is given up; the award's money is free again."))


@allow(Role.BOARD_MEMBER)
@confirmed
def write_off(disbursement_id: str) -> ResponseReturnValue:
    """Write it off, beside finance."""
    troubles.write_off(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Written off. The fund that bears losses has made it whole."))


@allow(Role.COORDINATOR)
def frozen_at_recipient(disbursement_id: str) -> ResponseReturnValue:
    """Record that the recipient's account is frozen."""
    troubles.frozen_at_recipient(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Noted. Nobody else there is paid this way for now."))


@allow(FINANCE)
def frozen_resolved(disbursement_id: str) -> ResponseReturnValue:
    """Record that they can use the money after all."""
    troubles.frozen_resolved(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("Good to hear. The payment is reconciled."))


@allow(FINANCE)
@confirmed
def frozen_replace(disbursement_id: str) -> ResponseReturnValue:
    """Pay anew what is frozen, beside the board."""
    form = form_of(_payment(disbursement_id), "frozen_replace")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"frozen_replace": form}), 422
    troubles.frozen_replace(acts.me(), disbursement_id, form.channel.data, acts.wish(form))
    return back(disbursement_id, _("A new attempt is planned; the loss is in the ledger."))


def _payment(disbursement_id: str) -> Disbursement:
    payment, _application = payments.payment(db.session(), disbursement_id) or not_found()
    return payment
