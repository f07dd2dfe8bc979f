"""What is kept in suspense: said to be something, taken back, or given up by two."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.bank import PartForm
from fund_app.queries import bank
from fund_app.services import bank_clearings
from fund_app.services.bank_clearings import MatchRefused
from fund_app.views import acts, errors
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import bank_labels, bank_lines
from workflows.bank import CLEARED_AS, MatchKind
from workflows.roles import Role


@allow(Role.FINANCE_OFFICER)
def clear(line_id: str, match_id: str) -> ResponseReturnValue:
    """Say what an amount in suspense, or a part of it, is."""
    row = bank.line(line_id) or not_found()
    if match_id not in {each.id for each in bank.matches([row.id]) if each.is_kept}:
        not_found()
    form = PartForm(currency=row.currency)
    if form.kind.data not in {kind.value for kind in CLEARED_AS}:
        not_found()
    if not form.validate_on_submit():
        return bank_lines.page(row.id, form), 422
    choice = bank_lines.choice_of(row, form)
    refusal = bank_lines.said(
        lambda: bank_clearings.clear(acts.me(), match_id, choice, acts.wish(form))
    )
    if refusal is not None:
        return bank_lines.page(row.id, form, refusal), 409
    if choice.kind is MatchKind.LOSS:
        flash(_("Proposed. A treasurer or somebody of the board agrees to it."), "success")
    else:
        flash(_("Cleared, and in the ledger."), "success")
    return redirect(url_for("treasury.bank_line", line_id=row.id), 303)


@allow(Role.FINANCE_OFFICER)
def undo(line_id: str, clearing_id: str) -> ResponseReturnValue:
    """Take an explanation back: the amount is in suspense again."""
    _require_of(line_id, clearing_id)
    try:
        bank_clearings.undo(acts.me(), clearing_id)
    except MatchRefused as refused:
        return errors.refusal(bank_labels.why_no_match(refused.code))
    flash(_("Taken back. The amount is in suspense again."), "success")
    return redirect(url_for("treasury.bank_line", line_id=line_id), 303)


@allow(*bank_clearings.AGREEING)
@confirmed
def agree(line_id: str, clearing_id: str) -> ResponseReturnValue:
    """Agree to give up what nobody can explain, as the second person."""
    _require_of(line_id, clearing_id)
    try:
        bank_clearings.agree(acts.me(), clearing_id)
    except MatchRefused as refused:
        return errors.refusal(bank_labels.why_no_match(refused.code))
    flash(_("Agreed. The loss is in the ledger."), "success")
    return redirect(url_for("treasury.bank_line", line_id=line_id), 303)


def _require_of(line_id: str, clearing_id: str) -> None:
    matches = [each.id for each in bank.matches([line_id])]
    if clearing_id not in {each.id for each in bank.clearings(matches)}:
        not_found()
