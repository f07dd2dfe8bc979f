"""The call script: form E in the order in which it is read out on the telephone.

The questions are those of the web, word for word, so that nobody is asked anything else because
they called. First comes what is read aloud and agreed to, last how the person takes it over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from forms.casework import one_of
from forms.fields import Lists, options
from forms.narrative import STORY_BLOCK
from forms.needs import MOST_NEEDED
from forms.pages import Page, PageForm, page_form
from forms.safety import ASKED_FOR, CAREFUL_CONTACT, CONTACT, MOMENT

CODENAME, CODE = "codename", "code"

AGREED = _l("Without the caller's word we may not write anything down.")

CALL_PAGE = Page(
    "call",
    _l("Take down a call"),
    _l("Read each question aloud. Leave empty what the caller does not want to say."),
    (MOMENT, ASKED_FOR, CONTACT, STORY_BLOCK, MOST_NEEDED, CAREFUL_CONTACT),
)


class CallForm(PageForm):
    """A call; made by `call_form`."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every answer, that the minimum is there, and who asks if it is for another."""
        valid = bool(super().validate(extra_validators))
        for section in self.sections():
            for asked in section.asked:
                is_later = asked.later is not None and asked.later.data
                if asked.question.minimum and not asked.field.data and not is_later:
                    asked.field.errors = (
                        *asked.field.errors,
                        _("We need an answer to this, even if it is short."),
                    )
                    valid = False
        relation = self["proxy_relation"]
        if self.is_for_somebody_else() and not relation.data:
            relation.errors = (
                *relation.errors,
                _("Please ask who the caller is to the person they ask for."),
            )
            valid = False
        return valid

    def is_for_somebody_else(self) -> bool:
        """Whether the caller asks for another person."""
        return bool(self["for_whom"].data == "other")


def call_form(lists: Lists, word_lists: Sequence[tuple[str, Any]]) -> type[CallForm]:
    """Build the form of a call; `word_lists` are the languages of the words to be read out."""
    base = page_form(CALL_PAGE, lists)
    return type(
        "CallForm",
        (CallForm, base),
        {
            "consent": BooleanField(
                _l("I have read this aloud, and the caller has agreed."), [InputRequired(AGREED)]
            ),
            "hand_over": one_of(
                _l("How does the person take it over?"),
                [
                    (CODENAME, _l("I read out seven words now, and the caller writes them down")),
                    (CODE, _l("I read out a code, with which the person gets words of their own")),
                ],
            ),
            "word_list": RadioField(
                _l("In which language are the words?"),
                choices=options(word_lists),
                validate_choice=True,
            ),
        },
    )
