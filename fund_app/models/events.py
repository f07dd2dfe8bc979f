"""Events: the audit trail, one hash chain per subject, and what carries a state.

A chain's body holds codes and references only, never a word somebody confided, so that it can
stay when everything else about a case has been erased.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, UtcDateTime, new_ref

BEGINNING = "0" * 64
"""What the first event of a chain is hashed onto."""

VIEWS = "view"
"""Chain of looks into a case's sealed compartments, shown to the applicant as roles."""

UNLOCKS = "unlock"
"""Chain of questions for the names of a case: asked, agreed to, refused, opened, ended."""

BRAKES = "brake"
"""Chain of a member of staff: each time they were stopped, and who let them go on."""

CANARIES = "canary"
"""Chain of an invented case, by the id of its mark and never by the case's own."""

HOUSE = "house"
"""Chain of what concerns the house itself: sign-ins refused, roles granted, exports made."""

HOUSE_ID = "0" * 32


class Stateful:
    """What every subject of a workflow has; only services/transition.py writes it."""

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    workflow: Mapped[str] = mapped_column(String(32), info=plain("name of the definition"))
    workflow_version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(32), info=plain("code of the state"))
    step: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[str] = mapped_column(
        String(64), default=BEGINNING, info=plain("hash of the last event")
    )
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The nearest due moment among the running clocks; what queues are ordered by."""
    due_clock: Mapped[str | None] = mapped_column(String(24), info=plain("code of that clock"))


class Event(Base):
    """One step of a subject, or one look into a sealed compartment; never changed or removed."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("chain", "subject_id", "step"),
        UniqueConstraint("request_id"),
        Index("ix_event_day", "day"),
        Index("ix_event_actor_ref", "actor_ref", "at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    chain: Mapped[str] = mapped_column(String(24), info=plain("kind of subject"))
    subject_id: Mapped[str] = mapped_column(Ref, info=plain("random reference"))
    step: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(48), info=plain("code of the action"))
    source: Mapped[str] = mapped_column(String(32), info=plain("state before"))
    dest: Mapped[str] = mapped_column(String(32), info=plain("state after"))
    actor_ref: Mapped[str] = mapped_column(String(32), info=plain("opaque reference"))
    actor_role: Mapped[str] = mapped_column(String(24), info=plain("role acted in"))
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Moment of a staff or system act; empty for applicants, whose hours are nobody's business."""
    reason_code: Mapped[str | None] = mapped_column(String(48), info=plain("code of a list"))
    definition: Mapped[str] = mapped_column(String(64), info=plain("digest of the definition"))
    request_id: Mapped[str | None] = mapped_column(String(64), info=plain("random, per form"))
    previous: Mapped[str] = mapped_column(String(64), info=plain("hash of the event before"))
    hash: Mapped[str] = mapped_column(String(64), info=plain("hash over all of the above"))


class ChainHead(Base):
    """Where a chain without a subject row of its own ends (views of a case, the house itself)."""

    __tablename__ = "chain_head"

    chain: Mapped[str] = mapped_column(String(24), primary_key=True, info=plain("kind"))
    subject_id: Mapped[str] = mapped_column(Ref, primary_key=True, info=plain("random reference"))
    step: Mapped[int] = mapped_column(Integer)
    head: Mapped[str] = mapped_column(String(64), info=plain("hash of the last event"))
