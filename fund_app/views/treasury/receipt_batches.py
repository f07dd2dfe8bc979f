"""A year's receipts: begun, and gone on with turn by turn while the page shows how far it is."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.receipts import BatchForm
from fund_app.adapters.clock import now
from fund_app.models.types import new_ref
from fund_app.queries import receipt_labels
from fund_app.queries import receipts_issued as reads
from fund_app.services import receipt_batches, receipts
from fund_app.services.receipt_batches import NothingToDo
from fund_app.views import acts
from fund_app.views.access import allow, confirmed, not_found

FIRST_YEAR = 2010


@allow(*receipts.TREASURY)
def index() -> ResponseReturnValue:
    """List the latest batches, and offer to begin one."""
    return _page(_form())


@allow(*receipts.TREASURY)
@confirmed
def begin() -> ResponseReturnValue:
    """Begin with all requests of a year that wait."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        batch_id = receipt_batches.begin(acts.me(), int(form.year.data))
    except NothingToDo as refused:
        return _page(form, receipt_labels.outcome(refused.code) + "."), 409
    return redirect(url_for("treasury.receipt_batch", receipt_batch_id=batch_id), 303)


@allow(*receipts.TREASURY)
def show(receipt_batch_id: str) -> ResponseReturnValue:
    """Show how far a batch is and what could not be issued."""
    row = reads.batch(receipt_batch_id) or not_found()
    return render_template(
        "treasury/receipts/batch.html", row=row, words=receipt_labels, request_id=new_ref()
    )


@allow(*receipts.TREASURY)
@confirmed
def go_on(receipt_batch_id: str) -> ResponseReturnValue:
    """Take one turn of a batch."""
    if receipt_batches.go_on(acts.me(), receipt_batch_id):
        flash(_("Finished. Every request of the year has been looked at."), "success")
    return redirect(url_for("treasury.receipt_batch", receipt_batch_id=receipt_batch_id), 303)


def _form() -> BatchForm:
    form = BatchForm()
    form.year.choices = [
        (str(year), str(year)) for year in range(now().year - 1, FIRST_YEAR - 1, -1)
    ]
    return form


def _page(form: BatchForm, refusal: str | None = None) -> str:
    return render_template(
        "treasury/receipts/batches.html",
        form=form,
        batches=reads.batches(),
        refusals=() if refusal is None else (refusal,),
    )
