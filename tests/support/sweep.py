"""A sweep: looks for given words in files, in every dress a careless program may put them in."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

ZLIB_HEADS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
GZIP_HEAD = b"\x1f\x8b\x08"
LONGEST_STREAM = 4_000_000


def dresses(word: str) -> dict[str, bytes]:
    """Return a word as it may lie in a file: plain, wide, or in one of the usual encodings.

    Of base64 the part that does not depend on its neighbours is returned, for each of the
    three places a word may begin at.
    """
    plain = word.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": binascii.hexlify(plain),
        "hex, upper case": binascii.hexlify(plain).upper(),
        "percent": quote(word, safe="").encode(),
        "percent, every letter": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "reversed": plain[::-1],
    }
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain)
        # Letters at both ends mix with what stands beside the word.
        steady = coded[(0, 2, 3)[shift] : len(coded) - 4]
        found[f"base64 at {shift}"] = steady
        found[f"base64url at {shift}"] = steady.translate(bytes.maketrans(b"+/", b"-_"))
    return found


def hits(places: Mapping[str, bytes], words: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return place, word and dress of everything that was found, compressed streams included."""
    looked_for = [(word, dress, form) for word in words for dress, form in dresses(word).items()]
    found = []
    for place, content in places.items():
        for text in (content, *unpacked(content)):
            found += [
                (place, word, dress) for word, dress, form in looked_for if form and form in text
            ]
    return found


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what every compressed stream inside the content says, as far as it can be read."""
    heads = [*ZLIB_HEADS, GZIP_HEAD]
    for head in heads:
        window = zlib.MAX_WBITS | (16 if head == GZIP_HEAD else 0)
        for match in re.finditer(re.escape(head), content):
            stream = zlib.decompressobj(window)
            try:
                text = stream.decompress(content[match.start() :], LONGEST_STREAM)
            except zlib.error:
                continue
            if text:
                yield text


def files(*folders: Path) -> dict[str, bytes]:
    """Return every file below the folders, names and contents."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            found[f"name of {path}"] = str(path).encode()
            if path.is_file():
                found[str(path)] = path.read_bytes()
    return found
