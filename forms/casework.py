"""Forms of those who carry cases: what an act on a case needs to be told, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    Form,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length

from forms.fields import options, tidy
from forms.messages import ActForm

Choices = Sequence[tuple[str, Any]]

LONGEST_NOTE = 2000
LONGEST_QUESTION = 1000
LONGEST_NAME = 64
MOST_QUESTIONS = 6
HIGHEST_LEVEL = 4

CHOOSE = _l("Please choose one of these.")
SAY_WHY = _l("Please say why in a few words.")
TOO_LONG = _l("This is longer than we can keep. Please shorten it.")
TICK = _l("Please confirm this first.")

NEEDS_LEVEL = frozenset({"confirmed"})


def one_of(label: Any, choices: Choices, *, pick: bool = False) -> Any:
    """Return a field for one choice of several; an answer that was not offered is refused."""
    codes = {code for code, _label in choices}

    def offered(_form: Form, field: Field) -> None:
        if field.data not in codes:
            raise ValidationError(str(CHOOSE))

    listed = options([("", _l("Please choose")), *choices] if pick else choices)
    kind = SelectField if pick else RadioField
    return kind(label, [offered], choices=listed, validate_choice=False)


def text(label: Any, *, most: int = LONGEST_NOTE, wanted: Any = None) -> Any:
    """Return a field for a few sentences; `wanted` is the sentence said when it is empty."""
    checks: list[Any] = [Length(max=most, message=TOO_LONG)]
    if wanted is not None:
        checks.insert(0, DataRequired(wanted))
    return TextAreaField(label, checks, [tidy])


def tick(label: Any) -> Any:
    """Return a box that has to be ticked."""
    return BooleanField(label, [InputRequired(TICK)])


def band_form(bands: Choices) -> type[ActForm]:
    """Build the form that sets how urgent a case is."""
    return type("BandForm", (ActForm,), {"band": one_of(_l("How urgent is it?"), bands)})


def assign_form(colleagues: Choices) -> type[ActForm]:
    """Build the form that hands a case to a colleague."""
    lead = one_of(_l("Who leads it from now on?"), colleagues)
    return type("AssignForm", (ActForm,), {"lead": lead})


class CheckForm(ActForm):
    """What a check found; made by `check_form`."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that something confirmed reaches a level."""
        valid = bool(super().validate(extra_validators))
        if self["status"].data in NEEDS_LEVEL and self["level"].data == "0":
            sentence = _("What is confirmed reaches at least V1. Please choose the level.")
            self["level"].errors = (*self["level"].errors, sentence)
            return False
        return valid


def check_form(kinds: Choices, statuses: Choices, levels: Choices) -> type[CheckForm]:
    """Build the form that records one of the four checks."""
    fields = {
        "kind": one_of(_l("Which of the four tests?"), kinds),
        "status": one_of(_l("What did it show?"), statuses),
        "level": one_of(_l("How far does the evidence reach?"), levels),
        "note": text(_l("What you did and what you saw")),
    }
    return type("CheckForm", (CheckForm,), fields)


class WaiveForm(ActForm):
    """Why a case goes on without the level the rules ask for."""

    reason = text(_l("Why can this not wait for more evidence?"), wanted=SAY_WHY)


class QuestionsForm(ActForm):
    """One bundle of questions to the applicant; the fields are numbered from 1."""

    def questions(self) -> list[str]:
        """Return what was asked, empty fields left out."""
        return [field.data for field in self.numbered() if field.data]

    def numbered(self) -> list[Field]:
        """Return the fields of the questions in their order."""
        return [self[f"question_{number}"] for number in range(1, MOST_QUESTIONS + 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that there is at least one question."""
        valid = bool(super().validate(extra_validators))
        if not self.questions():
            first = self["question_1"]
            first.errors = (*first.errors, _("Please write at least one question."))
            return False
        return valid


for _number in range(1, MOST_QUESTIONS + 1):
    setattr(
        QuestionsForm,
        f"question_{_number}",
        text(_l("Question %(number)s", number=_number), most=LONGEST_QUESTION),
    )


def reject_form(reasons: Choices) -> type[ActForm]:
    """Build the form that refuses a case on formal grounds."""
    return type("RejectForm", (ActForm,), {"reason_code": one_of(_l("On which ground?"), reasons)})


class MergeForm(ActForm):
    """Which case goes on, and that somebody has looked."""

    designation = StringField(
        _l("Name of the case that goes on"),
        [
            InputRequired(_l("Please write the name of the other case, such as Quiet Heron 17.")),
            Length(max=LONGEST_NAME, message=TOO_LONG),
        ],
        [tidy],
    )
    same = tick(_l("It is the same person and the same event; I have looked at both cases."))


class ReferForm(ActForm):
    """Whether the person has agreed to be referred."""

    consented = tick(_l("The person has agreed that we speak with this partner about them."))


class NoMoneyForm(ActForm):
    """Whether the person would rather go on elsewhere than wait."""

    prefers = BooleanField(_l("The person would rather go on elsewhere than wait."))


class ReturnReportForm(ActForm):
    """What is still open in a report, as the applicant will read it."""

    reason = text(_l("What is still open?"), wanted=_l("Please write what you still need to know."))


class ReopenForm(ActForm):
    """Whether there is something new."""

    new_facts = tick(_l("There is something new, and the person wishes to go on."))
