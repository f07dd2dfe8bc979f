"""Holdings: who ought to hold which compartment of a case, and who lacks what they ought to.

A donor's request for a receipt is looked after like a case: it has one compartment, the treasury's.

`WHO` is the one table of it. Giving happens where a case takes its way (intake, offers,
ballots); here is looked at what came of it, for people taken on after a submission, for those
who lost their passphrase, and for those whose role has changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.keystore import Held
from fund_app.models.ballots import Ballot, Seat
from fund_app.models.disbursements import Disbursement
from fund_app.models.sealed import Compartment
from fund_app.queries import applications, people, receipts
from fund_app.services import intake, offers
from fund_app.services.ballots import LIVE
from fund_app.services.vault import keystore
from workflows.disbursement import LIVE as UNFINISHED
from workflows.roles import Role

BATCH = 500
WITHOUT_QUORUM = "no_quorum"

Part = tuple[str, Compartment]
"""A compartment by the id its key is kept under: a case, or a delivery that belongs to one."""

People = frozenset[str]
NOBODY: People = frozenset()


@dataclass(frozen=True, slots=True)
class Lack:
    """That somebody cannot open a compartment they ought to; `sharers` could give it to them.

    Without sharers nobody of the staff can open it: only its applicant, or the recovery key.
    """

    person_id: str
    case_id: str
    part: Part
    sharers: People


@dataclass(frozen=True, slots=True)
class House:
    """Who works here in which role, and what is known of some cases without a key."""

    coordinators: People
    custodians: People
    payers: People
    chairs: People
    board: People
    seated: Mapping[str, People]
    without_quorum: People
    paid: People
    donors: People
    held: Mapping[Part, People]


Rule = Callable[[House, str], People]


def _desk(house: House, _case_id: str) -> People:
    return house.coordinators


def _keepers(house: House, _case_id: str) -> People:
    return house.custodians


def _readers(house: House, case_id: str) -> People:
    """Return the desk and, while there is a vote, its panel and the chairs.

    The board holds the file of a vote without quorum once it was handed over.
    """
    seated = house.seated.get(case_id)
    if seated is None:
        return house.coordinators
    panel = house.coordinators | seated | house.chairs
    handed_over = house.board & house.held.get((case_id, Compartment.REVIEW), NOBODY)
    return panel | house.board if case_id in house.without_quorum and handed_over else panel


def _payers(house: House, case_id: str) -> People:
    return house.payers if case_id in house.paid | house.donors else NOBODY


WHO: Mapping[Compartment, Rule] = MappingProxyType(
    {
        **dict.fromkeys(intake.FOR_COORDINATORS, _desk),
        **dict.fromkeys(intake.FOR_CUSTODIANS, _keepers),
        Compartment.PAYOUT: _payers,
        Compartment.REVIEW: _readers,
    }
)
"""Who of the staff ought to hold a compartment, by role and assignment.

What an unlock lends for some hours (services/unlocks.py) is nobody's by right.
"""


def lacking(session: Session, cases: Collection[str] | None = None) -> Iterator[Lack]:
    """Yield what somebody ought to hold and does not, unless cases are named of all open ones.

    What counts as open stands in `_looked_after`. Where nothing is lacking, no holding is read:
    the keystore counts them (see `_suspects`).
    """
    if cases is None:
        cases = _looked_after(session)
    chosen = sorted(_suspects(session, list(cases)))
    for start in range(0, len(chosen), BATCH):
        yield from _lacking(session, chosen[start : start + BATCH])


def _looked_after(session: Session) -> list[str]:
    """Return what somebody has to be able to open: open cases, payments, the treasury's papers.

    A case that has ended with a payment still on its way counts, and what donors and the bank
    have sealed for the treasury does as long as it is kept.
    """
    unfinished = select(Disbursement.application_id).where(Disbursement.state.in_(UNFINISHED))
    cases = {*applications.open_ids(session), *session.scalars(unfinished)}
    return [*sorted(cases), *receipts.sealed_for_the_treasury(session)]


def _suspects(session: Session, cases: Sequence[str]) -> set[str]:
    """Return the cases in which something may be lacking; every case that lacks it is there.

    Whoever ought to hold a case in which nothing is particular ought to hold every other one
    too. Cases with a vote or a payment have further readers, and what donors have sealed for the
    treasury has others, so each of them is looked at.
    """
    usual = _house(session, [], {})
    wanted = {part: rule(usual, "") for part, rule in WHO.items()}
    voted = select(Ballot.application_id).where(Ballot.state.in_(LIVE))
    particular = set(session.scalars(voted.union(select(Disbursement.application_id))))
    particular.update(receipts.sealed_for_the_treasury(session))
    return keystore().short_of(cases, wanted) | particular.intersection(cases)


def _lacking(session: Session, cases: Sequence[str]) -> Iterator[Lack]:
    found = keystore().holdings(cases=cases)
    versions = _versions(found)
    house = _house(session, cases, versions)
    for case_id, key_id, compartment in sorted(
        {(belongs_to, key, part) for belongs_to, key, part, _version in keystore().keys_of(cases)}
    ):
        part = (key_id, compartment)
        kept = versions.get(part, {})
        sharers = frozenset().union(*kept.values()) if kept else NOBODY
        for person_id in sorted(WHO[compartment](house, case_id)):
            if not kept or any(person_id not in holders for holders in kept.values()):
                yield Lack(person_id, case_id, part, sharers - {person_id})


def kept_without_right(session: Session, holder_id: str) -> list[Part]:
    """Return what somebody holds and ought not to hold, as the session sees their roles now."""
    held = keystore().holdings(holder_id=holder_id)
    cases = sorted({each.belongs_to for each in held})
    wrong: set[Part] = set()
    for start in range(0, len(cases), BATCH):
        some = cases[start : start + BATCH]
        house = _house(session, some, _versions(keystore().holdings(cases=some)))
        wrong |= {
            (each.case_id, each.compartment)
            for each in held
            if each.belongs_to in set(some)
            and holder_id not in WHO[each.compartment](house, each.belongs_to)
        }
    return sorted(wrong)


def held_alone(session: Session, holder_id: str) -> list[Part]:
    """Return the compartments that are needed and nobody else of the staff can open.

    Those of open cases and of payments on their way, and the treasury's papers.
    """
    needed = set(_looked_after(session))
    mine = keystore().holdings(holder_id=holder_id)
    cases = sorted({each.belongs_to for each in mine} & needed)
    alone: list[Part] = []
    for start in range(0, len(cases), BATCH):
        versions = _versions(keystore().holdings(cases=cases[start : start + BATCH]))
        for part, kept in versions.items():
            holders = frozenset().union(*kept.values())
            if holders == {holder_id}:
                alone.append(part)
    return sorted(alone)


def _versions(found: Sequence[Held]) -> dict[Part, dict[int, People]]:
    """Return per compartment and version of its key who of the staff holds it."""
    kept: dict[Part, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in found:
        kept[each.case_id, each.compartment][each.key_version].add(each.holder_id)
    return {
        part: {version: frozenset(ids) for version, ids in versions.items()}
        for part, versions in kept.items()
    }


def _house(
    session: Session, cases: Sequence[str], versions: Mapping[Part, Mapping[int, People]]
) -> House:
    def having(role: Role) -> People:
        return frozenset(person.id for person in people.with_role(session, role))

    seated: dict[str, set[str]] = defaultdict(set)
    without_quorum: set[str] = set()
    ballots = (
        select(Ballot.application_id, Ballot.state, Seat.reviewer_id)
        .outerjoin(Seat, (Seat.ballot_id == Ballot.id) & (Seat.status != "recused"))
        .where(Ballot.application_id.in_(cases), Ballot.state.in_(LIVE))
    )
    for case_id, state, reviewer_id in session.execute(ballots):
        seated[case_id].update(filter(None, [reviewer_id]))
        if state == WITHOUT_QUORUM:
            without_quorum.add(case_id)
    reviewers = having(Role.REVIEWER)
    paid = select(Disbursement.application_id).where(Disbursement.application_id.in_(cases))
    return House(
        coordinators=frozenset(intake.coordinators(session)),
        custodians=frozenset(intake.custodians(session)),
        payers=frozenset(offers.payers(session)),
        chairs=having(Role.CHAIR),
        board=having(Role.BOARD_MEMBER),
        seated={case_id: reviewers & ids for case_id, ids in seated.items()},
        without_quorum=frozenset(without_quorum),
        paid=frozenset(session.scalars(paid)),
        donors=frozenset(receipts.sealed_for_the_treasury(session, cases)),
        held={part: frozenset().union(*kept.values()) for part, kept in versions.items()},
    )
