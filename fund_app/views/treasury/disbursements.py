"""Payments: the list by time left, one payment with all that may be done, a look at the payee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.screenings import DecisionForm
from fund_app.extensions import db
from fund_app.models.disbursements import Disbursement
from fund_app.models.types import new_ref
from fund_app.queries import disbursements as payments
from fund_app.queries import donation_labels
from fund_app.queries.disbursements import OPEN, OVER, Search
from fund_app.services import (
    channels,
    disbursement_facts,
    disbursement_offers,
    looks,
    payee_looks,
)
from fund_app.services.disbursement_offers import Offer
from fund_app.views import acts, drawings, errors, marks
from fund_app.views import labels as roles
from fund_app.views.access import allow, not_found
from fund_app.views.treasury import labels, screening_panel
from fund_app.views.treasury.payment_forms import forms_of
from workflows.disbursement import DISBURSEMENT
from workflows.engine import SAME
from workflows.roles import Role
from workflows.screening import Hit

FINANCE = (Role.FINANCE_OFFICER, Role.TREASURER)
LISTERS = (*FINANCE, Role.SECURITY_LEAD, Role.BOARD_MEMBER)
READERS = (*LISTERS, Role.COORDINATOR)
LONGEST_SEARCH = 64
Forms = Mapping[str, Any]


@allow(*LISTERS)
def index() -> ResponseReturnValue:
    """List payments, the nearest due first."""
    search = _search()
    found = payments.listing(db.session(), search)
    return render_template(
        "treasury/disbursements/index.html",
        page=found,
        search=search,
        labels=labels,
        time_left=acts.time_left,
        tabs=_tabs(search),
        states=_states(search),
        first_url=_address(search) if search.cursor else None,
        following_url=found.following and _address(search, after=found.following),
    )


@allow(*READERS)
def show(disbursement_id: str) -> ResponseReturnValue:
    """Show one payment and what the person may do with it."""
    return page(disbursement_id)


@allow(*FINANCE)
def payee(disbursement_id: str) -> ResponseReturnValue:
    """Open who is paid with the person's own key; the look is recorded for the applicant."""
    details = payee_looks.look(acts.me(), disbursement_id)
    if not details:
        return errors.refusal(
            _("Your key does not open the payee's details. A coordinator can share them with you.")
        )
    marks.remember(looks.latest_mark(acts.me()))
    return page(disbursement_id, details=details)


def page(
    disbursement_id: str,
    *,
    details: Mapping[str, str] | None = None,
    bound: Forms | None = None,
    decision: DecisionForm | None = None,
    hits: Sequence[Hit] | None = None,
) -> str:
    """Render the page of a payment; `bound` replaces a form by one that was sent, by action.

    `decision` is a form about a hit as it was sent, `hits` what a look at one has found.
    """
    person, session = acts.me(), db.session()
    payment, application = payments.payment(session, disbursement_id) or not_found()
    advance = disbursement_facts.advance_of(session, payment.id)
    offers = disbursement_offers.offered_to(session, payment, application, person)
    return render_template(
        "treasury/disbursements/show.html",
        payment=payment,
        application=application,
        details=details,
        may_look=person.has_any(frozenset(FINANCE)),
        offers=[each for each in offers if each.is_theirs],
        others=[_others(payment, each) for each in offers if not each.is_theirs],
        forms_of={**forms_of(payment, offers), **(bound or {})},
        advance=advance,
        batch=payments.batch_of(session, payment.id),
        is_way_closed=_is_way_closed(payment),
        signatures=payments.signatures(session, payment.id),
        bound_to=disbursement_facts.subject_hash(payment),
        history=[_event(step) for step in payments.steps(session, payment.id)],
        diagram=diagram(payment.state),
        screening=screening_panel.of(
            session, payment, application, person, form=decision, hits=hits
        ),
        screening_words=screening_panel,
        me=person.ref,
        labels=labels,
        role=roles.role,
        fund=donation_labels.fund,
        left=acts.time_left(payment.due_at),
        reasons=acts.reasons,
        fresh=new_ref,
    )


def _is_way_closed(payment: Disbursement) -> bool:
    """Whether a payment that has not left waits for a way nobody is paid by there now."""
    is_here = payment.state in screening_panel.NOT_LEFT
    return is_here and not channels.is_allowed(
        db.session(), channels.kept(payment), payment.channel
    )


def diagram(present: str) -> drawings.Diagram:
    """Draw the workflow of payments with the present state lit."""
    words = labels.STATES
    usual = DISBURSEMENT.states
    return drawings.state_diagram(
        [drawings.State(each.code, str(words[each.code]), each.final) for each in usual],
        [
            drawings.Step(source, step.dest, _sentence(source, step.dest, step.action))
            for step in DISBURSEMENT.steps
            for source in step.sources
            if step.dest != SAME
        ],
        initial=DISBURSEMENT.initial,
        present=present,
    )


@dataclass(frozen=True, slots=True)
class Others:
    """An action that belongs to somebody else, and to whom."""

    label: str
    roles: str


def _others(payment: Disbursement, offer: Offer) -> Others:
    step = DISBURSEMENT.step_of[offer.action, payment.state]
    names = [roles.role(role) for role in step.by_roles if role is not Role.SYSTEM]
    return Others(str(labels.ACTIONS[offer.action]), ", ".join(names))


def _event(step: payments.StepRow) -> dict[str, Any]:
    who = f"{step.person}, {roles.role(step.role)}" if step.person else roles.role(step.role)
    return {
        "title": labels.history(step.action),
        "at": step.at or None,
        "by": who,
        "text": labels.REASONS.get(step.reason_code or ""),
    }


def _sentence(source: str, dest: str, action: str) -> str:
    return _(
        "From “%(source)s” to “%(dest)s”: %(what)s",
        source=labels.STATES[source],
        dest=labels.STATES[dest],
        what=labels.ACTIONS.get(action) or labels.history(action),
    )


def _search() -> Search:
    asked = request.args
    state = asked.get("state", "")
    return Search(
        view=OVER if asked.get("view") == OVER else OPEN,
        state=state if state in labels.STATES else "",
        text=asked.get("q", "")[:LONGEST_SEARCH],
        cursor=asked.get("after"),
    )


def _tabs(search: Search) -> list[tuple[str, str, bool]]:
    views = ((OPEN, _("Under way")), (OVER, _("Over")))
    return [
        (words, url_for("treasury.disbursements", view=view), search.view == view)
        for view, words in views
    ]


def _states(search: Search) -> list[tuple[str, str, bool, int]]:
    counts = payments.counts_by_state(db.session())
    finals = {state.code for state in DISBURSEMENT.states if state.final}
    wanted = [code for code in counts if (code in finals) == (search.view == OVER)]
    order = [state.code for state in DISBURSEMENT.states]
    rows = [
        (str(labels.STATES[code]), _address(search, state=code), search.state == code, counts[code])
        for code in sorted(wanted, key=order.index)
    ]
    total = sum(counts[code] for code in wanted)
    return [(_("All"), _address(search, state=None), not search.state, total), *rows]


def _address(search: Search, **changes: str | None) -> str:
    known = {"view": search.view, "state": search.state or None, "q": search.text or None}
    values: dict[str, Any] = {**known, **changes}
    return url_for("treasury.disbursements", **values)
