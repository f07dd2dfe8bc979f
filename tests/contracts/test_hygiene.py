"""What must never be written into the tree."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

TEXT = {".py", ".md", ".toml", ".html", ".css", ".txt", ".sh", ".sql", ".lock", ".po", ".mako", ""}
# Folders of one person's machine; a path that works on one desk only.
ONE_MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt|private)/\w")
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without a source": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "something from another origin": re.compile(
        r"<(?:link|script|img|source)\b[^>]*\s(?:src|href)\s*=\s*[\"']?(?:https?:)?//",
        re.IGNORECASE,
    ),
}
NO_SCRIPT_FOR = ("applicant", "donor", "public")
# Typeset on the server, never sent to a browser.
TYPESET = "documents"
UNFINISHED = re.compile(r"\b(?:TODO|FIXME)\b")


def tracked() -> list[Path]:
    """Return every text file under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached"],  # noqa: S607 (whichever git made the clone)
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


def templates() -> list[Path]:
    """Return every template a browser may be sent."""
    every = sorted((ROOT / "templates").rglob("*.html"))
    return [path for path in every if TYPESET not in path.relative_to(ROOT).parts]


def test_no_file_knows_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ONE_MACHINE.search(line) and path != Path(__file__)
    ]
    assert found == []


def test_no_file_leaves_work_undone() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in {".py", ".html", ".css", ".sh"} and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("what", INLINE)
def test_templates_hold_nothing_inline(what: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in templates()
        if INLINE[what].search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_applicants_and_donors_are_sent_no_script_at_all() -> None:
    found = [
        str(path.relative_to(ROOT))
        for audience in NO_SCRIPT_FOR
        for path in (ROOT / "templates" / audience).rglob("*.html")
        if "<script" in path.read_text(encoding="utf-8").lower()
    ]
    assert found == []


def test_every_exception_from_the_search_for_mistakes_says_why() -> None:
    """`# nosec` needs the number of the rule and a reason in brackets."""
    pattern = re.compile(r"#\s*nosec\b(?!\s+B\d{3}\s+\(\w)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix == ".py" and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.slow
def test_search_for_mistakes_finds_none() -> None:
    searched = ("config.py", "forms", "fund_app", "migrations", "scripts", "workflows")
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "--quiet", "--configfile", "pyproject.toml",
         "--severity-level", "medium", "--recursive", *searched],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_every_file_ends_with_one_line_break() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if (text := path.read_text(encoding="utf-8"))
        and (not text.endswith("\n") or text.endswith("\n\n"))
    ]
    assert found == []
