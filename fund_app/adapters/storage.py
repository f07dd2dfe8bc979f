"""The upload store: sealed bytes on disk under random names, saying nothing of when or what.

Only what is already sealed is handed in; nothing here ever sees a document in clear.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from flask import current_app

NAME = re.compile(r"[0-9a-f]{32}")
NO_TIME = 946_684_800
"""1 January 2000, the time every file and the folder itself carry."""


class Missing(Exception):
    """There is no file of this name."""


class Storage:
    """Keeps sealed files in one folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made for the owner alone where it is missing."""
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, name: str, sealed: bytes) -> None:
        """Keep sealed bytes under a random name of 32 hexadecimal digits, all or nothing.

        The bytes have reached the disk when this returns. Raises FileExistsError if the name
        is taken.
        """
        path = self._path(name)
        partial = path.with_suffix(".part")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        os.utime(partial, (NO_TIME, NO_TIME))
        try:
            os.link(partial, path)
        finally:
            partial.unlink()
            os.utime(self._folder, (NO_TIME, NO_TIME))

    def get(self, name: str) -> bytes:
        """Return the sealed bytes of a file; raises Missing."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise Missing(name) from None

    def remove(self, name: str) -> None:
        """Forget a file; no-op if it is gone."""
        self._path(name).unlink(missing_ok=True)
        os.utime(self._folder, (NO_TIME, NO_TIME))

    def names(self) -> set[str]:
        """Return the names of all files kept."""
        return {path.name for path in self._folder.iterdir() if NAME.fullmatch(path.name)}

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError("a stored file has a random name of 32 hexadecimal digits")
        return self._folder / name


def storage() -> Storage:
    """Return the installation's upload store."""
    folder: Path = current_app.extensions["fund.settings"].upload_dir
    return Storage(folder)
