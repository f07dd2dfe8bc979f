"""Publishing tables of figures: one proposes, another one confirms, the check decides.

What may be told is decided by workflows/disclosure.py, at the proposal and again under the
second signature, beside everything published in between. A table that fails is kept as refused
with the reason, so that nobody has to try it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.publications import Publication, PublishedCell
from fund_app.models.types import new_ref
from fund_app.queries import publications as reads
from fund_app.services import audit
from fund_app.services.unit import unit_of_work
from workflows import disclosure
from workflows.disclosure import Finding, Table
from workflows.roles import Actor, Role

PROPOSERS = frozenset({Role.BOARD_MEMBER, Role.COORDINATOR, Role.TREASURER})
SIGNERS = frozenset({Role.BOARD_MEMBER})
SHORT = 12
"""Tables a refusal names at most."""


class PublishingRefused(Exception):
    """Something cannot be proposed, confirmed or withdrawn; `code` says why."""

    def __init__(self, code: str) -> None:
        """Carry a code only: nothing that was typed belongs in an exception."""
        super().__init__(code)
        self.code = code


def propose(actor: Actor, table: Table) -> Publication:
    """Propose a table; what the check refuses is kept as refused and returned all the same.

    Raises PublishingRefused: not_a_proposer, under_way (the same table waits or is published).
    """
    with unit_of_work() as session:
        require(actor, PROPOSERS, "not_a_proposer")
        note(session, actor, "figure_proposed", table.measure)
        if _same(session, table):
            raise PublishingRefused("under_way")
        row = Publication(
            id=new_ref(),
            measure=table.measure,
            broken_down=table.by,
            since=str(table.since),
            until=str(table.until),
            currency=table.currency,
            state="proposed",
            rules_from=disclosure.in_force(now().date()).in_force_from,
            proposed_by_id=actor.ref,
            proposed_on=now().date(),
        )
        _refuse(session, row, _findings(session, table))
        session.add(row)
        session.flush()
        return row


def confirm(actor: Actor, publication_id: str) -> Publication:
    """Sign second and publish; where the check now fails, the table is refused instead.

    Raises LookupError for no such table, and PublishingRefused: not_a_signer, same_person,
    decided (somebody was quicker).
    """
    with unit_of_work() as session:
        require(actor, SIGNERS, "not_a_signer")
        note(session, actor, "figure_confirmed", publication_id)
        row = _open(session, publication_id)
        if row.proposed_by_id == actor.ref:
            raise PublishingRefused("same_person")
        table = reads.table_of(row)
        found = _findings(session, table)
        row.decided_by_id, row.decided_on = actor.ref, now().date()
        if found:
            _refuse(session, row, found)
            note(session, actor, "figure_refused", publication_id)
        else:
            session.add_all(_cells(session, row, table))
            session.flush()
            row.state = "published"
        session.flush()
        return row


def take_back(actor: Actor, publication_id: str) -> None:
    """Withdraw a proposal; what is published stays. Refused as in confirm, not_a_proposer."""
    with unit_of_work() as session:
        require(actor, PROPOSERS, "not_a_proposer")
        note(session, actor, "figure_withdrawn", publication_id)
        row = _open(session, publication_id)
        row.state, row.decided_by_id, row.decided_on = "withdrawn", actor.ref, now().date()


def _cells(session: Session, row: Publication, table: Table) -> list[PublishedCell]:
    rules = disclosure.in_force(now().date())
    row.rules_from = rules.in_force_from
    return [
        PublishedCell(
            publication_id=row.id,
            place=place,
            group=cell.group,
            hidden=cell.hidden,
            people=None if cell.hidden else cell.people,
            shown_people=cell.shown_people,
            shown_amount=cell.shown_amount,
        )
        for place, cell in enumerate(disclosure.drawn(table, reads.cases(session), rules))
    ]


def _findings(session: Session, table: Table) -> tuple[Finding, ...]:
    today = now().date()
    return disclosure.findings(table, reads.cases(session), reads.told(session), today)


def _refuse(session: Session, row: Publication, found: Sequence[Finding]) -> None:
    if not found:
        return
    ids = [other.id for table in found[0].against[:SHORT] for other in _same(session, table)]
    row.against = " ".join(ids)
    row.state, row.refusal_code = "refused", found[0].code


def _same(session: Session, table: Table) -> list[Publication]:
    statement = select(Publication).where(
        Publication.measure == table.measure,
        Publication.broken_down == table.by,
        Publication.since == str(table.since),
        Publication.until == str(table.until),
        Publication.currency == table.currency,
        Publication.state.in_(("proposed", "published")),
    )
    return list(session.scalars(statement))


def _open(session: Session, publication_id: str) -> Publication:
    statement = select(Publication).where(Publication.id == publication_id)
    row = session.scalar(statement.with_for_update(of=Publication))
    if row is None:
        raise LookupError(publication_id)
    if row.state != "proposed":
        raise PublishingRefused("decided")
    return row


def require(actor: Actor, roles: frozenset[Role], code: str) -> None:
    """Raise PublishingRefused where the actor holds none of the roles."""
    if not actor.has_any(roles):
        raise PublishingRefused(code)


def note(session: Session, actor: Actor, action: str, reason_code: str) -> None:
    """Record an act of publishing in the house's chain.

    Its head is locked until the end of the unit of work, so that two publications are checked
    one after the other and never beside each other. Noted before the row is locked, by everybody:
    the other way round two who decide one proposal would wait for each other.
    """
    role = min(actor.roles & PROPOSERS)
    audit.record(session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=reason_code)
