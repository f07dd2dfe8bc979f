"""Forms of resolutions: their choices, what a link fills in, and what they propose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _

from forms.funds import (
    BudgetForm,
    CoverForm,
    ExceedForm,
    FloorForm,
    FundForm,
    OpenFundForm,
    ResolutionForm,
    TransferForm,
    budget_form,
)
from fund_app.extensions import db
from fund_app.models.budgets import REST
from fund_app.models.funds import Ground, ResolutionKind
from fund_app.queries import budgets, ledger
from fund_app.queries import disbursements as payments
from fund_app.queries import funds as reads
from fund_app.queries.programmes import PROGRAMMES
from fund_app.services.donation_rows import CURRENCY
from fund_app.services.fund_checks import Draft, ResolutionRefused
from fund_app.views import formats, labels
from fund_app.views.treasury import fund_labels as words
from workflows.money import EXPONENTS, Money

Kind = ResolutionKind


def form_of(kind: ResolutionKind) -> Any:
    """Return the form of a kind with its choices, bound to what was sent."""
    form = _FORMS[kind]() if kind is not Kind.SET_BUDGET else budget_form(_lines())()
    choices: Mapping[str, Callable[[], list[tuple[str, str]]]] = {
        "fund": _funds,
        "target": _shortfalls if kind is Kind.COVER else _funds,
        "currency": _currencies,
        "ground": _grounds,
        "programme": lambda: _programmes(or_none=kind is Kind.OPEN_FUND),
        "carrier": lambda: [("", _("It carries its own")), *_funds()],
        "case": _cases,
    }
    for name, listed in choices.items():
        if name in form.data:
            form[name].choices = listed()
    return form


def _funds() -> list[tuple[str, str]]:
    return [(row.code, words.fund(row.code)) for row in ledger.funds() if row.closed_on is None]


def _shortfalls() -> list[tuple[str, str]]:
    return [
        (
            f"{row.fund_code}:{row.currency}",
            _(
                "%(fund)s: %(amount)s missing",
                fund=words.fund(row.fund_code),
                amount=formats.money(row.missing, row.currency),
            ),
        )
        for row in reads.shortfalls()
    ]


def _currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in sorted(EXPONENTS, key=lambda code: (code != CURRENCY, code))]


def _grounds() -> list[tuple[str, str]]:
    return [
        (code, str(label))
        for code, label in words.GROUNDS.items()
        if code != Ground.SHORTFALL_COVER
    ]


def _programmes(*, or_none: bool) -> list[tuple[str, str]]:
    listed = [(code, labels.programme(code)) for code in PROGRAMMES]
    return [("", _("Every programme")), *listed] if or_none else listed


def _lines() -> list[tuple[str, str]]:
    return [(code, words.line(code)) for code in (*labels.CATEGORIES, REST)]


def _cases() -> list[tuple[str, str]]:
    return [
        (row.id, f"{row.designation}: {formats.money(row.awarded, row.currency)}")
        for row in payments.waiting_for_money(db.session())
    ]


def _transfer(form: TransferForm) -> Draft:
    return Draft(
        kind=Kind.TRANSFER, number=form.number.data, fund_code=form.fund.data,
        target_code=form.target.data, currency=form.currency.data, amount=form.minor_units,
        ground=form.ground.data, release_ref=form.release_ref.data or None,
        below_floor=bool(form.below_floor.data),
    )  # fmt: skip


def _cover(form: CoverForm) -> Draft:
    code, _separator, currency = str(form.target.data).partition(":")
    found = reads.detail(code)
    return Draft(
        kind=Kind.COVER, number=form.number.data,
        fund_code=(found.deficit_fund_code if found else None) or "", target_code=code,
        currency=currency, amount=form.minor_units, ground=Ground.SHORTFALL_COVER,
    )  # fmt: skip


def _open_fund(form: OpenFundForm) -> Draft:
    return Draft(
        kind=Kind.OPEN_FUND, number=form.number.data, fund_code=form.code.data.upper(),
        name=form.name.data, name_ru=form.name_ru.data or None,
        name_de=form.name_de.data or None, restricted=bool(form.restricted.data),
        programme=form.programme.data or None, carrier_code=form.carrier.data or None,
        open_for_donations=bool(form.open_for_donations.data),
    )  # fmt: skip


def _about_fund(kind: ResolutionKind) -> Callable[[FundForm], Draft]:
    return lambda form: Draft(kind=kind, number=form.number.data, fund_code=form.fund.data)


def _floor(form: FloorForm) -> Draft:
    return Draft(
        kind=Kind.SET_FLOOR, number=form.number.data, fund_code=form.fund.data,
        currency=form.currency.data, amount=form.minor_units,
    )  # fmt: skip


def _budget(form: BudgetForm) -> Draft:
    return Draft(
        kind=Kind.SET_BUDGET, number=form.number.data, programme=form.programme.data,
        currency=form.currency.data, starts=form.starts.data, ends=form.ends.data,
        lines=form.amounts(),
    )  # fmt: skip


def _exceed(form: ExceedForm) -> Draft:
    waiting = {row.id: row for row in payments.waiting_for_money(db.session())}
    row = waiting.get(form.case.data)
    if row is None:
        raise ResolutionRefused("unknown_case")
    return Draft(
        kind=Kind.EXCEED, number=form.number.data, programme=row.programme,
        currency=row.currency, amount=row.awarded, source_id=row.id,
    )  # fmt: skip


_FORMS: Mapping[ResolutionKind, type[ResolutionForm]] = MappingProxyType(
    {
        Kind.TRANSFER: TransferForm,
        Kind.COVER: CoverForm,
        Kind.OPEN_FUND: OpenFundForm,
        Kind.CLOSE_FUND: FundForm,
        Kind.OPEN_GIFTS: FundForm,
        Kind.CLOSE_GIFTS: FundForm,
        Kind.SET_FLOOR: FloorForm,
        Kind.EXCEED: ExceedForm,
    }
)
_DRAFTS: Mapping[ResolutionKind, Callable[[Any], Draft]] = MappingProxyType(
    {
        Kind.TRANSFER: _transfer,
        Kind.COVER: _cover,
        Kind.OPEN_FUND: _open_fund,
        Kind.CLOSE_FUND: _about_fund(Kind.CLOSE_FUND),
        Kind.OPEN_GIFTS: _about_fund(Kind.OPEN_GIFTS),
        Kind.CLOSE_GIFTS: _about_fund(Kind.CLOSE_GIFTS),
        Kind.SET_FLOOR: _floor,
        Kind.SET_BUDGET: _budget,
        Kind.EXCEED: _exceed,
    }
)


def draft_of(kind: ResolutionKind, form: Any) -> Draft:
    """Return what a valid form proposes; ResolutionRefused where its award is gone."""
    return _DRAFTS[kind](form)


def fill_in(kind: ResolutionKind, form: Any, known: Mapping[str, str]) -> None:
    """Fill a form in as far as a link knows; a budget's lines with its last version."""
    for name in ("fund", "target", "case", "programme", "currency", "number", "amount"):
        if name in form.data and name in known:
            form[name].data = known[name]
    if kind is not Kind.SET_BUDGET:
        return
    form.starts.data, form.ends.data = _date(known.get("starts")), _date(known.get("ends"))
    if form.starts.data is None:
        return
    found = budgets.budget(known.get("programme", ""), known.get("currency", ""), form.starts.data)
    if found is None:
        return
    for line in found.lines:
        amount = Money(line.planned, found.whole.currency).as_decimal()
        form[f"line_{line.category}"].data = str(amount)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
