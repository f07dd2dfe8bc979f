"""Screenings: official lists as imported, which payee was checked against which, what was decided.

No name of a payee and no entry that resembles one stands here: a result is a keyed digest, the
versions it was made with and a day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref

NEWEST = text("is_newest")
PROPOSED = text("state = 'proposed'")


class OfficialList(Base):
    """One version of one list; the names are kept of the newest only, the rest by reference."""

    __tablename__ = "official_list"
    __table_args__ = (
        UniqueConstraint("sha256"),
        CheckConstraint("code IN ('eu', 'un', 'ofac', 'uk')", name="code"),
        CheckConstraint("entries > 0 AND names >= entries", name="counts"),
        CheckConstraint("is_newest = (content IS NOT NULL)", name="newest_has_its_names"),
        Index(
            "uq_official_list_newest",
            "code",
            unique=True,
            sqlite_where=NEWEST,
            postgresql_where=NEWEST,
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    code: Mapped[str] = mapped_column(String(8), info=plain("code"))
    published_on: Mapped[date] = mapped_column(Date)
    version: Mapped[str] = mapped_column(String(64), info=plain("the list's own, public"))
    sha256: Mapped[str] = mapped_column(String(64), info=plain("digest of a public file"))
    size: Mapped[int] = mapped_column(Integer)
    entries: Mapped[int] = mapped_column(Integer)
    names: Mapped[int] = mapped_column(Integer)
    unnamed: Mapped[int] = mapped_column(Integer)
    imported_by: Mapped[str] = mapped_column(String(32), info=plain("opaque reference"))
    imported_on: Mapped[date] = mapped_column(Date)
    is_newest: Mapped[bool] = mapped_column(Boolean)
    content: Mapped[bytes | None] = deferred(
        mapped_column(LargeBinary, info=plain("names of a public list, compressed"))
    )


class Screening(Base):
    """One look of one payment's payee through all lists of the day; never changed."""

    __tablename__ = "screening"
    __table_args__ = (
        UniqueConstraint("disbursement_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("result IN ('clean', 'hit')", name="result"),
        CheckConstraint("result = 'clean' OR match_hash IS NOT NULL", name="hit_has_its_match"),
        Index("ix_screening_person_id", "person_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    disbursement_id: Mapped[str] = mapped_column(
        ForeignKey("disbursement.id"), info=plain("random")
    )
    number: Mapped[int] = mapped_column(Integer)
    payee_hash: Mapped[str] = mapped_column(String(64), info=plain("keyed digest"))
    result: Mapped[str] = mapped_column(String(8), info=plain("code"))
    result_hash: Mapped[str] = mapped_column(
        String(64), info=plain("keyed digest of payee, lists and result")
    )
    match_hash: Mapped[str | None] = mapped_column(
        String(64), info=plain("keyed digest of payee and the entries that resemble it")
    )
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    screened_on: Mapped[date] = mapped_column(Date)

    lists: Mapped[list[OfficialList]] = relationship(
        secondary="screening_list", order_by="OfficialList.code"
    )


class ScreeningList(Base):
    """That a screening went through a version of a list."""

    __tablename__ = "screening_list"
    __table_args__ = (Index("ix_screening_list_list_id", "list_id"),)

    screening_id: Mapped[str] = mapped_column(
        ForeignKey("screening.id"), primary_key=True, info=plain("random")
    )
    list_id: Mapped[str] = mapped_column(
        ForeignKey("official_list.id"), primary_key=True, info=plain("random")
    )


class ScreeningDecision(Base):
    """What two people decided about a hit: a false alarm and why, or the payee is listed."""

    __tablename__ = "screening_decision"
    __table_args__ = (
        CheckConstraint("outcome IN ('false_alarm', 'true_hit')", name="outcome"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="state"),
        CheckConstraint("(outcome = 'false_alarm') = (reason_code IS NOT NULL)", name="says_why"),
        CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
        CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"
        ),
        Index("ix_screening_decision_match_hash", "match_hash"),
        Index("ix_screening_decision_disbursement_id", "disbursement_id"),
        Index("ix_screening_decision_proposed_by_id", "proposed_by_id"),
        Index("ix_screening_decision_decided_by_id", "decided_by_id"),
        Index(
            "uq_screening_decision_open",
            "disbursement_id",
            unique=True,
            sqlite_where=PROPOSED,
            postgresql_where=PROPOSED,
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    disbursement_id: Mapped[str] = mapped_column(
        ForeignKey("disbursement.id"), info=plain("random")
    )
    match_hash: Mapped[str] = mapped_column(String(64), info=plain("keyed digest"))
    outcome: Mapped[str] = mapped_column(String(12), info=plain("code"))
    reason_code: Mapped[str | None] = mapped_column(String(24), info=plain("code"))
    state: Mapped[str] = mapped_column(String(12), default="proposed", info=plain("code"))
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_on: Mapped[date] = mapped_column(Date)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    decided_on: Mapped[date | None] = mapped_column(Date)

    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
