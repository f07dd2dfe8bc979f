"""A decision in writing: two members of the board, where nobody is left to draw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.ballots import VoteForm, vote_form
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.ballots import Ballot
from fund_app.models.sealed import Compartment
from fund_app.models.types import new_ref
from fund_app.queries import casework as files
from fund_app.queries import coverage
from fund_app.services import ballots, board_votes, countersignatures, looks, rules
from fund_app.services.votes import Cast
from fund_app.views import acts, casework, labels
from fund_app.views.access import allow, not_found
from fund_app.views.treasury import fund_labels
from workflows.counting import Choice
from workflows.roles import Role


@dataclass(frozen=True, slots=True)
class File:
    """What the panel would have read, opened."""

    narrative: str
    lines: tuple[dict[str, Any], ...]


@allow(Role.BOARD_MEMBER)
def show(ballot_id: str) -> ResponseReturnValue:
    """Show the vote and, once it has been opened, the file with the form of a decision."""
    ballot = _ballot(ballot_id)
    file = _file(ballot)
    return _page(ballot, file, None if file is None else _form(ballot, file))


@allow(Role.BOARD_MEMBER)
def look(ballot_id: str) -> ResponseReturnValue:
    """Open the file: written down first, then shown."""
    ballot = _ballot(ballot_id)
    mark = looks.look(acts.me(), ballot.application_id, Compartment.REVIEW)
    casework.remember_opened(ballot.application_id, Compartment.REVIEW, mark)
    return _back(ballot_id)


@allow(Role.BOARD_MEMBER)
def sign_first(ballot_id: str) -> ResponseReturnValue:
    """Give the first of two signatures under a decision in writing."""
    _ballot(ballot_id)
    board_votes.sign_first(acts.me(), ballot_id, acts.wish())
    flash(_("You have signed first. Another member decides and signs second."), "success")
    return _back(ballot_id)


@allow(Role.BOARD_MEMBER)
def written_board(ballot_id: str) -> ResponseReturnValue:
    """Decide, as the second of two members."""
    ballot = _ballot(ballot_id)
    file = _file(ballot)
    if file is None:
        return _back(ballot_id)
    form = _form(ballot, file)
    if not form.validate():
        return _page(ballot, file, form), 422
    given = Cast(
        Choice(form["choice"].data), form.lines(), form.refusal_code(), form["reason"].data
    )
    ballots.written_board(acts.me(), ballot_id, given, acts.wish())
    flash(_("The board has decided."), "success")
    return redirect(url_for("board.decisions"), 303)


def _ballot(ballot_id: str) -> Ballot:
    ballot: Ballot | None = files.ballot(db.session(), ballot_id)
    return ballot if ballot is not None and ballot.state == "no_quorum" else not_found()


def _file(ballot: Ballot) -> File | None:
    """Return the file where its opening has been written down and the key is held."""
    ring, case_id = acts.me().ring, ballot.application_id
    is_open = casework.has_opened(case_id, Compartment.REVIEW)
    found = files.review_file(db.session(), case_id)
    if found is None or not is_open or not ring.opens(case_id, Compartment.REVIEW):
        return None
    return File(found.narrative.open(ring), tuple(json.loads(found.lines.open(ring))))


def _form(ballot: Ballot, file: File) -> VoteForm:
    case = ballot.application
    codes = rules.of(db.session(), case).refusal_codes
    made = vote_form(
        [pair for pair in labels.CHOICES.items() if pair[0] != Choice.ABSTAIN],
        [(code, labels.REASONS[code]) for code in codes],
        [line["amount"] for line in file.lines],
        case.currency,
    )
    hidden = {"request_id": new_ref(), "step_seen": str(ballot.step)}
    return made(request.form or None, data=hidden)


def _page(ballot: Ballot, file: File | None, form: VoteForm | None) -> str:
    person = acts.me()
    signed = [
        each.person_id
        for each in countersignatures.waiting(db.session(), ballot)
        if each.action == board_votes.ACTION
    ]
    covered = None
    if file is not None:
        asked = coverage.by_category(file.lines)
        covered = coverage.coverage(db.session(), ballot.application, asked, now().date())
    return render_template(
        "board/ballot.html",
        covered=covered,
        short_lines=[fund_labels.line(code) for code in covered.lines] if covered else (),
        ballot=ballot,
        case=ballot.application,
        file=file,
        form=form,
        holds_key=person.ring.opens(ballot.application_id, Compartment.REVIEW),
        has_signed=person.ref in signed,
        is_second=any(ref != person.ref for ref in signed),
        left=acts.time_left(ballot.due_at),
        fresh=new_ref,
    )


def _back(ballot_id: str) -> ResponseReturnValue:
    return redirect(url_for("board.ballot", ballot_id=ballot_id), 303)
