"""The fit check: six questions with an answer at once; nothing is stored and nothing decides."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import Form, RadioField

from forms.fields import options

ANSWERS = options([("yes", _l("Yes")), ("no", _l("No"))])


@dataclass(frozen=True, slots=True)
class Finding:
    """What an answer means, and whether it is a hurdle."""

    text: LazyString
    is_hurdle: bool


def _asked(label: LazyString) -> RadioField:
    return RadioField(label, choices=ANSWERS, validate_choice=False)


class FitForm(Form):
    """Six yes-or-no questions; any of them may be left out."""

    region = _asked(
        _l("Are you in, or from, a country where people are persecuted for standing up?")
    )
    work = _asked(_l("Is the danger connected with what you do for others or for the public?"))
    recent = _asked(_l("Has the danger begun or grown in the last three months?"))
    ahead = _asked(_l("Are the costs still to come?"))
    elsewhere = _asked(_l("Is somebody else already paying for the same?"))
    device = _asked(_l("Is it safe to write about this on this device?"))

    def findings(self) -> list[Finding]:
        """Return what the answers mean, the hurdles first; silence means nothing."""
        found = [
            MEANINGS[field.name, field.data]
            for field in self
            if (field.name, field.data) in MEANINGS
        ]
        return sorted(found, key=lambda finding: not finding.is_hurdle)


MEANINGS = MappingProxyType(
    {
        ("region", "no"): Finding(
            _l("We mostly help where people are persecuted. You can still ask; tell us why."), True
        ),
        ("work", "no"): Finding(
            _l(
                "The fund is for danger that comes from standing up for others. If yours comes "
                "from elsewhere, we will tell you quickly and name others who may help."
            ),
            True,
        ),
        ("recent", "no"): Finding(
            _l("Emergency support is for new danger. If it is older, say what has become worse."),
            True,
        ),
        ("ahead", "no"): Finding(
            _l("We cannot usually pay for what is already paid. Costs still to come are possible."),
            True,
        ),
        ("elsewhere", "yes"): Finding(
            _l("We do not pay twice for the same, but we can pay for what is left open."), True
        ),
        ("device", "no"): Finding(
            _l("Then please stop here, leave this page, and come back from a safer device."), True
        ),
        ("region", "yes"): Finding(_l("Your region is one we work for."), False),
        ("work", "yes"): Finding(_l("This is what the fund is for."), False),
        ("recent", "yes"): Finding(_l("New danger is what emergency support is for."), False),
        ("ahead", "yes"): Finding(_l("Costs to come are what we can pay."), False),
        ("elsewhere", "no"): Finding(_l("Nobody else pays: then we are free to help."), False),
        ("device", "yes"): Finding(_l("Good. You can leave at any moment, in one touch."), False),
    }
)
