"""Looks at who is paid: opened with the payer's own key, and never without a trace."""

from __future__ import annotations

from fund_app.models.disbursements import Disbursement
from fund_app.services import brakes, looks, payee_details
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Role

PAYERS = (Role.FINANCE_OFFICER, Role.TREASURER)
SHOWN = ("payee_name", "payee_account")
"""What a payment needs. The word only the recipient knows stays out: it is their proof."""


def look(actor: SignedIn, disbursement_id: str) -> dict[str, str]:
    """Open the payee's details for somebody who makes payments, and record the look.

    The applicant sees the role and the day of each look. Returns the questions of SHOWN with
    their answers; empty, and nothing recorded, where the person holds no key. Raises Unknown,
    brakes.Slowed, brakes.Stopped.
    """
    with brakes.watched(actor), unit_of_work() as session:
        payment = session.get(Disbursement, disbursement_id)
        if payment is None:
            raise Unknown(disbursement_id)
        case_id = payment.application_id
        details = payee_details.opened(session, actor, case_id)
        shown = {key: details[key] for key in SHOWN if key in details}
        role = next((each for each in PAYERS if each in actor.roles), None)
        if not shown or role is None:
            return {}
        looks.write_down(session, actor, case_id, "payee_opened", role)
        return shown
