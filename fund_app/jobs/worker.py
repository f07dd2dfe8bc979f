"""The worker: takes jobs one by one, does them, and lets nobody's work be lost.

A job is done at least once. A handler that only writes to the database is done exactly once,
because its writes and the mark "done" are one transaction. Whatever else is repeated carries
the job's key, by which the other side recognises the repetition.
"""

from __future__ import annotations

import logging
import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from types import FrameType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from fund_app.extensions import db
from fund_app.jobs.context import GiveUp, Handler, JobContext, is_outside
from fund_app.jobs.handlers import HANDLERS
from fund_app.jobs.rounds import ROUNDS, Round, Rounds
from fund_app.jobs.terms import Terms
from fund_app.jobs.watch import Watch
from fund_app.models.jobs import Lane, checked_token
from fund_app.services import leases
from fund_app.services.leases import Lease, LeaseLost
from fund_app.services.unit import unit_of_work

log = logging.getLogger("fund.jobs")

STORE_PAUSE_SECONDS = 2


class UnknownKind(Exception):
    """No handler has this name here; a newer worker may know it, so it is tried again."""


class Worker:
    """One worker; several may work beside each other, in threads, processes or machines."""

    def __init__(
        self,
        app: Flask,
        *,
        lanes: Sequence[str] | None = None,
        terms: Terms | None = None,
        handlers: Mapping[str, Handler] | None = None,
        rounds: Sequence[Round] = ROUNDS,
        when_stuck: Callable[[], None] | None = None,
    ) -> None:
        """Work for an application.

        lanes: the lanes to serve, all when None. handlers and rounds: the tables of this
        package unless others are given. when_stuck: called from another thread once a job
        has overstayed its hard maximum and this worker can no longer be relied on.
        """
        self.owner = secrets.token_hex(8)
        self._app = app
        self._lanes = [Lane(lane).value for lane in (lanes or Lane)]
        self._terms = terms or Terms()
        self._handlers = HANDLERS if handlers is None else handlers
        self._rounds = Rounds(app, [*_lease_rounds(self._terms), *rounds])
        self._when_stuck = when_stuck
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask the worker to end after the present job; safe from signals and threads."""
        self._stop.set()

    def run(self, *, once: bool = False) -> int:
        """Work until stopped, or with `once` until nothing is due; return how many jobs ran."""
        count = 0
        while not self._stop.is_set():
            self._rounds.go()
            worked = self._turn()
            count += worked
            if worked:
                continue
            if once:
                break
            self._stop.wait(self._terms.poll.total_seconds())
        return count

    def _turn(self) -> bool:
        try:
            with self._app.app_context():
                held = self._take()
            if held is None:
                return False
            with self._app.app_context():
                self._work(held)
        except SQLAlchemyError as error:
            # The store is away or locked: what was taken is freed when its lease lapses.
            log.warning("store_unavailable error=%s", type(error).__name__)
            self._stop.wait(STORE_PAUSE_SECONDS)
            return False
        return True

    def _take(self) -> Lease | None:
        if not leases.is_anything_due(db.session(), self._lanes):
            return None
        for _ in range(len(self._lanes)):
            # The lane asked first changes each time, so that none starves another.
            lane = self._lanes.pop(0)
            self._lanes.append(lane)
            with unit_of_work() as session:
                held = leases.claim(
                    session, lane, owner=self.owner, lease=self._terms.lease, hard=self._terms.hard
                )
            if held is not None:
                return held
        return None

    def _work(self, held: Lease) -> None:
        handler = self._handlers.get(held.kind, _refuse_unknown)
        beats = is_outside(handler)
        try:
            with Watch(self._app, held, self._terms, beats=beats, alarm=self._give_way):
                _handle(handler, held)
        except LeaseLost:
            log.warning("lease_lost kind=%s", held.kind)
        except GiveUp as error:
            self._fail(held, error, is_final=True)
        except Exception as error:  # noqa: BLE001 (a poison job must not take the worker along)
            self._fail(held, error, is_final=held.attempt >= self._terms.most_attempts)

    def _fail(self, held: Lease, error: Exception, *, is_final: bool) -> None:
        code = error_code(error)
        pause = None if is_final else self._terms.pause_after(held.attempt)
        event = "job_dead" if is_final else "job_failed"
        log.error("%s kind=%s error=%s at=%s", event, held.kind, code, _place(error))
        db.session.rollback()
        try:
            with unit_of_work() as session:
                leases.fail(session, held, code, pause=pause)
        except LeaseLost:
            log.warning("lease_lost kind=%s", held.kind)

    def _give_way(self) -> None:
        self.stop()
        if self._when_stuck is not None:
            self._when_stuck()


def run_worker(
    app: Flask,
    *,
    once: bool = False,
    lanes: Sequence[str] | None = None,
    when_stuck: Callable[[], None] | None = None,
) -> int:
    """Work for an application until SIGTERM or SIGINT, or with `once` until nothing is due.

    The present job is finished before the worker ends. lanes: all of them when None. Returns
    how many jobs ran. With `once`, signals are left alone; otherwise call it in the main thread.
    """
    worker = Worker(app, lanes=lanes, when_stuck=when_stuck)
    with nullcontext() if once else ending_on_signals(worker.stop):
        return worker.run(once=once)


@contextmanager
def ending_on_signals(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` on SIGTERM and SIGINT while the block runs, instead of dying on the spot."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        end()

    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def error_code(error: BaseException) -> str:
    """Return the error's own `code`, or the name of its type; never its message."""
    try:
        return checked_token(getattr(error, "code", None))
    except ValueError:
        return type(error).__name__[:64]


def _handle(handler: Handler, held: Lease) -> None:
    context = JobContext(held)
    if not is_outside(handler):
        with unit_of_work() as session:
            leases.hold(session, held)
            handler(session, held.payload, context)
            leases.complete(session, held)
        return
    handler(db.session(), held.payload, context)
    if not context.is_complete:
        with unit_of_work() as session:
            leases.complete(session, held)


def _refuse_unknown(
    _session: object, _payload: Mapping[str, str | int], _context: JobContext
) -> None:
    raise UnknownKind


def _lease_rounds(terms: Terms) -> list[Round]:
    def recover() -> None:
        with unit_of_work() as session:
            freed = leases.recover(session, most_attempts=terms.most_attempts)
        if freed:
            log.warning("leases_lapsed count=%d", freed)

    return [Round("recover_leases", recover, every=terms.lease / 2)]


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "-"
    return f"{trace.tb_frame.f_globals.get('__name__', '-')}:{trace.tb_lineno}"
