"""The style guide: every component in use, with made-up contents."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from fund_app.views import drawings
from fund_app.views.access import public

AT = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


class Sample(FlaskForm):
    """A form with one field of each kind."""

    name = StringField("What may we call you?")
    amount = StringField("How much is needed?", [InputRequired("Please write an amount.")])
    safe = RadioField(
        "Are you safe right now?",
        [InputRequired("Please choose one answer.")],
        choices=[
            SelectChoice("yes", "Yes"),
            SelectChoice("no", "No"),
            SelectChoice("unsure", "I am not sure"),
        ],
    )
    channels = SelectMultipleField(
        "What should we never do?",
        choices=[
            SelectChoice("calls", "Call"),
            SelectChoice("voicemail", "Leave a message"),
            SelectChoice("files", "Send files"),
        ],
    )
    story = TextAreaField("What happened?")
    when = DateTimeLocalField("By when is help needed?")
    language = SelectField(
        "Language", choices=[SelectChoice("en", "English"), SelectChoice("ru", "Русский")]
    )
    evidence = FileField("A photo or a document")
    agree = BooleanField("I have read what happens with my data")


@public
def show() -> ResponseReturnValue:
    """Show every component once, a form with its errors among them."""
    form = Sample(data={"story": "They came at six in the morning."})
    form.amount.errors = ("Please write an amount.",)
    form.safe.errors = ("Please choose one answer.",)
    return render_template("public/components.html", form=form, sample=_sample())


def _sample() -> SimpleNamespace:
    return SimpleNamespace(
        at=AT,
        columns=[
            {"label": "Case", "key": "code"},
            {"label": "State"},
            {"label": "Decide by", "key": "due"},
            {"label": "Amount", "key": "amount", "numeric": True},
        ],
        rows=[
            SimpleNamespace(
                code="Amber Heron 41",
                state="Being checked",
                left="2 hours",
                kind="soon",
                amount=140_000,
            ),
            SimpleNamespace(
                code="Quiet Birch 7",
                state="Being decided",
                left="1 day 3 hours",
                kind="running",
                amount=95_050,
            ),
            SimpleNamespace(
                code="Northern Lamp 112",
                state="We need something from you",
                left="stands still",
                kind="paused",
                amount=310_000,
            ),
        ],
        sort=request.args.get("sort", "due"),
        sort_url=lambda key: f"?sort={key}",
        tasks=_TASKS,
        events=_EVENTS,
        summary=_SUMMARY,
        bars=_bars(),
        line=drawings.burn_down(
            [
                ("January", 180, "EUR 1,800"),
                ("February", 150, "EUR 1,500"),
                ("March", 90, "EUR 900"),
                ("April", 116, "EUR 1,160"),
                ("May", 40, "EUR 400"),
            ]
        ),
        diagram=_diagram(),
    )


_TASKS: list[dict[str, Any]] = [
    {"label": "Safety", "url": "#lists", "status": "Done", "tone": "good"},
    {
        "label": "What happened",
        "url": "#lists",
        "status": "Started",
        "tone": "info",
        "hint": "Three of five questions",
    },
    {"label": "Who can confirm", "url": None, "status": "Later", "tone": "neutral"},
]
_EVENTS: list[dict[str, Any]] = [
    {"title": "Received", "at": AT, "state": "done"},
    {
        "title": "Being checked",
        "at": AT,
        "by": "Coordinator",
        "state": "now",
        "text": "We asked you one thing.",
    },
    {"title": "Decision", "state": "next"},
]
_SUMMARY: list[dict[str, Any]] = [
    {"label": "Are you safe right now?", "value": "No", "url": "#lists"},
    {
        "label": "What happened?",
        "value": "They came at six in the morning.\nThey took the computers.",
        "url": "#lists",
    },
    {
        "label": "Who can confirm this?",
        "value": None,
        "url": "#lists",
        "hint": "You can add this later.",
    },
]


def _bars() -> tuple[drawings.Bar, ...]:
    return drawings.bars(
        [
            (
                "Emergency window",
                [
                    ("brand", 1240, "EUR 1,240 spent"),
                    ("accent", 300, "EUR 300 promised"),
                    ("soft", 460, "EUR 460 free"),
                ],
            ),
            (
                "Legal defence",
                [
                    ("brand", 400, "EUR 400 spent"),
                    ("accent", 120, "EUR 120 promised"),
                    ("soft", 900, "EUR 900 free"),
                ],
            ),
        ]
    )


def _diagram() -> drawings.Diagram:
    states = [
        drawings.State("planned", "Planned"),
        drawings.State("checked", "Safety checked"),
        drawings.State("authorised", "Authorised by two"),
        drawings.State("sent", "Sent"),
        drawings.State("returned", "Returned"),
        drawings.State("received", "Received", final=True),
    ]
    ways = [
        ("planned", "checked"),
        ("checked", "authorised"),
        ("checked", "planned"),
        ("authorised", "sent"),
        ("sent", "returned"),
        ("returned", "planned"),
        ("sent", "received"),
    ]
    labels = {state.code: state.label for state in states}
    steps = [drawings.Step(a, b, f"From {labels[a]} to {labels[b]}") for a, b in ways]
    return drawings.state_diagram(states, steps, initial="planned", present="authorised")
