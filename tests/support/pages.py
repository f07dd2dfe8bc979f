"""What a test reads off a page: parsed strictly, asked by what a person sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.test import TestResponse

FIELDS = ("input", "select", "textarea", "button")
HEADINGS = ("h1", "h2", "h3")


@dataclass(frozen=True)
class Form:
    """One form of a page: where it goes and what it would send untouched."""

    action: str
    method: str
    values: dict[str, list[str]]
    passkey: dict[str, str]
    """What the page's script is told: kind ("sign" or "make"), options, answer (a field's name)."""


TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')


def without_token(body: bytes) -> bytes:
    """Return a page without its CSRF token, which tells the second it was made in."""
    return TOKEN.sub(b"", body)


class Page:
    """A parsed page; broken HTML raises html5lib's ParseError."""

    def __init__(self, response: TestResponse) -> None:
        """Parse the response's body."""
        self.response = response
        self._root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
            response.get_data(as_text=True)
        )

    @cached_property
    def language(self) -> str | None:
        """Return the page's language as declared."""
        return self._root.get("lang")

    @cached_property
    def title(self) -> str:
        """Return the page's title."""
        return _text(self._root.find("head/title"))

    @cached_property
    def text(self) -> str:
        """Return all visible text, white space collapsed."""
        return _text(self._root.find("body"))

    @cached_property
    def headings(self) -> list[str]:
        """Return the headings of the first three levels, in order."""
        return [_text(node) for node in self._root.iter() if node.tag in HEADINGS]

    @cached_property
    def links(self) -> dict[str, str]:
        """Return where each link's text leads."""
        return {_text(node): node.get("href", "") for node in self._root.iter("a")}

    @cached_property
    def forms(self) -> list[Form]:
        """Return the forms in the order of the page."""
        return [_form(node) for node in self._root.iter("form")]

    def form(self, ending: str = "") -> Form:
        """Return the only form whose action ends so; none or several is an error."""
        found = [form for form in self.forms if form.action.endswith(ending)]
        assert len(found) == 1, f"{len(found)} forms lead to {ending!r}"
        return found[0]

    def find_all(self, tag: str, **attributes: str) -> list[Element]:
        """Return every element of this tag that has these attributes (class_ for class)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            node
            for node in self._root.iter(tag)
            if all(_has(node, name, value) for name, value in wanted.items())
        ]


def text_of(element: Element) -> str:
    """Return an element's text with white space collapsed."""
    return _text(element)


def _has(node: Element, name: str, value: str) -> bool:
    given = node.get(name)
    if given is None:
        return False
    return value in given.split() if name == "class" else value == given


def _text(node: Element | None) -> str:
    return "" if node is None else " ".join("".join(node.itertext()).split())


def _form(node: Element) -> Form:
    values: dict[str, list[str]] = {}
    for field in node.iter():
        name = field.get("name")
        if field.tag in FIELDS and name and field.get("disabled") is None:
            values.setdefault(name, []).extend(_sent(field))
    told = {"kind": "data-passkey", "options": "data-options", "answer": "data-answer"}
    passkey = {name: node.get(attribute, "") for name, attribute in told.items()}
    return Form(node.get("action", ""), node.get("method", "get").lower(), values, passkey)


def _sent(field: Element) -> list[str]:
    if field.tag == "textarea":
        return [(field.text or "").removeprefix("\n")]
    if field.tag == "select":
        return _selected(field)
    kind = field.get("type", "text")
    if field.tag == "button" or kind in ("submit", "button", "file", "reset"):
        return []
    if kind in ("checkbox", "radio"):
        return [field.get("value", "on")] if field.get("checked") is not None else []
    return [field.get("value", "")]


def _selected(field: Element) -> list[str]:
    options = list(field.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None]
    if not chosen and field.get("multiple") is None:
        chosen = options[:1]
    return [option.get("value", _text(option)) for option in chosen]
