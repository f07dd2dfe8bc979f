"""The form at the applicants' door."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form, HiddenField, TextAreaField

from forms.fields import tidy

LONGEST = 500


def _cut(text: str | None) -> str:
    """Keep as much as a codename can be, however it is spaced."""
    return tidy(text)[:LONGEST]


class CodenameForm(Form):
    """A codename as somebody types it, and a form that waits behind the door."""

    codename = TextAreaField(_l("Your codename"), filters=[_cut])
    resume = HiddenField()
