"""Anchor files: one small file a day to be published, and beside it what it was worked out from.

`2026-06-30.anchor` says day, anchor and the anchor before; anybody may have it. `heads/2026-06-30`
is the text whose SHA-256 the anchor is; it holds random references and how much has happened, so
it stays with the auditor.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app

SUFFIX = ".anchor"
HEADS = "heads"
WORDS = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """An anchor as its files have it; `heads` is None where that file is not there."""

    day: date
    hash: str
    previous: str
    heads: str | None


class AnchorFiles:
    """Keeps anchors in a folder; what is there is never written over."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when the first anchor is put."""
        self._folder = folder

    def put(self, kept: Kept) -> None:
        """Write the files of a day, unless they are there already."""
        heads = self._folder / HEADS
        heads.mkdir(mode=0o700, parents=True, exist_ok=True)
        if kept.heads is not None:
            _write_once(heads / kept.day.isoformat(), kept.heads)
        line = f"{kept.day.isoformat()} {kept.hash} {kept.previous}\n"
        _write_once(self._folder / f"{kept.day.isoformat()}{SUFFIX}", line)

    def all(self) -> dict[date, Kept]:
        """Return every anchor in the folder by its day; a file that is none is left out."""
        found = (self._read(path) for path in sorted(self._folder.glob(f"*{SUFFIX}")))
        return {kept.day: kept for kept in found if kept is not None}

    def _read(self, path: Path) -> Kept | None:
        words = path.read_text("utf-8").split()
        try:
            day = date.fromisoformat(path.name.removesuffix(SUFFIX))
        except ValueError:
            return None
        if len(words) != WORDS:
            return None
        heads = self._folder / HEADS / day.isoformat()
        text = heads.read_text("utf-8") if heads.is_file() else None
        return Kept(day, words[1], words[2], text)


def _write_once(path: Path, text: str) -> None:
    if path.exists():
        return
    partial = path.with_name(f"{path.name}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def anchor_files() -> AnchorFiles | None:
    """Return the installation's anchor files, None where no folder is set."""
    folder: Path | None = current_app.extensions["fund.settings"].anchor_dir
    return None if folder is None else AnchorFiles(folder)
