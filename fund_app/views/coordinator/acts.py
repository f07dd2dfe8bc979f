"""The acts of coordinators as a table: what each asks, what it says, what it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from forms import casework as forms
from forms.messages import ActForm
from forms.person_events import EndForm, PersonEventForm
from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.queries import casework as reads
from fund_app.services import appeals, applications, rules
from fund_app.services import person_events as services
from fund_app.services.application_effects import CheckResult
from fund_app.services.transition import Request
from fund_app.services.vault import SignedIn
from fund_app.views import history_labels, labels
from fund_app.views.casework import Missing
from fund_app.views.coordinator import fast_tracks, person_events
from workflows.rules import FORMAL_REASONS

Run = Callable[[SignedIn, str, Any, Request], None]
Maker = Callable[[Application], type[ActForm]]


def _plain(_application: Application) -> type[ActForm]:
    return ActForm


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    `answers` are the refusals that the form itself answers: they do not make the act impossible.
    `why` says what the act does, in one or two sentences. `weight` is how the button looks.
    """

    action: str
    why: LazyString
    done: LazyString
    run: Run
    form: Maker = _plain
    answers: frozenset[str] = frozenset()
    weight: str = "secondary"

    @property
    def is_button(self) -> bool:
        """Whether the act asks nothing, so that one press does it."""
        return self.form is _plain


def _assign_form(_application: Application) -> type[ActForm]:
    return forms.assign_form(reads.coordinators(db.session()))


def _band_form(_application: Application) -> type[ActForm]:
    return forms.band_form(list(labels.BANDS.items()))


def _check_form(_application: Application) -> type[ActForm]:
    found = [pair for pair in labels.CHECK_STATUSES.items() if pair[0] in FOUND]
    levels = [(str(level), words) for level, words in labels.LEVELS.items()]
    return forms.check_form(list(labels.CHECKS.items()), found, levels)


def _reject_form(application: Application) -> type[ActForm]:
    codes = rules.of(db.session(), application).refusal_codes
    listed = [(code, labels.REASONS[code]) for code in codes if code in FORMAL_REASONS]
    return forms.reject_form(listed)


def _assign(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    try:
        applications.assign(person, case_id, form.lead.data, request)
    except LookupError:
        raise Missing(_("This colleague does not work here any more.")) from None


def _verify(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    level = int(form.level.data) if form.status.data == "confirmed" else 0
    result = CheckResult(form.kind.data, form.status.data, level, form.note.data)
    applications.verify(person, case_id, result, request)


def _merge(person: SignedIn, case_id: str, form: Any, request: Request) -> None:
    surviving = reads.by_designation(db.session(), form.designation.data)
    if surviving is None:
        raise Missing(_("There is no case of this name."))
    try:
        applications.merge_duplicate(person, case_id, surviving, request)
    except LookupError:
        raise Missing(_("A case cannot be merged with itself.")) from None


def _decide(person: SignedIn, case_id: str, action: str, request: Request) -> None:
    """Carry out the outcome of this step that the board has signed for; Refused without one."""
    outcomes = [outcome for outcome, step in appeals.ACTIONS.items() if step == action]
    agreed = appeals.agreed(db.session(), db.session.get_one(Application, case_id))
    outcome = next((each for each in outcomes if each in agreed), outcomes[0])
    appeals.decide(person, case_id, outcome, request)


FOUND = ("confirmed", "not_confirmed")

ACTS = (
    Act(
        "acknowledge",
        _l("You answer as a human being, and the case is yours to lead."),
        _l("Acknowledged. You lead this case now."),
        lambda person, case, _form, request: applications.acknowledge(person, case, request),
    ),
    Act(
        "set_band",
        _l("Its clocks count by it, from the moment the case came in."),
        _l("The urgency is set, and the clocks count by it."),
        lambda person, case, form, request: applications.set_band(
            person, case, form.band.data, request
        ),
        _band_form,
        frozenset({"band_missing"}),
    ),
    Act(
        "start_verification",
        _l("Four checks are planned: identity, what happened, link to the work, need."),
        _l("Four checks are planned."),
        lambda person, case, _form, request: applications.start_verification(person, case, request),
    ),
    Act(
        "verify",
        _l("One check at a time. The note is sealed with what was confided."),
        _l("The check is recorded."),
        _verify,
        _check_form,
    ),
    Act(
        "propose_fast_track",
        _l("Where a life is in danger: help within hours, and the panel decides afterwards."),
        _l("Signed. Another officer gives this very amount, and names who is paid."),
        fast_tracks.propose,
        fast_tracks.first_form,
        frozenset({"above_fast_track_cap"}),
    ),
    Act(
        "fast_track",
        _l(
            "You sign second, for the amount that was proposed, and name who is paid. Which ways"
            " are safe depends on country and person; where you do not know them, the strictest"
            " word holds. It is sealed, and you cannot read it again."
        ),
        _l("The payment is planned, and the panel is called."),
        fast_tracks.decide,
        fast_tracks.second_form,
        frozenset({"above_fast_track_cap", "reserve_too_small"}),
    ),
    Act(
        "request_info",
        _l(
            "All questions go in one bundle. Until they are answered the clock for deciding "
            "stands still. The person can always say that they cannot answer."
        ),
        _l("The questions are on the person's page. The clock for deciding stands still."),
        lambda person, case, form, request: applications.request_info(
            person, case, form.questions(), request
        ),
        lambda _application: forms.QuestionsForm,
        frozenset({"question_not_on_list"}),
    ),
    Act(
        "to_review",
        _l("A panel is drawn by lot. What it reads cannot be changed afterwards."),
        _l("The panel is drawn. Its members declare conflicts first, then read."),
        lambda person, case, _form, request: applications.to_review(person, case, request),
    ),
    Act(
        "offer",
        _l("The person finds the letter and the offer on their page."),
        _l("The offer is on the person's page."),
        lambda person, case, _form, request: applications.offer(person, case, request),
    ),
    Act(
        "close",
        _l("The report is accepted or waived, and nothing more is asked of the person."),
        _l("The case is closed."),
        lambda person, case, _form, request: applications.close(person, case, request),
        answers=frozenset({"report_open"}),
    ),
    Act(
        "return_report",
        _l("The person reads on their page what is still open. Nothing else changes."),
        _l("The person can read what is still open."),
        lambda person, case, form, request: applications.return_report(
            person, case, form.reason.data, request
        ),
        lambda _application: forms.ReturnReportForm,
        frozenset({"reason_missing"}),
    ),
    Act(
        "assign",
        _l("A colleague leads the case from now on. Everything else stays."),
        _l("The case has a new lead."),
        _assign,
        _assign_form,
    ),
    Act(
        "waive_verification",
        _l("The case goes on without the level the rules ask for. Two coordinators have to agree."),
        _l("The verification is waived by two people."),
        lambda person, case, form, request: applications.waive_verification(
            person, case, form.reason.data, request
        ),
        lambda _application: forms.WaiveForm,
        frozenset({"reason_missing", "second_person_missing"}),
    ),
    Act(
        "merge_duplicate",
        _l("This case ends and the other one goes on, by the earlier of both clocks."),
        _l("The case is merged with the other one."),
        _merge,
        lambda _application: forms.MergeForm,
        frozenset({"duplicate_not_confirmed"}),
    ),
    Act(
        "refer_out",
        _l("The case ends here and goes on with somebody who can help better."),
        _l("The case is referred to others."),
        lambda person, case, form, request: applications.refer_out(
            person, case, consented=form.consented.data, request=request
        ),
        lambda _application: forms.ReferForm,
        frozenset({"referral_consent_missing"}),
    ),
    Act(
        "no_money",
        _l("Tell the truth: the money does not come. What was needed is counted as unmet need."),
        _l("The person can read that the money does not come."),
        lambda person, case, form, request: applications.no_money(
            person, case, prefers=form.prefers.data, request=request
        ),
        lambda _application: forms.NoMoneyForm,
        frozenset({"money_may_come"}),
    ),
    Act(
        "reject",
        _l("Without the panel only the grounds listed here count. A letter says why."),
        _l("The case is refused. The letter is being made."),
        lambda person, case, form, request: applications.reject(
            person, case, form.reason_code.data, request
        ),
        _reject_form,
        frozenset({"reason_not_formal", "reason_not_on_list"}),
        "danger",
    ),
    Act(
        "reopen",
        _l("The case begins again with what is known; nothing is asked twice."),
        _l("The case is open again."),
        lambda person, case, form, request: applications.reopen(
            person, case, new_facts=form.new_facts.data, request=request
        ),
        lambda _application: forms.ReopenForm,
        frozenset({"no_new_facts"}),
    ),
    Act(
        "directive_continue",
        _l(
            "A member of the panel has signed first. Whom the person wished to be paid is paid"
            " now: what has not left yet goes there, and is checked and signed anew."
        ),
        _l("The case goes on as the person wished."),
        person_events.go_on,
        person_events.payee_form,
    ),
    Act(
        "directive_redecide",
        _l("The person left no wish for this, so a panel decides anew, as urgent as a life."),
        _l("The case goes on; where there was a decision, a new panel decides."),
        lambda person, case, _form, request: services.decide_again(person, case, request),
        weight="danger",
    ),
    Act(
        "directive_close",
        _l(
            "A member of the board has signed first. The case ends, nothing is ever sent to the"
            " person again, and what was reserved is free."
        ),
        _l("The case is closed. Nothing is sent any more."),
        person_events.end,
        lambda _application: EndForm,
        frozenset({"stop_not_confirmed"}),
        "danger",
    ),
    Act(
        "person_event",
        _l(
            "An arrest, a disappearance, a hospital or a death. Payments and the person's own"
            " page stand still; what they wished for such a day can be opened. What it was is"
            " written nowhere here."
        ),
        _l("Noted, and the case stands still. What the person wished is on this page."),
        person_events.record,
        lambda _application: PersonEventForm,
        frozenset({"sources_missing"}),
        "danger",
    ),
    Act(
        "suspend_security",
        _l("Payments and messages stop at once, and the person's sessions end. They see no sign."),
        _l("The case is frozen. The security lead is told."),
        lambda person, case, _form, request: applications.suspend_security(person, case, request),
        weight="danger",
    ),
)
"""What a coordinator can do by a step of the workflow, in the order of a case's life."""

SIGN_FIRST = (
    Act(
        "waive_verification",
        _l("You sign first; a second coordinator gives the reason and carries it out."),
        _l("Signed. A second coordinator has to agree now."),
        lambda person, case, _form, request: applications.sign_first(
            person, case, "waive_verification", request
        ),
    ),
    Act(
        "resume",
        _l("You agree as a coordinator; the security lead checks the contact and lifts it."),
        _l("Signed. The security lead can lift the freeze now."),
        lambda person, case, _form, request: applications.sign_first(
            person, case, "resume", request
        ),
    ),
)
"""First signatures under what only two people may do."""

CLEAR_DUPLICATES = Act(
    "clear_duplicates",
    _l("You have looked at the other cases, and they are other people or other events."),
    _l("Noted. The cases go on side by side."),
    lambda person, case, _form, request: applications.clear_duplicates(person, case, request),
)

APPEAL_OUTCOMES = (
    Act(
        "appeal_upheld",
        _l("Two members of the board have signed. A panel is drawn without those who sat before."),
        history_labels.HAPPENED["appeal_upheld"],
        lambda person, case, _form, request: _decide(person, case, "appeal_upheld", request),
    ),
    Act(
        "appeal_dismissed",
        _l("Two members of the board have signed. The refusal is final then."),
        history_labels.HAPPENED["appeal_dismissed"],
        lambda person, case, _form, request: _decide(person, case, "appeal_dismissed", request),
    ),
)
"""What the board has signed for and a coordinator carries out, by the step it takes."""

BY_ACTION = {act.action: act for act in (*ACTS, CLEAR_DUPLICATES, *APPEAL_OUTCOMES)}
FIRST_BY_ACTION = {act.action: act for act in SIGN_FIRST}
