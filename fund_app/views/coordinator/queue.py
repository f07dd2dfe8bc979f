"""The queue: every case by the time its nearest clock leaves, narrowed as the address says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.fields import tidy
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import applications, casework, messages
from fund_app.queries.applications import ENDED, OPEN, QueueFilter, QueueRow
from fund_app.views import labels
from fund_app.views.access import allow
from fund_app.views.casework import TimeLeft, me, time_left
from workflows.emergency import EMERGENCY
from workflows.roles import Role

NOBODY = "none"
MINE = "me"
LONGEST_SEARCH = 64
LONGEST_CURSOR = 200
FINAL = tuple(state.code for state in EMERGENCY.states if state.final)
LIVE = tuple(s.code for s in EMERGENCY.states if not s.final and s.code != EMERGENCY.initial)


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the queue with its clocks as badges."""

    case: QueueRow
    clocks: tuple[TimeLeft, ...]
    has_unread: bool


@allow(Role.COORDINATOR)
def index() -> ResponseReturnValue:
    """Show a page of the queue."""
    narrowed = _filter()
    session = db.session()
    found = applications.queue(session, _with_me(narrowed))
    clocks = casework.live_clocks(session, [row.id for row in found.rows])
    unread = messages.with_unread(session, [row.id for row in found.rows])
    moment = now()
    rows = [
        Row(
            row,
            tuple(
                time_left(clock.name, clock.state, clock.due_at, moment)
                for clock in clocks.get(row.id, [])
            ),
            row.id in unread,
        )
        for row in found.rows
    ]
    return render_template(
        "coordinator/applications/queue.html",
        rows=rows,
        narrowed=narrowed,
        labels=labels,
        colleagues=casework.coordinators(session),
        states=FINAL if narrowed.view == ENDED else LIVE,
        tabs=_address,
        first_url=_address(narrowed) if narrowed.cursor else None,
        following_url=_address(narrowed, after=found.following) if found.following else None,
        is_narrowed=bool(narrowed.state or narrowed.band or narrowed.lead_id or narrowed.search),
    )


def _filter() -> QueueFilter:
    """Read the address; what is no code of ours narrows nothing."""
    view = ENDED if request.args.get("view") == ENDED else OPEN
    state, band = request.args.get("state", ""), request.args.get("band", "")
    return QueueFilter(
        view=view,
        state=state if state in labels.STATES else "",
        band=band if band in labels.BANDS else "",
        lead_id=tidy(request.args.get("lead", ""))[:32],
        search=tidy(request.args.get("q", ""))[:LONGEST_SEARCH],
        cursor=request.args.get("after", "")[:LONGEST_CURSOR] or None,
    )


def _with_me(narrowed: QueueFilter) -> QueueFilter:
    if narrowed.lead_id != MINE:
        return narrowed
    return QueueFilter(
        narrowed.view, narrowed.state, narrowed.band, me().ref, narrowed.search, narrowed.cursor
    )


def _address(narrowed: QueueFilter, **changes: Any) -> str:
    """Return the address of the queue with these filters; changes of None take one away."""
    parts = {
        "view": narrowed.view if narrowed.view != OPEN else None,
        "state": narrowed.state,
        "band": narrowed.band,
        "lead": narrowed.lead_id,
        "q": narrowed.search,
    }
    kept = {name: value for name, value in {**parts, **changes}.items() if value}
    return url_for("coordinator.queue", **kept)
