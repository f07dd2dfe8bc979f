"""Official lists: the versions in use and before, a file imported, payments screened anew."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forms.screenings import ListFileForm
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import screenings as reads
from fund_app.services import official_lists, screening_decisions
from fund_app.services.official_lists import CODES, ListRefused
from fund_app.services.transition import Request
from fund_app.views import acts
from fund_app.views.access import allow, confirmed
from fund_app.views.treasury import labels
from workflows.roles import Role

FINANCE = (Role.FINANCE_OFFICER, Role.TREASURER)
READERS = (*FINANCE, Role.SECURITY_LEAD, Role.BOARD_MEMBER, Role.AUDITOR)
LONGEST_SEARCH = 64
OLD_AFTER = 14
"""Days after which a list in use is shown as old: the publishers change theirs every few days."""

NAMES = {
    "eu": _l("European Union, consolidated list"),
    "un": _l("United Nations, Security Council"),
    "ofac": _l("United States, OFAC (SDN)"),
    "uk": _l("United Kingdom, UK Sanctions List"),
}

REFUSALS = {
    "too_large": _l("This file is larger than any official list."),
    "hostile": _l("This file carries a document type or entities, as no official list does. It was"
                  " not read. Please fetch the list from its publisher once more."),
    "not_readable": _l("This file cannot be read. Please fetch it from its publisher once more."),
    "unknown": _l("This is none of the lists known here: EU and United Nations in XML, OFAC and"
                  " United Kingdom in XML or CSV."),
    "no_aliases": _l("OFAC’s CSV comes in two files, sdn.csv and alt.csv. Please choose both:"
                     " without the second one other names of the listed would be missed."),
    "day_missing": _l("OFAC’s CSV does not say of which day it is. Please give the day."),
    "day_ahead": _l("This day has not come yet."),
    "no_day": _l("This list does not say of which day it is, so it was not taken."),
    "no_entries": _l("There is no entry with a name in this list, so it was not taken."),
    "count_differs": _l("This list holds fewer or more entries than it says itself. Please fetch"
                        " it once more."),
    "older": _l("A newer version of this list is in use, so this one was not taken."),
}  # fmt: skip


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show the lists in use, every version there was, and what is to be screened anew."""
    return _page(ListFileForm())


@allow(*FINANCE)
@confirmed
def import_list() -> ResponseReturnValue:
    """Import a list from a file."""
    form = ListFileForm()
    upload = request.files.get("file")
    if upload is None or not form.validate_on_submit():
        return _page(form), 422
    try:
        second = request.files.get("aliases")
        done = official_lists.import_file(
            acts.me(), upload.read(), second.read() if second else b"", form.day.data
        )
    except ListRefused as refused:
        at = {"no_aliases": form.aliases, "day_missing": form.day, "day_ahead": form.day}
        at.get(refused.code, form.file).errors = (str(REFUSALS[refused.code]),)
        return _page(form), 422
    sentence = (
        _("%(list)s is in use: %(entries)s entries, %(names)s names.", list=NAMES[done.code],
          entries=done.entries, names=done.names)
        if done.is_new
        else _("This very file was imported before; nothing was changed.")
    )  # fmt: skip
    flash(sentence, "success" if done.is_new else "info")
    return redirect(url_for("treasury.lists"), 303)


@allow(Role.FINANCE_OFFICER)
def screen_all() -> ResponseReturnValue:
    """Screen with the person's own key whatever has not left and misses a list in use."""
    clean = held = closed = 0
    for row in reads.to_screen(db.session()):
        found = screening_decisions.screen_again(acts.me(), row.id, Request(new_ref(), row.step))
        clean, held, closed = (
            clean + (found is True),
            held + (found is False),
            closed + (found is None),
        )
    flash(
        _("Screened: %(clean)s clean, %(held)s on hold, %(closed)s your key does not open.",
          clean=clean, held=held, closed=closed),
        "warning" if held or closed else "success",
    )  # fmt: skip
    return redirect(url_for("treasury.lists"), 303)


def _page(form: ListFileForm) -> str:
    session, person = db.session(), acts.me()
    asked = request.args
    code = asked.get("list", "")
    code = code if code in CODES else ""
    text = asked.get("q", "")[:LONGEST_SEARCH].strip()
    found = reads.listing(session, code, text, asked.get("after"))
    in_use = {row.code: row for row in official_lists.newest(session)}
    today = now().date()
    return render_template(
        "treasury/official_lists/index.html",
        page=found,
        in_use=[(each, NAMES[each], in_use.get(each)) for each in CODES],
        age=lambda row: (today - row.published_on).days,
        old_after=OLD_AFTER,
        names=NAMES,
        search=text,
        code=code,
        tabs=_tabs(code, text),
        to_screen=reads.to_screen(session),
        labels=labels,
        form=form,
        may_import=person.has_any(frozenset(FINANCE)),
        may_screen=Role.FINANCE_OFFICER in person.roles,
        first_url=_address(code, text) if asked.get("after") else None,
        following_url=found.following and _address(code, text, found.following),
        fresh=new_ref,
    )


def _tabs(code: str, text: str) -> list[tuple[str, str, bool]]:
    kinds = [("", _("All")), *((each, str(NAMES[each])) for each in CODES)]
    return [(words, _address(each, text), each == code) for each, words in kinds]


def _address(code: str, text: str, cursor: str | None = None) -> str:
    return url_for("treasury.lists", list=code or None, q=text or None, after=cursor)
