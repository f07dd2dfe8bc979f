"""Four eyes: the first of two people proposes, the second one acts with the first's name beside."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.countersignatures import Countersignature
from fund_app.models.events import Stateful
from fund_app.models.people import Person
from workflows.roles import Actor


def propose(
    session: Session, subject: Stateful, action: str, actor: Actor, reason_code: str | None = None
) -> None:
    """Put the first signature under an action; proposing it twice changes nothing.

    It counts for the subject's present step only and is used up by the second signature.
    """
    if _open(session, subject, action, actor.ref) is None:
        session.add(
            Countersignature(
                subject_id=subject.id,
                action=action,
                step=subject.step,
                person_id=actor.ref,
                reason_code=reason_code,
                given_on=now().date(),
            )
        )


def co_signer(session: Session, subject: Stateful, action: str, actor: Actor) -> Actor | None:
    """Return who signed first, as the actor they are today, or None while nobody else has."""
    first = _first_by_another(session, subject.id, action, actor, subject.step)
    if first is None:
        return None
    person: Person = first.person
    return Actor(person.id, person.roles)


def use(session: Session, subject_id: str, action: str, actor: Actor, step: int) -> None:
    """Use the first signature up that another person gave at a step, now that it was acted on."""
    first = _first_by_another(session, subject_id, action, actor, step)
    if first is not None:
        first.is_used = True


def waiting(session: Session, subject: Stateful) -> list[Countersignature]:
    """Return the first signatures that wait for a second one at the subject's present step."""
    statement = select(Countersignature).where(
        Countersignature.subject_id == subject.id,
        Countersignature.step == subject.step,
        Countersignature.is_used.is_(False),
    )
    return list(session.scalars(statement.order_by(Countersignature.action)))


def _first_by_another(
    session: Session, subject_id: str, action: str, actor: Actor, step: int
) -> Countersignature | None:
    statement = select(Countersignature).where(
        Countersignature.subject_id == subject_id,
        Countersignature.action == action,
        Countersignature.step == step,
        Countersignature.person_id != actor.ref,
        Countersignature.is_used.is_(False),
    )
    return session.scalar(statement.order_by(Countersignature.id).limit(1))


def _open(
    session: Session, subject: Stateful, action: str, person_id: str
) -> Countersignature | None:
    statement = select(Countersignature).where(
        Countersignature.subject_id == subject.id,
        Countersignature.action == action,
        Countersignature.step == subject.step,
        Countersignature.person_id == person_id,
        Countersignature.is_used.is_(False),
    )
    return session.scalar(statement)
