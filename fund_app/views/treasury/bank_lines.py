"""One line of the bank: what it may be, matched in whole or in parts, opened, taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from forms.bank import PartForm
from fund_app.models.ledger_accounts import GENERAL
from fund_app.models.sealed import NoKey
from fund_app.models.types import new_ref
from fund_app.queries import bank, bank_candidates, donation_labels
from fund_app.queries.bank import ClearingRow, LineRow, MatchRow
from fund_app.services import bank_clearings, bank_matches
from fund_app.services.bank_matches import Choice, MatchRefused
from fund_app.services.donations import LineTaken, PurposeClosed
from fund_app.services.ledger import LedgerRefused
from fund_app.views import acts, errors
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import bank_labels
from fund_app.views.treasury.bank import LONGEST_SEARCH, READERS, the_account
from fund_app.views.treasury.fund_choices import fund_choices
from workflows.bank import MATCHED_AS, MatchKind
from workflows.roles import Role

OPENERS = (Role.FINANCE_OFFICER, Role.TREASURER)


@allow(*READERS)
def show(line_id: str) -> ResponseReturnValue:
    """Show a line with what it may be and what it was matched with."""
    return _page(_line(line_id))


@allow(*OPENERS)
@confirmed
def look(line_id: str) -> ResponseReturnValue:
    """Open the words on a line with the person's own key; the look is written down."""
    row = _line(line_id)
    try:
        words = bank_matches.look(acts.me(), row.id)
    except NoKey:
        return errors.refusal(
            _(
                "Your key does not open this: it was sealed before you joined. Two colleagues can"
                " share it with you, under Keys."
            )
        )
    return _page(row, words=words)


@allow(Role.FINANCE_OFFICER)
def accept(line_id: str) -> ResponseReturnValue:
    """Say what a line, or a part of it, is."""
    row = _line(line_id)
    form = PartForm(currency=row.currency)
    if form.kind.data not in {kind.value for kind in MATCHED_AS}:
        not_found()
    if not form.validate_on_submit():
        return _page(row, form=form), 422
    refusal = said(lambda: bank_matches.accept(acts.me(), row.id, choice_of(row, form),
                                               acts.wish(form)))  # fmt: skip
    if refusal is not None:
        return _page(row, form=form, refusal=refusal), 409
    flash(_("Matched, and in the ledger."), "success")
    left = bank.line(row.id)
    if left is not None and left.rest:
        return redirect(url_for("treasury.bank_line", line_id=row.id), 303)
    return redirect(url_for("treasury.bank_account", account_id=row.account_id), 303)


@allow(Role.FINANCE_OFFICER)
def accept_sure(account_id: str) -> ResponseReturnValue:
    """Accept all that is sure on an account."""
    account = the_account(account_id)
    done, refused = bank_matches.accept_sure(acts.me(), account.id)
    flash(ngettext("%(num)s line was matched.", "%(num)s lines were matched.", done), "success")
    if refused:
        flash(
            ngettext(
                "%(num)s line could not be matched; it stays in the list.",
                "%(num)s lines could not be matched; they stay in the list.",
                refused,
            ),
            "warning",
        )
    return redirect(url_for("treasury.bank_account", account_id=account.id), 303)


@allow(Role.FINANCE_OFFICER)
def undo(line_id: str, match_id: str) -> ResponseReturnValue:
    """Take a match back."""
    row = _line(line_id)
    if match_id not in {each.id for each in bank.matches([row.id])}:
        not_found()
    try:
        bank_matches.undo(acts.me(), match_id)
    except MatchRefused as refused:
        return errors.refusal(bank_labels.why_no_match(refused.code))
    flash(_("Taken back. The line is open again."), "success")
    return redirect(url_for("treasury.bank_line", line_id=row.id), 303)


def said(deed: Callable[[], object]) -> str | None:
    """Do what says what a line is; return why not, as a sentence, or None once it is done."""
    try:
        deed()
    except MatchRefused as refused:
        return bank_labels.why_no_match(refused.code)
    except (PurposeClosed, LedgerRefused):
        return _("Please choose a fund that is there.")
    except LineTaken:
        return bank_labels.why_no_match("line_matched")
    return None


def choice_of(row: LineRow, form: PartForm) -> Choice:
    """Return what a form says a line is; only after the form has been validated."""
    part = form.part
    return Choice(
        MatchKind(form.kind.data),
        form.subject.data or "",
        None if part is None else (part if row.amount > 0 else -part),
        form.fund.data or GENERAL,
        bool(form.is_source_known.data),
        form.fee_within,
    )


def _line(line_id: str) -> LineRow:
    return bank.line(line_id) or not_found()


def page(line_id: str, form: PartForm | None = None, refusal: str | None = None) -> str:
    """Render the page of a line, with what was typed and why it was refused."""
    return _page(_line(line_id), form=form, refusal=refusal)


def _page(
    row: LineRow, *, words: str | None = None, form: PartForm | None = None,
    refusal: str | None = None,
) -> str:  # fmt: skip
    account = the_account(row.account_id)
    search = request.args.get("q", "")[:LONGEST_SEARCH]
    found = bank_matches.suggestions(account, (row,)).get(row.id, ())
    matches = bank.matches([row.id])
    clearings = bank.clearings([each.id for each in matches])
    shown = form or PartForm(formdata=None, currency=row.currency)
    if form is None:
        shown.request_id.data = new_ref()
    shown.kind.choices = [(each.value, bank_labels.BY_HAND[each]) for each in _by_hand(row)]
    shown.kind.data = shown.kind.data if form else shown.kind.choices[0][0]
    shown.fund.choices = fund_choices()
    return render_template(
        "treasury/bank/line.html",
        account=account,
        line=row,
        words=words,
        form=shown,
        refusals=() if refusal is None else (refusal,),
        suggestions=found,
        search=search,
        searched=bank_candidates.search(account, search),
        matches=matches,
        kept=_kept(matches, clearings),
        clearings=clearings,
        clearable=bank_clearings.suggestions(account, row),
        may_agree=acts.me().has_any(frozenset(bank_clearings.AGREEING)),
        mine=acts.me().ref,
        labels=bank_labels,
        fund=donation_labels.fund,
        may_match=acts.me().has_any(frozenset({Role.FINANCE_OFFICER})),
        may_look=row.has_text and acts.me().has_any(frozenset(OPENERS)),
        fresh=new_ref,
    )


def _by_hand(row: LineRow) -> tuple[MatchKind, ...]:
    """Return what a person may say a line is, or the amount of it that is in suspense."""
    usual = MatchKind.GIFT if row.amount > 0 else MatchKind.FEE
    if row.rest:
        return usual, MatchKind.OWN_TRANSFER, MatchKind.EXCHANGE, MatchKind.SUSPENSE
    return (usual,) if row.amount > 0 else (usual, MatchKind.LOSS)


def _kept(matches: Sequence[MatchRow], clearings: Sequence[ClearingRow]) -> MatchRow | None:
    """Return the first part of a line that is in suspense and not all spoken for."""
    for each in matches:
        said = sum(
            one.amount for one in clearings if one.match_id == each.id and one.undone_at is None
        )
        if each.is_kept and said != each.amount:
            return each
    return None
