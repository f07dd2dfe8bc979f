"""What a page's source tells without a browser: its language, its headings, where it leads."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

FIELDS = {"input", "select", "textarea"}
REF = re.compile(r"/[0-9a-f]{32}(?=/|$)|/\d+(?=/|$)")


def kind_of(address: str) -> str:
    """Return an address without what differs between pages of one kind."""
    parts = urlsplit(address)
    names = sorted(each.partition("=")[0] for each in parts.query.split("&") if each)
    return REF.sub("/*", parts.path) + "?" + "&".join(n for n in names if n != "lang")


class Outline(HTMLParser):
    """Reads one page; links are whole addresses without their fragment, downloads left out."""

    def __init__(self, address: str, source: str) -> None:
        """Read the source of the page at an address."""
        super().__init__()
        self.language = ""
        self.title = ""
        self.first_headings = 0
        self.nameless_fields = 0
        self.links: list[str] = []
        self._address = address
        self._ids: Counter[str] = Counter()
        self._in_title = False
        self.feed(source)

    @property
    def ids_twice(self) -> list[str]:
        """The ids that stand on more than one element."""
        return sorted(each for each, times in self._ids.items() if times > 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element tells."""
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self._ids[told["id"]] += 1
        elif tag in FIELDS and told.get("type") != "hidden":
            self.nameless_fields += 1
        if tag == "html":
            self.language = told.get("lang", "")
        elif tag == "h1":
            self.first_headings += 1
        elif tag == "a" and "href" in told and "download" not in told:
            self.links.append(urljoin(self._address, told["href"]).partition("#")[0])
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        """Keep the title's words."""
        if self._in_title:
            self.title += data.strip()

    def handle_endtag(self, tag: str) -> None:
        """Leave the title."""
        self._in_title = False
