"""Periods: what stands in the way of closing one, proposing it, closing it, opening the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.periods import DivideForm
from fund_app.adapters.clock import now
from fund_app.models.types import new_ref
from fund_app.queries import bank
from fund_app.queries import periods as reads
from fund_app.queries.periods import PeriodRow
from fund_app.services import periods
from fund_app.services.ledger import PeriodClosed
from fund_app.services.periods import Length, NotClosable, NotDivisible
from fund_app.views import acts, errors, formats
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import bank_labels
from fund_app.views.treasury.bank import READERS
from workflows.roles import Actor, Role


@allow(*READERS)
def index() -> ResponseReturnValue:
    """List the periods, the newest first, with what stands in the way of the open ones."""
    me, rows = acts.me(), reads.periods()
    today = now().date()
    return render_template(
        "treasury/periods/index.html",
        rows=rows,
        kept=[each for each in bank.accounts() if each.kept_lines],
        obstacles={
            row.code: [bank_labels.obstacle(each) for each in reads.obstacles(row, today)]
            for row in rows
            if row.closed_at is None
        },
        divisions={row.code: _division(row) for row in rows if row.closed_at is None},
        may_propose=me.has_any(frozenset(periods.PROPOSERS)),
        may_sign=me.has_any(frozenset(periods.SIGNATORIES)),
        mine=me.ref,
        lengths=_lengths(),
        last=reads.last_day(),
        fresh=new_ref,
    )


@allow(Role.TREASURER)
@confirmed
def propose(code: str) -> ResponseReturnValue:
    """Propose to close a period."""
    return _done(code, periods.propose, _("Proposed. Another signatory closes it."))


@allow(*periods.SIGNATORIES)
@confirmed
def close(code: str) -> ResponseReturnValue:
    """Close a period that somebody else has proposed."""
    return _done(code, periods.close, _("Closed. Nothing is dated into this period any more."))


@allow(Role.TREASURER)
@confirmed
def divide(code: str) -> ResponseReturnValue:
    """Divide an open period after the end of a month."""
    form = DivideForm(prefix=code)
    try:
        last = date.fromisoformat(form.last.data or "")
        first = periods.divide(acts.me(), code, last)
    except (ValueError, NotDivisible):
        return errors.refusal(_("Please choose the end of a month inside this period."))
    except PeriodClosed:
        return errors.refusal(_("This period is closed already."))
    flash(_("Divided. The period %(code)s can be closed by itself.", code=first), "success")
    return redirect(url_for("treasury.periods"), 303)


@allow(Role.TREASURER)
def open_next() -> ResponseReturnValue:
    """Open the next period."""
    length = request.form.get("length", "")
    if length not in {each.value for each in Length}:
        not_found()
    try:
        after = date.fromisoformat(request.form.get("after", ""))
    except ValueError:
        not_found()
    code = periods.open_next(acts.me(), Length(length), after)
    flash(_("The period %(code)s is open.", code=code), "success")
    return redirect(url_for("treasury.periods"), 303)


def _done(code: str, deed: Callable[[Actor, str], None], sentence: str) -> ResponseReturnValue:
    try:
        deed(acts.me(), code)
    except NotClosable as refused:
        return errors.refusal(" ".join(bank_labels.obstacle(each) for each in refused.obstacles))
    except PeriodClosed:
        return errors.refusal(_("This period is closed already."))
    flash(sentence, "success")
    return redirect(url_for("treasury.periods"), 303)


def _division(row: PeriodRow) -> DivideForm | None:
    """Return the form that divides a period, or None where it is a month already."""
    ends = periods.month_ends(row.starts, row.ends)
    if not ends:
        return None
    form = DivideForm(formdata=None, prefix=row.code)
    form.last.choices = [(day.isoformat(), formats.day(day)) for day in ends]
    return form


def _lengths() -> list[tuple[str, str, str]]:
    """Return the lengths the next period may have, with the code it would get."""
    last = reads.last_day()
    if last is None:
        return []
    words = {
        Length.MONTH: _("to the end of its month"),
        Length.QUARTER: _("to the end of its quarter"),
        Length.YEAR: _("to the end of its year"),
    }
    return [
        (length.value, words[length], periods.following(last, length).code) for length in Length
    ]
