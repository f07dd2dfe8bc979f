"""Holds: an overlay on a case that pauses clocks and actions while the state stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import Ref, UtcDateTime, new_ref


class Hold(Base):
    """One hold on one application; at most one of a kind is active at a time."""

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "uq_hold_active",
            "application_id",
            "kind",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_hold_application_id", "application_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    kind: Mapped[str] = mapped_column(String(24), info=plain("code"))
    placed_by: Mapped[str] = mapped_column(String(32), info=plain("opaque reference"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(String(32), info=plain("opaque reference"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
