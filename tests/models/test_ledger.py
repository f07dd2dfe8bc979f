"""What the database refuses on its own, with the application's code bypassed."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from fund_app.models.ledger import DECISIONS, EntryKind, Posting
from fund_app.services.unit import unit_of_work
from tests.support import books
from tests.support.stores import SQLITE, Store

pytestmark = pytest.mark.both_stores

ENTRY = text(
    "INSERT INTO journal_entry (id, idem_key, kind, book_date, event_time, period_code,"
    " source_type, source_id, actor, reason_code, content_hash) VALUES"
    " (:id, :key, :kind, :day, '2026-06-30 12:00:00', '2026', 'test', 'x', 'somebody', :reason,"
    " 'hash')"
)
POSTING = text(
    "INSERT INTO posting (entry_id, line, account_code, fund_code, currency, amount)"
    " VALUES (:id, :line, :account, :fund, :currency, :amount)"
)
SEAL = text(
    "INSERT INTO entry_seal (entry_id, sealed_at, sealed_by)"
    " VALUES (:id, '2026-06-30 12:00:00', 'somebody')"
)
FIRST = 1000

Lines = list[tuple[str, str, str, int]]
BALANCED: Lines = [("Bank", "EMG", "EUR", 10), ("Donations", "EMG", "EUR", -10)]
MEMO: Lines = [("CommitControl", "EMG", "EUR", 10), ("CommitOpen", "EMG", "EUR", -10)]


@pytest.fixture(autouse=True)
def books_with_ten_euro(session: Session) -> None:
    books.seed(EMG=1000, GEN=1000)


def write(
    lines: Lines,
    *,
    seal: bool = True,
    kind: str = "bank_gift",
    day: str = "2026-06-30",
    reason: str | None = None,
    entry_id: int = FIRST,
) -> None:
    """Write an entry by plain SQL, as somebody with the database's password would."""
    with unit_of_work() as unit:
        values = {"id": entry_id, "key": f"k{entry_id}", "kind": kind, "day": day}
        unit.execute(ENTRY, values | {"reason": reason})
        for number, (account, fund, currency, amount) in enumerate(lines, start=1):
            unit.execute(
                POSTING,
                {
                    "id": entry_id,
                    "line": number,
                    "account": account,
                    "fund": fund,
                    "currency": currency,
                    "amount": amount,
                },
            )
        if seal:
            unit.execute(SEAL, {"id": entry_id})


def run(statement: str) -> None:
    with unit_of_work() as unit:
        unit.execute(text(statement))


def store_posting(posting: Posting) -> None:
    values = {"id": FIRST, "key": "k", "kind": "bank_gift", "day": "2026-06-30"}
    with unit_of_work() as unit:
        unit.execute(ENTRY, values | {"reason": None})
        unit.add(posting)


def everything(session: Session) -> list[list[tuple[object, ...]]]:
    session.rollback()
    tables = (
        "journal_entry",
        "posting",
        "entry_seal",
        "account_balance",
        "fund_position",
        "period",
        "fund",
        "account",
    )
    return [
        sorted((tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))), key=str)  # noqa: S608
        for table in tables
    ]


def test_balanced_entry_by_plain_sql_moves_the_balances(session: Session) -> None:
    write(BALANCED)
    assert session.execute(
        text("SELECT spendable, committed FROM fund_position WHERE fund_code = 'EMG'")
    ).all() == [(1010, 0)]


UNFIT: dict[str, tuple[Lines, str]] = {
    "no_line": ([], "ledger:single_line"),
    "single_line": (BALANCED[:1], "ledger:single_line"),
    "unbalanced": ([BALANCED[0], ("Donations", "EMG", "EUR", -9)], "ledger:unbalanced"),
    "balanced_across_funds_only":
        ([BALANCED[0], ("Donations", "GEN", "EUR", -10)], "ledger:unbalanced"),
    "balanced_across_currencies_only":
        ([BALANCED[0], ("Donations", "EMG", "USD", -10)], "ledger:unbalanced"),
    "balanced_across_memo_only":
        ([BALANCED[0], ("CommitOpen", "EMG", "EUR", -10)], "ledger:unbalanced"),
    "released_without_promise":
        ([("CommitControl", "EMG", "EUR", -10), ("CommitOpen", "EMG", "EUR", 10)],
         "ledger:never_committed"),
    "promised_under_another_name":
        ([("CommitControl", "EMG", "EUR", 1001), ("CommitOpen", "EMG", "EUR", -1001)],
         "ledger:overspent"),
    "amount_zero":
        ([*BALANCED, ("Bank", "EMG", "EUR", 0)], "ck_posting_amount"),
    "amount_beyond_reason":
        ([("Bank", "EMG", "EUR", 10**15 + 1), ("Donations", "EMG", "EUR", -(10**15) - 1)],
         "ck_posting_amount"),
    "currency_in_small_letters":
        ([("Bank", "EMG", "eur", 10), ("Donations", "EMG", "eur", -10)], "ck_posting_currency"),
}  # fmt: skip


def test_entry_that_does_not_add_up_is_refused(session: Session) -> None:
    before = everything(session)
    for lines, code in UNFIT.values():
        with pytest.raises(IntegrityError, match=code):
            write(lines)
        assert everything(session) == before


def test_unsealed_entry_cannot_be_committed(session: Session) -> None:
    before = everything(session)
    with pytest.raises(IntegrityError, match=r"FOREIGN KEY|fk_journal_entry_id"):
        write(BALANCED, seal=False)
    assert everything(session) == before


def test_repeated_key_is_refused(session: Session) -> None:
    write(BALANCED)
    values = {"id": FIRST + 1, "key": f"k{FIRST}", "kind": "bank_gift", "day": "2026-06-30"}
    with pytest.raises(IntegrityError, match="idem_key"), unit_of_work() as unit:
        unit.execute(ENTRY, values | {"reason": None})


def test_posting_after_the_seal_is_refused(session: Session) -> None:
    write(BALANCED)
    with pytest.raises(IntegrityError, match="ledger:sealed"), unit_of_work() as unit:
        unit.execute(
            POSTING,
            {
                "id": FIRST,
                "line": 3,
                "account": "Bank",
                "fund": "EMG",
                "currency": "EUR",
                "amount": 1,
            },
        )


def test_second_seal_is_refused(session: Session) -> None:
    write(BALANCED)
    with pytest.raises(IntegrityError, match="ledger:sealed"), unit_of_work() as unit:
        unit.execute(SEAL, {"id": FIRST})


CHANGES = {
    "UPDATE journal_entry SET book_date = '2026-06-29'": "ledger:append_only",
    "UPDATE posting SET amount = amount + 1": "ledger:append_only",
    "UPDATE entry_seal SET sealed_by = 'other'": "ledger:append_only",
    "DELETE FROM journal_entry": "ledger:append_only",
    "DELETE FROM posting": "ledger:append_only",
    "DELETE FROM entry_seal": "ledger:append_only",
    "UPDATE account_balance SET balance = balance + 1": "ledger:balance_guarded",
    "UPDATE fund_position SET spendable = spendable + 1": "ledger:balance_guarded",
    "UPDATE fund_position SET spendable = 9, last_entry = last_entry + 1": "ledger:balance_guarded",
    "DELETE FROM account_balance": "ledger:balance_guarded",
    "DELETE FROM fund_position": "ledger:balance_guarded",
    "INSERT INTO fund_position VALUES ('LEG', 'EUR', 100, 0, 1)": "ledger:balance_guarded",
    "INSERT INTO account_balance VALUES ('Bank', 'LEG', 'EUR', 100, 1)": "ledger:balance_guarded",
    "UPDATE fund SET restricted = NOT restricted WHERE code = 'EMG'": "ledger:flags_in_use",
    "UPDATE fund SET programme = 'relocation' WHERE code = 'EMG'": "ledger:flags_in_use",
    "UPDATE account SET spendable = NOT spendable WHERE code = 'Bank'": "ledger:flags_in_use",
    "UPDATE account SET type = 'income' WHERE code = 'Bank'": "ledger:flags_in_use",
    "UPDATE period SET ends = '2027-12-31'": "ledger:period_closed",
    "INSERT INTO period VALUES ('2026b', '2026-12-31', '2027-01-05', NULL, NULL, NULL, NULL)":
        "ledger:period_overlap",
}  # fmt: skip


def test_changing_what_was_recorded_is_refused(session: Session) -> None:
    before = everything(session)
    for statement, code in CHANGES.items():
        with pytest.raises(IntegrityError, match=code):
            run(statement)
        assert everything(session) == before


REPLACEMENTS = (
    "INSERT OR REPLACE INTO posting SELECT * FROM posting",
    "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry",
    "INSERT OR REPLACE INTO entry_seal SELECT * FROM entry_seal",
    "INSERT OR REPLACE INTO account_balance SELECT * FROM account_balance",
    "INSERT OR REPLACE INTO fund_position SELECT 'EMG', 'EUR', 9, 0, last_entry FROM fund_position",
)
EMPTYINGS = tuple(
    f"TRUNCATE {table} CASCADE"
    for table in ("journal_entry", "posting", "entry_seal", "account_balance", "fund_position")
)


def test_the_engines_own_ways_around_a_trigger_are_refused(store: Store, session: Session) -> None:
    write(BALANCED)
    before = everything(session)
    for statement in REPLACEMENTS if store.engine == SQLITE else EMPTYINGS:
        with pytest.raises(DBAPIError, match="ledger:"):
            run(statement)
    assert everything(session) == before


def test_flags_of_unused_fund_may_still_change(session: Session) -> None:
    run("UPDATE fund SET restricted = NOT restricted WHERE code = 'LEG'")
    restricted = session.execute(text("SELECT restricted FROM fund WHERE code = 'LEG'")).scalar()
    assert bool(restricted) is False


PROPOSE = "UPDATE period SET proposed_at = '2026-06-30 11:00:00', proposed_by = 'first'"
CLOSE = "UPDATE period SET closed_at = '2026-06-30 12:00:00', closed_by = '{who}'"


def close(*, proposed: bool = True, who: str = "second") -> None:
    if proposed:
        run(PROPOSE)
    run(CLOSE.format(who=who))


def test_entry_in_a_closed_period_is_refused(session: Session) -> None:
    close()
    with pytest.raises(IntegrityError, match="ledger:period_closed"):
        write(BALANCED)


def test_closed_period_does_not_open_again(session: Session) -> None:
    close()
    with pytest.raises(IntegrityError, match="ledger:period_closed"):
        run("UPDATE period SET closed_at = NULL, closed_by = NULL")


def test_period_is_closed_by_two(session: Session) -> None:
    for options in ({"proposed": False}, {"who": "first"}):
        with pytest.raises(IntegrityError, match="ledger:period_one_person"):
            close(**options)
    with pytest.raises(IntegrityError, match="ledger:period_one_person"):
        run(CLOSE.format(who="second") + ", proposed_by = 'third'")
    close()


def test_entry_outside_its_period_is_refused(session: Session) -> None:
    with pytest.raises(IntegrityError, match="ledger:period_outside"):
        write(BALANCED, day="2027-01-01")


OVERSPENDING: Lines = [("Grants", "EMG", "EUR", 1001), ("GrantsPayable", "EMG", "EUR", -1001)]


def test_decision_that_overspends_is_refused(session: Session) -> None:
    for kind in sorted(DECISIONS - {EntryKind.FUND_TRANSFER}):
        with pytest.raises(IntegrityError, match="ledger:overspent"):
            write(OVERSPENDING, kind=kind.value, reason="correction")


def test_fact_is_recorded_even_into_the_red(session: Session) -> None:
    facts = sorted(set(EntryKind) - DECISIONS - {EntryKind.REVERSAL})
    for number, kind in enumerate(facts, start=FIRST):
        write(OVERSPENDING, kind=kind.value, reason="for_the_test", entry_id=number)
    assert session.execute(
        text("SELECT spendable FROM fund_position WHERE fund_code = 'EMG'")
    ).scalar() == 1000 - 1001 * len(facts)


def test_approved_money_stays_payable_while_cash_covers_it(session: Session) -> None:
    """MONEY.md 3.2: spendable 60, committed 90; releasing 20 passes, releasing 50 of 40 not."""
    write(
        [("CommitControl", "EMG", "EUR", 900), ("CommitOpen", "EMG", "EUR", -900)],
        kind="grant_approve",
    )
    write(
        [("Disputes", "EMG", "EUR", 400), ("Stripe", "EMG", "EUR", -400)],
        kind="dispute_opened",
        entry_id=FIRST + 1,
    )

    def release(amount: int, entry_id: int) -> None:
        write(
            [
                ("Grants", "EMG", "EUR", amount),
                ("GrantsPayable", "EMG", "EUR", -amount),
                ("CommitOpen", "EMG", "EUR", amount),
                ("CommitControl", "EMG", "EUR", -amount),
            ],
            kind="tranche_release",
            entry_id=entry_id,
        )

    release(200, FIRST + 2)
    with pytest.raises(IntegrityError, match="ledger:overspent"):
        release(500, FIRST + 3)
    with pytest.raises(IntegrityError, match="ledger:overspent"):
        write(
            [("CommitControl", "EMG", "EUR", 1), ("CommitOpen", "EMG", "EUR", -1)],
            kind="grant_approve",
            entry_id=FIRST + 4,
        )
    write(
        [("CommitControl", "EMG", "EUR", -700), ("CommitOpen", "EMG", "EUR", 700)],
        kind="commitment_cancelled",
        entry_id=FIRST + 5,
    )
    assert session.execute(
        text("SELECT spendable, committed FROM fund_position WHERE fund_code = 'EMG'")
    ).all() == [(400, 0)]


def test_entry_an_auditor_asks_about_needs_a_reason(session: Session) -> None:
    with pytest.raises(IntegrityError, match="ck_journal_entry_reason"):
        write(BALANCED, kind="write_off")


def test_unknown_kind_is_refused(session: Session) -> None:
    with pytest.raises(IntegrityError, match="ck_journal_entry_kind"):
        write(BALANCED, kind="grant_aprove")


@pytest.mark.parametrize("amount", [10.0, 10.5, True, "10"])
def test_amount_that_is_not_a_whole_number_is_a_type_error(
    session: Session, amount: object
) -> None:
    before = everything(session)
    posting = Posting(
        entry_id=FIRST, line=1, account_code="Bank", fund_code="EMG", currency="EUR", amount=amount
    )
    with pytest.raises(StatementError, match="int of minor units") as refused:
        store_posting(posting)
    assert type(refused.value.orig) is TypeError
    assert everything(session) == before


def test_float_by_plain_sql_is_refused_on_sqlite(store: Store, session: Session) -> None:
    if store.engine != SQLITE:
        pytest.skip("PostgreSQL rounds it; there the column's type refuses it first")
    with pytest.raises(IntegrityError, match="ledger:not_an_integer"):
        run(
            "INSERT INTO posting (entry_id, line, account_code, fund_code, currency, amount)"
            " VALUES (1000, 1, 'Bank', 'EMG', 'EUR', 10.5)"
        )


COMMITMENT = (
    "INSERT INTO grant_commitment (id, fund_code, currency, amount, state, source_type, source_id,"
    " approve_entry_id) VALUES ('c', 'EMG', 'EUR', 100, 'draft', 'application', 'x', NULL)"
)
TRANCHE = (
    "INSERT INTO tranche (id, commitment_id, number, amount, cancelled, state)"
    " VALUES ('{}', 'c', {}, {}, 0, 'planned')"
)


def opened(*amounts: int, promised: int = 100) -> None:
    run(COMMITMENT)
    for number, amount in enumerate(amounts, start=1):
        run(TRANCHE.format(f"t{number}", number, amount))
    write(
        [("CommitControl", "EMG", "EUR", promised), ("CommitOpen", "EMG", "EUR", -promised)],
        kind="grant_approve",
    )
    run(f"UPDATE grant_commitment SET state = 'open', approve_entry_id = {FIRST}")  # noqa: S608


def test_commitment_opens_when_its_tranches_add_up(session: Session) -> None:
    opened(60, 40)
    assert session.execute(text("SELECT state FROM grant_commitment")).scalar() == "open"


@pytest.mark.parametrize("amounts", [(60, 39), (60, 41), ()])
def test_commitment_whose_tranches_differ_is_refused(
    session: Session, amounts: tuple[int, ...]
) -> None:
    with pytest.raises(IntegrityError, match="ledger:tranches_differ"):
        opened(*amounts)


def test_commitment_that_was_posted_differently_is_refused(session: Session) -> None:
    with pytest.raises(IntegrityError, match="ledger:commitment_not_posted"):
        opened(60, 40, promised=99)


def test_open_commitment_does_not_change(session: Session) -> None:
    opened(60, 40)
    run("UPDATE tranche SET state = 'released' WHERE id = 't2'")
    for statement in (
        "UPDATE grant_commitment SET amount = 101",
        "DELETE FROM grant_commitment",
        TRANCHE.format("t3", 3, 1),
        "UPDATE tranche SET amount = 61 WHERE id = 't1'",
        "UPDATE tranche SET state = 'cancelled', cancelled = 40 WHERE id = 't2'",
        "DELETE FROM tranche",
    ):
        with pytest.raises(IntegrityError, match="ledger:commitment_fixed"):
            run(statement)
