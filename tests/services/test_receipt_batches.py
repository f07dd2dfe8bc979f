"""A year's receipts: in turns, each request once, whoever is killed on the way."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from fund_app.extensions import db
from fund_app.models.receipt_batches import ReceiptBatch, ReceiptBatchItem
from fund_app.models.receipts import Receipt
from fund_app.services import receipt_batches, receipt_voids, receipts
from fund_app.services.receipt_batches import NothingToDo
from fund_app.services.transition import Unknown
from tests.services import killed_receipts
from tests.support import processes
from tests.support import receipts as made
from tests.support.house import PASSPHRASE, House
from tests.support.staff import house
from tests.support.stores import Store
from workflows.roles import Role

__all__ = ["house"]


@pytest.fixture(autouse=True)
def issuers(house: House) -> None:
    made.set_up_issuers(house)


def waiting(house: House, count: int) -> list[str]:
    found = []
    for number in range(count):
        who = made.donor()
        made.give(house, who, date(2025, 4, 1), 5_000 + number)
        found.append(made.ask(who, country="FR"))
    return found


def outcomes() -> dict[str | None, int]:
    db.session.rollback()
    query = select(ReceiptBatchItem.outcome, func.count()).group_by(ReceiptBatchItem.outcome)
    return {row[0]: row[1] for row in db.session.execute(query)}


def numbers() -> list[int]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Receipt.number)))


@pytest.mark.both_stores
def test_batch_goes_on_in_turns_and_ends(house: House) -> None:
    waiting(house, 3)
    batch_id = receipt_batches.begin(house["treasurer"], 2025)
    assert receipt_batches.begin(house["fin1"], 2025) == batch_id
    turns = [receipt_batches.go_on(house["treasurer"], batch_id, seconds=0) for _ in range(2)]
    assert (turns, numbers(), outcomes()) == ([False, False], [1, 2], {"issued": 2, None: 1})
    assert receipt_batches.go_on(house["fin1"], batch_id) is True
    assert receipt_batches.go_on(house["fin1"], batch_id) is True
    assert (numbers(), outcomes()) == ([1, 2, 3], {"issued": 3})
    with pytest.raises(NothingToDo, match="no_requests"):
        receipt_batches.begin(house["fin1"], 2025)


@pytest.mark.both_stores
def test_what_cannot_be_issued_keeps_its_reason_and_the_rest_goes_on(house: House) -> None:
    asked = waiting(house, 2)
    without = made.donor()
    made.give(house, without, date(2026, 4, 1), 5_000)
    made.ask(without)
    gone = made.donor()
    made.give(house, gone, date(2025, 4, 1), 5_000)
    gone_request = made.ask(gone)
    late = house.add("late", Role.FINANCE_OFFICER)
    batch_id = receipt_batches.begin(house["fin1"], 2025)
    receipts.withdraw(gone, gone_request)
    receipt_batches.go_on(house["fin1"], batch_id)
    assert outcomes() == {"issued": 2, "no_gifts": 1, "gone": 1}
    first = db.session.scalars(select(Receipt.id).where(Receipt.request_id == asked[0])).one()
    receipt_voids.void(house["fin1"], first, "other")
    again = receipt_batches.begin(house["fin1"], 2025)
    receipt_batches.go_on(late, again)
    assert outcomes() == {"issued": 2, "no_gifts": 1, "gone": 1, "no_key": 2}
    with pytest.raises(NothingToDo, match="year_not_over"):
        receipt_batches.begin(house["fin1"], 2026)
    for act in (
        lambda: receipt_batches.begin(house["anna"], 2025),
        lambda: receipt_batches.go_on(house["anna"], again),
        lambda: receipt_batches.go_on(house["fin1"], "0" * 32),
    ):
        with pytest.raises(Unknown):
            act()


@pytest.mark.slow
def test_batch_that_was_killed_anywhere_numbers_nothing_twice(
    house: House, store: Store, tmp_path: object
) -> None:
    """Die at many places, one after the other, on the same books; then go on to the end."""
    waiting(house, 5)
    batch_id = receipt_batches.begin(house["fin1"], 2025)
    db.session.remove()
    for number in (3, 17, 24):
        done = processes.run(
            killed_receipts.main, store.database_url, store.keystore_url, str(tmp_path),
            house["fin1"].ref, PASSPHRASE, batch_id, str(number),
        )  # fmt: skip
        assert done.code == -9, done.complained
    assert receipt_batches.go_on(house["treasurer"], batch_id, seconds=60) is True
    assert (numbers(), outcomes()) == ([1, 2, 3, 4, 5], {"issued": 5})
    printed = db.session.scalars(select(Receipt.sha256)).all()
    assert all(printed)
    assert db.session.scalars(select(ReceiptBatch.finished_on)).one() is not None
