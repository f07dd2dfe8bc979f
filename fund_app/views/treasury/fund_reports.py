"""A financial report on one fund, to look at and to hand to the institution that gave for it."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.fund_reports import FundReportForm
from fund_app.queries import donation_labels, fund_report_labels, ledger
from fund_app.services import fund_reports
from fund_app.services.fund_reports import BadQuarters, Report, TellsOfFew, UnknownFund
from fund_app.views.access import allow, not_found
from workflows.quarters import Quarter
from workflows.roles import Role

READERS = (Role.TREASURER, Role.FINANCE_OFFICER, Role.AUDITOR)


@allow(*READERS)
def show() -> ResponseReturnValue:
    """Show the report asked for; without a question the form alone."""
    form = _form()
    if not form.fund.data or not form.fund.choices or not form.since.choices:
        return _page(form)
    try:
        return _page(form, _report(form))
    except BadQuarters:
        refusal = _("These quarters do not make a range. Please check that the first comes first.")
        return _page(form, refusal=refusal), 422
    except TellsOfFew as refused:
        return _page(form, refusal=_few(refused)), 422


@allow(*READERS)
def download() -> ResponseReturnValue:
    """Hand the report out as PDF in the language of the page."""
    try:
        found = _report(_form())
    except (BadQuarters, TellsOfFew):
        not_found()
    response = Response(
        fund_reports.as_pdf(found, str(get_locale() or "")), mimetype="application/pdf"
    )
    name = fund_reports.file_name(found)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _report(form: FundReportForm) -> Report:
    known = {str(quarter): quarter for quarter in fund_reports.quarters()}
    since, until = known.get(form.since.data), known.get(form.until.data)
    if since is None or until is None:
        raise BadQuarters
    try:
        return fund_reports.report(str(form.fund.data), since, until)
    except UnknownFund:
        not_found()


def _form() -> FundReportForm:
    form = FundReportForm(request.args)
    funds = sorted(ledger.funds(), key=lambda fund: (not fund.restricted, fund.code))
    form.fund.choices = [(fund.code, donation_labels.fund(fund.code)) for fund in funds]
    quarters = [(str(quarter), _label(quarter)) for quarter in fund_reports.quarters()]
    form.since.choices = form.until.choices = quarters
    return form


def _few(refused: TellsOfFew) -> str:
    why = _(
        "Too few cases lie between these quarters: the report would tell what somebody received."
    )
    ends = ", ".join(_label(quarter) for quarter in sorted(refused.told))
    if not ends:
        return why
    return f"{why} " + _("It can begin after, or end with: %(quarters)s.", quarters=ends)


def _label(quarter: Quarter) -> str:
    return _("Quarter %(number)s of %(year)s", number=quarter.number, year=quarter.year)


def _page(form: FundReportForm, found: Report | None = None, *, refusal: str = "") -> str:
    words = {"fund": form.fund.data, "since": form.since.data, "until": form.until.data}
    return render_template(
        "treasury/fund_reports.html",
        form=form,
        report=found,
        file_url=url_for("treasury.fund_report_file", **words) if found else None,
        fund=donation_labels.fund,
        line=fund_report_labels.line,
        refusals=(refusal,) if refusal else (),
    )
