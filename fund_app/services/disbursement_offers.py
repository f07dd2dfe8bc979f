"""What a person meets on the page of a payment: each action, open to them or with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.services import countersignatures, disbursement_facts, safety_checks
from workflows.catalogue import workflow
from workflows.disbursement import FIRST_SIGNERS
from workflows.engine import Refused, fire
from workflows.roles import Actor

ACTIONS = (
    "conditions_met", "set_terms", "safety_check", "authorise_first", "authorise_second", "send",
    "found_sent", "found_not_sent", "agree_difference", "bank_ok", "account_for", "reconcile",
    "late_ok", "frozen_resolved", "frozen_replace", "retry", "release_hold", "change_payee",
    "bounce", "fail", "outcome_unknown", "lost", "give_up", "write_off", "write_off_advance",
    "frozen_at_recipient", "refuse_authorisation", "safety_block", "recall", "cancel",
)  # fmt: skip
"""The actions this house offers, the usual way first, what stops a payment last."""

ASKED = MappingProxyType(
    {
        "payee_verified": True,
        "screening_clean": True,
        "reason_given": True,
        "statement_matches": True,
        "statement_linked": True,
        "amount_came_back": True,
        "partner_named": True,
        "advance_holds": True,
        "trace_done": True,
        "giving_up_agreed": True,
        "replacement_approved": True,
    }
)
"""What the form of an action asks for, so that it cannot stand in the way of showing the form."""

CHOSEN: Mapping[str, dict[str, bool | str]] = MappingProxyType(
    {
        "retry": {"channel_allowed": True},
        "change_payee": {"channel_allowed": True},
        "found_sent": {"lookup": "sent", "lookup_proven": True},
        "found_not_sent": {"lookup": "not_sent"},
    }
)
"""What is chosen in the form of one action; it is weighed when the form is sent."""

POINTLESS = frozenset(
    {"nothing_open", "seen_at_bank", "money_is_back_already", "money_came_back", "not_abroad",
     "case_not_held"}
)  # fmt: skip
"""Refusals that say an action has no place at this payment: it is not shown at all."""

TO_BE_SETTLED = frozenset({"wrong_role", "second_person_missing", "payee_details_new"})
"""Refusals that do not keep somebody from giving the first of two signatures."""


class Signature(StrEnum):
    """Where an action for two people stands for the person who looks."""

    NONE = "none"
    FIRST = "first"
    GIVEN = "given"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Offer:
    """One action as one person meets it: open when there are no refusals.

    `signature` FIRST: they may sign first; GIVEN: they have, somebody else has to follow;
    SECOND: somebody else has, and they may complete it.
    """

    action: str
    refusals: tuple[str, ...] = ()
    signature: Signature = Signature.NONE

    @property
    def is_open(self) -> bool:
        """Whether the action can be carried out by the person now."""
        return not self.refusals

    @property
    def is_theirs(self) -> bool:
        """Whether it belongs to one of the person's roles."""
        return "wrong_role" not in self.refusals or self.signature is not Signature.NONE


def offered_to(
    session: Session, payment: Disbursement, application: Application, actor: Actor
) -> tuple[Offer, ...]:
    """Return the actions of a payment's present state, weighed as the step itself would be.

    What the action's own form asks for counts as given. Nothing is changed.
    """
    definition = workflow(payment.workflow, payment.workflow_version)
    signed = {each.action: each.person_id for each in countersignatures.waiting(session, payment)}
    found = []
    for action in ACTIONS:
        if (action, payment.state) in definition.step_of:
            refusals = _refusals(session, payment, application, action, actor)
            if POINTLESS.intersection(refusals):
                continue
            signature = _signature(action, actor, refusals, signed.get(action))
            found.append(Offer(action, refusals, signature))
    return tuple(found)


def _refusals(
    session: Session, payment: Disbursement, application: Application, action: str, actor: Actor
) -> tuple[str, ...]:
    definition = workflow(payment.workflow, payment.workflow_version)
    facts = disbursement_facts.gather(
        session, payment, application, action, actor, given=_given(action)
    )
    try:
        fire(definition, payment, action, actor, facts)
    except Refused as refused:
        return refused.codes
    return safety_checks.obstacles(session, payment, application, action)


def _given(action: str) -> dict[str, bool | str]:
    return {**ASKED, **CHOSEN.get(action, {})}


def _signature(
    action: str, actor: Actor, refusals: tuple[str, ...], signed_by: str | None
) -> Signature:
    if action not in FIRST_SIGNERS:
        return Signature.NONE
    if signed_by == actor.ref:
        return Signature.GIVEN
    if signed_by is not None:
        return Signature.NONE if refusals else Signature.SECOND
    if action == "authorise_second" and "payee_details_new" not in refusals:
        return Signature.NONE
    may_begin = actor.has_any(FIRST_SIGNERS[action]) and TO_BE_SETTLED.issuperset(refusals)
    return Signature.FIRST if may_begin else Signature.NONE
