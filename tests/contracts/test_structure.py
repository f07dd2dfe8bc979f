"""The house is cut by layer, and one noun has one file name in every layer."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from config import ROOT
from fund_app.extensions import Base
from tests.support.schema import load_models

PRODUCT = ("forms", "fund_app", "workflows")
BELOW_VIEWS = ("adapters", "models", "queries", "services")
OF_A_REQUEST = {"request", "session", "g"}
LONGEST_MODULE = 400


def modules(*folders: str) -> list[Path]:
    """Return every Python file under these folders of the tree."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_imports_keep_their_direction() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_layers_below_the_views_take_nothing_from_the_request() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(*(f"fund_app/{layer}" for layer in BELOW_VIEWS))
        for name in _taken_from_flask(path)
        if name in OF_A_REQUEST
    ]
    assert found == []


def _taken_from_flask(path: Path) -> Iterator[str]:
    """Yield every name taken from Flask, by import or as an attribute of the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module in {"flask", "flask.globals"}:
            yield from (alias.name for alias in node.names)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "flask"
        ):
            yield node.attr


def test_modules_stay_small() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(*PRODUCT)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_packages_listed_for_installation_are_all_there_are() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    present = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for folder in PRODUCT
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert set(listed["tool"]["setuptools"]["packages"]) == present


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in modules(*PRODUCT)}
    bare = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert [str(folder.relative_to(ROOT)) for folder in bare] == []


def test_tables_live_in_the_models_folder_under_a_noun_of_their_own() -> None:
    load_models()
    stray = {
        mapper.class_.__name__: mapper.class_.__module__
        for mapper in Base.registry.mappers
        if not mapper.class_.__module__.startswith("fund_app.models.")
    }
    assert stray == {}
    mapped = {mapper.class_.__tablename__ for mapper in Base.registry.mappers}
    assert set(Base.metadata.tables) == mapped


def test_every_foreign_key_leads_an_index() -> None:
    load_models()
    unled = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.foreign_keys and not _leads(column, table)
    ]
    assert unled == []


def _leads(column: Column[Any], table: Table) -> bool:
    """Whether an index, a key or a unique constraint of the table begins with the column."""
    keys = (UniqueConstraint, PrimaryKeyConstraint)
    ordered = [list(index.columns) for index in table.indexes]
    ordered += [list(found.columns) for found in table.constraints if isinstance(found, keys)]
    return any(columns and columns[0] is column for columns in ordered)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_pins_every_line_with_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


def test_test_lock_agrees_with_the_lock_that_is_run() -> None:
    run, tested = (_pins(name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert {name: pin for name, pin in run.items() if tested.get(name) != pin} == {}


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pinned = (line.split(" ")[0].split("==") for line in lines if line[:1].isalnum())
    return {line[0]: line[1] for line in pinned}
