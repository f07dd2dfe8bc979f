"""A house to act in: people with their keys, rules in force, a fund with money, an applicant.

Everybody here is made through the services a real installation uses; nothing is written past
them. Names of people are their handles, so that a test reads like minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from flask import Flask
from sqlalchemy import select

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.disbursements import Disbursement
from fund_app.models.jobs import Job
from fund_app.models.people import Person
from fund_app.models.types import new_ref
from fund_app.services import (
    applications,
    ballots,
    demo_lists,
    disbursements,
    intake,
    ledger_chart,
    ledger_facts,
    letters,
    offers,
    official_lists,
    people,
    rules,
    staff_keys,
    unlocks,
    vault,
)
from fund_app.services.application_effects import MAKE_LETTER, CheckResult
from fund_app.services.intake import AnswerText
from fund_app.services.ledger_facts import Origin
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from fund_app.services.votes import Cast
from workflows.counting import Choice
from workflows.roles import SYSTEM, Role
from workflows.unlocks import Purpose

PASSPHRASE = "a passphrase of more than fifteen characters"

STAFF = {
    "anna": [Role.COORDINATOR],
    "boris": [Role.COORDINATOR],
    "r1": [Role.REVIEWER],
    "r2": [Role.REVIEWER],
    "r3": [Role.REVIEWER],
    "chair": [Role.CHAIR],
    "fin1": [Role.FINANCE_OFFICER],
    "fin2": [Role.FINANCE_OFFICER],
    "treasurer": [Role.TREASURER],
    "board": [Role.BOARD_MEMBER],
    "security": [Role.SECURITY_LEAD],
    "custodian1": [Role.CUSTODIAN],
    "custodian2": [Role.CUSTODIAN],
}

MINIMUM = {
    "for_whom": ("narrative", "self"),
    "safe_now": ("narrative", "no"),
    "deadline": ("narrative", "days"),
    "language": ("narrative", "ru"),
    "channel": ("narrative", "portal"),
    "country_now": ("narrative", "RU"),
    "narrative": ("narrative", "They came at six in the morning."),
    "need_most": ("narrative", "A lawyer."),
    "information_read": ("narrative", "yes"),
    "processing_consent": ("narrative", "yes"),
    "truth": ("narrative", "yes"),
}


def press(step_seen: int | None = None) -> Request:
    """Return one press of a button on a page that showed this step (None: did not look)."""
    return Request(new_ref(), step_seen)


@dataclass
class House:
    """People by handle, and short words for what they do."""

    app: Flask
    clock: ManualClock
    staff: dict[str, SignedIn]

    def __getitem__(self, handle: str) -> SignedIn:
        return self.staff[handle]

    def add(self, handle: str, *roles: Role) -> SignedIn:
        """Take somebody on and sign them in."""
        person_id = people.add(SYSTEM, handle, handle.title(), roles, PASSPHRASE)
        private_key = staff_keys.unlock_staff(person_id, PASSPHRASE)
        assert private_key is not None
        ring = vault.ring_for(person_id, private_key)
        self.staff[handle] = SignedIn(person_id, frozenset(roles), ring)
        return self.staff[handle]

    def draft(self, **answers: tuple[str, str]) -> SignedIn:
        """Begin an application and answer the minimum; return the applicant."""
        entrant = intake.begin("ru")
        applicant = SignedIn(
            entrant.holder_id,
            frozenset({Role.APPLICANT}),
            vault.ring_for(entrant.holder_id, entrant.private_key),
        )
        given = [
            AnswerText(question, 0, compartment, text)
            for question, (compartment, text) in {**MINIMUM, **answers}.items()
        ]
        intake.save(applicant, given)
        return applicant

    def case_of(self, applicant: SignedIn) -> str:
        """Return the id of an applicant's case."""
        statement = select(Application.id).where(Application.holder_id == applicant.ref)
        found = db.session.scalar(statement)
        assert found is not None
        return found

    def case(self, case_id: str) -> Application:
        """Read a case anew."""
        db.session.rollback()
        return db.session.get_one(Application, case_id)

    def submitted(self, **answers: tuple[str, str]) -> tuple[SignedIn, str]:
        """Return an applicant and their case, just submitted."""
        return self._sent(self.draft(**answers), "russia")

    def _sent(self, applicant: SignedIn, region: str) -> tuple[SignedIn, str]:
        intake.submit(applicant, press(), region=region, form_version=1)
        return applicant, self.case_of(applicant)

    def unlocked(self, handle: str, case_id: str, purpose: Purpose = Purpose.CHECK) -> str:
        """Let somebody ask for the names of a case, and two custodians agree."""
        question = unlocks.Question(purpose)
        unlock_id = unlocks.ask(self[handle], case_id, question, press())
        for custodian in ("custodian1", "custodian2"):
            unlocks.agree(self[custodian], unlock_id)
        return unlock_id

    def fresh(self, handle: str) -> SignedIn:
        """Return somebody as their next request finds them, with the keys they hold by then."""
        person = self[handle]
        key = person.ring._private_key  # noqa: SLF001
        return SignedIn(person.ref, person.roles, vault.ring_for(person.ref, key))

    def to_review(
        self, case_id: str, lines: Sequence[tuple[str, int]], *, lead: str = "anna", level: int = 2
    ) -> None:
        """Lead a submitted case to the panel: acknowledged, verified to a level, redacted."""
        coordinator = self[lead]
        applications.acknowledge(coordinator, case_id, press())
        applications.set_band(coordinator, case_id, "standard", press())
        applications.start_verification(coordinator, case_id, press())
        for kind in ("identity", "incident", "activity", "need"):
            result = CheckResult(kind, "confirmed", level, "seen")
            applications.verify(coordinator, case_id, result, press())
        self.redact(case_id, lines, lead=lead)
        applications.to_review(coordinator, case_id, press())

    def ballot_of(self, case_id: str) -> Ballot:
        """Return the ballot that still runs on a case."""
        statement = select(Ballot).where(
            Ballot.application_id == case_id, Ballot.state.in_(ballots.LIVE)
        )
        found = db.session.scalar(statement)
        assert found is not None
        return found

    def vote(self, case_id: str, votes: Mapping[str, Cast]) -> None:
        """Let each of these people say they are free, then let each vote."""
        ballot_id = self.ballot_of(case_id).id
        for handle in votes:
            ballots.declare_free(self[handle], ballot_id, press())
        for handle, vote in votes.items():
            ballots.cast(self[handle], ballot_id, vote, press())

    def approved(
        self, lines: Sequence[tuple[str, int]], *, region: str = "russia"
    ) -> tuple[SignedIn, str]:
        """Return an applicant and their case, approved in full by three reviewers."""
        applicant, case_id = self._sent(self.draft(), region)
        self.to_review(case_id, lines)
        yes = Cast(Choice.APPROVE, reason="Needed.")
        self.vote(case_id, dict.fromkeys(("r1", "r2", "r3"), yes))
        return applicant, case_id

    def write_letter(self, case_id: str) -> None:
        """Make the award letter that waits for the worker."""
        statement = select(Job).where(Job.kind == MAKE_LETTER, Job.order_key == case_id)
        job = db.session.scalars(statement.order_by(Job.id.desc())).first()
        assert job is not None
        kind, key = str(job.payload["kind"]), job.key
        letters.make(case_id, kind, key=key, complete=lambda _session: None)

    def print_letter(self, case_id: str) -> None:
        """Make the letter of a case's decision, as the worker would by the key of its job."""
        statement = select(Job).where(
            Job.kind == MAKE_LETTER, Job.key.startswith(f"{case_id}:"), Job.state == "ready"
        )
        job = db.session.scalars(statement.order_by(Job.id.desc())).first()
        assert job is not None
        key, kind = job.key, str(job.payload["kind"])
        letters.make(case_id, kind, key=key, complete=lambda _session: None)

    def accepted(
        self, lines: Sequence[tuple[str, int]], *, region: str = "russia", **payee: str
    ) -> tuple[SignedIn, str]:
        """Return an applicant and their case, with the offer accepted and a payment planned."""
        applicant, case_id = self.approved(lines, region=region)
        self.accept_offer(applicant, case_id, **payee)
        return applicant, case_id

    def accept_offer(self, applicant: SignedIn, case_id: str, **payee: str) -> None:
        """Lay the award before the applicant, who accepts it by voucher unless `payee` says."""
        self.write_letter(case_id)
        applications.offer(self["anna"], case_id, press())
        offers.accept(applicant, self.payee(**payee), press())

    @staticmethod
    def payee(**other: str) -> list[AnswerText]:
        """Return the answers of block PAY; `other` replaces some of them."""
        details = {
            "payout_channel": "voucher",
            "payee_name": "Test Person A-0017",
            "payee_account": "Pick-up point 3",
            "confirmation_word": "heron",
            **other,
        }
        return [AnswerText(question, 0, "payout", text) for question, text in details.items()]

    def payment_of(self, case_id: str) -> Disbursement:
        """Return the newest payment of a case."""
        db.session.rollback()
        statement = (
            select(Disbursement)
            .where(Disbursement.application_id == case_id)
            .order_by(Disbursement.attempt.desc())
        )
        found = db.session.scalar(statement.limit(1))
        assert found is not None
        return found

    def released(
        self, lines: Sequence[tuple[str, int]], *, region: str = "russia", **payee: str
    ) -> tuple[SignedIn, str]:
        """Return an applicant and their case, its payment checked and signed by two."""
        applicant, case_id = self.accepted(lines, region=region, **payee)
        self.sign(case_id)
        return applicant, case_id

    def sign(self, case_id: str) -> None:
        """Have the newest payment of a case checked and signed by two."""
        payment_id = self.payment_of(case_id).id
        checker = self.fresh("fin1")
        disbursements.safety_check(checker, payment_id, payee_verified=True, request=press())
        disbursements.authorise_first(self["fin2"], payment_id, press())
        disbursements.authorise_second(self["treasurer"], payment_id, press())

    def redact(self, case_id: str, lines: Sequence[tuple[str, int]], *, lead: str = "anna") -> None:
        """Write the redacted file with these cost lines (category, minor units)."""
        rows = [applications.FileLine(category, amount) for category, amount in lines]
        applications.write_redaction(self[lead], case_id, "A person needs help.", rows, press())

    def fund(self, code: str, amount: int, currency: str = "EUR") -> None:
        """Put money into a fund by a bank gift."""
        with unit_of_work() as session:
            origin = Origin(new_ref(), self.clock.now().date(), ("test", new_ref()), SYSTEM.ref)
            ledger_facts.bank_gift(session, origin, {code: amount}, currency)

    def at(self, moment: datetime) -> None:
        """Move the clock to a moment."""
        self.clock.set(moment)


_settled: dict[str, dict[str, SignedIn]] = {}
"""By database engine: who lives in the house that new stores of this run are copied from."""


def build(app: Flask, clock: ManualClock) -> House:
    """Set up a house with its people, rules, accounts and 5,000.00 in the emergency fund.

    Where the store was copied from one that holds a house, everybody is only let in.
    """
    app.extensions["fund.lot"] = Random(20141129)  # noqa: S311 (lots that can be repeated)
    house = House(app, clock, dict(_settled.get(db.engine.name, {})))
    if house.staff and db.session.get(Person, house["anna"].ref) is not None:
        house.staff = {handle: house.fresh(handle) for handle in house.staff}
        db.session.rollback()
        return house
    return _founded(House(app, clock, {}))


def settle(app: Flask, clock: ManualClock) -> None:
    """Set up a house in the present store, for others to be copied from it."""
    _settled[db.engine.name] = _founded(House(app, clock, {})).staff


def _founded(house: House) -> House:
    with unit_of_work() as session:
        rules.seed(session)
        ledger_chart.seed_chart(session)
    for handle, roles in STAFF.items():
        house.add(handle, *roles)
    house.fund("EMG", 500_000)
    official_lists.import_file(SYSTEM, demo_lists.eu("2026-05-01"))
    return house
