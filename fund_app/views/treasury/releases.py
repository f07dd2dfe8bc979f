"""Before money leaves: the check, the two signatures, and everything that stops a payment."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.services import disbursements
from fund_app.views import acts
from fund_app.views.access import allow, confirmed
from fund_app.views.treasury.disbursements import page
from fund_app.views.treasury.payment_forms import blank
from workflows.roles import Role

SIGNERS = (Role.TREASURER, Role.BOARD_MEMBER)
STOPPERS = (Role.FINANCE_OFFICER, Role.SECURITY_LEAD)


@allow(Role.FINANCE_OFFICER)
def take_up(disbursement_id: str) -> ResponseReturnValue:
    """Begin with a payment that had to wait when it was planned."""
    disbursements.take_up(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("The payment is ready to be checked."))


@allow(Role.FINANCE_OFFICER)
def safety_check(disbursement_id: str) -> ResponseReturnValue:
    """Record that payee, lists and reference were checked."""
    form = blank("safety_check")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"safety_check": form}), 422
    passed = disbursements.safety_check(
        acts.me(),
        disbursement_id,
        payee_verified=form.payee_verified.data,
        request=acts.wish(form),
    )
    if not passed:
        return back(
            disbursement_id,
            _("A name on a list may be the payee's. The payment is on hold; two people decide."),
            "warning",
        )
    return back(disbursement_id, _("The check is recorded. Somebody else signs first now."))


@allow(*STOPPERS)
def safety_block(disbursement_id: str) -> ResponseReturnValue:
    """Hold a payment that may harm."""
    form = blank("safety_block")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"safety_block": form}), 422
    disbursements.safety_block(acts.me(), disbursement_id, form.reason.data, acts.wish(form))
    return back(disbursement_id, _("The payment is on hold."))


@allow(*STOPPERS, *SIGNERS, Role.COORDINATOR)
def sign_first(disbursement_id: str, action: str) -> ResponseReturnValue:
    """Give the first of two signatures under an action."""
    disbursements.sign_first(acts.me(), disbursement_id, action, acts.wish())
    return back(disbursement_id, _("You have signed first. Another person has to follow."))


@allow(*STOPPERS)
def release_hold(disbursement_id: str) -> ResponseReturnValue:
    """Let a held payment go on, as the second of two."""
    disbursements.release_hold(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("The payment goes on; it is checked anew."))


@allow(Role.FINANCE_OFFICER)
@confirmed
def authorise_first(disbursement_id: str) -> ResponseReturnValue:
    """Sign first."""
    disbursements.authorise_first(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("You have signed first. The second signature is asked for."))


@allow(*SIGNERS)
@confirmed
def authorise_second(disbursement_id: str) -> ResponseReturnValue:
    """Sign second; from now on the money is owed."""
    disbursements.authorise_second(acts.me(), disbursement_id, acts.wish())
    return back(disbursement_id, _("The payment is released and can be sent."))


@allow(Role.FINANCE_OFFICER, *SIGNERS)
def refuse_authorisation(disbursement_id: str) -> ResponseReturnValue:
    """Say no to a payment."""
    form = blank("refuse_authorisation")
    if not form.validate_on_submit():
        return page(disbursement_id, bound={"refuse_authorisation": form}), 422
    reason, wish = form.reason.data, acts.wish(form)
    disbursements.refuse_authorisation(acts.me(), disbursement_id, reason, wish)
    return back(disbursement_id, _("The payment is on hold and its signatures are void."))


def back(disbursement_id: str, sentence: str, tone: str = "success") -> ResponseReturnValue:
    """Return to the payment with a sentence about what was done."""
    flash(sentence, tone)
    return redirect(url_for("treasury.disbursement", disbursement_id=disbursement_id), 303)
