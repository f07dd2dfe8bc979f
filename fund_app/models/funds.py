"""What two people resolve about the funds: moving money, opening, closing, floors, budgets."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.ledger import LONGEST_FUND, one_of
from fund_app.models.people import Person
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, new_ref
from workflows.money import LARGEST

LONGEST_NUMBER = 64
LONGEST_NAME = 80
SOURCE = "fund_resolution"
"""Source type of the entries a resolution leads to."""


class ResolutionKind(StrEnum):
    """What is resolved."""

    TRANSFER = "transfer"
    COVER = "cover"
    OPEN_FUND = "open_fund"
    CLOSE_FUND = "close_fund"
    OPEN_GIFTS = "open_gifts"
    CLOSE_GIFTS = "close_gifts"
    SET_FLOOR = "set_floor"
    SET_BUDGET = "set_budget"
    EXCEED = "exceed"


class Ground(StrEnum):
    """Why money moves between funds; the last two let restricted money go."""

    BOARD_DECISION = "board_decision"
    SHORTFALL_COVER = "shortfall_cover"
    DONOR_CONSENT = "donor_consent"
    CORRECTION = "correction"


RELEASES = frozenset({Ground.DONOR_CONSENT, Ground.CORRECTION})
"""What lets restricted money leave its fund: the donor agreed, or it never belonged there."""

_ABOUT_PROGRAMME = "kind IN ('set_budget', 'exceed')"
_MOVES = "kind IN ('transfer', 'cover')"


class FundResolution(Base):
    """One thing resolved about a fund or a programme's budget, with its two signatures.

    Who proposes and who confirms are two; what was signed never changes (migrations/sql/0013).
    `number` is the resolution's place in the board's minutes. Codes of funds stand without a
    foreign key: a fund that is to be opened does not exist yet.
    """

    __tablename__ = "fund_resolution"
    __table_args__ = (
        CheckConstraint(one_of("kind", ResolutionKind), name="kind"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="state"),
        CheckConstraint("length(trim(number)) > 0", name="has_its_number"),
        CheckConstraint("(state = 'proposed') = (decided_by_id IS NULL)", name="decided"),
        CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"
        ),
        CheckConstraint(f"({_ABOUT_PROGRAMME}) = (fund_code IS NULL)", name="names_its_fund"),
        CheckConstraint(f"NOT ({_ABOUT_PROGRAMME}) OR programme IS NOT NULL", name="programme"),
        CheckConstraint(
            f"({_MOVES}) = (target_code IS NOT NULL) AND ({_MOVES}) = (ground IS NOT NULL)"
            " AND (target_code IS NULL OR target_code <> fund_code)",
            name="moves_somewhere",
        ),
        CheckConstraint(f"ground IS NULL OR {one_of('ground', Ground)}", name="ground"),
        CheckConstraint("(kind = 'cover') = (ground = 'shortfall_cover')", name="covers"),
        CheckConstraint(
            "(kind IN ('transfer', 'cover', 'exceed', 'set_floor')) = (amount IS NOT NULL)"
            " AND (amount IS NULL OR currency IS NOT NULL)"
            f" AND (amount IS NULL OR amount BETWEEN 0 AND {LARGEST})"
            " AND (kind = 'set_floor' OR amount IS NULL OR amount > 0)",
            name="amount",
        ),
        CheckConstraint(
            "(kind = 'set_budget') = (starts IS NOT NULL AND ends IS NOT NULL)"
            " AND (starts IS NULL OR (starts <= ends AND currency IS NOT NULL))",
            name="period",
        ),
        CheckConstraint("(kind = 'exceed') = (source_id IS NOT NULL)", name="names_its_case"),
        CheckConstraint(
            "(kind = 'open_fund') = (name IS NOT NULL AND restricted IS NOT NULL)",
            name="names_what_to_open",
        ),
        Index("ix_fund_resolution_proposed_by_id", "proposed_by_id"),
        Index("ix_fund_resolution_decided_by_id", "decided_by_id"),
        Index("ix_fund_resolution_fund", "fund_code"),
        Index("ix_fund_resolution_source", "source_id"),
        Index("ix_fund_resolution_budget", "programme", "starts"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    kind: Mapped[str] = mapped_column(String(12), info=plain("code"))
    state: Mapped[str] = mapped_column(String(12), default="proposed", info=plain("code"))
    number: Mapped[str] = mapped_column(String(LONGEST_NUMBER), info=plain("place in the minutes"))
    fund_code: Mapped[str | None] = mapped_column(
        String(LONGEST_FUND), info=plain("code of a fund")
    )
    target_code: Mapped[str | None] = mapped_column(
        String(LONGEST_FUND), info=plain("code of a fund")
    )
    programme: Mapped[str | None] = mapped_column(String(32), info=plain("code of a programme"))
    currency: Mapped[str | None] = mapped_column(String(3), info=plain("ISO 4217"))
    amount: Mapped[int | None] = mapped_column(MinorUnits)
    ground: Mapped[str | None] = mapped_column(String(16), info=plain("code of a list"))
    release_ref: Mapped[str | None] = mapped_column(
        String(LONGEST_NUMBER), info=plain("where the donor's consent is kept")
    )
    below_floor: Mapped[bool] = mapped_column(default=False)
    """The board takes the fund below its floor, knowingly."""
    source_id: Mapped[str | None] = mapped_column(String(64), info=plain("opaque reference"))
    starts: Mapped[date | None] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    name: Mapped[str | None] = mapped_column(String(LONGEST_NAME), info=plain("public name"))
    name_ru: Mapped[str | None] = mapped_column(String(LONGEST_NAME), info=plain("public name"))
    name_de: Mapped[str | None] = mapped_column(String(LONGEST_NAME), info=plain("public name"))
    restricted: Mapped[bool | None]
    carrier_code: Mapped[str | None] = mapped_column(
        String(LONGEST_FUND), info=plain("code of a fund")
    )
    open_for_donations: Mapped[bool | None]
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    proposed_on: Mapped[date] = mapped_column(Date)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), info=plain("random"))
    decided_on: Mapped[date | None] = mapped_column(Date)

    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])


class FundFloor(Base):
    """What decisions leave in a designated fund; only a resolution goes below it.

    A floor of zero is none. It changes only to what two people resolved.
    """

    __tablename__ = "fund_floor"
    __table_args__ = (
        CheckConstraint(f"amount BETWEEN 0 AND {LARGEST}", name="amount"),
        Index("ix_fund_floor_resolution_id", "resolution_id"),
    )

    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), primary_key=True, info=plain("code of a fund")
    )
    currency: Mapped[str] = mapped_column(String(3), primary_key=True, info=plain("ISO 4217"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    resolution_id: Mapped[str] = mapped_column(
        ForeignKey("fund_resolution.id"), info=plain("random")
    )
