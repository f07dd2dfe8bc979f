"""Staff pages through WSGI, beside an empty view that answers as many bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, render_template
from jinja2 import DictLoader
from werkzeug.test import EnvironBuilder, run_wsgi_app

from fund_app.bench import population
from fund_app.bench.installation import BASE_URL, Installation
from fund_app.bench.measuring import Effort, Figure, race
from fund_app.bench.raw import recording, statements
from fund_app.bench.submission import ANSWERS, sent_application
from fund_app.models.sealed import Compartment
from fund_app.services import applications
from fund_app.services.transition import INTERNAL

QUEUE = "/coordinator/applications"
EMPTY = "an empty view with a page of the same size"
OK = 200


class Unanswered(Exception):
    """A page to be measured does not answer as it should."""


class Page:
    """One page asked for again and again, without a network between."""

    def __init__(self, app: Flask, path: str, cookie: str = "") -> None:
        """Ask `app` for `path` as somebody with this cookie."""
        self._app, self._path = app, path
        builder = EnvironBuilder(path, base_url=BASE_URL, headers=[("Cookie", cookie)])
        self._environ = builder.get_environ()
        builder.close()

    def ask(self) -> bytes:
        """Return the page's bytes; raises Unanswered unless the answer is 200."""
        body, status, _headers = run_wsgi_app(self._app.wsgi_app, self._environ, buffered=True)
        content = b"".join(body)
        if not status.startswith(str(OK)):
            raise Unanswered(f"{self._path}: {status}")
        return content

    def statements(self) -> int:
        """Count the SQL of one answer, in both databases."""
        with recording() as said:
            self.ask()
        return statements(said)

    def empty(self) -> Page:
        """Return a page of the same bytes from an application that does nothing else."""
        app = Flask("bare")
        text = self.ask().decode().replace("{", "&#123;")
        app.jinja_loader = DictLoader({"page.html": text})
        app.add_url_rule("/", view_func=lambda: render_template("page.html"))
        return Page(app, "/")


def queue(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure the coordinators' queue at two sizes, and whether it stays flat between."""
    page = Page(site.app, QUEUE, site.cookie("anna"))
    medians = []
    have = 0
    for size in (effort.small, effort.large):
        with site.app.app_context():
            population.fill(size - have, _leads(site))
        have = size
        found = _figure(page, f"queue at {size:,} applications", effort)
        medians.append(found)
        yield found
    first, second = medians
    yield Figure(
        f"queue at {effort.large:,} beside {effort.small:,} applications",
        "the same page with fewer applications",
        round(second.ours.p50_us / first.ours.p50_us, 2),
        round(second.ours.cpu_us / first.ours.cpu_us, 2),
        second.ours,
        first.ours,
    )


def case(site: Installation, effort: Effort) -> Iterator[Figure]:
    """Measure a coordinator's pages of one case: how it stands, and what was told, unsealed."""
    with site.app.app_context():
        population.fill(effort.small, _leads(site))
        case_id = sent_application(site)
        applications.acknowledge(site.staff["anna"], case_id, INTERNAL)
    cookie = site.cookie("anna", opened=[f"{case_id}:{Compartment.NARRATIVE}"])
    address = f"{QUEUE}/{case_id}"
    yield _figure(Page(site.app, address, cookie), "case page", effort)
    told = Page(site.app, f"{address}/told", cookie)
    if ANSWERS["need_most"].encode() not in told.ask():
        raise Unanswered("what was told is not unsealed")
    yield _figure(told, "case page with what was told, unsealed", effort)


def _figure(page: Page, what: str, effort: Effort) -> Figure:
    return race(what, page.ask, EMPTY, page.empty().ask, effort, statements=page.statements())


def _leads(site: Installation) -> list[Any]:
    return [site.staff[handle].ref for handle in ("anna", "boris", "clara")]
