"""The frame of one case's pages: which case it is, its head, its tabs."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import applications, messages
from fund_app.services.messages import APPLICANT
from fund_app.views import history_labels, labels
from fund_app.views.access import not_found
from fund_app.views.casework import has_opened

TABS = ("case", "contact", "file", "messages", "checks", "referees", "history")


def case_of(case_id: str) -> Application:
    """Return a case that has been submitted; 404 for every other id, whoever it belongs to."""
    case = db.session.get(Application, case_id)
    if case is None or case.state == "draft":
        not_found()
    return case


def page(template: str, case: Application, tab: str, **context: Any) -> str:
    """Render one page of a case with its head and tabs."""
    held = applications.active_holds(db.session(), [case.id]).get(case.id, ())
    return render_template(
        f"coordinator/applications/{template}.html",
        case=case,
        held=held,
        tabs=_tabs(case, tab),
        labels=labels,
        history_labels=history_labels,
        is_open=has_opened(case.id, Compartment.NARRATIVE),
        request_id=new_ref(),
        **context,
    )


def address(tab: str, case_id: str) -> str:
    """Return the address of one tab of a case."""
    return url_for(f"coordinator.{tab}", case_id=case_id)


def _tabs(case: Application, present: str) -> list[tuple[Any, ...]]:
    names = {
        "case": _("How it stands"),
        "contact": _("Contact"),
        "file": _("What was told"),
        "messages": _("Messages and files"),
        "checks": _("Checks"),
        "referees": _("Referees"),
        "history": _("History"),
    }
    counts = {"messages": messages.unread(db.session(), case.id, APPLICANT)}
    return [
        (names[tab], address(tab, case.id), tab == present, *_counted(counts.get(tab)))
        for tab in TABS
    ]


def _counted(count: int | None) -> tuple[int, ...]:
    return (count,) if count else ()
