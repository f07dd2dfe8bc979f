"""Paper: the binding order of the official model, digits equal to words, tagged and small."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from fund_app.services import receipt_packs, receipt_papers
from fund_app.services.receipt_papers import Paper, PaperLine
from fund_app.services.statements import words_in
from tests.support.receipts import FACTS

LINES = (PaperLine(date(2025, 1, 3), 100_000, True), PaperLine(date(2025, 12, 31), 32_200))


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def paper(code: str, *lines: PaperLine, language: str = "") -> Paper:
    pack = receipt_packs.by_code(code)
    return Paper(
        pack=pack.code,
        version=pack.version,
        number=f"{pack.series}-2026-00007",
        kind="single" if len(lines) == 1 else "collective",
        language=pack.language or language,
        issuer=FACTS[code],
        name="Ada Zqname",
        address="Zqstreet 7\n10115 Zqtown",
        lines=lines,
        currency="EUR",
        total=sum(line.amount for line in lines),
        since=date(2025, 1, 1),
        until=date(2025, 12, 31),
        issued_day=date(2026, 2, 3),
        replaces=None,
        token="ab" * 16,
    )


def told(printed: bytes, folder: Path, *, is_info: bool = False) -> str:
    path = folder / "receipt.pdf"
    path.write_bytes(printed)
    words = ["pdfinfo", str(path)] if is_info else ["pdftotext", "-layout", str(path), "-"]
    done = subprocess.run(words, check=True, capture_output=True)
    return re.sub(r"[\s\u00a0\u202f]+", " ", done.stdout.decode())


def language_of(printed: bytes) -> str:
    with pikepdf.open(BytesIO(printed)) as document:
        return str(document.Root.Lang)


COLLECTIVE = (
    "Aussteller (Bezeichnung und Anschrift", "Solidarity Fund e. V. Musterweg 1 10115 Berlin",
    "Sammelbestätigung über Geldzuwendungen/Mitgliedsbeiträge",
    "im Sinne des § 10b des Einkommensteuergesetzes", "Name und Anschrift des Zuwendenden",
    "Ada Zqname Zqstreet 7 10115 Zqtown", "Gesamtbetrag der Zuwendung", "in Ziffern",
    "1.322,00 €", "in Buchstaben", "eintausenddreihundertzweiundzwanzig Euro und null Cent",
    "Zeitraum der Sammelbestätigung", "01.01.2025 – 31.12.2025",
    "nach dem Freistellungsbescheid", "vom 02.05.2024",
    "nur zur Förderung der Hilfe für politisch Verfolgte verwendet wird",
    "keine weiteren Bestätigungen", "ist der Anlage zur Sammelbestätigung zu entnehmen",
    "Berlin, 03.02.2026", "ohne eigenhändige Unterschrift gültig", "Hinweis:",
    "haftet für die entgangene Steuer", "länger als 5 Jahre",
    "Anlage zur Sammelbestätigung Nr. ZB-2026-00007 vom 03.02.2026", "Datum der",
    "03.01.2025", "Geldzuwendung", "nein", "1.000,00 €", "31.12.2025", "322,00 €", "Gesamtsumme",
    "1.322,00 €",
)  # fmt: skip
SINGLE = (
    "Bestätigung über Geldzuwendungen/Mitgliedsbeitrag", "Betrag der Zuwendung", "1.000,00 €",
    "eintausend Euro und null Cent", "Tag der Zuwendung", "03.01.2025",
    "Verzicht auf Erstattung von Aufwendungen", "Nein ☒",
    "nach § 60a AO gesondert festgestellt", "nur zur Förderung", "Berlin, 03.02.2026",
    "haftet für die entgangene Steuer",
)  # fmt: skip


def in_order(text: str, parts: tuple[str, ...]) -> list[str]:
    """Return the parts that are not there after the one before."""
    missing, place = [], 0
    for part in parts:
        found = text.find(part, place)
        if found < 0:
            missing.append(part)
        else:
            place = found + len(part)
    return missing


def test_german_collective_receipt_keeps_the_order_of_the_model(tmp_path: Path) -> None:
    printed = receipt_papers.as_pdf(paper("DE", *LINES))
    assert in_order(told(printed, tmp_path), COLLECTIVE) == []
    assert "Pages: 2" in told(printed, tmp_path, is_info=True)


def test_german_single_receipt_fits_one_page_and_names_the_other_notice(tmp_path: Path) -> None:
    made = paper("DE", LINES[0])
    made = replace(made, issuer={**made.issuer, "notice_kind": "section_60a"})
    printed = receipt_papers.as_pdf(made)
    text = told(printed, tmp_path)
    assert in_order(text, SINGLE) == []
    for other in ("Sammelbestätigung", "Anlage", "Freistellungsbescheid bzw.", "danke", "Danke"):
        assert other not in text
    assert "Pages: 1" in told(printed, tmp_path, is_info=True)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (100, "ein Euro und null Cent"),
        (1, "null Euro und ein Cent"),
        (132_200, "eintausenddreihundertzweiundzwanzig Euro und null Cent"),
        (2_101, "einundzwanzig Euro und ein Cent"),
        (100_000_099, "eine Million Euro und neunundneunzig Cent"),
    ],
)
def test_amount_in_words_equals_the_digits(amount: int, said: str) -> None:
    assert words_in(amount, "EUR", "de") == said


def test_british_statement_tells_what_a_declaration_covers(tmp_path: Path) -> None:
    text = told(receipt_papers.as_pdf(paper("GB", *LINES)), tmp_path)
    parts = ("3 January 2025 covered €1,000.00", "31 December 2025 not covered €322.00",
             "Total of gifts €1,322.00", "Gift Aid declaration €1,000.00",
             "basic rate of 25% €250.00", "less Income Tax and Capital Gains Tax",
             "GA-2026-00007")  # fmt: skip
    assert in_order(text, parts) == []


@pytest.mark.parametrize(
    ("count", "said"), [(1, "this contribution."), (2, "these contributions.")]
)
def test_american_acknowledgment_says_that_nothing_was_given(
    tmp_path: Path, count: int, said: str
) -> None:
    text = told(receipt_papers.as_pdf(paper("US", *LINES[:count])), tmp_path)
    assert "(EIN 00-0000001)" in text
    assert f"No goods or services were provided in exchange for {said}" in text


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Confirmation of gifts"), ("de", "Bestätigung über Spenden"),
     ("ru", "Подтверждение пожертвований")],
)  # fmt: skip
def test_neutral_confirmation_speaks_the_donors_language(
    tmp_path: Path, language: str, title: str
) -> None:
    printed = receipt_papers.as_pdf(paper("INT", *LINES, language=language))
    info = told(printed, tmp_path, is_info=True)
    assert ("Tagged: yes" in info, f"Title: {title}" in info) == (True, True)
    assert language_of(printed) == language


@pytest.mark.parametrize("code", ["DE", "GB", "US"])
def test_paper_is_tagged_says_its_language_and_is_made_again_the_same(
    tmp_path: Path, code: str
) -> None:
    made = paper(code, *LINES)
    printed = receipt_papers.as_pdf(made)
    assert receipt_papers.as_pdf(receipt_papers.from_json(made.as_json())) == printed
    info = told(printed, tmp_path, is_info=True)
    assert ("Tagged: yes" in info, "Title: " in info) == (True, True)
    assert language_of(printed) == made.language


def test_hash_of_a_paper_says_nothing_about_its_name() -> None:
    made = paper("US", LINES[0])
    assert receipt_papers.as_pdf(made) != receipt_papers.as_pdf(replace(made, token="cd" * 16))
    assert "Zqname" not in repr(made)


def test_paper_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="add up"):
        replace(paper("US", *LINES), total=1)
