"""What finance finds out about a payee before anybody signs: the way for them, and the lists."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.queries import answers
from fund_app.services import channels, screenings
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import Actor, Role


@dataclass(frozen=True, slots=True)
class Seen:
    """What the payee's own words and the lists say of a payment."""

    channel_allowed: bool
    screening_clean: bool
    may_be_listed: bool

    @property
    def facts(self) -> dict[str, bool]:
        """The facts the guards of a safety check ask for."""
        return {
            "channel_allowed": self.channel_allowed,
            "screening_clean": self.screening_clean,
        }


ASKED_AGAIN = frozenset(
    {
        ("conditions_met", "planned"),
        ("authorise_first", "payee_checked"),
        ("authorise_second", "part_authorised"),
        ("export", "authorised"),
        ("send", "authorised"),
    }
)
"""Actions, by the state they leave, before which way and lists are asked once more."""
PLANNED, LEAVING = "planned", "authorised"
"""Where only the way is asked, and where the payee is screened anew."""


def obstacles(
    session: Session, payment: Disbursement, application: Application, action: str
) -> tuple[str, ...]:
    """Return what has come between the safety check and an action; needs no key.

    The codes are those of the guards channel_allowed and screening_clean.
    """
    if (action, payment.state) not in ASKED_AGAIN:
        return ()
    is_allowed = channels.is_allowed(session, channels.kept(payment), payment.channel)
    is_screened = payment.state == PLANNED or screenings.is_current(session, payment, application)
    return (() if is_allowed else ("channel_forbidden",)) + (
        () if is_screened else ("screening_not_clean",)
    )


def require_still_safe(
    session: Session, payment: Disbursement, application: Application, action: str, actor: Actor
) -> None:
    """Refuse a signature or a sending where the way or the lists speak against it by now.

    When the payment leaves, the payee is screened anew where the actor's key opens them. Raises
    Refused with the codes of `obstacles`.
    """
    if (action, payment.state) not in ASKED_AGAIN:
        return
    if payment.state == LEAVING and isinstance(actor, SignedIn):
        screenings.screen(session, actor, payment, application)
    codes = obstacles(session, payment, application, action)
    if codes:
        raise Refused(codes[0], {"action": action, "state": payment.state}, codes)


def examine(
    session: Session, actor: SignedIn, payment: Disbursement, application: Application
) -> Seen:
    """Open the payee with the actor's key, judge the way for them, and screen them.

    The exact country and what is true for the person are read here and kept nowhere. Without
    the key, or for who does not work in finance, nothing is screened and nothing is clean.
    """
    opened = answers.opened(session, actor.ring, application.id, compartment="payout")
    details = {question: text for (question, _item), text in opened.items()}
    receipt = channels.told(details, payment.receipt_region)
    is_allowed = channels.is_allowed(session, receipt, payment.channel)
    may = payment.state == "ready" and Role.FINANCE_OFFICER in actor.roles
    found = screenings.screen(session, actor, payment, application) if may else None
    is_hit = found is not None and not found.is_clean
    return Seen(is_allowed, found is not None and found.is_clean, is_hit)
