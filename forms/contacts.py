"""Forms of those who reach out: a contact that is meant or was made, and a note at any time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField

from forms.casework import one_of, text
from forms.fields import options
from forms.messages import ActForm

Choices = Sequence[tuple[str, Any]]

WHY = _l("The person asked for something else. Please say why it has to be so all the same.")


class ContactForm(ActForm):
    """A contact; made by `contact_form`. `weigh_only` asks about it before it is made."""

    def validate(self, extra_validators: Any = None, *, weigh_only: bool = False) -> bool:
        """Check every field; before a contact is made, only how it is meant."""
        valid = bool(super().validate(extra_validators))
        if not weigh_only:
            return valid
        for name in ("result", "note", "reason"):
            self[name].errors = ()
        return not self["channel"].errors

    def ask_why(self) -> None:
        """Say at the field that this contact needs a reason."""
        self["reason"].errors = (*self["reason"].errors, _(str(WHY)))


def contact_form(channels: Choices, means: Choices, results: Choices) -> type[ContactForm]:
    """Build the form of a contact from the codes and words it offers."""
    return type(
        "ContactForm",
        (ContactForm,),
        {
            "channel": one_of(_l("By which way?"), channels),
            "means": SelectMultipleField(
                _l("What belongs to it?"), choices=options(means), validate_choice=True
            ),
            "reason": text(_l("Why it has to be so, where the plan speaks against it")),
            "result": one_of(_l("How did it go?"), results),
            "is_duress": BooleanField(
                _l("The person may not be free to speak. This freezes the case at once.")
            ),
            "note": text(_l("What was said, in a few words")),
        },
    )
