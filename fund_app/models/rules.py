"""Rules versions: caps, quorum and clocks as the Assembly adopted them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import UtcDateTime


class RulesVersion(Base):
    """One adopted version; a case keeps the one in force when it was submitted."""

    __tablename__ = "rules_version"

    code: Mapped[str] = mapped_column(String(16), primary_key=True, info=plain("public"))
    in_force_from: Mapped[datetime] = mapped_column(UtcDateTime, unique=True)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, info=plain("public rules"))
    resolution: Mapped[str] = mapped_column(String(64), default="", info=plain("public record"))
