"""Reaching a person: one card before anything else, what was tried, and the next attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask import session as remembered
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.contacts import ContactForm, contact_form
from forms.zones import ZONES, city_of, zone_choices
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import answers, contacts
from fund_app.services import contacts as service
from fund_app.services.contacts import Account, AgainstPlan
from fund_app.views import contact_labels as words
from fund_app.views.access import allow
from fund_app.views.applicant.common import wish
from fund_app.views.casework import has_opened, me
from fund_app.views.coordinator import frame
from workflows.contact import HERE, Attempt, Plan, Window, plan_of, zone_of
from workflows.roles import Role

UTC = "UTC"
MY_ZONE = "zone"
"""Where the session keeps which clock somebody reads hours on."""
FIRST_IN_PLACE = 0


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody may be reached, on their clock and on the reader's."""

    there: str
    city: str
    here: str
    my_city: str
    now_there: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Card:
    """How a person wants to be reached; what is sealed from the reader is None.

    `channel` is None until what was confided has been opened, `code_word` and `handle` until
    who the person is has been opened too.
    """

    channel: str | None = None
    only_here: bool = False
    hours: Hours | None = None
    in_words: str = ""
    never: tuple[str, ...] = ()
    is_identity_open: bool = False
    handle: str | None = None
    code_word: str | None = None
    trusted: tuple[str, ...] = ()
    changed_on: Any = None


@allow(Role.COORDINATOR)
def show(case_id: str) -> ResponseReturnValue:
    """Show the card, the attempts so far, and the form of the next one."""
    case = frame.case_of(case_id)
    plan = _plan(case)
    start = {"request_id": new_ref(), "channel": plan.channel if plan else None}
    return _page(case, _made()(data=start))


@allow(Role.COORDINATOR)
def record(case_id: str) -> ResponseReturnValue:
    """Weigh a contact that is meant, or write down one that was made."""
    case = frame.case_of(case_id)
    if not has_opened(case.id, Compartment.NARRATIVE):
        return redirect(frame.address("contact", case_id))  # the plan is read first, as a look
    form = _made()(request.form)
    weigh_only = "weigh" in request.form
    if not form.validate(weigh_only=weigh_only):
        return _page(case, form), 422
    attempt = Attempt(form["channel"].data, frozenset(form["means"].data or ()))
    if weigh_only:
        codes = service.weigh(me(), case_id, attempt)
        return _page(case, form, codes, weighed=True), 409 if codes else 200
    account = Account(
        form["result"].data, form["note"].data, form["reason"].data, form["is_duress"].data
    )
    try:
        service.record(me(), case_id, attempt, account, wish())
    except AgainstPlan as against:
        form.ask_why()
        return _page(case, form, against.codes), 409
    flash(_("Written down."), "success")
    return redirect(frame.address("contact", case_id))


@allow(Role.COORDINATOR)
def set_zone(case_id: str) -> ResponseReturnValue:
    """Remember for this session on which clock somebody reads hours."""
    frame.case_of(case_id)
    zone = request.form.get("zone", "")
    remembered[MY_ZONE] = zone if zone in ZONES else UTC
    return redirect(frame.address("contact", case_id))


def card(case: Application, names: dict[tuple[str, int], str] | None = None) -> Card:
    """Return how the person wants to be reached, as far as this session has opened it.

    `names` are the answers sealed with the names, right after a look at them was written down.
    """
    if not has_opened(case.id, Compartment.NARRATIVE):
        return Card()
    session, ring = db.session(), me().ring
    told = _single(answers.opened(session, ring, case.id, compartment=Compartment.NARRATIVE))
    who = _single(names or {})
    plan = plan_of(told)
    return Card(
        channel=str(words.CHANNELS.get(plan.channel, plan.channel)),
        only_here=plan.channel == HERE,
        hours=_hours(plan.window),
        in_words=_in_words(told),
        never=tuple(str(text) for rule, text in words.NEVER.items() if rule in plan.never),
        is_identity_open=names is not None,
        handle=who.get("handle"),
        code_word=who.get("code_word"),
        trusted=tuple(
            who[key]
            for key in ("trusted_name", "trusted_handle", "trusted_may_know")
            if who.get(key)
        ),
        changed_on=contacts.plan_changed_on(session, case.id),
    )


def _plan(case: Application) -> Plan | None:
    if not has_opened(case.id, Compartment.NARRATIVE):
        return None
    return service.plan(db.session(), me().ring, case.id)


def _single(opened: dict[tuple[str, int], str]) -> dict[str, str]:
    return {question: text for (question, item), text in opened.items() if item == FIRST_IN_PLACE}


def _in_words(told: dict[str, str]) -> str:
    """Return what the person wrote about when, a time zone in their own words included."""
    zone = told.get("time_zone", "")
    own = (told.get("safe_hours", ""), "" if zone_of(zone) else zone)
    return " ".join(each for each in own if each)


def _hours(window: Window | None) -> Hours | None:
    if window is None:
        return None
    mine = _my_zone()
    zone = zone_of(mine) or window.zone
    moment, language = now(), str(get_locale() or "en")
    start, end = window.seen_from(zone, moment)
    return Hours(
        there=f"{window.start:02}:00–{window.end:02}:00",
        city=city_of(window.zone.key, language),
        here=f"{start:%H:%M}–{end:%H:%M}",
        my_city=UTC if mine == UTC else city_of(mine, language),
        now_there=f"{moment.astimezone(window.zone):%H:%M}",
        is_now=window.holds(moment),
    )


def _my_zone() -> str:
    return str(remembered.get(MY_ZONE, UTC))


def _made() -> type[ContactForm]:
    return contact_form(
        list(words.CHANNELS.items()), list(words.MEANS.items()), list(words.RESULTS.items())
    )


def _page(
    case: Application, form: ContactForm, codes: tuple[str, ...] = (), *, weighed: bool = False
) -> str:
    is_open = has_opened(case.id, Compartment.NARRATIVE)
    return frame.page(
        "contact",
        case,
        "contact",
        card=card(case),
        form=form,
        attempts=contacts.attempts(db.session(), me().ring if is_open else None, case.id),
        against=[str(words.BROKEN[code]) for code in codes],
        weighed=weighed,
        words=words,
        zones=[(UTC, UTC), *zone_choices(str(get_locale() or "en"))],
        my_zone=_my_zone(),
    )
