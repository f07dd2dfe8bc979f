"""The upload store says nothing of when or what."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fund_app.adapters.storage import NO_TIME, Missing, Storage

NAME = "ab" * 16


def test_put_keeps_bytes_for_the_owner_alone_without_a_time(tmp_path: Path) -> None:
    store = Storage(tmp_path / "uploads")
    store.put(NAME, b"sealed")
    status = (tmp_path / "uploads" / NAME).stat()
    assert store.get(NAME) == b"sealed"
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_mtime == NO_TIME
    assert (tmp_path / "uploads").stat().st_mtime == NO_TIME
    assert store.names() == {NAME}


def test_put_never_replaces_a_file(tmp_path: Path) -> None:
    store = Storage(tmp_path)
    store.put(NAME, b"first")
    with pytest.raises(FileExistsError):
        store.put(NAME, b"second")
    assert store.get(NAME) == b"first"
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_remove_forgets_and_get_then_misses(tmp_path: Path) -> None:
    store = Storage(tmp_path)
    store.put(NAME, b"sealed")
    store.remove(NAME)
    store.remove(NAME)
    with pytest.raises(Missing):
        store.get(NAME)


@pytest.mark.parametrize("name", ["../etc/passwd", "", "AB" * 16, "ab" * 16 + "\n", "a/b"])
def test_only_random_names_are_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="random name"):
        Storage(tmp_path).get(name)
