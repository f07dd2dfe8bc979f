"""Payees: who is paid and how, written down for somebody who cannot do it at the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from fund_app.models.applications import Answer, Application
from fund_app.models.sealed import Compartment
from fund_app.queries import answers
from fund_app.services import channels, offers, payee_details, vault
from fund_app.services.channels import Way
from fund_app.services.intake import AnswerText
from workflows.channels import STATUSES, UNKNOWN, Receipt
from workflows.engine import Refused

WORD = "confirmation_word"
"""The answer of block PAY that is the applicant's own, whoever is paid for them."""


def name_payee(session: Session, application: Application, payee: Sequence[AnswerText]) -> Way:
    """Seal a payee in the caller's unit of work and return the way the money travels.

    payee: the answers of block PAY, the channel among them, as they were told by a safe way or
    stand in the person's directive. They are sealed under a new version of the payout key that
    the applicant and those who make payments open; whoever wrote them cannot read them again.
    What was told of an earlier payee is not theirs and is taken back, but for the word only the
    applicant knows. Where country or status were not told the strictest word of the matrix
    holds, and nobody in a list is told apart by a birth. Raises Refused (channel_forbidden)
    where the way is forbidden there or stopped.
    """
    keys = vault.renew(application.id, Compartment.PAYOUT)
    vault.grant(keys, application.id, Compartment.PAYOUT, *offers.payers(session))
    known = answers.newest(session, application.id)
    details = {each.question: each.text for each in payee}
    receipt = receipt_of(details)
    details[channels.STATUS] = receipt.status or UNKNOWN
    gone = (place for place, row in known.items() if row.compartment == Compartment.PAYOUT)
    texts = {**dict.fromkeys(gone, ""), **{(key, 0): text for key, text in details.items()}}
    if WORD not in details:
        texts.pop((WORD, 0), None)
    for (question, item), text in texts.items():
        earlier = known.get((question, item))
        row = Answer(
            application_id=application.id,
            question=question,
            item=item,
            version=1 if earlier is None else earlier.version + 1,
            compartment=Compartment.PAYOUT,
        )
        row.value.seal(keys, text)
        session.add(row)
    session.flush()
    channel = details[offers.CHANNEL]
    if not channels.is_allowed(session, receipt, channel):
        raise Refused("channel_forbidden", {"state": application.state})
    return Way(channel, payee_details.digest(details), receipt.region)


def receipt_of(details: Mapping[str, str]) -> Receipt:
    """Return the receipt of a payee somebody else names; what they do not know stays unknown."""
    status = details.get(channels.STATUS)
    known = {**details, channels.STATUS: status if status in STATUSES else UNKNOWN}
    return channels.told(known, UNKNOWN)
