"""Many cases at once, past the forms: rows as cases leave them, awards through the ledger."""

from __future__ import annotations

from datetime import date

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.people import Person, RoleGrant
from fund_app.models.types import new_ref
from fund_app.services import ledger_chart, ledger_facts, ledger_grants, rules
from fund_app.services.ledger_facts import Origin
from fund_app.services.ledger_grants import Part
from fund_app.services.unit import unit_of_work
from fund_app.services.votes import Cast
from workflows.counting import Choice
from workflows.roles import SYSTEM, Actor, Role


def open_books() -> None:
    """Make rules, chart and a fund rich enough for every award of a test."""
    with unit_of_work() as session:
        rules.seed(session)
        ledger_chart.seed_chart(session)
        gift = Origin("test:gift", date(2025, 1, 1), ("test", new_ref()), SYSTEM.ref)
        ledger_facts.bank_gift(session, gift, {"EMG": 100_000_000}, "EUR")


def person(handle: str, *roles: Role) -> Actor:
    """Take somebody on who needs no key."""
    with unit_of_work() as session:
        row = Person(
            handle=handle,
            display_name=handle.title(),
            language="en",
            grants=[RoleGrant(role=role, resolution="") for role in roles],
        )
        session.add(row)
        session.flush()
        return Actor(row.id, frozenset(roles))


def cases(
    count: int,
    day: date,
    *,
    region: str = "caucasus",
    amount: int = 100_000,
    awarded: bool = True,
    programme: str = "emergency",
) -> list[str]:
    """Let so many cases come in on a day, and be awarded the same day; return their ids."""
    found = []
    with unit_of_work() as session:
        for _ in range(count):
            row = Application(
                id=new_ref(),
                workflow="emergency",
                workflow_version=1,
                state="closed",
                designation=f"test-{new_ref()[:16]}",
                programme=programme,
                holder_id=new_ref(),
                language="en",
                region=region,
                rules_code="v1",
                created_on=day,
                touched_on=day,
                submitted_on=day,
            )
            session.add(row)
            session.flush()
            found.append(row.id)
            if awarded:
                origin = Origin(f"award:{row.id}", day, ("application", row.id), SYSTEM.ref)
                ledger_grants.approve_grant(session, origin, "EMG", [Part(amount)], "EUR")
    return found


def designation(case_id: str) -> str:
    """Return what a case is called."""
    db.session.rollback()
    return db.session.get_one(Application, case_id).designation


YES = Cast(Choice.APPROVE, reason="Needed.")
