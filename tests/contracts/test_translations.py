"""Every text a person may see is said in every language the fund speaks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polib
import pytest

from config import ROOT

LANGUAGES = ("ru", "de")  # English is what the texts are written in
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
Key = tuple[str | None, str]


@cache
def wanted() -> dict[Key, polib.POEntry]:
    """Return every text found in code and templates, collected as `make translations` does."""
    with TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        subprocess.run(
            [ROOT / "scripts" / "translations.sh", template],
            cwd=ROOT,
            env={**os.environ, "PYTHON": sys.executable},
            check=True,
        )
        return {_key(entry): entry for entry in polib.pofile(str(template))}


@cache
def catalogue(language: str) -> dict[Key, polib.POEntry]:
    """Return one language's catalogue."""
    path = ROOT / "fund_app" / "translations" / language / "LC_MESSAGES" / "messages.po"
    assert path.exists(), f"{language} has no catalogue: make translations"
    return {_key(entry): entry for entry in polib.pofile(str(path))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_holds_every_text_and_no_other(language: str) -> None:
    assert sorted(map(str, wanted().keys() ^ catalogue(language).keys())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_translates_everything(language: str) -> None:
    bare = [entry.msgid for entry in catalogue(language).values() if not all(_texts(entry))]
    assert bare == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_nothing_uncertain_or_left_over(language: str) -> None:
    entries = catalogue(language).values()
    assert [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_for_values(language: str) -> None:
    """A plural may leave its number out in one form; a plain text may leave out nothing."""
    changed = [
        entry.msgid
        for entry in catalogue(language).values()
        for text in _texts(entry)
        if not _same_places(entry, text)
    ]
    assert changed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_white_space_around_a_text(language: str) -> None:
    changed = [
        entry.msgid
        for entry in catalogue(language).values()
        for text in _texts(entry)
        if text and _edges(text) != _edges(entry.msgid)
    ]
    assert changed == []


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def _texts(entry: polib.POEntry) -> list[str]:
    if entry.msgid_plural:
        return list(entry.msgstr_plural.values())
    return [entry.msgstr]


def _same_places(entry: polib.POEntry, text: str) -> bool:
    given = set(PLACEHOLDER.findall(text))
    allowed = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    return given <= allowed if entry.msgid_plural else given == allowed


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()
