"""One case: how it stands, what was told, what was checked, what has happened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.messages import NoteForm
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application, VerificationCheck
from fund_app.models.clocks import Clock
from fund_app.models.sealed import Compartment, NoKey
from fund_app.models.types import new_ref
from fund_app.queries import applicant, applications, casework, coverage, messages
from fund_app.queries.coverage import Coverage
from fund_app.services import claims, directives, documents, looks, rules
from fund_app.services import messages as service
from fund_app.services.cases import Closed, has_ended
from fund_app.services.messages import CANNOT_SAY
from fund_app.services.vault import SignedIn
from fund_app.views import casework as shared
from fund_app.views import custody_labels, labels, marks
from fund_app.views.access import allow, not_found
from fund_app.views.applicant.common import wish
from fund_app.views.applicant.files import send
from fund_app.views.casework import TimeLeft, me
from fund_app.views.contact_labels import CAME_BY
from fund_app.views.coordinator import contact, frame, names, told
from fund_app.views.coordinator.ballots import panel_of
from fund_app.views.coordinator.offered import offers
from fund_app.views.coordinator.picture import picture
from fund_app.views.treasury import fund_labels
from workflows import clocks as reckoning
from workflows.catalogue import workflow
from workflows.roles import Role

SENT = ("evidence", "award_letter", "refusal_letter")
"""The kinds of document every coordinator of a case can open."""
LOOKABLE = (Compartment.NARRATIVE,)


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock in full: what it counts, how far it is, when it stood still and why."""

    left: TimeLeft
    length: str
    counted: str
    pauses: tuple[tuple[datetime, datetime | None], ...]


@allow(Role.COORDINATOR)
def show(case_id: str) -> ResponseReturnValue:
    """Show how a case stands and what can be done; needs no key."""
    session, case = db.session(), frame.case_of(case_id)
    numbers = rules.of(session, case)
    covered = _covered(case)
    return frame.page(
        "case",
        case,
        "case",
        offers=offers(session, case, me()),
        clocks=[_clock(clock) for clock in applications.running_clocks(session, case.id)],
        ended=applications.ended_clocks(session, case.id),
        alike=casework.same_mark(session, case),
        file=casework.review_file(session, case.id),
        panel=panel_of(case, me()),
        award=applicant.award(session, case.id),
        covered=covered,
        short_lines=[fund_labels.line(code) for code in covered.lines] if covered else (),
        numbers=numbers,
        card=contact.card(case),
        came_by=CAME_BY[case.intake],
        claim_until=claims.waits_until(case.holder_id),
        may_open_wish=directives.may_open(session, me(), case),
        holds_names=me().ring.opens(case.id, Compartment.IDENTITY),
        is_wish_open=shared.has_opened(case.id, directives.OPENED),
        wish=_wish(case),
    )


@allow(Role.COORDINATOR)
def file(case_id: str) -> ResponseReturnValue:
    """Show what the person told, as far as the looks of this session reach."""
    case = frame.case_of(case_id)
    return names.file_page(case, names.sealed(case))


@allow(Role.COORDINATOR)
def look(case_id: str) -> ResponseReturnValue:
    """Open a compartment: the look is written down first, then the page shows it."""
    case = frame.case_of(case_id)
    wanted = request.form.get("compartment")
    compartment = next((each for each in LOOKABLE if each == wanted), None) or not_found()
    mark = looks.look(me(), case.id, compartment)
    shared.remember_opened(case_id, compartment, mark)
    back = request.form.get("back", "")
    return redirect(frame.address(back if back in frame.TABS else "file", case_id))


@allow(Role.COORDINATOR)
def open_wish(case_id: str) -> ResponseReturnValue:
    """Open what the person wished for this moment; the look is written down first."""
    case = frame.case_of(case_id)
    mark = directives.look(me(), case.id)
    shared.remember_opened(case_id, directives.OPENED, mark)
    return redirect(frame.address("case", case_id))


UNDECIDED = ("verification", "review", "fast_track", "appealed")


def _covered(case: Application) -> Coverage | None:
    """Return whether the budget and the fund would hold an award; None where that is settled.

    The amounts are known to who has opened what was told and holds the key to the file. For
    everybody else only what is used up shows.
    """
    session, ring, day = db.session(), me().ring, now().date()
    if case.state not in UNDECIDED:
        return None
    file = casework.review_file(session, case.id)
    if file is None:
        return None
    is_open = shared.has_opened(case.id, Compartment.NARRATIVE)
    if is_open and ring.opens(case.id, Compartment.REVIEW):
        asked = coverage.by_category(json.loads(file.lines.open(ring)))
        return coverage.coverage(session, case, asked, day)
    return coverage.used_up(session, case, day)


def _wish(case: Application) -> list[told.Said]:
    if not shared.has_opened(case.id, directives.OPENED):
        return []
    return told.lines(directives.read(db.session(), me(), case))


@allow(Role.COORDINATOR)
def talk(case_id: str) -> ResponseReturnValue:
    """Show messages and files."""
    return _talk(frame.case_of(case_id), NoteForm(request_id=new_ref()))


@allow(Role.COORDINATOR)
def write(case_id: str) -> ResponseReturnValue:
    """Send the applicant a note."""
    case = frame.case_of(case_id)
    form = NoteForm(request.form)
    if not form.validate():
        return _talk(case, form), 422
    try:
        service.write_to_applicant(me(), case_id, form.text.data, wish())
    except Closed:
        return _talk(case, form, _("This case is closed, so nothing is written any more.")), 409
    except service.Frozen:
        return _talk(
            case, form, _("This case is frozen: nothing is sent until that is lifted.")
        ), 409
    flash(_("The message is on the person's page."), "success")
    return redirect(frame.address("messages", case_id))


@allow(Role.COORDINATOR)
def mark_read(case_id: str) -> ResponseReturnValue:
    """Say that what the applicant wrote has been read."""
    case = frame.case_of(case_id)
    service.read_by_staff(me(), case.id)
    return redirect(frame.address("messages", case_id))


def _talk(case: Application, form: NoteForm, problem: str = "") -> str:
    is_open = shared.has_opened(case.id, Compartment.NARRATIVE)
    rows = list(applicant.documents(db.session(), case.id, (*SENT, documents.ORIGINAL)))
    return frame.page(
        "messages",
        case,
        "messages",
        card=contact.card(case),
        form=form,
        problem=problem,
        is_over=has_ended(case),
        thread=_thread(case) if is_open else [],
        unread=messages.unread(db.session(), case.id, service.APPLICANT),
        rows=rows,
        names=documents.names(me(), rows) if is_open else {},
        cannot_say=CANNOT_SAY,
        leads=case.lead_id == me().ref,
    )


@allow(Role.COORDINATOR)
def download(case_id: str, document_id: str) -> ResponseReturnValue:
    """Send a file of a case; opening it is written down."""
    case = frame.case_of(case_id)
    known = {row.id for row in applicant.documents(db.session(), case.id, SENT)}
    if document_id not in known:
        not_found()
    return _taken(documents.read(me(), document_id))


@allow(Role.COORDINATOR)
def original(case_id: str, document_id: str) -> ResponseReturnValue:
    """Send an untouched original to whoever leads the case; opening it is written down."""
    case = frame.case_of(case_id)
    return _taken(documents.read_original(me(), case.id, document_id))


def _taken(opened: documents.Opened) -> ResponseReturnValue:
    """Send a file; what is marked on the way out leads back to this very look."""
    marks.remember(opened.mark)
    return send(opened)


@allow(Role.COORDINATOR)
def checks(case_id: str) -> ResponseReturnValue:
    """Show the four checks with their levels."""
    case = frame.case_of(case_id)
    return frame.page("checks", case, "checks", checks=in_order(case), notes=_notes(case, me()))


@allow(Role.COORDINATOR)
def history(case_id: str) -> ResponseReturnValue:
    """Show what has happened, who looked, and where in the workflow the case is."""
    session, case = db.session(), frame.case_of(case_id)
    return frame.page(
        "history",
        case,
        "history",
        events=list(reversed(applications.history(session, case.id))),
        looks=list(reversed(applications.views_of(session, case.id))),
        picture=picture(case),
        words_of=custody_labels,
    )


def in_order(case: Application) -> list[VerificationCheck]:
    """Return the checks of a case in the order the four tests are told."""
    known = {each.kind: each for each in case.checks}
    return [known[kind] for kind in labels.CHECKS if kind in known]


def _thread(case: Application) -> list[messages.MessageRow]:
    try:
        return messages.thread(db.session(), me().ring, case.id)
    except NoKey:
        flash(_("You hold no key to the messages of this case."), "warning")
        return []


def _notes(case: Application, person: SignedIn) -> dict[str, str]:
    if not shared.has_opened(case.id, Compartment.NARRATIVE):
        return {}
    return {each.kind: each.note.open(person.ring) for each in case.checks if each.note_sealed}


def _clock(clock: Clock) -> ClockView:
    moment = now()
    unit = workflow(clock.subject_type).clock_of[clock.name].unit
    pauses = tuple((each.paused_at, each.resumed_at) for each in clock.pauses)
    stood = [reckoning.Pause(start, end) for start, end in pauses]
    counted = reckoning.elapsed(clock.started_at, moment, stood)
    return ClockView(
        shared.time_left(clock.name, clock.state, clock.due_at, moment),
        str(labels.UNITS[unit]) % {"count": clock.length},
        shared.span(max(counted, timedelta(0))),
        pauses,
    )
