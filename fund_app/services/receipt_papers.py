"""A receipt on paper: everything it says, frozen at issue, and the PDF made from nothing else.

The same paper gives the same bytes, so that a stored PDF can be checked by making it again. What
a paper says is kept as JSON, sealed; `token` is random and stands in the file's own number, so
that the hash of a PDF cannot be used to guess whose name it bears.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from typing import Any

from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale

from fund_app.adapters import pdf
from fund_app.services import receipt_packs, statements
from fund_app.services.receipt_packs import Pack
from fund_app.services.statements import LANGUAGES, amount_in, words_in

BASIC_RATE_PART = 4
"""The basic rate of 20 % on the gross gift is a quarter of what was given (Gift Aid)."""
DAYS = frozenset({"notice_day", "machine_day"})
"""Facts of an issuer that are days (ISO) and print as such."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One gift: its day, minor units, and whether a Gift Aid declaration covers it."""

    day: date
    amount: int
    is_covered: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """All a receipt says; amounts in minor units of `currency`, days inclusive.

    ValueError where the total is not what the lines add up to.
    """

    pack: str
    version: int
    number: str
    kind: str
    language: str
    issuer: dict[str, str]
    name: str = field(repr=False)
    address: str = field(repr=False)
    lines: tuple[PaperLine, ...]
    currency: str
    total: int
    since: date
    until: date
    issued_day: date
    replaces: str | None
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.total != self.added:
            raise ValueError("the lines do not add up to the total")

    @property
    def added(self) -> int:
        """What the lines add up to."""
        return sum(line.amount for line in self.lines)

    @property
    def covered(self) -> int:
        """What the lines under a Gift Aid declaration add up to."""
        return sum(line.amount for line in self.lines if line.is_covered)

    @property
    def gift_aid(self) -> int:
        """What the charity can reclaim on them, rounded down to the minor unit."""
        return self.covered // BASIC_RATE_PART

    def as_json(self) -> str:
        """Return the paper as text, for keeping."""
        return json.dumps(asdict(self), default=date.isoformat, ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Paper:
    """Return the paper that `as_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    for name in ("since", "until", "issued_day"):
        data[name] = date.fromisoformat(data[name])
    data["lines"] = tuple(
        PaperLine(date.fromisoformat(line["day"]), line["amount"], line["is_covered"])
        for line in data["lines"]
    )
    return Paper(**data)


def language_of(pack: Pack, preferred: str) -> str:
    """Return the language a pack's paper is in: its own, or the donor's where it has none."""
    return pack.language or (preferred if preferred in LANGUAGES else LANGUAGES[0])


def as_pdf(paper: Paper) -> bytes:
    """Return a paper as tagged PDF (PDF/UA-1); the same paper, the same bytes."""
    return pdf.render(as_html(paper), statements.style(), identifier=bytes.fromhex(paper.token))


def as_html(paper: Paper) -> str:
    """Return the page that as_pdf prints."""
    pack = receipt_packs.by_code(paper.pack, paper.version)
    on = partial(format_date, format=pack.dates, locale=paper.language)
    issuer = {
        name: on(date.fromisoformat(value)) if name in DAYS and value else value
        for name, value in paper.issuer.items()
    }
    said = {
        **issuer,
        "number": paper.number,
        "replaces": paper.replaces or "",
        "issued": on(paper.issued_day),
        "since": on(paper.since),
        "until": on(paper.until),
    }
    with force_locale(paper.language):
        return current_app.jinja_env.get_template(pack.template).render(
            paper=paper,
            words=pack.wording,
            issuer=issuer,
            language=paper.language,
            amount=lambda value: amount_in(value, paper.currency, paper.language),
            in_words=lambda: words_in(paper.total, paper.currency, paper.language),
            on=on,
            filled=lambda text: text.format(**said),
        )
