"""A donor's Gift Aid declaration: given on the words of HMRC's model, cancelled at any time."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.receipts import GiftAidForm
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.services import gift_aid, receipt_issuers, receipt_packs
from fund_app.services.receipts import Details, NobodyToSealFor
from fund_app.views.access import allow
from fund_app.views.donor import common
from workflows.roles import Role

PACK = "GB"


@allow(Role.DONOR)
def show() -> ResponseReturnValue:
    """Show the declaration that holds, and the form."""
    return _page(GiftAidForm())


@allow(Role.DONOR)
def declare() -> ResponseReturnValue:
    """Keep a declaration, sealed for the treasury, with the version of its words."""
    form = GiftAidForm()
    if not form.validate_on_submit():
        return _page(form), 422
    details = Details(form.name.data.strip(), form.address.data.strip())
    try:
        gift_aid.declare(common.me(), details, with_past=bool(form.with_past.data))
    except NobodyToSealFor:
        return _page(
            form, _("Nobody could open this here at the moment. Please come back in a few days.")
        ), 409
    flash(_("Declared. You can cancel it here at any time."), "success")
    return redirect(url_for("donor.gift_aid"), 303)


@allow(Role.DONOR)
def cancel() -> ResponseReturnValue:
    """Cancel the declaration that holds."""
    gift_aid.cancel(common.me())
    flash(_("Cancelled. Gifts from today on are not covered."), "success")
    return redirect(url_for("donor.gift_aid"), 303)


def _page(form: GiftAidForm, refusal: str | None = None) -> str:
    pack = receipt_packs.gift_aid_form()
    issuer = receipt_issuers.present(PACK)
    if form.with_past is not None:
        form.with_past.label.text = pack.wording["past"]
    return render_template(
        "donor/gift_aid.html",
        form=form,
        held=gift_aid.in_force(common.my_row().id, db.session()),
        words=pack.wording,
        charity=issuer["name"] if issuer else "",
        request_id=new_ref(),
        refusals=() if refusal is None else (refusal,),
    )
