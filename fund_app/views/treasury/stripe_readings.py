"""The provider's account beside our books, for the treasurer and the auditor."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.models.types import new_ref
from fund_app.queries import pledge_labels as words
from fund_app.queries import stripe_readings as reads
from fund_app.services import stripe_readings
from fund_app.services.stripe_inbox import provider
from fund_app.views.access import allow
from workflows.roles import Role

READERS = (Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR)


@allow(*READERS)
def index() -> ResponseReturnValue:
    """Show the latest readings, what differs, and every payout beside its lines."""
    found = reads.readings()
    return render_template(
        "treasury/stripe/index.html",
        readings=found,
        latest=[row for row in found if row.read_at == found[0].read_at] if found else [],
        payouts=reads.payouts(),
        is_being_taken=reads.is_being_taken(stripe_readings.JOB),
        is_configured=provider().is_configured,
        words=words,
        request_id=new_ref(),
    )


@allow(*READERS)
def take() -> ResponseReturnValue:
    """Have a reading taken now."""
    if not provider().is_configured:
        flash(_("This installation has no payment provider, so there is nothing to read."), "info")
    else:
        stripe_readings.plan(at_once=True)
        flash(_("The account is being read. Please look again in a minute."), "info")
    return redirect(url_for("treasury.stripe_readings"), 303)
