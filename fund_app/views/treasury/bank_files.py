"""A file of the bank: uploaded, shown as understood, imported when somebody says so.

Between the two pages the file travels in the page itself, compressed and sealed under a key of
the server's for the person who uploaded it and for this account; nothing is kept meanwhile.
"""

from __future__ import annotations

import base64
import json
import zlib
from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from forms.bank import UploadForm
from fund_app.adapters.bank_files import LARGEST, Upload
from fund_app.adapters.clock import now
from fund_app.adapters.keystore_keys import DeploymentSecrets, lock, unlock
from fund_app.models.bank import BankAccount
from fund_app.models.sealed import CannotOpen
from fund_app.services import bank_imports
from fund_app.views import acts, errors
from fund_app.views.access import allow
from fund_app.views.treasury import bank_labels
from fund_app.views.treasury.bank import the_account
from workflows.bank import FileRefused
from workflows.roles import Role

IMPORTERS = (Role.FINANCE_OFFICER, Role.TREASURER)
KEPT_FOR = timedelta(minutes=30)
LARGEST_CARRIED = 400 * 1024
CONTEXT = b"bank file to import"
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
        carried = _carry(account.id, found)
    except FileRefused as refused:
        return _form(account, form, bank_labels.why_not(refused)), 422
    return render_template(
        "treasury/bank/preview.html",
        account=account,
        understood=understood,
        carried=carried,
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
    until = (now() + KEPT_FOR).timestamp()
    head = json.dumps([until, acts.me().ref, account_id, found.opening, found.closing])
    content = zlib.compress(head.encode() + b"\n" + found.content, 9)
    sealed = base64.urlsafe_b64encode(lock(_keys()[0], CONTEXT, content)).decode()
    if len(sealed) > LARGEST_CARRIED:
        raise FileRefused("too_large")
    return sealed


def _carried(account_id: str, sealed: str) -> Upload | None:
    try:
        locked = base64.urlsafe_b64decode(sealed.encode())
    except ValueError:
        return None
    opened = next(filter(None, (_unlocked(key, locked) for key in _keys())), None)
    if opened is None:
        return None
    # Only what was sealed here is unpacked, so its size is known to be bounded.
    head, _newline, content = zlib.decompress(opened).partition(b"\n")
    until, whose, account, opening, closing = json.loads(head)
    if now().timestamp() > until or (whose, account) != (acts.me().ref, account_id):
        return None
    return Upload(content, opening, closing)


def _unlocked(key: bytes, locked: bytes) -> bytes | None:
    try:
        return unlock(key, CONTEXT, locked)
    except CannotOpen:
        return None


def _keys() -> list[bytes]:
    deployment: DeploymentSecrets = current_app.extensions["fund.secrets"]
    return [each.subkey("bank-preview") for each in deployment.generations]
