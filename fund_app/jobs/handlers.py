"""Which function does which kind of job.

A handler takes the session, the payload and its context (jobs/context.py). It runs inside one
writing transaction that also marks the job done; one that speaks to something outside is
marked `@outside` and opens its own. It may run more than once and must then do no harm.
"""

from __future__ import annotations

from fund_app.jobs import keys, letters, mail, stripe
from fund_app.jobs.context import Handler
from fund_app.services.application_effects import MAKE_LETTER
from fund_app.services.gift_returns import JOB as RETURN_JOB
from fund_app.services.monthly_gifts import JOB as MONTHLY_JOB
from fund_app.services.notifications import SEND_NOTICE
from fund_app.services.people import RENEW_KEYS
from fund_app.services.stripe_inbox import JOB, POLL_JOB
from fund_app.services.stripe_readings import JOB as READING_JOB

HANDLERS: dict[str, Handler] = {
    MAKE_LETTER: letters.make_letter,
    RENEW_KEYS: keys.renew,
    SEND_NOTICE: mail.send_notice,
    JOB: stripe.process_event,
    POLL_JOB: stripe.poll,
    RETURN_JOB: stripe.give_back,
    READING_JOB: stripe.take_reading,
    MONTHLY_JOB: stripe.tell_of_monthly_gift,
}
