"""Books to test with: a seeded chart, the worked example of MONEY.md 3.4, outside judges."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core import realization
from sqlalchemy.orm import Session

from fund_app.models.funds import SOURCE, FundResolution
from fund_app.models.ledger import JournalEntry, Tranche
from fund_app.models.people import Person
from fund_app.queries.ledger import commitments_of
from fund_app.queries.ledger_export import FORMATS
from fund_app.queries.ledger_spans import WHOLE
from fund_app.services import ledger_facts as facts
from fund_app.services import ledger_grants as grants
from fund_app.services.ledger_chart import seed_chart
from fund_app.services.ledger_facts import Origin
from fund_app.services.ledger_grants import Foreign, Part
from fund_app.services.unit import unit_of_work

DAY = date(2026, 6, 30)
EUR = "EUR"
BEAN_CHECK = Path(sys.executable).parent / "bean-check"
HLEDGER = shutil.which("hledger")


def origin(
    key: str,
    source: tuple[str, str] = ("donation", "d1"),
    *,
    on: date | None = None,
    reason: str | None = None,
) -> Origin:
    """Return where a test's fact comes from."""
    return Origin(key, on or DAY, source, "somebody", reason_code=reason)


def seed(**gifts: int) -> None:
    """Make the chart, and for each fund named a bank gift of so many cents."""
    with unit_of_work() as session:
        seed_chart(session)
        for fund, amount in gifts.items():
            facts.bank_gift(session, origin(f"seed:{fund}"), {fund: amount}, EUR)


def approve(session: Session, key: str, fund: str, *amounts: int) -> list[str]:
    """Approve a grant and return the ids of its tranches in order."""
    parts = [Part(amount) for amount in amounts]
    grants.approve_grant(session, origin(key, ("application", key)), fund, parts, EUR)
    (commitment,) = commitments_of("application", key)
    return [tranche.id for tranche in commitment.tranches]


def resolve(session: Session, key: str, **values: Any) -> FundResolution:
    """Write a resolution signed by two people, as its service would leave it."""
    for handle in ("proposer", "confirmer"):
        if session.get(Person, handle) is None:
            session.add(Person(id=handle, handle=handle, display_name=handle.title()))
            session.flush()
    row = FundResolution(
        id=key, state="proposed", number="2026/1", proposed_by_id="proposer", proposed_on=DAY,
        **values,
    )  # fmt: skip
    session.add(row)
    session.flush()
    row.state, row.decided_by_id, row.decided_on = "confirmed", "confirmer", DAY
    session.flush()
    return row


def transfer(
    session: Session,
    key: str,
    source: str,
    target: str,
    amount: int,
    *,
    currency: str = EUR,
    ground: str = "board_decision",
    release_ref: str | None = None,
) -> JournalEntry:
    """Move money between funds by a resolution of two people; `key` becomes its id."""
    row = resolve(
        session, key, kind="cover" if ground == "shortfall_cover" else "transfer",
        fund_code=source, target_code=target, amount=amount, currency=currency, ground=ground,
        release_ref=release_ref,
    )  # fmt: skip
    at = origin(f"resolution:{row.id}", (SOURCE, row.id), reason=ground)
    return grants.fund_transfer(session, at, source, target, amount=amount, currency=currency)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the worked example and where EMG stands after it, in cents."""

    name: str
    act: Callable[[Session], object]
    spendable: int
    committed: int

    @property
    def position(self) -> tuple[int, int, int]:
        """Return spendable, committed, available."""
        return self.spendable, self.committed, self.spendable - self.committed


def worked_example() -> Iterator[Step]:
    """Yield the steps of MONEY.md 3.4 in order; take each before asking for the next."""
    yield from _income()
    yield from _grants()


def _income() -> Iterator[Step]:
    yield Step("0 chart", seed_chart, 0, 0)
    yield Step(
        "0 gift to GEN", lambda s: facts.bank_gift(s, origin("b1"), {"GEN": 100000}, EUR), 0, 0
    )
    yield Step(
        "0 gift to EMG", lambda s: facts.bank_gift(s, origin("b2"), {"EMG": 500000}, EUR), 500000, 0
    )
    yield Step(
        "1 card gift",
        lambda s: facts.card_gift(
            s, origin("stripe:txn_1"), {"EMG": 10000}, fee=175, net=9825, currency=EUR
        ),
        510000,
        0,
    )
    yield Step(
        "2 refund", lambda s: facts.refund(s, origin("stripe:txn_2"), {"EMG": 3000}, EUR), 507000, 0
    )
    yield Step(
        "3 card gift",
        lambda s: facts.card_gift(
            s, origin("stripe:txn_3"), {"EMG": 5000}, fee=100, net=4900, currency=EUR
        ),
        512000,
        0,
    )
    yield Step(
        "4 dispute",
        lambda s: facts.dispute_opened(
            s, origin("stripe:txn_4"), {"EMG": 5000}, fee=2000, currency=EUR
        ),
        507000,
        0,
    )
    yield Step(
        "5a lost",
        lambda s: facts.dispute_lost(s, origin("dispute:lost"), {"EMG": 5000}, EUR),
        507000,
        0,
    )
    shares = {"EMG": 7000, "GEN": -2275}
    yield Step(
        "6 payout",
        lambda s: facts.stripe_payout(s, origin("stripe:txn_6"), shares, net=4725, currency=EUR),
        507000,
        0,
    )
    yield Step(
        "6 bank line",
        lambda s: facts.payout_arrived(s, origin("bank:1"), shares, bank_line=4725, currency=EUR),
        507000,
        0,
    )


def _grants() -> Iterator[Step]:
    first: list[str] = []
    second: list[str] = []
    yield Step(
        "7 approve G1",
        lambda s: first.extend(approve(s, "G1", "EMG", 100000, 100000, 100000)),
        507000,
        300000,
    )
    yield Step(
        "7 approve G2", lambda s: second.extend(approve(s, "G2", "EMG", 200000)), 507000, 500000
    )
    t1, t2, t3 = first
    yield Step(
        "8 release T1",
        lambda s: grants.release_tranche(s, origin("t1:release"), t1),
        407000,
        400000,
    )
    yield Step(
        "8 executed", lambda s: grants.bank_executed(s, origin("t1:paid"), t1), 407000, 400000
    )
    yield Step(
        "9 returned",
        lambda s: grants.payment_returned(s, origin("t1:back"), t1, fee=500),
        407000,
        400000,
    )
    yield Step(
        "9 paid again", lambda s: grants.bank_executed(s, origin("t1:paid:2"), t1), 407000, 400000
    )
    yield Step(
        "10 release T2",
        lambda s: grants.release_tranche(s, origin("t2:release"), t2),
        307000,
        300000,
    )
    foreign = Foreign(108000, "USD", "1.0650 bank 2026-06-30")
    yield Step(
        "10 executed in USD",
        lambda s: grants.bank_executed(
            s, origin("t2:paid"), t2, paid=101408, fee=1500, foreign=foreign
        ),
        305592,
        300000,
    )
    yield Step(
        "11 advance",
        lambda s: grants.advance(s, origin("g2:advance"), second[0], "P"),
        105592,
        100000,
    )
    yield Step(
        "12 proof",
        lambda s: grants.settle_advance(
            s,
            origin("g2:proof"),
            "EMG",
            "P",
            handed_out=181000,
            returned=15000,
            currency=EUR,
        ),
        120592,
        100000,
    )
    yield Step(
        "13 write-off",
        lambda s: grants.write_off(
            s,
            origin("g2:loss", reason="partner_robbed"),
            "EMG",
            "P",
            amount=4000,
            currency=EUR,
        ),
        124592,
        100000,
    )
    yield Step(
        "14 cancel T3", lambda s: grants.cancel_commitment(s, origin("t3:cancel"), t3), 124592, 0
    )


def play_worked_example() -> None:
    """Take every step of the worked example, each in its own transaction."""
    for step in worked_example():
        with unit_of_work() as session:
            step.act(session)


def tranche(session: Session, tranche_id: str) -> Tranche:
    """Return a tranche as it stands now."""
    return session.get_one(Tranche, tranche_id, populate_existing=True)


def bean_check(text: str) -> subprocess.CompletedProcess[str]:
    """Let beancount judge a file."""
    return _judged([str(BEAN_CHECK), "--no-cache"], text, ".beancount")


def hledger_check(text: str) -> subprocess.CompletedProcess[str]:
    """Let hledger judge a file strictly: everything declared, every assertion true."""
    assert HLEDGER is not None
    return _judged([HLEDGER, "check", "--strict", "-f"], text, ".journal")


def bean_balances(text: str) -> dict[tuple[str, str], str]:
    """Return what beancount makes each account of a file add up to, by account and currency."""
    entries, errors, _options = loader.load_string(text)
    assert errors == []
    return {
        (_without_root(account.account), position.units.currency): str(position.units.number)
        for account in realization.iter_children(realization.realize(entries))
        for position in account.balance
    }


def hledger_balances(text: str) -> dict[tuple[str, str], str]:
    """Return what hledger makes each account of a file add up to, by account and currency."""
    assert HLEDGER is not None
    command = [HLEDGER, "balance", "--flat", "--no-total", "-O", "csv", "-f"]
    rows = csv.DictReader(io.StringIO(_judged(command, text, ".journal").stdout))
    return {
        (_without_root(row["account"]), currency): amount.replace(",", "")
        for row in rows
        for amount, currency in (one.split() for one in row["balance"].split(", "))
    }


def _without_root(account: str) -> str:
    return account.replace("Equity:Memo:", "Equity:").partition(":")[2]


def _judged(command: list[str], text: str, suffix: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"books{suffix}"
        path.write_text(text, encoding="utf-8")
        return subprocess.run(
            [*command, str(path)], capture_output=True, text=True, check=False, timeout=120
        )


def require_judges_agree() -> None:
    """Let beancount and hledger add up the whole journal; each asserts every balance of ours."""
    for name, judge in (("beancount", bean_check), ("hledger", hledger_check)):
        if name == "hledger" and HLEDGER is None:
            continue
        judged = judge("\n".join(FORMATS[name](WHOLE)) + "\n")
        assert (judged.returncode, judged.stderr) == (0, "")
