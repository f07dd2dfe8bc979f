"""Who the person is, as a coordinator gets to see it: asked for, agreed to, shown, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.messages import ActForm
from forms.unlocks import unlock_form
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.models.unlocks import ASKED, Unlock
from fund_app.queries import answers
from fund_app.queries import unlocks as reads
from fund_app.services import unlocks
from fund_app.services.unlocks import Question
from fund_app.views import acts, custody_labels, marks
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.casework import REFUSING, Trouble, has_opened, me, trouble
from fund_app.views.coordinator import contact, frame, told
from workflows.roles import Role
from workflows.unlocks import DEFAULT_HOURS, Purpose


@dataclass(frozen=True, slots=True)
class Sealed:
    """How it stands with the names of a case for this coordinator."""

    unlock: Unlock | None
    form: ActForm
    trouble: Trouble
    lines: list[told.Said] | None
    card: contact.Card | None

    @property
    def is_open(self) -> bool:
        """Whether they may be shown at this moment."""
        return self.unlock is not None and unlocks.is_open(self.unlock, now())

    @property
    def waits(self) -> bool:
        """Whether the question waits for agreement."""
        return self.unlock is not None and self.unlock.state == ASKED

    @property
    def left(self) -> acts.TimeLeft | None:
        """How much time is left."""
        return None if self.unlock is None else acts.time_left(self.unlock.ends_at)

    @property
    def missing(self) -> int:
        """How many signatures the question still needs."""
        return 0 if self.unlock is None else custody_labels.missing(self.unlock)


def sealed(
    case: Application,
    *,
    form: ActForm | None = None,
    said: Trouble | None = None,
    opened: dict[tuple[str, int], str] | None = None,
) -> Sealed:
    """Gather how it stands; `opened` are the names, right after the look was written down."""
    found = reads.mine(db.session(), case.id, me().ref)
    blank = {"request_id": new_ref(), "hours": str(DEFAULT_HOURS)}
    lines = None if opened is None else told.lines(opened)
    is_told = has_opened(case.id, Compartment.NARRATIVE)
    card = None if opened is None or not is_told else contact.card(case, opened)
    return Sealed(found, form or _form()(data=blank), said or Trouble(()), lines, card)


@allow(Role.COORDINATOR)
def ask(case_id: str) -> ResponseReturnValue:
    """Ask two custodians for the names."""
    case = frame.case_of(case_id)
    form: Any = _form()(request.form)
    if not form.validate():
        return file_page(case, sealed(case, form=form)), 422
    question = Question(Purpose(form.purpose.data), int(form.hours.data), form.words.data)
    try:
        unlocks.ask(me(), case_id, question, acts.wish(form))
    except REFUSING as error:
        said = trouble(error)
        db.session.rollback()
        case = frame.case_of(case_id)
        return file_page(case, sealed(case, form=form, said=said)), 409
    flash(_("Asked. The custodians have been told; it needs two of them."), "success")
    return redirect(frame.address("file", case_id), 303)


@allow(Role.COORDINATOR)
@confirmed
def show(case_id: str, unlock_id: str) -> ResponseReturnValue:
    """Show the names on this one page; the look is written down first."""
    _own(case_id, unlock_id)
    try:
        found = unlocks.names(me(), unlock_id)
    except REFUSING as error:
        said = trouble(error)
        db.session.rollback()
        case = frame.case_of(case_id)
        return file_page(case, sealed(case, said=said)), 409
    marks.remember(found.mark)
    case = frame.case_of(case_id)
    return file_page(case, sealed(case, opened=found.answers))


@allow(Role.COORDINATOR)
def end(case_id: str, unlock_id: str) -> ResponseReturnValue:
    """Take the question back, or end the time early."""
    _own(case_id, unlock_id)
    unlocks.end(me(), unlock_id)
    flash(_("Ended. The names are sealed again."), "success")
    return redirect(frame.address("file", case_id), 303)


def _own(case_id: str, unlock_id: str) -> None:
    frame.case_of(case_id)
    found = reads.unlock(db.session(), unlock_id)
    if found is None or found.application_id != case_id or found.asker_id != me().ref:
        not_found()


def file_page(case: Application, names: Sealed) -> str:
    """Render what was told, as far as the looks of this session reach, beside the names."""
    known: dict[tuple[str, int], str] = {}
    if has_opened(case.id, Compartment.NARRATIVE):
        known = answers.opened(db.session(), me().ring, case.id, compartment=Compartment.NARRATIVE)
    return frame.page(
        "file",
        case,
        "file",
        sections=told.sections(known),
        names=names,
        words_of=custody_labels,
    )


def _form() -> type[ActForm]:
    return unlock_form(custody_labels.purposes_listed(), custody_labels.hours_listed())
