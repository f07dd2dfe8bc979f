"""What is left of a case after it was erased, counted where it would lie; for `verify-erasure`.

Nothing is taken from the erasure's own word: keystore, columns and files are asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters import keystore_erasure
from fund_app.adapters.storage import storage
from fund_app.models.applications import Application, AwardLine
from fund_app.models.ballots import Ballot, Seat, Vote
from fund_app.models.clocks import Clock
from fund_app.models.disbursements import Approval, Disbursement
from fund_app.models.events import Event
from fund_app.models.ledger import JournalEntry
from fund_app.queries import erasures as reads
from fund_app.services import shredding, vault


@dataclass(frozen=True, slots=True)
class Remain:
    """Something that is there: what, how often, and the code of why it stays."""

    what: str
    count: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What is left that should be gone, and what stays for a reason."""

    application_id: str
    state: str | None
    left: tuple[Remain, ...]
    stays: tuple[Remain, ...]

    @property
    def is_gone(self) -> bool:
        """Whether the erasure is done and nothing that was told is left."""
        return self.state == "done" and not self.left


WHY = {
    "event": "codes, days and random references; the chain breaks without them",
    "journal_entry": "amounts and tokens; the books must tie out",
    "award_line": "cost category and amount; what was paid for",
    "clock": "whether a promise was kept, in days and steps of six hours",
    "vote": "the choice in the ballot box, so that the count can be repeated; no word",
    "approval": "a keyed digest that two people signed; it opens nothing",
    "application": "designation, state, coarse region, category: what statistics count",
}
"""Why each of these stays, by table."""


def of(session: Session, application_id: str) -> Report:
    """Look for everything of a case; reads only."""
    application = session.get_one(Application, application_id)
    erasure = reads.of_case(session, application_id)
    return Report(
        application_id,
        None if erasure is None else erasure.state,
        tuple(each for each in _left(session, application) if each.count),
        tuple(each for each in _stays(session, application_id) if each.count),
    )


def _left(session: Session, application: Application) -> list[Remain]:
    keys = keystore_erasure.left_of(vault.keystore(), application.id, application.holder_id)
    sealed = shredding.sealed_values(session, application.id)
    names = shredding.file_names(session, application.id)
    lying = storage().names().intersection(names)
    return [
        Remain("data_key", keys.keys),
        Remain("wrap", keys.wraps),
        Remain("holder", int(keys.has_holder)),
        *(Remain(column, count) for column, count in sorted(sealed.items())),
        Remain("document", len(names)),
        Remain("file", len(lying)),
    ]


def _stays(session: Session, application_id: str) -> list[Remain]:
    children = [
        application_id,
        *session.scalars(select(Ballot.id).where(Ballot.application_id == application_id)),
        *session.scalars(
            select(Disbursement.id).where(Disbursement.application_id == application_id)
        ),
    ]
    counts = {
        "event": Event.subject_id.in_(children),
        "journal_entry": JournalEntry.source_id.in_(children),
        "award_line": AwardLine.application_id == application_id,
        "clock": Clock.subject_id.in_(children),
        "vote": Vote.seat_id.in_(select(Seat.id).where(Seat.ballot_id.in_(children))),
        "approval": Approval.disbursement_id.in_(children),
    }
    found = [
        Remain(what, session.scalar(select(func.count()).where(which)) or 0, WHY[what])
        for what, which in counts.items()
    ]
    return [*found, Remain("application", 1, WHY["application"])]
