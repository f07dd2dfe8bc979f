"""Ways to pay: the matrix with search and filter, a word changed by two, stops and their end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forms.channels import ChannelChangeForm, ChannelStopForm
from forms.countries import NOT_SAID, country_choices
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import channels as reads
from fund_app.services import channel_changes, channel_stops, channels
from fund_app.services.channel_changes import Word
from fund_app.services.channel_stops import ChannelRefused
from fund_app.services.unit import unit_of_work
from fund_app.views import acts, channel_labels, errors
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.treasury import labels
from workflows.channels import ANY, CHANNELS, CHOOSABLE_REASONS, STATUSES, Verdict
from workflows.countries import GROUP_CODES
from workflows.roles import Role

SIGNERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.SECURITY_LEAD)
READERS = (*SIGNERS, Role.BOARD_MEMBER, Role.COORDINATOR)
LONGEST_SEARCH = 64
ROWS_A_PAGE = 25
MOST_VERSIONS = 20
PLACES = [ANY, *GROUP_CODES]

REFUSALS = {
    "not_a_signer": _l("The treasury and the security lead sign this."),
    "same_person": _l("You have proposed this yourself. Somebody else has to confirm it."),
    "other_side": _l("One half is signed by the treasury, the other by the security lead."),
    "decided": _l("Somebody else was quicker: this has been decided already."),
    "under_way": _l("A change of this cell waits for its second signature. Decide on that first."),
    "unknown_cell": _l("There is no such cell. Please choose place, way and person anew."),
    "reason_missing": _l("Please say why: whoever asks for this way reads the reason."),
    "below_floor": _l("No fund may allow this: people have been charged for such a transfer."),
    "says_so_already": _l("The matrix says so already."),
    "lifted": _l("Somebody else was quicker: this way is open again."),
    "proposed": _l("Somebody has proposed to lift it already. You can be the second."),
    "not_proposed": _l(
        "Nobody proposes to lift it any more. Propose it, and another one lifts it."
    ),
}


@dataclass(frozen=True, slots=True)
class Search:
    """What the matrix is narrowed to."""

    text: str
    channel: str
    verdict: str
    page: int


def register_refusals(bp: Blueprint) -> None:
    """Turn what a word about a channel is refused for into a page with a plain sentence."""
    bp.register_error_handler(ChannelRefused, _on_refused)


def _on_refused(refused: ChannelRefused) -> Response:
    return errors.refusal(str(REFUSALS[refused.code]))


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show the matrix in force, what is stopped, and the changes that wait."""
    return _page(_stop_form())


@allow(*SIGNERS)
def new_change() -> ResponseReturnValue:
    """Show the form for a new word; the cell that was pressed is filled in."""
    asked = request.args
    start = {name: asked.get(name, "") for name in ("place", "channel", "status")}
    return _change_page(_change_form(start))


@allow(*SIGNERS)
@confirmed
def propose_change() -> ResponseReturnValue:
    """Propose a new word for a cell."""
    form = _change_form()
    if not form.validate_on_submit():
        return _change_page(form), 422
    key = (form.place.data, form.channel.data, form.status.data)
    word = Word(key, Verdict(form.verdict.data), form.reason_code, form.resolution.data or "")
    try:
        channel_changes.propose(acts.me(), word)
    except ChannelRefused as refused:
        form.form_errors.append(str(REFUSALS[refused.code]))
        return _change_page(form), 409
    return _back(_("Proposed. It holds once somebody of the other side has confirmed it."))


@allow(*SIGNERS)
@confirmed
def confirm_change(channel_change_id: str) -> ResponseReturnValue:
    """Put the second signature under a change."""
    version = _found(channel_changes.confirm, channel_change_id)
    return _back(_("Version %(number)s of the matrix is in force.", number=version))


@allow(*SIGNERS)
def take_back_change(channel_change_id: str) -> ResponseReturnValue:
    """Withdraw a proposed change."""
    _found(channel_changes.take_back, channel_change_id)
    return _back(_("Withdrawn. The matrix stays as it was."))


@allow(*SIGNERS, Role.COORDINATOR)
@confirmed
def stop() -> ResponseReturnValue:
    """Stop a way in a group of countries at once; one person is enough to stop it."""
    form = _stop_form()
    if not form.validate_on_submit():
        return _page(form), 422
    with unit_of_work() as session:
        channel_stops.stop(session, acts.me(), form.region.data, form.channel.data)
    return _back(_("Stopped. What was to go this way is on hold until two people lift it."))


@allow(*SIGNERS)
@confirmed
def propose_lift(channel_stop_id: str) -> ResponseReturnValue:
    """Propose to lift a stop, as the first of two."""
    _found(channel_stops.propose_lift, channel_stop_id)
    return _back(_("Proposed. Somebody of the other side has to lift it."))


@allow(*SIGNERS)
@confirmed
def lift(channel_stop_id: str) -> ResponseReturnValue:
    """Lift a stop, as the second of two."""
    _found(channel_stops.lift, channel_stop_id)
    return _back(_("The way is open again. What is on hold is released one by one."))


@allow(*SIGNERS)
def take_back_lift(channel_stop_id: str) -> ResponseReturnValue:
    """Withdraw the proposal to lift a stop."""
    _found(channel_stops.take_back_lift, channel_stop_id)
    return _back(_("Withdrawn. The way stays stopped."))


def _found(act: Callable[..., object], row_id: str) -> object:
    try:
        return act(acts.me(), row_id)
    except LookupError:
        return not_found()


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("treasury.channels"), 303)


def _page(form: ChannelStopForm) -> str:
    session, person, search = db.session(), acts.me(), _search()
    matrix = channels.matrix(session)
    found = [row for row in reads.rows(matrix) if _fits(row, search)]
    first = (search.page - 1) * ROWS_A_PAGE
    shown = list(islice(found, first, first + ROWS_A_PAGE))
    return render_template(
        "treasury/channels/index.html",
        rows=shown,
        columns=reads.COLUMNS,
        version=matrix.version,
        search=search,
        channels=labels.CHANNELS,
        words=channel_labels,
        stops=reads.stops(session, now().date()),
        waiting=reads.proposed(session),
        versions=reads.versions(session, MOST_VERSIONS),
        form=form,
        me=person.ref,
        may_sign=person.has_any(frozenset(SIGNERS)),
        may_stop=person.has_any(frozenset((*SIGNERS, Role.COORDINATOR))),
        previous_url=_address(search, search.page - 1) if search.page > 1 else None,
        next_url=_address(search, search.page + 1) if len(found) > first + ROWS_A_PAGE else None,
        fresh=new_ref,
    )


def _search() -> Search:
    asked = request.args
    channel, verdict, page = (asked.get(name, "") for name in ("channel", "verdict", "page"))
    return Search(
        asked.get("q", "")[:LONGEST_SEARCH].strip(),
        channel if channel in CHANNELS else "",
        verdict if verdict in set(Verdict) else "",
        int(page) if page.isascii() and page.isdigit() and int(page[:4]) > 0 else 1,
    )


def _fits(row: reads.MatrixRow, search: Search) -> bool:
    words = f"{row.place} {channel_labels.place(row.place)} {labels.CHANNELS[row.channel]}"
    return (
        (not search.channel or row.channel == search.channel)
        and (not search.verdict or any(cell.verdict == search.verdict for cell in row.cells))
        and search.text.casefold() in words.casefold()
    )


def _address(search: Search, page: int) -> str:
    return url_for(
        "treasury.channels",
        q=search.text or None,
        channel=search.channel or None,
        verdict=search.verdict or None,
        page=page if page > 1 else None,
    )


def _change_form(start: dict[str, str] | None = None) -> ChannelChangeForm:
    form = ChannelChangeForm(data=start)
    countries = country_choices(str(get_locale() or "en"))
    form.place.choices = [
        *((code, channel_labels.place(code)) for code in PLACES),
        *((code, name) for code, name in countries if code != NOT_SAID),
    ]
    form.channel.choices = [(way, labels.CHANNELS[way]) for way in CHANNELS]
    form.status.choices = [(code, channel_labels.STATUSES[code]) for code in (ANY, *STATUSES)]
    form.verdict.choices = [(code.value, channel_labels.VERDICTS[code]) for code in Verdict]
    form.reason.choices = [
        ("", _("No reason needed")),
        *((code, channel_labels.REASONS[code]) for code in CHOOSABLE_REASONS),
    ]
    return form


def _change_page(form: ChannelChangeForm) -> str:
    return render_template("treasury/channels/change.html", form=form)


def _stop_form() -> ChannelStopForm:
    form = ChannelStopForm()
    form.region.choices = [(code, channel_labels.place(code)) for code in GROUP_CODES]
    form.channel.choices = [(way, labels.CHANNELS[way]) for way in CHANNELS]
    return form
