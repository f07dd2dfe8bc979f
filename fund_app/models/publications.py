"""What the fund has published: tables of figures, and single grants as open data.

What was published once is known for good: it is never changed and never removed, because every
later publication is checked against it (workflows/disclosure.py). Both take two people; the
database says the same (migrations/sql/0015).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, new_ref

FEWEST = 5
"""Fewer people than this are in no published cell, whatever the rules of the day say."""
STATES = ("proposed", "refused", "published", "withdrawn")
LIVE = text("state IN ('proposed', 'published')")
LONGEST_DESCRIPTION = 300


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Publication(Base):
    """One table of figures: what is counted, over which quarters, broken down by what."""

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(STATES)})", name="state"),
        CheckConstraint("measure IN ('received', 'awarded')", name="measure"),
        CheckConstraint("broken_down IN ('whole', 'programme', 'region')", name="broken_down"),
        CheckConstraint("since <= until OR state = 'refused'", name="quarters"),
        CheckConstraint("(state = 'refused') = (refusal_code IS NOT NULL)", name="refusal"),
        CheckConstraint(
            "state <> 'published' OR (decided_by_id IS NOT NULL AND decided_on IS NOT NULL"
            " AND decided_by_id <> proposed_by_id)",
            name="two_people",
        ),
        Index(
            "uq_publication_live", "measure", "broken_down", "since", "until", "currency",
            unique=True, sqlite_where=LIVE, postgresql_where=LIVE,
        ),
        Index("ix_publication_state", "state", "decided_on", "id"),
        Index("ix_publication_proposed_by_id", "proposed_by_id", "proposed_on"),
        Index("ix_publication_decided_by_id", "decided_by_id"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    measure: Mapped[str] = mapped_column(String(12), info=plain("code"))
    broken_down: Mapped[str] = mapped_column(String(12), info=plain("code"))
    since: Mapped[str] = mapped_column(String(7), info=plain("first quarter, such as 2026-Q1"))
    until: Mapped[str] = mapped_column(String(7), info=plain("last quarter"))
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    state: Mapped[str] = mapped_column(String(12), default="proposed", info=plain("code"))
    refusal_code: Mapped[str | None] = mapped_column(String(16), info=plain("code of a list"))
    against: Mapped[str] = mapped_column(
        String(400), default="", info=plain("ids of the tables it clashes with")
    )
    rules_from: Mapped[date] = mapped_column(Date)
    """Since when the coarseness it was made by is in force."""
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_on: Mapped[date] = mapped_column(Date)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    decided_on: Mapped[date | None] = mapped_column(Date)

    cells: Mapped[list[PublishedCell]] = relationship(order_by="PublishedCell.place")
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])


class PublishedCell(Base):
    """One cell of a published table; of a hidden one only why it is hidden."""

    __tablename__ = "published_cell"
    __table_args__ = (
        CheckConstraint("hidden IN ('', 'few', 'beside', 'large')", name="hidden"),
        CheckConstraint(
            "(hidden = '') = (people IS NOT NULL) AND (hidden = '') = (shown_people IS NOT NULL)"
            " AND (hidden = '' OR shown_amount IS NULL)",
            name="hidden_holds_nothing",
        ),
        CheckConstraint(f"people IS NULL OR people = 0 OR people >= {FEWEST}", name="fewest"),
        CheckConstraint("shown_people IS NULL OR shown_people <= people", name="rounded_down"),
    )

    publication_id: Mapped[str] = mapped_column(
        ForeignKey("publication.id"), primary_key=True, info=plain("random")
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    group: Mapped[str] = mapped_column("group_code", String(24), info=plain("code of a list"))
    hidden: Mapped[str] = mapped_column(String(8), info=plain("code"))
    people: Mapped[int | None] = mapped_column(Integer)
    """The exact number, against which every later table is checked; it is not shown."""
    shown_people: Mapped[int | None] = mapped_column(Integer)
    shown_amount: Mapped[int | None] = mapped_column(MinorUnits)


class GrantRecord(Base):
    """One grant as open data: coarse, anonymous, and under a number of its own."""

    __tablename__ = "grant_record"
    __table_args__ = (
        CheckConstraint(
            "state IN ('proposed', 'published', 'declined', 'withdrawn')", name="state"
        ),
        CheckConstraint(
            "state NOT IN ('published', 'withdrawn') OR (decided_by_id IS NOT NULL"
            " AND decided_on IS NOT NULL AND decided_by_id <> proposed_by_id)",
            name="two_people",
        ),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name="withdrawn"),
        CheckConstraint("amount > 0", name="amount"),
        Index(
            "uq_grant_record_live", "application_id",
            unique=True, sqlite_where=LIVE, postgresql_where=LIVE,
        ),
        Index("ix_grant_record_application_id", "application_id"),
        Index("ix_grant_record_state", "state", "public_number"),
        Index("ix_grant_record_proposed_by_id", "proposed_by_id", "proposed_on"),
        Index("ix_grant_record_decided_by_id", "decided_by_id"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    public_number: Mapped[str] = mapped_column(
        Ref, unique=True, default=new_ref, info=plain("random, published, leads to nothing else")
    )
    state: Mapped[str] = mapped_column(String(12), default="proposed", info=plain("code"))
    reason_code: Mapped[str] = mapped_column(String(24), info=plain("code of a list"))
    programme: Mapped[str] = mapped_column(String(16), info=plain("code"))
    region: Mapped[str] = mapped_column(String(24), info=plain("coarse group of countries"))
    quarter: Mapped[str] = mapped_column(String(7), info=plain("quarter of the award"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    """Rounded, in minor units."""
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    description: Mapped[str] = mapped_column(
        String(LONGEST_DESCRIPTION), info=plain("written to be published, searched before")
    )
    names_searched: Mapped[bool]
    """Whether the words were compared with what the case confided, with the proposer's key."""
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_on: Mapped[date] = mapped_column(Date)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    decided_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)

    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
