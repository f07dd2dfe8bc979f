"""Resolutions about funds and budgets: proposed by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from fund_app.extensions import db
from fund_app.models.funds import FundResolution, ResolutionKind
from fund_app.models.types import new_ref
from fund_app.queries import audit as trail
from fund_app.queries import budgets
from fund_app.queries import resolutions as reads
from fund_app.services import funds
from fund_app.services.fund_checks import ResolutionRefused
from fund_app.views import acts, errors, formats, labels
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import fund_labels as words
from fund_app.views.treasury.fund_forms import draft_of, fill_in, form_of
from fund_app.views.treasury.funds import PROPOSERS, READERS, tabs
from workflows.roles import Role

Kind = ResolutionKind


@allow(*READERS)
def index() -> ResponseReturnValue:
    """List what was resolved about funds and budgets: narrowed, sorted, a page at a time."""
    asked, cursor = _asked(), request.args.get("after")
    page = reads.resolutions(
        db.session(),
        asked["fund"] or None,
        state=asked["state"] or None,
        search=asked["q"],
        sort=asked["sort"],
        cursor=cursor,
    )
    return render_template(
        "treasury/funds/resolutions.html",
        tabs=tabs("treasury.resolutions"),
        page=page,
        asked=asked,
        address=lambda **other: _address(asked, **other),
        sort_url=lambda key: _address(asked, sort=key),
        first_url=_address(asked) if cursor else None,
        following_url=page.following and _address(asked, after=page.following),
        words=words,
        about=_about,
        kinds=[kind for kind in words.KINDS if kind != Kind.EXCEED],
        may_propose=acts.me().has_any(PROPOSERS),
    )


@allow(Role.TREASURER, Role.BOARD_MEMBER)
def new(kind: str) -> ResponseReturnValue:
    """Show the form of a proposal, filled in as far as the link knows."""
    form = form_of(_kind(kind))
    form.request_id.data = new_ref()
    fill_in(_kind(kind), form, request.args)
    return _page(kind, form)


@allow(Role.TREASURER, Role.BOARD_MEMBER)
def propose(kind: str) -> ResponseReturnValue:
    """Propose a resolution; the board is told."""
    form = form_of(_kind(kind))
    if not form.validate_on_submit():
        return _page(kind, form), 422
    try:
        draft = draft_of(_kind(kind), form)
        found = funds.propose(acts.me(), draft, acts.wish(form).id)
    except ResolutionRefused as refused:
        return _page(kind, form, words.refusal(refused.code)), 422
    flash(_("Proposed. Another member of the board confirms it."), "success")
    return redirect(url_for("treasury.resolution", resolution_id=found), 303)


@allow(*READERS)
def show(resolution_id: str) -> ResponseReturnValue:
    """Show one resolution with its signatures and what it led to."""
    found = reads.resolution(db.session(), resolution_id) or not_found()
    row, me = found.resolution, acts.me()
    is_open = row.state == "proposed"
    return render_template(
        "treasury/funds/resolution.html",
        found=found,
        row=row,
        facts=_facts(row),
        lines=budgets.lines_of(db.session(), row.id),
        entry_id=reads.entry_of(db.session(), row.id),
        words=words,
        may_confirm=is_open and row.proposed_by_id != me.ref and me.has_any(funds.CONFIRMERS),
        may_withdraw=is_open and me.has_any(PROPOSERS),
        fresh=new_ref,
    )


@allow(Role.BOARD_MEMBER)
@confirmed
def confirm(resolution_id: str) -> ResponseReturnValue:
    """Confirm a resolution as the second of two; it is carried out now."""
    return _signed(funds.confirm, resolution_id, _("Confirmed, and done."))


@allow(Role.TREASURER, Role.BOARD_MEMBER)
def withdraw(resolution_id: str) -> ResponseReturnValue:
    """Take a proposal back."""
    return _signed(funds.withdraw, resolution_id, _("Taken back. Nothing was changed."))


def _asked() -> dict[str, str]:
    """Return what the address asks of the list, as far as there is such a thing."""
    state = request.args.get("state", "")
    return {
        "q": request.args.get("q", "").strip()[:64],
        "fund": request.args.get("fund", "")[:16],
        "state": state if state in words.STATES else "",
        "sort": request.args.get("sort", "-day"),
    }


def _address(asked: dict[str, str], **other: str | None) -> str:
    kept: dict[str, Any] = {key: value or None for key, value in {**asked, **other}.items()}
    return url_for("treasury.resolutions", **kept)


def _signed(
    act: Callable[[Any, str], None], resolution_id: str, sentence: str
) -> ResponseReturnValue:
    try:
        act(acts.me(), resolution_id)
    except LookupError:
        not_found()
    except ResolutionRefused as refused:
        return errors.refusal(words.refusal(refused.code))
    flash(sentence, "success")
    return redirect(url_for("treasury.resolution", resolution_id=resolution_id), 303)


def _kind(text: str) -> ResolutionKind:
    return Kind(text) if text in list(Kind) else not_found()


def _page(kind: str, form: Any, refusal: str | None = None) -> str:
    return render_template(
        "treasury/funds/propose.html",
        kind=kind,
        form=form,
        refusals=() if refusal is None else (refusal,),
        words=words,
    )


def _about(row: FundResolution) -> str:
    """Return in a few words what a resolution is about."""
    amount = formats.money(row.amount, row.currency) if row.amount and row.currency else ""
    if row.kind in {Kind.TRANSFER, Kind.COVER}:
        return _("%(amount)s from %(source)s to %(target)s", amount=amount,
                 source=row.fund_code, target=row.target_code)  # fmt: skip
    if row.kind == Kind.SET_BUDGET and row.starts and row.ends:
        return _("%(programme)s, %(starts)s to %(ends)s",
                 programme=labels.programme(row.programme or ""),
                 starts=format_date(row.starts), ends=format_date(row.ends))  # fmt: skip
    if row.kind == Kind.EXCEED:
        names = trail.designations(db.session(), [row.source_id or ""])
        return f"{names.get(row.source_id or '', '')} {amount}".strip()
    if row.kind == Kind.OPEN_FUND:
        return f"{row.name} ({row.fund_code})"
    return f"{words.fund(row.fund_code or '')} {amount}".strip()


def _facts(row: FundResolution) -> list[dict[str, Any]]:
    """Return what a resolution says, line by line, where it says anything."""
    yes = _("yes")
    facts: list[tuple[str, Any]] = [
        (_("Number in the minutes"), row.number),
        (_("What"), _about(row)),
        (_("Why"), row.ground and words.GROUNDS[row.ground]),
        (_("Where it is found"), row.release_ref),
        (_("Below the floor"), yes if row.below_floor else None),
        (_("Name in Russian"), row.name_ru),
        (_("Name in German"), row.name_de),
        (_("Programme"), row.programme and labels.programme(row.programme)),
        (_("Given for one purpose only"), yes if row.restricted else None),
        (_("Carries its fees and losses"), row.carrier_code and words.fund(row.carrier_code)),
        (_("Open for gifts"), yes if row.open_for_donations else None),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]
