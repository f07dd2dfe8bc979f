"""The bank's answer to a payment file as a file: shown as understood, taken in when told to."""

from __future__ import annotations

import json
from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.batches import ReportForm
from fund_app.adapters import bank_pain002
from fund_app.adapters.bank_files import LARGEST
from fund_app.services import status_reports
from fund_app.views import acts, carried, errors
from fund_app.views.access import allow
from fund_app.views.treasury import labels
from workflows.roles import Role
from workflows.status_reports import LineStatus, ReportRefused, StatusReport

PURPOSE = "status-report-preview"


@allow(Role.FINANCE_OFFICER)
def upload() -> ResponseReturnValue:
    """Ask for the file."""
    return _form(ReportForm(formdata=None))


@allow(Role.FINANCE_OFFICER)
def preview() -> ResponseReturnValue:
    """Say what the file would bring; nothing is written, and the file itself is not kept."""
    form, sent = ReportForm(), request.files.get("file")
    if not form.validate_on_submit() or sent is None or not sent.filename:
        return _form(form, _("Please choose a file first.")), 422
    try:
        report = bank_pain002.read(sent.read(LARGEST + 1))
        understood = status_reports.understand(report)
        sealed = carried.carry(PURPOSE, "", json.dumps(asdict(report)).encode())
    except ReportRefused as refused:
        return _form(form, _why_not(refused)), 422
    except carried.TooMuch:
        return _form(form, str(labels.WHY_NO_REPORT["too_large"])), 422
    return render_template(
        "treasury/batches/report_shown.html", understood=understood, carried=sealed, labels=labels
    )


@allow(Role.FINANCE_OFFICER)
def take_in() -> ResponseReturnValue:
    """Do what was shown."""
    opened = carried.opened(PURPOSE, "", request.form.get("report", ""))
    if opened is None:
        return errors.refusal(
            _("The file has waited too long or was somebody else's. Please upload it again.")
        )
    told = json.loads(opened)
    lines = tuple(LineStatus(**line) for line in told.pop("lines"))
    try:
        found = status_reports.take_in(acts.me(), StatusReport(lines=lines, **told))
    except ReportRefused as refused:
        return errors.refusal(_why_not(refused))
    if found.is_news:
        flash(_("The bank's answer is recorded with every payment."), "success")
    else:
        flash(_("Noted. It changes nothing that is not known already."), "info")
    return redirect(url_for("treasury.batch", batch_id=found.batch_id), 303)


def _form(form: ReportForm, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("treasury/batches/report.html", form=form, refusals=refusals)


def _why_not(refused: ReportRefused) -> str:
    sentence = str(labels.WHY_NO_REPORT[refused.code])
    names = f" ({', '.join(refused.names)})" if refused.names else ""
    return f"{sentence}{names} " + _("Nothing of it was taken.")
