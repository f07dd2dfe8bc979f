"""Screenings: a payee looked for in the official lists, offline, with the key of who pays.

What is recorded is a keyed digest, the versions of the lists and the day: neither the payee's name
nor the entry that resembles it. A hit two people have called a false alarm counts as clean as long
as payee and entries are the same.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.models.screenings import OfficialList, Screening, ScreeningDecision
from fund_app.models.types import new_ref
from fund_app.queries import answers
from fund_app.services import lasting_keys, official_lists, rules
from fund_app.services.vault import SignedIn
from workflows.screening import Hit, all_hits

PAYEE, BORN = "payee_name", "payee_born"
YEAR = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A screening as recorded, and its hits: for the eyes of who opened the payee, never kept."""

    row: Screening
    hits: tuple[Hit, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found, or only what two people have called a false alarm."""
        return self.row.result == "clean"


def screen(
    session: Session, actor: SignedIn, payment: Disbursement, application: Application
) -> Found | None:
    """Screen a payment's payee with the actor's key and record the result.

    None where the key does not open the payee, where there is none, or while no list has been
    imported: then nothing is recorded and the payment counts as not screened.
    """
    lists = official_lists.newest(session)
    found = hits_of(session, actor, application, lists)
    if found is None or not lists:
        return None
    payee, hits = found
    match = _digest("match", payee, *(f"{hit.list_code}:{hit.entry.reference}" for hit in hits))
    is_hit = bool(hits) and not is_false_alarm(session, match)
    result = "hit" if is_hit else "clean"
    row = Screening(
        id=new_ref(),
        disbursement_id=payment.id,
        number=_last_number(session, payment.id) + 1,
        payee_hash=payment.payee_hash,
        result=result,
        result_hash=_digest("result", payee, result, *(each.sha256 for each in lists)),
        match_hash=match if hits else None,
        person_id=actor.ref,
        screened_on=now().date(),
        lists=lists,
    )
    session.add(row)
    session.flush()
    return Found(row, hits)


def hits_of(
    session: Session, actor: SignedIn, application: Application, lists: list[OfficialList]
) -> tuple[str, tuple[Hit, ...]] | None:
    """Return the opened payee and what resembles it in these lists; None without the key."""
    opened = answers.opened(session, actor.ring, application.id, compartment="payout")
    payee = opened.get((PAYEE, 0), "").strip()
    if not payee:
        return None
    born = opened.get((BORN, 0), "")[:YEAR]
    indexes = [official_lists.index_of(each) for each in lists]
    threshold = rules.of(session, application).screening_threshold
    return payee, all_hits(indexes, payee, int(born) if born.isdecimal() else None, threshold)


def latest(session: Session, disbursement_id: str) -> Screening | None:
    """Return a payment's newest screening."""
    statement = select(Screening).where(Screening.disbursement_id == disbursement_id)
    return session.scalar(statement.order_by(Screening.number.desc()).limit(1))


def is_current(session: Session, payment: Disbursement, application: Application) -> bool:
    """Whether the payee was screened clean, as they are now, in the newest lists, days ago.

    How many days a screening counts is the rules' `screening_days`. Needs no key.
    """
    row = latest(session, payment.id)
    if row is None or row.result != "clean" or row.payee_hash != payment.payee_hash:
        return False
    days = timedelta(days=rules.of(session, application).screening_days)
    used = {each.id for each in row.lists}
    wanted = {each.id for each in official_lists.newest(session)}
    return bool(used) and wanted <= used and now().date() - row.screened_on <= days


def is_false_alarm(session: Session, match: str) -> bool:
    """Whether two people have called this very match a false alarm, and never the contrary.

    The digest holds the payee's name, so a decision on one payment counts for every attempt to
    pay the same person, and for nobody else.
    """
    statement = select(ScreeningDecision.outcome).where(
        ScreeningDecision.match_hash == match, ScreeningDecision.state == "confirmed"
    )
    return set(session.scalars(statement)) == {"false_alarm"}


def _last_number(session: Session, disbursement_id: str) -> int:
    statement = select(func.max(Screening.number)).where(
        Screening.disbursement_id == disbursement_id
    )
    return session.scalar(statement) or 0


def _digest(purpose: str, *parts: str) -> str:
    key = lasting_keys.lasting_key("screening")
    canonical = json.dumps([purpose, *parts], ensure_ascii=False).encode()
    return hmac.new(key, canonical, hashlib.sha256).hexdigest()
