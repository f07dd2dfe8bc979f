"""What a worker looks after from time to time, beside the jobs: clocks, sessions, old rows.

Every worker does it, so each of these may be done twice at the same moment and must then
change nothing the second time. How often is counted in the machine's own time, since the
fund's clock may be moved.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from fund_app.adapters import clock
from fund_app.services import (
    anchors,
    batch_answers,
    claims,
    deadlines,
    erasures,
    gift_aid,
    intake,
    jobs,
    people,
    periods,
    receipt_copies,
    receipt_voids,
    receipts,
    retention,
    sessions,
    silence,
    stripe_inbox,
    stripe_readings,
    told_quarters,
    unlocks,
)
from fund_app.services.unit import unit_of_work

log = logging.getLogger("fund.jobs")

KEEP_DONE = timedelta(days=90)
"""How long a finished job is remembered, so that its key is not used a second time."""


@dataclass(frozen=True, slots=True)
class Round:
    """One thing to look after: its name in the log, the function, how often at most."""

    name: str
    act: Callable[[], object]
    every: timedelta


def fire_clocks() -> None:
    """Fire every clock that is due by the fund's time, each one once."""
    deadlines.fire_due(clock.now())


def look_up_payments() -> None:
    """Say of payments whose file was never answered that nobody knows whether they left."""
    batch_answers.look_up_due(clock.now())


def end_unlocks() -> None:
    """Take the keys to names away whose time is over by the fund's time."""
    unlocks.run_out(clock.now())


def sweep_sessions() -> None:
    """Forget sessions that are over, and the keys inside them."""
    sessions.store().sweep(clock.now())


def purge_jobs() -> None:
    """Forget jobs finished longer ago than KEEP_DONE."""
    with unit_of_work() as session:
        jobs.purge(session, before=(clock.now() - KEEP_DONE).date())


def destroy_what_is_due() -> None:
    """Destroy what is kept no longer, and the keys of erased cases a restore brought back."""
    retention.apply(clock.now().date())


def write_anchors() -> None:
    """Anchor the days that are over, in the database and in files."""
    anchors.write(clock.now())


ROUNDS: Sequence[Round] = (
    Round("fire_clocks", fire_clocks, every=timedelta(seconds=5)),
    Round("look_up_payments", look_up_payments, every=timedelta(minutes=1)),
    Round("end_unlocks", end_unlocks, every=timedelta(seconds=5)),
    Round("answer_knocks", silence.answer_knocks, every=timedelta(seconds=5)),
    Round("sweep_claims", claims.sweep, every=timedelta(minutes=5)),
    Round("sweep_sessions", sweep_sessions, every=timedelta(minutes=1)),
    Round("plan_stripe_reading", stripe_readings.plan, every=timedelta(hours=1)),
    Round("plan_stripe_poll", stripe_inbox.plan_poll, every=timedelta(minutes=5)),
    Round("plan_key_renewal", people.renewal_round, every=timedelta(minutes=1)),
    Round("sweep_unlock_keys", unlocks.sweep, every=timedelta(hours=1)),
    Round("sweep_drafts", intake.sweep_abandoned, every=timedelta(hours=1)),
    Round("destroy_receipts", receipts.destroy_due, every=timedelta(hours=1)),
    Round("forget_bank_words", periods.forget_words, every=timedelta(hours=1)),
    Round("destroy_issued_receipts", receipt_copies.destroy_due, every=timedelta(hours=1)),
    Round("close_receipt_copies", receipt_copies.close_due, every=timedelta(hours=1)),
    Round("free_gifts_of_void_receipts", receipt_voids.free_gifts, every=timedelta(minutes=1)),
    Round("destroy_declarations", gift_aid.destroy_due, every=timedelta(hours=1)),
    Round("purge_jobs", purge_jobs, every=timedelta(hours=1)),
    Round("finish_erasures", erasures.resume, every=timedelta(seconds=20)),
    Round("destroy_what_is_due", destroy_what_is_due, every=timedelta(hours=1)),
    Round("freeze_told_quarters", told_quarters.freeze, every=timedelta(hours=1)),
    Round("write_anchors", write_anchors, every=timedelta(hours=1)),
)


class Rounds:
    """Goes the rounds of one worker; one that fails is logged and does not stop the others."""

    def __init__(self, app: Flask, rounds: Sequence[Round]) -> None:
        """Start with every round due at once."""
        self._app = app
        self._next = dict.fromkeys(rounds, 0.0)

    def go(self) -> None:
        """Do what is due."""
        for one, due in self._next.items():
            if time.monotonic() >= due:
                self._next[one] = time.monotonic() + one.every.total_seconds()
                self._do(one)

    def _do(self, one: Round) -> None:
        try:
            with self._app.app_context():
                one.act()
        except Exception as error:  # noqa: BLE001 (the others must still be looked after)
            # Without the traceback, which would quote values.
            log.error("round_failed round=%s error=%s", one.name, type(error).__name__)  # noqa: TRY400
