"""Referees of a case: whom the person named, whom we asked, what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forms import referees as forms
from forms.messages import ActForm
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.referees import RefereeRequest
from fund_app.models.sealed import Compartment, NoKey
from fund_app.models.types import new_ref
from fund_app.queries import referees as reads
from fund_app.services import cases, referees
from fund_app.services.referees import Asking, NotAgreed
from fund_app.views import casework as shared
from fund_app.views import headers, labels
from fund_app.views.access import allow, not_found
from fund_app.views.applicant.common import wish
from fund_app.views.casework import Trouble, me, trouble
from fund_app.views.coordinator import frame
from workflows.roles import Role

USUAL = {"way": "found", "may_tell": "existence", "carried": "link", "hours": "72", "quiet": True}
TONES = MappingProxyType({"asked": "info", "answered": "good", "burnt": "warn"})
STANDING = MappingProxyType(
    {
        "asked": _l("Asked"),
        "answered": _l("Answered"),
        "withdrawn": _l("Taken back"),
        "expired": _l("Time is over"),
        "burnt": _l("Closed after wrong words"),
    }
)
REFUSALS = MappingProxyType(
    {
        "more_than_allowed": _l("The person allows us to tell less than this."),
        "not_asked_first": _l(
            "Please ask the person first whether we may speak to this referee, and say so here."
        ),
        "not_named": _l("The person has not named a referee here, or you hold no key to it."),
        "open_already": _l("This referee has been asked and has time left. Take that back first."),
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the page shows it; `said` holds label and words once it was opened."""

    row: RefereeRequest
    standing: str
    said: tuple[tuple[Any, Any], ...] | None
    is_sealed: bool


@allow(Role.COORDINATOR)
def show(case_id: str) -> ResponseReturnValue:
    """Show who was named, who was asked and what came back."""
    case = frame.case_of(case_id)
    moment = now()
    rows = reads.of_case(db.session(), case.id)
    return frame.page(
        "referees",
        case,
        "referees",
        named=_named(case),
        asked=[_asked(row, moment) for row in rows],
        reach=reads.reach(rows),
        has_answers=any(row.status == "answered" for row in rows),
        has_ended=cases.has_ended(case),
        standings=STANDING,
        tones=TONES,
        ways=dict(forms.WAYS),
        telling=dict(forms.TELLING),
    )


@allow(Role.COORDINATOR)
def ask(case_id: str) -> ResponseReturnValue:
    """Prepare a request, and show once what to carry to the referee."""
    case = frame.case_of(case_id)
    item = request.args.get("item", "")
    if item and not shared.has_opened(case.id, Compartment.NARRATIVE):
        return redirect(frame.address("referees", case_id))
    named = _chosen(case, item)
    made = forms.ask_form(
        list(labels.LANGUAGES.items()),
        may_tell_all=named is not None and named.may_tell == "full",
        must_agree=named is None or named.must_ask_first,
    )
    if request.method != "POST":
        start = {**USUAL, "request_id": new_ref(), "language": case.language}
        return _ask_page(case, named, made(data=start))
    form = made(request.form)
    if not form.validate():
        return _ask_page(case, named, form), 422
    return _asked_for(case, named, form)


@allow(Role.COORDINATOR)
def withdraw(case_id: str, referee_id: str) -> ResponseReturnValue:
    """Take an unanswered request back."""
    case = frame.case_of(case_id)
    referees.withdraw(me(), case.id, referee_id)
    flash(_("Taken back. The link and the words open nothing any more."), "success")
    return redirect(frame.address("referees", case_id))


@allow(Role.COORDINATOR)
def look(case_id: str, referee_id: str) -> ResponseReturnValue:
    """Open an answer: the look is written down first, then the page shows it."""
    case = frame.case_of(case_id)
    mark = referees.look(me(), case.id, referee_id)
    shared.remember_opened(referee_id, Compartment.NARRATIVE, mark)
    return redirect(frame.address("referees", case_id))


def _asked_for(case: Application, named: reads.Named | None, form: ActForm) -> ResponseReturnValue:
    """Ask, or say in a sentence why not."""
    try:
        invitation = referees.ask(me(), case.id, _asking(named, form), wish())
    except NotAgreed as refused:
        return _refused(case, named, form, Trouble((str(REFUSALS[refused.code]),)))
    except cases.Closed:
        return _refused(case, named, form, Trouble((_("This case has ended; nobody is asked."),)))
    except NoKey as error:
        return _refused(case, named, form, trouble(error))
    if invitation is None:
        flash(_("This was asked already. Link and words are shown once; ask anew if lost."), "info")
        return redirect(frame.address("referees", case.id))
    return frame.page(
        "invitation",
        frame.case_of(case.id),
        "referees",
        invitation=invitation,
        address=_address(invitation),
        neutral=_neutral(invitation.language),
    )


def _neutral(language: str) -> str:
    """Return what may be written to a referee, in their language."""
    with force_locale(language):
        return str(
            _(
                "Somebody who named you as a person who can confirm something asked us to reach "
                "you. You decide whether you answer. The link works once; the words that open it "
                "come to you by another way."
            )
        )


def _address(invitation: referees.Invitation) -> str:
    if invitation.is_spoken:
        return headers.address_of("public.referee_number", lang=invitation.language)
    return headers.address_of("public.referee", lookup=invitation.lookup, lang=invitation.language)


def _asking(named: reads.Named | None, form: ActForm) -> Asking:
    return Asking(
        item=None if named is None else named.item,
        way="found" if named is None else form["way"].data,
        may_tell=form["may_tell"].data,
        language=form["language"].data,
        hours=int(form["hours"].data),
        is_spoken=form["carried"].data == "spoken",
        has_quiet_word=form["quiet"].data,
        agreed="agreed" in form and form["agreed"].data,
        code=form["code"].data,
    )


def _refused(
    case: Application, named: reads.Named | None, form: ActForm, told: Trouble
) -> ResponseReturnValue:
    db.session.rollback()
    return _ask_page(frame.case_of(case.id), named, form, told), 409


def _ask_page(
    case: Application, named: reads.Named | None, form: ActForm, told: Trouble | None = None
) -> str:
    return frame.page(
        "ask_referee", case, "referees", named=named, form=form, trouble=told or Trouble(())
    )


def _named(case: Application) -> list[reads.Named]:
    """Return who was named, once this session has opened what was confided."""
    return _all_named(case) if shared.has_opened(case.id, Compartment.NARRATIVE) else []


def _all_named(case: Application) -> list[reads.Named]:
    """Return who was named, without names: those show on the page of names, look by look."""
    return [_without_names(each) for each in reads.named(db.session(), me().ring, case.id)]


def _without_names(named: reads.Named) -> reads.Named:
    hidden = {"referee_name", "referee_way"}.intersection(named.told)
    told = {key: text for key, text in named.told.items() if key not in hidden}
    return reads.Named(named.item, told, named.sealed | hidden)


def _chosen(case: Application, item: str) -> reads.Named | None:
    """Return the referee an address names; 404 for one nobody has named."""
    if not item:
        return None
    return next((each for each in _all_named(case) if str(each.item) == item), None) or not_found()


def _asked(row: RefereeRequest, moment: datetime) -> Asked:
    standing = reads.standing(row, moment)
    if row.status != "answered" or not shared.has_opened(row.id, Compartment.NARRATIVE):
        return Asked(row, standing, None, is_sealed=False)
    said = reads.said(row, me().ring)
    if said is None:
        return Asked(row, standing, None, is_sealed=True)
    return Asked(row, standing, tuple(_lines(said)), is_sealed=False)


def _lines(said: dict[str, str]) -> list[tuple[Any, Any]]:
    form = forms.RefereeForm()
    lines = []
    for key in forms.ASKED:
        words = dict(forms.LISTED.get(key, ())).get(said.get(key, ""), said.get(key, ""))
        if words:
            lines.append((form[key].label.text, words))
    if said.get("quiet_word"):
        lines.append((_("Opened with"), _("the words for somebody who cannot write freely")))
    return lines
