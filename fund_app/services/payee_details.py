"""Who is paid and how, as it was told: opened by the payer's key, and known again by a digest."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from fund_app.queries import answers
from fund_app.services import lasting_keys
from fund_app.services.vault import SignedIn


def digest(details: Mapping[str, str]) -> str:
    """Return the keyed digest of a payee's details, so that a change is noticed without them.

    A question left empty and one that was never answered are the same.
    """
    key = lasting_keys.lasting_key("payee-digest")
    told = {question: text for question, text in details.items() if text}
    canonical = json.dumps(told, sort_keys=True).encode()
    return hmac.new(key, canonical, hashlib.sha256).hexdigest()


def opened(session: Session, actor: SignedIn, application_id: str) -> dict[str, str]:
    """Open a payee's details; raises NoKey (models.sealed) for who does not make payments."""
    found = answers.opened(session, actor.ring, application_id, compartment="payout")
    return {question: text for (question, _item), text in found.items()}
