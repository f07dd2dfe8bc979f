"""Who issues receipts: the fund as each country's tax office knows it, in versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.events import HOUSE
from fund_app.models.ledger_accounts import GENERAL
from fund_app.models.receipts import ReceiptIssuer
from fund_app.services import audit, receipt_packs
from fund_app.services.donation_rows import wait_for_turn
from fund_app.services.receipt_packs import Pack
from fund_app.services.receipts import TREASURY
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from workflows.roles import Actor

CHANGED = "receipt_issuer_changed"
SUBJECT = "receipts"


class FactsMissing(Exception):
    """A pack needs facts of its issuer that were not given; `names` says which."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Keep the names of what is missing."""
        super().__init__(", ".join(names))
        self.names = names


def record(actor: Actor, code: str, facts: Mapping[str, str]) -> str:
    """Write down who issues under a pack, as a new version; the same facts again change nothing.

    Receipts issued before keep what they were issued with. Raises Unknown for no such pack or
    somebody outside the treasury, FactsMissing.
    """
    pack = next((each for each in receipt_packs.newest() if each.code == code), None)
    role = next((each for each in TREASURY if each in actor.roles), None)
    if pack is None or role is None:
        raise Unknown(code)
    kept = {name: facts.get(name, "").strip() for name in pack.facts}
    missing = tuple(name for name in pack.facts if not kept[name] and _is_needed(pack, name, kept))
    if missing:
        raise FactsMissing(missing)
    with unit_of_work() as session:
        wait_for_turn(session, GENERAL)
        before = newest(session, code)
        if before is not None and before.facts == kept:
            return before.id
        row = ReceiptIssuer(
            code=code,
            version=before.version + 1 if before else 1,
            facts=kept,
            set_by=actor.ref,
            set_on=now().date(),
        )
        session.add(row)
        session.flush()
        audit.record(session, HOUSE, SUBJECT, CHANGED, actor=actor, role=role)
        return row.id


def newest(session: Session, code: str) -> ReceiptIssuer | None:
    """Return who issues under a pack now, or None where nobody has written it down."""
    query = select(ReceiptIssuer).where(ReceiptIssuer.code == code)
    return session.scalars(query.order_by(ReceiptIssuer.version.desc())).first()


def present(code: str) -> Mapping[str, str] | None:
    """Return the facts of who issues under a pack now, for a page; or None."""
    row = newest(db.session(), code)
    return dict(row.facts) if row else None


def lock_numbers(session: Session, code: str) -> ReceiptIssuer | None:
    """Lock the numbers of all series of a pack and return who issues; None for nobody.

    The first version's row is the lock: it is there for good, whatever versions come later.
    """
    first = select(ReceiptIssuer.id).where(ReceiptIssuer.code == code, ReceiptIssuer.version == 1)
    session.execute(first.with_for_update())
    return newest(session, code)


def has_valid_notice(pack: Pack, facts: Mapping[str, str], today: date) -> bool:
    """Whether the tax office's notice still carries receipts on a day (Germany: section 63(5) AO).

    True where the pack asks for no notice. The years count from the day of the notice.
    """
    years = pack.validity.get(facts.get("notice_kind", ""))
    if not pack.validity:
        return True
    if years is None:
        return False
    given = date.fromisoformat(facts["notice_day"])
    is_leap_day = (given.month, given.day) == (2, 29)
    last = date(given.year + years, given.month, 28 if is_leap_day else given.day)
    return today <= last


def _is_needed(pack: Pack, name: str, facts: Mapping[str, str]) -> bool:
    if name == "assessment_period":
        return facts.get("notice_kind") == "exemption_notice"
    return name not in pack.optional
