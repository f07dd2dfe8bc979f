"""A file of the bank: uploaded, shown as understood, imported when somebody says so.

Between the two pages the file travels in the page itself, compressed and sealed under a key of
the server's for the person who uploaded it and for this account; nothing is kept meanwhile.
"""

from __future__ import annotations

import json

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from forms.bank import UploadForm
from fund_app.adapters.bank_files import LARGEST, Upload
from fund_app.models.bank import BankAccount
from fund_app.services import bank_imports
from fund_app.views import acts, carried, errors
from fund_app.views.access import allow
from fund_app.views.treasury import bank_labels
from fund_app.views.treasury.bank import the_account
from workflows.bank import FileRefused
from workflows.roles import Role

IMPORTERS = (Role.FINANCE_OFFICER, Role.TREASURER)
PURPOSE = "bank-preview"
SHOWN = 200
"""Lines of a preview that are listed one by one."""


@allow(*IMPORTERS)
def upload(account_id: str) -> ResponseReturnValue:
    """Ask for a file."""
    account = the_account(account_id)
    return _form(account, UploadForm(formdata=None, currency=account.currency))


@allow(*IMPORTERS)
def preview(account_id: str) -> ResponseReturnValue:
    """Say what a file would bring; nothing is written."""
    account = the_account(account_id)
    form = UploadForm(currency=account.currency)
    if not form.validate_on_submit():
        return _form(account, form), 422
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _form(account, form, _("Please choose a file first.")), 422
    found = Upload(sent.read(LARGEST + 1), *form.balances)
    try:
        understood = bank_imports.understand(account.id, found)
        sealed = _carry(account.id, found)
    except FileRefused as refused:
        return _form(account, form, bank_labels.why_not(refused)), 422
    return render_template(
        "treasury/bank/preview.html",
        account=account,
        understood=understood,
        carried=sealed,
        labels=bank_labels,
        shown=SHOWN,
    )


@allow(*IMPORTERS)
def take_in(account_id: str) -> ResponseReturnValue:
    """Import the file that was shown."""
    account = the_account(account_id)
    found = _carried(account.id, request.form.get("file", ""))
    if found is None:
        return errors.refusal(
            _("The file has waited too long or was somebody else's. Please upload it again.")
        )
    try:
        understood = bank_imports.take_in(acts.me(), account.id, found)
    except FileRefused as refused:
        return errors.refusal(bank_labels.why_not(refused))
    if understood.new_count:
        flash(
            ngettext(
                "%(num)s line was imported.", "%(num)s lines were imported.", understood.new_count
            ),
            "success",
        )
    else:
        flash(_("Everything in this file is here already. Nothing was imported twice."), "info")
    return redirect(url_for("treasury.bank_account", account_id=account.id), 303)


def _form(account: BankAccount, form: UploadForm, refusal: str | None = None) -> str:
    return render_template(
        "treasury/bank/upload.html",
        account=account,
        form=form,
        refusals=() if refusal is None else (refusal,),
        may_define=acts.me().has_any(frozenset({Role.TREASURER})),
    )


def _carry(account_id: str, found: Upload) -> str:
    head = json.dumps([found.opening, found.closing])
    try:
        return carried.carry(PURPOSE, account_id, head.encode() + b"\n" + found.content)
    except carried.TooMuch:
        raise FileRefused("too_large") from None


def _carried(account_id: str, sealed: str) -> Upload | None:
    opened = carried.opened(PURPOSE, account_id, sealed)
    if opened is None:
        return None
    head, _newline, content = opened.partition(b"\n")
    opening, closing = json.loads(head)
    return Upload(content, opening, closing)
