"""Addresses for every route there is, with the ids of things that exist in the demonstration.

A value called `something_id` is looked for in the table `something`; FILLERS names the others.
Whoever adds a route with a value of a new kind registers it here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from sqlalchemy import Column, Table, select

from forms import emergency
from fund_app.adapters.keystore_schema import factors, sessions
from fund_app.extensions import Base, db
from fund_app.models.erasures import Erasure
from fund_app.queries import periods
from fund_app.services import vault
from fund_app.views.access import Entry
from workflows.emergency import EMERGENCY

VALUE = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
SAMPLE = 3
NOBODYS = {"int": "999999", "": "0" * 32}
TABLES = {
    "account": "bank_account",
    "batch": "payout_batch",
    "receipt_batch": "receipt_batch",
    "case": "application",
    "change": "person_change",
    "clearing": "bank_clearing",
    "entry": "journal_entry",
    "event": "stripe_event",
    "line": "bank_line",
    "match": "bank_match",
    "opening": "opening_balance",
    "referee": "referee_request",
    "request": "receipt_request",
    "resolution": "fund_resolution",
    "return": "gift_return",
}
"""Where an id is called otherwise than its table."""

FILLERS: dict[str, Callable[[], Sequence[str]]] = {
    "action": lambda: sorted(EMERGENCY.actions),
    "ending": lambda: ["cancel", "decline", "write_off"],
    "slug": lambda: [page.slug for page in emergency.MINIMUM_PAGES],
    "filename": lambda: ["fund.css"],
    "factor_id": lambda: _kept(factors.c.id),
    "name": lambda: _kept(sessions.c.token_sha256),
    "pack_code": lambda: ["DE", "INT"],
    "lookup": lambda: ["nobodys-link-to-a-reference"],
    "fund_code": lambda: _in_database(Base.metadata.tables["fund"].c.code),
    "figure_name": lambda: ["available", "opening"],
    "kind": lambda: ["transfer", "set_budget"],
    "programme": lambda: ["emergency"],
    "currency": lambda: ["EUR"],
    "starts": lambda: ["2026-01-01"],
    "number": lambda: _numbers() or ["0" * 32],
    "code": lambda: [row.code for row in periods.periods()] or ["2026"],
}
"""What may stand in the place of a value that is not an id."""


class CannotFill(Exception):
    """A route has a value nobody knows an example for."""

    def __init__(self, path: str, name: str) -> None:
        """Say what to do about it."""
        super().__init__(
            f"{path}: no example for <{name}>. An id is looked for in the table of its name"
            " (TABLES in tests/support/addresses.py names exceptions); for any other value add"
            " a function that returns examples to FILLERS there."
        )


def _kept(column: Column[str]) -> list[str]:
    """Return values of a column of the keystore, or one that nothing has."""
    with vault.keystore().engine.connect() as connection:
        found = list(connection.scalars(select(column).order_by(column)))
    return found or [NOBODYS[""]]


def _in_database(column: Column[str]) -> list[str]:
    """Return values of a column, or one that nothing has."""
    found = [str(each) for each in db.session.scalars(select(column).order_by(column))]
    db.session.rollback()
    return found or [NOBODYS[""]]


def _numbers() -> list[str]:
    listed = list(db.session.scalars(select(Erasure.id).order_by(Erasure.id)))
    db.session.rollback()
    return listed


def known(entry: Entry, most: int = SAMPLE) -> list[str]:
    """Return addresses of things that exist; needs an application context."""
    choices = [_spread(_examples(entry.path, name), most) for _, name in values(entry.path)]
    return _spread([_filled(entry.path, chosen) for chosen in product(*choices)], most)


def unknown(entry: Entry) -> str | None:
    """Return an address of something that does not exist; None where nothing is named by id."""
    found = values(entry.path)
    if not any(name.endswith("_id") for _, name in found):
        return None
    chosen = [
        NOBODYS[kind] if name.endswith("_id") else _examples(entry.path, name)[0]
        for kind, name in found
    ]
    return _filled(entry.path, chosen)


def values(path: str) -> list[tuple[str, str]]:
    """Return kind ("" or "int") and name of each value in a route's address."""
    return [(found["kind"] or "", found["name"]) for found in VALUE.finditer(path)]


def _examples(path: str, name: str) -> Sequence[str]:
    if name in FILLERS:
        return FILLERS[name]()
    table = _table(name)
    if table is None:
        raise CannotFill(path, name)
    # A list that is empty in the demonstration still has addresses nobody knows.
    return _in_database(next(iter(table.primary_key.columns)))


def _table(name: str) -> Table | None:
    noun = name.removesuffix("_id")
    if noun == name:
        return None
    found: Table | None = Base.metadata.tables.get(TABLES.get(noun, noun))
    return found


def _filled(path: str, chosen: Sequence[str]) -> str:
    rest: Iterator[str] = iter(chosen)
    return VALUE.sub(lambda _value: next(rest), path)


def _spread(found: Sequence[str], most: int) -> list[str]:
    """Return at most so many, from the whole length."""
    step = max(1, len(found) // most)
    return list(found[::step][:most])
