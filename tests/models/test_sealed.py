from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fund_app.models import sealed
from fund_app.models.sealed import (
    CannotOpen,
    Compartment,
    DataKey,
    NoKey,
    Place,
    Sealed,
    open_with,
    seal_with,
)
from fund_app.models.types import Ref, new_ref

KEY = DataKey(1, bytes(range(32)))
PLACE = Place("case-1", Compartment.NARRATIVE, "answer", "value_sealed", "row-1")
STORED = bytes.fromhex("010001000102030405060708090a0b")


class Ring:
    """A ring for tests: keys by case, compartment and version."""

    def __init__(self, *keys: tuple[str, Compartment, DataKey]) -> None:
        self._keys = keys

    def data_key(
        self, case_id: str, compartment: Compartment, version: int | None = None
    ) -> DataKey:
        for case, part, key in reversed(self._keys):
            if (case, part) == (case_id, compartment) and version in (None, key.version):
                return key
        raise NoKey


class TestBase(DeclarativeBase):
    __test__ = False
    metadata = MetaData()


class Note(TestBase):
    __tablename__ = "note"
    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref)
    case_id: Mapped[str] = mapped_column(Ref)
    part: Mapped[str] = mapped_column(String(16), default="messages")
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text = Sealed(column="text_sealed", compartment="part", case="case_id")
    name = Sealed(column="name_sealed", compartment=Compartment.IDENTITY, case="case_id")


def note(**values: str) -> Note:
    return Note(**({"id": "note-1", "case_id": "case-1", "part": "messages"} | values))


RING = Ring(
    ("case-1", Compartment.MESSAGES, KEY),
    ("case-1", Compartment.IDENTITY, KEY),
    ("case-2", Compartment.MESSAGES, KEY),
    ("case-1", Compartment.NARRATIVE, KEY),
)


def test_sealed_opens_what_it_sealed() -> None:
    row = note()
    row.text.seal(RING, "Прошу о помощи")
    assert row.text.open(RING) == "Прошу о помощи"


def test_sealed_keeps_bytes_as_they_are() -> None:
    row = note()
    row.name.seal(RING, b"\x00\xff\x00")
    assert row.name.open_bytes(RING) == b"\x00\xff\x00"


def test_sealed_twice_looks_different() -> None:
    row, other = note(), note()
    row.text.seal(RING, "same")
    other.text.seal(RING, "same")
    assert row.text_sealed != other.text_sealed


def test_sealed_is_set_without_a_key() -> None:
    row = note()
    before = row.text.is_set
    row.text.seal(RING, "")
    assert (before, row.text.is_set, row.text.open(RING)) == (False, True, "")


def test_sealed_cleared_is_not_set() -> None:
    row = note()
    row.text.seal(RING, "words")
    row.text.clear()
    assert row.text.is_set is False


def test_sealed_refuses_plain_assignment() -> None:
    row = note()
    with pytest.raises(AttributeError):
        row.text = "plain"


def test_sealed_makes_the_primary_key_its_default_would_make() -> None:
    row = Note(case_id="case-1", part="messages")
    row.text.seal(RING, "words")
    assert len(row.id) == 32
    assert row.text.open(RING) == "words"


def test_sealed_needs_the_case_first() -> None:
    row = Note(id="note-1", part="messages")
    with pytest.raises(ValueError, match=r"Note\.case_id must be set"):
        row.text.seal(RING, "words")


def test_sealed_error_never_quotes_the_text() -> None:
    with pytest.raises(ValueError, match="not valid Unicode") as caught:
        note().text.seal(RING, "secret\ud800")
    assert "secret" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_sealed_without_the_key_says_so() -> None:
    row = note()
    row.text.seal(RING, "words")
    with pytest.raises(NoKey):
        row.text.open(Ring())


def _moved_row() -> tuple[Note, Ring]:
    return note(id="note-2"), RING


def _moved_case() -> tuple[Note, Ring]:
    return note(case_id="case-2"), RING


def _moved_compartment() -> tuple[Note, Ring]:
    return note(part="narrative"), RING


def _other_key() -> tuple[Note, Ring]:
    return note(), Ring(("case-1", Compartment.MESSAGES, DataKey(1, b"k" * 32)))


@pytest.mark.parametrize("elsewhere", [_moved_row, _moved_case, _moved_compartment, _other_key])
def test_sealed_value_moved_elsewhere_stays_shut(
    elsewhere: Callable[[], tuple[Note, Ring]],
) -> None:
    row = note()
    row.text.seal(RING, "words")
    other, ring = elsewhere()
    other.text_sealed = row.text_sealed
    with pytest.raises(CannotOpen):
        other.text.open(ring)


def test_sealed_value_moved_to_another_column_stays_shut() -> None:
    row = note(part="identity")
    row.text.seal(RING, "words")
    row.name_sealed = row.text_sealed
    with pytest.raises(CannotOpen):
        row.name.open(RING)


def test_sealed_value_of_another_version_stays_shut() -> None:
    stored = seal_with(KEY, PLACE, b"words")
    with pytest.raises(CannotOpen):
        open_with(DataKey(2, KEY.key), PLACE, stored)


def test_sealed_version_cannot_be_rewritten() -> None:
    stored = bytearray(seal_with(KEY, PLACE, b"words"))
    stored[2] = 2
    with pytest.raises(CannotOpen):
        open_with(DataKey(2, KEY.key), PLACE, bytes(stored))


@pytest.mark.parametrize("length", [0, 1, 3, 15, 16, 31, 500, -1])
def test_sealed_value_cut_short_stays_shut(length: int) -> None:
    stored = seal_with(KEY, PLACE, b"words")
    with pytest.raises(CannotOpen):
        open_with(KEY, PLACE, stored[:length])


def _flipped() -> Iterator[bytes]:
    stored = seal_with(KEY, PLACE, b"words")
    for at in (0, 1, 3, 14, 15, 100, len(stored) - 1):
        yield stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]


def test_sealed_value_with_one_bit_changed_stays_shut() -> None:
    for stored in _flipped():
        with pytest.raises(CannotOpen):
            open_with(KEY, PLACE, stored)


def test_sealed_refusal_carries_no_detail() -> None:
    stored = seal_with(KEY, PLACE, b"words")
    with pytest.raises(CannotOpen) as caught:
        open_with(KEY, PLACE, stored[:-1])
    assert str(caught.value) == "sealed value cannot be opened"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("length", "bucket"),
    [
        (0, 512),
        (10, 512),
        (200, 512),
        (508, 512),
        (509, 2048),
        (2044, 2048),
        (2045, 8192),
        (32764, 32768),
        (32765, 131072),
        (131068, 131072),
        (131069, 262144),
        (300000, 393216),
    ],
)
def test_sealed_length_shows_only_the_bucket(length: int, bucket: int) -> None:
    stored = seal_with(KEY, PLACE, b"x" * length)
    assert len(stored) == 1 + 2 + 12 + bucket + 16
    assert open_with(KEY, PLACE, stored) == b"x" * length


def test_sealed_short_and_long_story_are_equally_long() -> None:
    short, long = note(), note()
    short.text.seal(RING, "я" * 10)
    long.text.seal(RING, "я" * 200)
    assert len(short.text_sealed or b"") == len(long.text_sealed or b"")


def test_sealed_form_is_the_published_one() -> None:
    """Written out from the definition: whoever changes the form breaks what is stored."""
    names = [PLACE.case, PLACE.compartment, PLACE.table, PLACE.column, PLACE.row, "1"]
    bound = b"".join(len(each).to_bytes(4, "big") + each.encode() for each in names)
    info = b"\0\0\0\x0afund field\0\0\0\x13answer.value_sealed"
    subkey = HKDFExpand(SHA256(), 32, info).derive(KEY.key)
    nonce = bytes(range(12))
    padded = b"\0\0\0\x05words" + bytes(503)
    stored = b"\x01\0\x01" + nonce + AESGCM(subkey).encrypt(nonce, padded, bound)
    assert open_with(KEY, PLACE, stored) == b"words"
    assert stored[:15] == STORED
    assert stored[-16:].hex() == "be8881c8e9d700e540c9697295ecdb0f"


def test_framed_parts_cannot_slide_into_each_other() -> None:
    assert sealed.framed("ab", "c") != sealed.framed("a", "bc")


def test_unpad_refuses_an_impossible_length() -> None:
    with pytest.raises(CannotOpen):
        sealed.unpad(b"\xff\xff\xff\xff" + bytes(508))


def test_data_key_is_not_shown() -> None:
    assert repr(KEY) == "DataKey(version=1)"


def test_value_of_the_other_suite_is_readable_beside_new_ones() -> None:
    other = seal_with(KEY, PLACE, b"before", suite=sealed.ValueSuite.CHACHA20_POLY1305)
    usual = seal_with(KEY, PLACE, b"after")
    assert [stored[0] for stored in (other, usual)] == [2, 1]
    assert [open_with(KEY, PLACE, stored) for stored in (other, usual)] == [b"before", b"after"]


def test_value_with_another_suite_byte_stays_shut() -> None:
    stored = seal_with(KEY, PLACE, b"content")
    for suite in (0, 2, 3, 255):
        with pytest.raises(CannotOpen):
            open_with(KEY, PLACE, bytes([suite]) + stored[1:])
