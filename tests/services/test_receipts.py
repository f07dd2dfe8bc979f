"""A donor's name: only where a receipt is wanted, for the treasury alone, gone by rule."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.donations import Donation, Donor, Method
from fund_app.models.events import VIEWS, Event
from fund_app.models.receipts import ReceiptRequest
from fund_app.models.sealed import CannotOpen, Compartment, NoKey
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import donations as gifts
from fund_app.services import (
    audit,
    brakes,
    changes,
    codenames,
    donations,
    donors,
    holdings,
    ledger_chart,
    people,
    receipts,
    sharing,
    vault,
)
from fund_app.services.brakes import Slowed, Stopped
from fund_app.services.receipts import AlreadyIssued, Details, NobodyToSealFor
from fund_app.services.sharing import Shared
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import SignedIn
from tests.support.house import House
from tests.support.sweep import hits
from workflows.brakes import LIMITS, Measured
from workflows.roles import SYSTEM, Role

pytestmark = pytest.mark.both_stores
DETAILS = Details("Ada Zqname", "Zqstreet 7\n10115 Zqtown")
ALL = {"fin1", "fin2", "treasurer"}


def begin(holder_id: str | None = None, method: Method = Method.CARD) -> SignedIn:
    """Begin a gift; returns the donor, signed in."""
    made = codenames.donors().create("en")
    donor = holder_id or made.holder_id
    wish = donations.Wish("EMG", 5_000, method)
    donations.begin(wish, language="en", request_id=f"{donor}{method}", holder_id=donor)
    ring = vault.ring_for(donor, made.private_key)
    return SignedIn(donor, frozenset({Role.DONOR}), ring)


def requests() -> list[ReceiptRequest]:
    db.session.rollback()
    return list(db.session.scalars(select(ReceiptRequest)).all())


def keys_of(request_id: str) -> list[str]:
    return vault.holders_of(request_id, Compartment.PAYOUT)


def ask(donor: SignedIn, details: Details = DETAILS, year: int = 2026) -> str:
    receipts.ask(donor, details, year=year, country="DE")
    row = gifts.donor_by_holder(donor.ref)
    return next(
        each.id for each in requests() if row and (each.donor_id, each.year) == (row.id, year)
    )


def test_what_one_of_the_treasury_alone_can_open_is_told_before_they_leave(house: House) -> None:
    request_id = ask(begin())
    part = (request_id, Compartment.PAYOUT)
    for handle in ("fin2", "treasurer"):
        assert part not in holdings.held_alone(db.session(), house["fin1"].ref)
        people.disable(SYSTEM, handle)
    db.session.rollback()
    assert part in holdings.held_alone(db.session(), house["fin1"].ref)


def test_only_the_treasury_opens_a_request_and_each_look_is_written_down(house: House) -> None:
    donor = begin()
    request_id = ask(donor)
    assert set(keys_of(request_id)) == {house[handle].ref for handle in ALL}
    assert receipts.look(house["treasurer"], request_id) == DETAILS
    assert receipts.look(house["fin1"], request_id) == DETAILS
    for handle in ("anna", "board", "r1", "security", "chair"):
        with pytest.raises(Unknown):
            receipts.look(house[handle], request_id)
    with pytest.raises(NoKey):
        requests()[0].name.open(donor.ring)
    seen = select(Event.actor_role, Event.action).where(Event.chain == VIEWS)
    assert db.session.execute(seen.order_by(Event.step)).all() == [
        ("treasurer", "receipt_details_opened"),
        ("finance_officer", "receipt_details_opened"),
    ]


def test_looks_at_donors_count_for_the_brake_which_stops_them(
    house: House, clock: ManualClock
) -> None:
    request_id = ask(begin())
    limit = LIMITS[Measured.CASES]
    with unit_of_work() as session:
        for number in range(limit.slow - 1):
            audit.record(session, VIEWS, f"{number:032x}", receipts.LOOK,
                         actor=house["fin1"], role=Role.FINANCE_OFFICER)  # fmt: skip
    with pytest.raises(Slowed):
        receipts.look(house["fin1"], request_id)
    clock.advance(seconds=30)
    assert receipts.look(house["fin1"], request_id) == DETAILS
    brakes.pull(house["security"], house["treasurer"].ref)
    with pytest.raises(Stopped):
        receipts.look(house["treasurer"], request_id)
    looked = select(Event.actor_ref).where(Event.subject_id == request_id, Event.chain == VIEWS)
    assert db.session.scalars(looked).all() == [house["fin1"].ref]


def test_who_joins_later_has_no_key_and_leaves_no_look(house: House) -> None:
    request_id = ask(begin())
    late = house.add("late", Role.FINANCE_OFFICER)
    with pytest.raises(NoKey):
        receipts.look(late, request_id)
    assert db.session.scalars(select(Event.id).where(Event.chain == VIEWS)).all() == []


def test_two_of_the_treasury_share_earlier_requests_with_who_joins_later(house: House) -> None:
    request_id, issued = ask(begin()), ask(begin(), year=2025)
    with unit_of_work() as session:
        receipts.record_issue(session, issued, date(2026, 6, 30))
    late = house.add("late", Role.FINANCE_OFFICER)
    house.add("eve", Role.COORDINATOR)
    found = list(holdings.lacking(db.session()))
    assert {lack.person_id for lack in found} == {late.ref}
    assert {lack.part for lack in found} == {
        (each, Compartment.PAYOUT) for each in (request_id, issued)
    }
    sharing.propose(house["anna"], late.ref)
    assert sharing.confirm(house["treasurer"], late.ref) == Shared(2, 0)
    fresh = SignedIn(late.ref, late.roles, vault.ring_for(late.ref, late.ring.private_key))
    assert receipts.look(fresh, request_id) == DETAILS
    assert list(holdings.lacking(db.session())) == []


def test_keys_go_with_the_last_role_of_the_treasury_and_not_before(house: House) -> None:
    admin = house.add("sam", Role.ADMINISTRATOR)
    both = house.add("both", Role.FINANCE_OFFICER, Role.TREASURER)
    request_id = ask(begin())
    assert both.ref in keys_of(request_id)
    for role, is_left in ((Role.TREASURER, True), (Role.FINANCE_OFFICER, False)):
        proposed = changes.propose_withdrawal(admin, both.ref, role)
        changes.confirm(house["board"], proposed.change_id)
        assert (both.ref in keys_of(request_id)) is is_left, role


def test_change_destroys_what_was_there(house: House) -> None:
    donor = begin()
    first = ask(donor)
    second = ask(donor, Details("Ada Other", "Elsewhere 1"))
    assert (len(requests()), keys_of(first)) == (1, [])
    assert receipts.look(house["fin1"], second) == Details("Ada Other", "Elsewhere 1")
    ask(donor, year=2025)
    assert len(requests()) == 2


def test_withdrawal_destroys_key_and_row(house: House) -> None:
    donor = begin()
    request_id = ask(donor)
    with pytest.raises(Unknown):
        receipts.withdraw(begin(), request_id)
    receipts.withdraw(donor, request_id)
    assert (requests(), keys_of(request_id)) == ([], [])
    with pytest.raises(Unknown):
        receipts.withdraw(donor, request_id)


def test_issued_receipt_is_kept_ten_years_and_then_destroyed(
    house: House, clock: ManualClock
) -> None:
    donor = begin()
    request_id = ask(donor)
    with unit_of_work() as session:
        receipts.record_issue(session, request_id, date(2026, 6, 30))
    for act in (lambda: receipts.withdraw(donor, request_id), lambda: ask(donor)):
        with pytest.raises(AlreadyIssued):
            act()
    with unit_of_work() as session, pytest.raises(AlreadyIssued):
        receipts.record_issue(session, request_id, date(2026, 7, 1))
    clock.advance(days=10 * 365)
    assert (receipts.destroy_due(), len(requests())) == (0, 1)
    clock.advance(days=200)
    assert (receipts.destroy_due(), requests(), keys_of(request_id)) == (1, [], [])


def test_request_that_was_never_issued_waits_for_the_donor(
    house: House, clock: ManualClock
) -> None:
    ask(begin())
    clock.advance(days=20 * 365)
    assert (receipts.destroy_due(), len(requests())) == (0, 1)


def test_request_needs_a_gift_and_somebody_to_open_it(house: House) -> None:
    nobody = SignedIn("f" * 32, frozenset({Role.DONOR}), begin().ring)
    with pytest.raises(Unknown):
        receipts.ask(nobody, DETAILS, year=2026, country="DE")


def test_without_a_treasury_nothing_is_stored(app: Flask) -> None:
    with app.app_context():
        with unit_of_work() as session:
            ledger_chart.seed_chart(session)
        with pytest.raises(NobodyToSealFor):
            receipts.ask(begin(), DETAILS, year=2026, country="DE")
        assert requests() == []


def test_value_moved_to_another_request_stays_shut(house: House) -> None:
    one, two = ask(begin()), ask(begin())
    with unit_of_work() as session:
        first, second = (session.get_one(ReceiptRequest, each) for each in (one, two))
        first.name_sealed = second.name_sealed
    with pytest.raises(CannotOpen):
        receipts.look(house["fin1"], one)


def test_ended_record_leaves_amounts_that_stand_beside_no_other(house: House) -> None:
    donor = begin()
    begin(donor.ref, Method.BANK_TRANSFER)
    wish = donations.Wish("GEN", 700, Method.CARD)
    donations.begin(wish, language="en", request_id="third", holder_id=donor.ref)
    open_one, issued = ask(donor), ask(donor, year=2025)
    with unit_of_work() as session:
        receipts.record_issue(session, issued, date(2026, 6, 1))
    row = db.session.scalars(select(Donor).where(Donor.holder_id == donor.ref)).one()
    before = row.id
    donors.end(donor)
    db.session.rollback()
    assert vault.keystore().holder(donor.ref) is None
    assert gifts.donor_by_holder(donor.ref) is None
    assert db.session.get(Donor, before) is None
    assert keys_of(open_one) == []
    assert [(each.id, each.donor_id) for each in requests()] == [(issued, None)]
    assert receipts.look(house["treasurer"], issued) == DETAILS
    left = list(db.session.scalars(select(Donation)))
    assert sorted(each.amount for each in left) == [700, 5_000, 5_000]
    standing = [each.donor for each in left if each.method == "card"]
    assert len({each.id for each in standing if each}) == 2
    assert all(each and each.ended_on and each.holder_id != donor.ref for each in standing)
    assert [each.donor_id for each in left if each.method != "card"] == [None]


def test_record_ended_twice_stays_ended(house: House) -> None:
    donor = begin()
    donors.end(donor)
    donors.end(donor)
    assert gifts.donor_by_holder(donor.ref) is None


def test_name_can_be_read_nowhere_in_what_is_stored(house: House) -> None:
    request_id = ask(begin())
    receipts.look(house["fin1"], request_id)
    row = requests()[0]
    stored = b"".join((row.name_sealed, row.address_sealed))
    assert hits({"row": stored}, ["Zqname", "Zqstreet", "Zqtown"]) == []
    assert len(row.name_sealed) == len(row.address_sealed)
    assert "Zq" not in repr(DETAILS)


def test_asking_and_taking_back_stand_in_the_trail_and_lead_to_nobody(house: House) -> None:
    donor = begin()
    first = ask(donor)
    second = ask(donor, Details("Ada Zqother", "Zqlane 9"))
    receipts.withdraw(donor, second)
    query = select(Event).where(Event.chain == "receipt").order_by(Event.id)
    told = [
        (each.subject_id, each.action, each.actor_ref, each.at)
        for each in db.session.scalars(query)
    ]
    assert told == [
        (first, "receipt_asked", first, None),
        (first, "receipt_withdrawn", first, None),
        (second, "receipt_asked", second, None),
        (second, "receipt_withdrawn", second, None),
    ]
    assert list(audit.verify(db.session(), SUBJECTS)) == []
