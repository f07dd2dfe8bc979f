"""The ledger: where each fund stands, every entry, the balances, the check, the exports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from forms.ledger import export_form
from fund_app.extensions import db
from fund_app.models import ledger_accounts
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.queries import audit as trail
from fund_app.queries import donation_labels, ledger, ledger_spans
from fund_app.queries.ledger import EntryRow, Position, Search
from fund_app.queries.ledger_check import Difference, recompute_check
from fund_app.queries.ledger_export import FORMATS, decimal_text, everything, file_name
from fund_app.queries.ledger_spans import WHOLE, Span
from fund_app.services import audit as chains
from fund_app.services.ledger import altered_entries
from fund_app.services.unit import unit_of_work
from fund_app.views import acts, drawings, formats
from fund_app.views.access import allow, not_found
from fund_app.views.auditor import labels
from workflows.money import EXPONENTS
from workflows.roles import Role

READERS = (Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR)
LARGEST_ENTRY = 2**63 - 1
EVERYTHING = "everything"
PROMISES = frozenset({ledger_accounts.COMMIT_CONTROL, ledger_accounts.COMMIT_OPEN})
CODED = frozenset({"application", "ballot", "disbursement"})


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show where every fund stands."""
    found = [each for each in ledger.positions() if _has_moved(each)]
    return render_template(
        "auditor/ledger/index.html",
        tabs=_tabs("auditor.ledger"),
        positions=found,
        bars=drawings.bars([_bar(each) for each in found]),
        fund=donation_labels.fund,
        entries_of=lambda code: url_for("auditor.entries", fund=code),
    )


@allow(*READERS)
def entries() -> ResponseReturnValue:
    """List entries, the latest first, narrowed by kind, fund and days."""
    search = _search()
    found = ledger.entries(search, request.args.get("after"))
    return render_template(
        "auditor/ledger/entries.html",
        tabs=_tabs("auditor.entries"),
        page=found,
        search=search,
        funds=[row.code for row in ledger.funds()],
        fund=donation_labels.fund,
        kinds=labels.KINDS,
        amount=_amount,
        first_url=_address(search) if request.args.get("after") else None,
        following_url=found.following and _address(search, found.following),
    )


@allow(*READERS)
def entry(entry_id: int) -> ResponseReturnValue:
    """Show one entry with its lines and what it came from."""
    found = ledger.entry(entry_id) if entry_id <= LARGEST_ENTRY else None
    row = found or not_found()
    names = trail.designations(db.session(), [row.source_id])
    return render_template(
        "auditor/ledger/entry.html",
        entry=row,
        kinds=labels.KINDS,
        chains=labels.CHAINS,
        designation=names.get(row.source_id) if row.source_type in CODED else None,
        fund=donation_labels.fund,
    )


@allow(*READERS)
def balances() -> ResponseReturnValue:
    """Show the trial balance, and offer the journal in other programs' formats."""
    return _balances_page(_export_form()(data={"format": EVERYTHING}))


@allow(*READERS)
def check() -> ResponseReturnValue:
    """Add everything up again and say whether it agrees."""
    differences = [*recompute_check(), *_altered()]
    return render_template(
        "auditor/ledger/check.html",
        tabs=_tabs("auditor.check"),
        differences=differences,
        names=labels.DIFFERENCES,
    )


@allow(*READERS)
def export() -> ResponseReturnValue:
    """Hand out the journal or a part of it; that it was taken is recorded."""
    form = _export_form()(request.form)
    if not form.validate():
        return _balances_page(form), 422
    period = form["period"].data
    span = ledger_spans.period(period) if period else Span(form["since"].data, form["until"].data)
    name, span = form["format"].data, span or WHOLE
    _record_export(f"{name}{span.label}")
    if name == EVERYTHING:
        response = Response(_packed(span), mimetype="application/zip")
        called = f"ledger{span.label}.zip"
    else:
        response = Response(stream_with_context(_lines(name, span)), mimetype="text/plain")
        called = file_name(name, span)
    response.headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return response


def _balances_page(form: Form) -> str:
    rows = [row for row in ledger.trial_balance() if row.balance]
    return render_template(
        "auditor/ledger/balances.html",
        tabs=_tabs("auditor.balances"),
        rows=rows,
        sums=_sums(rows),
        fund=donation_labels.fund,
        form=form,
    )


def _export_form() -> type[Form]:
    return export_form(
        list(labels.EXPORTS.items()), [(code, code) for code in ledger_spans.periods()]
    )


def _packed(span: Span) -> bytes:
    """Return every format and the manifest as one archive; the same books, the same bytes."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path, content in everything(span):
            archive.writestr(ZipInfo(path), content, ZIP_DEFLATED)
    return packed.getvalue()


def _record_export(name: str) -> None:
    person = acts.me()
    role = next(role for role in READERS if role in person.roles)
    with unit_of_work() as session:
        chains.record(
            session, HOUSE, HOUSE_ID, "ledger_exported", actor=person, role=role, reason_code=name
        )


def _lines(name: str, span: Span) -> Iterator[str]:
    for line in FORMATS[name](span):
        yield f"{line}\n"


def _altered() -> Iterator[Difference]:
    for entry_id in altered_entries(db.session()):
        yield Difference("altered", str(entry_id), (), ())


def _has_moved(position: Position) -> bool:
    return bool(position.received or position.paid or position.spendable or position.committed)


def _bar(position: Position) -> tuple[str, list[tuple[str, int, str]]]:
    def words(amount: int) -> str:
        return formats.money(amount, position.currency)

    transit = _("%(amount)s in transit", amount=words(position.in_transit))
    parts = [
        ("brand", position.paid, _("%(amount)s paid", amount=words(position.paid))),
        ("warn", position.in_transit, transit),
        ("accent", position.committed, _("%(amount)s promised", amount=words(position.committed))),
        ("soft", position.available, _("%(amount)s free", amount=words(position.available))),
    ]
    return f"{donation_labels.fund(position.fund_code)} ({position.currency})", parts


def _sums(rows: list[ledger.BalanceRow]) -> dict[str, tuple[int, int]]:
    """Return debit and credit per currency; they are equal in books that balance."""
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        debit, credit = sums.get(row.currency, (0, 0))
        sums[row.currency] = (debit + max(row.balance, 0), credit + max(-row.balance, 0))
    return sums


def _amount(entry: EntryRow) -> list[str]:
    """Return what moved, per currency: the debit side; promises only where nothing else did."""
    real = [line for line in entry.lines if line.account_code not in PROMISES]
    moved: dict[str, int] = {}
    for line in real or entry.lines:
        moved[line.currency] = moved.get(line.currency, 0) + max(line.amount, 0)
    return [
        formats.money(amount, currency) if currency in EXPONENTS else decimal_text(amount, currency)
        for currency, amount in moved.items()
    ]


def _search() -> Search:
    asked = request.args
    kind, fund = asked.get("kind", ""), asked.get("fund", "").strip().upper()
    return Search(
        kind=kind if kind in labels.KINDS else None,
        fund_code=fund or None,
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _address(search: Search, cursor: str | None = None) -> str:
    return url_for(
        "auditor.entries",
        kind=search.kind,
        fund=search.fund_code,
        since=search.since,
        until=search.until,
        after=cursor,
    )


def _tabs(current: str) -> list[tuple[Any, ...]]:
    pages = (
        ("auditor.ledger", _("Funds")),
        ("auditor.entries", _("Entries")),
        ("auditor.balances", _("Balances and exports")),
        ("auditor.check", _("Check of the books")),
    )
    return [(words, url_for(endpoint), endpoint == current) for endpoint, words in pages]
