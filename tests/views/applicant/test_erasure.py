"""Erasing what one told: two steps, a plain explanation, a proof that names nobody."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fund_app.adapters.clock import ManualClock
from fund_app.models.applications import Application
from fund_app.services import anchors, proofs, remains
from tests.support.client import FundClient
from tests.support.pages import Page


def withdraw(client: FundClient) -> None:
    client.submit(client.page("/return/withdraw"), to="withdraw")


def test_erasing_takes_two_steps_and_ends_with_a_proof(
    client: FundClient, case_id: str, session: Session, app: Flask
) -> None:
    withdraw(client)
    assert "/return/erase" in client.page("/return/case").links.values()
    page = client.page("/return/erase")
    assert "What stays" in page.text
    assert "If you do nothing, it is destroyed on" in page.text
    answer = client.submit(client.page("/return/erase/sure"), to="/return/erase/sure")
    assert answer.status_code == 303
    proof = client.page(answer.location)
    assert "It is destroyed" in proof.text
    session.rollback()
    assert remains.of(session, case_id).is_gone
    assert client.get("/return/case").status_code == 302
    text = client.get(f"{answer.location}/text")
    assert text.headers["Content-Disposition"] == 'attachment; filename="page.txt"'
    body = text.get_data(as_text=True)
    with app.app_context():
        found = proofs.check(body)
        assert (found.is_genuine, found.is_ours) == (True, True)
        case = session.get_one(Application, case_id)
        assert case.designation not in body
        assert case_id not in body
        assert proofs.check(body.replace("sealed files", "sealed file")).is_genuine is False
        assert proofs.check(body, "0" * 64).is_ours is False
        assert proofs.check("no proof").is_genuine is False
        assert proofs.public_key() in client.page("/keys").text


@pytest.mark.skipif(
    not (shutil.which("openssl") and shutil.which("perl")), reason="no openssl or no perl here"
)
def test_steps_on_the_page_of_keys_check_a_proof_when_typed(
    client: FundClient, case_id: str, tmp_path: Path
) -> None:
    """Without any program of ours, as somebody types them in the folder of the kept file."""
    assert case_id
    withdraw(client)
    at = client.submit(client.page("/return/erase/sure"), to="/return/erase/sure").location
    kept = client.get(f"{at}/text", query_string={"lang": "ru"}).get_data()
    assert "Номер" in kept.decode()
    (steps,) = client.page("/keys").find_all("pre", id="steps")
    typed = str(steps.text)

    def checked(proof: bytes) -> tuple[int, str]:
        (tmp_path / "page.txt").write_bytes(proof)
        found = subprocess.run(
            [str(shutil.which("sh")), "-c", typed],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return found.returncode, found.stdout.strip()

    genuine = (0, "Signature Verified Successfully")
    assert checked(kept) == genuine
    assert checked(kept.replace(b"\n", b"\r\n")) == genuine
    day = kept.index(b"2026-")
    for changed in (
        kept[:day] + b"2025-" + kept[day + 5 :],
        kept.replace(proofs.public_key().encode(), b"0" * 64)[:-100],
        b"",
    ):
        code, words = checked(changed)
        assert code != 0
        assert "Successfully" not in words


def test_erasing_waits_while_the_case_is_open(client: FundClient, case_id: str) -> None:
    assert case_id
    page = client.page("/return/erase")
    assert "Withdraw first" in page.text
    assert client.get("/return/erase/sure").location == "/return/erase"
    sure = client.page("/return/withdraw")
    token = sure.find_all("input", name="csrf_token")[0].get("value")
    answer = client.post("/return/erase/sure", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "Withdraw first" in Page(answer).text


def test_unknown_proof_is_not_found(client: FundClient) -> None:
    for number in ("0" * 32, "x", "0" * 33):
        for tail in ("", "/text"):
            assert client.get(f"/proofs/{number}{tail}").status_code == 404


def test_anchors_are_published_without_counts(
    client: FundClient, case_id: str, app: Flask, clock: ManualClock
) -> None:
    assert case_id
    assert "The first anchor is written" in client.page("/anchors").text
    clock.advance(days=70)
    with app.app_context():
        anchors.write(clock.now())
        clock.advance(days=60)
        assert anchors.write(clock.now()) == 60
    page = client.page("/anchors")
    assert len(page.find_all("code", class_="hash")) == 50
    older = client.page(page.links["Next page"])
    assert len(older.find_all("code", class_="hash")) == 11
    lines = client.get("/anchors.txt").get_data(as_text=True).splitlines()
    assert len(lines) == 61
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d [0-9a-f]{64} [0-9a-f]{64}", each) for each in lines)
