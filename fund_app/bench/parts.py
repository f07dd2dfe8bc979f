"""The parts everything rests on: the engine beside a dictionary, the vault beside its ciphers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from fund_app.adapters.keystore_keys import PrivateKey
from fund_app.bench import population
from fund_app.bench.installation import Installation
from fund_app.bench.measuring import Effort, Figure, race
from fund_app.bench.raw import BareRows, driver
from fund_app.bench.submission import STORY, sent_application
from fund_app.extensions import db
from fund_app.models.applications import Answer, Application
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import answers
from fund_app.services import application_facts, vault
from fund_app.services.intake import FOR_COORDINATORS
from fund_app.services.unit import unit_of_work
from workflows.emergency import EMERGENCY
from workflows.engine import fire, options

LISTED = 50
MANY = 1_000
SOME = 100
KEY = bytes(32)
NEEDLE = " heron"


@dataclass(frozen=True, slots=True)
class _Case:
    state: str


def engine(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure weighing one step, and every step of a page, beside looking a word up."""
    anna = site.staff["anna"]
    with site.app.app_context():
        (row,) = population.fill(1, [anna.ref], state="submitted")
        case = db.session.get_one(Application, row.application_id)
        weigh = [
            application_facts.gather(db.session(), case, action, anna)
            for action in ("acknowledge", "")
        ]
        fire(EMERGENCY, case, "acknowledge", anna, weigh[0])
        options(EMERGENCY, case, anna, weigh[1])
        waiting = _Case(case.state)
    table = {("submitted", "acknowledge"): "triage"}
    inner = MANY if effort.calls > SOME // 2 else 1
    calls = Effort(effort.rounds, max(1, effort.calls // 10), effort.small, effort.large)
    yield race(
        "fire: one step weighed",
        lambda: fire(EMERGENCY, waiting, "acknowledge", anna, weigh[0]),
        "one look-up in a dictionary",
        lambda: table["submitted", "acknowledge"],
        calls,
        inner=inner,
    )
    yield race(
        f"options: all {len(EMERGENCY.actions)} buttons of a page weighed",
        lambda: options(EMERGENCY, waiting, anna, weigh[1]),
        "as many look-ups",
        lambda: [table["submitted", "acknowledge"] for _ in EMERGENCY.actions],
        calls,
        inner=max(1, inner // 10),
    )


def vault_costs(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure opening a case's book, listing fifty, and reading one, beside the ciphers alone."""
    readers = [site.staff[handle].ref for handle in ("anna", "boris", "clara")]
    with driver(site.settings.keystore_url) as connection:
        yield _new_case(site, readers, BareRows(connection), effort)
    effort = effort.share(3)
    with site.app.app_context():
        cases = [sent_application(site) for _ in range(min(LISTED, effort.small))]
    yield _list(site, cases, effort)
    yield _read(site, cases[0], effort)
    yield _search(site, effort.large // 2)


def _new_case(site: Installation, readers: list[str], table: BareRows, effort: Effort) -> Figure:
    holders = dict.fromkeys(FOR_COORDINATORS, readers)
    wraps = len(FOR_COORDINATORS) * len(readers)
    public = PrivateKey.generate().public_key()

    def ours() -> None:
        with site.app.app_context():
            vault.open_case(new_ref(), holders)

    def theirs() -> None:
        table.add([public.wrap(KEY, b"info") for _ in range(wraps)])

    return race(
        f"a new case: {len(FOR_COORDINATORS)} compartments for {len(readers)} people",
        ours,
        f"{wraps} bare wraps and their rows in one commit",
        theirs,
        effort,
    )


def _list(site: Installation, cases: list[str], effort: Effort) -> Figure:
    bare = _Unwrap()

    def ours() -> None:
        with site.app.app_context():
            ring = site.ring("anna")
            ring.preload(cases)
            wanted = select(Answer).where(
                Answer.application_id.in_(cases), Answer.question == "need_most"
            )
            for row in db.session.scalars(wanted):
                row.value.open(ring)

    return race(
        f"a list of {len(cases)} cases, one answer of each unsealed",
        ours,
        f"{len(cases)} bare unwraps",
        lambda: [bare.once() for _ in cases],
        effort,
    )


def _read(site: Installation, case_id: str, effort: Effort) -> Figure:
    bare = _Unwrap()

    def ours() -> None:
        with site.app.app_context():
            ring = site.ring("anna")
            found = answers.opened(db.session(), ring, case_id)
            if found["narrative", 0] != STORY:
                raise ValueError("a case opens to something else")

    return race(
        "a case of eleven answers, unsealed",
        ours,
        "one bare unwrap",
        bare.once,
        effort,
    )


def _search(site: Installation, count: int) -> Figure:
    """Look for a word in one answer of every case, as a session would that holds the keys."""
    anna = site.staff["anna"].ref
    with site.app.app_context():
        cases = [row.application_id for row in population.fill(count, [anna])]
        _tell(cases, anna)
    bare = _Unwrap()

    def ours() -> None:
        with site.app.app_context():
            if _found(site, cases) != [cases[-1]]:
                raise ValueError("the search found something else")

    return race(
        f"a word looked for in one answer of {count} cases",
        ours,
        f"{count} bare unwraps",
        lambda: [bare.once() for _ in cases],
        Effort(rounds=3, calls=1, small=count, large=count),
    )


def _tell(cases: list[str], reader: str) -> None:
    """Seal one answer in each case; the last one holds the word."""
    rows = []
    for case_id in cases:
        keys = vault.open_case(case_id, {Compartment.NARRATIVE: [reader]})
        row = Answer(application_id=case_id, question="narrative", item=0, version=1,
                     compartment="narrative")  # fmt: skip
        row.value.seal(keys, STORY + (NEEDLE if case_id == cases[-1] else ""))
        rows.append(row)
    with unit_of_work() as session:
        session.add_all(rows)


def _found(site: Installation, cases: list[str]) -> list[str]:
    """Return the cases whose story holds the word."""
    ring = site.ring("anna")
    ring.preload(cases)
    wanted = select(Answer).where(Answer.application_id.in_(cases), Answer.question == "narrative")
    rows = db.session.scalars(wanted)
    return [row.application_id for row in rows if NEEDLE in row.value.open(ring)]


class _Unwrap:
    """One wrapped key, opened over and over."""

    def __init__(self) -> None:
        self._key = PrivateKey.generate()
        self._wrapped = self._key.public_key().wrap(KEY, b"info")

    def once(self) -> bytes:
        """Open the key as a new request does, from the seeds on."""
        return PrivateKey(self._key.seeds).unwrap(self._wrapped, b"info")
