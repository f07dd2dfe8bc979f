"""Documents of a case: evidence people add, letters the fund writes. Sealed on disk."""

from __future__ import annotations

import hashlib
from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fund_app.extensions import Base
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import Ref, new_ref


class Document(Base):
    """One file. Its bytes lie sealed in the upload store under a random name.

    `scope` is the case whose key seals it: the application itself for what was uploaded, a
    fresh one for a letter the system made without holding any key (services/vault.py, deliver).
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('evidence', 'original', 'award_letter', 'refusal_letter')", name="kind"
        ),
        CheckConstraint("(kind = 'original') = (cleaned_id IS NOT NULL)", name="cleaned"),
        Index("ix_document_application_id", "application_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), info=plain("random"))
    scope: Mapped[str] = mapped_column(Ref, info=plain("random"))
    kind: Mapped[str] = mapped_column(String(16), info=plain("code"))
    media_type: Mapped[str] = mapped_column(String(80), info=plain("one of our own list"))
    stored_as: Mapped[str] = mapped_column(Ref, unique=True, info=plain("random file name"))
    added_on: Mapped[date] = mapped_column(Date)
    position: Mapped[int] = mapped_column(Integer)
    cleaned_id: Mapped[str | None] = mapped_column(
        ForeignKey("document.id"), unique=True, info=plain("random")
    )
    """Of an original, kept because the person asked for it: what was made from it."""
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    name = Sealed(column="name_sealed", compartment=Compartment.DOCUMENTS, case="scope")
    # Whoever deletes both gets the order right by this.
    cleaned: Mapped[Document | None] = relationship(remote_side="Document.id")


def letter_id(key: str, kind: str) -> str:
    """Return the id of the letter a job makes, by the job's key, so that it is made once."""
    return hashlib.sha256(f"{key}:{kind}".encode()).hexdigest()[:32]
