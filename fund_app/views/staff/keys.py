"""Keys: who lacks those they ought to hold, sharing them again, and what a leaver left behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fund_app.extensions import db
from fund_app.models.people import Person
from fund_app.models.sealed import Compartment
from fund_app.models.sharing import KeyShare
from fund_app.models.types import new_ref
from fund_app.queries import applications
from fund_app.queries import people as reads
from fund_app.services import holdings, sharing
from fund_app.services.holdings import Lack
from fund_app.services.sharing import ShareRefused
from fund_app.views import acts, errors, labels
from fund_app.views.access import allow, confirmed, not_found
from workflows.roles import Role

SHARERS = (Role.COORDINATOR, Role.CUSTODIAN, Role.FINANCE_OFFICER, Role.TREASURER)
SHOWN = 50
LONGEST_NUMBER = 7

COMPARTMENTS = {
    Compartment.IDENTITY: _l("who it is"),
    Compartment.NARRATIVE: _l("what happened"),
    Compartment.DOCUMENTS: _l("documents"),
    Compartment.MESSAGES: _l("messages"),
    Compartment.PAYOUT: _l("payment details"),
    Compartment.REVIEW: _l("redacted file"),
}

CARRIED = {"lead": _l("leads the case"), "seat": _l("sits on the panel")}

REFUSALS = {
    "not_a_sharer": _l("Your role holds no keys that could be shared."),
    "about_yourself": _l("These are keys for yourself, so two others have to share them."),
    "no_access": _l("This person has no access any more."),
    "under_way": _l("Sharing with this person is proposed already; somebody else confirms it."),
    "nothing_lacking": _l("This person holds every key of their role."),
    "not_proposed": _l("Nobody has proposed this yet, or somebody has withdrawn it."),
    "same_person": _l("You have proposed this yourself. Somebody else has to confirm it."),
    "proposer_gone": _l(
        "Whoever proposed this has no access any more, so it does not count."
        " Please propose it anew."
    ),
    "nothing_to_share": _l(
        "You hold none of these keys yourself. Somebody who holds them has to confirm."
    ),
}


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody who lacks keys: how many compartments of how many cases, and what is under way."""

    person: Person
    parts: int
    cases: int
    lost: int
    share: KeyShare | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case somebody lacks keys of, or all receipts; `lost` are those nobody could share."""

    designation: str
    lacks: str
    lost: str


def register_refusals(bp: Blueprint) -> None:
    """Turn what sharing is refused for into a page with a plain sentence."""
    bp.register_error_handler(ShareRefused, _on_refused)


@allow(*SHARERS)
def index() -> ResponseReturnValue:
    """List who lacks keys of open cases, and open cases somebody has left behind."""
    session = db.session()
    lacks = sharing.by_person(holdings.lacking(session))
    shares = sharing.proposed(session)
    rows = [
        _lacking(person, found, shares.get(person_id))
        for person_id, found in lacks.items()
        if (person := reads.by_id(person_id)) is not None
    ]
    return render_template(
        "staff/keys/index.html",
        rows=sorted(rows, key=lambda row: row.person.display_name),
        left=reads.without_a_carrier(session),
        carried=CARRIED,
        is_coordinator=acts.me().has_any(frozenset({Role.COORDINATOR})),
    )


@allow(*SHARERS)
def show(person_id: str) -> ResponseReturnValue:
    """Show which cases somebody lacks keys of, and what can be done."""
    person = _person(person_id)
    session, me = db.session(), acts.me()
    lacks = [lack for lack in holdings.lacking(session) if lack.person_id == person_id]
    share = sharing.proposed(session).get(person_id)
    start = request.args.get("start", "0")
    first = int(start) if start.isdecimal() and len(start) < LONGEST_NUMBER else 0
    rows = _cases(lacks)
    return render_template(
        "staff/keys/show.html",
        row=_lacking(person, lacks, share),
        rows=rows[first : first + SHOWN],
        roles=", ".join(sorted(labels.role(role) for role in person.roles)),
        mine=sum(me.ref in lack.sharers for lack in lacks),
        is_me=me.ref == person_id,
        is_mine=share is not None and share.proposed_by_id == me.ref,
        previous_url=_from(person_id, max(0, first - SHOWN)) if first else None,
        following_url=_from(person_id, first + SHOWN) if first + SHOWN < len(rows) else None,
        fresh=new_ref,
    )


@allow(*SHARERS)
@confirmed
def propose(person_id: str) -> ResponseReturnValue:
    """Propose to share with somebody, after asking them by voice."""
    _person(person_id)
    sharing.propose(acts.me(), person_id)
    flash(_("Proposed. A colleague who holds the keys has to confirm it."), "success")
    return redirect(url_for("staff.keys_of", person_id=person_id), 303)


@allow(*SHARERS)
@confirmed
def confirm(person_id: str) -> ResponseReturnValue:
    """Share the keys the person signed in holds."""
    _person(person_id)
    shared = sharing.confirm(acts.me(), person_id)
    told = ngettext(
        "%(num)s compartment is shared.", "%(num)s compartments are shared.", shared.count
    )
    flash(told, "success")
    return redirect(url_for("staff.keys_of", person_id=person_id), 303)


@allow(*SHARERS)
def take_back(person_id: str) -> ResponseReturnValue:
    """Withdraw a proposal."""
    _person(person_id)
    sharing.take_back(acts.me(), person_id)
    flash(_("The proposal is withdrawn. Nothing was changed."), "info")
    return redirect(url_for("staff.keys"), 303)


def _person(person_id: str) -> Person:
    person = reads.by_id(person_id)
    return person if person is not None and person.roles else not_found()


def _lacking(person: Person, lacks: Sequence[Lack], share: KeyShare | None) -> Lacking:
    return Lacking(
        person,
        len(lacks),
        len({lack.case_id for lack in lacks}),
        sum(not lack.sharers for lack in lacks),
        share,
    )


def _cases(lacks: Sequence[Lack]) -> list[CaseRow]:
    names = applications.designations(db.session(), sorted({lack.case_id for lack in lacks}))
    by_name: dict[str, list[Lack]] = defaultdict(list)
    for lack in lacks:
        by_name[names.get(lack.case_id, "")].append(lack)
    receipts = by_name.pop("", [])
    rows = [
        CaseRow(
            name,
            _parts(lack.part[1] for lack in found if lack.sharers),
            _parts(lack.part[1] for lack in found if not lack.sharers),
        )
        for name, found in sorted(by_name.items())
    ]
    return [*rows, _receipts(receipts)] if receipts else rows


def _receipts(lacks: Sequence[Lack]) -> CaseRow:
    """Return one row for what donors asked for: which of them it is tells nobody anything."""
    shared = sum(bool(lack.sharers) for lack in lacks)
    return CaseRow(_("Tax receipts asked for"), _names(shared), _names(len(lacks) - shared))


def _names(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(num)s name and address", "%(num)s names and addresses", count)


def _parts(found: Iterable[Compartment]) -> str:
    present = set(found)
    return ", ".join(str(words) for part, words in COMPARTMENTS.items() if part in present)


def _from(person_id: str, number: int) -> str:
    return url_for("staff.keys_of", person_id=person_id, start=number or None)


def _on_refused(refused: ShareRefused) -> Response:
    return errors.refusal(str(REFUSALS[refused.code]))
