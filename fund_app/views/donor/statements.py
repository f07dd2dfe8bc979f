"""A donor's gifts, and the statement of any year or range of days as PDF."""

from __future__ import annotations

from io import BytesIO

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.donations import RangeForm
from fund_app.adapters.clock import now
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels, donations, monthly_gifts
from fund_app.services import statements
from fund_app.views.access import allow
from fund_app.views.donor import common
from workflows.roles import Role


@allow(Role.DONOR)
def show() -> ResponseReturnValue:
    """Show the donor's gifts and what the days chosen add up to."""
    donor, form = common.my_row(), _form()
    days = form.days(now().date())
    if days is None:
        return _page(form, donor.id, None, _bad_days()), 422
    return _page(form, donor.id, statements.statement(donor, *days))


@allow(Role.DONOR)
def download() -> ResponseReturnValue:
    """Hand the statement out as PDF in the language of the page."""
    donor, form = common.my_row(), _form()
    days = form.days(now().date())
    if days is None:
        return _page(form, donor.id, None, _bad_days()), 422
    found = statements.statement(donor, *days)
    return send_file(
        BytesIO(statements.as_pdf(found, str(get_locale() or ""))),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=statements.file_name(found),
        etag=False,
    )


def _form() -> RangeForm:
    form = RangeForm(request.args)
    this = now().year
    first = min(
        (gift.created_day.year for gift in donations.own_gifts(common.my_row().id)), default=this
    )
    form.year.choices = [(str(year), str(year)) for year in range(this, first - 1, -1)]
    return form


def _page(
    form: RangeForm, donor_id: str, found: statements.Statement | None, refusal: str | None = None
) -> str:
    file_url = None
    if found is not None:
        since, until = found.since.isoformat(), found.until.isoformat()
        file_url = url_for("donor.statement_file", since=since, until=until)
    return render_template(
        "donor/statements.html",
        form=form,
        found=found,
        file_url=file_url,
        gifts=donations.own_gifts(donor_id),
        monthly_gifts=monthly_gifts.own_monthly_gifts(donor_id),
        fresh=new_ref,
        words=donation_labels,
        refusals=() if refusal is None else (refusal,),
    )


def _bad_days() -> str:
    return _("These days do not make a range. Please check that the first comes before the last.")
