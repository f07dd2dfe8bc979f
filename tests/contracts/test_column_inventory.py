"""Every column that could hold what somebody confided is sealed, or says why it is not.

A column is sealed by a `Sealed` descriptor beside it. One that is sealed by other means says
`info=sealed_by("...")`, a readable one `info=plain("why")`. Identifiers of type `Ref` are random
and need no reason; numbers, dates and moments cannot hold words.
"""

from __future__ import annotations

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from fund_app.adapters import keystore_schema
from fund_app.extensions import Base
from fund_app.models.sealed import PLAIN, SEALED_BY, plain, sealed_by, sealed_columns
from fund_app.models.types import Ref
from tests.support.schema import load_models

load_models()

HARMLESS = (Integer, Boolean, Date, DateTime)


def holds_words(column: Column[object]) -> bool:
    """Whether text or bytes fit in; a type nobody thought of counts as if they did."""
    if column.type is Ref:
        return False
    kind: TypeEngine[object] = column.type
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return not isinstance(kind, HARMLESS)


def undeclared(metadata: MetaData, sealed: set[tuple[str, str]]) -> list[str]:
    """Return the columns that hold words and are neither sealed nor excused."""
    return [
        f"{table.name}.{column.name}"
        for _, table in sorted(metadata.tables.items())
        for column in table.columns
        if holds_words(column)
        and (table.name, column.name) not in sealed
        and not column.info.get(PLAIN, column.info.get(SEALED_BY))
    ]


def test_column_of_the_application_is_sealed_or_says_why_not() -> None:
    assert undeclared(Base.metadata, sealed_columns()) == []


def test_column_of_the_keystore_is_sealed_or_says_why_not() -> None:
    assert undeclared(keystore_schema.metadata, set()) == []


def test_column_sealed_by_a_descriptor_holds_bytes() -> None:
    tables = Base.metadata.tables
    wrong = [
        (table, column)
        for table, column in sorted(sealed_columns())
        if not isinstance(tables[table].columns[column].type, LargeBinary)
    ]
    assert wrong == []


def test_column_is_never_both_sealed_and_plain() -> None:
    tables = Base.metadata.tables
    both = [
        (table, column)
        for table, column in sorted(sealed_columns())
        if PLAIN in tables[table].columns[column].info
    ]
    assert both == []


def test_column_sealed_says_so_in_its_name() -> None:
    assert [column for _, column in sealed_columns() if not column.endswith("_sealed")] == []


@pytest.mark.parametrize("kind", [String(80), LargeBinary(), JSON(), ARRAY(String), Numeric()])
def test_inventory_notices_a_column_without_a_reason(kind: TypeEngine[object]) -> None:
    metadata = MetaData()
    Base.metadata.tables["answer"].to_metadata(metadata)
    metadata.tables["answer"].append_column(Column("added", kind))
    assert "answer.added" in undeclared(metadata, sealed_columns())


@pytest.mark.parametrize("info", [plain("a code of a table"), sealed_by("the ballot box")])
def test_inventory_accepts_a_column_with_a_reason(info: dict[str, str]) -> None:
    metadata = MetaData()
    Base.metadata.tables["answer"].to_metadata(metadata)
    metadata.tables["answer"].append_column(Column("added", String(80), info=info))
    assert undeclared(metadata, sealed_columns()) == []


def test_inventory_does_not_accept_an_empty_reason() -> None:
    metadata = MetaData()
    Base.metadata.tables["answer"].to_metadata(metadata)
    metadata.tables["answer"].append_column(Column("added", String(80), info=plain("")))
    assert undeclared(metadata, sealed_columns()) == ["answer.added"]
