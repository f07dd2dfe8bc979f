"""What the codes of the payment-safety matrix are called, for those who choose and who decide."""

from __future__ import annotations

from types import MappingProxyType

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from workflows.channels import ANY

VERDICTS = MappingProxyType(
    {
        "allowed": _l("Allowed"),
        "discouraged": _l("Discouraged"),
        "forbidden": _l("Forbidden"),
    }
)

TONES = MappingProxyType({"allowed": "good", "discouraged": "warn", "forbidden": "bad"})

REASONS = MappingProxyType(
    {
        "bank_records": _l("A transfer from abroad stays in the bank's records for good."),
        "accounts_watched": _l("Accounts of people on state lists are watched."),
        "accounts_frozen": _l("Accounts have been frozen there."),
        "agents_watched": _l("Pick-up points there ask for papers and pass on who came."),
        "partner_exposed": _l("It would show a connection to an organisation near you."),
        "cannot_collect": _l("Somebody who is held cannot collect it."),
        "law_forbids": _l("The law there punishes it."),
        "frozen_there": _l("Somebody's money was frozen on this way there; we look into it first."),
    }
)
"""Why a way is discouraged or forbidden, in one sentence that names nobody."""

STATUSES = MappingProxyType(
    {
        ANY: _l("Everybody"),
        "at_liberty": _l("At liberty"),
        "in_custody": _l("In custody"),
        "listed": _l("On a state list"),
        "abroad": _l("Abroad"),
    }
)

GROUPS = MappingProxyType(
    {
        ANY: _l("Everywhere"),
        "eastern_europe": _l("Eastern Europe"),
        "russia": _l("Russia"),
        "belarus": _l("Belarus"),
        "caucasus": _l("Caucasus"),
        "central_asia": _l("Central Asia"),
        "balkans": _l("Balkans"),
        "western_europe": _l("Western Europe"),
        "turkey_middle_east": _l("Turkey and the Middle East"),
        "other": _l("Other countries"),
    }
)


def place(code: str) -> str:
    """Return what a place is called in the page's language: a group, or a country by its name."""
    if code in GROUPS:
        return str(GROUPS[code])
    return str(Locale.parse(str(get_locale() or "en")).territories.get(code, code))
