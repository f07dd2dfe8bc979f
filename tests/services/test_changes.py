"""Who works here is changed by two people, neither of them for themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy import insert as insert_into
from sqlalchemy.exc import DBAPIError, IntegrityError

from fund_app.adapters.clock import ManualClock, now
from fund_app.extensions import db
from fund_app.models.changes import Change
from fund_app.models.events import HOUSE, Event
from fund_app.models.people import STAFF_ROLES, Person, RoleGrant
from fund_app.models.sealed import Compartment
from fund_app.models.subjects import SUBJECTS
from fund_app.models.types import new_ref
from fund_app.queries import people as known
from fund_app.services import audit, changes, invitations, people, sessions, staff_keys, vault
from fund_app.services.changes import ChangeRefused, Newcomer
from fund_app.services.invitations import NotInvited
from fund_app.services.sessions import SessionKind
from fund_app.services.unit import unit_of_work
from tests.support.house import PASSPHRASE, House, build
from workflows.roles import Role, go_together, kept_apart

pytestmark = pytest.mark.both_stores

OWN_WORDS = "nobody else has ever read this"
IDA = Newcomer("ida", "Ida Berg", (Role.COORDINATOR, Role.REVIEWER))


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    with app.app_context():
        house = build(app, clock)
        house.add("sam", Role.ADMINISTRATOR)
        house.add("sue", Role.ADMINISTRATOR)
        yield house


def person(handle: str) -> Person:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.handle == handle)).one()


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ChangeRefused) as caught:
        act()
    return caught.value.code


def house_events() -> list[tuple[str, str, str | None]]:
    db.session.rollback()
    statement = select(Event).where(Event.chain == HOUSE).order_by(Event.step)
    return [(e.action, e.actor_role, e.reason_code) for e in db.session.scalars(statement)]


def test_role_is_given_by_two_and_recorded(house: House) -> None:
    anna = house["anna"].ref
    signed = changes.propose_grant(house["sam"], anna, Role.AUDITOR, resolution="A-12")
    assert person("anna").roles == {Role.COORDINATOR}
    changes.confirm(house["board"], signed.change_id)
    grants = {grant.role: grant.resolution for grant in person("anna").grants}
    assert grants == {"auditor": "A-12", "coordinator": ""}
    assert house_events()[-2:] == [
        ("change_proposed", "administrator", f"grant_role:{signed.change_id}"),
        ("role_granted", "board_member", f"auditor:{anna}"),
    ]
    assert not list(audit.verify(db.session(), SUBJECTS))


def test_one_person_signs_once_in_two_sessions_and_under_another_name(house: House) -> None:
    signed = changes.propose_grant(house["sam"], house["anna"].ref, Role.AUDITOR)
    assert refused(lambda: changes.confirm(house["sam"], signed.change_id)) == "same_person"
    with unit_of_work() as session:
        renamed = session.get_one(Person, house["sam"].ref)
        renamed.handle, renamed.display_name = "samuel", "Another Name"
    again = known.by_handle("samuel")
    assert again is not None
    key = staff_keys.unlock_staff(again.id, PASSPHRASE)
    assert key is not None
    second_session = vault.SignedIn(again.id, again.roles, vault.ring_for(again.id, key))
    assert refused(lambda: changes.confirm(second_session, signed.change_id)) == "same_person"
    assert person("anna").roles == {Role.COORDINATOR}
    assert house_events()[-1] == ("change_refused", "administrator", signed.change_id)


@pytest.mark.parametrize("who", ["sam", "board"])
def test_nobody_gives_themselves_a_role(house: House, who: str) -> None:
    me = house[who]
    assert refused(lambda: changes.propose_grant(me, me.ref, Role.AUDITOR)) == "about_yourself"
    assert refused(lambda: changes.propose_reset(me, me.ref)) == "about_yourself"
    signed = changes.propose_grant(house["sue"], me.ref, Role.AUDITOR)
    assert refused(lambda: changes.confirm(me, signed.change_id)) == "about_yourself"
    assert Role.AUDITOR not in person(who).roles


def test_administrator_never_gets_a_role_with_keys(house: House) -> None:
    sam, sue, anna = house["sam"], house["sue"], house["anna"]
    for act in (
        lambda: changes.propose_grant(sam, sue.ref, Role.COORDINATOR),
        lambda: changes.propose_grant(sam, anna.ref, Role.ADMINISTRATOR),
        lambda: changes.propose_take_on(
            sam, Newcomer("eta", "Eta", (Role.ADMINISTRATOR, Role.REVIEWER))
        ),
    ):
        assert refused(act) == "not_together"
    signed = changes.propose_grant(sam, sue.ref, Role.AUDITOR)
    changes.confirm(house["board"], signed.change_id)
    assert person("sue").roles == {Role.ADMINISTRATOR, Role.AUDITOR}
    signed = changes.propose_grant(sam, house["security"].ref, Role.ADMINISTRATOR)
    people.grant(sam, "security", Role.COORDINATOR)
    assert refused(lambda: changes.confirm(house["board"], signed.change_id)) == "not_together"
    with pytest.raises(people.RolesApart):
        people.grant(sam, "sue", Role.REVIEWER)


def test_database_keeps_apart_what_the_rules_keep_apart(house: House) -> None:
    """Every two roles: the database refuses just those that workflows/roles.py refuses."""
    with unit_of_work() as session:
        nobody = Person(handle="nobody", display_name="Nobody")
        session.add(nobody)
        session.flush()
        person_id = nobody.id
    for first, second in permutations(STAFF_ROLES, 2):
        both = frozenset({first, second})
        refuses = bool(kept_apart(both)) or not go_together(both)
        assert is_refused(person_id, first, second) == refuses, both
    people.grant(house["sam"], "nobody", Role.AUDITOR)
    with pytest.raises(DBAPIError, match="role_grant"), unit_of_work() as session:
        session.execute(text("UPDATE role_grant SET role = 'custodian'"))


def is_refused(person_id: str, *roles: Role) -> bool:
    """Whether the database refuses these roles one after the other; nothing of it stays."""
    try:
        with unit_of_work() as session:
            for role in roles:
                session.execute(insert_into(RoleGrant).values(person_id=person_id, role=role))
            session.execute(delete(RoleGrant).where(RoleGrant.person_id == person_id))
    except DBAPIError as refused:
        if "role_grant: names" not in str(refused.orig):
            raise
        return True
    return False


@pytest.mark.parametrize("who", ["anna", "treasurer", "security"])
def test_others_sign_nothing(house: House, who: str) -> None:
    me, boris = house[who], house["boris"].ref
    signed = changes.propose_grant(house["sam"], boris, Role.AUDITOR)
    assert refused(lambda: changes.confirm(me, signed.change_id)) == "not_a_signer"
    assert refused(lambda: changes.take_back(me, signed.change_id)) == "not_a_signer"
    assert refused(lambda: changes.propose_take_on(me, IDA)) == "not_a_signer"
    assert refused(lambda: changes.propose_reset(me, boris)) == "not_a_signer"
    assert person("boris").roles == {Role.COORDINATOR}


def test_signature_of_somebody_who_has_left_does_not_count(house: House) -> None:
    signed = changes.propose_grant(house["sam"], house["anna"].ref, Role.AUDITOR)
    people.disable(house["sue"], "sam")
    assert refused(lambda: changes.confirm(house["board"], signed.change_id)) == "proposer_gone"


def test_change_is_decided_once_and_one_at_a_time(house: House) -> None:
    anna = house["anna"].ref
    signed = changes.propose_grant(house["sam"], anna, Role.AUDITOR)
    under_way = lambda: changes.propose_withdrawal(house["sue"], anna, Role.COORDINATOR)  # noqa: E731
    assert refused(under_way) == "under_way"
    changes.take_back(house["sue"], signed.change_id)
    assert refused(lambda: changes.confirm(house["board"], signed.change_id)) == "decided"
    assert person("anna").roles == {Role.COORDINATOR}
    under_way()
    with pytest.raises(LookupError):
        changes.confirm(house["board"], new_ref())


def test_taking_on_gives_each_signer_half_of_a_word(house: House) -> None:
    first = changes.propose_take_on(house["sam"], IDA, resolution="A-13")
    assert known.by_handle("ida") is None
    second = changes.confirm(house["board"], first.change_id)
    assert first.half is not None
    assert second.half is not None
    assert len({first.half, second.half}) == 2
    assert [len(half.split()) for half in (first.half, second.half)] == [4, 4]
    assert known.by_handle("ida") is None
    assert vault.keystore().holder(person("ida").id) is None
    for halves in ((first.half, first.half), (second.half, second.half), ("", second.half)):
        with pytest.raises(NotInvited):
            invitations.accept("ida", halves, OWN_WORDS)
    invitations.accept("Ida ", (f" {second.half.upper()}", first.half), OWN_WORDS)
    ida = known.by_handle("ida")
    assert ida is not None
    assert ida.roles == {Role.COORDINATOR, Role.REVIEWER}
    assert staff_keys.unlock_staff(ida.id, OWN_WORDS) is not None
    with pytest.raises(NotInvited):
        invitations.accept("ida", (first.half, second.half), "another long passphrase")


def test_invitation_ends_after_a_week_and_a_new_one_takes_two(house: House) -> None:
    first = changes.propose_take_on(house["sam"], IDA)
    second = changes.confirm(house["board"], first.change_id)
    house.clock.advance(days=8)
    with pytest.raises(NotInvited):
        invitations.accept("ida", (first.half or "", second.half or ""), OWN_WORDS)
    third = changes.propose_reset(house["sam"], person("ida").id)
    fourth = changes.confirm(house["sue"], third.change_id)
    invitations.accept("ida", (third.half or "", fourth.half or ""), OWN_WORDS)
    assert known.by_handle("ida") is not None


def test_lost_passphrase_leads_to_a_new_and_empty_key(house: House) -> None:
    _, case_id = house.submitted()
    anna = house["anna"]
    token = sessions.store().start(SessionKind.STAFF, anna.ref, {}, now())
    assert vault.holders_of(case_id, Compartment.NARRATIVE).count(anna.ref) == 1
    first = changes.propose_reset(house["sam"], anna.ref)
    assert sessions.store().load(token, now()) is not None
    second = changes.confirm(house["board"], first.change_id)
    assert sessions.store().load(token, now()) is None
    assert known.by_handle("anna") is None
    assert staff_keys.unlock_staff(anna.ref, PASSPHRASE) is None
    invitations.accept("anna", (first.half or "", second.half or ""), OWN_WORDS)
    key = staff_keys.unlock_staff(anna.ref, OWN_WORDS)
    assert key is not None
    ring = vault.ring_for(anna.ref, key)
    assert [part for part in Compartment if ring.opens(case_id, part)] == []
    assert person("anna").roles == {Role.COORDINATOR}


def test_new_cases_go_to_who_has_begun_only(house: House) -> None:
    first = changes.propose_reset(house["sam"], house["anna"].ref)
    changes.confirm(house["board"], first.change_id)
    applicant, case_id = house.submitted()
    holders = vault.holders_of(case_id, Compartment.NARRATIVE)
    assert holders == sorted([applicant.ref, house["boris"].ref])


def test_withdrawn_role_takes_its_keys_along(house: House) -> None:
    _, case_id = house.submitted()
    people.grant(house["sam"], "boris", Role.TREASURER)
    signed = changes.propose_withdrawal(house["sam"], house["boris"].ref, Role.COORDINATOR)
    changes.confirm(house["board"], signed.change_id)
    assert person("boris").roles == {Role.TREASURER}
    assert house["boris"].ref not in vault.holders_of(case_id, Compartment.NARRATIVE)
    assert vault.keystore().due_renewals() == 3
    while vault.renew_due():
        pass
    ring = vault.ring_for(house["anna"].ref, house["anna"].ring._private_key)  # noqa: SLF001
    assert [key.version for key in ring.versions(case_id, Compartment.NARRATIVE)] == [1, 2]


def insert(house: House, **values: object) -> Callable[[], None]:
    base = {
        "kind": "grant_role", "role": "auditor", "person_id": house["anna"].ref,
        "proposed_by_id": house["sam"].ref, "proposed_on": now().date(), "state": "confirmed",
        "decided_by_id": house["board"].ref, "decided_on": now().date(),
    }  # fmt: skip

    def act() -> None:
        with unit_of_work() as session:
            session.add(Change(**(base | values)))

    return act


def test_database_refuses_what_one_person_signs(house: House) -> None:
    anna, sam = house["anna"].ref, house["sam"].ref
    insert(house)()
    for values in (
        {"decided_by_id": sam},
        {"proposed_by_id": anna},
        {"decided_by_id": anna},
        {"decided_by_id": None},
        {"kind": "take_on", "role": None},
        {"role": None},
    ):
        with pytest.raises(IntegrityError):
            insert(house, **values)()


def test_database_keeps_what_was_signed(house: House) -> None:
    done = changes.propose_grant(house["sam"], house["anna"].ref, Role.AUDITOR).change_id
    changes.confirm(house["board"], done)
    pending = changes.propose_grant(house["sam"], house["boris"].ref, Role.AUDITOR).change_id
    for statement, change_id in (
        ("UPDATE person_change SET resolution = 'other' WHERE id = :id", done),
        ("UPDATE person_change SET role = 'treasurer' WHERE id = :id", pending),
        ("UPDATE person_change SET proposed_by_id = person_id WHERE id = :id", pending),
        ("DELETE FROM person_change WHERE id = :id", pending),
    ):
        with pytest.raises(DBAPIError, match="person_change"), unit_of_work() as session:
            session.execute(text(statement), {"id": change_id})
