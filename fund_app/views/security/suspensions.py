"""Frozen cases: the list, one case without a word of it, and the two ways out of a freeze."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from forms.messages import ActForm
from forms.suspensions import CloseSuspendedForm, ResumeForm
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import applications as reads
from fund_app.queries import casework as clocks
from fund_app.queries import suspensions
from fund_app.queries.suspensions import SignatureRow
from fund_app.services import application_facts, applications, silence
from fund_app.services import casework as service
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from fund_app.views import acts, history_labels, labels
from fund_app.views.access import allow, not_found
from fund_app.views.casework import REFUSING, TimeLeft, Trouble, time_left, trouble
from workflows.engine import Refused
from workflows.guards import GUARDS
from workflows.holds import HoldKind
from workflows.roles import Role

ASKED = {"contact_verified": True, "risk_too_high": True}
"""What the forms themselves ask for, so that it cannot stand in the way of showing them."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One way out of a freeze: what it asks, what it calls, what it says afterwards.

    `alone` is the guard that asks for the second person.
    """

    action: str
    label: LazyString
    first_role: Role
    alone: str
    form: type[ActForm]
    run: Callable[[SignedIn, str, Any, Request], None]
    done: LazyString


@dataclass(frozen=True, slots=True)
class Way:
    """A way out as the page shows it: its form, who has signed first, what is against it."""

    ending: Ending
    form: ActForm
    signed: tuple[SignatureRow, ...]
    sentences: tuple[str, ...]


ENDINGS = {
    "resume": Ending(
        "resume",
        _l("Lift the freeze"),
        Role.COORDINATOR,
        "co_signed_by_coordinator",
        ResumeForm,
        lambda person, case, form, wish: applications.resume(
            person, case, verified=form.verified.data, request=wish
        ),
        _l("The freeze is lifted. The case goes on where it stood."),
    ),
    "close_suspended": Ending(
        "close_suspended",
        _l("End the frozen case"),
        Role.BOARD_MEMBER,
        "co_signed_by_board",
        CloseSuspendedForm,
        lambda person, case, form, wish: applications.close_suspended(
            person, case, risk_too_high=form.risk_too_high.data, request=wish
        ),
        _l("The case is closed."),
    ),
}


@allow(Role.SECURITY_LEAD)
def index() -> ResponseReturnValue:
    """List the cases that are frozen, the longest first."""
    session = db.session()
    rows = suspensions.suspended(session)
    ids = [row.id for row in rows]
    return render_template(
        "security/suspensions/index.html",
        rows=rows,
        clocks=_clocks(ids),
        signed=suspensions.first_signatures(session, ids),
        endings=ENDINGS,
        role=labels.role,
    )


@allow(Role.SECURITY_LEAD)
def show(application_id: str) -> ResponseReturnValue:
    """Show one frozen case: what is known without a key, and the ways out."""
    return _page(_case(application_id))


@allow(Role.SECURITY_LEAD)
def resume(application_id: str) -> ResponseReturnValue:
    """Let the case go on, beside a coordinator who has signed first."""
    return _carry_out(application_id, ENDINGS["resume"])


@allow(Role.SECURITY_LEAD)
def close_suspended(application_id: str) -> ResponseReturnValue:
    """End the case, beside a member of the board who has signed first."""
    return _carry_out(application_id, ENDINGS["close_suspended"])


def _carry_out(application_id: str, ending: Ending) -> ResponseReturnValue:
    case = _case(application_id)
    form = ending.form(request.form)
    if not form.validate():
        return _page(case, {ending.action: form}), 422
    try:
        ending.run(acts.me(), application_id, form, acts.wish(form))
    except REFUSING as error:
        told = _told(error, ending)
        db.session.rollback()
        case = _case(application_id)
        form["step_seen"].data = str(case.step)
        return _page(case, {ending.action: form}, told), 409
    flash(str(ending.done), "success")
    return redirect(url_for("security.suspensions"), 303)


def _case(application_id: str) -> Application:
    return suspensions.case(db.session(), application_id) or not_found()


def _page(
    case: Application, sent: Mapping[str, ActForm] | None = None, told: Trouble | None = None
) -> str:
    session, person = db.session(), acts.me()
    held = reads.active_holds(session, [case.id]).get(case.id, ())
    facts = application_facts.gather(session, case, "close_suspended", person, ASKED)
    return render_template(
        "security/suspensions/show.html",
        case=case,
        is_frozen=HoldKind.SUSPENDED_SECURITY in held,
        held=held,
        is_locked=silence.is_locked(case.holder_id),
        days=facts["days_without_contact"],
        clocks=_clocks([case.id]).get(case.id, ()),
        ways=_ways(case, person, sent or {}),
        sent=next(iter((sent or {}).values()), None),
        trouble=told or Trouble(()),
        events=[
            row
            for row in reads.history(session, case.id)
            if row.chain == case.workflow
            and row.action in {"suspend_security", *suspensions.ENDINGS}
        ],
        labels=labels,
        history_labels=history_labels,
    )


def _ways(case: Application, person: SignedIn, sent: Mapping[str, ActForm]) -> list[Way]:
    session = db.session()
    refused = {
        option.action: option.refusals
        for option in service.offered_to(session, case, person, ASKED)
    }
    rows = suspensions.first_signatures(session, [case.id]).get(case.id, [])
    start = {"request_id": new_ref(), "step_seen": str(case.step)}
    return [
        Way(
            ending,
            sent.get(action) or ending.form(data=start),
            tuple(row for row in rows if row.action == action),
            _sentences(ending, refused.get(action, ())),
        )
        for action, ending in ENDINGS.items()
    ]


def _told(error: Exception, ending: Ending) -> Trouble:
    if isinstance(error, Refused):
        return Trouble(_sentences(ending, error.codes))
    return trouble(error)


def _sentences(ending: Ending, codes: Sequence[str]) -> tuple[str, ...]:
    # Several guards ask for a second person by the same code; here the page names which one.
    alone = GUARDS[ending.alone]
    return tuple(
        str(_(alone.sentence)) if code == alone.refusal else labels.refusal(code) for code in codes
    )


def _clocks(ids: list[str]) -> dict[str, tuple[TimeLeft, ...]]:
    moment = now()
    return {
        case_id: tuple(time_left(each.name, each.state, each.due_at, moment) for each in found)
        for case_id, found in clocks.live_clocks(db.session(), ids).items()
    }
