"""Files as people add them and get them back, originals by their own wish alone."""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from fund_app.adapters.files import REASONS
from fund_app.extensions import db
from fund_app.models.documents import Document
from fund_app.models.events import Event
from fund_app.services import applications, documents, vault
from fund_app.views.applicant.labels import FILE_REFUSALS
from tests.support import uploads
from tests.support.client import FundClient
from tests.support.desk import Desk, case_path
from tests.support.house import press
from tests.support.pages import Page

FILES = "/return/files"
SAME = {"Sec-Fetch-Site": "same-origin"}


def add(client: FundClient, content: bytes, name: str, **more: str) -> Page:
    response = client.submit(
        client.page(FILES), {"file": (BytesIO(content), name), **more}, to="add",
        content_type="multipart/form-data",
    )  # fmt: skip
    return client.page(response.location) if response.status_code == 302 else Page(response)


def rows(session: Session) -> list[Document]:
    session.rollback()
    return list(session.scalars(select(Document).order_by(Document.position)))


def test_every_reason_to_refuse_has_a_sentence() -> None:
    assert set(FILE_REFUSALS) == set(REASONS)
    assert len({str(each) for each in FILE_REFUSALS.values()}) == len(REASONS)


def test_original_is_not_kept_unless_the_person_asks(
    client: FundClient, case_id: str, session: Session
) -> None:
    page = client.page(FILES)
    (box,) = page.find_all("input", name="keep_original")
    assert box.get("checked") is None
    assert "it may carry your place, camera and name" in page.text
    add(client, uploads.photo(), "a.jpg")
    assert [row.kind for row in rows(session)] == ["evidence"]


def test_original_is_kept_untouched_beside_the_cleaned_file(
    client: FundClient, case_id: str, session: Session
) -> None:
    page = add(client, uploads.photo(), "a.jpg", keep_original="yes")
    assert page.text.count("The untouched original.") == 1
    cleaned, untouched = rows(session)
    assert (untouched.kind, untouched.cleaned_id) == ("original", cleaned.id)
    answer = client.get(f"{FILES}/{untouched.id}")
    assert answer.data == uploads.photo()
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="original-2.bin"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert uploads.SECRET not in client.get(f"{FILES}/{cleaned.id}").data


@pytest.mark.usefixtures("case_id")
@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [(uploads.photo(), "image/jpeg", "jpg"), (uploads.telling_pdf(), "application/pdf", "pdf"),
     (uploads.picture("GIF", mode="P") + uploads.HTML, "image/png", "png")],
)  # fmt: skip
def test_download_is_an_attachment_of_our_own_making(
    client: FundClient, session: Session, content: bytes, kind: str, ending: str
) -> None:
    add(client, content, "../../a\tb.html")
    (row,) = rows(session)
    answer = client.get(f"{FILES}/{row.id}")
    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"] == f'attachment; filename="document-1.{ending}"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for trace in (uploads.SECRET, b"<script"):
        assert trace not in answer.data


@pytest.mark.parametrize("language", ["en", "ru", "de"])
def test_refusal_is_said_in_the_persons_language(
    client: FundClient, case_id: str, session: Session, language: str
) -> None:
    page = client.page(f"{FILES}?lang={language}")
    sent = {"file": (BytesIO(uploads.EICAR), "a.pdf"), "keep_original": "yes"}
    answer = client.submit(page, sent, to=f"add?lang={language}",
                           content_type="multipart/form-data")  # fmt: skip
    assert answer.status_code == 422
    refused = Page(answer)
    assert {"en": "We can take pictures", "ru": "PDF", "de": "PDF"}[language] in refused.text
    assert (language == "en") is ("We can take pictures" in refused.text)
    (box,) = refused.find_all("input", name="keep_original")
    assert box.get("checked") is not None
    assert rows(session) == []


def body(client: FundClient, content: bytes) -> bytes:
    """Return a form as a browser sends it; the test's own client would use a temporary file."""
    values = client.page(FILES).form("add").values
    fields = {name: found[0].encode() for name, found in values.items() if found}
    fields["keep_original"] = b"yes"
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in fields.items()
    ]
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    return b"".join([*parts, head, content, b"\r\n--b--\r\n"])


def test_large_upload_never_touches_the_disk_in_clear(
    client: FundClient,
    case_id: str,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every file anybody makes below the test's folder is looked into when it is over."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    made: list[str] = []
    real = os.open

    def watched(path: str, flags: int, *more: int, **named: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            made.append(str(path))
        return real(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", watched)
    mark = b"sentinel-in-the-picture"
    content = uploads.noise("JPEG", (3000, 3000), quality=95, comment=mark)
    assert 2_000_000 < len(content) < 10_000_000
    answer = client.post(f"{FILES}/add", data=body(client, content), headers=SAME,
                         content_type="multipart/form-data; boundary=b")  # fmt: skip
    assert answer.status_code == 302
    assert list(temporary.iterdir()) == []
    on_disk = [Path(each).parent for each in made if not each.startswith("/dev/")]
    assert on_disk == [settings.upload_dir] * 2
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) > 3
    assert [mark in each or content[2000:2100] in each for each in kept] == [False] * len(kept)


@pytest.fixture
def with_original(desk: Desk) -> tuple[str, str, str]:
    """Return a case led by Anna with its cleaned file and its original."""
    applicant, case_id = desk.house.submitted()
    applications.acknowledge(desk.house["anna"], case_id, press())
    documents.add(applicant, uploads.photo(), "a.jpg", press(), keeps_original=True)
    desk.house.case(case_id)
    found = select(Document.id).where(Document.application_id == case_id)
    cleaned, untouched = db.session.scalars(found.order_by(Document.position))
    return case_id, cleaned, untouched


def test_original_is_handed_to_the_case_lead_alone_and_written_down(
    desk: Desk, with_original: tuple[str, str, str], session: Session
) -> None:
    case_id, cleaned, untouched = with_original
    tab, to = case_path(case_id, "messages"), f"originals/{untouched}"
    page = desk.see("anna", tab)
    assert "it may harm the computer that opens it" in page.text
    answer = desk.browser("anna").submit(page, to=to)
    assert answer.data == uploads.photo()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="original-2.bin"'
    other = desk.see("boris", tab)
    assert "Only whoever leads the case can open it." in other.text
    assert [form for form in other.forms if form.action.endswith(to)] == []
    for path in (f"originals/{untouched}", f"files/{untouched}", f"originals/{cleaned}"):
        refused = desk.browser("boris").post(
            case_path(case_id, path), data={"csrf_token": token(other)}, headers=SAME
        )
        assert refused.status_code == 404, path
    looked = select(Event.action).where(Event.chain == "view", Event.subject_id == case_id)
    assert session.scalars(looked).all() == ["original_opened"]


def token(page: Page) -> str:
    return page.forms[-1].values["csrf_token"][0]


def test_original_is_shut_with_the_case(desk: Desk, with_original: tuple[str, str, str]) -> None:
    case_id, _cleaned, untouched = with_original
    page = desk.see("anna", case_path(case_id, "messages"))
    vault.erase_case(case_id)
    answer = desk.browser("anna").submit(page, to=f"originals/{untouched}")
    assert answer.status_code == 404
