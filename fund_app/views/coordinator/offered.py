"""What a coordinator can do with a case now, and what not yet and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fund_app.models.applications import Application
from fund_app.models.sealed import NoKey
from fund_app.queries import casework as reads
from fund_app.services import appeals, applications, countersignatures, person_events
from fund_app.services import casework as service
from fund_app.services.vault import SignedIn
from fund_app.views import labels
from fund_app.views.coordinator.acts import (
    ACTS,
    APPEAL_OUTCOMES,
    CLEAR_DUPLICATES,
    SIGN_FIRST,
    Act,
)
from fund_app.views.coordinator.person_events import AFTER_ONE, ALONE
from workflows.catalogue import workflow
from workflows.engine import Option
from workflows.guards import GUARDS
from workflows.roles import Role

ELSEWHERE = "wrong_state"
WRITE = "write_redaction"
WAIVE, RESUME = "waive_verification", "resume"

WISHES = {
    "submitted": ("acknowledge",),
    "triage": (CLEAR_DUPLICATES.action, "start_verification", "set_band"),
    "verification": ("to_review", "verify"),
    "waiting_for_money": ("no_money",),
    "approved": ("offer",),
    "reporting": ("close",),
    "appealed": tuple(act.action for act in APPEAL_OUTCOMES),
}
"""What brings a case on, by its state, the best first."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One act on the page: possible where there are no sentences against it."""

    act: Act
    sentences: tuple[str, ...] = ()
    signs_first: bool = False

    @property
    def label(self) -> str:
        """What stands on the button."""
        return str(labels.ACTIONS[self.act.action])


@dataclass(frozen=True, slots=True)
class Offers:
    """All acts of a case: the one to do next, the others, and those that have to wait.

    `held_up` is the act that would bring the case on, where there is none to do instead.
    """

    next_action: str | None
    held_up: Offered | None
    possible: tuple[Offered, ...]
    waiting: tuple[Offered, ...]
    may_write: bool
    signed_first: tuple[str, ...]


def offers(session: Session, case: Application, person: SignedIn) -> Offers:
    """Return every act of a case as this person meets it."""
    options = {option.action: option for option in _options(session, case, person)}
    signed = _signatures(session, case)
    mine = tuple(action for action, ref in signed if ref == person.ref)
    others = frozenset(action for action, ref in signed if ref != person.ref)
    found = [
        _offered(case, act, options[act.action])
        for act in ACTS
        if act.action != WAIVE and not _is_out_of_place(options[act.action])
    ]
    found.insert(-1, _waive(case, options[WAIVE], mine, others))
    if _can_agree(options[RESUME]) and RESUME not in mine:
        found.append(Offered(SIGN_FIRST[1], signs_first=True))
    if options["start_verification"].refusals == ("duplicate_open",):
        found.insert(0, Offered(CLEAR_DUPLICATES))
    found[:0] = _appeal_outcomes(session, case)
    possible = tuple(each for each in found if not each.sentences)
    waiting = tuple(each for each in found if each.sentences)
    following = _next(case, {each.act.action for each in possible})
    if options["to_review"].refusals == ("redaction_missing",):
        following = WRITE
    wished = WISHES.get(case.state, ())
    return Offers(
        following,
        next((each for each in waiting if each.act.action in wished[:1] and not following), None),
        possible,
        waiting,
        case.state in applications.BEFORE_THE_PANEL,
        mine,
    )


def _options(session: Session, case: Application, person: SignedIn) -> Sequence[Option]:
    try:
        given = applications.panel_facts(session, case, person)
    except NoKey:
        given = {"redaction_ready": reads.review_file(session, case.id) is not None}
    wish = person_events.told(session, case.id)
    return service.offered_to(session, case, person, {**given, **wish})


def _signatures(session: Session, case: Application) -> list[tuple[str, str]]:
    return [(row.action, row.person_id) for row in countersignatures.waiting(session, case)]


def _offered(case: Application, act: Act, option: Option) -> Offered:
    codes = [code for code in option.refusals if code not in act.answers]
    return Offered(act, tuple(_sentence(case, act.action, code) for code in codes))


def _waive(
    case: Application, option: Option, mine: tuple[str, ...], others: frozenset[str]
) -> Offered:
    """Who signs second gives the reason; who signed first waits for somebody else."""
    second = next(act for act in ACTS if act.action == WAIVE)
    offered = _offered(case, second, option)
    if offered.sentences or WAIVE in others:
        return offered
    if WAIVE in mine:
        return Offered(second, (labels.refusal("second_person_missing"),))
    return Offered(SIGN_FIRST[0], signs_first=True)


def _appeal_outcomes(session: Session, case: Application) -> list[Offered]:
    """Return what the board has signed for; nothing before two of its members agree."""
    steps = {appeals.ACTIONS[outcome] for outcome in appeals.agreed(session, case)}
    return [Offered(act) for act in APPEAL_OUTCOMES if act.action in steps]


def _can_agree(option: Option) -> bool:
    return ELSEWHERE not in option.refusals and "not_held" not in option.refusals


def _is_out_of_place(option: Option) -> bool:
    """Whether an act is about a person event where there is none: then it is not shown."""
    return option.action in AFTER_ONE and "not_held" in option.refusals


def _sentence(case: Application, action: str, code: str) -> str:
    if code == service.SECOND_PERSON and action in ALONE:
        return str(_(GUARDS[ALONE[action]].sentence))
    if code != ELSEWHERE:
        return labels.refusal(code)
    definition = workflow(case.workflow, case.workflow_version)
    sources = [
        step.sources
        for step in definition.steps
        if step.action == action and Role.COORDINATOR in step.by_roles
    ]
    states = dict.fromkeys(state for each in sources for state in each)
    names = ", ".join(str(labels.STATES[state]) for state in states)
    return str(_("This belongs to another stage: %(stages)s.", stages=names))


def _next(case: Application, possible: set[str]) -> str | None:
    """Return the act that brings the case on, or None while it waits for somebody else."""
    wished = [each for each in WISHES.get(case.state, ()) if each != "set_band" or not case.band]
    return next((each for each in wished if each in possible), None)
