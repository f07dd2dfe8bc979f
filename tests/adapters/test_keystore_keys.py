from __future__ import annotations

import pytest

from fund_app.adapters.keystore_keys import (
    DeploymentSecrets,
    KeySuite,
    PrivateKey,
    PublicKey,
    lock,
    subkey,
    unlock,
)
from fund_app.models.sealed import CannotOpen

DATA_KEY = bytes(range(32))
SEEDS = {
    KeySuite.HYBRID: b"\x01" + bytes(range(96)),
    KeySuite.X25519: b"\x02" + bytes(range(32)),
}
WRAPPED = {
    KeySuite.X25519: (
        "028f7c77f832261db8a64c97d7f2b998d4fe6a01ba4977b72235bfc01525c83e7f943523f3cd7212cf62ba"
        "ee52cf3bd9712948ec9775e62aa91295e17e2b58e7e59e17608977c5c9f82061127709b3627f"
    ),
    KeySuite.HYBRID: (
        "0180fdb7c4c649d59fe51a0146fbf12a2ccc87aa35adc6177f0fcb4d197a0ff38ad83ab8ca013eb49de2ae"
        "3a63e4794df090778f8198124d901ac6b377174317dd381dfed3811023a90f7ffe2a90321dc53937a2486a"
        "de3a6d3f8fba36b36116e449a0463cc29f90a9199ef650c7eda1d1a2c49e10ab22bb73394af9194741be1c"
        "3a4a74a645075ac440e3d7e2b8ba8fcd9bacf49448e3b5d1b485077dbcf9e35e40a9e1c1a3e840bfa00440"
        "a4ac250578fef5e560cf4a3d43a9253c1d1a5c4e3c9386b425e125c799922daa880c8abd6917187601396d"
        "899707a4773005c0d8ede1ec7224fd27cc03c30605972eeeea0a860f1db702fd4de4e91b349254c9750776"
        "72b2e2dc5d87b4906cda5f0a7ae0433ed269b09cf7b4dff1c585af74773f17a1d35e665f1425cd04f76c1e"
        "c2928cb0a70575e2f15abc0c5456df06f87fcdb2e391942dbe94a809612c8b0ae106fa4c64804e3432760e"
        "075378aa10c6d176e7777f44d3bf6b92a118a6e5445ff000a595e1ca879930b45c11b7702e54895e700864"
        "b0aa0fd245a5f9d0b9d550ff1a33604e8ed54edfedcc04462f7710cdeb1cfce5d243f6cb60dde0f67da570"
        "059503f3136176dcb9bf04057525a8366cac56288f64b1b7ba121b11b71a2b32ab79b77d285a89b8ccefa0"
        "2a6c5c0f10ca5f5607a9c7a4e856a4ba738fab6bcea65d805f1cd8e7fe9303cccc742ebcd07fc4f564dfaf"
        "56a2b9244e815d2d3efd88b081dad93a3a1412dea71857545002d919da697128fe3f7b7c8a4eb2c7d92278"
        "dadf9a531776553d007d1c70a0cd0626d25b04c79bdcb559756eac799a0e590f98ee7aaa5ae42f80cc916c"
        "c96e658817733870c6b2c075b339cb06709e0a1a48bfb37a84e3083254a57a010237c623bd0e0e98da6c8c"
        "978f532d5f85e3d4be119491a4a9637222de43e8ca166f9604c10aa75ecfa9216de1446327f2dcadf55168"
        "47d3dd947469c646181dc05ea3e67530423cd50e54649d1de841710bc4592d67b1f40c74237e9b14348b2b"
        "4063a4bf4eb722593a6775ca9aaf07243f0033809dfaab1f8b016715850ca4668bd7a0d27e56b3ddacc535"
        "31f75dd4d0c8c04baa0f9ebc504848af640c67214193bf1f6f30d5b8cffaccadaa3d8317a86c2424e5a391"
        "28cd8025ca28ce4a0520fb23e8707a34f2f6baa362c9a3e43949d3c921a713908e2c52973787633d9eb712"
        "c99f6c68a6aaaa5754d5e42b4689de9e8c75d10cbbf57049a9fcc8d5f527c981f05eaf7217c00dd8999b3d"
        "9f0d25e53fbe5b7d7905b4259e98c6f06085427db0e1bc965238ce402776c835266a45b06e192a3cf23c51"
        "88beb181ee1c8d7daf4c27fb452b33b17799c345707e09bd6f399b98a6165d671815c9b978eea2c37901df"
        "b091531368847f1a7b836e4e0984bf997b7a6c5c73095a42c608cc7f61fd926f4052b1724186284310625a"
        "5cf6ac2254e974289ecde707edaabc8916dcf8784797af2f5eaebec4f1c81bb1e89b37f199eb8887b31b4c"
        "454d2c33826c22879a75ddf5836771462b8034d3fbfd736daefcf033b1fdd513463f6a9d369508077bdc83"
        "24a429592c5054b367d06f3c78cd8371b4ecadf9fb2944c95c9c4366a1c5fc65dbc54e91675432952d624d"
        "48db0f8db03e6bb6"
    ),
}


@pytest.mark.parametrize("suite", list(KeySuite))
def test_private_key_unwraps_what_its_public_half_wrapped(suite: KeySuite) -> None:
    private_key = PrivateKey.generate(suite)
    wrapped = private_key.public_key().wrap(DATA_KEY, b"info")
    assert private_key.unwrap(wrapped, b"info") == DATA_KEY


@pytest.mark.parametrize("suite", list(KeySuite))
def test_private_key_comes_back_from_its_seeds(suite: KeySuite) -> None:
    first = PrivateKey(SEEDS[suite])
    wrapped = first.public_key().wrap(DATA_KEY, b"info")
    assert PrivateKey(first.seeds).unwrap(wrapped, b"info") == DATA_KEY


@pytest.mark.parametrize("suite", list(KeySuite))
def test_wrap_of_an_earlier_day_still_opens(suite: KeySuite) -> None:
    """A vector kept from the release that wrote it: a new library must still read it."""
    assert PrivateKey(SEEDS[suite]).unwrap(bytes.fromhex(WRAPPED[suite]), b"info") == DATA_KEY


@pytest.mark.parametrize(("suite", "size"), [(KeySuite.HYBRID, 1169), (KeySuite.X25519, 81)])
def test_wrap_has_the_published_size(suite: KeySuite, size: int) -> None:
    wrapped = PrivateKey(SEEDS[suite]).public_key().wrap(DATA_KEY, b"info")
    assert (len(wrapped), wrapped[0]) == (size, suite)


@pytest.mark.parametrize("suite", list(KeySuite))
def test_wrap_for_another_purpose_stays_shut(suite: KeySuite) -> None:
    private_key = PrivateKey(SEEDS[suite])
    wrapped = private_key.public_key().wrap(DATA_KEY, b"info")
    with pytest.raises(CannotOpen):
        private_key.unwrap(wrapped, b"other")


@pytest.mark.parametrize("suite", list(KeySuite))
def test_wrap_for_somebody_else_stays_shut(suite: KeySuite) -> None:
    wrapped = PrivateKey.generate(suite).public_key().wrap(DATA_KEY, b"info")
    with pytest.raises(CannotOpen):
        PrivateKey(SEEDS[suite]).unwrap(wrapped, b"info")


@pytest.mark.parametrize("cut", [0, 1, 2, 80, 1168])
def test_wrap_cut_short_stays_shut(cut: int) -> None:
    private_key = PrivateKey(SEEDS[KeySuite.HYBRID])
    wrapped = private_key.public_key().wrap(DATA_KEY, b"info")
    with pytest.raises(CannotOpen):
        private_key.unwrap(wrapped[:cut], b"info")


def test_wrap_of_another_suite_stays_shut() -> None:
    wrapped = PrivateKey(SEEDS[KeySuite.X25519]).public_key().wrap(DATA_KEY, b"info")
    with pytest.raises(CannotOpen):
        PrivateKey(SEEDS[KeySuite.HYBRID]).unwrap(wrapped, b"info")


@pytest.mark.parametrize("seeds", [b"", b"\x01", b"\x01" + bytes(95), b"\x02" + bytes(33), b"\x07"])
def test_private_key_of_wrong_seeds_is_refused(seeds: bytes) -> None:
    with pytest.raises(CannotOpen):
        PrivateKey(seeds)


def test_public_key_of_unknown_suite_is_refused() -> None:
    with pytest.raises(CannotOpen):
        PublicKey(b"\x07abc").wrap(DATA_KEY, b"info")


def test_private_key_is_not_shown() -> None:
    assert repr(PrivateKey(SEEDS[KeySuite.HYBRID])) == "PrivateKey(HYBRID)"


def test_lock_opens_with_the_same_key_and_context() -> None:
    assert unlock(b"k" * 32, b"row 1", lock(b"k" * 32, b"row 1", b"seeds")) == b"seeds"


@pytest.mark.parametrize(
    ("key", "context"), [(b"x" * 32, b"row 1"), (b"k" * 32, b"row 2"), (b"k" * 32, b"")]
)
def test_lock_stays_shut_for_another_key_or_context(key: bytes, context: bytes) -> None:
    locked = lock(b"k" * 32, b"row 1", b"seeds")
    with pytest.raises(CannotOpen):
        unlock(key, context, locked)


@pytest.mark.parametrize("locked", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(60)])
def test_lock_damaged_stays_shut(locked: bytes) -> None:
    with pytest.raises(CannotOpen):
        unlock(b"k" * 32, b"", locked)


def test_subkeys_differ_by_purpose_and_secret() -> None:
    keys = {subkey(b"s" * 32, "a"), subkey(b"s" * 32, "b"), subkey(b"t" * 32, "a")}
    assert len(keys) == 3


def test_deployment_secret_is_not_shown() -> None:
    assert repr(DeploymentSecrets(b"s" * 32)) == "DeploymentSecrets()"


def test_deployment_subkey_has_the_size_asked_for() -> None:
    assert len(DeploymentSecrets(b"s" * 32).subkey("salt", size=16)) == 16
