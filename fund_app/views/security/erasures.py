"""Erasing with two people, and keeping a case longer than its time for a reason."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.erasures import ConfirmErasureForm, KeepForm, keep_form, propose_form
from forms.messages import ActForm
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.types import new_ref
from fund_app.queries import casework, erasures
from fund_app.services import erasures as service
from fund_app.services import retention
from fund_app.services.erasures import CannotErase
from fund_app.views import acts, erasure_labels, labels
from fund_app.views.access import allow, confirmed, not_found
from workflows.erasures import ASKED_REASONS, KEPT_REASONS, LONGEST_HOLD, OBSTACLES, Origin
from workflows.roles import Actor, Role

BOTH = (Role.COORDINATOR, Role.SECURITY_LEAD)
LONGEST_SEARCH = 64


@allow(*BOTH)
def index() -> ResponseReturnValue:
    """List what waits for a second person and what is kept, and look a case up."""
    search = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    if search:
        found = casework.by_designation(db.session(), search)
        if found is not None:
            return redirect(url_for("security.erasure", application_id=found))
    return render_template(
        "security/erasures/index.html",
        rows=erasures.proposals(db.session()),
        kept=erasures.kept_cases(db.session(), now().date()),
        search=search,
        words=erasure_labels,
    )


@allow(*BOTH)
def show(application_id: str) -> ResponseReturnValue:
    """Show one case: what stands against erasing it, who has proposed it."""
    return _page(_case(application_id))


@allow(Role.COORDINATOR)
@confirmed
def propose(application_id: str) -> ResponseReturnValue:
    """Say, as the first of two people, that the case should be destroyed."""
    case = _case(application_id)
    form: Any = _propose_form()(request.form)
    if not form.validate():
        return _page(case, form), 422
    try:
        service.propose(acts.me(), case.id, form.reason.data, acts.wish(form))
    except CannotErase as refused:
        return _refused(application_id, refused)
    flash(_("Proposed. A second person has to agree."), "info")
    return redirect(url_for("security.erasure", application_id=application_id), 303)


@allow(*BOTH)
@confirmed
def confirm(application_id: str) -> ResponseReturnValue:
    """Agree, as the second of two people, and have it done."""
    case = _case(application_id)
    form = ConfirmErasureForm(request.form)
    if not form.validate():
        return _page(case, form), 422
    try:
        number = service.confirm(acts.me(), case.id)
    except CannotErase as refused:
        return _refused(application_id, refused)
    flash(_("The case is destroyed. This is the proof."), "success")
    return redirect(url_for("public.proof", number=number), 303)


@allow(*BOTH)
def take_back(application_id: str) -> ResponseReturnValue:
    """Take the proposal back."""
    case = _case(application_id)
    try:
        service.take_back(acts.me(), case.id)
    except CannotErase as refused:
        return _refused(application_id, refused)
    flash(_("The proposal is taken back."), "info")
    return redirect(url_for("security.erasures"), 303)


@allow(Role.SECURITY_LEAD)
@confirmed
def keep(application_id: str) -> ResponseReturnValue:
    """Keep the case longer than its time; the person's own wish is still carried out."""
    case = _case(application_id)
    form: Any = _keep_form()(request.form)
    if not form.validate():
        return _page(case, form), 422
    try:
        retention.keep(_by(), case.id, form.reason.data, form.until.data)
    except CannotErase as refused:
        return _refused(application_id, refused)
    flash(_("This case is kept longer. It is on record who said so."), "success")
    return redirect(url_for("security.erasure", application_id=application_id), 303)


@allow(Role.SECURITY_LEAD)
@confirmed
def let_go(application_id: str) -> ResponseReturnValue:
    """Take the reason back; from then on the case has its usual time."""
    retention.let_go(_by(), _case(application_id).id)
    flash(_("This case has its usual time again."), "info")
    return redirect(url_for("security.erasure", application_id=application_id), 303)


def _by() -> tuple[Actor, Role]:
    return acts.me(), Role.SECURITY_LEAD


def _refused(application_id: str, refused: CannotErase) -> ResponseReturnValue:
    db.session.rollback()
    return _page(_case(application_id), trouble=refused.code), 409


def _case(application_id: str) -> Application:
    case = db.session.get(Application, application_id)
    return not_found() if case is None or case.state == "draft" else case


def _page(case: Application, sent: ActForm | None = None, trouble: str | None = None) -> str:
    session, me = db.session(), acts.me()
    known = erasures.of_case(session, case.id)
    start = {"request_id": new_ref(), "step_seen": str(case.step)}
    keeping = sent if isinstance(sent, KeepForm) else _keep_form()(data=start)
    is_proposal = sent is not None and sent is not keeping and "reason" in sent
    proposing = sent if is_proposal else _propose_form()(data=start)
    agreeing = sent if isinstance(sent, ConfirmErasureForm) else ConfirmErasureForm(data=start)
    code = trouble or service.against(session, case, Origin.STAFF)
    return render_template(
        "security/erasures/show.html",
        case=case,
        known=known,
        kept=erasures.kept(session, case.id, now().date()),
        against=_(OBSTACLES[code]) if code else None,
        is_own=known is not None and known.requested_by == me.ref,
        due_on=retention.falls_due(session, case),
        may_propose=Role.COORDINATOR in me.roles,
        may_keep=Role.SECURITY_LEAD in me.roles,
        keep=keeping,
        propose=proposing,
        confirm=agreeing,
        sent=sent,
        labels=labels,
        words=erasure_labels,
    )


def _propose_form() -> type[ActForm]:
    return propose_form([(code, erasure_labels.ERASED_FOR[code]) for code in ASKED_REASONS])


def _keep_form() -> type[KeepForm]:
    reasons = [(code, erasure_labels.KEPT_FOR[code]) for code in KEPT_REASONS]
    today = now().date()
    return keep_form(reasons, today, today + LONGEST_HOLD)
