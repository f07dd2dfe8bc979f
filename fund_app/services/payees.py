"""Payees: who is paid and how, written down for somebody who cannot do it at the moment."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from fund_app.models.applications import Answer, Application
from fund_app.models.sealed import Compartment
from fund_app.queries import answers
from fund_app.services import channels, disbursements, offers, vault
from fund_app.services.channels import Way
from fund_app.services.intake import AnswerText
from fund_app.services.screenings import BORN
from workflows.engine import Refused


def name_payee(session: Session, application: Application, payee: Sequence[AnswerText]) -> Way:
    """Seal a payee in the caller's unit of work and return the way the money travels.

    payee: the answers of block PAY, the channel among them, as they were told by a safe way or
    stand in the person's directive. They are sealed under a new version of the payout key that
    the applicant and those who make payments open; whoever wrote them cannot read them again.
    A birth told of an earlier payee is not theirs: left out, it counts as unknown, so that nobody
    in a list is told apart by it. Raises Refused (channel_forbidden) where the way is forbidden
    there or stopped.
    """
    keys = vault.renew(application.id, Compartment.PAYOUT)
    vault.grant(keys, application.id, Compartment.PAYOUT, *offers.payers(session))
    known = answers.newest(session, application.id)
    details = {each.question: each.text for each in payee}
    is_stale = BORN not in details and (BORN, 0) in known
    unknown = (AnswerText(BORN, 0, Compartment.PAYOUT, ""),) if is_stale else ()
    for each in (*payee, *unknown):
        earlier = known.get((each.question, each.item))
        row = Answer(
            application_id=application.id,
            question=each.question,
            item=each.item,
            version=1 if earlier is None else earlier.version + 1,
            compartment=Compartment.PAYOUT,
        )
        row.value.seal(keys, each.text)
        session.add(row)
    session.flush()
    receipt, channel = channels.told(details, application.region), details[offers.CHANNEL]
    if not channels.is_allowed(session, receipt, channel):
        raise Refused("channel_forbidden", {"state": application.state})
    return Way(channel, disbursements.payee_digest(details), receipt.region)
