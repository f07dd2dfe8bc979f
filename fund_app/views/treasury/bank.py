"""The fund's bank accounts: what waits on each, its statements, and the books beside it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.bank import AccountForm, MappingForm
from fund_app.adapters.clock import now
from fund_app.models.bank import BankAccount
from fund_app.models.types import new_ref
from fund_app.queries import bank, donation_labels
from fund_app.queries.bank import UNMATCHED
from fund_app.queries.bank_reconciliation import reconciliation
from fund_app.services import bank_accounts, bank_matches, corrections
from fund_app.services.bank_accounts import AccountRefused, AccountWish
from fund_app.views import acts
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.auditor import labels as ledger_labels
from fund_app.views.treasury import bank_labels
from workflows.bank import CsvMapping
from workflows.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR)
LONGEST_SEARCH = 40


@allow(*READERS)
def index() -> ResponseReturnValue:
    """List the accounts with what waits on each."""
    return _index(AccountForm(formdata=None))


@allow(Role.TREASURER)
@confirmed
def add() -> ResponseReturnValue:
    """Set up an account."""
    form = AccountForm()
    if not form.validate_on_submit():
        return _index(form), 422
    wish = AccountWish(form.code.data, form.currency.data, form.iban.data)
    try:
        account_id = bank_accounts.add(acts.me(), wish)
    except AccountRefused as refused:
        return _index(form, str(bank_labels.ACCOUNT_REFUSALS[refused.code])), 422
    flash(_("The account is set up. Its first statement can be imported."), "success")
    return redirect(url_for("treasury.bank_account", account_id=account_id), 303)


@allow(*READERS)
def show(account_id: str) -> ResponseReturnValue:
    """Show one account: its lines, what each may be, and what waits how long."""
    account = the_account(account_id)
    asked = request.args
    view = asked.get("view", UNMATCHED)
    view = view if view in bank_labels.VIEWS else UNMATCHED
    sort, search = asked.get("sort", "day"), asked.get("q", "")[:LONGEST_SEARCH]
    found = bank.lines(account.id, view, sort, asked.get("after"), search)

    def address(**changes: str | None) -> str:
        known: dict[str, Any] = {"view": view, "sort": sort, "q": search or None}
        return url_for("treasury.bank_account", account_id=account.id, **{**known, **changes})

    return render_template(
        "treasury/bank/account.html",
        account=account,
        row=next(each for each in bank.accounts() if each.id == account.id),
        page=found,
        suggestions=bank_matches.suggestions(account, tuple(found.rows)),
        matches=_by_line(found.rows),
        tabs=[(words, address(view=code, after=None), code == view)
              for code, words in bank_labels.VIEWS.items()],
        view=view,
        search=search,
        sort=sort,
        sort_url=lambda key: address(sort=key),
        first_url=address() if asked.get("after") else None,
        following_url=found.following and address(after=found.following),
        today=now().date(),
        labels=bank_labels,
        fund=donation_labels.fund,
        may_match=acts.me().has_any(frozenset({Role.FINANCE_OFFICER})),
        may_import=acts.me().has_any(frozenset({Role.FINANCE_OFFICER, Role.TREASURER})),
        may_define=acts.me().has_any(frozenset({Role.TREASURER})),
        fresh=new_ref,
    )  # fmt: skip


@allow(*READERS)
def statements(account_id: str) -> ResponseReturnValue:
    """List the statements of an account, the newest first."""
    account = the_account(account_id)
    found = bank.statements(account.id, request.args.get("after"))
    here = url_for("treasury.bank_statements", account_id=account.id)
    return render_template(
        "treasury/bank/statements.html",
        account=account,
        page=found,
        labels=bank_labels,
        first_url=here if request.args.get("after") else None,
        following_url=found.following
        and url_for("treasury.bank_statements", account_id=account.id, after=found.following),
    )


@allow(*READERS)
def reconcile(account_id: str) -> ResponseReturnValue:
    """Show the books beside the bank, and all that lies between."""
    account = the_account(account_id)
    return render_template(
        "treasury/bank/reconciliation.html",
        account=account,
        state=reconciliation(account),
        kinds=ledger_labels.KINDS,
        by_hand=corrections.BY_HAND,
        may_correct=acts.me().has_any(frozenset(corrections.PROPOSERS)),
        may_open_entries=acts.me().has_any(
            frozenset({Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR})
        ),
    )


@allow(Role.TREASURER)
def mapping(account_id: str) -> ResponseReturnValue:
    """Show how this bank's CSV is read."""
    account = the_account(account_id)
    known = CsvMapping.from_data(account.csv_mapping) if account.csv_mapping else None
    return _mapping(account, MappingForm(formdata=None, data=_filled(known)))


@allow(Role.TREASURER)
def set_mapping(account_id: str) -> ResponseReturnValue:
    """Define how this bank's CSV is read."""
    account = the_account(account_id)
    form = MappingForm()
    if not form.validate_on_submit():
        return _mapping(account, form), 422
    bank_accounts.set_mapping(acts.me(), account.id, form.mapping)
    flash(_("From now on this bank's CSV is read like this."), "success")
    return redirect(url_for("treasury.bank_upload", account_id=account.id), 303)


def the_account(account_id: str) -> BankAccount:
    """Return the account a page is about, or answer 404."""
    return bank.account(account_id) or not_found()


def _index(form: AccountForm, refusal: str | None = None) -> str:
    return render_template(
        "treasury/bank/index.html",
        rows=bank.accounts(),
        form=form,
        refusals=() if refusal is None else (refusal,),
        may_add=acts.me().has_any(frozenset({Role.TREASURER})),
    )


def _mapping(account: BankAccount, form: MappingForm) -> str:
    return render_template("treasury/bank/mapping.html", account=account, form=form)


def _filled(known: CsvMapping | None) -> dict[str, Any]:
    if known is None:
        return {}
    delimiter = "tab" if known.delimiter == "\t" else known.delimiter
    return {**known.as_data(), "texts": " | ".join(known.texts), "delimiter": delimiter}


def _by_line(rows: Any) -> dict[str, list[bank.MatchRow]]:
    found: dict[str, list[bank.MatchRow]] = {}
    for match in bank.matches([row.id for row in rows]):
        if match.undone_at is None:
            found.setdefault(match.line_id, []).append(match)
    return found
