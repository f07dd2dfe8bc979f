"""People: the list, one person, and changes that two sign: taking on, roles, a lost passphrase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form

from forms.people import newcomer_form, role_form
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.changes import Change
from fund_app.models.people import STAFF_ROLES, Person
from fund_app.models.types import new_ref
from fund_app.queries import people as reads
from fund_app.services import changes, enrolments, holdings, invitations
from fund_app.services import people as service
from fund_app.services.changes import ChangeRefused, Newcomer, Signed
from fund_app.services.people import EndingRefused
from fund_app.views import acts, errors, labels
from fund_app.views.access import allow, confirmed, not_found
from workflows.roles import Role

SIGNERS = (Role.ADMINISTRATOR, Role.BOARD_MEMBER)
LONGEST_SEARCH = 64

KINDS = {
    "take_on": _l("Take on"),
    "grant_role": _l("Give the role"),
    "withdraw_role": _l("Take the role away"),
    "reset_key": _l("New key after a lost passphrase"),
}

REFUSALS = {
    "same_person": _l("You have proposed this yourself. Somebody else has to confirm it."),
    "about_yourself": _l("This is about yourself, so two others have to sign it."),
    "not_a_signer": _l("Only administrators and members of the board sign this."),
    "decided": _l("Somebody else was quicker: this has been decided already."),
    "proposer_gone": _l(
        "Whoever proposed this has no access any more, so it does not count."
        " Please propose it anew."
    ),
    "handle_taken": _l("Somebody signs in by this name already. Please choose another one."),
    "no_role": _l("Please choose at least one role."),
    "roles_apart": _l(
        "Who keeps the names of cases cannot also read cases, vote, pay or run the machine."
    ),
    "not_together": _l(
        "An administrator holds no keys of cases. Please leave one of these roles to somebody else."
    ),
    "has_role": _l("This role is held already."),
    "lacks_role": _l("This role is not held any more."),
    "no_access": _l("This person has no access any more. Take them on anew if they come back."),
    "ended_enough": _l(
        "You have ended several accesses within a day. Another administrator or member of the"
        " board ends the next one, or “fund user disable” at the terminal: both work at once."
    ),
    "under_way": _l(
        "A change of this person waits for its second signature. Please decide on that one first."
    ),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits for its second signature, as the page shows it."""

    change: Change
    what: str
    who: str
    proposer: str
    may_confirm: bool


def register_refusals(bp: Blueprint) -> None:
    """Turn what a change is refused for into a page with a plain sentence."""
    bp.register_error_handler(ChangeRefused, _on_refused)
    bp.register_error_handler(EndingRefused, _on_refused)


@allow(*SIGNERS)
def index() -> ResponseReturnValue:
    """List everybody, a page at a time, and before them the changes that wait."""
    session = db.session()
    search = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    sort = request.args.get("sort", "name")
    found = reads.listed(session, search, sort, request.args.get("after"))
    return render_template(
        "admin/people.html",
        page=found,
        state_of=_state_of,
        roles_of=_roles,
        role=labels.role,
        waiting=_waiting(changes.proposed(session)),
        ended=reads.ended_lately(session, now()),
        search=search,
        sort=sort,
        sort_url=_sorter(search),
        first_url=_address(search, sort) if request.args.get("after") else None,
        following_url=found.following and _address(search, sort, found.following),
        fresh=new_ref,
    )


@allow(*SIGNERS)
def new() -> ResponseReturnValue:
    """Show the form for somebody to be taken on."""
    return _newcomer_page(_newcomer_form()(data={"language": "en"}))


@allow(*SIGNERS)
@confirmed
def propose_take_on() -> ResponseReturnValue:
    """Propose to take somebody on; show the first half of their word, once."""
    form = _newcomer_form()(request.form)
    if not form.validate():
        return _newcomer_page(form), 422
    newcomer = Newcomer(
        form["handle"].data,
        form["display_name"].data,
        tuple(Role(code) for code in form["roles"].data),
        form["language"].data,
        form["mail_address"].data or None,
    )
    try:
        signed = changes.propose_take_on(acts.me(), newcomer, resolution=form["resolution"].data)
    except ChangeRefused as refused:
        return _newcomer_page(form, str(REFUSALS[refused.code])), 409
    return _proposed(signed)


@allow(*SIGNERS)
def show(person_id: str) -> ResponseReturnValue:
    """Show one person: roles, access, what waits, and what can be proposed."""
    return _person_page(_person(person_id))


@allow(*SIGNERS)
@confirmed
def propose_grant(person_id: str) -> ResponseReturnValue:
    """Propose one more role for somebody."""
    return _propose_role(person_id, "grant", changes.propose_grant)


@allow(*SIGNERS)
@confirmed
def propose_withdrawal(person_id: str) -> ResponseReturnValue:
    """Propose to take a role from somebody."""
    return _propose_role(person_id, "withdraw", changes.propose_withdrawal)


@allow(*SIGNERS)
@confirmed
def propose_reset(person_id: str) -> ResponseReturnValue:
    """Propose a new, empty key for somebody; show the first half of their word, once."""
    _person(person_id)
    return _proposed(changes.propose_reset(acts.me(), person_id), person_id)


@allow(*SIGNERS)
@confirmed
def disable(person_id: str) -> ResponseReturnValue:
    """End somebody's access at once; this takes one person and no delay."""
    person = _person(person_id)
    service.disable(acts.me(), person.handle)
    flash(_("Access has ended. What they could open gets new keys now."), "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)


@allow(*SIGNERS)
@confirmed
def confirm(change_id: str) -> ResponseReturnValue:
    """Sign second, which carries the change out; show the second half of a word, once."""
    try:
        signed = changes.confirm(acts.me(), change_id)
    except LookupError:
        not_found()
    if signed.half is None:
        flash(_("Confirmed and carried out."), "success")
        return redirect(url_for("admin.people"), 303)
    return _half_page(signed, is_first=False)


@allow(*SIGNERS)
def take_back(change_id: str) -> ResponseReturnValue:
    """Withdraw a proposal; nothing was changed by it."""
    try:
        changes.take_back(acts.me(), change_id)
    except LookupError:
        not_found()
    flash(_("The proposal is withdrawn. Nothing was changed."), "info")
    return redirect(url_for("admin.people"), 303)


def _propose_role(person_id: str, what: str, propose: Callable[..., Signed]) -> ResponseReturnValue:
    person = _person(person_id)
    form = _role_forms(person)[what](request.form, prefix=what)
    if not form.validate():
        return _person_page(person, **{what: form}), 422
    role, resolution = Role(form["role"].data), form["resolution"].data
    return _proposed(propose(acts.me(), person_id, role, resolution=resolution), person_id)


def _proposed(signed: Signed, person_id: str | None = None) -> ResponseReturnValue:
    if signed.half is not None:
        return _half_page(signed, is_first=True)
    flash(_("Proposed. Another administrator or member of the board has to confirm it."), "success")
    return redirect(url_for("admin.person", person_id=person_id), 303)


def _half_page(signed: Signed, *, is_first: bool) -> str:
    change = db.session.get_one(Change, signed.change_id)
    return render_template(
        "admin/half.html",
        words=(signed.half or "").split(),
        is_first=is_first,
        who=_who(change),
        handle=change.person.handle if change.person else change.handle,
    )


def _person_page(person: Person, *, grant: Form | None = None, withdraw: Form | None = None) -> str:
    session = db.session()
    pending = [change for change in changes.proposed(session) if change.person_id == person.id]
    forms = _role_forms(person)
    return render_template(
        "admin/person.html",
        person=person,
        state=_state_of(person),
        grants=sorted(person.grants, key=lambda each: labels.role(each.role)),
        languages=labels.LANGUAGES,
        role=labels.role,
        waiting=_waiting(pending),
        is_me=person.id == acts.me().ref,
        is_invited=invitations.is_invited(session, person.id),
        left=reads.left_behind(session, person.id),
        alone=len(holdings.held_alone(session, person.id)),
        grant=grant or forms["grant"](prefix="grant"),
        withdraw=withdraw or forms["withdraw"](prefix="withdraw"),
        sent=grant or withdraw,
        fresh=new_ref,
    )


def _role_forms(person: Person) -> dict[str, type[Form]]:
    held = [grant.role for grant in person.grants]
    others = [code for code in STAFF_ROLES if code not in held]
    return {
        "grant": role_form(_l("Role to give"), _named(others)),
        "withdraw": role_form(_l("Role to take away"), _named(sorted(held))),
    }


def _newcomer_form() -> type[Form]:
    return newcomer_form(_named(STAFF_ROLES), list(labels.LANGUAGES.items()))


def _newcomer_page(form: Form, refusal: str | None = None) -> str:
    refusals = () if refusal is None else (refusal,)
    return render_template("admin/new_person.html", form=form, refusals=refusals)


def _named(codes: Sequence[str]) -> list[tuple[str, str]]:
    named = [(str(code), labels.role(code)) for code in codes]
    return sorted(named, key=lambda pair: pair[1])


def _waiting(found: Sequence[Change]) -> list[Waiting]:
    me = acts.me().ref
    return [
        Waiting(
            change,
            str(KINDS[change.kind]),
            _who(change),
            change.proposed_by.display_name,
            me not in {change.proposed_by_id, change.person_id},
        )
        for change in found
    ]


def _who(change: Change) -> str:
    return (change.person.display_name if change.person else change.display_name) or ""


@allow(*SIGNERS)
@confirmed
def enrol(person_id: str) -> ResponseReturnValue:
    """Show a new code for somebody's first passkey, this once; it opens nothing by itself."""
    person = _person(person_id)
    if person.disabled_on is not None:
        not_found()
    code = enrolments.offer(acts.me(), person.id)
    return render_template(
        "admin/enrolment_code.html",
        person=person,
        code=code,
        hours=int(enrolments.LASTS.total_seconds()) // 3600,
    )


def _roles(person: Person) -> str:
    return ", ".join(sorted(labels.role(grant.role) for grant in person.grants))


def _state_of(person: Person) -> tuple[str, str]:
    """Return how somebody's access stands, in words and as a tone."""
    if person.disabled_on is None:
        return _("has access"), "good"
    if invitations.is_invited(db.session(), person.id):
        return _("has to set a passphrase"), "neutral"
    return "", "warn"


def _person(person_id: str) -> Person:
    return reads.by_id(person_id) or not_found()


def _on_refused(refused: ChangeRefused | EndingRefused) -> Response:
    return errors.refusal(str(REFUSALS[refused.code]))


def _sorter(search: str) -> Callable[[str], str]:
    return lambda key: _address(search, key)


def _address(search: str, sort: str, cursor: str | None = None) -> str:
    return url_for("admin.people", q=search or None, sort=sort, after=cursor)
