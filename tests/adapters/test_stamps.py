"""A line on what somebody takes away: on every page, covering nothing, put on in the sandbox."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from fund_app.adapters import files, sandbox, stamps
from fund_app.adapters.files import MediaType, RefusedFile
from tests.support import uploads

LINE = "anna · 2026-06-30 · 0123ABCD"


def drawn(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


@pytest.mark.parametrize("size", [(40, 30), (1200, 900), (3000, 80)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_picture_gets_a_strip_beneath_and_keeps_what_it_shows(
    kind: str, size: tuple[int, int]
) -> None:
    kept = files.accept(uploads.picture(kind, size=size))
    marked = stamps.stamped(kept.content, kept.media_type, LINE)
    before, after = drawn(kept.content), drawn(marked)
    assert Image.open(BytesIO(marked)).format == kind
    assert after.width >= before.width
    assert after.height > before.height + 12
    same = after.crop((0, 0, *before.size))
    assert max(ImageStat.Stat(ImageChops.difference(before, same)).mean) < 3
    strip = after.crop((0, before.height, *after.size)).convert("L")
    dark = strip.point(lambda level: 255 * (level < 128)).getbbox()
    assert dark is not None
    assert (dark[0] > 0, dark[2] < after.width, dark[3] < strip.height) == (True, True, True)


def test_strip_reads_differently_for_another_look() -> None:
    kept = files.accept(uploads.photo())
    one, other = (
        stamps.stamped(kept.content, kept.media_type, line) for line in (LINE, LINE[:-1] + "E")
    )
    assert one != other


def test_name_in_letters_the_type_lacks_leaves_day_and_code() -> None:
    kept = files.accept(uploads.picture("PNG"))
    marked = stamps.stamped(kept.content, kept.media_type, LINE.replace("anna", "Анна"))
    assert marked == stamps.stamped(kept.content, kept.media_type, LINE.replace("anna", "????"))


def test_pdf_is_marked_in_every_script(tmp_path: Path) -> None:
    kept = files.accept(uploads.pdf())
    path = tmp_path / "taken.pdf"
    path.write_bytes(stamps.stamped(kept.content, kept.media_type, LINE.replace("anna", "Анна")))
    command = ["pdftotext", str(path), "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Анна · 2026-06-30 · 0123ABCD" in said


def test_file_that_nothing_opens_is_told_apart_from_one_that_has_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for kind in stamps.TAKING:
        with pytest.raises(RefusedFile, match="damaged"):
            stamps.stamped(b"neither", kind, LINE)
    monkeypatch.setattr(sandbox, "PATIENCE", 0)
    monkeypatch.setattr(sandbox, "_turns", threading.BoundedSemaphore(1))
    with sandbox._turn(), pytest.raises(RefusedFile, match="busy"):  # noqa: SLF001
        stamps.stamped(uploads.photo(), MediaType.JPEG, LINE)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent",
    [
        lambda: uploads.noise("JPEG", (11_000, 5_400), quality=20),
        lambda: uploads.noise("PNG", (3_700, 3_700), "P", transparency=3),
        lambda: uploads.noise("WEBP", (4_000, 3_000), quality=10),
    ],
)
def test_whatever_picture_is_kept_can_be_marked(sent: Callable[[], bytes]) -> None:
    kept = files.accept(sent())
    marked = stamps.stamped(kept.content, kept.media_type, LINE)
    assert drawn(marked).height > drawn(kept.content).height


def test_no_file_from_outside_is_opened_in_the_process_that_holds_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = sandbox.run

    def noted(task: str, content: bytes) -> files.Accepted:
        asked.append(task)
        return real(task, content)

    monkeypatch.setattr(sandbox, "run", noted)
    for content in (uploads.photo(), uploads.pdf()):
        kept = files.accept(content)
        stamps.stamped(kept.content, kept.media_type, LINE)
    assert asked == ["picture", "mark_picture", "pdf", "mark_pdf"]
