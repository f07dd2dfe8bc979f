"""Who may open which page: declared on every view, denied where nothing is declared.

A view says `@public` or `@allow(Role.X, ...)`, and beneath it `@confirmed` where somebody at an
unwatched screen could do harm (see confirm.py). The declaration is an attribute
of the function, so that a contract test can read the whole table from the running application.
Whether this person may see this very object is asked by the query (`visible_to`), which answers
with nothing: `not_found()` then says the same about foreign and unknown things. An act that the
roles of a colleague do not allow is written into the trail of the house, reading is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from fund_app.services import factors
from fund_app.views import resume, session
from workflows.roles import Role

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "fund_access"
_CONFIRMED = "fund_confirmed"
REFUSED = "act_refused"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a view; no roles means everybody."""

    roles: frozenset[Role]

    @property
    def is_public(self) -> bool:
        """Whether nobody needs to be signed in."""
        return not self.roles

    @property
    def door(self) -> str:
        """Which sign-in page leads here: "applicant", "donor" or "staff"."""
        if self.roles == {Role.APPLICANT}:
            return "applicant"
        return "donor" if self.roles == {Role.DONOR} else "staff"


@dataclass(frozen=True, slots=True)
class Entry:
    """One route of the application with its declared rule (None: nobody may)."""

    endpoint: str
    path: str
    methods: frozenset[str]
    rule: Rule | None
    is_confirmed: bool = False
    """Whether the person must have shown within ten minutes that it is they."""


def public(view: View) -> View:
    """Declare that everybody may call the view."""
    return _declare(view, Rule(frozenset()))


def allow(*roles: Role) -> Callable[[View], View]:
    """Declare that somebody holding at least one of the roles may call the view."""
    if not roles:
        raise ValueError("allow() needs at least one role; use @public for everybody")

    def declare(view: View) -> View:
        return _declare(view, Rule(frozenset(roles)))

    return declare


def confirmed(view: View) -> View:
    """Declare that staff prove anew that it is they before the view is called."""
    setattr(view, _CONFIRMED, True)
    return view


def needs_confirmation(view: Callable[..., Any]) -> bool:
    """Whether a view declares itself `@confirmed`."""
    return bool(getattr(view, _CONFIRMED, False))


def not_found() -> NoReturn:
    """End the request with the one answer for what is unknown, foreign or out of reach."""
    abort(404)


def inventory(app: Flask) -> tuple[Entry, ...]:
    """Return every route of the application with its declared rule, ordered by path."""
    entries = (
        Entry(
            rule.endpoint,
            rule.rule,
            frozenset(rule.methods or ()),
            rule_of(app.view_functions[rule.endpoint]),
            needs_confirmation(app.view_functions[rule.endpoint]),
        )
        for rule in app.url_map.iter_rules()
    )
    return tuple(sorted(entries, key=lambda entry: (entry.path, entry.endpoint)))


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """Return the rule a view declares, or None."""
    rule = getattr(view, _ATTRIBUTE, None)
    return rule if isinstance(rule, Rule) else None


def protect(app: Flask) -> None:
    """Check every request of the application against the rule its view declares."""
    public(app.view_functions["static"])
    app.before_request(_check)


def _declare(view: View, rule: Rule) -> View:
    if rule_of(view) not in {None, rule}:
        raise ValueError(f"{view.__name__} declares two different rules")
    setattr(view, _ATTRIBUTE, rule)
    return view


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # the router has already refused; its error is raised after this check
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None:
        not_found()
    if rule.is_public:
        return None
    person = session.current()
    if person is None:
        return _send_to_door(rule.door)
    if not person.has_any(rule.roles):
        if request.method == "POST" and session.door() == "staff":
            factors.record(REFUSED, request.endpoint, actor=person)
        not_found()
    return None


def _send_to_door(door: str) -> ResponseReturnValue:
    if request.method in {"GET", "HEAD"}:
        target = request.full_path.rstrip("?") if door == "staff" else None
        return redirect(url_for(session.SIGN_IN_ENDPOINTS[door], next=target))
    return resume.ask_to_sign_in(door)
