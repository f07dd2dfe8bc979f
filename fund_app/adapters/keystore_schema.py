"""Tables of the keystore: a database of its own, never in the same backup as the data.

Erasing a case means deleting its keys here. So nothing in this file may be copied into the
application database, and nothing confided may be stored here.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from fund_app.extensions import NAMING
from fund_app.models.sealed import Compartment, plain, sealed_by
from fund_app.models.types import Ref, UtcDateTime

SCHEMA_VERSION = 2
HOLDER_KINDS = ("staff", "applicant", "donor", "recovery")
CODENAME_KINDS = ("applicant", "donor")
"""Holders who come in by a codename; each of them has a row in `silence`."""
SESSION_KINDS = ("visitor", "staff", "applicant", "donor")
FACTOR_KINDS = ("passkey", "code")

metadata = MetaData(naming_convention=NAMING)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


schema_version = Table(
    "keystore_schema",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    CheckConstraint("id = 1", name="single_row"),
)

holders = Table(
    "holder",
    metadata,
    Column("id", Ref, primary_key=True, info=plain("a random id")),
    Column("kind", String(16), nullable=False, info=plain("staff, applicant, donor or recovery")),
    Column("suite", SmallInteger, nullable=False),
    Column("public_key", LargeBinary, nullable=False, info=plain("a public key")),
    Column(
        "private_sealed",
        LargeBinary,
        info=sealed_by("a key derived from the codename or the passphrase"),
    ),
    Column("kdf", Text, info=plain("how that key is derived: costs and salt, no secret")),
    Column(
        "lookup",
        String(64),
        unique=True,
        info=plain("SHA-256 of a memory-hard hash of 93 random bits"),
    ),
    Column("created_day", Date, nullable=False),
    CheckConstraint(_one_of("kind", HOLDER_KINDS), name="kind_known"),
    CheckConstraint(
        "(private_sealed IS NULL) = (kdf IS NULL)", name="sealed_key_names_its_derivation"
    ),
    CheckConstraint("lookup IS NULL OR private_sealed IS NOT NULL", name="lookup_finds_a_key"),
)

data_keys = Table(
    "data_key",
    metadata,
    Column("case_id", Ref, primary_key=True, info=plain("a random id")),
    Column("compartment", String(16), primary_key=True, info=plain("one of six fixed words")),
    Column("key_version", SmallInteger, primary_key=True),
    Column("belongs_to", Ref, nullable=False, index=True, info=plain("a random id")),
    CheckConstraint(
        _one_of("compartment", tuple(str(each) for each in Compartment)),
        name="compartment_known",
    ),
    CheckConstraint("key_version BETWEEN 1 AND 32767", name="key_version_in_range"),
)

wraps = Table(
    "wrap",
    metadata,
    Column("case_id", Ref, primary_key=True, info=plain("a random id")),
    Column("compartment", String(16), primary_key=True, info=plain("one of six fixed words")),
    Column("key_version", SmallInteger, primary_key=True),
    Column(
        "holder_id",
        Ref,
        ForeignKey("holder.id", ondelete="CASCADE"),
        primary_key=True,
        info=plain("a random id"),
    ),
    Column("wrapped", LargeBinary, nullable=False, info=sealed_by("the holder's public key")),
    ForeignKeyConstraint(
        ["case_id", "compartment", "key_version"],
        ["data_key.case_id", "data_key.compartment", "data_key.key_version"],
        ondelete="CASCADE",
    ),
    Index("ix_wrap_holder_id_case_id", "holder_id", "case_id"),
)

renewals = Table(
    "renewal",
    metadata,
    Column("case_id", Ref, primary_key=True, info=plain("a random id")),
    Column("compartment", String(16), primary_key=True, info=plain("one of six fixed words")),
    CheckConstraint(
        _one_of("compartment", tuple(str(each) for each in Compartment)),
        name="compartment_known",
    ),
)
"""Compartments whose next key is due, because somebody who held the present one has left.

A row is written in the transaction that takes the keys away and goes in the one that renews
them, so that a crash between the two forgets nothing and nothing is renewed twice.
"""

carried_keys = Table(
    "carried_key",
    metadata,
    Column("purpose", String(32), primary_key=True, info=plain("code of what it is for")),
    Column("secret_name", String(16), primary_key=True, info=plain("a digest of a digest")),
    Column("key_sealed", LargeBinary, nullable=False, info=sealed_by("the deployment secret")),
)
"""Keys that outlive a deployment secret, sealed under each secret in use (services/vault.py)."""

sessions = Table(
    "session",
    metadata,
    Column("token_sha256", String(64), primary_key=True, info=plain("a hash of 256 random bits")),
    Column("kind", String(16), nullable=False, info=plain("visitor, staff, applicant or donor")),
    Column("subject", String(64), index=True, info=plain("a keyed hash of the holder's id")),
    Column("payload", LargeBinary, nullable=False, info=sealed_by("a key derived from the token")),
    Column("idle_until", UtcDateTime, nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False),
    CheckConstraint(_one_of("kind", SESSION_KINDS), name="kind_known"),
    CheckConstraint("idle_until <= expires_at", name="idle_ends_first"),
)

factors = Table(
    "factor",
    metadata,
    Column("id", Ref, primary_key=True, info=plain("a random id")),
    Column(
        "holder_id",
        Ref,
        ForeignKey("holder.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=plain("a random id"),
    ),
    Column("kind", String(16), nullable=False, info=plain("passkey, or code of an app")),
    Column(
        "lookup",
        String(64),
        unique=True,
        info=plain("SHA-256 of the random id an authenticator gave its key"),
    ),
    Column(
        "content",
        LargeBinary,
        nullable=False,
        info=sealed_by("the installation's secret: public key or seed, and the name it was given"),
    ),
    Column("counter", BigInteger, nullable=False),
    Column("created_day", Date, nullable=False),
    CheckConstraint(_one_of("kind", FACTOR_KINDS), name="kind_known"),
    CheckConstraint("(kind = 'passkey') = (lookup IS NOT NULL)", name="passkeys_are_looked_up"),
    CheckConstraint("counter >= 0", name="counter_counts"),
)

enrolments = Table(
    "enrolment",
    metadata,
    Column(
        "holder_id",
        Ref,
        ForeignKey("holder.id", ondelete="CASCADE"),
        primary_key=True,
        info=plain("a random id"),
    ),
    Column("code_hash", String(64), nullable=False, info=plain("keyed hash of 100 random bits")),
    Column("until", UtcDateTime, nullable=False),
)

spent = Table(
    "spent",
    metadata,
    Column("challenge", String(64), primary_key=True, info=plain("SHA-256 of random bits")),
    Column("until", UtcDateTime, nullable=False, index=True),
)

silences = Table(
    "silence",
    metadata,
    Column(
        "holder_id",
        Ref,
        ForeignKey("holder.id", ondelete="CASCADE"),
        primary_key=True,
        info=plain("a random id"),
    ),
    Column(
        "value",
        LargeBinary,
        nullable=False,
        info=sealed_by("a key out of the private key; random where no word is set"),
    ),
    Column("locked_on", Date),
)
"""One row for every holder with a codename, so that a word that is set does not show."""

knocks = Table(
    "knock",
    metadata,
    Column("id", Ref, primary_key=True, info=plain("a random id")),
    Column("note", LargeBinary, nullable=False, info=sealed_by("the installation's secret")),
)
"""One row for every codename that let nobody in; almost all of them say nothing."""

claims = Table(
    "claim",
    metadata,
    Column("lookup", String(64), primary_key=True, info=plain("SHA-256 of a memory-hard hash")),
    Column(
        "holder_id",
        Ref,
        ForeignKey("holder.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
        info=plain("a random id"),
    ),
    Column(
        "private_sealed",
        LargeBinary,
        nullable=False,
        info=sealed_by("a key derived from the claim code"),
    ),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
"""Codes by which somebody takes over what was written down for them; each works once."""
