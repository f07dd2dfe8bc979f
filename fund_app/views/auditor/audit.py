"""The trail: is it whole, what concerns the house, how each case was decided."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import anchors as kept_anchors
from fund_app.queries import audit as trail
from fund_app.services import anchors, tallies
from fund_app.services import audit as chains
from fund_app.views import labels as words
from fund_app.views.access import allow, not_found
from fund_app.views.auditor import labels
from workflows.roles import Role

LONGEST_SEARCH = 64


@allow(Role.AUDITOR)
def index() -> ResponseReturnValue:
    """List cases by designation, with the day's anchor and the way to verify."""
    search = request.args.get("q", "")[:LONGEST_SEARCH]
    session = db.session()
    found = trail.cases(session, search, request.args.get("after"))
    return render_template(
        "auditor/audit/index.html",
        tabs=tabs("auditor.audit"),
        page=found,
        search=search,
        words=words,
        size=trail.size(session),
        anchor=kept_anchors.newest(session),
        following_url=found.following
        and url_for("auditor.audit", q=search or None, after=found.following),
    )


@allow(Role.AUDITOR)
def verify() -> ResponseReturnValue:
    """Walk every chain now and say what was found, the first broken event of each."""
    session = db.session()
    broken = list(chains.verify(session, SUBJECTS))
    known = {(one.chain, one.subject_id) for one in broken}
    held = anchors.check(session)
    broken += [one for one in held if (one.chain, one.subject_id) not in known]
    names = trail.designations(session, [each.subject_id for each in broken])
    return render_template(
        "auditor/audit/verify.html",
        tabs=tabs("auditor.verify"),
        broken=broken,
        names=names,
        size=trail.size(session),
        labels=labels,
        moment=now(),
    )


@allow(Role.AUDITOR)
def house() -> ResponseReturnValue:
    """List what concerns the house: people, roles, exports."""
    found = trail.house_events(db.session(), request.args.get("after"))
    return render_template(
        "auditor/audit/house.html",
        tabs=tabs("auditor.house"),
        page=found,
        labels=labels,
        role=words.role,
        following_url=found.following and url_for("auditor.house", after=found.following),
    )


@allow(Role.AUDITOR)
def case(application_id: str) -> ResponseReturnValue:
    """Show how one case was decided: steps, roles, votes, promises; no word of what it is about."""
    session = db.session()
    found = trail.case(session, application_id) or not_found()
    votes = [(each, tallies.tally(session, each.id)) for each in trail.ballots(session, found.id)]
    return render_template(
        "auditor/audit/case.html",
        case=found,
        events=trail.trail(session, found.id),
        votes=votes,
        clocks=trail.clocks(session, found.id),
        looks=trail.looks(session, found.id),
        labels=labels,
        words=words,
        role=words.role,
    )


def tabs(current: str) -> list[tuple[Any, ...]]:
    """Return the tabs of the trail's pages, the present one marked."""
    pages = (
        ("auditor.audit", _("Cases")),
        ("auditor.house", _("The house")),
        ("auditor.erasures", _("Erasures")),
        ("auditor.verify", _("Verify now")),
    )
    return [(words, url_for(endpoint), endpoint == current) for endpoint, words in pages]
