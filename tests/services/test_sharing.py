"""Keys are shared again by two colleagues with somebody who ought to hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fund_app.adapters.clock import ManualClock, now
from fund_app.adapters.keystore import Keystore
from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.extensions import db
from fund_app.models.documents import Document
from fund_app.models.events import HOUSE, Event
from fund_app.models.sealed import Compartment
from fund_app.models.sharing import KeyShare
from fund_app.services import changes, holdings, invitations, sharing, staff_keys, vault
from fund_app.services.holdings import WHO, Lack
from fund_app.services.sharing import Shared, ShareRefused
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import KeyRing, SignedIn
from tests.support.house import House, build
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
OWN_WORDS = "nobody else has ever read this"
DESK = {Compartment.NARRATIVE, Compartment.DOCUMENTS, Compartment.MESSAGES}


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        house = build(app, clock)
        house.add("sam", Role.ADMINISTRATOR)
        yield house


def anew(house: House, handle: str) -> SignedIn:
    """Return somebody as their next request finds them."""
    one = house[handle]
    key: PrivateKey = one.ring._private_key  # noqa: SLF001
    return SignedIn(one.ref, one.roles, vault.ring_for(one.ref, key))


def lose_passphrase(house: House, handle: str) -> SignedIn:
    """Let somebody lose their passphrase and begin with a new one."""
    one = house[handle]
    first = changes.propose_reset(house["sam"], one.ref)
    second = changes.confirm(house["board"], first.change_id)
    invitations.accept(handle, (first.half or "", second.half or ""), OWN_WORDS)
    key = staff_keys.unlock_staff(one.ref, OWN_WORDS)
    assert key is not None
    house.staff[handle] = SignedIn(one.ref, one.roles, vault.ring_for(one.ref, key))
    return house.staff[handle]


def held(ring: KeyRing, case_id: str) -> set[Compartment]:
    return {part for part in Compartment if ring.opens(case_id, part)}


def lacks(person_id: str | None = None) -> list[Lack]:
    db.session.rollback()
    found = list(holdings.lacking(db.session()))
    return [lack for lack in found if person_id in {None, lack.person_id}]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ShareRefused) as caught:
        act()
    return caught.value.code


def test_nobody_lacks_anything_on_the_usual_way(house: House) -> None:
    house.draft()
    house.submitted()
    house.accepted(LINES)
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    assert lacks() == []


def test_where_nothing_is_lacking_no_holding_is_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.submitted()
    monkeypatch.setattr(Keystore, "holdings", None)
    assert lacks() == []


def test_cases_left_out_are_those_that_lack_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only votes and payments ask for is found, as if each case were looked at."""
    house.submitted()
    house.accepted(LINES)
    _, voted = house.submitted()
    house.to_review(voted, LINES)
    for handle in ("r1", "fin1", "chair"):
        lose_passphrase(house, handle)
    found = lacks()
    assert {lack.part[1] for lack in found} == {Compartment.REVIEW, Compartment.PAYOUT}
    monkeypatch.setattr(holdings, "_suspects", lambda _session, cases: set(cases))
    assert found == lacks()


def test_newcomer_lacks_the_keys_of_open_cases_and_gets_them_from_two(house: House) -> None:
    _, case_id = house.submitted()
    eve = house.add("eve", Role.COORDINATOR)
    assert {lack.part for lack in lacks()} == {(case_id, part) for part in DESK}
    assert {lack.person_id for lack in lacks()} == {eve.ref}
    assert lacks()[0].sharers == {house["anna"].ref, house["boris"].ref}
    sharing.propose(house["anna"], eve.ref)
    assert held(anew(house, "eve").ring, case_id) == set()
    assert sharing.confirm(anew(house, "boris"), eve.ref) == Shared(3, 0)
    assert held(anew(house, "eve").ring, case_id) == DESK
    assert lacks() == []
    events = select(Event.action, Event.actor_role, Event.reason_code).where(Event.chain == HOUSE)
    assert [tuple(row) for row in db.session.execute(events.order_by(Event.step))][-2:] == [
        ("sharing_proposed", "coordinator", eve.ref), ("keys_shared", "coordinator", eve.ref),
    ]  # fmt: skip


def test_sharing_takes_two_others(house: House) -> None:
    house.submitted()
    eve = house.add("eve", Role.COORDINATOR)
    assert refused(lambda: sharing.propose(eve, eve.ref)) == "about_yourself"
    assert refused(lambda: sharing.propose(house["sam"], eve.ref)) == "not_a_sharer"
    assert refused(lambda: sharing.confirm(anew(house, "anna"), eve.ref)) == "not_proposed"
    sharing.propose(house["anna"], eve.ref)
    assert refused(lambda: sharing.propose(house["boris"], eve.ref)) == "under_way"
    assert refused(lambda: sharing.confirm(anew(house, "anna"), eve.ref)) == "same_person"
    assert refused(lambda: sharing.confirm(eve, eve.ref)) == "about_yourself"
    assert refused(lambda: sharing.confirm(anew(house, "fin1"), eve.ref)) == "nothing_to_share"
    sharing.take_back(house["boris"], eve.ref)
    assert refused(lambda: sharing.confirm(anew(house, "boris"), eve.ref)) == "not_proposed"
    assert len(lacks(eve.ref)) == 3


def test_who_lacks_nothing_needs_no_sharing(house: House) -> None:
    house.submitted()
    assert refused(lambda: sharing.propose(house["anna"], house["boris"].ref)) == "nothing_lacking"
    assert refused(lambda: sharing.propose(house["anna"], house["sam"].ref)) == "nothing_lacking"


def test_after_a_lost_passphrase_everything_is_shared_again_letters_too(house: House) -> None:
    _, case_id = house.accepted(LINES)
    boris = lose_passphrase(house, "boris")
    letter = db.session.scalars(select(Document.scope).where(Document.application_id == case_id))
    wanted = {(case_id, part) for part in {*DESK, Compartment.REVIEW}}
    assert {lack.part for lack in lacks(boris.ref)} == {
        *wanted, (letter.one(), Compartment.DOCUMENTS),
    }  # fmt: skip
    sharing.propose(house["fin1"], boris.ref)
    assert sharing.confirm(anew(house, "anna"), boris.ref) == Shared(5, 0)
    assert lacks() == []


def test_payment_details_are_shared_by_those_who_pay(house: House) -> None:
    _, case_id = house.accepted(LINES)
    fin1 = lose_passphrase(house, "fin1")
    assert [lack.part for lack in lacks(fin1.ref)] == [(case_id, Compartment.PAYOUT)]
    sharing.propose(house["anna"], fin1.ref)
    assert refused(lambda: sharing.confirm(anew(house, "boris"), fin1.ref)) == "nothing_to_share"
    assert sharing.confirm(anew(house, "treasurer"), fin1.ref) == Shared(1, 0)
    assert held(anew(house, "fin1").ring, case_id) == {Compartment.PAYOUT}


def test_reviewer_with_a_seat_gets_the_redacted_file_alone(house: House) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    r1 = lose_passphrase(house, "r1")
    assert [lack.part for lack in lacks(r1.ref)] == [(case_id, Compartment.REVIEW)]
    sharing.propose(house["anna"], r1.ref)
    sharing.confirm(anew(house, "boris"), r1.ref)
    assert held(anew(house, "r1").ring, case_id) == {Compartment.REVIEW}


def test_what_nobody_can_open_any_more_is_listed_without_a_sharer(house: House) -> None:
    _, case_id = house.submitted()
    lose_passphrase(house, "anna")
    lose_passphrase(house, "boris")
    found = lacks()
    assert len(found) == 6
    assert {lack.case_id for lack in found} == {case_id}
    assert all(not lack.sharers for lack in found)
    sharing.propose(house["fin1"], house["anna"].ref)
    nothing = lambda: sharing.confirm(anew(house, "fin2"), house["anna"].ref)  # noqa: E731
    assert refused(nothing) == "nothing_to_share"


def test_sharing_goes_on_at_the_next_press(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.submitted()
    eve = house.add("eve", Role.COORDINATOR)
    monkeypatch.setattr(sharing, "AT_ONCE", 2)
    sharing.propose(house["anna"], eve.ref)
    assert sharing.confirm(anew(house, "boris"), eve.ref) == Shared(2, 1)
    assert sharing.confirm(anew(house, "boris"), eve.ref) == Shared(1, 0)
    share = db.session.scalars(select(KeyShare)).one()
    assert (share.state, share.shared) == ("confirmed", 3)


def test_every_compartment_has_somebody_who_ought_to_hold_it() -> None:
    assert set(WHO) == set(Compartment)


def test_database_refuses_what_one_person_shares(house: House) -> None:
    eve, anna, boris = (house.add("eve", Role.COORDINATOR), house["anna"], house["boris"])
    today = now().date()
    for state, proposer, decider in (
        ("confirmed", anna.ref, anna.ref), ("confirmed", anna.ref, eve.ref),
        ("proposed", eve.ref, None), ("confirmed", anna.ref, None),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), unit_of_work() as session:
            session.add(
                KeyShare(
                    state=state, person_id=eve.ref, proposed_by_id=proposer, proposed_on=today,
                    decided_by_id=decider,
                )
            )  # fmt: skip
    with unit_of_work() as session:
        session.add(KeyShare(person_id=boris.ref, proposed_by_id=anna.ref, proposed_on=today))
    for statement in (
        "UPDATE key_share SET proposed_by_id = person_id", "DELETE FROM key_share",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match=r"stays|never removed"), unit_of_work() as session:
            session.execute(text(statement))
