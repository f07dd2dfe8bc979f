"""Country packs: what a receipt has to say where its donor pays tax, as data beside a template.

A pack is `templates/documents/receipts/CODE_VERSION.toml` with the template of the same name. A
pack that receipts were issued under is never changed: new words are a new file with the next
version, and an old receipt can still be printed from its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app

FOLDER = "documents/receipts"
NEUTRAL = "INT"
GIFT_AID = "gift_aid"


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of one country's rules.

    `facts` are what the issuer has to say of itself, `optional` those that may be empty.
    `language` is the document's, empty for the donor's own; `dates` how it writes days.
    `currencies` the form can be made out in, empty for any. `validity` names how many years a
    tax office's notice carries receipts, by its kind.
    """

    code: str
    version: int
    series: str
    countries: tuple[str, ...]
    language: str
    dates: str
    currencies: tuple[str, ...]
    facts: tuple[str, ...]
    optional: frozenset[str]
    validity: Mapping[str, int]
    wording: Mapping[str, str]

    @property
    def template(self) -> str:
        """The name of the template that prints it."""
        return f"{FOLDER}/{self.code.lower()}_{self.version}.html"


@dataclass(frozen=True, slots=True)
class DeclarationForm:
    """One version of the words of a Gift Aid declaration."""

    version: int
    past_years: int
    wording: Mapping[str, str]


def for_country(country: str) -> Pack:
    """Return the newest pack of a country (ISO 3166, two letters), or the neutral one."""
    for pack in newest():
        if country in pack.countries:
            return pack
    return by_code(NEUTRAL)


def by_code(code: str, version: int | None = None) -> Pack:
    """Return a pack by its code, the newest version unless one is named; KeyError for none."""
    if version is not None:
        return _packs(_folder())[code, version]
    return next(pack for pack in newest() if pack.code == code)


def newest() -> tuple[Pack, ...]:
    """Return the newest version of every pack, by code."""
    found = {pack.code: pack for _key, pack in sorted(_packs(_folder()).items())}
    return tuple(found.values())


def gift_aid_form(version: int | None = None) -> DeclarationForm:
    """Return the words of the Gift Aid declaration, the newest unless a version is named."""
    forms = _declaration_forms(_folder())
    return forms[version or max(forms)]


def _folder() -> Path:
    return Path(str(current_app.template_folder)) / FOLDER


@lru_cache(maxsize=2)
def _packs(folder: Path) -> Mapping[tuple[str, int], Pack]:
    read = (_read(path) for path in sorted(folder.glob("*.toml")))
    return {(data["code"], data["version"]): _pack(data) for data in read if "code" in data}


@lru_cache(maxsize=2)
def _declaration_forms(folder: Path) -> Mapping[int, DeclarationForm]:
    read = (_read(path) for path in sorted(folder.glob(f"{GIFT_AID}_*.toml")))
    return {
        data["version"]: DeclarationForm(data["version"], data["past_years"], data["wording"])
        for data in read
    }


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _pack(data: dict[str, Any]) -> Pack:
    return Pack(
        code=data["code"],
        version=data["version"],
        series=data["series"],
        countries=tuple(data["countries"]),
        language=data["language"],
        dates=data["dates"],
        currencies=tuple(data["currencies"]),
        facts=tuple(data["facts"]),
        optional=frozenset(data["optional"]),
        validity=data["validity"],
        wording=data["wording"],
    )
