"""Whole cases by chance: many people at the real services, held against a plain account of theirs.

Rules mostly choose among what the services themselves offer, so that runs reach the payments;
some try what nobody offered. After every step everything that was promised must hold. The suite
runs a small, always equal share; `FUND_EXPLORE=examples` looks further, with new luck each time.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import ScalarSelect, func, select

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot, Vote
from fund_app.models.clocks import Clock
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Event
from fund_app.models.ledger import GrantCommitment, Tranche, TrancheState
from fund_app.models.people import Person
from fund_app.models.sealed import NoKey
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import (
    applications,
    audit,
    ballots,
    casework,
    deadlines,
    disbursements,
    holds,
    offers,
    person_events,
    vault,
)
from fund_app.services.application_effects import CheckResult
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Conflict, Request, Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from tests.support import application as installation
from tests.support.application import START
from tests.support.house import House, build, press
from tests.support.stores import SQLITE, SqliteStores, Store
from workflows.catalogue import workflow
from workflows.counting import Choice, InvalidVote
from workflows.disbursement import LIVE, MONEY_LEFT
from workflows.emergency import BEFORE_MONEY
from workflows.engine import Refused
from workflows.roles import Role

EXAMPLES = int(os.environ.get("FUND_EXPLORE", "0"))
PROFILE = settings(
    max_examples=EXAMPLES or 12,
    stateful_step_count=60 if EXAMPLES else 25,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,) if EXAMPLES else tuple(Phase),
)
AMOUNTS = (40_000, 150_000, 380_000)
ANSWERED = (Refused, Conflict, Unknown, InvalidVote, ballots.PanelTooSmall, NoKey)
"""What a service may say instead of doing something."""

PAYEE = [
    AnswerText("payout_channel", 0, "payout", "voucher"),
    AnswerText("payee_name", 0, "payout", "Test Person A-0017"),
    AnswerText("confirmation_word", 0, "payout", "heron"),
]

Act = Callable[[Request], object]


@dataclass
class Account:
    """The plain account the machine keeps beside the services."""

    applicants: dict[str, SignedIn] = field(default_factory=dict)
    given: int = 0
    steps: Counter[str] = field(default_factory=Counter)


class Fund(RuleBasedStateMachine):
    """One house, up to three cases, everybody who has a part in them."""

    prepared: Store
    private_keys: Mapping[str, PrivateKey]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.clock = ManualClock(START)
        home = Path(self.stack.enter_context(TemporaryDirectory(prefix="fund-stateful-")))
        store = copied(self.prepared, home)
        self.house = self.stack.enter_context(opened(store, home, self.clock, self.private_keys))
        self.account = Account(given=500_000)
        self.watcher = self.stack.enter_context(db.engine.connect())
        self.last: tuple[Act, Request] | None = None
        for case in db.session.scalars(select(Application).order_by(Application.designation)):
            ring = vault.ring_for(case.holder_id, self.private_keys[case.holder_id])
            holder = SignedIn(case.holder_id, frozenset({Role.APPLICANT}), ring)
            self.account.applicants[case.id] = holder

    def teardown(self) -> None:
        self.stack.close()

    # What people do

    def submit(self) -> tuple[SignedIn, str]:
        applicant, case_id = self.house.submitted()
        self.account.applicants[case_id] = applicant
        return applicant, case_id

    def lead_on(self, case_id: str, amount: int, band: str) -> None:
        anna = self.house["anna"]
        applications.acknowledge(anna, case_id, press())
        applications.set_band(anna, case_id, band, press())
        applications.start_verification(anna, case_id, press())
        for kind in ("identity", "need"):
            result = CheckResult(kind, "confirmed", 2)
            applications.verify(anna, case_id, result, press())
        lines = [("legal", amount // 2), ("medical", amount - amount // 2)]
        self.house.redact(case_id, lines)

    def cases(self) -> list[str]:
        return list(self.account.applicants)

    def try_(self, act: Act, request: Request) -> bool:
        """Act as a view would; whatever is refused leaves nothing behind."""
        before = self.written()
        try:
            act(request)
        except ANSWERED:
            db.session.rollback()
            assert self.written() == before
            return False
        self.last = (act, request)
        return True

    def written(self) -> int:
        """Return a number that changes when somebody else commits a change (SQLite's own)."""
        self.watcher.rollback()
        found: int = self.watcher.exec_driver_sql("PRAGMA data_version").scalar_one()
        return found

    def act_on_case(self, name: str, case_id: str, actor: SignedIn, flag: bool) -> Act | None:
        """Return how an action of a case is carried out."""
        case: dict[str, Act] = {
            "acknowledge": partial(applications.acknowledge, actor, case_id),
            "assign": partial(applications.assign, actor, case_id, self.house["boris"].ref),
            "set_band": partial(
                applications.set_band, actor, case_id, "urgent" if flag else "standard"
            ),
            "start_verification": partial(applications.start_verification, actor, case_id),
            "verify": partial(
                applications.verify,
                actor,
                case_id,
                CheckResult("incident", "confirmed", 3),
            ),
            "to_review": partial(applications.to_review, actor, case_id),
            "reject": partial(
                applications.reject, actor, case_id, "late" if flag else "not_a_reason"
            ),
            "request_info": partial(applications.request_info, actor, case_id, ["When?"]),
            "answer_info": partial(applications.answer_info, actor, case_id),
            "board_consent": partial(applications.board_consent, actor, case_id),
            "money_found": partial(applications.money_found, actor, case_id),
            "offer": partial(applications.offer, actor, case_id),
            "accept": partial(offers.accept, actor, PAYEE),
            "decline_offer": partial(offers.decline, actor),
            "withdraw": partial(offers.withdraw, actor),
            "suspend_security": partial(applications.suspend_security, actor, case_id),
            "notice_reached": partial(applications.notice_reached, actor, case_id),
            "appeal": partial(applications.appeal, actor, case_id),
            "return_report": partial(applications.return_report, actor, case_id, "Sums."),
            "close": partial(applications.close, actor, case_id),
        }
        more: dict[str, Act] = {
            "refer_out": lambda request: applications.refer_out(
                actor, case_id, consented=flag, request=request
            ),
            "no_money": lambda request: applications.no_money(
                actor, case_id, prefers=flag, request=request
            ),
            "resume": lambda request: applications.resume(
                actor, case_id, verified=True, request=request
            ),
            "close_suspended": lambda request: applications.close_suspended(
                actor, case_id, risk_too_high=flag, request=request
            ),
            "person_event": lambda request: person_events.record(
                actor, case_id, sources=2, request=request
            ),
            "directive_redecide": lambda request: person_events.decide_again(
                actor, case_id, request
            ),
            "directive_close": lambda request: person_events.end(
                actor, case_id, confirmed=flag, request=request
            ),
            "submit_report": lambda request: applications.submit_report(
                actor, case_id, given=True, request=request
            ),
            "reopen": lambda request: applications.reopen(
                actor, case_id, new_facts=flag, request=request
            ),
            "payment_impossible": lambda request: applications.payment_impossible(
                actor, case_id, request
            ),
        }
        return {**case, **more}.get(name)

    def act_on_payment(self, name: str, payment: Disbursement, actor: SignedIn) -> Act | None:
        payment_id = payment.id
        line = BankLine(payment.amount, payment.reference)
        table: dict[str, Act] = {
            "conditions_met": partial(disbursements.take_up, actor, payment_id),
            "safety_check": lambda request: disbursements.safety_check(
                actor, payment_id, payee_verified=True, request=request
            ),
            "safety_block": partial(disbursements.safety_block, actor, payment_id, "other"),
            "release_hold": partial(disbursements.release_hold, actor, payment_id),
            "authorise_first": partial(disbursements.authorise_first, actor, payment_id),
            "authorise_second": partial(disbursements.authorise_second, actor, payment_id),
            "refuse_authorisation": partial(
                disbursements.refuse_authorisation, actor, payment_id, "other"
            ),
            "send": partial(disbursements.send, actor, payment_id, Sending("P-07")),
            "bank_ok": partial(disbursements.bank_ok, actor, payment_id, line),
            "late_ok": partial(disbursements.late_ok, actor, payment_id),
            "bounce": partial(disbursements.bounce, actor, payment_id, line),
            "fail": partial(disbursements.fail, actor, payment_id),
            "retry": partial(disbursements.retry, actor, payment_id, "partner_payout"),
            "reconcile": partial(disbursements.reconcile, actor, payment_id, line),
        }
        return table.get(name)

    # Rules

    @precondition(lambda self: len(self.account.applicants) < 4)
    @rule(amount=st.sampled_from(AMOUNTS), band=st.sampled_from(("life_threat", "standard")))
    def somebody_applies(self, amount: int, band: str) -> None:
        _, case_id = self.submit()
        self.lead_on(case_id, amount, band)

    @rule(data=st.data(), flag=st.booleans(), turn=st.integers(0, 5))
    def take_an_offered_step(self, data: st.DataObject, flag: bool, turn: int) -> None:
        """Take one of the steps that lead on; one time in six one of those that do not."""
        case_id = data.draw(st.sampled_from(self.cases()))
        acts, step = self.offered_acts(case_id, flag)
        names = [name for name in acts if (name in TURNS) == (turn == 0)]
        if names:
            self.try_(acts[data.draw(st.sampled_from(names))], press(step))

    def offered_acts(self, case_id: str, flag: bool) -> tuple[dict[str, Act], int]:
        """Return what somebody may do to a case now, by name, and the step it is at."""
        given = {
            **dict.fromkeys(ASKED, True),
            **dict.fromkeys(DOUBTED, flag),
            "unanswered_items": 0,
            "verification_minimum": 0,
            "sources": 2,
        }
        people = [*(self.house[handle] for handle in CASE_PEOPLE), self.account.applicants[case_id]]
        found: dict[str, Act] = {}
        with unit_of_work() as session:
            case = session.get_one(Application, case_id)
            step = case.step
            for actor in people:
                for option in casework.offered_to(session, case, actor, given):
                    act = self.act_on_case(option.action, case_id, actor, flag)
                    if option.refusal is None and act is not None:
                        found.setdefault(option.action, act)
        return found, step

    @rule(data=st.data(), flag=st.booleans())
    def try_any_step(self, data: st.DataObject, flag: bool) -> None:
        case_id = data.draw(st.sampled_from(self.cases()))
        actor = data.draw(st.sampled_from([*self.house.staff.values()]))
        names = [name for name in workflow("emergency").actions if name not in BY_APPLICANT]
        act = self.act_on_case(data.draw(st.sampled_from(names)), case_id, actor, flag)
        if act is not None:
            self.try_(act, press())

    @rule(data=st.data())
    def sign_first(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from(self.cases()))
        action = data.draw(st.sampled_from(("resume", "close_suspended", "directive_close")))
        actor = self.house[data.draw(st.sampled_from(("anna", "boris", "board", "r1")))]
        self.try_(partial(applications.sign_first, actor, case_id, action), press())

    @rule(data=st.data())
    def panel_votes(self, data: st.DataObject) -> None:
        with unit_of_work() as session:
            live = select(Ballot).where(Ballot.state.in_(ballots.LIVE)).order_by(begun(Ballot))
            running = [(each.id, each.state, each.kind) for each in session.scalars(live)]
        if not running:
            return
        ballot_id, state, _kind = data.draw(st.sampled_from(running))
        if state == "no_quorum":
            actor = self.house["anna"]
            self.try_(partial(ballots.substitutes, actor, ballot_id), press())
            return
        choice = data.draw(st.sampled_from((YES, YES, NO, ABSTAIN)))
        if state == "chair_vote":
            chair = self.house["chair"]
            self.try_(partial(ballots.chair_decides, chair, ballot_id, choice), press())
            return
        for handle in ("r1", "r2", "r3", "r4"):
            actor = self.house[handle]
            if state == "prepared":
                self.try_(partial(ballots.declare_free, actor, ballot_id), press())
            else:
                self.try_(partial(ballots.cast, actor, ballot_id, choice), press())

    @rule(data=st.data())
    def reviewer_steps_back(self, data: st.DataObject) -> None:
        with unit_of_work() as session:
            ids = list(session.scalars(select(Ballot.id).order_by(begun(Ballot))))
        if ids:
            ballot_id = data.draw(st.sampled_from(ids))
            actor = self.house[data.draw(st.sampled_from(("r1", "r2", "r3", "r4")))]
            self.try_(partial(ballots.declare_conflict, actor, ballot_id), press())

    @rule(data=st.data())
    def payment_goes_on(self, data: st.DataObject) -> None:
        db.session.rollback()
        live = (
            select(Disbursement).where(Disbursement.state.in_(LIVE)).order_by(begun(Disbursement))
        )
        payments = db.session.scalars(live).all()
        if not payments:
            return
        payment = data.draw(st.sampled_from(payments))
        names = (*USUAL.get(payment.state, ()), "safety_block", "fail", "bounce", "late_ok")
        name = data.draw(st.sampled_from(names))
        if name == "recipient_ok":
            applicant = self.account.applicants[payment.application_id]
            self.try_(partial(offers.confirm_receipt, applicant, payment.id, "heron"), press())
            return
        if name == "sign_first":
            action = "retry" if payment.state in {"failed", "returned"} else "release_hold"
            actor = self.house["anna" if action == "retry" else "security"]
            self.try_(partial(disbursements.sign_first, actor, payment.id, action), press())
            return
        people = ("fin1", "fin2", "fin3", "treasurer", "board", "anna", "security")
        payment_id, step = payment.id, payment.step
        acts = [self.act_on_payment(name, payment, self.house[handle]) for handle in people]
        db.session.rollback()
        assert payment_id
        for act in acts:
            if act is not None and self.try_(act, press(step)):
                return

    @rule()
    def letters_are_made(self) -> None:
        with unit_of_work() as session:
            approved = select(Application.id).where(Application.state == "approved")
            waiting = list(session.scalars(approved.order_by(Application.designation)))
        for case_id in waiting:
            self.house.write_letter(case_id)

    @rule(amount=st.sampled_from((100_000, 300_000)))
    def somebody_gives(self, amount: int) -> None:
        self.house.fund("EMG", amount)
        self.account.given += amount

    @rule(hours=st.sampled_from((1, 7, 30, 100, 400)))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours=hours)
        deadlines.fire_due(self.clock.now())
        assert deadlines.fire_due(self.clock.now()) == 0

    @precondition(lambda self: self.last is not None)
    @rule()
    def same_request_again(self) -> None:
        assert self.last is not None
        act, request = self.last
        before = self.written()
        try:
            act(request)
        except ANSWERED:
            db.session.rollback()
        assert self.written() == before

    @rule(data=st.data())
    def withdrawing_is_possible_until_money_moves(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from(self.cases()))
        with unit_of_work() as session:
            case = session.get_one(Application, case_id)
            states = select(Disbursement.state).where(Disbursement.application_id == case_id)
            moved = not MONEY_LEFT.isdisjoint(session.scalars(states))
            held = set(holds.active(session, case_id)) - {"info_requested"}
            expected = case.state in BEFORE_MONEY and not moved and not held
            offered = casework.offered_to(session, case, self.account.applicants[case_id])
        allowed = next(each for each in offered if each.action == "withdraw").refusal is None
        assert allowed == expected

    # What must always hold

    @invariant()
    def ledger_adds_up(self) -> None:
        db.session.rollback()
        assert recompute_check() == ()
        position = ledger.position("EMG", "EUR")
        assert position.committed >= 0
        assert position.available >= 0
        paid = sum(
            db.session.scalars(select(Tranche.amount).where(Tranche.state == TrancheState.EXECUTED))
        )
        owed = position.in_transit
        assert position.available + position.committed + owed + paid == self.account.given

    @invariant()
    def promises_are_those_of_open_tranches(self) -> None:
        statement = (
            select(func.coalesce(func.sum(Tranche.amount - Tranche.cancelled), 0))
            .join(GrantCommitment, GrantCommitment.id == Tranche.commitment_id)
            .where(Tranche.state == TrancheState.PLANNED, GrantCommitment.state == "open")
        )
        assert ledger.position("EMG", "EUR").committed == db.session.scalar(statement)

    @invariant()
    def ended_cases_keep_no_money_and_no_vote(self) -> None:
        for case in db.session.scalars(select(Application)):
            if not final(case):
                continue
            votes = select(Ballot.id).where(
                Ballot.application_id == case.id, Ballot.state.in_(ballots.LIVE)
            )
            assert db.session.scalars(votes).all() == [], case.state
            before_sending = select(Disbursement.state).where(
                Disbursement.application_id == case.id,
                Disbursement.state.in_(disbursements.NOT_LEFT),
            )
            assert db.session.scalars(before_sending).all() == [], case.state
            assert holds.active(db.session(), case.id) == ()

    @invariant()
    def one_payment_and_one_vote_at_a_time(self) -> None:
        live = select(Disbursement.tranche_id).where(
            Disbursement.state.in_(set(LIVE) - {"frozen_incident"})
        )
        assert set(Counter(db.session.scalars(live)).values()) <= {1}
        votes = select(Ballot.application_id, Ballot.kind).where(Ballot.state.in_(ballots.LIVE))
        assert set(Counter(map(tuple, db.session.execute(votes))).values()) <= {1}
        seats = select(Vote.seat_id)
        assert set(Counter(db.session.scalars(seats)).values()) <= {1}

    @invariant()
    def clocks_are_those_the_state_asks_for(self) -> None:
        for name, model in SUBJECTS.items():
            for subject in db.session.scalars(select(model)):
                definition = workflow(name)
                statement = select(Clock).where(
                    Clock.subject_id == subject.id, Clock.state.in_(("running", "paused"))
                )
                live = {each.name: each for each in db.session.scalars(statement)}
                held = self.held(subject)
                by_hold = {
                    clock
                    for kind in held
                    if kind in definition.hold_of
                    for clock in definition.hold_of[kind].clocks
                }
                own = set(definition.state_of[subject.state].clocks)
                extra = set(live) - own - by_hold
                assert extra <= {"vote_extra"}, (subject.state, extra)
                missing = (own | by_hold) - set(live)
                assert missing <= {"vote", "appeal"}, (subject.state, missing, held)
                paused = {
                    clock
                    for kind in held
                    if kind in definition.hold_of
                    for clock in definition.hold_of[kind].pauses
                }
                stand = {clock for clock, each in live.items() if each.state == "paused"}
                assert stand == paused & set(live), (subject.state, held)
                nearest = min((each.due_at for each in live.values()), default=None)
                assert subject.due_at == nearest

    def held(self, subject: Any) -> tuple[str, ...]:
        application_id = getattr(subject, "application_id", subject.id)
        return holds.active(db.session(), application_id)

    @invariant()
    def trail_is_whole_and_has_one_event_per_step(self) -> None:
        assert list(audit.verify(db.session(), SUBJECTS)) == []
        statement = (
            select(Event.subject_id, func.count())
            .where(Event.chain.in_(SUBJECTS))
            .group_by(Event.subject_id)
        )
        counted = {row[0]: row[1] for row in db.session.execute(statement)}
        for model in SUBJECTS.values():
            for subject in db.session.scalars(select(model)):
                assert counted.get(subject.id, 0) == subject.step
                assert subject.step >= self.account.steps[subject.id]
                self.account.steps[subject.id] = subject.step


YES = Cast(Choice.APPROVE, reason="Needed.")
NO = Cast(Choice.REJECT, reason_code="no_acute_risk", reason="It can wait.")
ABSTAIN = Cast(Choice.ABSTAIN, reason="I do not know the field.")
CASE_PEOPLE = ("anna", "boris", "board", "fin1", "security")
ASKED = (
    "questions_allowed", "redaction_ready", "channel_allowed", "contact_verified",
    "formal_reason", "reason_on_list", "reason_given", "report_settled", "report_given",
    "new_facts",
)  # fmt: skip
DOUBTED = (
    "stop_confirmed", "applicant_prefers_referral", "referral_consented", "risk_too_high",
)  # fmt: skip
TURNS = frozenset({
    "withdraw", "suspend_security", "person_event", "reject", "refer_out", "assign", "set_band",
    "verify", "board_consent", "decline_offer", "reopen", "no_money", "close_suspended",
    "directive_close", "directive_redecide", "payment_impossible", "return_report",
    "request_info",
})  # fmt: skip
"""Steps that turn a case aside or only stir it; possible almost always."""

BY_APPLICANT = frozenset({"accept", "decline_offer", "withdraw"})
USUAL: dict[str, tuple[str, ...]] = {
    "planned": ("conditions_met",) * 4,
    "ready": ("safety_check",) * 8,
    "payee_checked": ("authorise_first",) * 8,
    "part_authorised": ("authorise_second",) * 8 + ("refuse_authorisation",),
    "held": ("sign_first", "release_hold") * 3,
    "authorised": ("send",) * 8,
    "sent": ("bank_ok", "recipient_ok") * 3,
    "confirmed": ("recipient_ok", "reconcile") * 3,
    "unconfirmed": ("late_ok",) * 3,
    "received": ("reconcile",) * 8,
    "failed": ("sign_first", "retry") * 4,
    "returned": ("sign_first", "retry") * 4,
}


def final(case: Application) -> bool:
    return workflow(case.workflow, case.workflow_version).state_of[case.state].final


def begun(model: type[Ballot | Disbursement]) -> ScalarSelect[int]:
    """Order by what came first: ids are random, and the same luck must mean the same thing."""
    return (
        select(Event.id)
        .where(Event.subject_id == model.id, Event.step == 1)
        .correlate(model)
        .scalar_subquery()
    )


def copied(store: Store, home: Path) -> Store:
    """Copy a store's files, so that each run begins with the same house."""
    urls = []
    for url in (store.database_url, store.keystore_url):
        path = Path(url.removeprefix("sqlite:///"))
        shutil.copyfile(path, home / path.name)
        urls.append(f"sqlite:///{home / path.name}")
    return Store(SQLITE, *urls)


@contextmanager
def opened(
    store: Store, home: Path, clock: ManualClock, private_keys: Mapping[str, PrivateKey]
) -> Iterator[House]:
    """Yield the house of a store, its people signed in with the keys they had."""
    config = installation.test_settings(store, home, "smtp://127.0.0.1:9", {})
    with installation.running_app(config, clock) as app, app.app_context():
        app.extensions["fund.lot"] = Random(20141129)  # noqa: S311 - a lot that can be repeated
        staff = {
            person.handle: SignedIn(
                person.id, person.roles, vault.ring_for(person.id, private_keys[person.handle])
            )
            for person in db.session.scalars(select(Person))
            if person.handle in private_keys
        }
        yield House(app, clock, staff)


def prepare(store: Store, home: Path) -> dict[str, PrivateKey]:
    """Build a house once, with a case before the panel, one offered and one about to be paid.

    Returns the private keys of its people by handle, and of its applicants by reference.
    """
    with opened(store, home, ManualClock(START), {}) as empty:
        house = build(empty.app, empty.clock)
        begun, case_id = house.submitted()
        house.to_review(case_id, [("legal", 60_000), ("medical", 40_000)])
        offered, case_id = house.approved([("legal", 150_000)])
        house.write_letter(case_id)
        applications.offer(house["anna"], case_id, press())
        paid, _ = house.accepted([("legal", 90_000), ("medical", 10_000)])
        house.add("r4", Role.REVIEWER)
        house.add("fin3", Role.FINANCE_OFFICER)
        people = {**house.staff, **{each.ref: each for each in (begun, offered, paid)}}
        return {name: each.ring._private_key for name, each in people.items()}  # noqa: SLF001


@pytest.mark.slow
def test_cases_led_by_chance_keep_every_promise(
    sqlite_stores: SqliteStores, tmp_path: Path
) -> None:
    with sqlite_stores.fresh(tmp_path) as store:
        Fund.prepared, Fund.private_keys = store, prepare(store, tmp_path)
        run(Fund, settings=PROFILE)
