"""Facts of an application: everything the guards of its steps may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application, VerificationCheck
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.disbursements import Disbursement
from fund_app.models.documents import Document, letter_id
from fund_app.models.events import Event
from fund_app.models.messages import Message
from fund_app.queries import answers, canaries, coverage, funds
from fund_app.services import budgets, countersignatures, holds, rules
from fund_app.services.facts import Facts
from workflows.disbursement import IN_FLIGHT, MONEY_LEFT
from workflows.roles import Actor, Role
from workflows.rules import ANY, FORMAL_REASONS

CONFIRMED = ("confirmed", "received", "reconciled")
AWARD_LETTER = "award_letter"
AWARDING = ("approve", "approve_partially", "money_found")
"""Steps that have an award letter made."""


def gather(
    session: Session,
    application: Application,
    action: str,
    actor: Actor,
    given: Mapping[str, Any] | None = None,
) -> Facts:
    """Return the facts of one step by one person; `given` is what the use case itself knows."""
    return Facts(given or {}, _Gatherer(session, application, action, actor).table())


class _Gatherer:
    """Finds one fact after another; each method runs at most once per step."""

    def __init__(
        self, session: Session, application: Application, action: str, actor: Actor
    ) -> None:
        self.session = session
        self.application = application
        self.action = action
        self.actor = actor

    def table(self) -> Mapping[str, Callable[[], Any]]:
        """Return how to find each fact, by its name in docs/workflows.md."""
        application = self.application
        return {
            "holds": lambda: holds.active(self.session, application.id),
            "rules": lambda: self.rules,
            "variant": self.variant,
            "lead": lambda: application.lead_id,
            "band": lambda: application.band,
            "recused": self.recused,
            "missing_answers": lambda: len(answers.missing(self.session, application.id)),
            "consented": lambda: answers.has_consented(self.session, application.id),
            "co_signer": lambda: countersignatures.co_signer(
                self.session, application, self.action, self.actor
            ),
            "officers": self.officers,
            "assignee_recused": lambda: False,
            "open_duplicates": self.open_duplicates,
            "info_round": lambda: self.times("request_info") + 1,
            "info_rounds_most": lambda: self.rules.info_rounds_most,
            "signals": self.signals,
            "verification_level": lambda: application.verification_level,
            "verification_waived": lambda: self.times("waive_verification") > 0,
            "redaction_ready": lambda: False,
            "formal_reason": lambda: application.reason_code in FORMAL_REASONS,
            "reason_on_list": lambda: application.reason_code in self.rules.refusal_codes,
            "appeal_allowed": self.appeal_allowed,
            "notice_reached": lambda: self.times("notice_reached") > 0,
            "letter_ready": self.letter_ready,
            "award": lambda: application.awarded or 0,
            "award_lines": lambda: tuple(line.awarded for line in application.award_lines),
            "amount": lambda: application.awarded or 0,
            "panel_cap": lambda: self.rules.panel_cap,
            "board_cap": lambda: self.rules.board_cap,
            "board_consented": lambda: self.times("board_consent") > 0,
            "fast_track_cap": lambda: self.rules.fast_track_cap,
            "fast_tracked": lambda: self.times("fast_track") > 0,
            "available": self.available,
            "reserve_balance": self.available,
            "payouts_in_flight": lambda: self.payouts(IN_FLIGHT),
            "payouts_sent": lambda: self.payouts(MONEY_LEFT),
            "payouts_confirmed": lambda: self.payouts(CONFIRMED),
            "payouts_unreconciled": lambda: self.payouts(IN_FLIGHT | {"confirmed", "received"}),
            "failed_channels": self.failed_channels,
            "ran_out": tuple,
            "reopen_in_time": self.reopen_in_time,
            "file_erased": lambda: (
                application.erased_on is not None
                or canaries.is_invented(self.session, application.id)
            ),
            "days_without_contact": self.days_without_contact,
            "risk_too_high": lambda: False,
            "report_settled": lambda: application.report_settled,
            "applicant_prefers_referral": lambda: False,
        }

    @cached_property
    def rules(self) -> Any:
        """The numbers the case is judged by."""
        return rules.of(self.session, self.application)

    @cached_property
    def deeds(self) -> list[tuple[str, str, int]]:
        """What was done to the case so far: action, by whom, at which step."""
        statement = select(Event.action, Event.actor_ref, Event.step).where(
            Event.chain == self.application.workflow, Event.subject_id == self.application.id
        )
        found = self.session.execute(statement.order_by(Event.step))
        return [(action, actor_ref, step) for action, actor_ref, step in found]

    def times(self, action: str) -> int:
        """How often an action was taken since the case was last opened again."""
        reopened = max((step for deed, _, step in self.deeds if deed == "reopen"), default=0)
        return sum(deed == action and step > reopened for deed, _, step in self.deeds)

    def variant(self) -> str:
        """Which length of a clock holds: by band, or for a draft on a shared device."""
        application = self.application
        if application.state == "draft" and self.action == "save":
            return "shared_device" if application.is_shared_device else ANY
        return application.band or ANY

    def recused(self) -> frozenset[str]:
        """Everybody who has stepped back from a ballot of this case."""
        statement = (
            select(Seat.reviewer_id)
            .join(Ballot, Ballot.id == Seat.ballot_id)
            .where(Ballot.application_id == self.application.id, Seat.status == "recused")
        )
        return frozenset(self.session.scalars(statement))

    def officers(self) -> frozenset[str]:
        """Who has signed for the fast track so far, the one acting now included."""
        first = {ref for deed, ref, _ in self.deeds if deed == "propose_fast_track"}
        return frozenset({*first, self.actor.ref})

    def open_duplicates(self) -> int:
        """How many other cases carry the same mark, unless somebody has looked at them."""
        application = self.application
        if application.contact_mark is None or application.duplicates_cleared:
            return 0
        statement = select(func.count()).where(
            Application.contact_mark == application.contact_mark,
            Application.id != application.id,
            Application.state.not_in(("draft", "merged")),
        )
        return self.session.scalar(statement) or 0

    def signals(self) -> int:
        """How many of the four tests are confirmed."""
        statement = select(func.count()).where(
            VerificationCheck.application_id == self.application.id,
            VerificationCheck.status == "confirmed",
        )
        return self.session.scalar(statement) or 0

    def appeal_allowed(self) -> bool:
        """Whether the reason of the refusal may be appealed."""
        code = self.application.reason_code
        return code in self.rules.refusal_codes and self.rules.may_appeal(code)

    def letter_ready(self) -> bool:
        """Whether the letter of the last award is there; one of an earlier decision is not it."""
        award = max((step for deed, _, step in self.deeds if deed in AWARDING), default=0)
        key = f"{self.application.id}:{award}:make_letter"
        return self.session.get(Document, letter_id(key, AWARD_LETTER)) is not None

    def available(self) -> int:
        """Return what the fund and the budget lines of the award hold of it, in minor units."""
        application = self.application
        code = application.fund_code or coverage.fund_with(
            self.session, application.programme, application.awarded or 0, application.currency
        )
        free = funds.free(code, application.currency)
        fitting = budgets.fitting(self.session, application, now().date())
        is_limited = fitting is not None and fitting < (application.awarded or 0)
        return min(free, fitting or 0) if is_limited else free

    @cached_property
    def payout_states(self) -> list[str]:
        """The states of the case's payments."""
        statement = select(Disbursement.state).where(
            Disbursement.application_id == self.application.id
        )
        return list(self.session.scalars(statement))

    def payouts(self, states: Any) -> int:
        """How many payments are in one of the states."""
        return sum(state in states for state in self.payout_states)

    def failed_channels(self) -> int:
        """How many different ways to pay have failed or were blocked."""
        statement = select(func.count(Disbursement.channel.distinct())).where(
            Disbursement.application_id == self.application.id,
            Disbursement.state.in_(("failed", "returned", "reissued", "cancelled", "held")),
        )
        return self.session.scalar(statement) or 0

    def days_without_contact(self) -> int:
        """How many days ago the person last did or wrote something; what staff do is no contact."""
        application = self.application
        acted = select(func.max(Event.day)).where(
            Event.chain == application.workflow,
            Event.subject_id == application.id,
            Event.actor_role == Role.APPLICANT,
        )
        wrote = select(func.max(Message.sent_on)).where(
            Message.application_id == application.id, Message.sender == "applicant"
        )
        days = [application.created_on, self.session.scalar(acted), self.session.scalar(wrote)]
        return (now().date() - max(day for day in days if day is not None)).days

    def reopen_in_time(self) -> bool:
        """Whether the case ended within the time in which it may be opened again."""
        ended = select(func.max(Event.day)).where(
            Event.chain == self.application.workflow,
            Event.subject_id == self.application.id,
            Event.dest == self.application.state,
        )
        day = self.session.scalar(ended) or self.application.touched_on
        return bool((now().date() - day).days <= self.rules.reopen_days)
