"""Signing in as staff, what precedes it once, and what staff change about their own access."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

LONGEST_HANDLE = 64
LONGEST_PASSPHRASE = 128
LONGEST_CODE = 64
LONGEST_NAME = 60


class WhoForm(FlaskForm):
    """Who somebody is, by name and passphrase."""

    handle = StringField(
        _l("Your name here"),
        [InputRequired(_l("Please write the name you sign in with.")), Length(max=LONGEST_HANDLE)],
    )
    passphrase = PasswordField(
        _l("Your passphrase"),
        [InputRequired(_l("Please write your passphrase.")), Length(max=LONGEST_PASSPHRASE)],
    )


class StaffSignIn(WhoForm):
    """What a passkey or an app answered besides; `next` and `resume`: where to."""

    code = StringField(_l("Code from your app"), [Length(max=LONGEST_CODE)])
    passkey = HiddenField()
    next = HiddenField()
    resume = HiddenField()


class EnrolmentForm(WhoForm):
    """Who somebody is, before their first passkey is made."""

    code = StringField(
        _l("Enrolment code"),
        [InputRequired(_l("Please write the code you were given.")), Length(max=LONGEST_CODE)],
    )


class PasskeyForm(FlaskForm):
    """A passkey just made, and what its owner calls it."""

    name = StringField(
        _l("What do you call it?"),
        [DataRequired(_l("Please give it a name.")), Length(max=LONGEST_NAME)],
    )
    passkey = HiddenField()


class AppForm(FlaskForm):
    """An app just set up: its name and the code it shows."""

    name = StringField(
        _l("What do you call it?"),
        [DataRequired(_l("Please give it a name.")), Length(max=LONGEST_NAME)],
    )
    code = StringField(
        _l("Code from your app"),
        [
            InputRequired(_l("Please write the six digits your app shows.")),
            Length(max=LONGEST_CODE),
        ],
    )


class PassphraseForm(FlaskForm):
    """Another passphrase, after the present one."""

    present_passphrase = PasswordField(
        _l("Your present passphrase"),
        [InputRequired(_l("Please write your passphrase.")), Length(max=LONGEST_PASSPHRASE)],
    )
    new_passphrase = PasswordField(
        _l("Your new passphrase"),
        [InputRequired(_l("Please write the passphrase you want from now on."))],
    )
    repeated_passphrase = PasswordField(
        _l("Your new passphrase once more"),
        [InputRequired(_l("Please write it a second time, so that no slip locks you out."))],
    )
