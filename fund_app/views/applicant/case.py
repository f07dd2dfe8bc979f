"""The return page: how the case stands in neutral words, and what is needed next."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import applicant, messages
from fund_app.queries.applicant import CaseView
from fund_app.services import intake, offers
from fund_app.services.messages import COORDINATOR
from fund_app.views import custody_labels
from fund_app.views import labels as words
from fund_app.views.access import allow
from fund_app.views.applicant import common
from fund_app.views.applicant.labels import EXPLAINED, LABELS
from fund_app.views.applicant.summaries import Task
from fund_app.views.history_labels import LOOKS
from workflows.roles import Role

LONGEST = 10
"""Digits of the place in the log that may come from an address."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal as the page speaks of it: open where there is no sentence against it."""

    against: str


@allow(Role.APPLICANT)
def show() -> ResponseReturnValue:
    """Show the status, the steps so far and the tasks."""
    if common.codename_waits():
        return redirect(common.home())
    case = common.my_case()
    view = applicant.case_view(db.session(), case)
    if view.is_draft:
        return redirect(url_for("applicant.tasks"))
    return render_template(
        "applicant/case/case.html",
        case=case,
        view=view,
        labels=LABELS,
        explained=EXPLAINED,
        tasks=_tasks(case, view),
        has_codename=intake.has_codename(common.me()),
        appeal=_appeal(case),
        unread=messages.unread(db.session(), case.id, COORDINATOR),
        request_id=new_ref(),
    )


@allow(Role.APPLICANT)
def looks() -> ResponseReturnValue:
    """Show who looked into the case: roles, what for, and days."""
    after = request.args.get("after", "")
    before = int(after) if after.isascii() and after.isdigit() and len(after) < LONGEST else None
    found = applicant.looks(db.session(), common.my_case().id, before=before)
    shown = {look.role for look in found.rows}
    return render_template(
        "applicant/case/looks.html",
        looks=found.rows,
        following=found.following,
        is_first=before is None,
        role=words.role,
        purposes=[
            (words.role(role), words.PURPOSES[role]) for role in words.PURPOSES if role in shown
        ],
        what=LOOKS,
        why=_why,
    )


def _why(code: str) -> str:
    return str(custody_labels.REASONS.get(code) or words.reason_of_look(code))


def _appeal(case: Application) -> Appeal | None:
    """Return whether there is an appeal to be spoken of, and the sentence against it."""
    if not offers.may_ask_for_appeal(db.session(), case):
        return None
    code = offers.appeal_outlook(db.session(), case, common.me()).refusal
    return Appeal(words.refusal(code) if code else "")


def _tasks(case: Application, view: CaseView) -> list[Task]:
    """Return what is needed from the person, the most urgent first."""
    found: list[Task] = []
    if view.must_answer:
        count = len(messages.open_questions(db.session(), case.id))
        found.append(
            _task(
                _("Answer our questions"),
                "applicant.messages",
                _("%(count)s open", count=count),
                _("Answer each one, or say that you cannot."),
            )
        )
    if view.can_decide:
        found.append(
            _task(
                _("Accept or decline what we offer"),
                "applicant.offer",
                _("To do"),
                _("Read the letter first, then decide in peace."),
            )
        )
    if view.awaiting_receipt:
        found.append(
            _task(
                _("Tell us when it has come"),
                "applicant.receipt",
                _("To do"),
                _("With the word that only you know."),
            )
        )
    if view.can_report:
        found.append(
            _task(
                _("Tell us how it went"),
                "applicant.report",
                _("To do"),
                _("A few sentences. No receipts where they would endanger you."),
            )
        )
    return found


def _task(label: str, endpoint: str, status: str, hint: str) -> Task:
    return Task(label, url_for(endpoint), status, "warn", hint)
