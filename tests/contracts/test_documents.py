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
