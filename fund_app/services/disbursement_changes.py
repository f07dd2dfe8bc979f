"""What is agreed about a payment before it goes, and anew when it turns out otherwise.

A change of payee, way or terms voids every signature: they are bound to what was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fund_app.services import payees
from fund_app.services.disbursements import fire, locked
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import Actor

RATE_SOURCES = ("ecb", "own_bank", "partner", "agent")
"""Codes of where a rate was read."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a payment is worth in another currency (minor units), the rate as text, its source.

    source: a code of RATE_SOURCES; day: for which the rate was read.
    """

    amount: int
    currency: str
    rate_text: str
    source: str
    day: date

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError("an amount must be an int of minor units")
        if self.source not in RATE_SOURCES or self.amount <= 0:
            raise ValueError("a positive amount and a listed source")


def set_terms(actor: Actor, disbursement_id: str, terms: Terms, request: Request) -> None:
    """Write down what a payment is worth in another currency, before anybody checks it."""
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, "set_terms", actor, request, data=terms)


def change_payee(
    actor: SignedIn, disbursement_id: str, payee: Sequence[AnswerText], request: Request
) -> None:
    """Put new details in the place of the payee's, as who leads the case heard them safely.

    payee: the answers of block PAY, the channel among them; they are sealed for who makes
    payments, and whoever wrote them cannot read them again. Signatures given so far are void,
    a release is taken back, and for the rules' quiet hours a further person has to agree
    before the second signature. Refused once the payment stands in a file or has left.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        way = payees.name_payee(session, application, payee)
        fire(
            session, payment, application, "change_payee", actor, request,
            {"channel_allowed": True}, way,
        )  # fmt: skip


def agree_difference(actor: Actor, disbursement_id: str, paid: int, request: Request) -> None:
    """Agree to the amount the bank took for a payment abroad, as treasurer or board.

    paid: minor units, as on the statement. Whoever agrees does not record the bank's line.
    """
    if type(paid) is not int or paid <= 0:
        raise TypeError("an amount must be a positive int of minor units")
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, "agree_difference", actor, request, data=paid)
