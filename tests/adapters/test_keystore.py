from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from fund_app.adapters import keystore_upgrade
from fund_app.adapters.keystore import (
    AlreadyKept,
    Holder,
    Keystore,
    SessionRow,
    UnknownHolder,
    Wrap,
    create_schema,
)
from fund_app.adapters.keystore_keys import PrivateKey, PublicKey
from fund_app.adapters.keystore_schema import SCHEMA_VERSION
from fund_app.extensions import prepare_engine
from fund_app.models.sealed import Compartment
from tests.support.stores import Store

pytestmark = pytest.mark.both_stores

NOON = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
PUBLIC = PrivateKey(b"\x02" + bytes(32)).public_key()


def holder(holder_id: str, **values: object) -> Holder:
    base = {"kind": "staff", "public_key": PUBLIC, "created_day": date(2026, 6, 30)}
    return Holder(id=holder_id, **(base | values))  # type: ignore[arg-type]


def wrap(holder_id: str, case_id: str = "case-1", version: int = 1) -> Wrap:
    return Wrap(case_id, Compartment.IDENTITY, version, holder_id, b"wrapped " + holder_id.encode())


def session_row(name: str, idle: timedelta = timedelta(minutes=15), **values: object) -> SessionRow:
    base = {
        "token_sha256": name,
        "kind": "applicant",
        "subject": "hash",
        "payload": b"sealed",
        "idle_until": NOON + idle,
        "expires_at": NOON + timedelta(hours=2),
    }
    return SessionRow(**(base | values))  # type: ignore[arg-type]


def test_schema_created_twice_is_the_same(keystore: Keystore) -> None:
    create_schema(keystore._engine)  # noqa: SLF001
    assert keystore.schema_version() == SCHEMA_VERSION


def test_keystore_of_version_1_is_brought_up_to_date_with_everything_in_it(
    keystore: Keystore,
) -> None:
    engine = keystore.engine
    keystore.add_holder(holder("anna"))
    keystore.add_data_keys("case-1", [wrap("anna")])
    older = [each.replace(", 'recovery'", "") for each in keystore_upgrade.statements_for(engine)]
    keystore_upgrade.say_at_once(engine, [*older, "UPDATE keystore_schema SET version = 1"])
    with pytest.raises(AlreadyKept):
        keystore.add_holder(holder("key", kind="recovery"))
    create_schema(engine)
    assert keystore.schema_version() == SCHEMA_VERSION
    keystore.add_holder(holder("key", kind="recovery"))
    assert keystore.wraps_for("anna", ["case-1"]) == [wrap("anna")]
    keystore.remove_holder("anna")
    assert keystore.wraps_for("anna", ["case-1"]) == []


def test_schema_version_of_an_empty_database_is_none(tmp_path: Path, keystore: Keystore) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    prepare_engine(engine)
    assert Keystore(engine).schema_version() is None
    engine.dispose()


def test_holder_comes_back_as_it_was_kept(keystore: Keystore) -> None:
    kept = holder("h1", private_sealed=b"sealed", kdf="{}", lookup="found", kind="donor")
    keystore.add_holder(kept)
    assert keystore.holder("h1") == kept
    door = keystore.door("donor", "found")
    assert door is not None
    assert (door.holder, len(door.silence), door.is_locked) == (kept, 32, False)


def test_holder_is_found_within_its_kind_only(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1", private_sealed=b"s", kdf="{}", lookup="found", kind="donor"))
    assert keystore.door("applicant", "found") is None


def test_holder_unknown_is_none(keystore: Keystore) -> None:
    assert keystore.holder("nobody") is None


def test_holder_id_is_kept_once(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1"))
    with pytest.raises(AlreadyKept):
        keystore.add_holder(holder("h1"))


def test_holder_of_unknown_kind_is_refused_by_the_database(keystore: Keystore) -> None:
    with keystore._writing.begin() as connection, pytest.raises(IntegrityError):  # noqa: SLF001
        connection.execute(
            text(
                "INSERT INTO holder (id, kind, suite, public_key, created_day)"
                " VALUES ('x', 'robot', 1, :key, '2026-06-30')"
            ),
            {"key": b"k"},
        )


def test_secret_is_bound_once(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1"))
    keystore.bind_secret("h1", private_sealed=b"first", kdf="{}", lookup="a")
    with pytest.raises(AlreadyKept):
        keystore.bind_secret("h1", private_sealed=b"second", kdf="{}", lookup="b")
    kept = keystore.holder("h1")
    assert kept is not None
    assert (kept.private_sealed, kept.lookup) == (b"first", "a")


def test_secret_with_a_taken_lookup_is_refused(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1", private_sealed=b"s", kdf="{}", lookup="a"))
    keystore.add_holder(holder("h2"))
    with pytest.raises(AlreadyKept):
        keystore.bind_secret("h2", private_sealed=b"s", kdf="{}", lookup="a")


def test_secret_replaced_keeps_the_lookup(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1", private_sealed=b"old", kdf="{}", lookup="a"))
    keystore.replace_secret("h1", private_sealed=b"new", kdf='{"kdf":"x"}')
    kept = keystore.holder("h1")
    assert kept is not None
    assert (kept.private_sealed, kept.kdf, kept.lookup) == (b"new", '{"kdf":"x"}', "a")


def test_public_keys_of_known_holders(keystore: Keystore) -> None:
    other = PublicKey(b"\x02" + b"o" * 32)
    keystore.add_holder(holder("h1"))
    keystore.add_holder(holder("h2", public_key=other))
    assert keystore.public_keys(["h1", "h2", "h1"]) == {"h1": PUBLIC, "h2": other}


def test_public_keys_refuse_an_unknown_holder(keystore: Keystore) -> None:
    with pytest.raises(UnknownHolder):
        keystore.public_keys(["nobody"])


def test_data_key_is_kept_once_and_nothing_of_the_second(keystore: Keystore) -> None:
    for each in ("h1", "h2"):
        keystore.add_holder(holder(each))
    keystore.add_data_keys("case-1", [wrap("h1")])
    with pytest.raises(AlreadyKept):
        keystore.add_data_keys("case-1", [wrap("h2")])
    assert keystore.holders_of("case-1", Compartment.IDENTITY) == ["h1"]


def test_data_key_for_a_gone_holder_is_not_kept_at_all(keystore: Keystore) -> None:
    with pytest.raises(UnknownHolder):
        keystore.add_data_keys("case-1", [wrap("nobody")])
    assert keystore.newest_version("case-1", Compartment.IDENTITY) == 0


def test_wraps_are_added_once(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1"))
    keystore.add_data_keys("case-1", [wrap("h1")])
    keystore.add_wraps([wrap("h1"), wrap("h1")])
    assert keystore.wraps_for("h1", ["case-1"]) == [wrap("h1")]


def test_wraps_need_their_data_key(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1"))
    with pytest.raises(UnknownHolder):
        keystore.add_wraps([wrap("h1")])


def test_wraps_are_those_of_the_cases_asked_for(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1"))
    for case_id in ("case-1", "case-2", "case-3"):
        keystore.add_data_keys(case_id, [wrap("h1", case_id)])
    found = keystore.wraps_for("h1", ["case-1", "case-3"])
    assert sorted(each.case_id for each in found) == ["case-1", "case-3"]


def test_removed_wraps_are_gone_for_that_holder_only(keystore: Keystore) -> None:
    for each in ("h1", "h2"):
        keystore.add_holder(holder(each))
    keystore.add_data_keys("case-1", [wrap("h1"), wrap("h2")])
    keystore.remove_wraps("case-1", Compartment.IDENTITY, "h1")
    assert keystore.holders_of("case-1", Compartment.IDENTITY) == ["h2"]


def test_removed_holder_takes_its_wraps_along(keystore: Keystore) -> None:
    for each in ("h1", "h2"):
        keystore.add_holder(holder(each))
    keystore.add_data_keys("case-1", [wrap("h1"), wrap("h2")])
    keystore.remove_holder("h1")
    assert keystore.holders_of("case-1", Compartment.IDENTITY) == ["h2"]


def test_erased_case_leaves_no_key_and_no_neighbour_harmed(keystore: Keystore) -> None:
    keystore.add_holder(holder("h1"))
    keystore.add_data_keys("case-1", [wrap("h1")])
    keystore.add_data_keys("case-1", [wrap("h1", "letter-1")])
    keystore.add_data_keys("case-2", [wrap("h1", "case-2")])
    assert keystore.erase_case("case-1") == 2
    found = keystore.wraps_for("h1", ["case-1", "letter-1", "case-2"])
    assert [each.case_id for each in found] == ["case-2"]


@pytest.mark.parametrize("replaces", [None, "old"])
def test_session_is_kept_and_the_replaced_one_ends(
    keystore: Keystore, replaces: str | None
) -> None:
    keystore.add_session(session_row("old"))
    keystore.add_session(session_row("new"), replaces=replaces)
    assert keystore.session("new") == session_row("new")
    assert (keystore.session("old") is None) == (replaces == "old")


def test_session_updated_after_its_end_is_not_revived(keystore: Keystore) -> None:
    keystore.add_session(session_row("one"))
    keystore.end_session("one")
    assert keystore.update_session("one", b"new", NOON) is False
    assert keystore.session("one") is None


def test_sessions_of_one_subject_end_together(keystore: Keystore) -> None:
    keystore.add_session(session_row("one"))
    keystore.add_session(session_row("two"))
    keystore.add_session(session_row("other", subject="somebody else"))
    assert keystore.end_sessions_of("hash") == 2
    assert keystore.session("other") is not None


def test_sessions_past_their_limit_are_swept(keystore: Keystore) -> None:
    keystore.add_session(session_row("short", timedelta(minutes=15)))
    keystore.add_session(session_row("long", timedelta(minutes=16)))
    moment = NOON + timedelta(minutes=15)
    assert keystore.end_sessions_idle_since(moment, forget=NOON) == 1
    assert keystore.end_sessions_idle_since(moment, forget=NOON) == 0
    left = [keystore.session(name) for name in ("short", "long")]
    assert [row.payload == b"" for row in left if row is not None] == [True, False]
    assert keystore.end_sessions_idle_since(moment, forget=moment) == 0
    assert keystore.session("short") is None


def test_removed_key_bytes_leave_the_files(
    keystore: Keystore, store: Store, tmp_path: Path
) -> None:
    if store.engine != "sqlite":
        pytest.skip("the files of PostgreSQL belong to its server")
    marker = b"wrapped key material to be gone"
    keystore.add_holder(holder("h1"))
    keystore.add_data_keys("case-1", [Wrap("case-1", Compartment.IDENTITY, 1, "h1", marker)])
    before = [path.name for path in tmp_path.glob("keystore*") if marker in path.read_bytes()]
    keystore.erase_case("case-1")
    after = [path.name for path in tmp_path.glob("keystore*") if marker in path.read_bytes()]
    assert before != []
    assert after == []


def test_keys_of_many_cases_are_taken_away_and_noted_at_once(keystore: Keystore) -> None:
    keystore.add_holder(holder("anna"))
    keystore.add_holder(holder("boris"))
    for number in range(3):
        case_id = f"case-{number}"
        keystore.add_data_keys(case_id, [wrap(who, case_id) for who in ("anna", "boris")])
    many = [(f"case-{number}", Compartment.IDENTITY) for number in range(1, 20_000)]
    keystore.take_away("anna", many)
    assert [held.case_id for held in keystore.holdings(holder_id="anna")] == ["case-0"]
    assert len(keystore.holdings(holder_id="boris")) == 3
    assert keystore.due_renewals() == 2
    keystore.take_away("anna", [])
    assert keystore.due_renewals() == 2
