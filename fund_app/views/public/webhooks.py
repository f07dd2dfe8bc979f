"""Messages of the payment provider: checked, kept, answered; worked on later."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from fund_app.adapters.payments import BadSignature, NotConfigured
from fund_app.extensions import csrf
from fund_app.services import stripe_inbox
from fund_app.views.access import not_found, public

LARGEST = 256 * 1024
"""Far above any message we follow; the provider's own limit is not published."""


@csrf.exempt  # type: ignore[untyped-decorator]
@public
def stripe() -> ResponseReturnValue:
    """Take one message: 200 once it is kept, 400 for one that is not the provider's."""
    request.max_content_length = LARGEST
    if (request.content_length or 0) > LARGEST:
        raise RequestEntityTooLarge
    try:
        stripe_inbox.receive(request.get_data(cache=False), request.headers.get("Stripe-Signature"))
    except BadSignature:
        return "", 400
    except NotConfigured:
        not_found()
    return "", 200
