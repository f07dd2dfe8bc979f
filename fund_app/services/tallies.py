"""Votes as numbers, for those who look afterwards: only once a ballot has been decided."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fund_app.models.ballots import Ballot
from fund_app.services import votes
from workflows.counting import Count


def tally(session: Session, ballot_id: str) -> Count | None:
    """Count a decided ballot again; None before, and where it was decided without votes."""
    ballot = session.get(Ballot, ballot_id)
    if ballot is None or ballot.state != "decided":
        return None
    cast = votes.valid_votes(session, ballot)
    return votes.counted(ballot, cast) if cast else None
