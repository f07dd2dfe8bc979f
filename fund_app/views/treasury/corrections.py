"""Corrections of slips: the list, one entry that was wrong, agreed to or withdrawn."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.corrections import CorrectionForm
from fund_app.models.corrections import Slip
from fund_app.models.types import new_ref
from fund_app.queries import corrections as reads
from fund_app.queries import donation_labels, ledger
from fund_app.queries.ledger import EntryRow
from fund_app.services import corrections
from fund_app.services.corrections import CorrectionRefused
from fund_app.views import acts, errors
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.auditor import labels as ledger_labels
from fund_app.views.auditor.ledger import LARGEST_ENTRY
from fund_app.views.treasury import bank_labels
from fund_app.views.treasury.bank import LONGEST_SEARCH, READERS


@allow(*READERS)
def index() -> ResponseReturnValue:
    """List the corrections, the newest first."""
    asked = request.args
    search, sort = asked.get("q", "")[:LONGEST_SEARCH], asked.get("sort", "-day")
    found = reads.corrections(search, sort, asked.get("after"))

    def address(**changes: str | None) -> str:
        known: dict[str, Any] = {"q": search or None, "sort": sort}
        return url_for("treasury.corrections", **{**known, **changes})

    me = acts.me()
    return render_template(
        "treasury/corrections/index.html",
        page=found,
        search=search,
        sort=sort,
        sort_url=lambda key: address(sort=key),
        first_url=address() if asked.get("after") else None,
        following_url=found.following and address(after=found.following),
        kinds=ledger_labels.KINDS,
        slips=bank_labels.SLIPS,
        may_propose=me.has_any(frozenset(corrections.PROPOSERS)),
        may_agree=me.has_any(frozenset(corrections.AGREEING)),
        mine=me.ref,
        fresh=new_ref,
    )


@allow(*corrections.PROPOSERS)
def new(entry_id: int) -> ResponseReturnValue:
    """Show an entry and ask what was wrong with it."""
    form = _form(is_sent=False)
    form.request_id.data = new_ref()
    return _page(_entry(entry_id), form)


@allow(*corrections.PROPOSERS)
@confirmed
def propose(entry_id: int) -> ResponseReturnValue:
    """Propose to reverse an entry."""
    entry, form = _entry(entry_id), _form(is_sent=True)
    if not form.validate_on_submit():
        return _page(entry, form), 422
    try:
        corrections.propose(acts.me(), entry.id, Slip(form.reason.data), acts.wish(form))
    except CorrectionRefused as refused:
        return _page(entry, form, bank_labels.why_not_corrected(refused.code)), 409
    return _back(_("Proposed. A treasurer or somebody of the board agrees to it."))


@allow(*corrections.AGREEING)
@confirmed
def agree(correction_id: str) -> ResponseReturnValue:
    """Agree to a correction as the second person."""
    try:
        corrections.agree(acts.me(), correction_id)
    except CorrectionRefused as refused:
        return errors.refusal(bank_labels.why_not_corrected(refused.code))
    return _back(_("Agreed, and reversed. What is right can be recorded now."))


@allow(*corrections.PROPOSERS)
def withdraw(correction_id: str) -> ResponseReturnValue:
    """Take a proposal back."""
    try:
        corrections.withdraw(acts.me(), correction_id)
    except CorrectionRefused as refused:
        return errors.refusal(bank_labels.why_not_corrected(refused.code))
    return _back(_("Taken back. The entry stays as it is."))


def _entry(entry_id: int) -> EntryRow:
    return (ledger.entry(entry_id) if entry_id <= LARGEST_ENTRY else None) or not_found()


def _form(*, is_sent: bool) -> CorrectionForm:
    form = CorrectionForm() if is_sent else CorrectionForm(formdata=None)
    form.reason.choices = [(code, words) for code, words in bank_labels.SLIPS.items()]
    return form


def _page(entry: EntryRow, form: CorrectionForm, refusal: str | None = None) -> str:
    return render_template(
        "treasury/corrections/new.html",
        entry=entry,
        form=form,
        refusals=() if refusal is None else (refusal,),
        kinds=ledger_labels.KINDS,
        fund=donation_labels.fund,
    )


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("treasury.corrections"), 303)
