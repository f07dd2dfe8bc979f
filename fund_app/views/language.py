"""Which language a page speaks, without a cookie of its own.

A choice made with the language links travels as `?lang=` from page to page: every address the
application builds during such a request carries it on. Without a choice a signed-in member of
staff reads their own language, everybody else what the browser asks for, and English last.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from babel import Locale
from babel.support import Translations
from flask import Flask, has_request_context, request, url_for
from flask_babel import Domain, get_locale

from fund_app.extensions import babel
from fund_app.views import session

LANGUAGES = MappingProxyType({"en": "English", "ru": "Русский", "de": "Deutsch"})
PARAMETER = "lang"


@dataclass(frozen=True, slots=True)
class Link:
    """One language offered on the present page."""

    code: str
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What the page's frame needs to know about its language."""

    code: str
    direction: str
    links: tuple[Link, ...]


class Catalogues(Domain):
    """The catalogues by language: a list of fifty rows asks for its language hundreds of times."""

    def __init__(self) -> None:
        """Begin without any; each is read when its language is first spoken."""
        super().__init__()
        self._read: dict[str, Translations] = {}

    def get_translations(self) -> Translations:
        """Return the catalogue of the present language."""
        locale = get_locale()
        language = "" if locale is None else locale.language
        if language not in self._read:
            self._read[language] = super().get_translations()
        return self._read[language]


def register(app: Flask) -> None:
    """Choose the language per request and carry a visitor's choice along."""
    app.config["BABEL_DEFAULT_TIMEZONE"] = "UTC"
    babel.init_app(app, locale_selector=choose, default_translation_directories="translations")
    babel.domain_instance = Catalogues()
    app.url_defaults(_carry)
    app.context_processor(lambda: {"locale": page()})
    app.jinja_env.globals["path_to"] = path_to


def choose() -> str:
    """Return the code of the language this request is answered in."""
    if not has_request_context():
        return "en"
    asked = chosen()
    if asked:
        return asked
    own = session.language()
    if own is not None and own in LANGUAGES:
        return own
    return request.accept_languages.best_match(LANGUAGES) or "en"


def chosen() -> str | None:
    """Return the language the visitor chose with the language links, or None."""
    asked = request.args.get(PARAMETER)
    return asked if asked in LANGUAGES else None


def path_to(path: str) -> str:
    """Return one of the published addresses (/apply/..., /return, /donate) in this language.

    For pages of one audience that lead to another's front door.
    """
    asked = chosen()
    return f"{path}?{PARAMETER}={asked}" if asked else path


def page() -> Page:
    """Return the page's language, its direction, and links to the same page in the others.

    A page that answers a form has no links: following one would lose what was typed.
    """
    code = str(get_locale() or "en")
    return Page(code, Locale.parse(code).text_direction, _links(code))


def _links(present: str) -> tuple[Link, ...]:
    if request.method not in {"GET", "HEAD"} or request.url_rule is None:
        return ()
    kept = {key: values for key, values in request.args.lists() if key != PARAMETER}
    return tuple(
        Link(code, name, _address(code, kept), code == present) for code, name in LANGUAGES.items()
    )


def _address(code: str, kept: dict[str, list[str]]) -> str:
    values: dict[str, Any] = {**kept, **(request.view_args or {}), PARAMETER: code}
    return url_for(request.endpoint or "public.home", **values)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" or not has_request_context():
        return
    asked = chosen()
    if asked:
        values.setdefault(PARAMETER, asked)
