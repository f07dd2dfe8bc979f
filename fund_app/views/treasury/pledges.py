"""Pledges for finance and the board: the list with what is expected, one with what may be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.pledges import STEPS, AgreeForm, CountForm, EndForm, PledgeForm, RescheduleForm
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels
from fund_app.queries import pledge_labels as words
from fund_app.queries import pledges as reads
from fund_app.services import pledges
from fund_app.services.pledges import BadPlan, CountedAlready, Offer
from fund_app.services.transition import Unknown
from fund_app.views import acts
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury.fund_choices import fund_choices
from workflows.catalogue import workflow
from workflows.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR)
ENDS: dict[str, Callable[..., None]] = {
    "decline": pledges.decline,
    "cancel": pledges.cancel,
    "write_off": pledges.write_off,
}
Forms = dict[str, Any]


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show all pledges, searched, sorted, a page at a time, and what they promise by month."""
    search, sort = request.args.get("q", "")[:40], request.args.get("sort", "-day")
    cursor = request.args.get("after")
    found = reads.pledges(search, sort, cursor)
    return render_template(
        "treasury/pledges/index.html",
        page=found,
        search=search,
        sort=sort,
        sort_url=lambda key: _address(search, key),
        first_url=_address(search, sort) if cursor else None,
        following_url=found.following and _address(search, sort, found.following),
        expected=reads.expected(),
        words=words,
        fund=donation_labels.fund,
        may_record=_may(Role.FINANCE_OFFICER),
    )


@allow(Role.FINANCE_OFFICER)
def new() -> ResponseReturnValue:
    """Show the form for a pledge."""
    form = _new_form()
    form.request_id.data = new_ref()
    return _new_page(form)


@allow(Role.FINANCE_OFFICER)
def record() -> ResponseReturnValue:
    """Record a pledge."""
    form = _new_form()
    if not form.validate_on_submit():
        return _new_page(form), 422
    plan = _plan(form, form.minor_units)
    wish = Offer(form.fund.data, form.minor_units, form.source.data, plan)
    try:
        pledge_id = pledges.offer(acts.me(), wish, acts.wish(form))
    except BadPlan:
        form.count.errors = (_("The amount is too small for so many instalments."),)
        return _new_page(form), 422
    return _back(pledge_id, _("The pledge is recorded. Nothing is posted until money arrives."))


@allow(*READERS)
def show(pledge_id: str) -> ResponseReturnValue:
    """Show one pledge and what the person may do with it."""
    return _page(pledge_id)


@allow(Role.FINANCE_OFFICER)
def screen(pledge_id: str) -> ResponseReturnValue:
    """Hand the pledge to the board."""
    pledges.screen(acts.me(), pledge_id, acts.wish())
    return _back(pledge_id, _("The board looks at it now."))


@allow(Role.FINANCE_OFFICER)
def accept_small(pledge_id: str) -> ResponseReturnValue:
    """Accept a small pledge."""
    pledges.accept_small(acts.me(), pledge_id, acts.wish())
    return _back(pledge_id, _("Agreed. The instalments are expected now."))


@allow(Role.BOARD_MEMBER)
@confirmed
def agree(pledge_id: str) -> ResponseReturnValue:
    """Agree to a pledge after the three points have been confirmed."""
    form = AgreeForm(prefix="agree")
    if not form.validate_on_submit():
        return _page(pledge_id, {"agree": form}), 422
    pledges.agree(
        acts.me(),
        pledge_id,
        acts.wish(form),
        source_clean=bool(form.source_clean.data),
        restriction_feasible=bool(form.restriction_feasible.data),
        no_beneficiary_data=bool(form.no_beneficiary_data.data),
    )
    return _back(pledge_id, _("Agreed. The instalments are expected now."))


@allow(Role.BOARD_MEMBER)
def end(pledge_id: str, ending: str) -> ResponseReturnValue:
    """Decline, cancel or write off a pledge, with a reason."""
    row = reads.pledge(pledge_id)
    if row is None or ending not in ENDS:
        not_found()
    form = _end_form(ending)
    if not form.validate_on_submit():
        return _page(pledge_id, {ending: form}), 422
    ENDS[ending](acts.me(), pledge_id, form.reason.data, acts.wish(form))
    return _back(pledge_id, _("Recorded. Whoever planned with it is told."))


@allow(Role.FINANCE_OFFICER)
def reschedule(pledge_id: str) -> ResponseReturnValue:
    """Give a pledge new days its donor has agreed to."""
    row = reads.pledge(pledge_id) or not_found()
    form = _spaced(RescheduleForm(prefix="reschedule"))
    if not form.validate_on_submit():
        return _page(pledge_id, {"reschedule": form}), 422
    try:
        pledges.reschedule(
            acts.me(),
            pledge_id,
            _plan(form, row.amount),
            acts.wish(form),
            donor_agreed=bool(form.donor_agreed.data),
        )
    except BadPlan:
        form.count.errors = (_("The amount is too small for so many instalments."),)
        return _page(pledge_id, {"reschedule": form}), 422
    return _back(pledge_id, _("The new days hold from now on; the old ones are kept."))


@allow(Role.FINANCE_OFFICER)
def count(pledge_id: str) -> ResponseReturnValue:
    """Count a gift towards the pledge that came without its reference."""
    if reads.pledge(pledge_id) is None:
        not_found()
    form = CountForm(prefix="count")
    if not form.validate_on_submit():
        return _page(pledge_id, {"count": form}), 422
    try:
        pledges.count_gift(acts.me(), pledge_id, form.reference.data, acts.wish(form))
    except Unknown:
        form.reference.errors = (_("No gift has this reference. It stands in the list of gifts."),)
        return _page(pledge_id, {"count": form}), 422
    except CountedAlready:
        form.reference.errors = (_("This gift counts towards another pledge already."),)
        return _page(pledge_id, {"count": form}), 409
    return _back(pledge_id, _("Counted."))


def _page(pledge_id: str, bound: Forms | None = None) -> str:
    row = reads.pledge(pledge_id) or not_found()
    return render_template(
        "treasury/pledges/show.html",
        pledge=row,
        instalments=reads.instalments(row),
        counted=reads.counted(row.id),
        forms_of={**_forms(row), **(bound or {})},
        actions=_actions(row),
        words=words,
        gift_words=donation_labels,
        fund=donation_labels.fund,
        fresh=new_ref,
    )


def _actions(row: reads.PledgeRow) -> set[str]:
    """Return what the workflow has open for the person in the pledge's state."""
    steps, roles = workflow("pledge").step_of, acts.me().roles
    found = {
        action
        for (action, state), step in steps.items()
        if state == row.state and roles & set(step.by_roles)
    }
    if row.state not in {"declined", "cancelled", "written_off"} and _may(Role.FINANCE_OFFICER):
        found.add("count")
    return found - ({"agree"} if row.recorded_by == acts.me().ref else set())


def _forms(row: reads.PledgeRow) -> Forms:
    found: Forms = {
        "agree": AgreeForm(formdata=None, prefix="agree"),
        "reschedule": _spaced(RescheduleForm(formdata=None, prefix="reschedule")),
        "count": CountForm(formdata=None, prefix="count"),
        **{ending: _end_form(ending, empty=True) for ending in ENDS},
    }
    for form in found.values():
        form.request_id.data, form.step_seen.data = new_ref(), str(row.step)
    return found


def _end_form(ending: str, *, empty: bool = False) -> EndForm:
    form = EndForm(formdata=None, prefix=ending) if empty else EndForm(prefix=ending)
    form.reason.choices = [(code, words.reason(code)) for code in pledges.REASONS]
    return form


def _spaced(form: Any) -> Any:
    form.months.choices = [(months, str(months)) for months in STEPS]
    return form


def _new_form() -> PledgeForm:
    form: PledgeForm = _spaced(PledgeForm())
    form.fund.choices = fund_choices()
    form.source.choices = [(code, words.source(code)) for code in words.SOURCES]
    return form


def _new_page(form: PledgeForm) -> str:
    return render_template("treasury/pledges/record.html", form=form)


def _plan(form: Any, amount: int) -> tuple[pledges.Instalment, ...]:
    return pledges.every_month(amount, form.count.data, form.first.data, form.months.data)


def _may(role: Role) -> bool:
    return acts.me().has_any(frozenset({role}))


def _back(pledge_id: str, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("treasury.pledge", pledge_id=pledge_id), 303)


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("treasury.pledges", q=search or None, sort=sort, after=cursor)
