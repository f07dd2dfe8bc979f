"""Payment files: the list, a new one, one file with its names, its release and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from config import Settings
from forms.batches import AnswerForm, PrepareForm
from fund_app.adapters.sepa import Account, FileRefused
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import batches as reads
from fund_app.services import batch_answers, batches, looks
from fund_app.services.batch_answers import Verdict
from fund_app.services.batches import LeftOut, ShownLine
from fund_app.views import acts, errors, formats, marks
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import labels
from workflows.batches import LINE_SENTENCES, MOST_LINES
from workflows.roles import Role

PAYERS = (Role.FINANCE_OFFICER, Role.TREASURER)
READERS = (*PAYERS, Role.BOARD_MEMBER)
LONGEST_SEARCH = 40


@allow(*READERS)
def index() -> ResponseReturnValue:
    """List files, the newest first."""
    text, state = request.args.get("q", "")[:LONGEST_SEARCH], request.args.get("state", "")
    state = state if state in labels.BATCHES else ""
    found = reads.listing(db.session(), text, state, request.args.get("after"))
    return render_template(
        "treasury/batches/index.html",
        page=found,
        search=text,
        state=state,
        states=_states(text, state),
        labels=labels,
        may_prepare=acts.me().has_any(frozenset({Role.FINANCE_OFFICER})),
        first_url=_address(text, state) if request.args.get("after") else None,
        following_url=found.following and _address(text, state, after=found.following),
    )


@allow(Role.FINANCE_OFFICER)
def new() -> ResponseReturnValue:
    """Show the released payments that can go into a file."""
    return _new_page(_prepare_form())


@allow(Role.FINANCE_OFFICER)
@confirmed
def prepare() -> ResponseReturnValue:
    """Freeze the chosen payments in a file."""
    form = _prepare_form()
    if not form.validate_on_submit():
        return _new_page(form), 422
    payer = _payer()
    if payer is None:
        return errors.refusal(_no_account())
    try:
        made = batches.prepare(acts.me(), payer, form.payments.data, acts.wish())
    except FileRefused as refused:
        sentence = _("The fund's own account in the settings is wrong. Nothing was made.")
        return errors.refusal(sentence if refused.code == "payer_wrong" else _not_sound())
    if made.batch_id is None:
        return _new_page(form, left_out=made.left_out), 422
    for each in _sentences(made.left_out):
        flash(each, "warn")
    flash(_("The file is made. Another person releases it now."), "success")
    return redirect(url_for("treasury.batch", batch_id=made.batch_id), 303)


@allow(*READERS)
def show(batch_id: str) -> ResponseReturnValue:
    """Show a file, without names."""
    return _page(batch_id)


@allow(*PAYERS)
def names(batch_id: str) -> ResponseReturnValue:
    """Open the names with the person's own key; each look is recorded."""
    shown = batches.show(acts.me(), batch_id)
    marks.remember(looks.latest_mark(acts.me()))
    return _page(batch_id, shown=shown)


@allow(*PAYERS)
@confirmed
def release(batch_id: str) -> ResponseReturnValue:
    """Let the file go, as another person than who made it."""
    batches.release(acts.me(), batch_id, request.form.get("sha256", ""))
    return _back(batch_id, _("Released. The file can be handed over to the bank now."))


@allow(*PAYERS)
def refuse(batch_id: str) -> ResponseReturnValue:
    """Refuse the file; its payments wait again."""
    batches.refuse(acts.me(), batch_id)
    return _back(batch_id, _("Refused. Its payments wait again to be sent."))


@allow(*PAYERS)
@confirmed
def file(batch_id: str) -> ResponseReturnValue:
    """Hand out the released file, always the same bytes."""
    name, content = batches.hand_over(acts.me(), batch_id)
    response = make_response(content)
    response.mimetype = "application/xml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@allow(Role.FINANCE_OFFICER)
def answer(batch_id: str) -> ResponseReturnValue:
    """Record what the bank says."""
    form = _answer_form(reads.lines(db.session(), batch_id))
    if not form.validate_on_submit():
        return _page(batch_id, form=form), 422
    rejected = dict.fromkeys(form.rejected.data or (), form.reason.data)
    batch_answers.answer(acts.me(), batch_id, Verdict(form.verdict.data), rejected)
    return _back(batch_id, _("The bank's answer is recorded with every payment."))


def _page(batch_id: str, *, shown: Sequence[ShownLine] = (), form: AnswerForm | None = None) -> str:
    batch = reads.batch(db.session(), batch_id) or not_found()
    lines = reads.lines(db.session(), batch_id)
    me = acts.me()
    return render_template(
        "treasury/batches/show.html",
        batch=batch,
        lines=lines,
        shown={line.number: line for line in shown},
        labels=labels,
        may_open=me.has_any(frozenset(PAYERS)),
        may_answer=me.has_any(frozenset({Role.FINANCE_OFFICER})),
        is_own=batch.created_by_id == me.ref,
        form=form or _answer_form(lines),
        fresh=new_ref,
    )


def _answer_form(lines: Sequence[reads.LineRow]) -> AnswerForm:
    form = AnswerForm(prefix="answer")
    form.verdict.choices = list(labels.VERDICTS.items())
    form.rejected.choices = [
        (line.id, f"{line.reference} – {formats.money(line.amount, 'EUR')}")
        for line in lines
        if line.answer is None
    ]
    form.reason.choices = [(code, f"{code} – {text}") for code, text in labels.BANK_REASONS.items()]
    return form


def _prepare_form() -> PrepareForm:
    form = PrepareForm()
    form.payments.choices = [
        (one.id, f"{one.reference} – {one.designation} – {formats.money(one.amount, one.currency)}")
        for one in reads.candidates(db.session())
    ]
    if not form.request_id.data:
        form.request_id.data = new_ref()
    return form


def _new_page(form: PrepareForm, *, left_out: Sequence[LeftOut] = ()) -> str:
    return render_template(
        "treasury/batches/new.html",
        form=form,
        left_out=_sentences(left_out),
        most=MOST_LINES,
        no_account=None if _payer() else _no_account(),
    )


def _sentences(left_out: Sequence[LeftOut]) -> list[str]:
    known = {one.id: one.reference for one in reads.candidates(db.session())}
    return [
        _(
            "%(reference)s was left out: %(why)s",
            reference=known.get(each.disbursement_id, "–"),
            why=_(LINE_SENTENCES[each.code]),
        )
        for each in left_out
    ]


def _payer() -> Account | None:
    settings: Settings = current_app.extensions["fund.settings"]
    if not settings.bank_iban:
        return None
    return Account(settings.bank_holder, settings.bank_iban, settings.bank_bic)


def _no_account() -> str:
    return _(
        "The fund's own account is not set. Ask who runs the installation to set"
        " FUND_BANK_HOLDER and FUND_BANK_IBAN."
    )


def _not_sound() -> str:
    return _("The finished file did not pass its check. Nothing was made; tell the treasurer.")


def _back(batch_id: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("treasury.batch", batch_id=batch_id), 303)


def _states(text: str, state: str) -> list[tuple[str, str, bool, int]]:
    counts = reads.counts_by_state(db.session())
    rows = [
        (str(words), _address(text, code), state == code, counts[code])
        for code, words in labels.BATCHES.items()
        if code in counts
    ]
    return [(_("All"), _address(text, ""), not state, sum(counts.values())), *rows]


def _address(text: str, state: str, **more: Any) -> str:
    return url_for("treasury.batches", q=text or None, state=state or None, **more)
