"""What pages of staff share when somebody acts: who, the request pressed, refusals, time left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.models.types import new_ref
from fund_app.services.transition import Conflict, Request, Unknown
from fund_app.services.vault import SignedIn
from fund_app.views import casework, errors, session
from fund_app.views.access import not_found
from workflows.engine import Refused
from workflows.guards import sentence_for

REQUEST_ID = re.compile(r"[0-9a-f]{32}")
LONGEST_STEP = 9
SOON = timedelta(hours=12)


def me() -> SignedIn:
    """Return who is signed in; the access rule has made sure that somebody is."""
    return session.current() or not_found()


def wish(form: Any = None) -> Request:
    """Return the request a form was sent with; a missing or odd id counts as a new one.

    `form` is a validated form with request_id and step_seen; without one the plain fields of
    the request are read.
    """
    if form is None:
        sent, step = request.form.get("request_id", ""), request.form.get("step_seen", "")
    else:
        sent, step = form.request_id.data or "", form.step_seen.data or ""
    is_step = step.isascii() and step.isdigit() and len(step) <= LONGEST_STEP
    return Request(request_id(sent), int(step) if is_step else None)


def request_id(sent: str | None) -> str:
    """Return the id a form was sent with, a new one for a missing or odd one."""
    return sent if sent and REQUEST_ID.fullmatch(sent) else new_ref()


def register_refusals(bp: Blueprint) -> None:
    """Turn what services refuse into pages with plain sentences."""
    bp.register_error_handler(Refused, _on_refused)
    bp.register_error_handler(Conflict, _on_conflict)
    bp.register_error_handler(Unknown, _on_unknown)


def reasons(codes: tuple[str, ...]) -> list[str]:
    """Return the sentence of each refusal, in the page's language."""
    return [_(sentence_for(code)) for code in codes]


def _on_refused(refused: Refused) -> Response:
    return errors.refusal(" ".join(reasons(refused.codes)))


def _on_conflict(_conflict: Conflict) -> Response:
    return errors.refusal(
        _(
            "Somebody else was quicker: this has moved on since the page was opened. "
            "Please look at how it stands now."
        )
    )


def _on_unknown(_unknown: Unknown) -> Response:
    return errors.page(404)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """A due moment in words; `kind` is running, soon or overdue."""

    kind: str
    text: str
    at: datetime


def time_left(due_at: datetime | None) -> TimeLeft | None:
    """Return how much time is left until a moment, or None where nothing runs."""
    if due_at is None:
        return None
    left = due_at - now()
    if left < timedelta():
        return TimeLeft("overdue", _("%(time)s overdue", time=casework.span(-left)), due_at)
    kind = "soon" if left < SOON else "running"
    return TimeLeft(kind, _("%(time)s left", time=casework.span(left)), due_at)
