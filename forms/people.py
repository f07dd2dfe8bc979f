"""Forms of who works here: taking somebody on, a role, and setting one's own passphrase."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, PasswordField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, Regexp

from forms.casework import Choices, one_of
from forms.fields import options, tidy

LONGEST_HANDLE = 64
LONGEST_NAME = 120
LONGEST_MAIL = 254
LONGEST_RESOLUTION = 64
LONGEST_HALF = 200
SHORTEST_PASSPHRASE = 15
LONGEST_PASSPHRASE = 128

TOO_LONG = _l("This is longer than we can keep. Please shorten it.")
HANDLE = r"^[^\s@/\\]+$"
MAIL = r"^[^\s@]+@[^\s@]+$"


def lowered(text: str | None) -> str | None:
    """Return a sign-in name as it is kept: without outer spaces, in small letters."""
    return None if text is None else text.strip().lower()


def _resolution() -> Any:
    return StringField(
        _l("Resolution it rests on"), [Length(max=LONGEST_RESOLUTION, message=TOO_LONG)], [tidy]
    )


def newcomer_form(roles: Choices, languages: Choices) -> type[Form]:
    """Build the form that proposes to take somebody on."""
    members = {
        "display_name": StringField(
            _l("Name colleagues see"),
            [
                InputRequired(_l("Please write the name colleagues will see.")),
                Length(max=LONGEST_NAME, message=TOO_LONG),
            ],
            [tidy],
        ),
        "handle": StringField(
            _l("Name to sign in with"),
            [
                InputRequired(_l("Please write a name to sign in with.")),
                Length(max=LONGEST_HANDLE, message=TOO_LONG),
                Regexp(HANDLE, message=_l("Please use letters and digits without spaces.")),
            ],
            [lowered],
        ),
        "mail_address": StringField(
            _l("E-mail address for notices"),
            [
                Optional(),
                Length(max=LONGEST_MAIL, message=TOO_LONG),
                Regexp(MAIL, message=_l("This does not look like an e-mail address.")),
            ],
            [tidy],
        ),
        "language": one_of(_l("Language"), languages),
        "roles": SelectMultipleField(
            _l("Roles"),
            [_some(frozenset(code for code, _label in roles))],
            choices=options(roles),
            validate_choice=False,
        ),
        "resolution": _resolution(),
    }
    return type("NewcomerForm", (Form,), members)


def _some(known: frozenset[str]) -> Any:
    def check(_form: Form, field: SelectMultipleField) -> None:
        if not field.data or not set(field.data) <= known:
            raise ValidationError(str(_l("Please choose at least one role.")))

    return check


def role_form(label: Any, roles: Choices) -> type[Form]:
    """Build the form that proposes to give a role to somebody, or to take it from them."""
    return type(
        "RoleForm", (Form,), {"role": one_of(label, roles, pick=True), "resolution": _resolution()}
    )


class BeginForm(Form):
    """Both halves of an invitation, and the passphrase the person makes up themselves."""

    handle = StringField(
        _l("Your name here"),
        [
            InputRequired(_l("Please write the name you sign in with.")),
            Length(max=LONGEST_HANDLE, message=TOO_LONG),
        ],
        [lowered],
    )
    first_half = StringField(
        _l("The four words of the first person"),
        [InputRequired(_l("Please write the four words.")), Length(max=LONGEST_HALF)],
        [tidy],
    )
    second_half = StringField(
        _l("The four words of the second person"),
        [InputRequired(_l("Please write the four words.")), Length(max=LONGEST_HALF)],
        [tidy],
    )
    passphrase = PasswordField(
        _l("Your new passphrase"),
        [
            Length(
                min=SHORTEST_PASSPHRASE,
                max=LONGEST_PASSPHRASE,
                message=_l("A passphrase has 15 to 128 characters. Five random words are good."),
            )
        ],
    )
    again = PasswordField(_l("The same passphrase once more"))

    def validate_again(self, field: PasswordField) -> None:
        """Refuse a passphrase that was typed differently the second time."""
        if field.data != self.passphrase.data:
            raise ValidationError(str(_l("The two are not the same. Please type both anew.")))
