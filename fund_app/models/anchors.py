"""Anchors: one hash a day over what moved in the trail, each naming the one before."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain


class Anchor(Base):
    """The anchor of one day; never changed or removed."""

    __tablename__ = "anchor"
    __table_args__ = (CheckConstraint("hash <> previous", name="own"),)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), info=plain("SHA-256, published"))
    previous: Mapped[str] = mapped_column(String(64), info=plain("the anchor before"))
