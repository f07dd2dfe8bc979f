"""Answers as people read them back, and how far each page of the form is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from forms import emergency
from forms.pages import Page
from forms.questions import SKIPPED, Kind, Question
from fund_app.views import formats
from fund_app.views.applicant import common

Known = Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Task:
    """One page in the task list."""

    label: str
    url: str
    status: str
    tone: str
    hint: str


@dataclass(frozen=True, slots=True)
class Line:
    """One answer read back; `value` empty where there is none."""

    label: str
    value: str
    url: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """One page's answers read back."""

    title: str
    rows: tuple[Line, ...]


def tasks(pages: Iterable[Page], there: Collection[str]) -> list[Task]:
    """Return the task list of some pages, from which questions have an answer."""
    return [_task(page, there) for page in pages]


def _task(page: Page, there: Collection[str]) -> Task:
    asked = {question.key for question in page.questions}
    needed = {question.key for question in page.questions if question.minimum} or asked
    begun = not asked.isdisjoint(there)
    if begun and (needed <= set(there) or not page.is_minimum):
        status, tone = _("Done"), "good"
    elif begun:
        status, tone = _("Begun"), "info"
    else:
        status, tone = (_("To do"), "warn") if page.is_minimum else (_("If you like"), "neutral")
    return Task(
        str(page.title), url_for("applicant.ask", slug=page.slug), status, tone, str(page.lead)
    )


def check(known: Known) -> list[Summary]:
    """Return every answer to be read once more: the minimum, and what was added beyond it."""
    answered = {key for (key, _item), text in known.items() if text}
    pages = [
        page
        for page in emergency.PAGES
        if page.is_minimum or not answered.isdisjoint(q.key for q in page.questions)
    ]
    return [Summary(str(page.title), tuple(_lines(page, known))) for page in pages]


def missing(keys: Sequence[str]) -> list[Line]:
    """Return the minimum questions that still need an answer, with the page of each."""
    where = {
        question.key: (page, question)
        for page in emergency.MINIMUM_PAGES
        for question in page.questions
    }
    return [
        Line(str(where[key][1].label), "", url_for("applicant.ask", slug=where[key][0].slug))
        for key in keys
    ]


def _lines(page: Page, known: Known) -> Iterable[Line]:
    url = url_for("applicant.ask", slug=page.slug)
    for block in page.blocks:
        items = {item for key, item in known if key in {q.key for q in block.questions}} or {0}
        for item in sorted(items):
            for question in block.questions:
                text = known.get((question.key, item), "")
                if question.key == "cost_currency" or not (text or question.minimum):
                    continue  # the currency stands beside its amount
                label = str(question.label)
                if block.is_repeated:
                    label = f"{block.item_label} {item + 1}: {label}"
                yield Line(label, said(question, text, known, item), url)


def said(question: Question, text: str, known: Known, item: int = 0) -> str:
    """Return a stored answer in the reader's words; empty where there is none."""
    if not text:
        return ""
    if text == SKIPPED:
        return _("I will tell you later.")
    match question.kind:
        case Kind.ONE | Kind.PICK | Kind.MANY:
            return ", ".join(_choice(question, code) for code in text.split())
        case Kind.DAY:
            return formats.day(date.fromisoformat(text))
        case Kind.AMOUNT:
            return formats.money(int(text), known.get(("cost_currency", item)) or "EUR")
        case _:
            return text


def _choice(question: Question, code: str) -> str:
    offered = {each.code: str(each.label) for each in question.choices}
    if question.source:
        offered = dict(common.lists().get(question.source, ()))
    return offered.get(code, code)
