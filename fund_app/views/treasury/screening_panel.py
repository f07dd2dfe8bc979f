"""What the page of a payment says of its list check: the last one, a hit, what is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from forms.screenings import DecisionForm
from fund_app.models.applications import Application
from fund_app.models.disbursements import Disbursement
from fund_app.models.screenings import Screening, ScreeningDecision
from fund_app.models.types import new_ref
from fund_app.services import official_lists, screening_decisions, screenings
from fund_app.services.screening_decisions import FALSE_ALARM, TRUE_HIT
from workflows.roles import Actor, Role
from workflows.screening import Hit

SIGNERS = frozenset({Role.FINANCE_OFFICER, Role.SECURITY_LEAD})
NOT_LEFT = ("ready", "payee_checked", "part_authorised", "held", "authorised")

OUTCOMES = {
    FALSE_ALARM: _l("No, it is somebody else"),
    TRUE_HIT: _l("Yes; the payment is not made"),
}

WHY = {
    "other_birth": _l("Another date of birth"),
    "other_place": _l("Another country or place of birth"),
    "other_person": _l("Known to us as another person"),
    "name_only": _l("Nothing but a part of the name agrees"),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """The list check of one payment as one person sees it."""

    last: Screening | None
    is_current: bool
    has_lists: bool
    may_screen: bool
    is_open: bool
    may_decide: bool
    may_look: bool
    waiting: ScreeningDecision | None
    form: DecisionForm
    hits: Sequence[Hit] | None

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say before the payment leaves."""
        return self.last is not None or self.may_screen


def decision_form() -> DecisionForm:
    """Return the form of what a hit is, its fields named after the decision."""
    form = DecisionForm(prefix="decide")
    form.outcome.choices = list(OUTCOMES.items())
    form.reason.choices = [("", _("Please choose")), *WHY.items()]
    return form


def of(
    session: Session,
    payment: Disbursement,
    application: Application,
    person: Actor,
    *,
    form: DecisionForm | None = None,
    hits: Sequence[Hit] | None = None,
) -> Panel:
    """Gather what the page says; `form` is one that was sent, `hits` what a look has found."""
    is_finance = Role.FINANCE_OFFICER in person.roles
    is_open = screening_decisions.open_hit(session, payment) is not None
    shown = form or decision_form()
    if form is None:
        shown.request_id.data, shown.step_seen.data = new_ref(), str(payment.step)
    return Panel(
        last=screenings.latest(session, payment.id),
        is_current=screenings.is_current(session, payment, application),
        has_lists=bool(official_lists.newest(session)),
        may_screen=is_finance and payment.state in NOT_LEFT,
        is_open=is_open,
        may_decide=is_open and person.has_any(SIGNERS),
        may_look=is_open and is_finance,
        waiting=screening_decisions.waiting(session, payment.id) if is_open else None,
        form=shown,
        hits=hits,
    )
