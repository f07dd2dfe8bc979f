"""The secret's file: made, replaced during a rotation, and the one before it kept beside it.

Every change is one call of the file system that happens or does not: whoever is killed in
between goes on where they were.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config import SMALLEST_SECRET, previous_secret_file

PRIVATE_FILE = 0o600


def make(path: Path, mark: bytes = b"") -> bool:
    """Write a new secret that only its owner can read; False when there is one already.

    mark: what it begins with, for a demonstration (config.DEMO_MARK).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part-{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(mark + secrets.token_urlsafe(SMALLEST_SECRET * 2).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        return False
    finally:
        partial.unlink()
    _reach_the_disk(path.parent)
    return True


def next_of(path: Path) -> Path:
    """Return where the secret that is to follow lies until it takes over."""
    return path.with_name(f"{path.name}.next")


def begin(path: Path, mark: bytes = b"") -> bytes:
    """Return the secret that is to follow, made now or by a rotation that was interrupted."""
    make(next_of(path), mark)
    return next_of(path).read_bytes().strip()


def take_over(path: Path) -> None:
    """Put the following secret in the place of the present one, which stays as the previous.

    There is never a moment without a secret. Raises FileExistsError where another previous one
    is still kept.
    """
    previous = previous_secret_file(path)
    if previous.exists() and not previous.samefile(path):
        raise FileExistsError(previous)
    if not previous.exists():
        os.link(path, previous)
    next_of(path).replace(path)
    _reach_the_disk(path.parent)


def forget_previous(path: Path) -> None:
    """Remove the secret before this one, which nothing is sealed under any more."""
    previous_secret_file(path).unlink(missing_ok=True)
    _reach_the_disk(path.parent)


def _reach_the_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
