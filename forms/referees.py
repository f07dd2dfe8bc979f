"""Block REF: people who can confirm, and how to ask them without harming anybody."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length

from forms.casework import CHOOSE, TOO_LONG, one_of
from forms.fields import options, tidy
from forms.messages import ActForm
from forms.questions import YES_NO_UNSURE, Block, Kind, Question, Sensitivity, choices

REFEREES = Block(
    "referee",
    (
        Question(
            "referee_name",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("Name, or what we should call them"),
            _l("Somebody who knows your work or what happened."),
        ),
        Question(
            "referee_way",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("How can we ask them safely?"),
            _l("The channel and the address. We ask only that way."),
        ),
        Question(
            "referee_organisation",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("Their organisation"),
            _l("If they have one; it helps us to find an independent way to them."),
        ),
        Question(
            "referee_relation",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("How do you know each other?"),
            _l("Colleagues, a lawyer and a client, a partner organisation."),
        ),
        Question(
            "referee_knows",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("Do they know that you are asking us?"),
            _l("If they do not, we ask you before we write."),
            YES_NO_UNSURE,
        ),
        Question(
            "referee_may_know",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("What may we tell them?"),
            _l("We never say more than this."),
            choices(
                ("existence", _l("Only that you asked for help")),
                ("full", _l("Also what happened")),
            ),
        ),
    ),
    most=3,
    item_label=_l("Person"),
)

SHORTEST_CODE = 4
LONGEST_CODE = 120
TOO_SHORT = _l("Please choose a longer word, or leave this empty and we make words.")
LONGEST_LINE = 200
LONGEST_STORY = 2000

WAYS = (
    ("found", _l("A way we found ourselves")),
    ("given", _l("The way the person gave us")),
)
TELLING = (
    ("existence", _l("Only that somebody named them")),
    ("full", _l("Also what happened, as far as it is needed")),
)
HOURS = (
    ("24", _l("One day")),
    ("72", _l("Three days")),
    ("168", _l("A week")),
    ("336", _l("Two weeks, the longest")),
)
CARRIED = (
    ("link", _l("A link that can be sent")),
    ("spoken", _l("A number that can be spoken")),
)
CONFIRMS = (
    ("yes", _l("Yes")),
    ("partly", _l("Some of it")),
    ("no", _l("No")),
    ("unsure", _l("I do not know")),
)
SURE = (
    ("very", _l("Very sure")),
    ("fairly", _l("Fairly sure")),
    ("little", _l("Not very sure")),
)
FREELY = (
    ("freely", _l("I am writing this freely")),
    ("somebody", _l("Somebody is with me")),
    ("unsaid", _l("I would rather not say")),
)


def ask_form(languages: Any, *, may_tell_all: bool, must_agree: bool) -> type[ActForm]:
    """Build the form that prepares a request; it offers no more than the person allows."""
    telling = TELLING if may_tell_all else TELLING[:1]
    fields: dict[str, Any] = {
        "way": one_of(_l("How do you reach them?"), WAYS),
        "may_tell": one_of(_l("What may you tell them?"), telling),
        "carried": one_of(_l("What will you carry to them?"), CARRIED),
        "hours": one_of(_l("How long may they take?"), HOURS),
        "language": SelectField(
            _l("Their language"), choices=options(languages), validate_choice=True
        ),
        "code": StringField(
            _l("A word you both know"), [Length(max=LONGEST_CODE, message=TOO_LONG), _long_enough],
            [tidy],
        ),
        "quiet": BooleanField(_l("Make words for the case that somebody stands beside them")),
    }  # fmt: skip
    if must_agree:
        fields["agreed"] = BooleanField(
            _l("I have asked the person who applies: we may speak to this referee.")
        )
    return type("AskForm", (ActForm,), fields)


def _long_enough(_form: Form, field: Any) -> None:
    if field.data and len(field.data) < SHORTEST_CODE:
        raise ValidationError(str(TOO_SHORT))


def _offered(_form: Form, field: Any) -> None:
    if field.data not in dict(FREELY):
        raise ValidationError(str(CHOOSE))


def _known(key: str, answer: str) -> str:
    listed = LISTED.get(key)
    return answer if listed is None or answer in dict(listed) else ""


class CodeForm(Form):
    """The words that open a request; the number where there is no link."""

    number = StringField(_l("The number you were told"), filters=[tidy])
    code = StringField(_l("The words you were given"), filters=[tidy])


class RefereeForm(Form):
    """What a referee is asked. Nobody is named in it, so that it tells nothing."""

    request_id = HiddenField()
    number = HiddenField()
    code = HiddenField()
    name = StringField(
        _l("By what name do you know the person you think has named you?"),
        [Length(max=LONGEST_LINE, message=TOO_LONG)],
        [tidy],
    )
    how = TextAreaField(
        _l("How do you know each other?"), [Length(max=LONGEST_STORY, message=TOO_LONG)], [tidy]
    )
    since = StringField(_l("Since when?"), [Length(max=LONGEST_LINE, message=TOO_LONG)], [tidy])
    confirms = RadioField(
        _l("Can you confirm what has happened to them?"),
        choices=options(CONFIRMS),
        validate_choice=False,
    )
    seen = TextAreaField(
        _l("What do you know of it, and from where?"),
        [Length(max=LONGEST_STORY, message=TOO_LONG)],
        [tidy],
    )
    more = TextAreaField(
        _l("Is there anything we should know?"),
        [Length(max=LONGEST_STORY, message=TOO_LONG)],
        [tidy],
    )
    sure = RadioField(
        _l("How sure are you of what you wrote?"), choices=options(SURE), validate_choice=False
    )
    freely = RadioField(
        _l("How are you writing this?"), [_offered], choices=options(FREELY), validate_choice=False
    )

    def given(self) -> dict[str, str]:
        """Return the answers by key, left out what was not offered."""
        return {key: _known(key, self[key].data or "") for key in ASKED}


ASKED = ("name", "how", "since", "confirms", "seen", "more", "sure", "freely")
LISTED = {"confirms": CONFIRMS, "sure": SURE, "freely": FREELY}
