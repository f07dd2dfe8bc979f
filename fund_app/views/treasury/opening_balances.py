"""What lay in a bank account when its books began: proposed, agreed to, withdrawn."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.opening_balances import OpeningForm, opening_form
from fund_app.models.bank import BankAccount
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels
from fund_app.queries import opening_balances as reads
from fund_app.queries.bank_reconciliation import first_statement
from fund_app.services import opening_balances
from fund_app.services.opening_balances import Lay, OpeningRefused
from fund_app.services.transition import Request
from fund_app.views import acts, errors
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import bank_labels
from fund_app.views.treasury.bank import READERS, the_account
from fund_app.views.treasury.fund_choices import fund_choices
from workflows.roles import Role


@allow(*READERS)
def show(account_id: str) -> ResponseReturnValue:
    """Show what was taken over of an account, or the form that proposes it."""
    account = the_account(account_id)
    return _page(account, _form(account, is_sent=False))


@allow(Role.TREASURER)
@confirmed
def propose(account_id: str) -> ResponseReturnValue:
    """Propose what lay in the account."""
    account = the_account(account_id)
    form = _form(account, is_sent=True)
    if not form.validate_on_submit():
        return _page(account, form), 422
    lay = Lay(form.day.data, form.minor_units, form.shares)
    try:
        sent = Request(acts.request_id(form.request_id.data))
        opening_balances.propose(acts.me(), account.id, lay, sent)
    except OpeningRefused as refused:
        return _page(account, form, bank_labels.why_not_opened(refused, account.currency)), 422
    return _back(account.id, _("Proposed. A second person agrees, and then it is in the ledger."))


@allow(*opening_balances.AGREEING)
@confirmed
def agree(opening_id: str) -> ResponseReturnValue:
    """Agree to it as the second person."""
    account = _account_of(opening_id)
    try:
        opening_balances.agree(acts.me(), opening_id)
    except OpeningRefused as refused:
        return errors.refusal(bank_labels.why_not_opened(refused, account.currency))
    return _back(account.id, _("Agreed, and in the ledger. The books of this account have begun."))


@allow(Role.TREASURER)
def withdraw(opening_id: str) -> ResponseReturnValue:
    """Take a proposal back."""
    account = _account_of(opening_id)
    try:
        opening_balances.withdraw(acts.me(), opening_id)
    except OpeningRefused as refused:
        return errors.refusal(bank_labels.why_not_opened(refused, account.currency))
    return _back(account.id, _("Taken back. Nothing was booked."))


def _account_of(opening_id: str) -> BankAccount:
    row = reads.opening(opening_id) or not_found()
    return the_account(row.account_id)


def _form(account: BankAccount, *, is_sent: bool) -> OpeningForm:
    made = opening_form(fund_choices())
    if is_sent:
        return made(currency=account.currency)
    form = made(formdata=None, currency=account.currency)
    form.request_id.data = new_ref()
    first = first_statement(account)
    if first is not None:
        form.day.data = first.opens_on
    return form


def _page(account: BankAccount, form: OpeningForm, refusal: str | None = None) -> str:
    me, rows = acts.me(), reads.of_account(account.id)
    return render_template(
        "treasury/bank/opening.html",
        account=account,
        rows=rows,
        is_free=all(row.ended_at is not None for row in rows),
        first=first_statement(account),
        form=form,
        refusals=() if refusal is None else (refusal,),
        fund=donation_labels.fund,
        may_propose=me.has_any(opening_balances.PROPOSERS),
        may_agree=me.has_any(frozenset(opening_balances.AGREEING)),
        may_open_entries=me.has_any(frozenset({Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR})),
        mine=me.ref,
        fresh=new_ref,
    )


def _back(account_id: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("treasury.opening_balance", account_id=account_id), 303)
