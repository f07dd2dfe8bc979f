"""The form with which somebody takes over what was written down for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField, TextAreaField

from forms.codename import LONGEST
from forms.fields import options, tidy


class ClaimForm(Form):
    """Five words, and the language of the seven that come in their place."""

    code = TextAreaField(
        _l("The five words you were given"), filters=[lambda text: tidy(text)[:LONGEST]]
    )


def claim_form(word_lists: Sequence[tuple[str, Any]]) -> type[ClaimForm]:
    """Build the form; `word_lists` are the languages a codename can be written in."""
    words = RadioField(
        _l("In which language should your new words be?"),
        choices=options(word_lists),
        validate_choice=False,
    )
    return type("ClaimForm", (ClaimForm,), {"word_list": words})
