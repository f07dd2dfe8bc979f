"""Changes of who works here: taking on, roles, a lost passphrase. Two people sign each.

One proposes, another one confirms; both are administrators or members of the board, and neither
of them is the person it is about. The database says the same (models/changes.py). A refused
signature is noted in the house's chain as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.models.changes import Change
from fund_app.models.events import HOUSE, HOUSE_ID
from fund_app.models.people import STAFF_ROLES, Person, RoleGrant
from fund_app.models.types import new_ref
from fund_app.services import audit, holdings, invitations, people, sessions
from fund_app.services.people import SIGNERS
from fund_app.services.unit import unit_of_work
from fund_app.services.vault import keystore
from workflows.roles import Actor, Role, go_together, kept_apart

NEW_KEY = frozenset({"take_on", "reset_key"})
"""The changes that end with an invitation: each signer is shown one half of its word."""

NOTED = frozenset({"same_person", "about_yourself", "not_a_signer"})


class ChangeRefused(Exception):
    """A change cannot be proposed or signed; `code` says why, for the page to explain."""

    def __init__(self, code: str) -> None:
        """Carry a code only."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be taken on."""

    handle: str
    display_name: str
    roles: tuple[Role, ...]
    language: str = "en"
    mail_address: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was given; `half` is shown to the signer once and kept nowhere."""

    change_id: str
    half: str | None = field(default=None, repr=False)


def propose_take_on(actor: Actor, newcomer: Newcomer, *, resolution: str = "") -> Signed:
    """Propose to take somebody on with these roles.

    Raises ChangeRefused: not_a_signer, handle_taken, no_role, roles_apart, not_together.
    """
    with unit_of_work() as session:
        _require_signer(actor)
        _require_free(session, newcomer.handle)
        if not newcomer.roles or not set(newcomer.roles) <= set(STAFF_ROLES):
            raise ChangeRefused("no_role")
        _require_together(newcomer.roles)
        change = Change(
            kind="take_on",
            handle=newcomer.handle,
            display_name=newcomer.display_name,
            language=newcomer.language,
            mail_address=newcomer.mail_address,
            roles=",".join(sorted(newcomer.roles)),
            resolution=resolution,
        )
        return _propose(session, actor, change)


def propose_grant(actor: Actor, person_id: str, role: Role, *, resolution: str = "") -> Signed:
    """Propose to give somebody one more role; as below, and has_role, roles_apart, not_together."""
    with _noting(actor, person_id), unit_of_work() as session:
        person = _working(session, actor, person_id)
        if role in person.roles or role not in STAFF_ROLES:
            raise ChangeRefused("has_role")
        _require_together([*person.roles, role])
        change = Change(kind="grant_role", person_id=person.id, role=role, resolution=resolution)
        return _propose(session, actor, change)


def propose_withdrawal(actor: Actor, person_id: str, role: Role, *, resolution: str = "") -> Signed:
    """Propose to take a role from somebody; refused codes as below, and lacks_role."""
    with _noting(actor, person_id), unit_of_work() as session:
        person = _working(session, actor, person_id)
        if role not in person.roles:
            raise ChangeRefused("lacks_role")
        change = Change(kind="withdraw_role", person_id=person.id, role=role, resolution=resolution)
        return _propose(session, actor, change)


def propose_reset(actor: Actor, person_id: str, *, resolution: str = "") -> Signed:
    """Propose a new, empty key for somebody who lost their passphrase, or their invitation.

    Raises ChangeRefused: not_a_signer, about_yourself, no_access (has left), under_way.
    """
    with _noting(actor, person_id), unit_of_work() as session:
        person = _working(session, actor, person_id, or_invited=True)
        change = Change(kind="reset_key", person_id=person.id, resolution=resolution)
        return _propose(session, actor, change)


def confirm(actor: Actor, change_id: str) -> Signed:
    """Put the second signature under a change and carry it out.

    Raises LookupError for an unknown change, and ChangeRefused: not_a_signer, same_person,
    about_yourself, decided (somebody was quicker), proposer_gone, handle_taken, no_access.
    """
    with _noting(actor, change_id), unit_of_work() as session:
        return _confirm(session, actor, change_id)


def take_back(actor: Actor, change_id: str) -> None:
    """Withdraw a proposal, one's own or somebody else's; nothing was changed by it."""
    with unit_of_work() as session:
        _require_signer(actor)
        change = _open_change(session, change_id)
        _decide(change, actor, "withdrawn")
        _note(actor, "change_withdrawn", f"{change.kind}:{change.id}")


@contextmanager
def _noting(actor: Actor, about: str) -> Iterator[None]:
    """Record a signature somebody may not give, after everything else of it was undone."""
    try:
        yield
    except ChangeRefused as refused:
        if refused.code in NOTED:
            _note(actor, "change_refused", about)
        raise


def _propose(session: Session, actor: Actor, change: Change) -> Signed:
    half = None
    if change.kind in NEW_KEY:
        half = invitations.half(change.language or _language_of(session, change))
        change.first_half = invitations.digest(half)
    change.id, change.state = new_ref(), "proposed"
    change.proposed_by_id, change.proposed_on = actor.ref, now().date()
    session.add(change)
    session.flush()
    _note(actor, "change_proposed", f"{change.kind}:{change.id}")
    return Signed(change.id, half)


def _language_of(session: Session, change: Change) -> str:
    return session.get_one(Person, change.person_id).language


def _confirm(session: Session, actor: Actor, change_id: str) -> Signed:
    _require_signer(actor)
    change = _open_change(session, change_id)
    if change.proposed_by_id == actor.ref:
        raise ChangeRefused("same_person")
    if change.person_id == actor.ref:
        raise ChangeRefused("about_yourself")
    if change.proposed_by.roles.isdisjoint(SIGNERS):
        raise ChangeRefused("proposer_gone")
    half = None
    if change.kind == "take_on":
        change.person_id = _take_on(session, change).id
    person = session.get_one(Person, change.person_id, with_for_update=True)
    if change.kind in NEW_KEY:
        half = _invite(session, person, change)
    else:
        _change_role(session, person, change)
    _decide(change, actor, "confirmed")
    session.flush()
    subject = f"{change.role}:{person.id}" if change.role else person.id
    _note(actor, CARRIED_OUT[change.kind], subject)
    return Signed(change.id, half)


CARRIED_OUT = {
    "take_on": "person_added",
    "grant_role": "role_granted",
    "withdraw_role": "role_withdrawn",
    "reset_key": "key_reset",
}
"""What the house's chain calls a change that was carried out."""


def _take_on(session: Session, change: Change) -> Person:
    _require_free(session, change.handle or "")
    roles = (change.roles or "").split(",")
    person = Person(
        handle=change.handle,
        display_name=change.display_name,
        language=change.language or "en",
        mail_address=change.mail_address,
        grants=[RoleGrant(role=role, resolution=change.resolution) for role in roles],
    )
    session.add(person)
    session.flush()
    return person


def _invite(session: Session, person: Person, change: Change) -> str:
    """Take the old key away, for a reset, and let the person make a new one."""
    if change.kind == "reset_key":
        _require_working(session, person, or_invited=True)
        keystore().remove_holder(person.id, subjects=sessions.store().names_of(person.id))
    half = invitations.half(person.language)
    invitations.invite(session, person, (change.first_half or "", invitations.digest(half)))
    return half


def _change_role(session: Session, person: Person, change: Change) -> None:
    _require_working(session, person)
    role = change.role or ""
    held = {grant.role for grant in person.grants}
    if change.kind == "grant_role" and role not in held:
        _require_together([*held, role])
        person.grants.append(RoleGrant(role=role, resolution=change.resolution))
        session.flush()
    if change.kind == "withdraw_role" and role in held:
        _withdraw(session, person, role)


def _withdraw(session: Session, person: Person, role: str) -> None:
    """Take a role away, and with it the keys nothing else gives a right to."""
    session.execute(
        delete(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == role)
    )
    session.expire(person, ["grants"])
    keystore().take_away(person.id, holdings.kept_without_right(session, person.id))
    people.plan_renewal(session)


def _decide(change: Change, actor: Actor, state: str) -> None:
    change.state, change.decided_by_id, change.decided_on = state, actor.ref, now().date()


def _open_change(session: Session, change_id: str) -> Change:
    statement = select(Change).where(Change.id == change_id).with_for_update(of=Change)
    change = session.scalar(statement)
    if change is None:
        raise LookupError(change_id)
    if change.state != "proposed":
        raise ChangeRefused("decided")
    return change


def _working(session: Session, actor: Actor, person_id: str, *, or_invited: bool = False) -> Person:
    """Return the person a proposal is about, locked, so that two proposals wait for each other."""
    _require_signer(actor)
    if person_id == actor.ref:
        raise ChangeRefused("about_yourself")
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise LookupError(person_id)
    _require_working(session, person, or_invited=or_invited)
    pending = select(Change.id).where(Change.person_id == person_id, Change.state == "proposed")
    if session.scalar(pending) is not None:
        raise ChangeRefused("under_way")
    return person


def _require_working(session: Session, person: Person, *, or_invited: bool = False) -> None:
    is_invited = or_invited and invitations.is_invited(session, person.id)
    if person.disabled_on is not None and not is_invited:
        raise ChangeRefused("no_access")


def _require_signer(actor: Actor) -> None:
    if not actor.has_any(SIGNERS):
        raise ChangeRefused("not_a_signer")


def _require_together(roles: Iterable[str]) -> None:
    wanted = frozenset(map(Role, roles))
    if kept_apart(wanted):
        raise ChangeRefused("roles_apart")
    if not go_together(wanted):
        raise ChangeRefused("not_together")


def _require_free(session: Session, handle: str) -> None:
    if session.scalar(select(Person.id).where(Person.handle == handle)) is not None:
        raise ChangeRefused("handle_taken")


def _note(actor: Actor, action: str, reason_code: str) -> None:
    """Record a signature in the house's chain, in the role it was given in."""
    with unit_of_work() as session:
        role = min(actor.roles & SIGNERS or actor.roles)
        audit.record(
            session, HOUSE, HOUSE_ID, action, actor=actor, role=role, reason_code=reason_code
        )


def proposed(session: Session) -> Sequence[Change]:
    """Return the changes that wait for a second signature, the oldest first."""
    statement = select(Change).where(Change.state == "proposed")
    return session.scalars(statement.order_by(Change.proposed_on, Change.id)).all()
