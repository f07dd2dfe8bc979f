"""Who works in the demonstration's house now: somebody new, somebody gone, a waiting change."""

from __future__ import annotations

from fund_app.services import changes, people, sharing
from fund_app.services.demo_house import House
from workflows.roles import SYSTEM, Role

NEWCOMER = ("coordinator-3", "Mila Kraus")
LEAVER = ("reviewer-8", "Arno Beck")
RESOLUTION = "Board 2026-06-29 (demo)"


def arrange(house: House) -> None:
    """Leave three things to be seen on the pages of people and keys.

    A coordinator taken on after every case came in lacks their keys, and a colleague has
    proposed to share them. A reviewer has left. A member of the board has proposed a role.
    """
    handle, name = NEWCOMER
    house.take_on(handle, name, "de", (Role.COORDINATOR,))
    sharing.propose(house["coordinator-2"], house[handle].ref)
    handle, name = LEAVER
    house.take_on(handle, name, "en", (Role.REVIEWER,))
    people.disable(SYSTEM, handle)
    reviewer = house["reviewer-4"].ref
    changes.propose_grant(house["board-2"], reviewer, Role.CHAIR, resolution=RESOLUTION)
