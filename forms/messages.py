"""Forms of the return page: a note, answers to questions, a file, a word, a report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from forms.fields import options, tidy

LONGEST_MESSAGE = 4000
LONGEST_WORD = 120

ANSWERS = options([("yes", _l("Yes")), ("partly", _l("A little")), ("no", _l("No"))])

EMPTY = _l("Please write a few words first.")
TOO_LONG = _l("This is longer than we can take. Please shorten it, or send it in two parts.")


class ActForm(Form):
    """A form that does something once: its request id and the step the person has seen."""

    request_id = HiddenField()
    step_seen = HiddenField()


class NoteForm(ActForm):
    """A note to those who carry the case."""

    text = TextAreaField(
        _l("Your message"),
        [DataRequired(EMPTY), Length(max=LONGEST_MESSAGE, message=TOO_LONG)],
        [tidy],
    )


class AppealForm(ActForm):
    """An appeal; the words are up to the person."""

    text = TextAreaField(
        _l("Your message"), [Length(max=LONGEST_MESSAGE, message=TOO_LONG)], [tidy]
    )


class ReceiptForm(ActForm):
    """The word that says the money has come."""

    word = StringField(
        _l("Your word"), [DataRequired(EMPTY), Length(max=LONGEST_WORD, message=TOO_LONG)], [tidy]
    )


class ReportForm(ActForm):
    """A light report: what was paid, what changed."""

    spent = TextAreaField(
        _l("What was the money spent on?"),
        [DataRequired(EMPTY), Length(max=LONGEST_MESSAGE, message=TOO_LONG)],
        [tidy],
    )
    safer = RadioField(
        _l("Are you safer now?"),
        choices=ANSWERS,
        validate_choice=False,
    )
    working = RadioField(
        _l("Can you go on with your work?"),
        choices=ANSWERS,
        validate_choice=False,
    )
    wrong = TextAreaField(
        _l("What went wrong, on our side too?"),
        [Length(max=LONGEST_MESSAGE, message=TOO_LONG)],
        [tidy],
    )
