"""The people of the demonstration, one per way of looking at the fund.

The demonstration's data makes them with these handles and secrets; the door page signs in as
one of them. The secrets protect nothing: the data they open is made up, and the door exists in
a demonstration on a loopback address only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fund_app.services import codenames, staff_keys
from fund_app.services.codenames import Entrant
from workflows.roles import Role

STAFF_PASSPHRASE = "demonstration only, please"  # noqa: S105 - see the module's first lines


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody the demonstration can be seen as; `number` tells several of one kind apart."""

    handle: str
    display_name: str
    roles: frozenset[Role]
    number: int = 0
    codename: str = field(default="", repr=False)

    @property
    def role(self) -> Role:
        """The role the card is named after."""
        return min(self.roles - {Role.CHAIR})


def _staff(handle: str, name: str, *roles: Role, number: int = 0) -> Persona:
    return Persona(handle, name, frozenset(roles), number)


PERSONAS: tuple[Persona, ...] = (
    Persona(
        "applicant", "", frozenset({Role.APPLICANT}),
        codename="campfire central droll erase guise impede mantis",
    ),
    _staff("coordinator", "Ida Berg", Role.COORDINATOR),
    _staff("reviewer-1", "Tomas Lind", Role.REVIEWER, number=1),
    _staff("reviewer-2", "Nino Kapanadze", Role.REVIEWER, number=2),
    _staff("reviewer-3", "Vera Sokol", Role.REVIEWER, Role.CHAIR, number=3),
    _staff("finance-1", "Pavel Horak", Role.FINANCE_OFFICER, number=1),
    _staff("finance-2", "Maria Keller", Role.FINANCE_OFFICER, number=2),
    _staff("treasurer", "Jonas Vogel", Role.TREASURER),
    Persona(
        "donor", "", frozenset({Role.DONOR}),
        codename="nocturne plop remote serge suffix toad abacus",
    ),
    _staff("security", "Nadia Sommer", Role.SECURITY_LEAD),
    _staff("custodian-1", "Irina Falk", Role.CUSTODIAN, number=1),
    _staff("custodian-2", "Marta Nowak", Role.CUSTODIAN, number=2),
    _staff("board", "Lena Marek", Role.BOARD_MEMBER),
    _staff("auditor", "Olga Winter", Role.AUDITOR),
    _staff("administrator", "Sam Otto", Role.ADMINISTRATOR),
)  # fmt: skip


def persona(handle: str) -> Persona | None:
    """Return the persona of this handle, or None."""
    return next((one for one in PERSONAS if one.handle == handle), None)


def enter(chosen: Persona, person_id: str | None) -> Entrant | None:
    """Open the persona's key: by passphrase for staff (whose id is handed in), else by codename.

    None where the demonstration's data is not loaded.
    """
    if chosen.roles == {Role.APPLICANT}:
        return codenames.applicants().sign_in(chosen.codename)
    if chosen.roles == {Role.DONOR}:
        return codenames.donors().sign_in(chosen.codename)
    key = staff_keys.unlock_staff(person_id, STAFF_PASSPHRASE)
    return None if person_id is None or key is None else Entrant(person_id, key)
