"""References: the words that stand on the recipient's statement, or on a slip they are handed.

Whoever reads such a statement may be the one the person has to fear, so it names neither the fund
nor a programme nor what the money is for, in none of the fund's languages.
"""

from __future__ import annotations

from anyascii import anyascii

TELLING = (
    "solidar", "solidarnost", "fund", "fond", "emerg", "relief", "support", "grant", "donat",
    "spende", "spend", "hilfe", "help", "aid", "pomosh", "pomoshch", "podderzhka", "posobie",
    "reloc", "asyl", "ubezhish", "human", "rights", "prava", "pravo", "protect", "zashit",
    "schutz", "activ", "aktiv", "exile", "repress", "polit", "prison", "legal", "notfall",
)  # fmt: skip
"""Beginnings of words that would tell what a payment is about, in Latin letters."""

CODES = frozenset({"emg", "gen", "rel", "ltp"})
"""Codes of funds and programmes; they tell those who know the fund."""

LONGEST = 35
"""The longest reference every rail carries (ISO 20022, Max35Text)."""


def is_neutral(text: str) -> bool:
    """Whether a reference may stand on a stranger's statement: short, and it tells nothing.

    Letters, figures, spaces and the signs of an invoice number only; words are looked at in
    Latin letters, however they were written.
    """
    if not text or len(text) > LONGEST or not _plain(text):
        return False
    folded = anyascii(text).casefold()
    words = "".join(each if each.isalnum() else " " for each in folded).split()
    joined = "".join(words)
    tells = any(telling in joined for telling in TELLING) or not CODES.isdisjoint(words)
    return not tells


def _plain(text: str) -> bool:
    return all(each.isalnum() or each in " -/." for each in text)
