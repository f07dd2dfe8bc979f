"""What happens to a person, on the pages of who leads the case: recorded, and the three ways on."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale

from forms.countries import NOT_SAID, country_choices
from forms.messages import ActForm
from forms.person_events import wished_payee_form
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.services import person_events
from fund_app.services.intake import AnswerText
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from fund_app.views.treasury.labels import CHANNELS as CHANNEL_WORDS
from workflows.channels import CHANNELS

AFTER_ONE = frozenset({"directive_continue", "directive_redecide", "directive_close"})
"""Acts that have a place only once something has happened to the person."""

ALONE = {
    "directive_continue": "co_signed_by_panel_member",
    "directive_close": "co_signed_by_board",
}
"""The guard that asks for the second person, so that the page can say who that is."""

SOURCES = 2


def payee_form(case: Application) -> type[ActForm]:
    """Return the form of a continuation: who is paid, while money has yet to leave."""
    if not person_events.needs_payee(db.session(), case):
        return ActForm
    countries = country_choices(str(get_locale() or "en"))
    return wished_payee_form(
        [(code, name) for code, name in countries if code != NOT_SAID],
        [(way, CHANNEL_WORDS[way]) for way in CHANNELS],
    )


def record(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    """Let the case stand still."""
    sources = SOURCES if form.two_sources.data else 0
    person_events.record(person, case_id, sources=sources, request=request)


def go_on(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    """Go on as the person wished."""
    told = getattr(form, "told", {})
    payee = [AnswerText(key, 0, "payout", text) for key, text in told.items()]
    person_events.continue_as_wished(person, case_id, payee, request)


def end(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    """End the case."""
    confirmed = bool(form.stop_confirmed.data)
    person_events.end(person, case_id, confirmed=confirmed, request=request)
