"""A payment provider for rehearsals: the parts of Stripe's API the fund uses, on loopback.

Run it with `python -m tests.doubles.stripe_server --port 12111 --webhook-url URL --secret S`.
Everything is in memory; switches for duplicates, delay, reordering and lost answers are turned
with POST /_control/switches. No request leaves the machine and no money moves.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fund_app.adapters.clock import ShiftedClock
from tests.doubles.stripe_book import Book
from tests.doubles.stripe_pages import checkout_page
from tests.doubles.stripe_post import Post, Switches
from tests.doubles.stripe_wire import ApiError, Json, invalid, missing, read_form

OWN_NOTES = ("asked", "is_short")
KEY_LIFE = 24 * 3600
LARGEST_BODY = 65_536
LISTED_COUNTRY = "RU"
"""Where the hosted page's card of a listed country comes from."""
KINDS = {
    "payment_intents": "payment_intent",
    "charges": "charge",
    "balance_transactions": "balance_transaction",
    "refunds": "refund",
    "disputes": "dispute",
    "payouts": "payout",
    "events": "event",
    "checkout/sessions": "checkout.session",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "invoice_payments": "invoice_payment",
}
FILTERS = ("charge", "payment_intent", "source", "payout", "type", "subscription", "payment")


@dataclass(slots=True)
class Rehearsal:
    """One rehearsal account: the book, the post office and the idempotency keys."""

    base_url: str
    now: Callable[[], int]
    post: Post
    switches: Switches
    lock: threading.RLock = field(default_factory=threading.RLock)
    keys: dict[str, tuple[str, int, int, Json]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    """Every write that was asked for: the path and everything that was sent with it."""
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.book = Book(self.now, self.base_url, self.emit, self._blocked)

    def _blocked(self) -> frozenset[str]:
        return frozenset(filter(None, self.switches.blocked_countries.split(",")))

    def emit(self, kind: str, subject: Json) -> None:
        """Write one event with a snapshot of its object and hand it to the post office."""
        event = self.book._keep(  # noqa: SLF001  the account writes in its own book
            "evt",
            "event",
            type=kind,
            api_version="2026-10-28.endive",
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
            data={"object": visible(subject)},
        )
        self.post.send(copy.deepcopy(event))

    # -- one API request ---------------------------------------------------------------------

    def answer(self, method: str, path: str, params: Json, key: str | None) -> tuple[int, Json]:
        """Answer one API request; a repeated key gets the stored answer, stored 500s included."""
        with self.lock:
            self.calls.append((method, path))
            if method == "POST":
                self.asked.append((path, copy.deepcopy(params)))
            if method == "DELETE":
                self.asked.append((path, copy.deepcopy(params)))
            if method == "GET" or not key:
                return self._attempt(method, path, params)
            print_of = hashlib.sha256(json.dumps([path, params], sort_keys=True).encode())
            fingerprint = print_of.hexdigest()
            known = self.keys.get(key)
            if known and known[1] > self.now() - KEY_LIFE:
                return self._replay(known, fingerprint)
            status, body = self._attempt(method, path, params)
            if status not in {401, 404, 429}:
                self.keys[key] = (fingerprint, self.now(), status, copy.deepcopy(body))
            return status, body

    @staticmethod
    def _replay(known: tuple[str, int, int, Json], fingerprint: str) -> tuple[int, Json]:
        if known[0] != fingerprint:
            message = "Keys for idempotent requests can only be used with the same parameters."
            return 400, {"error": {"type": "idempotency_error", "message": message}}
        return known[2], copy.deepcopy(known[3])

    def _attempt(self, method: str, path: str, params: Json) -> tuple[int, Json]:
        if self.switches.fail_next:
            self.switches.fail_next -= 1
            return 500, {"error": {"type": "api_error", "message": "Something went wrong."}}
        try:
            act = {"POST": self._post, "DELETE": self._delete}.get(method, self._get)
            found = act(path, params)
        except ApiError as error:
            return error.status, {"error": error.error}
        return 200, self._expanded(found, params.get("expand") or [])

    def _post(self, path: str, params: Json) -> Json:
        book = self.book
        made: dict[str, Callable[[Json], Json]] = {
            "checkout/sessions": book.open_session,
            "refunds": book.refund,
            "payouts": lambda sent: book.pay_out(sent.get("currency", "eur")),
        }
        changed: dict[tuple[str, str], Callable[[str, Json], Json]] = {
            ("checkout/sessions", "expire"): lambda one, _sent: book.expire_session(one),
            ("payment_intents", "capture"): book.capture,
            ("payment_intents", "cancel"): book.cancel,
            ("subscriptions", ""): book.change_subscription,
        }
        if path in made:
            return made[path](params)
        noun, identifier, act = path.rsplit("/", 2) if path.count("/") > 1 else _of_one(path)
        if (noun, act) not in changed:
            raise missing(path)
        return changed[noun, act](identifier, params)

    def _delete(self, path: str, params: Json) -> Json:
        noun, _, identifier = path.rpartition("/")
        if noun == "subscriptions":
            return self.book.cancel_subscription(identifier, params)
        if noun == "customers":
            return self.book.delete_customer(identifier)
        raise missing(path)

    def _get(self, path: str, params: Json) -> Json:
        if path == "balance":
            return self.book.balance()
        if path in KINDS:
            return self._list(path, params)
        noun, _, identifier = path.rpartition("/")
        if noun not in KINDS:
            raise missing(path)
        return self.book.get(identifier, KINDS[noun])

    def _list(self, path: str, params: Json) -> Json:
        rows = self.book.every(KINDS[path], **{name: params.get(name) for name in FILTERS})
        created = params.get("created") or {}
        if "gte" in created:
            rows = [row for row in rows if row["created"] >= int(created["gte"])]
        if "starting_after" in params:
            ids = [row["id"] for row in rows]
            if params["starting_after"] not in ids:
                raise invalid("No such starting_after.", param="starting_after")
            rows = rows[ids.index(params["starting_after"]) + 1 :]
        limit = int(params.get("limit", 10))
        page = {"object": "list", "url": f"/v1/{path}", "has_more": len(rows) > limit}
        return {**page, "data": rows[:limit]}

    def _expanded(self, found: Json, paths: list[str]) -> Json:
        answer = visible(found)
        if answer.get("object") == "list":
            answer["data"] = [visible(row) for row in answer["data"]]
        for path in paths:
            self._expand(answer, path.split("."))
        return answer

    def _expand(self, node: Any, path: list[str]) -> None:
        if isinstance(node, list):
            for child in node:
                self._expand(child, path)
            return
        if not path or not isinstance(node, dict):
            return
        value = node.get(path[0])
        if isinstance(value, str) and value in self.book.objects:
            node[path[0]] = visible(self.book.objects[value])
        elif isinstance(value, list):
            node[path[0]] = [
                visible(self.book.objects[item]) if isinstance(item, str) else item
                for item in value
            ]
        self._expand(node.get(path[0]), path[1:])

    # -- what a rehearsal can make happen ------------------------------------------------------

    def control(self, action: str, params: Json) -> Json:
        """Do what only the outside world does: settle, dispute, pay out, make trouble."""
        with self.lock:
            if action == "switches":
                for name, value in params.items():
                    self.switches.set(name, value)
                return {"switches": {n: getattr(self.switches, n) for n in Switches.__slots__}}
            if action == "release":
                return {"released": self.post.release()}
            if action == "redeliver":
                self.post.send(copy.deepcopy(self.book.get(params["event"], "event")))
                return {}
            return visible(self._happen(action, params))

    def _happen(self, action: str, params: Json) -> Json:
        acts: dict[str, Callable[[], Json]] = {
            "pay": lambda: self.book.pay(params["session"], params.get("country", "DE")),
            "debit": lambda: self.book.debit(params["session"]),
            "settle": lambda: self.book.settle_debit(
                params["session"], succeeded=bool(params["succeeded"])
            ),
            "expire": lambda: self.book.expire_session(params["session"]),
            "next_month": lambda: self.book.next_month(params["subscription"]),
            "run_short": lambda: self.book.run_short(
                params["subscription"], is_short=bool(params["is_short"])
            ),
            "retry": lambda: self.book.retry(params["invoice"]),
            "settle_invoice": lambda: self.book.settle_invoice(
                params["invoice"], succeeded=bool(params["succeeded"])
            ),
            "lapse": lambda: self.book.lapse(params["session"]),
            "refund": lambda: self.book.refund(params),
            "fail_refund": lambda: self.book.fail_refund(params["refund"]),
            "dispute": lambda: self.book.open_dispute(params["charge"]),
            "close_dispute": lambda: self.book.close_dispute(
                params["dispute"], won=bool(params["won"])
            ),
            "payout": lambda: self.book.pay_out(params.get("currency", "eur")),
        }
        if action not in acts:
            raise missing(action)
        return acts[action]()


def _of_one(path: str) -> tuple[str, str, str]:
    noun, _, identifier = path.partition("/")
    return noun, identifier, ""


def visible(row: Json) -> Json:
    """Return a copy of an object as the API shows it, without the double's own notes."""
    return copy.deepcopy({name: value for name, value in row.items() if name not in OWN_NOTES})


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for one Rehearsal, which the server object carries."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """An answer leaves in one piece: head and body apart wait 40 ms for each other's receipt."""
    server: StripeServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  inherited name
        """Stay silent: a rehearsal's addresses need no log."""

    def do_GET(self) -> None:
        """Answer reads: the API, a hosted page, the control state."""
        parts = urlsplit(self.path)
        if parts.path.startswith("/v1/"):
            self._api("GET", parts.path[4:], read_form(parts.query))
        elif parts.path.startswith("/c/pay/"):
            self._checkout(parts.path.rsplit("/", 1)[1])
        elif parts.path == "/_control/state":
            rehearsal = self.server.rehearsal
            self._json(200, {"objects": list(rehearsal.book.objects.values())})
        else:
            self._json(404, {"error": {"type": "invalid_request_error", "message": "unknown"}})

    def do_POST(self) -> None:
        """Answer writes: the API, a choice on a hosted page, a control."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._json(413, {"error": {"type": "invalid_request_error", "message": "too large"}})
            return
        body = self.rfile.read(length).decode()
        path = urlsplit(self.path).path
        if path.startswith("/v1/"):
            self._api("POST", path[4:], read_form(body))
        elif path.startswith("/c/pay/"):
            self._choose(path.rsplit("/", 1)[1], str(read_form(body).get("choice", "")))
        elif path.startswith("/_control/"):
            self._control(path.rsplit("/", 1)[1], json.loads(body or "{}"))
        else:
            self._json(404, {"error": {"type": "invalid_request_error", "message": "unknown"}})

    def do_DELETE(self) -> None:
        """Answer the API's deletions."""
        parts = urlsplit(self.path)
        self._api("DELETE", parts.path.removeprefix("/v1/"), read_form(parts.query))

    def _api(self, method: str, path: str, params: Json) -> None:
        if not (self.headers.get("Authorization") or "").startswith("Bearer sk_test_"):
            message = "Invalid API Key provided."
            self._json(401, {"error": {"type": "invalid_request_error", "message": message}})
            return
        rehearsal = self.server.rehearsal
        status, body = rehearsal.answer(method, path, params, self.headers.get("Idempotency-Key"))
        with rehearsal.lock:
            lost = method != "GET" and rehearsal.switches.lose_answers > 0
            rehearsal.switches.lose_answers -= lost
        if lost:
            self.close_connection = True
            self.connection.close()
            return
        self._json(status, body)

    def _checkout(self, identifier: str, message: str = "") -> None:
        session = self.server.rehearsal.book.objects.get(identifier)
        if session is None:
            self._send(404, "text/html; charset=utf-8", b"<h1>404</h1>")
            return
        page = checkout_page(session, message).encode()
        self._send(200, "text/html; charset=utf-8", page)

    def _choose(self, identifier: str, choice: str) -> None:
        rehearsal = self.server.rehearsal
        with rehearsal.lock:
            try:
                session = rehearsal.book.open_only(identifier)
            except ApiError:
                self._checkout(identifier)
                return
            if choice == "pay":
                rehearsal.book.pay(identifier)
            elif choice == "debit":
                rehearsal.book.debit(identifier)
            elif choice == "listed":
                rehearsal.book.pay(identifier, LISTED_COUNTRY)
            elif choice != "cancel":
                rehearsal.book.decline(identifier)
            if choice != "cancel" and session["status"] == "open":
                self._checkout(identifier, "declined")
                return
        target = session["cancel_url"] if choice == "cancel" else session["success_url"]
        self._send(303, "text/plain", b"", Location=str(target))

    def _control(self, action: str, params: Json) -> None:
        try:
            self._json(200, self.server.rehearsal.control(action, params))
        except ApiError as error:
            self._json(error.status, {"error": error.error})
        except (KeyError, ValueError) as error:
            self._json(400, {"error": {"type": "invalid_request_error", "message": str(error)}})

    def _json(self, status: int, body: Json) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class StripeServer(ThreadingHTTPServer):
    """The HTTP server of one rehearsal account."""

    daemon_threads = True

    def __init__(
        self, port: int, webhook_url: str, secret: str, now: Callable[[], int] | None = None
    ) -> None:
        """Listen on 127.0.0.1:port (0 takes a free one); `now` gives whole seconds."""
        super().__init__(("127.0.0.1", port), Handler)
        clock = now or (lambda: int(time.time()))
        switches = Switches()
        post = Post(webhook_url, secret, clock, switches)
        self.rehearsal = Rehearsal(self.url, clock, post, switches)

    @property
    def url(self) -> str:
        """Return the address the API and the hosted pages are at."""
        return f"http://127.0.0.1:{self.server_address[1]}"


def main() -> None:
    """Run one rehearsal account until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook-url", default="")
    parser.add_argument("--secret", default="whsec_rehearsal")
    parser.add_argument("--clock-file", type=Path, help="follow the demonstration's clock")
    options = parser.parse_args()
    clock = ShiftedClock(options.clock_file) if options.clock_file else None
    now = (lambda: int(clock.now().timestamp())) if clock else None
    server = StripeServer(options.port, options.webhook_url, options.secret, now)
    print(f"Payment rehearsal at {server.url}", flush=True)  # noqa: T201  a command line tool
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
