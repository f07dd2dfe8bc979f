"""Payments in trouble: nobody knows whether they left, they are lost, frozen, given up.

Money that may be on its way is never sent again: `unknown` is left on the bank's own word or by
two people, and what is lost is written off by finance and the board.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fund_app.services import channel_stops, channels, disbursement_facts
from fund_app.services.channels import Way
from fund_app.services.disbursements import BankLine, fire, locked
from fund_app.services.transition import INTERNAL, Request
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor


def outcome_unknown(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Say that nobody can tell whether a payment in a file has left."""
    _act(actor, disbursement_id, "outcome_unknown", request)


def found_sent(actor: Actor, disbursement_id: str, reference: str, request: Request) -> None:
    """Record that a look-up found the payment; the bank's own reference proves it alone.

    reference: as the bank shows it, or empty; then a second person has to have signed first.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        given = {"lookup": "sent", "lookup_proven": reference == payment.reference}
        fire(session, payment, application, "found_sent", actor, request, given)


def seen_at_bank(actor: Actor, disbursement_id: str, line: BankLine, *, is_named: bool) -> None:
    """Record that a statement shows a payment, also one of which nobody knew that it left.

    A payment in a file that was handed over counts as sent by that, and so does an `unknown`
    one whose own reference stands on the line (is_named): the statement is the bank's own word.
    Without the reference an unknown one takes the second person of found_sent. Raises what
    these steps and bank_ok refuse; then nothing is written.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, INTERNAL)
        if payment.state == "exported":
            fire(session, payment, application, "send", actor)
        elif payment.state == "unknown":
            given = {"lookup": "sent", "lookup_proven": is_named}
            fire(session, payment, application, "found_sent", actor, given=given)
        fire(session, payment, application, "bank_ok", actor, data=line)


def found_not_sent(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Record that the payment never left, as the second of two people.

    It may go out again; where its way is stopped by now it is held.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        given = {"lookup": "not_sent"}
        fire(session, payment, application, "found_not_sent", actor, request, given)
        channel_stops.hold_again(session, actor, payment, application)


def recall(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Call a payment back while its case is held; the bank or the agent has to be asked too."""
    _act(actor, disbursement_id, "recall", request)


def cancel(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Cancel a payment that has not left, as the second of finance and a coordinator."""
    _act(actor, disbursement_id, "cancel", request)


def lost(actor: Actor, disbursement_id: str, line: BankLine | None, request: Request) -> None:
    """Record that the trace is over and the money did not arrive.

    line: the bank's line, where the payment has not been seen there yet; without one it is
    refused, since what never left the bank cannot be lost.
    """
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        is_seen = payment.confirmed_on is not None
        fits = line is not None and line.reference == payment.reference and line.amount > 0
        given = {"trace_done": is_seen or fits}
        fire(session, payment, application, "lost", actor, request, given, line)


def give_up(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Give a payment up whose money is back, because the recipient agrees; the award is free."""
    _act(actor, disbursement_id, "give_up", request, {"giving_up_agreed": True})


def write_off(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Write a lost payment off, as the board beside finance; the deficit fund bears it."""
    _act(actor, disbursement_id, "write_off", request)


def frozen_at_recipient(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Record that the recipient's account is frozen, as who leads the case.

    Every payment by the same way to the same region is held until two people have looked, and
    called back where it may be out (services/channel_stops.py).
    """
    with unit_of_work() as session:
        channel_stops.take_cases(session, disbursement_id)
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, "frozen_at_recipient", actor, request)


def frozen_resolved(actor: Actor, disbursement_id: str, request: Request) -> None:
    """Record that the recipient can use the money after all."""
    _act(actor, disbursement_id, "frozen_resolved", request)


def frozen_replace(actor: Actor, disbursement_id: str, channel: str, request: Request) -> None:
    """Pay anew what is frozen, by another way, as finance beside the board; the loss is booked."""
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        way = Way(channel, payment.payee_hash, payment.receipt_region)
        advance = disbursement_facts.advance_of(session, payment.id)
        arrived = advance is None or all(each.kind == "handed_over" for each in advance.parts)
        is_allowed = channels.is_allowed(session, channels.kept(payment), channel)
        given = {"replacement_approved": arrived and is_allowed}
        fire(session, payment, application, "frozen_replace", actor, request, given, way)


def _act(
    actor: Actor,
    disbursement_id: str,
    action: str,
    request: Request,
    given: Mapping[str, Any] | None = None,
) -> None:
    with unit_of_work() as session:
        payment, application = locked(session, disbursement_id, request)
        fire(session, payment, application, action, actor, request, given)
