"""Applications: one request for help, its answers, its verification and its award."""

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
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.events import Stateful
from fund_app.models.people import Person
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import MinorUnits, Ref, new_ref

DECIDED = "'approved', 'offered', 'accepted', 'active', 'reporting'"
BANDS = ("life_threat", "urgent", "standard")
CHECKS = ("identity", "incident", "activity", "need")


class Application(Stateful, Base):
    """A case: what may be known of it without any key."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "band IS NULL OR band IN ('life_threat', 'urgent', 'standard')", name="band"
        ),
        CheckConstraint("awarded IS NULL OR awarded > 0", name="awarded"),
        CheckConstraint(
            f"state NOT IN ({DECIDED}) OR (awarded IS NOT NULL AND fund_code IS NOT NULL)",
            name="decided_with_amount",
        ),
        CheckConstraint(
            "state = 'draft' OR state = 'expired' OR rules_code IS NOT NULL",
            name="rules",
        ),
        CheckConstraint("state <> 'merged' OR merged_into_id IS NOT NULL", name="merged_into"),
        Index("ix_application_queue", "programme", "state"),
        Index("ix_application_due", "programme", "due_at", "id"),
        Index("ix_application_touched", "programme", "touched_on", "id"),
        Index("ix_application_lead_id", "lead_id"),
        Index("ix_application_contact_mark", "contact_mark"),
        Index("ix_application_rules_code", "rules_code"),
        Index("ix_application_merged_into_id", "merged_into_id"),
    )

    designation: Mapped[str] = mapped_column(
        String(64), unique=True, info=plain("two random words and a number")
    )
    programme: Mapped[str] = mapped_column(String(16), default="emergency", info=plain("code"))
    holder_id: Mapped[str] = mapped_column(
        Ref, unique=True, info=plain("the applicant's key, random")
    )
    language: Mapped[str] = mapped_column(String(2), info=plain("language of letters"))
    region: Mapped[str | None] = mapped_column(String(24), info=plain("coarse group of countries"))
    band: Mapped[str | None] = mapped_column(String(16), info=plain("code of urgency"))
    intake: Mapped[str] = mapped_column(String(12), default="web", info=plain("code"))
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    rules_code: Mapped[str | None] = mapped_column(
        ForeignKey("rules_version.code"), info=plain("public")
    )
    form_version: Mapped[int] = mapped_column(Integer, default=1)
    verification_level: Mapped[int] = mapped_column(Integer, default=0)
    fund_code: Mapped[str | None] = mapped_column(String(16), info=plain("fund of the award"))
    awarded: Mapped[int | None] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), default="EUR", info=plain("ISO 4217"))
    line_categories: Mapped[str | None] = mapped_column(
        String(400), info=plain("codes of the cost list, in the order of the lines")
    )
    reason_code: Mapped[str | None] = mapped_column(String(48), info=plain("code of a list"))
    merged_into_id: Mapped[str | None] = mapped_column(
        ForeignKey("application.id"), info=plain("random")
    )
    contact_mark: Mapped[str | None] = mapped_column(
        String(5), info=plain("20 bits of a keyed digest: ambiguous on purpose")
    )
    """Tells that two cases may come from one person; many people share a mark."""
    duplicates_cleared: Mapped[bool] = mapped_column(Boolean, default=False)
    report_settled: Mapped[bool] = mapped_column(Boolean, default=False)
    is_shared_device: Mapped[bool] = mapped_column(Boolean, default=False)
    demo_tag: Mapped[str | None] = mapped_column(String(40), info=plain("demonstration only"))
    created_on: Mapped[date] = mapped_column(Date)
    touched_on: Mapped[date] = mapped_column(Date)
    submitted_on: Mapped[date | None] = mapped_column(Date)
    retention_on: Mapped[date | None] = mapped_column(Date)
    """Kept until this day at least; workflows/erasures.py: due_on."""
    shortest_wished: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether the person wishes it gone as soon as it may be; said without a key."""
    erased_on: Mapped[date | None] = mapped_column(Date)
    """The day on which everything sealed was destroyed; from then on the row never moves."""

    lead: Mapped[Person | None] = relationship()
    answers: Mapped[list[Answer]] = relationship(order_by="Answer.question, Answer.item")
    award_lines: Mapped[list[AwardLine]] = relationship(order_by="AwardLine.line")
    checks: Mapped[list[VerificationCheck]] = relationship(order_by="VerificationCheck.kind")


class Answer(Base):
    """One answer to one question, sealed in the compartment the question's class asks for.

    A row per answer, so that two people writing at once never lose an acknowledged answer.
    Repeated blocks (cost lines, referees) number their items from 0. An answer changed after
    submission gets a new version; the old one stays.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("application_id", "question", "item", "version"),
        CheckConstraint(
            "compartment IN ('identity', 'narrative', 'documents', 'messages', 'payout')",
            name="compartment",
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    question: Mapped[str] = mapped_column(String(48), info=plain("key of the question"))
    item: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    compartment: Mapped[str] = mapped_column(String(12), info=plain("code"))
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    value = Sealed(
        column="value_sealed",
        compartment="compartment",
        case="application_id",
    )


class VerificationCheck(Base):
    """One of the four tests of a case, who did it and how far it reaches (V0 to V4)."""

    __tablename__ = "verification_check"
    __table_args__ = (
        UniqueConstraint("application_id", "kind"),
        CheckConstraint("kind IN ('identity', 'incident', 'activity', 'need')", name="kind"),
        CheckConstraint(
            "status IN ('planned', 'confirmed', 'not_confirmed', 'waived')",
            name="status",
        ),
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        Index("ix_verification_check_by_id", "by_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    kind: Mapped[str] = mapped_column(String(12), info=plain("code"))
    status: Mapped[str] = mapped_column(String(16), default="planned", info=plain("code"))
    level: Mapped[int] = mapped_column(Integer, default=0)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    done_on: Mapped[date | None] = mapped_column(Date)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    note = Sealed(column="note_sealed", compartment=Compartment.NARRATIVE, case="application_id")


class ReviewFile(Base):
    """What reviewers read: the redacted narrative and the cost lines, in the review compartment."""

    __tablename__ = "review_file"

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.id"), unique=True, info=plain("random")
    )
    written_by: Mapped[str] = mapped_column(String(32), info=plain("opaque reference"))
    written_on: Mapped[date] = mapped_column(Date)
    narrative_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    lines_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    narrative = Sealed(
        column="narrative_sealed", compartment=Compartment.REVIEW, case="application_id"
    )
    lines = Sealed(column="lines_sealed", compartment=Compartment.REVIEW, case="application_id")


class AwardLine(Base):
    """One line of an award: category and amount, nothing of the story."""

    __tablename__ = "award_line"
    __table_args__ = (
        CheckConstraint("awarded >= 0", name="awarded"),
        CheckConstraint("requested > 0", name="requested"),
        CheckConstraint("awarded <= requested", name="within_request"),
    )

    application_id: Mapped[str] = mapped_column(
        ForeignKey("application.id"), primary_key=True, info=plain("random")
    )
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    category: Mapped[str] = mapped_column(String(32), info=plain("code of the cost list"))
    requested: Mapped[int] = mapped_column(MinorUnits)
    awarded: Mapped[int] = mapped_column(MinorUnits)
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
