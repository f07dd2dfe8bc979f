"""People who work for the fund, and the roles they hold."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, new_ref
from workflows.roles import Role

STAFF_ROLES = tuple(sorted(set(Role) - {Role.APPLICANT, Role.DONOR, Role.SYSTEM}))
"""Roles a person can hold; the others are not people."""


class Person(Base):
    """A member of staff, of a panel or of a board; applicants and donors are never here."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    handle: Mapped[str] = mapped_column(String(64), unique=True, info=plain("sign-in name"))
    display_name: Mapped[str] = mapped_column(String(120), info=plain("staff, shown to staff"))
    language: Mapped[str] = mapped_column(String(2), default="en", info=plain("for mail and pages"))
    mail_address: Mapped[str | None] = mapped_column(
        String(254), info=plain("staff address for constant texts")
    )
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    disabled_on: Mapped[date | None] = mapped_column(Date)

    grants: Mapped[list[RoleGrant]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now; none for somebody whose access has ended."""
        if self.disabled_on is not None:
            return frozenset()
        return frozenset(Role(grant.role) for grant in self.grants)


class RoleGrant(Base):
    """One role of one person, traced to the resolution that gave it."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "role IN ({})".format(", ".join(f"'{role}'" for role in STAFF_ROLES)),
            name="role",
        ),
        Index("ix_role_grant_role", "role"),
    )

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id"), primary_key=True, info=plain("random")
    )
    role: Mapped[str] = mapped_column(String(24), primary_key=True, info=plain("code"))
    resolution: Mapped[str] = mapped_column(String(64), default="", info=plain("public record"))
