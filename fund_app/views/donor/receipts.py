"""A donor's tax receipts: asked for, changed, withdrawn, taken away, and who has opened them."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms.receipts import ReceiptForm
from fund_app.adapters.clock import now
from fund_app.models.types import new_ref
from fund_app.queries import donations, receipts_issued
from fund_app.queries import receipts as reads
from fund_app.services import receipt_copies, receipt_issuing, receipts
from fund_app.services.receipts import AlreadyIssued, Details, NobodyToSealFor
from fund_app.services.transition import Unknown
from fund_app.views import errors
from fund_app.views import labels as roles
from fund_app.views.access import allow, not_found
from fund_app.views.donor import common
from workflows.roles import Role

FIRST_COUNTRY = "DE"
CODE_LENGTH = 2
NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


@allow(Role.DONOR)
def show() -> ResponseReturnValue:
    """Show what was asked for, and the form."""
    form = _form()
    if not form.is_submitted():
        form.country.data = FIRST_COUNTRY
    return _page(form)


@allow(Role.DONOR)
def ask() -> ResponseReturnValue:
    """Ask for a receipt, or change what was asked for that year."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    details = Details(form.name.data, form.address.data)
    try:
        receipts.ask(common.me(), details, year=int(form.year.data), country=str(form.country.data))
    except AlreadyIssued:
        return _page(form, _issued()), 409
    except NobodyToSealFor:
        return _page(
            form, _("Nobody could open this here at the moment. Please come back in a few days.")
        ), 409
    flash(_("Sealed for the treasury. You can change it or take it back here."), "success")
    return redirect(url_for("donor.receipt"), 303)


@allow(Role.DONOR)
def withdraw(request_id: str) -> ResponseReturnValue:
    """Take a request back and destroy what it held."""
    try:
        receipts.withdraw(common.me(), request_id)
    except Unknown:
        not_found()
    except AlreadyIssued:
        return errors.refusal(_issued())
    flash(_("Taken back. Your name and address are destroyed."), "success")
    return redirect(url_for("donor.receipt"), 303)


@allow(Role.DONOR)
def own(receipt_id: str) -> ResponseReturnValue:
    """Hand a donor their own copy out, opened by their codename's key."""
    try:
        opened = receipt_copies.own(common.me(), receipt_id)
    except Unknown:
        not_found()
    response = Response(opened.content, mimetype=opened.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{opened.download_name}"'
    return response


@allow(Role.DONOR)
def put_away(receipt_id: str) -> ResponseReturnValue:
    """Close the donor's copy, once they have kept it."""
    try:
        receipt_copies.put_away(common.me(), receipt_id)
    except Unknown:
        not_found()
    flash(_("Closed. From now on your codename opens no name."), "success")
    return redirect(url_for("donor.receipt"), 303)


def _form() -> ReceiptForm:
    form = ReceiptForm()
    this = now().year
    mine = donations.own_gifts(common.my_row().id)
    given = ((gift.received_day or gift.created_day).year for gift in mine)
    form.year.choices = [
        (str(year), str(year)) for year in range(this, min(given, default=this) - 1, -1)
    ]
    form.country.choices = _countries()
    return form


def _countries() -> list[tuple[str, str]]:
    locale = get_locale()
    names = locale.territories if locale else {}
    known = [
        (code, str(name))
        for code, name in names.items()
        if len(code) == CODE_LENGTH and code.isalpha() and code not in NO_COUNTRIES
    ]
    return sorted(known, key=lambda pair: pair[1].casefold())


def _page(form: ReceiptForm, refusal: str | None = None) -> str:
    requests = reads.of_donor(common.my_row().id)
    issued = receipts_issued.of_donor(common.my_row().id)
    return render_template(
        "donor/receipt.html",
        form=form,
        requests=requests,
        issued=issued,
        looks=reads.looks([*(row.id for row in requests), *(row.id for row in issued)]),
        role=roles.role,
        keep_years=receipts.KEEP_YEARS,
        copy_days=receipt_issuing.COPY_DAYS,
        request_id=new_ref(),
        refusals=() if refusal is None else (refusal,),
    )


def _issued() -> str:
    return _("This receipt has been issued. What stands on it has to be kept as it is.")
