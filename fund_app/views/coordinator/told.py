"""What an applicant told, read back in the form's own order; unanswered questions stay out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms import emergency
from forms.pages import Page
from fund_app.views.applicant.summaries import said

Known = Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer read back."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one page of the form."""

    title: str
    rows: tuple[Said, ...]


def sections(known: Known) -> list[Section]:
    """Return the answered questions page by page."""
    found = (Section(str(page.title), tuple(_rows(page, known))) for page in emergency.PAGES)
    return [section for section in found if section.rows]


def lines(known: Known) -> list[Said]:
    """Return the answered questions of all pages as one list."""
    return [row for section in sections(known) for row in section.rows]


def _rows(page: Page, known: Known) -> list[Said]:
    rows: list[Said] = []
    for block in page.blocks:
        keys = {question.key for question in block.questions}
        for item in sorted({item for key, item in known if key in keys}):
            for question in block.questions:
                text = known.get((question.key, item), "")
                if not text:
                    continue
                label = str(question.label)
                if block.is_repeated:
                    label = f"{block.item_label} {item + 1}: {label}"
                rows.append(Said(label, said(question, text, known, item)))
    return rows
