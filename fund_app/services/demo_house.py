"""The demonstration's house: who works in it, and in short words what they do.

Every word here is one use case of the services at the present moment of the demonstration's
clock; nothing is written past them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.disbursements import Disbursement
from fund_app.models.events import Event
from fund_app.models.types import new_ref
from fund_app.services import (
    advances,
    applications,
    ballots,
    codenames,
    disbursements,
    enrolments,
    factors,
    intake,
    jobs,
    letters,
    offers,
    people,
    personas,
    staff_keys,
    vault,
)
from fund_app.services.advances import Part
from fund_app.services.application_effects import MAKE_LETTER, CheckResult
from fund_app.services.applications import FileLine
from fund_app.services.demo_plans import Case, Plan, account_of, answers
from fund_app.services.disbursements import BankLine, Sending
from fund_app.services.factors import Kind
from fund_app.services.hardening import REHEARSAL, Hardening
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from workflows.channels import ADVANCED
from workflows.roles import SYSTEM, Actor, Role

SEED = 20141129
FORM_VERSION = 1

FURTHER_STAFF: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("coordinator-2", "Rolf Adler", "de", (Role.COORDINATOR,)),
    ("reviewer-4", "Anton Weiss", "de", (Role.REVIEWER,)),
    ("reviewer-5", "Ketevan Lomidze", "ru", (Role.REVIEWER,)),
    ("reviewer-6", "Hanna Brandt", "de", (Role.REVIEWER,)),
    ("reviewer-7", "Daniyar Osmonov", "ru", (Role.REVIEWER,)),
    ("board-2", "Stefan Roth", "de", (Role.BOARD_MEMBER, Role.CUSTODIAN)),
    ("board-3", "Zoya Petrosyan", "ru", (Role.BOARD_MEMBER,)),
    ("auditor-2", "Karl Fuchs", "de", (Role.AUDITOR,)),
)
"""Made-up colleagues beside the personas, so that panels, substitutes and boards exist."""

DEMO_PASSKEYS = ("Blue security key", "Office computer")
CHECKED = (("identity", 2), ("incident", 3), ("activity", 3), ("need", 2))
DECISIONS = ("approve", "approve_partially", "money_found", "reject")
CONFIRMATION_WORD = "heron"
PARTNERS = ("P-01", "P-02", "P-03")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here, with the key they would open at sign-in."""

    id: str
    private_key: PrivateKey = field(repr=False)
    roles: frozenset[Role]


def press() -> Request:
    """Return one press of a button."""
    return Request(new_ref())


class House:
    """People by handle, and short words for what they do."""

    def __init__(self, clock: ManualClock) -> None:
        """Begin with nobody."""
        self.clock = clock
        self.staff: dict[str, Colleague] = {}

    def hire(self) -> None:
        """Take everybody on."""
        for one in personas.PERSONAS:
            if not one.codename:
                self.take_on(one.handle, one.display_name, "en", tuple(one.roles))
        for handle, name, language, roles in FURTHER_STAFF:
            self.take_on(handle, name, language, roles)

    def take_on(self, handle: str, name: str, language: str, roles: tuple[Role, ...]) -> None:
        """Take somebody on; their passphrase is in the source, so a quick key is enough."""
        usual = current_app.extensions["fund.hardening"]
        current_app.extensions["fund.hardening"] = Hardening(REHEARSAL)
        try:
            person_id = people.add(
                SYSTEM,
                handle,
                name,
                roles,
                personas.STAFF_PASSPHRASE,
                language=language,
                mail_address=f"{handle}@example.org",
                resolution="Assembly 2023-12 (demo)",
                is_demo=True,
            )
            private_key = staff_keys.unlock_staff(person_id, personas.STAFF_PASSPHRASE)
        finally:
            current_app.extensions["fund.hardening"] = usual
        if private_key is None:
            raise RuntimeError("a key that was just made does not open")
        self.staff[handle] = Colleague(person_id, private_key, frozenset(roles))
        self._hand_out_passkeys(person_id, frozenset(roles))

    def _hand_out_passkeys(self, person_id: str, roles: frozenset[Role]) -> None:
        """Let somebody have two passkeys to look at; no device holds them, so nobody signs in."""
        first, second = (
            factors.sealed(
                person_id,
                Kind.PASSKEY,
                name,
                {"id": new_ref(), "key": new_ref(), "at": "localhost"},
                lookup=sha256(new_ref().encode()).hexdigest(),
            )
            for name in DEMO_PASSKEYS
        )
        code = enrolments.check(person_id, enrolments.offer(SYSTEM, person_id))
        enrolments.complete(first, code or "")
        factors.add(Actor(person_id, roles), second)

    def __getitem__(self, handle: str) -> SignedIn:
        """Return somebody signed in anew, with what their key opens now."""
        return self._signed_in(self.staff[handle])

    def by_id(self, person_id: str) -> SignedIn:
        """Return the colleague of this id, signed in anew."""
        return self._signed_in(next(one for one in self.staff.values() if one.id == person_id))

    @staticmethod
    def _signed_in(one: Colleague) -> SignedIn:
        return SignedIn(one.id, one.roles, vault.ring_for(one.id, one.private_key))

    @staticmethod
    def applicant(case: Case) -> SignedIn:
        """Return the person a case is about, come in by their codename."""
        ring = vault.ring_for(case.entrant.holder_id, case.entrant.private_key)
        return SignedIn(case.entrant.holder_id, frozenset({Role.APPLICANT}), ring)

    # The applicant

    def draft(self, plan: Plan, *, codename: str = "") -> Case:
        """Begin a case and write down its answers; a persona gets the codename it is known by."""
        entrant = intake.begin(plan.language, came_by=plan.came_by)
        if codename:
            codenames.applicants().bind_known(entrant.holder_id, entrant.private_key, codename)
        with unit_of_work() as session:
            application = _of_holder(session, entrant.holder_id)
            application.demo_tag = plan.tag
            case_id = application.id
        case = Case(case_id, entrant, plan, Random(SEED + plan.number))  # noqa: S311 (a story)
        intake.save(self.applicant(case), list(answers(plan)))
        return case

    def submit(self, case: Case) -> None:
        """Send the draft."""
        intake.submit(
            self.applicant(case), press(), region=case.plan.region, form_version=FORM_VERSION
        )

    def answer(self, case: Case, text: str) -> None:
        """Answer every open question with the same words."""
        from_whom = self.applicant(case)
        intake.answer(from_whom, dict.fromkeys(open_questions(case.id), text), press())

    def accept(self, case: Case, **payee: str) -> None:
        """Accept the offer, paid by the plan's way; `payee` replaces some of the answers."""
        offers.accept(self.applicant(case), self.payee(case, **payee), press())

    @staticmethod
    def payee(case: Case, **other: str) -> list[AnswerText]:
        """Return the answers of block PAY; `other` replaces some of them."""
        details = {
            "payout_channel": case.plan.channel,
            "payee_name": case.plan.legal_name,
            "payee_account": account_of(case.plan),
            "confirmation_word": CONFIRMATION_WORD,
            **other,
        }
        return [AnswerText(key, 0, "payout", text) for key, text in details.items()]

    def received(self, case: Case) -> None:
        """Say with the word only the person knows that the money has come."""
        payment_id = self.payment(case).id
        offers.confirm_receipt(self.applicant(case), payment_id, CONFIRMATION_WORD, press())

    def report(self, case: Case, text: str) -> None:
        """Write the light report."""
        offers.report(self.applicant(case), text, press())

    # The desk

    def lead(self, case: Case) -> SignedIn:
        """Return the coordinator who leads the case."""
        return self[case.plan.lead]

    def acknowledge(self, case: Case) -> None:
        """Answer as a human being."""
        applications.acknowledge(self.lead(case), case.id, press())

    def set_band(self, case: Case) -> None:
        """Say how urgent it is."""
        applications.set_band(self.lead(case), case.id, case.plan.band, press())

    def start_verification(self, case: Case) -> None:
        """Plan the four checks, once possible duplicates have been looked at."""
        applications.start_verification(self.lead(case), case.id, press())

    def verify(self, case: Case, kind: str, level: int) -> None:
        """Confirm one of the four tests."""
        result = CheckResult(kind, "confirmed", level, case.plan.text.check)
        applications.verify(self.lead(case), case.id, result, press())

    def ask(self, case: Case, *questions: str) -> None:
        """Put a bundle of questions."""
        applications.request_info(self.lead(case), case.id, questions, press())

    def redact(self, case: Case, lines: Sequence[FileLine] = ()) -> None:
        """Write what the panel reads."""
        applications.write_redaction(
            self.lead(case), case.id, case.plan.text.redacted, lines or case.plan.lines, press()
        )

    def to_review(self, case: Case) -> None:
        """Call a panel."""
        applications.to_review(self.lead(case), case.id, press())

    @staticmethod
    def letter(case: Case) -> None:
        """Make the letter of the latest decision, as the job does, and take the job back."""
        with unit_of_work() as session:
            statement = select(Event.action, Event.step).where(
                Event.chain == "emergency", Event.subject_id == case.id, Event.action.in_(DECISIONS)
            )
            row = session.execute(statement.order_by(Event.step.desc()).limit(1)).one()
        kind = letters.REFUSAL if row.action == "reject" else letters.AWARD
        key = f"{case.id}:{row.step}:{MAKE_LETTER}"

        def complete(session: Session) -> None:
            jobs.cancel(session, key)

        letters.make(case.id, kind, key=key, complete=complete)

    def offer(self, case: Case) -> None:
        """Lay the letter before the person."""
        applications.offer(self.lead(case), case.id, press())

    def close(self, case: Case) -> None:
        """Close the case."""
        applications.close(self.lead(case), case.id, press())

    # The panel

    def ballot(self, case: Case) -> Ballot | None:
        """Return the vote that runs on a case, or None."""
        with unit_of_work() as session:
            statement = select(Ballot).where(
                Ballot.application_id == case.id, Ballot.state.in_(ballots.LIVE)
            )
            return session.scalar(statement)

    def ballot_id(self, case: Case) -> str:
        """Return the id of the vote that runs on a case."""
        found = self.ballot(case)
        if found is None:
            raise LookupError(case.id)
        return found.id

    def seated(self, case: Case) -> list[SignedIn]:
        """Return who sits on the panel, in the order they were drawn; who left is left out."""
        with unit_of_work() as session:
            ballot = session.get_one(Ballot, self.ballot_id(case))
            ids = [seat.reviewer_id for seat in ballot.seats if seat.status != "recused"]
        return [self.by_id(person_id) for person_id in ids]

    def known_to(self, case: Case) -> int:
        """Return how many reviewers sit on the panel or have left it."""
        with unit_of_work() as session:
            return len(session.get_one(Ballot, self.ballot_id(case)).seats)

    @property
    def reviewers(self) -> int:
        """How many reviewers there are."""
        return sum(Role.REVIEWER in one.roles for one in self.staff.values())

    def declare_free(self, case: Case, who: SignedIn) -> None:
        """Say that there is no conflict."""
        ballots.declare_free(who, self.ballot_id(case), press())

    def declare_conflict(self, case: Case, who: SignedIn) -> None:
        """Step back."""
        ballots.declare_conflict(who, self.ballot_id(case), press())

    def cast(self, case: Case, who: SignedIn, vote: Cast) -> None:
        """Vote."""
        ballots.cast(who, self.ballot_id(case), vote, press())

    # The treasury

    def payment(self, case: Case) -> Disbursement:
        """Return the newest payment of a case."""
        with unit_of_work() as session:
            statement = select(Disbursement).where(Disbursement.application_id == case.id)
            return session.scalars(statement.order_by(Disbursement.attempt.desc()).limit(1)).one()

    def check_payee(self, case: Case) -> None:
        """Check way, reference and payee."""
        disbursements.safety_check(
            self["finance-1"],
            self.payment(case).id,
            payee_verified=True,
            request=press(),
        )

    def sign_first(self, case: Case) -> None:
        """Sign first."""
        disbursements.authorise_first(self["finance-2"], self.payment(case).id, press())

    def sign_second(self, case: Case) -> None:
        """Sign second."""
        disbursements.authorise_second(self["treasurer"], self.payment(case).id, press())

    def send(self, case: Case) -> None:
        """Hand the payment over."""
        payment = self.payment(case)
        partner = PARTNERS[case.plan.number % len(PARTNERS)] if payment.channel in ADVANCED else ""
        disbursements.send(self["finance-1"], payment.id, Sending(partner), press())

    def bank_line(self, case: Case, *, fee: int = 0) -> BankLine:
        """Return the bank's line of a payment."""
        payment = self.payment(case)
        return BankLine(payment.amount, payment.reference, fee)

    def see_at_bank(self, case: Case) -> None:
        """Find the payment on the statement."""
        line = self.bank_line(case)
        disbursements.bank_ok(self["finance-1"], self.payment(case).id, line, press())

    def settle(self, case: Case, line: BankLine) -> None:
        """Tie a payment received before the bank showed it to its line, which is posted now."""
        disbursements.bank_ok(self["finance-1"], self.payment(case).id, line, press())
        self.reconcile(case)

    def account_for(self, case: Case, amount: int) -> None:
        """Record on a signed receipt what a partner handed over."""
        part = Part("handed_over", amount, "signed_receipt", f"R-{case.plan.number:04d}")
        advances.account_for(self["finance-1"], self.payment(case).id, part, press())

    def reconcile(self, case: Case) -> None:
        """Tie the payment to its line, once a partner has accounted for all of it."""
        payment = self.payment(case)
        if payment.channel in ADVANCED:
            self.account_for(case, payment.amount)
        disbursements.reconcile(self["finance-1"], self.payment(case).id, None, press())


def open_questions(case_id: str) -> list[str]:
    """Return the ids of a case's open questions."""
    from fund_app.queries import messages  # noqa: PLC0415 (named like a service)

    with unit_of_work() as session:
        return [row.id for row in messages.open_questions(session, case_id)]


def _of_holder(session: Session, holder_id: str) -> Application:
    return session.scalars(select(Application).where(Application.holder_id == holder_id)).one()
