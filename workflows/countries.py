"""Countries in groups coarse enough to stand outside of the seal."""

from __future__ import annotations

GROUPS = {
    "eastern_europe": "MD PL LT LV EE UA CZ SK HU RO BG",
    "russia": "RU",
    "belarus": "BY",
    "caucasus": "AM AZ GE",
    "central_asia": "KZ KG TJ TM UZ MN",
    "balkans": "AL BA HR XK ME MK RS SI GR",
    "western_europe": "AD AT BE CH DE DK ES FI FR GB IE IS IT LI LU MC MT NL NO PT SE SM VA CY",
    "turkey_middle_east": "AE BH EG IL IQ IR JO KW LB OM PS QA SA SY TR YE",
}
"""Which countries a group holds, by their two letters (ISO 3166-1)."""

OTHER = "other"
"""The group of all the rest, and of no country named."""

GROUP_OF = {code: group for group, codes in GROUPS.items() for code in codes.split()}
GROUP_CODES = (*GROUPS, OTHER)


def group_of(code: str) -> str:
    """Return the coarse group of a country; "other" for none and for all the rest."""
    return GROUP_OF.get(code, OTHER)
