"""Plans of the demonstration: what each made-up case is about, and what its person answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from stdnum import iban

from fund_app.services.applications import FileLine
from fund_app.services.codenames import Entrant
from fund_app.services.demo_texts import Text
from fund_app.services.intake import AnswerText
from workflows.channels import IN_FILES

IDENTITY = frozenset(
    {
        "handle", "code_word", "trusted_name", "trusted_handle", "trusted_may_know", "will_pay",
        "will_tell", "will_publicity", "will_differs", "referee_name", "referee_way",
    }
)  # fmt: skip
"""Questions whose answers could cost somebody's life; all others here tell the story."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one made-up case is about; `lines` are what the panel is asked for."""

    start: datetime
    number: int
    text: Text
    language: str
    country: str
    region: str
    lines: tuple[FileLine, ...]
    band: str = "standard"
    tag: str | None = None
    lead: str = "coordinator"
    channel: str = "partner_payout"
    name: str = ""
    came_by: str = "web"
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def legal_name(self) -> str:
        """A name that is visibly nobody's."""
        return self.name or f"Test Person A-{self.number:04d}"

    @property
    def total(self) -> int:
        """What is asked for, in minor units."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the demonstration while it is being lived through."""

    id: str
    entrant: Entrant
    plan: Plan
    chance: Random


def answers(plan: Plan) -> list[AnswerText]:
    """Return what the person of a plan answers, each in its compartment."""
    given = {
        "for_whom": "self",
        "safe_now": "no" if plan.band == "life_threat" else "unsure",
        "deadline": {"life_threat": "hours", "urgent": "days"}.get(plan.band, "week"),
        "language": plan.language,
        "channel": "portal",
        "country_now": plan.country,
        "narrative": plan.text.story[plan.language],
        "need_most": plan.text.need[plan.language],
        "information_read": "yes",
        "processing_consent": "yes",
        "truth": "yes",
        "trusted_name": f"Test Person T-{plan.number:04d}",
        "trusted_handle": f"@test-person-t-{plan.number:04d}",
        **plan.more,
    }
    single = [_sealed(key, 0, text) for key, text in given.items()]
    lines = [
        _sealed(key, item, text)
        for item, line in enumerate(plan.lines)
        for key, text in (
            ("cost_category", line.category),
            ("cost_what", line.what),
            ("cost_amount", str(line.amount)),
            ("cost_currency", "EUR"),
        )
        if text
    ]
    return [*single, *lines]


def _sealed(key: str, item: int, text: str) -> AnswerText:
    return AnswerText(key, item, "identity" if key in IDENTITY else "narrative", text)


def proxy(relation: str) -> dict[str, str]:
    """Return the answers of somebody who asks for another person, with their consent."""
    return {"for_whom": "other", "proxy_relation": relation, "proxy_has_consent": "yes"}


def account_of(plan: Plan) -> str:
    """Return where the money goes: an account nobody has, with check digits that fit."""
    if plan.channel not in IN_FILES:
        return f"Made-up account {plan.number:04d}"
    bban = f"00000000{plan.number:010d}"
    return f"DE{iban.calc_check_digits(f'DE00{bban}')}{bban}"
