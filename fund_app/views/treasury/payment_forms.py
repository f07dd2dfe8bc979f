"""The forms of a payment's actions, each with the choices that fit the payment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import get_locale

from forms.countries import NOT_SAID, country_choices
from forms.disbursements import (
    NOT_KNOWN,
    AmountForm,
    ChannelForm,
    LookUpForm,
    PartForm,
    PartnerForm,
    PayeeForm,
    ReasonForm,
    SafetyCheckForm,
    StatementForm,
    TermsForm,
)
from fund_app.extensions import db
from fund_app.models.advances import EVIDENCE
from fund_app.models.disbursements import Disbursement
from fund_app.models.types import new_ref
from fund_app.services import channels
from fund_app.services.advances import KINDS, REASONS
from fund_app.services.disbursement_changes import RATE_SOURCES
from fund_app.services.disbursement_offers import Offer
from fund_app.services.disbursements import HOLD_REASONS
from fund_app.views.treasury import bank_choices, labels
from workflows.channels import ADVANCED, CHANNELS, Verdict
from workflows.money import EXPONENTS

ONCE = ("reconcile", "lost")
"""Actions that want the bank's line only while the payment has not been seen there."""


def forms_of(payment: Disbursement, offers: Sequence[Offer]) -> dict[str, Any]:
    """Return the forms of the actions somebody is offered, empty, by action."""
    found = {}
    for offer in offers:
        form = form_of(payment, offer.action)
        if form is not None:
            form.request_id.data, form.step_seen.data = new_ref(), str(payment.step)
            found[offer.action] = form
    return found


def form_of(payment: Disbursement, action: str) -> Any:
    """Return the form of one action, its fields named after it; None where a button is enough."""
    if (action in ONCE and payment.confirmed_on is not None) or (
        action == "send" and payment.channel not in ADVANCED
    ):
        return None
    kind = KIND_OF.get(action)
    if kind is None:
        return None
    money = {"currency": payment.currency} if kind in {StatementForm, PartForm, AmountForm} else {}
    form = kind(prefix=action, **money)
    _choices(form, action, payment)
    return form


def blank(action: str) -> Any:
    """Return the form of an action that is the same for every payment."""
    form = KIND_OF[action](prefix=action)
    if isinstance(form, ReasonForm):
        form.reason.choices = [(code, labels.REASONS[code]) for code in HOLD_REASONS]
    return form


KIND_OF: dict[str, Any] = {
    "safety_check": SafetyCheckForm,
    "safety_block": ReasonForm,
    "refuse_authorisation": ReasonForm,
    "retry": ChannelForm,
    "frozen_replace": ChannelForm,
    "bank_ok": StatementForm,
    "bounce": StatementForm,
    "reconcile": StatementForm,
    "lost": StatementForm,
    "set_terms": TermsForm,
    "change_payee": PayeeForm,
    "send": PartnerForm,
    "found_sent": LookUpForm,
    "account_for": PartForm,
    "agree_difference": AmountForm,
    "write_off_advance": ReasonForm,
}


def _choices(form: Any, action: str, payment: Disbursement) -> None:
    if isinstance(form, ReasonForm):
        codes = REASONS if action == "write_off_advance" else HOLD_REASONS
        form.reason.choices = [(code, labels.REASONS[code]) for code in codes]
    elif isinstance(form, StatementForm):
        bank_choices.offer(form, payment.currency)
    elif isinstance(form, PayeeForm):
        countries = country_choices(str(get_locale() or "en"))
        named = [(code, name) for code, name in countries if code != NOT_SAID]
        form.country.choices = [("", NOT_KNOWN), *named]
        form.channel.choices = [(way, labels.CHANNELS[way]) for way in CHANNELS]
    elif isinstance(form, ChannelForm):
        verdicts = channels.verdicts(db.session(), channels.kept(payment))
        form.channel.choices = [
            (way, labels.CHANNELS[way])
            for way, cell in verdicts.items()
            if cell.verdict is not Verdict.FORBIDDEN
        ]
    elif isinstance(form, TermsForm):
        others = [code for code in sorted(EXPONENTS) if code != payment.currency]
        form.currency.choices = [(code, code) for code in others]
        form.source.choices = [(code, labels.RATE_SOURCES[code]) for code in RATE_SOURCES]
    elif isinstance(form, PartForm):
        form.kind.choices = [(code, labels.PARTS[code]) for code in KINDS]
        form.evidence.choices = [(code, labels.EVIDENCE[code]) for code in EVIDENCE]
