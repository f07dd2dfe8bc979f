"""Whatever is sealed can be destroyed: every sealed column is found by whose it is."""

from __future__ import annotations

from sqlalchemy import String

from fund_app.extensions import Base
from fund_app.models.sealed import Sealed, sealed_columns
from fund_app.services import shredding
from tests.support.schema import load_models

load_models()

NOT_OF_A_CASE = {"bank_line", "receipt_request", "receipt", "gift_aid_declaration"}
"""Tables whose sealed columns belong to no case, each with its own way to be destroyed."""


def test_sealed_column_is_found_by_its_case() -> None:
    found = {(place.table.name, place.column.name) for place in shredding.places()}
    assert {each for each in sealed_columns() - found if each[0] not in NOT_OF_A_CASE} == set()


def test_sealed_column_says_in_a_column_whose_key_seals_it() -> None:
    """What is swept as lost is what no such column names, so a property would lose keys."""
    wrong = [
        f"{mapper.class_.__name__}.{name}"
        for mapper in Base.registry.mappers
        for name, declared in vars(mapper.class_).items()
        if isinstance(declared, Sealed)
        and not isinstance(mapper.columns[declared.case].type, String)
    ]
    assert wrong == []
