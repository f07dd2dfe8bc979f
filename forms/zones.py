"""Time zones by the name of a city, and the hours of a day, to choose from."""

from __future__ import annotations

from functools import lru_cache

from babel.dates import get_timezone_location

ZONES = (
    "Africa/Cairo",
    "Africa/Nairobi",
    "America/Los_Angeles",
    "America/New_York",
    "Asia/Almaty",
    "Asia/Amman",
    "Asia/Ashgabat",
    "Asia/Baghdad",
    "Asia/Baku",
    "Asia/Beirut",
    "Asia/Bishkek",
    "Asia/Damascus",
    "Asia/Dubai",
    "Asia/Dushanbe",
    "Asia/Irkutsk",
    "Asia/Jerusalem",
    "Asia/Kabul",
    "Asia/Kamchatka",
    "Asia/Krasnoyarsk",
    "Asia/Magadan",
    "Asia/Novosibirsk",
    "Asia/Omsk",
    "Asia/Riyadh",
    "Asia/Tashkent",
    "Asia/Tbilisi",
    "Asia/Tehran",
    "Asia/Ulaanbaatar",
    "Asia/Vladivostok",
    "Asia/Yakutsk",
    "Asia/Yekaterinburg",
    "Asia/Yerevan",
    "Europe/Athens",
    "Europe/Belgrade",
    "Europe/Berlin",
    "Europe/Bucharest",
    "Europe/Chisinau",
    "Europe/Istanbul",
    "Europe/Kaliningrad",
    "Europe/Kyiv",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Minsk",
    "Europe/Moscow",
    "Europe/Paris",
    "Europe/Podgorica",
    "Europe/Prague",
    "Europe/Riga",
    "Europe/Samara",
    "Europe/Sarajevo",
    "Europe/Skopje",
    "Europe/Tallinn",
    "Europe/Tirane",
    "Europe/Vilnius",
    "Europe/Warsaw",
)
"""Where the people this fund knows live; a neighbour's city serves everybody else."""

HOUR_CHOICES = tuple((str(hour), f"{hour:02}:00") for hour in range(24))


@lru_cache(maxsize=8)
def zone_choices(language: str) -> tuple[tuple[str, str], ...]:
    """Return (name of the zone, city) in a language, sorted by city."""
    named = ((zone, city_of(zone, language)) for zone in ZONES)
    return tuple(sorted(named, key=lambda pair: pair[1].casefold()))


def city_of(zone: str, language: str) -> str:
    """Return the city a zone is named after, in a language."""
    return str(get_timezone_location(zone, locale=language, return_city=True))
