from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fund_app.adapters.keystore import Keystore, SessionRow
from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.services import sessions
from fund_app.services.sessions import SessionKind, Sessions

pytestmark = pytest.mark.both_stores

NOON = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
KEY = PrivateKey(b"\x01" + bytes(range(96)))


def after(**delta: float) -> datetime:
    return NOON + timedelta(**delta)


@pytest.fixture
def store_of_sessions(keystore: Keystore) -> Sessions:
    return sessions.store()


def row_of(keystore: Keystore, token: str) -> SessionRow:
    found = keystore.session(sessions._row_name(token))  # noqa: SLF001
    assert found is not None
    return found


def test_session_comes_back_by_its_token(store_of_sessions: Sessions) -> None:
    token = store_of_sessions.start(
        SessionKind.STAFF, "anna", {"shown": ["имя", 1]}, NOON, private_key=KEY
    )
    found = store_of_sessions.load(token, NOON)
    assert found is not None
    assert (found.kind, found.subject, found.data) == (
        SessionKind.STAFF,
        "anna",
        {"shown": ["имя", 1]},
    )
    assert found.private_key is not None
    assert found.private_key.seeds == KEY.seeds


def test_session_of_a_visitor_has_no_key(store_of_sessions: Sessions) -> None:
    token = store_of_sessions.start(SessionKind.VISITOR, None, {}, NOON)
    found = store_of_sessions.load(token, NOON)
    assert found is not None
    assert (found.subject, found.private_key) == (None, None)


def test_session_tokens_hold_256_bits_and_differ(store_of_sessions: Sessions) -> None:
    tokens = {store_of_sessions.start(SessionKind.VISITOR, None, {}, NOON) for _ in range(20)}
    assert len(tokens) == 20
    assert {len(each) for each in tokens} == {43}


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5000, "ж" * 43, "\0" * 43])
def test_session_of_a_made_up_token_is_none(store_of_sessions: Sessions, token: str) -> None:
    assert store_of_sessions.load(token, NOON) is None


def test_session_table_value_is_useless_as_a_token(
    keystore: Keystore, store_of_sessions: Sessions
) -> None:
    token = store_of_sessions.start(SessionKind.STAFF, "anna", {}, NOON, private_key=KEY)
    row = row_of(keystore, token)
    stolen = (row.token_sha256, row.token_sha256[:43], row.subject or "", (row.subject or "")[:43])
    assert [store_of_sessions.load(each, NOON) for each in stolen] == [None] * 4


def test_session_row_shows_nothing(keystore: Keystore, store_of_sessions: Sessions) -> None:
    data = {"typed": "the sentinel words"}
    token = store_of_sessions.start(SessionKind.STAFF, "anna", data, NOON, private_key=KEY)
    row = row_of(keystore, token)
    content = row.payload + repr(row).encode()
    readable = [b"sentinel", b"anna", token.encode(), KEY.seeds, KEY.seeds.hex().encode()]
    assert [each for each in readable if each in content] == []


def test_session_payload_moved_to_another_row_opens_nothing(
    keystore: Keystore, store_of_sessions: Sessions
) -> None:
    one = store_of_sessions.start(SessionKind.STAFF, "anna", {}, NOON, private_key=KEY)
    two = store_of_sessions.start(SessionKind.STAFF, "boris", {}, NOON)
    source, target = row_of(keystore, one), row_of(keystore, two)
    keystore.update_session(target.token_sha256, source.payload, target.idle_until)
    assert store_of_sessions.load(two, NOON) is None


LIMITS = [
    (SessionKind.VISITOR, 15, 2),
    (SessionKind.APPLICANT, 15, 2),
    (SessionKind.DONOR, 15, 2),
    (SessionKind.STAFF, 30, 12),
]


@pytest.mark.parametrize(("kind", "idle", "_absolute"), LIMITS)
def test_session_ends_when_idle(
    store_of_sessions: Sessions, kind: SessionKind, idle: int, _absolute: int
) -> None:
    token = store_of_sessions.start(kind, "anna", {}, NOON)
    assert store_of_sessions.load(token, after(minutes=idle, seconds=-1)) is not None
    assert store_of_sessions.load(token, after(minutes=idle)) is None


@pytest.mark.parametrize(("kind", "idle", "absolute"), LIMITS)
def test_session_ends_at_its_absolute_limit_however_busy(
    store_of_sessions: Sessions, kind: SessionKind, idle: int, absolute: int
) -> None:
    token = store_of_sessions.start(kind, "anna", {}, NOON)
    moment, end = NOON, after(hours=absolute)
    while moment < end - timedelta(minutes=idle - 1):
        moment += timedelta(minutes=idle - 1)
        found = store_of_sessions.load(token, moment)
        assert found is not None
        store_of_sessions.save(found, moment)
    assert store_of_sessions.load(token, end - timedelta(seconds=1)) is not None
    assert store_of_sessions.load(token, end) is None


def test_session_saved_keeps_its_data(store_of_sessions: Sessions) -> None:
    token = store_of_sessions.start(SessionKind.APPLICANT, "anna", {"step": 1}, NOON)
    found = store_of_sessions.load(token, NOON)
    assert found is not None
    found.data["step"] = 2
    store_of_sessions.save(found, NOON)
    again = store_of_sessions.load(token, NOON)
    assert again is not None
    assert again.data == {"step": 2}


def test_session_unchanged_writes_nothing_within_a_minute(
    keystore: Keystore, store_of_sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = store_of_sessions.start(SessionKind.APPLICANT, "anna", {}, NOON)
    written: list[str] = []
    real = Keystore.update_session

    def noted(store: Keystore, name: str, payload: bytes, idle_until: datetime) -> bool:
        written.append(name)
        return real(store, name, payload, idle_until)

    monkeypatch.setattr(Keystore, "update_session", noted)
    counts = []
    for seconds in (1, 59, 60):
        found = store_of_sessions.load(token, after(seconds=seconds))
        assert found is not None
        store_of_sessions.save(found, after(seconds=seconds))
        counts.append(len(written))
    assert counts == [0, 0, 1]


def test_session_saved_after_its_end_stays_ended(store_of_sessions: Sessions) -> None:
    token = store_of_sessions.start(SessionKind.STAFF, "anna", {}, NOON)
    found = store_of_sessions.load(token, NOON)
    assert found is not None
    store_of_sessions.end(token)
    found.data["late"] = True
    store_of_sessions.save(found, NOON)
    assert store_of_sessions.load(token, NOON) is None


def test_session_rotated_leaves_the_old_token_useless(store_of_sessions: Sessions) -> None:
    old = store_of_sessions.start(SessionKind.VISITOR, None, {"from": "/"}, NOON)
    new = store_of_sessions.rotate(
        old, SessionKind.STAFF, "anna", {"from": "/"}, NOON, private_key=KEY
    )
    found = store_of_sessions.load(new, NOON)
    assert store_of_sessions.load(old, NOON) is None
    assert found is not None
    assert (found.kind, found.subject, found.data) == (SessionKind.STAFF, "anna", {"from": "/"})


def test_sessions_of_one_person_end_together(store_of_sessions: Sessions) -> None:
    mine = [store_of_sessions.start(SessionKind.STAFF, "anna", {}, NOON) for _ in range(2)]
    other = store_of_sessions.start(SessionKind.STAFF, "boris", {}, NOON)
    assert store_of_sessions.end_all("anna") == 2
    assert [store_of_sessions.load(each, NOON) for each in mine] == [None, None]
    assert store_of_sessions.load(other, NOON) is not None


def test_session_renewed_keeps_all_but_its_token(store_of_sessions: Sessions) -> None:
    old = store_of_sessions.start(
        SessionKind.STAFF, "anna", {"language": "ru"}, NOON, private_key=KEY
    )
    found = store_of_sessions.load(old, after(minutes=20))
    assert found is not None
    found.data["confirmed_at"] = 1.0
    new = store_of_sessions.renew(found, after(minutes=20))
    assert store_of_sessions.load(old, after(minutes=20)) is None
    renewed = store_of_sessions.load(new, after(minutes=49))
    assert renewed is not None
    assert renewed.private_key is not None
    assert (renewed.subject, renewed.data) == ("anna", {"language": "ru", "confirmed_at": 1.0})
    assert renewed.private_key.seeds == KEY.seeds
    assert renewed.expires_at == after(hours=12)


def test_session_ended_meanwhile_is_not_renewed(store_of_sessions: Sessions) -> None:
    """Somebody ends it from another browser while this one proves who it is."""
    token = store_of_sessions.start(SessionKind.STAFF, "anna", {}, NOON, private_key=KEY)
    found = store_of_sessions.load(token, NOON)
    assert found is not None
    store_of_sessions.end(token)
    assert store_of_sessions.load(store_of_sessions.renew(found, NOON), NOON) is None


def test_sessions_of_one_person_are_told_by_when_they_began(store_of_sessions: Sessions) -> None:
    first = store_of_sessions.start(SessionKind.STAFF, "anna", {}, NOON)
    second = store_of_sessions.start(SessionKind.STAFF, "anna", {}, after(minutes=10))
    store_of_sessions.start(SessionKind.STAFF, "boris", {}, NOON)
    found = store_of_sessions.open_of("anna", first, after(minutes=15))
    assert [(each.begun, each.is_this) for each in found] == [
        (after(minutes=10), False),
        (NOON, True),
    ]
    assert not store_of_sessions.end_one("boris", found[0].name)
    assert store_of_sessions.load(second, after(minutes=15)) is not None
    assert store_of_sessions.end_one("anna", found[0].name)
    assert store_of_sessions.load(second, after(minutes=15)) is None
    late = after(minutes=31)
    assert store_of_sessions.open_of("anna", first, late) == []


def test_other_sessions_of_one_person_end_and_this_one_stays(store_of_sessions: Sessions) -> None:
    mine, *others = (store_of_sessions.start(SessionKind.STAFF, "anna", {}, NOON) for _ in range(3))
    boris = store_of_sessions.start(SessionKind.STAFF, "boris", {}, NOON)
    assert store_of_sessions.end_others("anna", mine) == 2
    assert [store_of_sessions.load(each, NOON) for each in others] == [None, None]
    assert store_of_sessions.load(mine, NOON) is not None
    assert store_of_sessions.load(boris, NOON) is not None


def test_sessions_past_their_limit_are_swept(
    keystore: Keystore, store_of_sessions: Sessions
) -> None:
    store_of_sessions.start(SessionKind.APPLICANT, "anna", {}, NOON)
    staff = store_of_sessions.start(SessionKind.STAFF, "boris", {}, NOON)
    assert store_of_sessions.sweep(after(minutes=20)) == 1
    assert store_of_sessions.load(staff, after(minutes=20)) is not None


def test_session_started_sweeps_those_before(
    keystore: Keystore, store_of_sessions: Sessions
) -> None:
    token = store_of_sessions.start(SessionKind.APPLICANT, "anna", {}, NOON)
    store_of_sessions.start(SessionKind.APPLICANT, "boris", {}, after(minutes=15))
    left = keystore.session(sessions._row_name(token))  # noqa: SLF001
    assert left is not None
    assert left.payload == b""


def test_ended_session_tells_whose_it_was_for_some_hours(
    keystore: Keystore, store_of_sessions: Sessions
) -> None:
    token = store_of_sessions.start(SessionKind.APPLICANT, "anna", {}, NOON)
    store_of_sessions.sweep(after(hours=1))
    assert store_of_sessions.load(token, after(hours=1)) is None
    assert store_of_sessions.whose(token) in store_of_sessions.names_of("anna")
    store_of_sessions.sweep(after(hours=13))
    assert store_of_sessions.whose(token) == ""
    assert keystore.session(sessions._row_name(token)) is None  # noqa: SLF001


def test_session_is_not_shown(store_of_sessions: Sessions) -> None:
    token = store_of_sessions.start(SessionKind.STAFF, "a1", {"typed": "words"}, NOON)
    shown = repr(store_of_sessions.load(token, NOON))
    assert [each for each in (token, "words") if each in shown] == []
