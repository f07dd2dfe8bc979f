"""Sealed columns: what people confide is stored so that only the right people can read it.

A model declares a bytes column and beside it a `Sealed` descriptor:

    class Answer(Base):
        value_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
        value = Sealed(column="value_sealed", compartment="compartment", case="application_id")

    answer.value.seal(actor.ring, "what was written")
    answer.value.open(actor.ring)

Stored form: suite (1 byte) | key version (2) | nonce (12) | AES-256-GCM ciphertext with tag.
The key is HKDF-Expand(data key, field name); the associated data binds case, compartment,
table, column, primary key and key version, so that a value moved anywhere else stays shut.
The text is padded to one of a few lengths first.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Protocol, Self, cast, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import Column
from sqlalchemy import inspect as inspect_mapping

from fund_app.extensions import Base

KEY_BYTES = 32
NONCE_BYTES = 12
HEADER_BYTES = 3
BUCKETS = (512, 2048, 8192, 32768, 131072)
LARGEST_BUCKET = BUCKETS[-1]
LENGTH_BYTES = 4
PLAIN = "plain"
SEALED_BY = "sealed_by"


class ValueSuite(IntEnum):
    """The cipher of a sealed value, written as its first byte.

    Values are sealed with the first one; the second stays readable beside it, and would be
    ready if the first had to be given up.
    """

    AES_256_GCM = 1
    CHACHA20_POLY1305 = 2


_CIPHERS: dict[ValueSuite, type[AESGCM | ChaCha20Poly1305]] = {
    ValueSuite.AES_256_GCM: AESGCM,
    ValueSuite.CHACHA20_POLY1305: ChaCha20Poly1305,
}


class Compartment(StrEnum):
    """The parts of a case that different people may read; each has a key of its own.

    `review` holds the redacted file and the reviewers' reasons: reviewers get this key and
    never the one of the raw narrative (docs/decisions/0001-six-compartments.md).
    """

    IDENTITY = "identity"
    NARRATIVE = "narrative"
    DOCUMENTS = "documents"
    MESSAGES = "messages"
    PAYOUT = "payout"
    REVIEW = "review"


class CannotOpen(Exception):
    """A sealed value stays shut: moved, cut, altered, or sealed under another key."""

    def __init__(self) -> None:
        """Carry no detail: neither the value nor the reason belongs in a log."""
        super().__init__("sealed value cannot be opened")


class NoKey(CannotOpen):
    """The person holds no key for this compartment of this case."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """One version of the key of one compartment of one case (256 bits)."""

    version: int
    key: bytes = field(repr=False)


class KeyRingProtocol(Protocol):
    """Whatever can hand out data keys: a person's ring, or the fresh keys of a new case."""

    def data_key(
        self, case_id: str, compartment: Compartment, version: int | None = None
    ) -> DataKey:
        """Return the key of that version, or the newest one; raise NoKey without it."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs; every part is bound to it and must match on opening."""

    case: str
    compartment: str
    table: str
    column: str
    row: str

    @property
    def field_name(self) -> str:
        """Name the field, from which the subkey is derived."""
        return f"{self.table}.{self.column}"


def framed(*parts: str) -> bytes:
    """Join parts so that no two different lists give the same bytes (length before each)."""
    encoded = (part.encode() for part in parts)
    return b"".join(len(part).to_bytes(LENGTH_BYTES) + part for part in encoded)


def pad(content: bytes) -> bytes:
    """Return length, content and zeros up to the next bucket, so that length tells little."""
    needed = LENGTH_BYTES + len(content)
    size = next(
        (bucket for bucket in BUCKETS if needed <= bucket),
        -(-needed // LARGEST_BUCKET) * LARGEST_BUCKET,
    )
    return (len(content).to_bytes(LENGTH_BYTES) + content).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """Undo `pad`; raises CannotOpen if the length inside cannot be true."""
    length = int.from_bytes(padded[:LENGTH_BYTES])
    if LENGTH_BYTES + length > len(padded):
        raise CannotOpen
    return padded[LENGTH_BYTES : LENGTH_BYTES + length]


def seal_with(
    data_key: DataKey,
    place: Place,
    content: bytes,
    *,
    suite: ValueSuite = ValueSuite.AES_256_GCM,
) -> bytes:
    """Seal bytes under a data key, bound to their place; returns the stored form."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    header = bytes([suite]) + data_key.version.to_bytes(2)
    cipher = _CIPHERS[suite](_subkey(data_key, place, suite))
    return header + nonce + cipher.encrypt(nonce, pad(content), _bound(place, data_key.version))


def open_with(data_key: DataKey, place: Place, stored: bytes) -> bytes:
    """Open what `seal_with` stored at this place; anything else raises CannotOpen."""
    if version_of(stored) != data_key.version:
        raise CannotOpen
    suite = ValueSuite(stored[0])
    nonce = stored[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    cipher = _CIPHERS[suite](_subkey(data_key, place, suite))
    try:
        padded = cipher.decrypt(
            nonce, stored[HEADER_BYTES + NONCE_BYTES :], _bound(place, data_key.version)
        )
    except (InvalidTag, ValueError):
        raise CannotOpen from None
    return unpad(padded)


def version_of(stored: bytes) -> int:
    """Return the key version a stored value names; CannotOpen for an unknown suite."""
    if len(stored) <= HEADER_BYTES + NONCE_BYTES or stored[0] not in _CIPHERS:
        raise CannotOpen
    return int.from_bytes(stored[1:HEADER_BYTES])


def _subkey(data_key: DataKey, place: Place, suite: ValueSuite) -> bytes:
    """Derive a field's key; no key ever serves two ciphers."""
    named = () if suite is ValueSuite.AES_256_GCM else (suite.name,)
    info = framed("fund field", place.field_name, *named)
    return HKDFExpand(SHA256(), KEY_BYTES, info).derive(data_key.key)


def _bound(place: Place, version: int) -> bytes:
    return framed(
        place.case,
        place.compartment,
        place.table,
        place.column,
        place.row,
        str(version),
    )


def seal_at(ring: KeyRingProtocol, place: Place, content: bytes) -> bytes:
    """Seal bytes that live outside a column (an uploaded file) with the ring's newest key."""
    return seal_with(ring.data_key(place.case, Compartment(place.compartment)), place, content)


def open_at(ring: KeyRingProtocol, place: Place, stored: bytes) -> bytes:
    """Open what `seal_at` sealed; raises NoKey without the key, CannotOpen otherwise."""
    version = version_of(stored)
    return open_with(
        ring.data_key(place.case, Compartment(place.compartment), version),
        place,
        stored,
    )


class SealedValue:
    """The sealed column of one row."""

    __slots__ = ("_descriptor", "_row")

    def __init__(self, descriptor: Sealed, row: Any) -> None:
        """Bind the descriptor to a row; the views only meet this through an attribute."""
        self._descriptor = descriptor
        self._row = row

    @property
    def is_set(self) -> bool:
        """Whether something is stored; needs no key."""
        return getattr(self._row, self._descriptor.column) is not None

    def seal(self, ring: KeyRingProtocol, content: str | bytes) -> None:
        """Seal text or bytes into the column with the newest key; raises NoKey without one.

        The row must know its case; a missing primary key is made by its column's default.
        """
        place = self._descriptor.place(self._row)
        stored = seal_at(ring, place, _encoded(content))
        setattr(self._row, self._descriptor.column, stored)

    def open(self, ring: KeyRingProtocol) -> str:
        """Return the text; raises NoKey without the key, CannotOpen for anything amiss."""
        try:
            return self.open_bytes(ring).decode()
        except UnicodeDecodeError:
            raise CannotOpen from None

    def open_bytes(self, ring: KeyRingProtocol) -> bytes:
        """Return the bytes; raises NoKey without the key, CannotOpen for anything amiss."""
        stored = getattr(self._row, self._descriptor.column)
        if stored is None:
            raise CannotOpen
        return open_at(ring, self._descriptor.place(self._row), stored)

    def clear(self) -> None:
        """Forget what is stored."""
        setattr(self._row, self._descriptor.column, None)


class Sealed:
    """Declares that a bytes column of a model is sealed, and in which compartment."""

    def __init__(self, *, column: str, compartment: Compartment | str, case: str) -> None:
        """Name the column, the compartment (or the attribute holding it) and the case's.

        `case` is the attribute with the id under which the data keys are kept: the
        application's id for a case, the document's own id for a delivery.
        """
        self.column = column
        self.compartment = compartment
        self.case = case

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> SealedValue: ...
    def __get__(self, row: object | None, owner: type) -> Self | SealedValue:
        """Return the sealed value of a row, or the declaration on the class itself."""
        return self if row is None else SealedValue(self, row)

    def __set__(self, row: object, value: object) -> None:
        """Refuse plain assignment, which would look as if it sealed."""
        raise AttributeError("use .seal(ring, text); a sealed column is never assigned")

    def place(self, row: Any) -> Place:
        """Return where this row's value belongs; ValueError while the row lacks its case."""
        mapper = inspect_mapping(type(row))
        row_id = "/".join(str(_key_value(row, mapper, column)) for column in mapper.primary_key)
        column = mapper.columns[self.column]
        case = getattr(row, self.case)
        if not isinstance(case, str) or not case:
            raise ValueError(f"{type(row).__name__}.{self.case} must be set before sealing")
        return Place(
            case=case,
            compartment=self._compartment_of(row),
            table=column.table.name,
            column=column.name,
            row=row_id,
        )

    def _compartment_of(self, row: Any) -> Compartment:
        if isinstance(self.compartment, Compartment):
            return self.compartment
        return Compartment(getattr(row, self.compartment))


def _key_value(row: Any, mapper: Any, column: Column[Any]) -> Any:
    """Return a primary key value; one that its column's default can make is made now."""
    name = mapper.get_property_by_column(column).key
    value = getattr(row, name)
    default = column.default
    if value is None and default is not None and default.is_callable:
        make = cast("Callable[[Any], Any]", default.arg)  # type: ignore[attr-defined]
        value = make(None)
        setattr(row, name, value)
    if value is None:
        raise ValueError(f"{type(row).__name__}.{name} must be set before sealing")
    return value


def _encoded(content: str | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    try:
        return content.encode()
    except UnicodeEncodeError:
        # The original error quotes the text, which must not reach a log.
        raise ValueError("the text is not valid Unicode") from None


def plain(reason: str) -> dict[str, Any]:
    """Mark a column as readable for a reason: `mapped_column(..., info=plain("..."))`."""
    return {PLAIN: reason}


def sealed_by(means: str) -> dict[str, Any]:
    """Mark a column whose content is sealed without the descriptor, and say by what."""
    return {SEALED_BY: means}


def sealed_columns() -> set[tuple[str, str]]:
    """Return (table, column) of every column a `Sealed` descriptor guards."""
    found: set[tuple[str, str]] = set()
    for mapper in Base.registry.mappers:
        for owner in mapper.class_.__mro__:
            for declared in vars(owner).values():
                if isinstance(declared, Sealed):
                    column = mapper.columns[declared.column]
                    found.add((column.table.name, column.name))
    return found
