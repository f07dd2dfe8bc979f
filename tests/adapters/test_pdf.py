"""Documents open nothing outside themselves and say nothing of their maker."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from fund_app.adapters import pdf

PAGE = (
    '<!doctype html><html lang="ru"><head><title>Letter</title>'
    '<meta name="author" content="Ida Berg"><meta name="generator" content="fund">'
    '<meta name="dcterms.created" content="2026-06-30">%s</head>'
    "<body><h1>Привет</h1>%s</body></html>"
)


def test_same_input_gives_the_same_bytes() -> None:
    html = PAGE % ("", "<p>1</p>")
    assert pdf.render(html, "p { color: red }") == pdf.render(html, "p { color: red }")


def test_metadata_is_neutral(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf.render(PAGE % ("", ""), ""))
    for arguments in ([], ["-meta"]):
        command = ["pdfinfo", *arguments, str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        for told in ("Ida Berg", "generator", "2026", "Author:", "Creator:", "Producer:"):
            assert told not in done.stdout


def test_text_and_tags_are_there(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf.render(PAGE % ("", ""), ""))
    text = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True)  # noqa: S607
    assert "Привет" in text.stdout.decode()
    info = subprocess.run(["pdfinfo", str(path)], check=True, capture_output=True)  # noqa: S607
    assert b"Tagged:          yes" in info.stdout


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", '<img src="file:///etc/hostname">'),
        ("", '<img src="picture.png">'),
        ("", '<img src="http://127.0.0.1:9/x.png">'),
        ("", '<object data="file:///etc/hostname"></object>'),
        ('<link rel="attachment" href="file:///etc/hostname">', ""),
        ('<link rel="stylesheet" href="file:///etc/hostname">', ""),
        ("<style>@import url(http://127.0.0.1:9/x.css);</style>", ""),
    ],
)
def test_nothing_outside_is_opened(head: str, body: str) -> None:
    with pytest.raises(pdf.Unprintable):
        pdf.render(PAGE % (head, body), "")


def test_style_sheet_opens_nothing_either() -> None:
    with pytest.raises(pdf.Unprintable):
        pdf.render(PAGE % ("", ""), "body { background: url(file:///etc/hostname) }")
