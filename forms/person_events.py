"""Forms of what happens to a person: no word of what it was, only what the rules ask for."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.casework import tick
from forms.disbursements import ToldPayeeForm
from forms.fields import Listed
from forms.messages import ActForm


class PersonEventForm(ActForm):
    """Whether more than one source says so."""

    two_sources = tick(
        _l("Two sources that do not depend on each other say so: a lawyer, the family, the news.")
    )


class EndForm(ActForm):
    """Whether the end is certain, or wished for by those it concerns."""

    stop_confirmed = tick(_l("The death is certain, or the family asks us to stop."))


def wished_payee_form(countries: Listed, ways: Listed) -> type[ActForm]:
    """Return the form of who is paid as the directive says; countries and ways are handed in."""
    return type("WishedPayeeForm", (ToldPayeeForm,), {"countries": countries, "ways": ways})
