"""Receipts that were issued: the list by number, one of them, its file, correcting it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.receipts import VoidForm
from fund_app.models.sealed import NoKey
from fund_app.models.types import new_ref
from fund_app.queries import receipt_labels
from fund_app.queries import receipts_issued as reads
from fund_app.services import (
    receipt_copies,
    receipt_corrections,
    receipt_issuing,
    receipt_voids,
    receipts,
)
from fund_app.services.receipt_copies import NotPrinted
from fund_app.services.receipt_issuing import CannotIssue
from fund_app.views import acts, errors, marks, session
from fund_app.views.access import allow, confirmed, not_found
from workflows.roles import Role

READERS = (*receipts.TREASURY, Role.AUDITOR)
LONGEST_SEARCH = 40


@allow(*READERS)
def index() -> ResponseReturnValue:
    """List receipts by number: searched, sorted, a page at a time; no name is shown."""
    search = request.args.get("q", "")[:LONGEST_SEARCH]
    sort = request.args.get("sort", "-day")
    found = reads.listing(search, sort, request.args.get("after"))
    return render_template(
        "treasury/receipts/issued.html",
        page=found,
        search=search,
        sort=sort,
        sort_url=_sorter(search),
        first_url=_address(search, sort) if request.args.get("after") else None,
        following_url=found.following and _address(search, sort, found.following),
        differing=reads.differing(),
        words=receipt_labels,
        may_issue=may_issue(),
    )


@allow(*READERS)
def show(receipt_id: str) -> ResponseReturnValue:
    """Show one receipt: its number, its gifts, and whether the ledger still agrees."""
    return _page(receipt_id, _void_form())


@allow(*receipts.TREASURY)
@confirmed
def issue(request_id: str) -> ResponseReturnValue:
    """Issue what a request asks for, with the person's own key."""
    try:
        made = receipt_issuing.issue(acts.me(), request_id)
    except NoKey:
        return _no_key()
    except CannotIssue as refused:
        return errors.refusal(receipt_labels.outcome(refused.code) + ".")
    flash(_("Issued. The donor finds a copy of their own on their page."), "success")
    return redirect(url_for("treasury.issued_receipt", receipt_id=made[0]), 303)


@allow(*receipts.TREASURY)
@confirmed
def download(receipt_id: str) -> ResponseReturnValue:
    """Hand a copy out, marked as one and with who took it; the look is written down."""
    try:
        opened = receipt_copies.read(acts.me(), receipt_id)
    except NoKey:
        return _no_key()
    except NotPrinted:
        return errors.refusal(
            _("This receipt was interrupted before it was printed. Issue it once more: it keeps "
              "its number.")
        )  # fmt: skip
    marks.remember(opened.mark)
    marks.call(_("Copy"))
    response = Response(opened.content, mimetype=opened.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{opened.download_name}"'
    return response


@allow(*receipts.TREASURY)
@confirmed
def void(receipt_id: str) -> ResponseReturnValue:
    """Make a receipt void for a reason; its gifts can be certified anew."""
    form = _void_form()
    if not form.validate_on_submit():
        return _page(receipt_id, form), 422
    receipt_voids.void(acts.me(), receipt_id, form.reason.data)
    flash(_("Void. The gifts on it can be certified anew."), "success")
    return redirect(url_for("treasury.issued_receipt", receipt_id=receipt_id), 303)


@allow(*receipts.TREASURY)
def correction(receipt_id: str) -> ResponseReturnValue:
    """Show what a receipt says beside what another one in its place would say."""
    return _correction(receipt_id, _correct_form())


@allow(*receipts.TREASURY)
@confirmed
def correct(receipt_id: str) -> ResponseReturnValue:
    """Make a receipt void and issue the one that replaces it."""
    form = _correct_form()
    if not form.validate_on_submit():
        return _correction(receipt_id, form), 422
    try:
        made = receipt_corrections.correct(acts.me(), receipt_id, form.reason.data)
    except NoKey:
        return _no_key()
    except CannotIssue as refused:
        return errors.refusal(receipt_labels.outcome(refused.code) + ".")
    if made is None:
        flash(_("Void. Nothing is left that another receipt could certify."), "info")
    else:
        flash(_("Corrected. The donor finds the new receipt on their page."), "success")
    return redirect(url_for("treasury.issued_receipt", receipt_id=made or receipt_id), 303)


def may_issue() -> bool:
    """Whether who looks may issue receipts, and does not only read."""
    person = session.current()
    return person is not None and person.has_any(frozenset(receipts.TREASURY))


def _void_form() -> VoidForm:
    form = VoidForm(prefix="void")
    form.reason.choices = [(code, receipt_labels.void(code)) for code in receipt_voids.REASONS]
    return form


def _correct_form() -> VoidForm:
    form = VoidForm(prefix="correct")
    reasons = receipt_corrections.REASONS
    form.reason.choices = [(code, receipt_labels.void(code)) for code in reasons]
    return form


def _correction(receipt_id: str, form: VoidForm) -> str:
    row = reads.one(receipt_id) or not_found()
    if row.request_id is None or row.voided_day is not None or not row.is_kept:
        not_found()
    lines = reads.differences(row.id)
    return render_template(
        "treasury/receipts/correct.html",
        row=row,
        lines=lines,
        total=sum(line.now for line in lines),
        form=form,
    )


def _page(receipt_id: str, form: VoidForm) -> str:
    row = reads.one(receipt_id) or not_found()
    return render_template(
        "treasury/receipts/receipt.html",
        row=row,
        lines=reads.lines(row.id),
        form=form,
        words=receipt_labels,
        may_issue=may_issue(),
        request_id=new_ref(),
    )


def _no_key() -> ResponseReturnValue:
    return errors.refusal(
        _(
            "Your key does not open this: it was sealed before you joined. Two colleagues can"
            " share it with you, under Keys."
        )
    )


def _sorter(search: str) -> Callable[[str], str]:
    return lambda key: _address(search, key)


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("treasury.issued_receipts", q=search or None, sort=sort, after=cursor)
