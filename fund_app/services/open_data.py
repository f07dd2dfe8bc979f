"""Single grants as open data: nothing is published unless two people decide it for one grant.

What is published is written down coarse from the start and never read from the ledger again.
A grant that would leave fewer than five others behind in a published figure stays unpublished.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.holds import Hold
from fund_app.models.publications import LONGEST_DESCRIPTION, GrantRecord
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import answers, canaries, ledger_gifts
from fund_app.queries import publications as reads
from fund_app.queries import told_quarters as reads_told
from fund_app.queries.publications import AwardRow
from fund_app.services import brakes, looks, told_quarters
from fund_app.services.publications import (
    PROPOSERS,
    SIGNERS,
    PublishingRefused,
    note,
    require,
)
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from workflows import disclosure, open_data
from workflows.quarters import Quarter
from workflows.roles import Actor, Role
from workflows.told_quarters import leaves_few

LANGUAGES = ("en", "ru", "de")
WHOLE = (Compartment.IDENTITY, Compartment.PAYOUT)
"""Of these compartments every word is looked for, of the others what is written as a name."""
READERS = (Role.COORDINATOR, Role.BOARD_MEMBER)


class TooTelling(Exception):
    """The words could lead to somebody; `codes` say by what, never which words."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        """Keep the codes for the page to explain."""
        super().__init__("too telling")
        self.codes = codes


@dataclass(frozen=True, slots=True)
class Wish:
    """Which grant to publish, why (open_data.REASONS) and in which words; words may be empty."""

    designation: str
    reason_code: str
    description: str = ""


def propose(actor: SignedIn, wish: Wish) -> GrantRecord:
    """Propose that one grant becomes open data.

    Where the actor can open something of the case, the words are compared with it, which is a
    look like any other. Raises TooTelling, brakes.Slowed and brakes.Stopped, and
    PublishingRefused: not_a_proposer, unknown_case, no_reason, no_award, too_early, held,
    under_way, too_long.
    """
    with brakes.watched(actor), unit_of_work() as session:
        require(actor, PROPOSERS, "not_a_proposer")
        application = _case(session, wish.designation)
        if wish.reason_code not in open_data.REASONS:
            raise PublishingRefused("no_reason")
        if len(wish.description) > LONGEST_DESCRIPTION:
            raise PublishingRefused("too_long")
        award = _award(session, application)
        if _live(session, application.id):
            raise PublishingRefused("under_way")
        searched, found = _compared(session, actor, application, wish.description)
        rules = disclosure.in_force(now().date())
        row = GrantRecord(
            id=new_ref(),
            application_id=application.id,
            public_number=new_ref(),
            state="proposed",
            reason_code=wish.reason_code,
            programme=award.programme,
            region=award.region,
            quarter=str(award.quarter),
            amount=max(
                disclosure.rounded_amount(award.amount, award.currency, rules),
                disclosure.amount_step(award.currency, rules),
            ),
            currency=award.currency,
            description=wish.description,
            names_searched=searched,
            proposed_by_id=actor.ref,
            proposed_on=now().date(),
        )
        if not found:
            session.add(row)
            note(session, actor, "grant_proposed", row.id)
            session.flush()
    # Outside of the unit: what was compared stays written down, also where it is refused.
    if found:
        raise TooTelling(found)
    return row


def confirm(actor: Actor, record_id: str) -> None:
    """Sign second: the grant is open data from now on.

    Raises LookupError for no such proposal, and PublishingRefused: not_a_signer, same_person,
    decided, no_award, too_early, held, leaves_few (a published figure, or what donors were told
    of a fund, would tell of the few grants beside it).
    """
    require(actor, SIGNERS, "not_a_signer")
    # A quarter that is frozen afterwards knows of this grant; one before is looked at below.
    told_quarters.freeze()
    with unit_of_work() as session:
        note(session, actor, "grant_confirmed", record_id)
        row = _open(session, record_id, "proposed")
        if row.proposed_by_id == actor.ref:
            raise PublishingRefused("same_person")
        _award(session, session.get_one(Application, row.application_id))
        if _leaves_few(session, row.application_id) or _leaves_few_paid(
            session, row.application_id
        ):
            raise PublishingRefused("leaves_few")
        row.state, row.decided_by_id, row.decided_on = "published", actor.ref, now().date()


def decline(actor: Actor, record_id: str) -> None:
    """Take a proposal back, one's own or somebody else's; nothing was published."""
    with unit_of_work() as session:
        require(actor, PROPOSERS, "not_a_proposer")
        note(session, actor, "grant_declined", record_id)
        row = _open(session, record_id, "proposed")
        row.state, row.decided_by_id, row.decided_on = "declined", actor.ref, now().date()


def withdraw(actor: Actor, record_id: str) -> None:
    """Take a published grant off at once; one person is enough, for it can only protect.

    Copies may exist: the check goes on treating it as known. Refused: not_a_proposer, decided.
    """
    with unit_of_work() as session:
        require(actor, PROPOSERS, "not_a_proposer")
        note(session, actor, "grant_withdrawn", record_id)
        row = _open(session, record_id, "published")
        row.state, row.withdrawn_on = "withdrawn", now().date()


def document(session: Session) -> dict[str, Any] | None:
    """Return everything that is open data as one 360Giving file, None where there is nothing."""
    rows = reads.open_records(session)
    if not rows:
        return None
    return open_data.package(
        open_data.grant(
            open_data.Grant(
                row.public_number,
                row.programme,
                row.region,
                Quarter.parse(row.quarter),
                row.amount,
                row.currency,
                row.description,
            )
        )
        for row in rows
    )


def _case(session: Session, designation: str) -> Application:
    """Return the case, locked: of two who propose it at once the second finds the first."""
    statement = select(Application).where(Application.designation == designation.strip())
    row = session.scalar(statement.with_for_update(of=Application))
    if row is None or canaries.is_invented(session, row.id):
        raise PublishingRefused("unknown_case")
    return row


def _award(session: Session, application: Application) -> AwardRow:
    """Return a case's award where it may be told of by itself today."""
    award = reads.award(session, application.id)
    if award is None or application.erased_on is not None:
        raise PublishingRefused("no_award")
    if award.quarter > disclosure.latest_quarter(now().date()):
        raise PublishingRefused("too_early")
    holds = select(Hold.id).where(Hold.application_id == application.id, Hold.lifted_at.is_(None))
    if session.scalar(holds.limit(1)) is not None:
        raise PublishingRefused("held")
    return award


def _leaves_few(session: Session, application_id: str) -> bool:
    """Whether everything told so far would, with this grant known, tell of few others."""
    cases = [
        replace(case, is_told=case.is_told or case.name == application_id)
        for case in reads.cases(session)
    ]
    rules = disclosure.in_force(now().date())
    return disclosure.exposed_by(cases, reads.told(session), rules.fewest)


def _leaves_few_paid(session: Session, application_id: str) -> bool:
    """Whether a statement or a report on a fund would, with this grant known, tell of few others.

    As they are told by now, of every fund that promised or paid the case something.
    """
    cuts = reads_told.cuts()
    if not cuts:
        return False
    known, published = reads_told.known_cases(cuts), reads.once_told(session)
    return any(
        leaves_few(cases(fund, currency), cuts[-1].quarter, known, published, application_id)
        for fund, currency in ledger_gifts.funds_of(application_id)
        for cases in (ledger_gifts.paid_cases, ledger_gifts.promised_cases)
    )


def _compared(
    session: Session, actor: SignedIn, application: Application, text: str
) -> tuple[bool, tuple[str, ...]]:
    """Return whether the case's own words were at hand, and what in a text leads to somebody."""
    opened = [each for each in Compartment if actor.ring.opens(application.id, each)]
    names: list[str] = []
    role = next((each for each in READERS if each in actor.roles), None)
    is_searched = bool(opened and text and role)
    if is_searched and role is not None:
        looks.write_down(session, actor, application.id, brakes.COMPARED, role)
        names = list(_words(session, actor, application.id, opened))
    return is_searched, open_data.troubles(text, names, _places())


def _words(
    session: Session, actor: SignedIn, application_id: str, opened: Iterable[Compartment]
) -> Iterator[str]:
    for compartment in opened:
        told = answers.opened(session, actor.ring, application_id, compartment=compartment)
        for text in told.values():
            if compartment in WHOLE:
                yield text
            else:
                yield from open_data.proper_words(text)


@lru_cache(maxsize=1)
def _places() -> tuple[str, ...]:
    """Return what countries are called in every language of the fund."""
    return tuple(
        sorted(
            {
                name
                for language in LANGUAGES
                for code, name in Locale.parse(language).territories.items()
                if code.isalpha() and len(code) == len("XX")
            }
        )
    )


def _live(session: Session, application_id: str) -> bool:
    statement = select(GrantRecord.id).where(
        GrantRecord.application_id == application_id,
        GrantRecord.state.in_(("proposed", "published")),
    )
    return session.scalar(statement) is not None


def _open(session: Session, record_id: str, state: str) -> GrantRecord:
    statement = select(GrantRecord).where(GrantRecord.id == record_id)
    row = session.scalar(statement.with_for_update(of=GrantRecord))
    if row is None:
        raise LookupError(record_id)
    if row.state != state:
        raise PublishingRefused("decided")
    return row
