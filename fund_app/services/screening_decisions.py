"""What is decided about a hit: two people call it a false alarm, or the payee is listed.

Finance, who can open the payee, and the security lead sign one half each. A false alarm lets the
payment go on and is remembered by a keyed digest of payee and entries; a true hit ends the payment
and its case lead is told that it stands still.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.screenings import Screening, ScreeningDecision
from fund_app.models.types import new_ref
from fund_app.services import audit, disbursements, looks, official_lists, screenings
from fund_app.services.channel_stops import BEFORE, RELEASED
from fund_app.services.notifications import Audience, notify_people, notify_role
from fund_app.services.transition import INTERNAL, Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.roles import SYSTEM, Actor, Role
from workflows.screening import Hit

FINANCE = frozenset({Role.FINANCE_OFFICER})
SECURITY = frozenset({Role.SECURITY_LEAD})
FALSE_ALARM, TRUE_HIT = "false_alarm", "true_hit"
REASONS = ("other_birth", "other_place", "other_person", "name_only")
"""Why a hit is a false alarm."""


class DecisionRefused(Exception):
    """A hit cannot be decided so, or not by this person; `code` says why."""

    def __init__(self, code: str) -> None:
        """Carry a code only."""
        super().__init__(code)
        self.code = code


def screen_again(actor: SignedIn, disbursement_id: str, request: Request) -> bool | None:
    """Screen a payment that has not left against the newest lists; hold it on a hit.

    Returns whether it is clean, None where nothing could be screened (no key, no list). Raises
    Unknown, Conflict, and DecisionRefused `has_left` once it is on its way.
    """
    with unit_of_work() as session:
        payment, application = disbursements.locked(session, disbursement_id, request)
        if payment.state not in {*BEFORE, "held", RELEASED}:
            raise DecisionRefused("has_left")
        found = screenings.screen(session, actor, payment, application)
        if found is None or found.is_clean or payment.state == "held":
            return found.is_clean if found else None
        action = "recall" if payment.state == RELEASED else "safety_block"
        stopper = Actor(actor.ref, FINANCE)
        given = {"reason_given": True, "case_is_held": True}
        disbursements.fire(
            session, payment, application, action, stopper, given=given, reason_code="list_hit"
        )
        return False


def open_hit(session: Session, payment: Disbursement) -> Screening | None:
    """Return the hit a held payment waits for a decision on, or None."""
    row = screenings.latest(session, payment.id)
    if payment.state != "held" or row is None or row.match_hash is None or row.result != "hit":
        return None
    return None if screenings.is_false_alarm(session, row.match_hash) else row


def look(actor: SignedIn, disbursement_id: str) -> tuple[Hit, ...]:
    """Open the payee and show what resembles it in the newest lists; the look is written down.

    The entries are shown and kept nowhere. Empty without the key, or where nothing resembles it.
    """
    with unit_of_work() as session:
        payment, application = disbursements.locked(session, disbursement_id, INTERNAL)
        lists = official_lists.newest(session)
        found = screenings.hits_of(session, actor, application, lists)
        if found is None or not actor.has_any(FINANCE):
            return ()
        looks.write_down(
            session, actor, payment.application_id, "payee_opened", Role.FINANCE_OFFICER
        )
        return found[1]


def waiting(session: Session, disbursement_id: str) -> ScreeningDecision | None:
    """Return the proposal that waits for its second signature."""
    statement = select(ScreeningDecision).where(
        ScreeningDecision.disbursement_id == disbursement_id,
        ScreeningDecision.state == "proposed",
    )
    return session.scalar(statement)


def propose(actor: Actor, disbursement_id: str, outcome: str, reason: str | None) -> str:
    """Propose what a hit is, as the first of two; return the proposal's id.

    reason: one of REASONS for a false alarm, None for a true hit. Raises Unknown,
    DecisionRefused: not_a_signer, no_hit, reason_missing, under_way.
    """
    with unit_of_work() as session:
        _require_signer(actor)
        payment, _application = disbursements.locked(session, disbursement_id, INTERNAL)
        hit = open_hit(session, payment)
        if hit is None or hit.match_hash is None:
            raise DecisionRefused("no_hit")
        if waiting(session, disbursement_id) is not None:
            raise DecisionRefused("under_way")
        wants_reason = outcome == FALSE_ALARM
        if outcome not in {FALSE_ALARM, TRUE_HIT} or wants_reason != (reason in REASONS):
            raise DecisionRefused("reason_missing")
        row = ScreeningDecision(
            id=new_ref(),
            disbursement_id=payment.id,
            match_hash=hit.match_hash,
            outcome=outcome,
            reason_code=reason if wants_reason else None,
            state="proposed",
            proposed_by_id=actor.ref,
            proposed_on=now().date(),
        )
        session.add(row)
        session.flush()
        _note(session, actor, "hit_decision_proposed")
        for role in (Role.FINANCE_OFFICER, Role.SECURITY_LEAD):
            notify_role(session, role)
        return row.id


def confirm(actor: Actor, disbursement_id: str, request: Request) -> str:
    """Put the second signature under what a hit is, and let it follow; return the outcome.

    A false alarm releases the hold: the payment is checked anew. A true hit cancels the payment;
    its case lead is told that something waits. Raises Unknown, Conflict, DecisionRefused:
    not_a_signer, no_hit, same_person, other_side.
    """
    with unit_of_work() as session:
        _require_signer(actor)
        payment, application = disbursements.locked(session, disbursement_id, request)
        row = waiting(session, disbursement_id)
        hit = open_hit(session, payment)
        if row is None or hit is None or hit.match_hash != row.match_hash:
            raise DecisionRefused("no_hit")
        first = row.proposed_by
        if first.id == actor.ref:
            raise DecisionRefused("same_person")
        if not _across(first.roles, actor):
            raise DecisionRefused("other_side")
        row.state, row.decided_by_id, row.decided_on = "confirmed", actor.ref, now().date()
        session.flush()
        given: dict[str, Any] = {"co_signer": Actor(first.id, first.roles)}
        if row.outcome == FALSE_ALARM:
            args = (session, payment, application, "release_hold", actor, request, given)
            disbursements.fire(*args, reason_code=row.reason_code)
        else:
            given = {"case_cancelled": True}
            args = (session, payment, application, "cancel", SYSTEM, request, given)
            disbursements.fire(*args, reason_code=TRUE_HIT)
            if application.lead_id is not None:
                notify_people(session, [application.lead_id], Audience.DESK)
        return row.outcome


def take_back(actor: Actor, disbursement_id: str) -> None:
    """Withdraw a proposal about a hit; raises Unknown, DecisionRefused as `confirm` does."""
    with unit_of_work() as session:
        _require_signer(actor)
        disbursements.locked(session, disbursement_id, INTERNAL)
        row = waiting(session, disbursement_id)
        if row is None:
            raise DecisionRefused("no_hit")
        row.state, row.decided_by_id, row.decided_on = "withdrawn", actor.ref, now().date()
        _note(session, actor, "hit_decision_withdrawn")


def _require_signer(actor: Actor) -> None:
    if not actor.has_any(FINANCE | SECURITY):
        raise DecisionRefused("not_a_signer")


def _note(session: Session, actor: Actor, action: str) -> None:
    """Record a proposal in the house's chain, without the payment: a hit says who is paid."""
    role = min(actor.roles & (FINANCE | SECURITY))
    audit.record(session, HOUSE, HOUSE_ID, action, actor=actor, role=role)


def _across(first: frozenset[Role], second: Actor) -> bool:
    return bool(
        (first & FINANCE and second.has_any(SECURITY))
        or (first & SECURITY and second.has_any(FINANCE))
    )
