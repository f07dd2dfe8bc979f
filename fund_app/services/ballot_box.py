"""The ballot box: votes lie shut in it until they are counted, and no person holds its key."""

from __future__ import annotations

from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.models.sealed import CannotOpen, DataKey, Place, open_with, seal_with
from fund_app.services.vault import deployment_secrets

BALLOT_BOX_VERSION = 1


class BallotBox:
    """Keeps votes shut until closing, yet lets the system count them without a person.

    It takes choices and amounts only; reasons are sealed in the review compartment. The key
    comes from the deployment secret, so the database alone shows nothing
    (docs/decisions/0002-ballot-box.md). Columns declare `info=sealed_by("the ballot box")`.
    """

    def __init__(self, deployment: DeploymentSecrets) -> None:
        """Derive the box's key from the installation's secret, and from the one before it."""
        self._keys = [
            DataKey(BALLOT_BOX_VERSION, each.subkey("ballot-box"))
            for each in deployment.generations
        ]

    def cast(self, ballot_id: str, seat_id: str, vote: bytes) -> bytes:
        """Seal one seat's vote in one ballot; every vote up to 508 bytes is equally long."""
        return seal_with(self._keys[0], _box_place(ballot_id, seat_id), vote)

    def read(self, ballot_id: str, seat_id: str, stored: bytes) -> bytes:
        """Open a vote at counting; CannotOpen for another ballot, another seat or damage."""
        return self._open(ballot_id, seat_id, stored)[0]

    def sealed_anew(self, ballot_id: str, seat_id: str, stored: bytes) -> bytes | None:
        """Return a vote sealed under the present secret, or None where it is already."""
        vote, is_present = self._open(ballot_id, seat_id, stored)
        return None if is_present else self.cast(ballot_id, seat_id, vote)

    def _open(self, ballot_id: str, seat_id: str, stored: bytes) -> tuple[bytes, bool]:
        """Return a vote and whether the present secret has opened it."""
        place = _box_place(ballot_id, seat_id)
        for key in self._keys:
            try:
                return open_with(key, place, stored), key is self._keys[0]
            except CannotOpen:
                continue
        raise CannotOpen


def ballot_box() -> BallotBox:
    """Return the installation's ballot box."""
    return BallotBox(deployment_secrets())


def _box_place(ballot_id: str, seat_id: str) -> Place:
    return Place(
        case=ballot_id, compartment="ballot-box", table="ballot", column="vote", row=seat_id
    )
