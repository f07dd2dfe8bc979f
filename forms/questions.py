"""What a question is: data from which forms, summaries and the sealing of answers are made.

Every question says how sensitive its answer is (P0 public to P4 life-critical), and from that
follows the compartment its answer is sealed in. Labels are lazy, so that the same question
speaks every language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SKIPPED = "\N{EMPTY SET}"
"""Stored in place of an answer when somebody chose to leave a minimum question for later."""

SHORT = 200
STORY = 1500
PARAGRAPH = 800


class Sensitivity(StrEnum):
    """How much harm an answer can do in the wrong hands."""

    PUBLIC = "P0"
    INTERNAL = "P1"
    PERSONAL = "P2"
    SPECIAL = "P3"
    LIFE_CRITICAL = "P4"


class Kind(StrEnum):
    """How a question is asked."""

    SHORT = "short"
    LONG = "long"
    ONE = "one"
    PICK = "pick"
    MANY = "many"
    DAY = "day"
    AMOUNT = "amount"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer: the code that is stored and the words that are read."""

    code: str
    label: LazyString


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form.

    `limit` is soft, in characters: it is told, and a quarter more is still accepted. `source`
    names a list handed in when the page is made (countries, currencies, channels). `minimum`
    marks what is needed to send an application; `may_wait` offers "I will tell you later" for
    a minimum question that has no such choice of its own.
    """

    key: str
    sensitivity: Sensitivity
    kind: Kind
    label: LazyString
    why: LazyString
    choices: tuple[Choice, ...] = ()
    source: str = ""
    limit: int = SHORT
    minimum: bool = False
    may_wait: bool = False
    must_agree: bool = False
    is_payout: bool = False

    @property
    def compartment(self) -> str:
        """The compartment of the case in which the answer is sealed."""
        if self.is_payout:
            return "payout"
        return "identity" if self.sensitivity is Sensitivity.LIFE_CRITICAL else "narrative"

    @property
    def hard_limit(self) -> int:
        """The length from which an answer is refused: a quarter above the soft limit."""
        return self.limit + self.limit // 4

    @property
    def can_be_skipped(self) -> bool:
        """Whether the page may be sent without an answer."""
        return not self.minimum and not self.must_agree


@dataclass(frozen=True, slots=True)
class Block:
    """Questions that are asked together; a repeated block has up to `most` numbered items."""

    key: str
    questions: tuple[Question, ...]
    most: int = 1
    item_label: LazyString | None = None

    @property
    def is_repeated(self) -> bool:
        """Whether the block can be answered several times (cost lines, referees)."""
        return self.most > 1


def choices(*pairs: tuple[str, LazyString]) -> tuple[Choice, ...]:
    """Build the choices of a question from (code, label) pairs."""
    return tuple(Choice(code, label) for code, label in pairs)


YES_NO_UNSURE = choices(
    ("yes", _l("Yes")),
    ("no", _l("No")),
    ("unsure", _l("I am not sure, or I would rather not say")),
)
