"""`fund bank`: take statements in from files, as the page does; nothing of their lines is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from fund_app import cli
from fund_app.adapters.bank_files import LARGEST, Upload
from fund_app.queries import bank as accounts
from fund_app.queries.bank import AccountRow
from fund_app.queries.ledger_export import decimal_text
from fund_app.services import bank_imports
from workflows.bank import FileRefused
from workflows.bank import minor_units as exact
from workflows.roles import SYSTEM

REFUSALS = {
    "not_a_statement": "This is no statement that can be read: camt.053, MT940, or a defined CSV.",
    "no_mapping": "Nobody has said yet how this bank's CSV is read; a treasurer does, on the page.",
    "entities": "It carries a document type or entities; it was not read. Export it anew.",
    "too_large": "It is larger than can be taken. Export a shorter stretch of days.",
    "columns_missing": "Its columns are not those that were defined for this bank.",
    "foreign_account": "It is of another account.",
    "other_currency": "It is in another currency than the account.",
    "zero_amount": "A line has an amount of zero. Ask the bank for a sound file.",
    "garbled_amount": "An amount cannot be read exactly. Ask the bank for a sound file.",
    "garbled_day": "A day cannot be read.",
    "no_balance": "It does not say its balances. Give them with --opening and --closing.",
}


@click.group()
def bank() -> None:
    """Take in what the bank says."""


@bank.command(name="import")
@click.argument("account")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--opening", help="Balance before the first line, for a CSV that has none.")
@click.option("--closing", help="Balance after the last line, for a CSV that has none.")
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
def import_(
    account: str,
    files: tuple[Path, ...],
    opening: str | None,
    closing: str | None,
    as_json: bool,
) -> None:
    """Import FILES, in order, into the bank account with the short name ACCOUNT.

    Each file is taken whole or not at all, and each line once, whoever sends it again. The exit
    code is 1 when a file is refused; those before and after it are taken all the same.
    """
    if (opening or closing) and len(files) > 1:
        raise click.UsageError("--opening and --closing go with one file.")
    with cli.application().app_context():
        row = _account(account)
        balances = (_balance(opening, row.currency), _balance(closing, row.currency))
        said = [_take_in(row, file, balances) for file in files]
    if as_json:
        click.echo(json.dumps(said, indent=2))
    else:
        for one in said:
            click.echo(_sentence(one), err=one["refused"] is not None)
    if any(one["refused"] for one in said):
        raise SystemExit(1)


def _account(code: str) -> AccountRow:
    rows = accounts.accounts()
    found = next((row for row in rows if row.code == code.strip().upper()), None)
    if found is None:
        known = ", ".join(row.code for row in rows) or "none"
        raise click.ClickException(f"There is no bank account of this name. There are: {known}.")
    return found


def _balance(text: str | None, currency: str) -> int | None:
    if text is None:
        return None
    try:
        return exact(text, currency, "," if text.rfind(",") > text.rfind(".") else ".")
    except FileRefused:
        raise click.UsageError("A balance is written in figures, as in 1250.00.") from None


def _take_in(
    row: AccountRow, file: Path, balances: tuple[int | None, int | None]
) -> dict[str, Any]:
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    said: dict[str, Any] = {"file": str(file), "refused": None, "reason": None}
    try:
        found = bank_imports.take_in(SYSTEM, row.id, Upload(content, *balances))
    except FileRefused as refused:
        return {**said, "refused": refused.code, "reason": _why(refused)}
    lines = sum(len(part.lines) for part in found.parts)
    return {
        **said,
        "format": found.form,
        "statements": len(found.parts),
        "lines": lines,
        "new": found.new_count,
    }


def _why(refused: FileRefused) -> str:
    """Return why a file is not taken: balances and a line's number, never what stands on one."""
    facts = refused.facts
    if refused.code == "sum_differs":
        text = decimal_text(facts["difference"], facts["currency"])
        return f"Opening balance and lines differ from the closing balance by {text}."
    if refused.code == "does_not_connect":
        expected, found = (
            decimal_text(facts[name], facts["currency"]) for name in ("expected", "found")
        )
        return (
            f"With what is known it would close at {expected} and says {found}:"
            " a statement is missing before it."
        )
    sentence = REFUSALS[refused.code]
    return f"{sentence} It is line {facts['line']}." if "line" in facts else sentence


def _sentence(said: dict[str, Any]) -> str:
    if said["refused"] is not None:
        return f"{said['file']}: not taken. {said['reason']}"
    if said["new"] == 0:
        return f"{said['file']}: everything in it is here already, nothing was imported twice."
    return f"{said['file']}: {said['new']} new lines of {said['lines']}."
