"""What the pages of coordinators and reviewers share: time left, looks, refusals in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g
from flask import session as remembered
from flask_babel import gettext as _
from flask_babel import ngettext

from fund_app.extensions import db
from fund_app.models.ballots import Ballot
from fund_app.models.events import Event
from fund_app.models.sealed import CannotOpen, Compartment, NoKey
from fund_app.queries import brakes
from fund_app.services import votes
from fund_app.services.ballots import PanelTooSmall
from fund_app.services.transition import Conflict
from fund_app.services.vault import SignedIn
from fund_app.views import formats, history_labels, labels, marks, session
from fund_app.views.access import not_found
from workflows.ballot import VOTES_SHOWN
from workflows.counting import InvalidVote
from workflows.engine import Refused

SOON = timedelta(hours=4)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OPENED = "opened"
"""Where the session keeps which compartments of which cases the person has opened in it."""


STOPPED = "fund_stopped"
"""Where a request keeps whether the insider brake stops the person."""


class Missing(Exception):
    """Something the form names is not there; the text is a sentence for the page."""


REFUSING = (Refused, Conflict, PanelTooSmall, InvalidVote, NoKey, Missing)
"""What a service may answer instead of doing what was wished."""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """A clock as a badge: its kind, the words, the moment it runs out (None while it stands)."""

    clock: str
    kind: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Since:
    """One thing that happened after the page was opened."""

    what: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something was not done, in sentences, and what changed meanwhile."""

    sentences: tuple[str, ...]
    since: tuple[Since, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """One vote of a closed ballot without the voter."""

    choice: str
    reason: str


def me() -> SignedIn:
    """Return who is signed in; the access rule has let nobody else through."""
    return session.current() or not_found()


def has_opened(case_id: str, compartment: Compartment | str) -> bool:
    """Whether the person has opened this in the present session, and nobody has stopped them."""
    return f"{case_id}:{compartment}" in remembered.get(OPENED, []) and not _is_stopped()


def remember_opened(case_id: str, compartment: Compartment | str, code: str) -> None:
    """Remember for this session that the look has been written down, and its mark."""
    marks.remember(code)
    mark = f"{case_id}:{compartment}"
    if mark not in remembered.get(OPENED, []):
        remembered[OPENED] = [*remembered.get(OPENED, []), mark]


def _is_stopped() -> bool:
    if STOPPED not in g:
        setattr(g, STOPPED, brakes.is_stopped(db.session(), me().ref))
    return bool(g.get(STOPPED))


def time_left(clock: str, state: str, due_at: datetime, moment: datetime) -> TimeLeft:
    """Return a clock as a badge: running, soon, overdue or paused."""
    name = str(labels.CLOCKS[clock])
    if state == "paused":
        return TimeLeft(name, "paused", _("stands still"), None)
    left = due_at - moment
    if left < timedelta(0):
        return TimeLeft(name, "overdue", _("%(time)s over", time=span(-left)), due_at)
    kind = "soon" if left <= SOON else "running"
    return TimeLeft(name, kind, _("%(time)s left", time=span(left)), due_at)


def span(length: timedelta) -> str:
    """Return a length of time in the largest unit that still says something."""
    if length >= 2 * DAY:
        days = length // DAY
        return str(ngettext("%(num)s day", "%(num)s days", days))
    if length >= HOUR:
        hours = length // HOUR
        return str(ngettext("%(num)s hour", "%(num)s hours", hours))
    minutes = length // MINUTE
    return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))


def spoken(ballot: Ballot, person: SignedIn) -> tuple[Spoken, ...]:
    """Return the votes of a closed ballot with their reasons, as far as the person's keys reach.

    Sorted by what was said, so that no seat can be told from the order; none before closing.
    """
    if ballot.state not in VOTES_SHOWN:
        return ()
    found = []
    for seat in ballot.seats:
        if seat.vote is None or seat.vote.is_void or seat.status == "recused":
            continue
        try:
            reason = seat.vote.reason.open(person.ring)
        except CannotOpen:
            continue
        found.append(Spoken(str(votes.read(ballot, seat).vote.choice), reason))
    return tuple(sorted(found, key=lambda each: (each.choice, each.reason)))


def trouble(error: Exception) -> Trouble:
    """Turn what a service refused into sentences."""
    if isinstance(error, Refused):
        return Trouble(tuple(labels.refusal(code) for code in error.codes))
    if isinstance(error, Conflict):
        sentence = _("Somebody else was quicker, so this was not done. Please look once more.")
        return Trouble((sentence,), tuple(_since(event) for event in error.since))
    return Trouble((_sentence(error),))


def _sentence(error: Exception) -> str:
    if isinstance(error, PanelTooSmall):
        return str(
            _(
                "Fewer reviewers are left without a part in this case than the vote needs. The "
                "board has to find more people before it can go to a panel."
            )
        )
    if isinstance(error, InvalidVote):
        return str(_("The amounts do not fit the lines of the request. Please check each one."))
    if isinstance(error, NoKey):
        return str(_("You hold no key to this part of the case. A colleague who does can go on."))
    return str(error)


def _since(event: Event) -> Since:
    when = formats.moment(event.at) if event.at else formats.day(event.day)
    what = str(history_labels.HAPPENED.get(event.action, event.action))
    return Since(what, labels.role(event.actor_role), when)
