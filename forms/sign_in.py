"""Signing in as staff: a handle and a passphrase."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

LONGEST_HANDLE = 64
LONGEST_PASSPHRASE = 128


class StaffSignIn(FlaskForm):
    """Handle and passphrase; `next` and `resume` say where the person was."""

    handle = StringField(
        _l("Your name here"),
        [InputRequired(_l("Please write the name you sign in with.")), Length(max=LONGEST_HANDLE)],
    )
    passphrase = PasswordField(
        _l("Your passphrase"),
        [InputRequired(_l("Please write your passphrase.")), Length(max=LONGEST_PASSPHRASE)],
    )
    next = HiddenField()
    resume = HiddenField()
