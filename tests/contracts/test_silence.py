"""Whatever breaks, and wherever, neither the page nor any log repeats what somebody confided."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from flask import Flask, render_template_string, request
from sqlalchemy import text
from sqlalchemy.orm import Session
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from fund_app.extensions import csrf, db
from fund_app.jobs.context import JobContext
from fund_app.jobs.terms import Terms
from fund_app.jobs.worker import Worker
from fund_app.models.people import Person
from fund_app.models.types import new_ref
from fund_app.services import jobs
from fund_app.services.unit import unit_of_work
from fund_app.views.access import public
from tests.support.client import FundClient
from tests.support.sweep import hits

WORD = f"Zq{secrets.token_hex(12)}"
METRIC = re.compile(r'(?:# TYPE fund_\w+ \w+|fund_\w+(?:\{[a-z]+="[a-z0-9_]{1,24}"\})? [\d.]+)')


def broken_query() -> str:
    db.session.execute(text("SELECT * FROM nowhere WHERE word = :word"), {"word": said()})
    return ""


def broken_row() -> str:
    db.session.add_all(
        Person(id=new_ref(), handle=said(), display_name=said(), language="en") for _ in range(2)
    )
    db.session.commit()
    return ""


def broken_template() -> str:
    return render_template_string("{{ word.nothing.at_all }}", word=said())


def broken_form() -> str:
    class Strict(Form):
        word = StringField()

        def validate_word(self, field: StringField) -> None:
            try:
                int(field.data)
            except ValueError as error:
                raise ValidationError(str(error)) from error
            raise ValueError(field.data)

    form = Strict(request.form)
    form.validate()
    raise KeyError(form.word.errors[0])


def broken_chain() -> str:
    try:
        raise OSError(said())  # noqa: TRY301 (the chain is the point)
    except OSError as error:
        raise RuntimeError(f"because of {said()}") from error


def broken_encoding() -> str:
    return said().encode("utf-16").decode("ascii")


def said() -> str:
    return request.form["word"]


FAULTS: Mapping[str, Callable[[], str]] = {
    fault.__name__: fault
    for fault in (broken_query, broken_row, broken_template, broken_form, broken_chain,
                  broken_encoding)
}  # fmt: skip


@pytest.mark.both_stores
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_logged_by_kind_and_place(
    app: Flask,
    client: FundClient,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    fault: str,
) -> None:
    caplog.set_level(logging.INFO)
    app.testing = False
    app.add_url_rule("/breaks", "breaks", csrf.exempt(public(FAULTS[fault])), methods=["POST"])
    answer = client.post(
        f"/breaks?q={WORD}",
        data={"word": WORD},
        headers={"User-Agent": WORD, "X-Forwarded-For": WORD},
    )
    printed = capfd.readouterr()
    places = {
        "page": answer.get_data(),
        "headers": str(answer.headers).encode(),
        "log": caplog.text.encode(),
        "out": (printed.out + printed.err).encode(),
    }
    assert answer.status_code == 500
    assert hits(places, [WORD]) == []
    told = [record.getMessage() for record in caplog.records if record.name == "fund.errors"]
    assert [re.fullmatch(r"request\.failed type=\w+ at=[\w./:<> ]+", each) for each in told] != []
    assert len(told) == 1


def test_jobs_that_break_are_logged_by_kind(
    app: Flask,
    session: Session,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(_: Session, _payload: Mapping[str, str | int], _context: JobContext) -> None:
        raise RuntimeError(WORD) from ValueError(WORD)

    caplog.set_level(logging.INFO)
    with unit_of_work() as writing:
        jobs.enqueue(writing, "fail", {}, key="one")
    terms = Terms(lease=timedelta(seconds=5), most_attempts=2, first_pause=timedelta(0),
                  poll=timedelta(0))  # fmt: skip
    Worker(app, terms=terms, handlers={"fail": fail}, rounds=()).run(once=True)
    printed = capfd.readouterr()
    places = {"log": caplog.text.encode(), "out": (printed.out + printed.err).encode()}
    assert hits(places, [WORD]) == []
    assert any(record.name.startswith("fund") for record in caplog.records)


def test_ordinary_requests_are_not_logged_at_all(
    client: FundClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path in ("/", f"/{WORD}", f"/return?{WORD}", "/staff/home"):
        client.get(path, headers={"User-Agent": WORD, "Referer": f"https://{WORD}.test/"})
    client.delete("/")
    client.post("/return", data={"codename": WORD})
    client.get("/", base_url=f"https://{WORD}.test")
    assert [record for record in caplog.records if record.name.startswith("fund")] == []
    assert WORD not in caplog.text


def test_metrics_are_counts_and_nothing_else(client: FundClient) -> None:
    client.get(f"/{WORD}")
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    assert [line for line in lines if METRIC.fullmatch(line) is None] == []
    assert 'fund_http_responses_total{class="4xx"} 1' in lines
