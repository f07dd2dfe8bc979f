"""What published figures and grants are called on pages, and why something is not published."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from fund_app.adapters.clock import now
from fund_app.models.publications import Publication
from fund_app.views import formats, labels
from workflows import disclosure
from workflows.quarters import Quarter

MEASURES = {
    "received": _l("Applications received"),
    "awarded": _l("Grants awarded"),
}
BREAKDOWNS = {
    "whole": _l("Not at all: one number"),
    "programme": _l("By programme"),
    "region": _l("By region"),
}
REGIONS: dict[str, LazyString] = {
    "eastern_europe": _l("Eastern Europe"),
    "caucasus": _l("Caucasus"),
    "central_asia": _l("Central Asia"),
    "balkans": _l("Balkans"),
    "western_europe": _l("Western Europe"),
    "turkey_middle_east": _l("Turkey and the Middle East"),
    "other": _l("Other regions"),
}
_NOT_SHOWN = _l("Not shown: fewer than five people, or a number that would give those away.")
"""The same words for both: which of two hidden numbers is the small one tells something too."""
HIDDEN = {
    "few": _NOT_SHOWN,
    "beside": _NOT_SHOWN,
    "large": _l("Not shown, because one grant is nearly the whole amount."),
}
STATES = {
    "proposed": _l("waits for a second person"),
    "refused": _l("refused by the check"),
    "published": _l("published"),
    "withdrawn": _l("withdrawn"),
    "declined": _l("proposal withdrawn"),
}
TONES = {"proposed": "warn", "refused": "bad", "published": "good"}
REASONS = {
    "agreed": _l("The person has agreed in writing"),
    "own_words": _l("They have told of it in public themselves"),
    "organisation": _l("It went to an organisation that reports on it openly"),
}
REFUSALS = {
    "not_a_proposer": _l("Members of the board, coordinators and the treasurer propose this."),
    "not_a_signer": _l("A member of the board has to confirm it."),
    "same_person": _l("You have proposed this yourself. Another member of the board confirms it."),
    "decided": _l("Somebody else was quicker: this has been decided already."),
    "under_way": _l("This is proposed or published already. Please look at the list."),
    "unknown_case": _l("There is no case of this designation. Please check how it is written."),
    "no_reason": _l("Please choose why it may be published."),
    "no_award": _l("Nothing was granted in this case, so there is nothing to publish."),
    "held": _l("This case is on hold. Please propose it again once the hold is lifted."),
    "too_early": _l("It is too early. A grant is told of some weeks after its quarter has ended."),
    "too_long": _l("This is longer than 300 characters. Please shorten it."),
    "leaves_few": _l(
        "With this grant known, a published figure or what donors are told of a fund would tell"
        " of fewer than five others. It has to stay unpublished."
    ),
}
TROUBLES = {
    "email": _l("an e-mail address or an account name"),
    "web": _l("a web address"),
    "iban": _l("a bank account"),
    "phone": _l("a telephone number"),
    "date": _l("a day"),
    "number": _l("a long number"),
    "name": _l("a name that stands in the case"),
    "place": _l("a country; please name the region only, or nothing"),
}


def group(code: str) -> str:
    """Return what a cell is called: a programme, a region, or everybody."""
    known: Mapping[str, LazyString] = {**labels.PROGRAMMES, **REGIONS}
    return _("All together") if code == disclosure.ALL else str(known.get(code, code))


def quarter(text: str) -> str:
    """Return a quarter in words."""
    each = Quarter.parse(text)
    return _("quarter %(number)s of %(year)s", number=each.number, year=each.year)


def period(row: Publication) -> str:
    """Return the quarters a table covers in words."""
    if row.since == row.until:
        return quarter(row.since)
    return _("%(since)s to %(until)s", since=quarter(row.since), until=quarter(row.until))


def title(row: Publication) -> str:
    """Return what a table is called."""
    return f"{MEASURES[row.measure]}, {period(row)}"


def breakdown(row: Publication) -> str:
    """Return by what a table is broken down."""
    return str(BREAKDOWNS[row.broken_down])


def refusal(row: Publication, others: Mapping[str, Publication]) -> str:
    """Return why a table was refused and what to make coarser."""
    against = [others[each] for each in row.against.split() if each in others]
    tables = "; ".join(f"{title(each)} ({breakdown(each)})" for each in against)
    return {
        "crossed": _("The last quarter lies before the first. Please turn them round."),
        "too_early": _(
            "This may be told from %(day)s on. Please take an earlier quarter.",
            day=formats.day(disclosure.told_from(Quarter.parse(row.until), now().date())),
        ),
        "nothing_left": _(
            "Every number would be of fewer than five people, or of none."
            " Please take a longer time, or no breakdown."
        ),
        "changed": _(
            "What was published before counts differently by now: %(tables)s."
            " Please leave these quarters out.",
            tables=tables,
        ),
        "difference": _(
            "Somebody who has read %(tables)s could work out what concerns fewer than five people."
            " Please take quarters that do not overlap with it, or a whole year, or no breakdown.",
            tables=tables,
        ),
    }.get(row.refusal_code or "", "")


def too_telling(codes: tuple[str, ...]) -> str:
    """Return what in a description could lead to somebody."""
    found = "; ".join(str(TROUBLES[code]) for code in codes)
    return _("These words could lead to somebody: %(found)s. Please leave it out.", found=found)
