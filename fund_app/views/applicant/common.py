"""What the applicant's pages share: whose case it is, what a form wishes, and plain refusals."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request, url_for
from flask import session as remembered
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.countries import country_choices
from forms.fields import Lists
from forms.zones import HOUR_CHOICES, zone_choices
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import applicant
from fund_app.services.cases import Closed
from fund_app.services.intake import NobodyThere
from fund_app.services.transition import Conflict, Request, Unknown
from fund_app.services.vault import SignedIn
from fund_app.views import errors, session
from fund_app.views.access import not_found
from workflows.engine import Refused
from workflows.guards import sentence_for
from workflows.money import EXPONENTS
from workflows.roles import Role

REQUEST_ID = re.compile(r"[0-9a-f]{32}")
LONGEST_STEP = 9
SHOWN_ONCE = "codename"
"""Where the session keeps a fresh codename until the person says they have kept it."""


def somebody() -> SignedIn | None:
    """Return the applicant signed in, or None for everybody else."""
    person = session.current()
    return person if person is not None and Role.APPLICANT in person.roles else None


def me() -> SignedIn:
    """Return the applicant signed in; 404 for everybody else."""
    return somebody() or not_found()


def my_case(person: SignedIn | None = None) -> Application:
    """Return the applicant's case; 404 where it was swept meanwhile."""
    found = applicant.own_case(db.session(), (person or me()).ref)
    return found or not_found()


def wish() -> Request:
    """Return the request a form was sent with; a missing or odd id counts as a new one."""
    sent = request.form.get("request_id", "")
    step = request.form.get("step_seen", "")
    is_step = step.isascii() and step.isdigit() and len(step) <= LONGEST_STEP
    return Request(
        sent if REQUEST_ID.fullmatch(sent) else new_ref(), int(step) if is_step else None
    )


def lists() -> Lists:
    """Return the choices that forms are handed: countries, currencies, hours, time zones."""
    language = str(get_locale() or "en")
    return {
        "countries": country_choices(language),
        "currencies": [(code, code) for code in EXPONENTS],
        "hours": HOUR_CHOICES,
        "zones": zone_choices(language),
    }


def codename_waits() -> bool:
    """Whether a fresh codename is still to be shown."""
    return SHOWN_ONCE in remembered


def home() -> str:
    """Return where somebody goes after an act: the codename first, then their case."""
    if codename_waits():
        return url_for("applicant.codename")
    return url_for("applicant.case")


def register_refusals(bp: Blueprint) -> None:
    """Turn what services refuse into pages with a plain sentence."""
    for error in REFUSING:
        bp.register_error_handler(error, _on_refused)
    bp.register_error_handler(NobodyThere, _on_nobody)
    bp.register_error_handler(Unknown, _on_unknown)


REFUSING = (Refused, Conflict, Closed)
"""What a service says no with; `sentence` has the reason."""


def sentence(error: Refused | Conflict | Closed) -> str:
    """Return why something was not done, in the page's language."""
    if isinstance(error, Refused):
        return str(_(sentence_for(error.code)))
    if isinstance(error, Closed):
        return str(
            _(
                "This case is closed, so nothing can be added."
                " You can ask for help again at any time."
            )
        )
    return str(
        _("Your case has moved on since this page was opened. Please look at how it stands now.")
    )


def _on_refused(refused: Refused | Conflict | Closed) -> Response:
    return errors.refusal(sentence(refused))


def _on_nobody(_nobody: NobodyThere) -> Response:
    return errors.refusal(
        _("Nobody is there to read an application yet. Your draft is kept; please try again later.")
    )


def _on_unknown(_unknown: Unknown) -> Response:
    return errors.page(404)
