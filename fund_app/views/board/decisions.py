"""What waits for the board: consent, appeals, votes without a quorum, fast tracks, incidents."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import budgets, oversight, suspensions
from fund_app.queries import disbursements as payments
from fund_app.queries.suspensions import SignatureRow
from fund_app.services import appeals, applications
from fund_app.views import acts, errors
from fund_app.views.access import allow, not_found
from fund_app.views.treasury import labels
from workflows.holds import HoldKind
from workflows.roles import Role

OUTCOMES = {
    "upheld": _l("The appeal is right: a new panel decides"),
    "dismissed": _l("The refusal stands"),
    "inadmissible": _l("The appeal cannot be heard"),
    "settled": _l("It has been settled otherwise"),
}


@allow(Role.BOARD_MEMBER)
def index() -> ResponseReturnValue:
    """Show everything that waits for the board, by designation."""
    session, me = db.session(), acts.me().ref
    frozen = suspensions.suspended(session)
    signed = suspensions.first_signatures(session, [row.id for row in frozen])
    happened = suspensions.held(session, HoldKind.PERSON_EVENT)
    ends = suspensions.first_signatures(session, [row.id for row in happened], ("directive_close",))
    consents, waiting = oversight.waiting_for_consent(session), payments.waiting_for_money(session)
    awards = [*(row.id for row in consents), *(row.id for row in waiting)]
    return render_template(
        "board/index.html",
        consents=consents,
        short=budgets.shortages(session, awards, now().date()),
        appeals=oversight.in_state(session, "appealed"),
        ballots=oversight.without_quorum(session),
        fast_tracks=oversight.in_state(session, "fast_track"),
        waiting=waiting,
        incidents=oversight.incidents(session),
        frozen=frozen,
        agreed={row.id for row in frozen if _has_agreed(signed.get(row.id, []), me)},
        happened=happened,
        ends_agreed={
            row.id for row in happened if _has_agreed(ends.get(row.id, []), me, "directive_close")
        },
        outcomes=OUTCOMES,
        labels=labels,
        time_left=acts.time_left,
        fresh=new_ref,
    )


@allow(Role.BOARD_MEMBER)
def consent(application_id: str) -> ResponseReturnValue:
    """Consent to an award above the panel's limit."""
    _require(application_id)
    applications.board_consent(acts.me(), application_id, acts.wish())
    return _back(_("The board's consent is recorded, and the award goes on."))


@allow(Role.BOARD_MEMBER)
def appeal(application_id: str) -> ResponseReturnValue:
    """Sign for an outcome of an appeal; a second member and a coordinator follow."""
    _require(application_id)
    outcome = request.form.get("outcome", "")
    if outcome not in OUTCOMES:
        return errors.refusal(_("Please choose how the appeal ends."), status=422)
    appeals.sign(acts.me(), application_id, outcome, acts.wish())
    return _back(_("You have signed. Once two members agree, a coordinator carries it out."))


@allow(Role.BOARD_MEMBER)
def close_suspended(application_id: str) -> ResponseReturnValue:
    """Sign first for the end of a frozen case; the security lead carries it out."""
    _require(application_id)
    applications.sign_first(acts.me(), application_id, "close_suspended", acts.wish())
    return _back(_("You have signed first. Another person has to follow."))


@allow(Role.BOARD_MEMBER)
def directive_close(application_id: str) -> ResponseReturnValue:
    """Sign first for the end of a case after a death; who leads it carries it out."""
    _require(application_id)
    applications.sign_first(acts.me(), application_id, "directive_close", acts.wish())
    return _back(_("You have signed first. Who leads the case can end it now."))


def _has_agreed(
    signed: Sequence[SignatureRow], person_id: str, action: str = "close_suspended"
) -> bool:
    return any(row.action == action and row.person_id == person_id for row in signed)


def _require(application_id: str) -> None:
    if oversight.case(db.session(), application_id) is None:
        not_found()


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("board.decisions"), 303)
