"""The fast track on its page: one officer proposes an amount, another one gives it to somebody."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from forms.countries import NOT_SAID, country_choices
from forms.disbursements import minor_units
from forms.fast_track import decide_form, propose_form
from forms.messages import ActForm
from forms.pages import amount_as_typed
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.sealed import NoKey
from fund_app.services import fast_track, votes
from fund_app.services.fast_track import Grant
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request, Unknown
from fund_app.services.vault import SignedIn
from fund_app.views import labels
from fund_app.views.casework import Missing, me
from fund_app.views.treasury.labels import CHANNELS as CHANNEL_WORDS
from workflows.channels import CHANNELS


def first_form(case: Application) -> type[ActForm]:
    """Return the form of the first signature."""
    return propose_form(case.currency)


def second_form(case: Application) -> type[ActForm]:
    """Return the form of the second signature, with the lines of the redacted file."""
    countries = country_choices(str(get_locale() or "en"))
    return decide_form(
        [
            (
                f"{labels.CATEGORIES.get(line['category'], line['category'])} – {line['what']}",
                amount_as_typed(str(line["amount"]), case.currency),
            )
            for line in _lines(case)
        ],
        case.currency,
        [(code, name) for code, name in countries if code != NOT_SAID],
        [(way, CHANNEL_WORDS[way]) for way in CHANNELS],
    )


def _lines(case: Application) -> list[dict[str, Any]]:
    try:
        return votes.file_lines(db.session(), case.id, me())
    except (NoKey, Unknown):
        return []


def propose(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    """Sign first for an amount."""
    case = db.session.get_one(Application, case_id)
    fast_track.propose(person, case_id, minor_units(form.amount.data, case.currency), request)


def decide(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    """Sign second: give the amounts to who is named, by the way that is chosen."""
    payee = [AnswerText(key, 0, "payout", text) for key, text in form.told.items()]
    try:
        fast_track.decide(person, case_id, Grant(form.amounts(), payee), request)
    except ValueError:
        raise Missing(_("An amount is larger than its line in the file for the panel.")) from None
