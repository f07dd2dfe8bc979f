"""Backups: two folders, keys for seven days, and nothing erased ever comes back."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from config import Settings
from fund_app.adapters import dumps
from fund_app.adapters.clock import ManualClock
from fund_app.adapters.storage import storage
from fund_app.extensions import db
from fund_app.models.sealed import Compartment
from fund_app.models.subjects import SUBJECTS
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import audit, backups, documents, erasures, offers, sessions, vault
from fund_app.services.sessions import SessionKind
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.support.house import House, press
from tests.support.uploads import pdf

pytestmark = pytest.mark.both_stores


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def withdrawn(house: House) -> tuple[SignedIn, str]:
    applicant, case_id = house.submitted()
    documents.add(applicant, pdf("evidence"), "evidence.pdf", press())
    offers.withdraw(applicant, press())
    return applicant, case_id


def opens(house: House, case_id: str) -> bool:
    anna = house["anna"]
    return vault.ring_for(anna.ref, anna.ring._private_key).opens(  # noqa: SLF001
        case_id, Compartment.NARRATIVE
    )


def test_pair_is_restored_whole(house: House, folder: Path, clock: ManualClock) -> None:
    _, case_id = withdrawn(house)
    token = sessions.store().start(SessionKind.STAFF, house["anna"].ref, {}, clock.now())
    backups.write(folder, clock.now())
    names = storage().names()
    house.submitted()
    house.fund("EMG", 100)
    for name in names:
        storage().remove(name)
    backups.restore(folder, clock.now().date(), replace=True)
    assert storage().names() == names
    assert opens(house, case_id)
    assert sessions.store().load(token, clock.now()) is None
    assert recompute_check() == ()
    assert list(audit.verify(db.session(), SUBJECTS)) == []
    house.submitted()
    house.fund("EMG", 100)
    assert recompute_check() == ()


def test_triggers_stand_again_after_restoring(
    house: House, folder: Path, clock: ManualClock
) -> None:
    withdrawn(house)
    backups.write(folder, clock.now())
    backups.restore(folder, clock.now().date(), replace=True)
    with pytest.raises(Exception, match="trail is never"), unit_of_work() as session:
        session.execute(text("DELETE FROM event"))


@pytest.mark.parametrize("is_lost", [False, True])
def test_erased_case_stays_unreadable_after_restoring(
    house: House, folder: Path, clock: ManualClock, settings: Settings, *, is_lost: bool
) -> None:
    applicant, case_id = withdrawn(house)
    _, other = withdrawn(house)
    backups.write(folder, clock.now())
    clock.advance(days=2)
    erasures.erase_own(applicant, press())
    if is_lost:  # the live list is gone with the machine; the one beside the backups is not
        backups.note_erased(folder)
        with unit_of_work() as session:
            session.execute(text("UPDATE application SET lead_id = NULL"))
        dumps.read(settings.database_url, backups.newest(folder).data)
    assert backups.restore(folder, clock.now().date(), replace=True) > 0
    assert not opens(house, case_id)
    assert vault.keystore().holder(applicant.ref) is None
    assert opens(house, other)


def test_keys_live_for_seven_days(house: House, folder: Path, clock: ManualClock) -> None:
    withdrawn(house)
    backups.write(folder, clock.now())
    clock.advance(days=7)
    assert backups.too_old(folder, clock.now().date()) == []
    clock.advance(days=1)
    assert len(backups.too_old(folder, clock.now().date())) == 1
    with pytest.raises(backups.TooOld):
        backups.restore(folder, clock.now().date(), replace=True)
    removed = backups.write(folder, clock.now())
    assert len(removed) == 1
    assert not removed[0].exists()
    assert len(list((folder / backups.KEYS).iterdir())) == 1
    assert len(list((folder / backups.DATA).iterdir())) == 2


def test_old_keys_are_taken_when_forced(house: House, folder: Path, clock: ManualClock) -> None:
    _, case_id = withdrawn(house)
    backups.write(folder, clock.now())
    clock.advance(days=9)
    backups.restore(folder, clock.now().date(), force=True, replace=True)
    assert opens(house, case_id)


def test_used_installation_is_not_replaced_by_accident(
    house: House, folder: Path, clock: ManualClock
) -> None:
    withdrawn(house)
    backups.write(folder, clock.now())
    with pytest.raises(backups.NotEmpty):
        backups.restore(folder, clock.now().date())


def test_half_a_backup_is_none(house: House, folder: Path, clock: ManualClock) -> None:
    withdrawn(house)
    backups.write(folder, clock.now())
    (next((folder / backups.KEYS).iterdir()) / backups.MADE).unlink()
    with pytest.raises(backups.NoBackup):
        backups.restore(folder, clock.now().date(), replace=True)


def test_kinds_lie_apart_and_are_private(
    house: House, folder: Path, clock: ManualClock, settings: Settings
) -> None:
    """The data's folder opens nothing: no wrap, no holder, no session, no secret."""
    withdrawn(house)
    with vault.keystore().engine.connect() as connection:
        wraps = [bytes(row[0]) for row in connection.execute(text("SELECT wrapped FROM wrap"))]
    backups.write(folder, clock.now() + timedelta(seconds=1))
    data = b"".join(p.read_bytes() for p in (folder / "data").rglob("*") if p.is_file())
    assert [wrap for wrap in wraps if wrap[:24] in data or wrap[:24].hex().encode() in data] == []
    assert settings.secret not in data
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*/*")}
    assert modes == {0o700}
