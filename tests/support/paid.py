"""A case led to its end: decided, paid, reported, closed."""

from __future__ import annotations

from collections.abc import Sequence

from fund_app.services import applications, disbursements, offers
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from tests.support.house import House, press
from workflows.counting import Choice

YES = Cast(Choice.APPROVE, reason="Needed.")


def paid(house: House, applicant: SignedIn, case_id: str, lines: Sequence[tuple[str, int]]) -> None:
    """Lead a submitted case to the payment that has arrived and is in the books."""
    house.to_review(case_id, lines)
    house.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), YES))
    house.accept_offer(applicant, case_id)
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house["fin2"], payment_id, press())
    disbursements.authorise_second(house["treasurer"], payment_id, press())
    disbursements.send(house["fin1"], payment_id, Sending(), press())
    payment = house.payment_of(case_id)
    line = BankLine(payment.amount, payment.reference)
    disbursements.bank_ok(house["fin1"], payment_id, line, press())
    offers.confirm_receipt(applicant, payment_id, "heron", press())
    disbursements.reconcile(house["fin1"], payment_id, None, press())


def close(house: House, applicant: SignedIn, case_id: str) -> None:
    """Report on a paid case and close it."""
    offers.report(applicant, "It went well.", press())
    applications.close(house["anna"], case_id, press())
