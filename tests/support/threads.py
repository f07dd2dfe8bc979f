"""Many people at the same moment: threads with application contexts of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from fund_app.extensions import db
from fund_app.services.transition import Conflict
from workflows.engine import Refused

PATIENCE = 60
"""Seconds after which threads that wait for each other count as a deadlock."""

DONE, STALE = "done", "stale"

Act = Callable[[], object]


def at_once(app: Flask, acts: Sequence[Act]) -> list[str]:
    """Let everybody act at the same moment; return what each was told.

    DONE, STALE for a page that was overtaken, else the first reason of a refusal. Anything else
    that goes wrong is raised, a deadlock included.
    """
    barrier = Barrier(len(acts))

    def run(act: Act) -> str:
        with app.app_context():
            barrier.wait(PATIENCE)
            try:
                act()
            except Conflict:
                return STALE
            except Refused as refused:
                return refused.code
            finally:
                db.session.remove()
            return DONE

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(run, act) for act in acts]
        return [each.result(PATIENCE) for each in running]
