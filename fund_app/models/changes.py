"""Changes of who works here: one person proposes, another one confirms, neither for themselves."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref

KINDS = ("take_on", "grant_role", "withdraw_role", "reset_key")
STATES = ("proposed", "confirmed", "withdrawn")
ONE_ROLE = "kind IN ('grant_role', 'withdraw_role')"
OPEN = text("state = 'proposed'")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Change(Base):
    """One change of one person's roles, key or place here, with its two signatures.

    Whom a take-on is about exists only once it is confirmed; until then the row holds the name
    and the roles. What was confirmed or withdrawn stays as it is (migrations/sql/changes.*).
    """

    __tablename__ = "person_change"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_listed(KINDS)})", name="kind"),
        CheckConstraint(f"state IN ({_listed(STATES)})", name="state"),
        CheckConstraint(f"({ONE_ROLE}) = (role IS NOT NULL)", name="names_its_role"),
        CheckConstraint(
            "(kind = 'take_on') = (handle IS NOT NULL AND display_name IS NOT NULL)",
            name="names_whom_to_take_on",
        ),
        CheckConstraint("kind = 'take_on' OR person_id IS NOT NULL", name="is_about_somebody"),
        CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
        CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"
        ),
        CheckConstraint("person_id <> proposed_by_id", name="not_for_oneself"),
        CheckConstraint(
            "state <> 'confirmed' OR person_id <> decided_by_id", name="not_signed_by_oneself"
        ),
        Index("ix_person_change_person_id", "person_id"),
        Index("ix_person_change_proposed_by_id", "proposed_by_id"),
        Index("ix_person_change_decided_by_id", "decided_by_id"),
        Index(
            "uq_person_change_open",
            "person_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    kind: Mapped[str] = mapped_column(String(16), info=plain("code"))
    state: Mapped[str] = mapped_column(String(12), default="proposed", info=plain("code"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    role: Mapped[str | None] = mapped_column(String(24), info=plain("code"))
    handle: Mapped[str | None] = mapped_column(String(64), info=plain("sign-in name of staff"))
    display_name: Mapped[str | None] = mapped_column(
        String(120), info=plain("staff, shown to staff")
    )
    language: Mapped[str | None] = mapped_column(String(2), info=plain("for mail and pages"))
    mail_address: Mapped[str | None] = mapped_column(
        String(254), info=plain("staff address for constant texts")
    )
    roles: Mapped[str | None] = mapped_column(String(240), info=plain("codes"))
    first_half: Mapped[str | None] = mapped_column(
        String(64), info=plain("keyed digest of four random words")
    )
    resolution: Mapped[str] = mapped_column(String(64), default="", info=plain("public record"))
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_on: Mapped[date] = mapped_column(Date)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    decided_on: Mapped[date | None] = mapped_column(Date)

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])


class Invitation(Base):
    """That somebody may set their passphrase once, with two halves of a word two people have.

    Only digests are kept. No colleague ever learns the passphrase.
    """

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("first_half <> second_half", name="two_halves"),)

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id"), primary_key=True, info=plain("random")
    )
    first_half: Mapped[str] = mapped_column(
        String(64), info=plain("keyed digest of four random words, for a week")
    )
    second_half: Mapped[str] = mapped_column(
        String(64), info=plain("keyed digest of four random words, for a week")
    )
    last_day: Mapped[date] = mapped_column(Date)
