"""Settings the fund decides on, and not the machine it runs on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain


class HouseSetting(Base):
    """One decision in force, traced to the resolution that made it."""

    __tablename__ = "house_setting"

    name: Mapped[str] = mapped_column(String(32), primary_key=True, info=plain("code"))
    value: Mapped[str] = mapped_column(String(64), info=plain("code or random reference"))
    resolution: Mapped[str] = mapped_column(String(64), info=plain("public record"))
    set_on: Mapped[date] = mapped_column(Date)
