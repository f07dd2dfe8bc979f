"""Who issues receipts: the fund as each country's tax office knows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.receipts import IssuerForm
from fund_app.adapters.clock import now
from fund_app.queries import receipt_labels
from fund_app.services import receipt_issuers, receipt_packs, receipts
from fund_app.services.receipt_issuers import FactsMissing
from fund_app.services.receipt_packs import Pack
from fund_app.services.receipt_papers import DAYS
from fund_app.views import acts
from fund_app.views.access import allow, confirmed, not_found


@allow(*receipts.TREASURY)
def index() -> ResponseReturnValue:
    """List the packs and who issues under each."""
    rows = [(pack, receipt_issuers.present(pack.code)) for pack in receipt_packs.newest()]
    today = now().date()
    return render_template(
        "treasury/receipts/issuers.html",
        rows=[
            (pack.code, facts, facts and receipt_issuers.has_valid_notice(pack, facts, today))
            for pack, facts in rows
        ],
        words=receipt_labels,
    )


@allow(*receipts.TREASURY)
def show(pack_code: str) -> ResponseReturnValue:
    """Show the form of one pack, filled with what stands now."""
    pack = _pack(pack_code)
    present = dict(receipt_issuers.present(pack.code) or {})
    data = {
        name: date.fromisoformat(value) if name in DAYS and value else value
        for name, value in present.items()
    }
    return _page(pack, _form(pack, data))


@allow(*receipts.TREASURY)
@confirmed
def record(pack_code: str) -> ResponseReturnValue:
    """Write down who issues, as a new version."""
    pack = _pack(pack_code)
    form = _form(pack)
    if not form.validate_on_submit():
        return _page(pack, form), 422
    try:
        receipt_issuers.record(acts.me(), pack.code, form.facts)
    except FactsMissing as missing:
        for name in missing.names:
            form[name].errors = [_("A receipt of this country needs this.")]
        return _page(pack, form), 422
    flash(_("Written down. Receipts issued from now on say it."), "success")
    return redirect(url_for("treasury.receipt_issuers"), 303)


def _pack(code: str) -> Pack:
    return next((pack for pack in receipt_packs.newest() if pack.code == code), None) or not_found()


def _form(pack: Pack, data: Mapping[str, object] | None = None) -> IssuerForm:
    form = IssuerForm(data=data)
    form.notice_kind.choices = [(code, str(receipt_labels.NOTICES[code])) for code in pack.validity]
    form.keep(pack.facts)
    for name in pack.facts:
        form[name].label.text = receipt_labels.fact(name)
    return form


def _page(pack: Pack, form: IssuerForm) -> str:
    return render_template(
        "treasury/receipts/issuer.html",
        form=form,
        pack=pack,
        days=DAYS,
        words=receipt_labels,
    )
