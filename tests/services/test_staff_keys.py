from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from fund_app.adapters.keystore import AlreadyKept, Keystore
from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.services import staff_keys, vault
from fund_app.services.hardening import Cost, Hardening, hardening
from fund_app.services.staff_keys import (
    PassphraseRefused,
    change_passphrase,
    create_staff,
    unlock_staff,
)

PASSPHRASE = "a long enough passphrase"


@pytest.mark.both_stores
def test_staff_key_opens_with_its_passphrase(keystore: Keystore) -> None:
    private_key = create_staff("anna", PASSPHRASE)
    opened = unlock_staff("anna", PASSPHRASE)
    assert opened is not None
    assert opened.seeds == private_key.seeds


def test_staff_key_opens_however_the_passphrase_is_composed(keystore: Keystore) -> None:
    create_staff("anna", "Größe zählt hier doch")
    assert unlock_staff("anna", "Gro\u0308\u00dfe za\u0308hlt hier doch") is not None


@pytest.mark.parametrize("passphrase", ["", "A long enough passphrase", PASSPHRASE + " "])
def test_staff_key_stays_shut_for_another_passphrase(keystore: Keystore, passphrase: str) -> None:
    create_staff("anna", PASSPHRASE)
    assert unlock_staff("anna", passphrase) is None


@pytest.mark.parametrize("holder_id", [None, "", "nobody"])
def test_staff_key_of_nobody_is_none(keystore: Keystore, holder_id: str | None) -> None:
    assert unlock_staff(holder_id, PASSPHRASE) is None


def test_staff_key_needs_the_deployment_secret_too(app: Flask, keystore: Keystore) -> None:
    create_staff("anna", PASSPHRASE)
    app.extensions["fund.secrets"] = DeploymentSecrets(b"t" * 32)
    assert unlock_staff("anna", PASSPHRASE) is None


@pytest.mark.parametrize(
    ("length", "code"), [(0, "too_short"), (14, "too_short"), (129, "too_long")]
)
def test_staff_passphrase_of_wrong_length_is_refused(
    keystore: Keystore, length: int, code: str
) -> None:
    with pytest.raises(PassphraseRefused) as refused:
        create_staff("anna", "x" * length)
    assert refused.value.code == code
    assert keystore.holder("anna") is None


@pytest.mark.parametrize("length", [15, 128])
def test_staff_passphrase_at_the_limits_is_accepted(keystore: Keystore, length: int) -> None:
    passphrase = (PASSPHRASE * 6)[:length]
    create_staff("anna", passphrase)
    assert unlock_staff("anna", passphrase) is not None


def test_staff_passphrase_everybody_knows_is_refused(keystore: Keystore) -> None:
    with pytest.raises(PassphraseRefused) as refused:
        create_staff("anna", "Correct Horse, Battery Staple!")
    assert refused.value.code == "well_known"
    assert keystore.holder("anna") is None


def test_staff_key_is_made_once(keystore: Keystore) -> None:
    create_staff("anna", PASSPHRASE)
    with pytest.raises(AlreadyKept):
        create_staff("anna", "another long passphrase")


@pytest.mark.both_stores
def test_changed_passphrase_replaces_the_old_one(keystore: Keystore) -> None:
    private_key = create_staff("anna", PASSPHRASE)
    change_passphrase("anna", private_key, "another long passphrase")
    opened = unlock_staff("anna", "another long passphrase")
    assert opened is not None
    assert opened.seeds == private_key.seeds
    assert unlock_staff("anna", PASSPHRASE) is None


def test_staff_known_and_unknown_take_the_same_work(
    keystore: Keystore, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_staff("anna", PASSPHRASE)
    work: list[str] = []
    for step, (owner, name) in {
        "look-up": (Keystore, "holder"),
        "open": (staff_keys, "unlock"),
        "subkey": (staff_keys, "subkey"),
    }.items():
        monkeypatch.setattr(owner, name, _noted(work, step, getattr(owner, name)))
    seen = []
    for holder_id, passphrase in (
        ("anna", PASSPHRASE),
        ("anna", "wrong passphrase"),
        ("nobody", PASSPHRASE),
        (None, PASSPHRASE),
    ):
        work.clear()
        before = hardening().runs
        unlock_staff(holder_id, passphrase)
        seen.append((hardening().runs - before, tuple(work)))
    assert seen == [(1, ("look-up", "subkey", "open"))] * 4


def _noted(work: list[str], step: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        work.append(step)
        return real(*args, **kwargs)

    return call


def test_staff_key_keeps_the_cost_it_was_made_with(app: Flask, keystore: Keystore) -> None:
    create_staff("anna", PASSPHRASE)
    app.extensions["fund.hardening"] = Hardening(Cost(memory=128, passes=2, lanes=1))
    assert unlock_staff("anna", PASSPHRASE) is not None


def test_staff_key_record_says_how_it_was_derived(keystore: Keystore) -> None:
    create_staff("anna", PASSPHRASE)
    kept = keystore.holder("anna")
    assert kept is not None
    record = json.loads(kept.kdf or "")
    assert len(bytes.fromhex(record.pop("salt"))) == 16
    assert record == {
        "kdf": "argon2id",
        "factors": ["deployment"],
        "secret": vault.deployment_secrets().name,
        "memory": 64,
        "passes": 1,
        "lanes": 1,
    }
