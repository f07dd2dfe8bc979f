"""Applications: the use cases of coordinators, officers and applicants on one case.

Each function is one verb of the workflow (workflows/emergency.py), takes one step in one unit of
work, and raises what casework.carry_out raises: Unknown, Conflict, Refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import BANDS, Application, ReviewFile
from fund_app.models.events import VIEWS
from fund_app.models.sealed import Compartment
from fund_app.queries import coverage, people
from fund_app.services import (
    application_facts,
    audit,
    clocks,
    decisions,
    messages,
    recovery,
    rules,
    vault,
)
from fund_app.services.application_effects import CheckResult
from fund_app.services.casework import Deed, carry_out, propose
from fund_app.services.transition import INTERNAL, Request, take
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows.engine import Refused
from workflows.roles import Actor, Role

TWO_PEOPLE = ("waive_verification", "resume", "close_suspended", "directive_continue",
              "directive_close")  # fmt: skip
"""Actions one person proposes and another carries out."""

BEFORE_THE_PANEL = ("triage", "verification")
"""States in which the file for the panel is written; afterwards votes rest on its lines."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One cost line of the redacted file: category, amount in minor units, what for."""

    category: str
    amount: int
    what: str = ""


def submit(actor: Actor, application_id: str, request: Request) -> None:
    """Send a draft: the rules in force now bind it, its clocks begin, the desk is told."""

    def pin(session: Session, application: Application) -> None:
        application.rules_code = rules.in_force(session).code

    carry_out(actor, application_id, Deed("submit", prepare=pin), request)


def acknowledge(actor: Actor, application_id: str, request: Request) -> None:
    """Answer as a human being within the first clock; who answers leads the case."""
    carry_out(actor, application_id, Deed("acknowledge"), request)


def assign(actor: Actor, application_id: str, lead_id: str, request: Request) -> None:
    """Give a case to a coordinator; LookupError for somebody who is none."""

    def known(session: Session, _application: Application) -> None:
        if lead_id not in {each.id for each in people.with_role(session, Role.COORDINATOR)}:
            raise LookupError(lead_id)

    carry_out(actor, application_id, Deed("assign", data=lead_id, prepare=known), request)


def set_band(actor: Actor, application_id: str, band: str, request: Request) -> None:
    """Say how urgent a case is (life_threat, urgent, standard); its clocks count by it."""

    def write(_session: Session, application: Application) -> None:
        application.band = band if band in BANDS else None

    carry_out(actor, application_id, Deed("set_band", prepare=write), request)


def start_verification(actor: Actor, application_id: str, request: Request) -> None:
    """Plan the checks of identity, incident, link to activity and need."""
    carry_out(actor, application_id, Deed("start_verification"), request)


def verify(actor: SignedIn, application_id: str, result: CheckResult, request: Request) -> None:
    """Record what one check found; the note is sealed with the narrative."""
    carry_out(actor, application_id, Deed("verify", data=result), request)


def waive_verification(actor: SignedIn, application_id: str, reason: str, request: Request) -> None:
    """Go on without the level the rules ask for, as the second of two coordinators.

    The reason is sealed with the checks that are waived by it.
    """

    def keep(_session: Session, application: Application) -> None:
        for check in application.checks:
            if check.status == "planned" and reason.strip():
                check.status, check.by_id, check.done_on = "waived", actor.ref, now().date()
                check.note.seal(actor.ring, reason)

    facts = {"reason_given": bool(reason.strip())}
    carry_out(actor, application_id, Deed("waive_verification", facts, prepare=keep), request)


def sign_first(actor: Actor, application_id: str, action: str, request: Request) -> None:
    """Put the first of two signatures under an action; ValueError where one is enough."""
    if action not in TWO_PEOPLE:
        raise ValueError(action)
    propose(actor, application_id, action, request)


def clear_duplicates(actor: Actor, application_id: str, request: Request) -> None:
    """Say that the cases with the same mark are other people; recorded with the case's views."""
    with unit_of_work() as session:
        application = take(session, Application, application_id, Request(None, request.step_seen))
        application.duplicates_cleared = True
        audit.record(
            session,
            VIEWS,
            application.id,
            "duplicates_cleared",
            actor=actor,
            role=Role.COORDINATOR,
        )


def merge_duplicate(actor: Actor, application_id: str, surviving_id: str, request: Request) -> None:
    """Join a case to another of the same person and event; LookupError for an unknown one."""

    def link(session: Session, application: Application) -> None:
        survivor = session.get(Application, surviving_id)
        if survivor is None or survivor.id == application.id:
            raise LookupError(surviving_id)
        application.merged_into_id = survivor.id

    deed = Deed("merge_duplicate", {"duplicate_confirmed": True}, prepare=link)
    carry_out(actor, application_id, deed, request)


def refer_out(actor: Actor, application_id: str, *, consented: bool, request: Request) -> None:
    """Hand a case to somebody who can help better, with the person's consent on record."""
    carry_out(actor, application_id, Deed("refer_out", {"referral_consented": consented}), request)


def request_info(
    actor: SignedIn, application_id: str, questions: Sequence[str], request: Request
) -> None:
    """Put one bundle of questions to the applicant; the decide clock stands still meanwhile."""
    asked = [text.strip() for text in questions if text.strip()]
    deed = Deed("request_info", {"questions_allowed": bool(asked)}, data=asked)
    carry_out(actor, application_id, deed, request)


def answer_info(actor: Actor, application_id: str, request: Request) -> None:
    """Say that every question is answered or cannot be; the clocks go on."""
    carry_out(actor, application_id, Deed("answer_info", {"unanswered_items": 0}), request)


def write_redaction(
    actor: SignedIn,
    application_id: str,
    narrative: str,
    lines: Sequence[FileLine],
    request: Request,
) -> None:
    """Write what reviewers will read; it can be changed until the panel has it.

    The first one opens the review compartment for the coordinators. Raises ValueError without
    text or lines, Conflict for a stale page, Refused once the panel has it.
    """
    if not narrative.strip() or not lines or any(line.amount <= 0 for line in lines):
        raise ValueError("a redacted file needs a text and at least one amount")
    with unit_of_work() as session:
        application = take(session, Application, application_id, Request(None, request.step_seen))
        if application.state not in BEFORE_THE_PANEL:
            raise Refused("wrong_state", {"state": application.state})
        ring = _review_ring(session, actor, application.id)
        file = _file_of(session, application.id) or ReviewFile(application_id=application.id)
        file.written_by, file.written_on = actor.ref, now().date()
        file.narrative.seal(ring, narrative)
        file.lines.seal(ring, json.dumps([asdict(line) for line in lines]))
        application.line_categories = ",".join(line.category for line in lines)
        session.add(file)


def _review_ring(session: Session, actor: SignedIn, application_id: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    if actor.ring.opens(application_id, Compartment.REVIEW):
        return actor.ring
    readers = [person.id for person in people.with_role(session, Role.COORDINATOR)]
    readers += recovery.readers(session)
    return vault.open_case(application_id, {Compartment.REVIEW: readers})


def _file_of(session: Session, application_id: str) -> ReviewFile | None:
    return session.scalar(select(ReviewFile).where(ReviewFile.application_id == application_id))


def to_review(actor: SignedIn, application_id: str, request: Request) -> None:
    """Send the redacted file to a panel drawn by lot; PanelTooSmall where nobody is left."""
    with unit_of_work() as session:
        application = take(session, Application, application_id, INTERNAL)
        facts = panel_facts(session, application, actor)
    carry_out(actor, application_id, Deed("to_review", facts), request)


def panel_facts(session: Session, application: Application, actor: SignedIn) -> dict[str, Any]:
    """Return what the step to the panel rests on: whether the file is there, the level it needs.

    Raises NoKey where the actor cannot open the file.
    """
    numbers = _requested(session, application, actor)
    minimum = _minimum(session, application, numbers)
    is_ready = bool(numbers) and not _asks_again(session, application, actor, sum(numbers))
    return {"redaction_ready": is_ready, "verification_minimum": minimum}


def _asks_again(session: Session, application: Application, actor: Actor, asked: int) -> bool:
    """Whether the file still asks for what the fast track has given: it would be paid twice."""
    facts = application_facts.gather(session, application, "to_review", actor)
    left = sum(line.requested - line.awarded for line in application.award_lines)
    return bool(facts["fast_tracked"]) and asked > left


def _requested(session: Session, application: Application, actor: SignedIn) -> list[int]:
    file = _file_of(session, application.id)
    if file is None:
        return []
    return [line["amount"] for line in json.loads(file.lines.open(actor.ring))]


def _minimum(session: Session, application: Application, amounts: list[int]) -> int:
    return rules.of(session, application).verification_minimum(sum(amounts))


def reject(actor: Actor, application_id: str, reason_code: str, request: Request) -> None:
    """Refuse on formal grounds, without the panel; the reason is one of the listed ones."""

    def write(_session: Session, application: Application) -> None:
        application.reason_code = reason_code

    deed = Deed("reject", reason_code=reason_code, prepare=write)
    carry_out(actor, application_id, deed, request)


def board_consent(actor: Actor, application_id: str, request: Request) -> None:
    """Consent to an amount above the panel's cap; a decision that waited for it is taken up."""
    with unit_of_work() as session:
        carry_out(actor, application_id, Deed("board_consent"), request)
        decisions.hear_again(session, take(session, Application, application_id, INTERNAL))


def money_found(actor: Actor, application_id: str, request: Request) -> None:
    """Go on with an award that waited for money, from the first fund that has it now."""

    def choose(session: Session, application: Application) -> None:
        application.fund_code = coverage.fund_with(
            session, application.programme, application.awarded or 0, application.currency
        )

    carry_out(actor, application_id, Deed("money_found", prepare=choose), request)


def no_money(actor: Actor, application_id: str, *, prefers: bool, request: Request) -> None:
    """Tell the truth: the money does not come; what was needed is counted as unmet."""
    deed = Deed("no_money", {"applicant_prefers_referral": prefers})
    carry_out(actor, application_id, deed, request)


def offer(actor: Actor, application_id: str, request: Request) -> None:
    """Lay the award letter before the applicant; its clock begins."""
    carry_out(actor, application_id, Deed("offer"), request)


def decline_offer(actor: Actor, application_id: str, request: Request) -> None:
    """Say no to an offer; what was reserved for it is free again."""
    carry_out(actor, application_id, Deed("decline_offer"), request)


def withdraw(actor: Actor, application_id: str, request: Request) -> None:
    """Take an application back, without a reason, while no money has gone out."""
    carry_out(actor, application_id, Deed("withdraw"), request)


def submit_report(actor: SignedIn, application_id: str, *, given: bool, request: Request) -> None:
    """Say that the report is there: a few words, a call, or somebody on behalf."""
    carry_out(actor, application_id, Deed("submit_report", {"report_given": given}), request)


def return_report(actor: SignedIn, application_id: str, reason: str, request: Request) -> None:
    """Ask once more about a report whose amounts do not add up; the applicant reads what."""

    def tell(session: Session, application: Application) -> None:
        if reason.strip():
            messages.add_note(
                session, actor.ring, application.id, reason, sender=messages.COORDINATOR
            )

    deed = Deed("return_report", {"reason_given": bool(reason.strip())}, prepare=tell)
    carry_out(actor, application_id, deed, request)


def close(actor: Actor, application_id: str, request: Request) -> None:
    """Close a case whose payments are reconciled and whose report is settled."""

    def settle(_session: Session, application: Application) -> None:
        application.report_settled = True

    carry_out(actor, application_id, Deed("close", prepare=settle), request)


def notice_reached(actor: Actor, application_id: str, request: Request) -> None:
    """Note that a refusal has been read; the time to appeal begins."""
    carry_out(actor, application_id, Deed("notice_reached"), request)


def appeal(actor: Actor, application_id: str, request: Request) -> None:
    """Ask people who did not decide before to look again.

    The time to appeal ends with its clock, whether or not a worker has acted on it already.
    """
    with unit_of_work() as session:
        deed = Deed("appeal", {"ran_out": clocks.overdue(session, application_id)})
        carry_out(actor, application_id, deed, request)


def suspend_security(actor: Actor, application_id: str, request: Request) -> None:
    """Freeze a case with one press: messages, payments, sessions; the label stays the same."""
    carry_out(actor, application_id, Deed("suspend_security"), request)


def resume(actor: Actor, application_id: str, *, verified: bool, request: Request) -> None:
    """Let a suspended case go on, as the security lead beside a coordinator."""
    carry_out(actor, application_id, Deed("resume", {"contact_verified": verified}), request)


def close_suspended(
    actor: Actor, application_id: str, *, risk_too_high: bool, request: Request
) -> None:
    """End a suspended case whose contact is lost, as the security lead beside the board."""
    deed = Deed("close_suspended", {"risk_too_high": risk_too_high})
    carry_out(actor, application_id, deed, request)


def payment_impossible(actor: Actor, application_id: str, request: Request) -> None:
    """Open the offer again because two ways to pay have failed before any money left."""
    carry_out(actor, application_id, Deed("payment_impossible"), request)


def reopen(actor: Actor, application_id: str, *, new_facts: bool, request: Request) -> None:
    """Open an ended case again at the applicant's wish; nothing is asked twice."""
    carry_out(actor, application_id, Deed("reopen", {"new_facts": new_facts}), request)
