from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

import pytest

from fund_app.adapters.keystore import Holder, Keystore, UnknownHolder, Wrap
from fund_app.adapters.keystore_keys import DeploymentSecrets, PrivateKey
from fund_app.models.sealed import CannotOpen, Compartment, NoKey, Place, open_at, seal_at
from fund_app.services import vault
from fund_app.services.ballot_box import BallotBox
from fund_app.services.vault import AlreadyOpen, KeyRing, SignedIn
from workflows.roles import Actor, Role

Rings = Callable[[str], KeyRing]
IDENTITY, NARRATIVE, DOCUMENTS = (
    Compartment.IDENTITY,
    Compartment.NARRATIVE,
    Compartment.DOCUMENTS,
)


def place(compartment: Compartment, case_id: str = "case-1") -> Place:
    return Place(case_id, compartment, "answer", "value_sealed", "row-1")


@pytest.fixture
def ring(keystore: Keystore) -> Rings:
    """Make a holder and return the maker of its ring, a fresh one at each call."""
    keys: dict[str, PrivateKey] = {}

    def ring_of(holder_id: str) -> KeyRing:
        if holder_id not in keys:
            keys[holder_id] = PrivateKey.generate()
            public = keys[holder_id].public_key()
            keystore.add_holder(Holder(holder_id, "staff", public, date(2026, 6, 30)))
        return vault.ring_for(holder_id, keys[holder_id])

    for each in ("anna", "boris", "clara"):
        ring_of(each)
    return ring_of


@pytest.mark.both_stores
def test_open_case_lets_each_holder_open_their_compartments_only(ring: Rings) -> None:
    fresh = vault.open_case("case-1", {IDENTITY: ["anna"], NARRATIVE: ["anna", "boris"]})
    name = seal_at(fresh, place(IDENTITY), b"name")
    story = seal_at(fresh, place(NARRATIVE), b"story")
    assert open_at(ring("anna"), place(IDENTITY), name) == b"name"
    assert open_at(ring("boris"), place(NARRATIVE), story) == b"story"
    with pytest.raises(NoKey):
        open_at(ring("boris"), place(IDENTITY), name)
    with pytest.raises(NoKey):
        open_at(ring("clara"), place(NARRATIVE), story)


@pytest.mark.both_stores
def test_open_case_a_second_time_is_refused(ring: Rings) -> None:
    vault.open_case("case-1", {IDENTITY: ["anna"]})
    with pytest.raises(AlreadyOpen):
        vault.open_case("case-1", {IDENTITY: ["boris"], NARRATIVE: ["boris"]})
    assert vault.holders_of("case-1", IDENTITY) == ["anna"]
    assert vault.holders_of("case-1", NARRATIVE) == []


def test_open_case_adds_a_compartment_later(ring: Rings) -> None:
    vault.open_case("case-1", {IDENTITY: ["anna"]})
    vault.open_case("case-1", {Compartment.REVIEW: ["boris"]})
    assert vault.holders_of("case-1", Compartment.REVIEW) == ["boris"]


@pytest.mark.parametrize("holders", [{}, {IDENTITY: []}, {IDENTITY: ["anna"], NARRATIVE: []}])
def test_open_case_nobody_could_open_is_refused(
    ring: Rings, holders: dict[Compartment, list[str]]
) -> None:
    with pytest.raises(ValueError, match="at least one holder"):
        vault.open_case("case-1", holders)


def test_open_case_for_an_unknown_holder_keeps_nothing(ring: Rings) -> None:
    with pytest.raises(UnknownHolder):
        vault.open_case("case-1", {IDENTITY: ["anna", "nobody"]})
    assert vault.holders_of("case-1", IDENTITY) == []


def test_compartments_and_cases_have_different_keys(ring: Rings) -> None:
    one = vault.open_case("case-1", {IDENTITY: ["anna"], NARRATIVE: ["anna"]})
    two = vault.open_case("case-2", {IDENTITY: ["anna"]})
    keys = {
        one.data_key("case-1", IDENTITY).key,
        one.data_key("case-1", NARRATIVE).key,
        two.data_key("case-2", IDENTITY).key,
    }
    assert len(keys) == 3


@pytest.mark.both_stores
def test_grant_opens_a_compartment_for_another(ring: Rings) -> None:
    fresh = vault.open_case("case-1", {NARRATIVE: ["anna"]})
    story = seal_at(fresh, place(NARRATIVE), b"story")
    vault.grant(ring("anna"), "case-1", NARRATIVE, "boris", "clara")
    assert open_at(ring("clara"), place(NARRATIVE), story) == b"story"


def test_grant_twice_changes_nothing(ring: Rings) -> None:
    vault.open_case("case-1", {NARRATIVE: ["anna"]})
    vault.grant(ring("anna"), "case-1", NARRATIVE, "boris")
    vault.grant(ring("anna"), "case-1", NARRATIVE, "boris", "anna")
    assert vault.holders_of("case-1", NARRATIVE) == ["anna", "boris"]


def test_grant_by_somebody_without_the_key_is_refused(ring: Rings) -> None:
    vault.open_case("case-1", {NARRATIVE: ["anna"]})
    with pytest.raises(NoKey):
        vault.grant(ring("boris"), "case-1", NARRATIVE, "boris")
    assert vault.holders_of("case-1", NARRATIVE) == ["anna"]


@pytest.mark.both_stores
def test_revoke_closes_the_compartment_for_the_next_ring(ring: Rings) -> None:
    fresh = vault.open_case("case-1", {NARRATIVE: ["anna", "boris"]})
    story = seal_at(fresh, place(NARRATIVE), b"story")
    vault.revoke("case-1", NARRATIVE, "boris")
    with pytest.raises(NoKey):
        open_at(ring("boris"), place(NARRATIVE), story)
    assert open_at(ring("anna"), place(NARRATIVE), story) == b"story"


@pytest.mark.both_stores
def test_renew_shuts_out_a_kept_copy_of_the_old_key(ring: Rings) -> None:
    old = vault.open_case("case-1", {NARRATIVE: ["anna", "boris"]})
    before = seal_at(old, place(NARRATIVE), b"before")
    vault.revoke("case-1", NARRATIVE, "boris")
    vault.renew("case-1", NARRATIVE)
    anna = ring("anna")
    after = seal_at(anna, place(NARRATIVE), b"after")
    opened = [open_at(anna, place(NARRATIVE), each) for each in (before, after)]
    assert opened == [b"before", b"after"]
    with pytest.raises(NoKey):
        open_at(old, place(NARRATIVE), after)


def test_renew_is_granted_with_every_version(ring: Rings) -> None:
    fresh = vault.open_case("case-1", {NARRATIVE: ["anna"]})
    before = seal_at(fresh, place(NARRATIVE), b"before")
    vault.renew("case-1", NARRATIVE)
    vault.grant(ring("anna"), "case-1", NARRATIVE, "boris")
    assert open_at(ring("boris"), place(NARRATIVE), before) == b"before"


def test_renew_of_an_unknown_compartment_is_refused(ring: Rings) -> None:
    with pytest.raises(NoKey):
        vault.renew("case-1", NARRATIVE)


@pytest.mark.both_stores
def test_delivery_opens_for_its_recipients_alone(ring: Rings) -> None:
    vault.open_case("case-1", {DOCUMENTS: ["anna", "boris"]})
    keys = vault.seal_for("case-1", "letter-1", DOCUMENTS, "anna")
    letter = seal_at(keys, place(DOCUMENTS, "letter-1"), b"%PDF")
    assert open_at(ring("anna"), place(DOCUMENTS, "letter-1"), letter) == b"%PDF"
    with pytest.raises(NoKey):
        open_at(ring("boris"), place(DOCUMENTS, "letter-1"), letter)


@pytest.mark.both_stores
def test_erase_case_shuts_it_with_its_deliveries_for_everybody(ring: Rings) -> None:
    fresh = vault.open_case("case-1", {IDENTITY: ["anna"]})
    name = seal_at(fresh, place(IDENTITY), b"name")
    keys = vault.seal_for("case-1", "letter-1", DOCUMENTS, "anna")
    letter = seal_at(keys, place(DOCUMENTS, "letter-1"), b"%PDF")
    other = vault.open_case("case-2", {IDENTITY: ["anna"]})
    kept = seal_at(other, place(IDENTITY, "case-2"), b"kept")
    assert vault.erase_case("case-1") == 2
    anna = ring("anna")
    for where, stored in ((place(IDENTITY), name), (place(DOCUMENTS, "letter-1"), letter)):
        with pytest.raises(NoKey):
            open_at(anna, where, stored)
    assert open_at(anna, place(IDENTITY, "case-2"), kept) == b"kept"


def test_key_ring_opens_without_unwrapping(ring: Rings) -> None:
    vault.open_case("case-1", {IDENTITY: ["anna"]})
    assert ring("anna").opens("case-1", IDENTITY) is True
    assert ring("anna").opens("case-1", NARRATIVE) is False


def test_key_ring_of_a_stolen_wrap_stays_shut(keystore: Keystore, ring: Rings) -> None:
    vault.open_case("case-1", {IDENTITY: ["anna"]})
    thief = KeyRing(keystore, "anna", PrivateKey.generate())
    with pytest.raises(CannotOpen):
        thief.data_key("case-1", IDENTITY)


def test_key_ring_preloaded_asks_the_keystore_once(
    keystore: Keystore, ring: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [f"case-{number}" for number in range(20)]
    for case_id in cases:
        vault.open_case(case_id, {IDENTITY: ["anna"]})
    asked: list[int] = []
    real = Keystore.wraps_for

    def counted(store: Keystore, holder_id: str, case_ids: Collection[str]) -> list[Wrap]:
        asked.append(len(case_ids))
        return real(store, holder_id, case_ids)

    monkeypatch.setattr(Keystore, "wraps_for", counted)
    anna = ring("anna")
    anna.preload(cases)
    keys = {anna.data_key(case_id, IDENTITY).key for case_id in cases}
    assert (asked, len(keys)) == ([20], 20)


def test_signed_in_is_an_actor_that_hides_its_keys(ring: Rings) -> None:
    somebody = SignedIn("anna", frozenset({Role.COORDINATOR}), ring("anna"))
    assert isinstance(somebody, Actor)
    assert "ring" not in repr(somebody)


BOX = BallotBox(DeploymentSecrets(b"s" * 32))


def test_ballot_box_reads_what_was_cast() -> None:
    assert BOX.read("ballot-1", "seat-1", BOX.cast("ballot-1", "seat-1", b"approve")) == b"approve"


@pytest.mark.parametrize(("ballot", "seat"), [("ballot-2", "seat-1"), ("ballot-1", "seat-2")])
def test_ballot_box_vote_counts_only_where_it_was_cast(ballot: str, seat: str) -> None:
    vote = BOX.cast("ballot-1", "seat-1", b"approve")
    with pytest.raises(CannotOpen):
        BOX.read(ballot, seat, vote)


def test_ballot_box_of_another_installation_stays_shut() -> None:
    vote = BOX.cast("ballot-1", "seat-1", b"approve")
    with pytest.raises(CannotOpen):
        BallotBox(DeploymentSecrets(b"t" * 32)).read("ballot-1", "seat-1", vote)


def test_ballot_box_votes_are_equally_long() -> None:
    lengths = {len(BOX.cast("b", "s", vote)) for vote in (b"approve", b"partial" + b"9" * 300)}
    assert lengths == {1 + 2 + 12 + 512 + 16}


def test_ballot_box_vote_is_not_readable() -> None:
    assert b"approve" not in BOX.cast("ballot-1", "seat-1", b"approve")
