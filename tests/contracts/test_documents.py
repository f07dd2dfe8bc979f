"""What the documents point at is there."""

from __future__ import annotations

import re

import pytest

from config import ROOT

FILE = re.compile(r"`((?:tests|fund_app|forms|workflows|migrations)/[\w./]+\.(?:py|txt|sql))`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
)
PROVING = ("docs/asvs.md", "docs/testing.md", "docs/threats.md")

ASVS = """
1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6
3.5:1-5 3.7:1-2 4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12
6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2
8.1:1-2 8.2:1-3 8.3:1 8.4:1 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1 12.1:1-3
12.2:1-2 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3
15.2:1-3 15.3:1-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3
"""
"""The requirements of levels 1 and 2 in OWASP ASVS 5.0.0 without V9, V10 and V17, by section."""
RANGE = re.compile(r"([\d.]+)\.(\d+)(?: to \1\.(\d+))?")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_link_to_what_exists(document: str) -> None:
    path = ROOT / document
    found = LINK.findall(path.read_text(encoding="utf-8"))
    assert [each for each in found if not (path.parent / each).exists()] == []


@pytest.mark.parametrize("document", PROVING)
def test_proofs_that_are_named_exist(document: str) -> None:
    found = set(FILE.findall((ROOT / document).read_text(encoding="utf-8")))
    assert len(found) > 20
    assert sorted(each for each in found if not (ROOT / each).exists()) == []


def test_table_of_the_standard_names_each_requirement_once() -> None:
    wanted = {
        f"{section}.{number}"
        for section, spans in (each.split(":") for each in ASVS.split())
        for first, _, last in (span.partition("-") for span in spans.split(","))
        for number in range(int(first), int(last or first) + 1)
    }
    assert len(wanted) == 210
    text = (ROOT / "docs/asvs.md").read_text(encoding="utf-8").partition("## Of level 3")[0]
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    named = [
        f"{section}.{number}"
        for cell in cells
        for section, first, last in RANGE.findall(cell)
        for number in range(int(first), int(last or first) + 1)
    ]
    assert sorted(named) == sorted(wanted)
