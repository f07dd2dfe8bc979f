"""The rules of support as numbers: what a rules version carries and what a case is judged by.

A case keeps the version in force when it was submitted. Amounts are minor units of `currency`;
lengths count what the clock's unit says (hours, days, working days).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Self
from zoneinfo import ZoneInfo

from workflows.money import EXPONENTS
from workflows.screening import HIGHEST_THRESHOLD, LOWEST_THRESHOLD

DECISIONS = (
    "fast_track", "approve", "approve_partially", "board_consent", "reject", "reject_formal",
    "waiting_for_money", "appeal",
)  # fmt: skip
"""Kinds of decision whose letters cite a paragraph."""

HIGHEST_LEVEL = 4
ANY = "any"
"""The variant of a length that holds where no other is named."""

CENTRAL = ZoneInfo("Europe/Berlin")


class InvalidRules(ValueError):
    """Numbers that cannot be rules; the text names the field and what is wrong."""


@dataclass(frozen=True, slots=True)
class RulesParameters:
    """Everything a rules version decides that a program has to know.

    `verification` maps amounts to levels: pairs (up to this amount, level) in rising order, the
    last pair's amount being the highest award there is. `lengths` holds per clock parameter a
    length per variant (an urgency band, a way to pay) and for any other. `refusal_codes` says
    per reason whether it may be appealed. `citations` names the paragraph per decision.
    `screening_days`: how long a list check counts; `screening_threshold`: from which score a
    name may be one of an official list (workflows/screening.py).
    `fx_tolerance_permille`: how far the bank's amount of a payment in another currency may lie
    from what was promised, in thousandths, before another person has to agree;
    `payee_quiet_hours`: how long after a change of payee a further person has to. Rules written
    before the last three were thought of read on with the numbers here.
    """

    currency: str
    fast_track_cap: int
    panel_cap: int
    board_cap: int
    panel_size: int
    panel_size_most: int
    ratification_panel_size: int
    quorum: int
    info_rounds_most: int
    reopen_days: int
    write_off_limit: int
    screening_days: int
    appeal_allowed: bool
    verification: tuple[tuple[int, int], ...]
    lengths: Mapping[str, Mapping[str, int]]
    refusal_codes: Mapping[str, bool]
    citations: Mapping[str, str]
    fx_tolerance_permille: int = 20
    payee_quiet_hours: int = 24
    screening_threshold: int = 85

    def __post_init__(self) -> None:
        _check_currency_and_caps(self)
        _check_panel(self)
        _check_verification(self)
        _check_lengths(self)
        missing = [kind for kind in DECISIONS if not self.citations.get(kind)]
        _require(not missing, "citations", f"no paragraph for {', '.join(missing)}")

    def length(self, parameter: str, variant: str = ANY) -> int:
        """Return a clock's length for a variant; KeyError for a parameter no clock has."""
        by_variant = self.lengths[parameter]
        return by_variant.get(variant, by_variant[ANY])

    def verification_minimum(self, amount: int) -> int:
        """Return the lowest verification level (0 to 4) the amount in minor units needs."""
        return next(
            (level for up_to, level in self.verification if amount <= up_to),
            self.verification[-1][1],
        )

    def may_appeal(self, refusal_code: str) -> bool:
        """Whether the rules offer an appeal against a refusal for this reason."""
        return self.appeal_allowed and self.refusal_codes[refusal_code]

    def citation(self, decision: str) -> str:
        """Return the paragraph a decision rests on, as printed in its letter."""
        return self.citations[decision]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values for JSON; `from_mapping` reads them back to an equal value."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain["verification"] = [list(pair) for pair in self.verification]
        plain["lengths"] = {key: dict(value) for key, value in self.lengths.items()}
        plain["refusal_codes"] = dict(self.refusal_codes)
        plain["citations"] = dict(self.citations)
        return plain

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Read rules from plain values; raises InvalidRules for a missing, unknown or bad one."""
        names = {field.name for field in fields(cls)}
        if unknown := sorted(set(mapping) - names):
            raise InvalidRules(f"{unknown[0]}: the rules know no such field")
        needed = {field.name for field in fields(cls) if field.default is MISSING}
        if missing := sorted(needed - set(mapping)):
            raise InvalidRules(f"{missing[0]}: is missing")
        values = dict(mapping)
        try:
            values["verification"] = tuple((up, level) for up, level in mapping["verification"])
            values["lengths"] = MappingProxyType(
                {key: MappingProxyType(dict(value)) for key, value in mapping["lengths"].items()}
            )
            for name in ("refusal_codes", "citations"):
                values[name] = MappingProxyType(dict(mapping[name]))
        except (TypeError, ValueError, AttributeError):
            raise InvalidRules("verification, lengths or codes are not in their form") from None
        return cls(**values)


def _require(condition: bool, field: str, wrong: str) -> None:
    if not condition:
        raise InvalidRules(f"{field}: {wrong}")


def _check_currency_and_caps(rules: RulesParameters) -> None:
    _require(rules.currency in EXPONENTS, "currency", "unknown")
    for name in ("fast_track_cap", "panel_cap", "board_cap", "write_off_limit"):
        value = getattr(rules, name)
        _require(type(value) is int and value >= 0, name, "must be a whole number of minor units")
    for name in ("fx_tolerance_permille", "payee_quiet_hours"):
        value = getattr(rules, name)
        _require(type(value) is int and value >= 0, name, "must be a whole number")
    _require(rules.fast_track_cap <= rules.panel_cap, "fast_track_cap", "above the panel's cap")
    _require(rules.panel_cap <= rules.board_cap, "panel_cap", "above the board's cap")


def _check_panel(rules: RulesParameters) -> None:
    for name in (
        "panel_size", "panel_size_most", "ratification_panel_size", "quorum",
        "info_rounds_most", "reopen_days", "screening_days",
    ):  # fmt: skip
        value = getattr(rules, name)
        _require(type(value) is int and value >= 1, name, "must be a whole number above zero")
    _require(
        type(rules.screening_threshold) is int
        and LOWEST_THRESHOLD <= rules.screening_threshold <= HIGHEST_THRESHOLD,
        "screening_threshold",
        f"must be a whole number from {LOWEST_THRESHOLD} to {HIGHEST_THRESHOLD}",
    )
    _require(rules.quorum <= rules.panel_size, "quorum", "larger than the panel")
    _require(rules.panel_size <= rules.panel_size_most, "panel_size", "larger than the largest")


def _check_verification(rules: RulesParameters) -> None:
    pairs = rules.verification
    _require(bool(pairs), "verification", "is empty")
    for (lower, weaker), (higher, stronger) in pairwise(pairs):
        _require(lower < higher, "verification", "amounts must rise")
        _require(weaker <= stronger, "verification", "a larger amount cannot need less")
    levels_known = all(0 <= level <= HIGHEST_LEVEL for _, level in pairs)
    _require(levels_known, "verification", "levels go from 0 to 4")
    _require(pairs[-1][0] == rules.board_cap, "verification", "must end at the board's cap")


def _check_lengths(rules: RulesParameters) -> None:
    for parameter, by_variant in rules.lengths.items():
        _require(ANY in by_variant, "lengths", f"{parameter} has no length for any")
        whole = all(type(value) is int and value >= 0 for value in by_variant.values())
        _require(whole, "lengths", f"{parameter} must count whole hours or days")


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """A version of the rules: number, the moment it takes force (UTC), and its numbers."""

    number: int
    in_force_from: datetime
    parameters: RulesParameters


def in_force(versions: tuple[RulesVersion, ...], moment: datetime) -> RulesVersion:
    """Return the version in force at a moment; LookupError when none was yet."""
    begun = [version for version in versions if version.in_force_from <= moment]
    if not begun:
        raise LookupError("no rules were in force then")
    return max(begun, key=lambda version: version.in_force_from)


_LENGTHS: Mapping[str, Mapping[str, int]] = {
    # application
    "draft_days": {ANY: 30, "shared_device": 7},
    "ack_hours": {ANY: 24},
    "triage_hours": {"life_threat": 4, "urgent": 24, ANY: 72},
    "decide_hours": {"life_threat": 12, ANY: 72},
    "ratify_days": {ANY: 7},
    "money_days": {ANY: 10},
    "letter_hours": {ANY: 24},
    "offer_days": {ANY: 10},
    "pay_hours": {ANY: 72},
    "report_days": {ANY: 30},
    "check_report_days": {ANY: 10},
    "appeal_days": {ANY: 30},
    "appeal_working_days": {ANY: 10},
    "info_days": {ANY: 14},
    "safe_contact_days": {ANY: 180},
    "person_event_days": {ANY: 7},
    # ballot
    "declare_hours": {ANY: 12},
    "vote_hours": {ANY: 24},
    "vote_extra_hours": {ANY: 12},
    "count_hours": {ANY: 1},
    "chair_hours": {ANY: 12},
    "substitute_hours": {ANY: 4},
    # disbursement
    "plan_hours": {ANY: 24},
    "auth_hours": {ANY: 48},
    "hold_review_hours": {ANY: 48},
    "send_hours": {ANY: 24},
    "look_up_hours": {ANY: 4},
    "confirm_days": {ANY: 7, "bank": 5, "cash_agent": 3},
    "trace_working_days": {ANY: 5},
    "reconcile_working_days": {ANY: 10},
    "return_hours": {ANY: 48},
    "frozen_working_days": {ANY: 10},
    # donation
    "checkout_hours": {ANY: 24},
    "clear_days": {ANY: 14},
    "screen_hours": {ANY: 24},
    "gift_review_working_days": {ANY: 10},
    "receipt_days": {ANY: 10},
    "dispute_days": {ANY: 4},
    # monthly gift
    "agreement_check_hours": {ANY: 24},
    "next_gift_days": {ANY: 35},
    "retry_days": {ANY: 30},
    "pause_days": {ANY: 365},
    "stop_hours": {ANY: 24},
    # pledge: the last three where no date of an instalment says otherwise
    "pledge_look_working_days": {ANY: 10},
    "pledge_screening_working_days": {ANY: 20},
    "pledge_due_days": {ANY: 30},
    "pledge_notice_days": {ANY: 7},
    "pledge_late_days": {ANY: 30},
}

_REFUSALS = {
    "not_a_defender": True,
    "risk_not_linked_to_work": True,
    "no_acute_risk": True,
    "outside_mandate": True,
    "retrospective_cost": True,
    "covered_elsewhere": True,
    "cost_line_excluded": True,
    "not_verifiable_in_time": True,
    "incomplete_after_request": True,
    "duplicate": False,
    "amount_above_limit": True,
    "other_measure_better": True,
    "help_would_raise_risk": True,
    "conflict_with_list_or_law": True,
    "money_exhausted": False,
    "applicant_unreachable": True,
    "false_information": True,
    "violence_advocated": True,
    "for_profit_purpose": True,
    "late": True,
}

_PARAGRAPHS = {
    "fast_track": "§6(1)",
    "approve": "§4(2)",
    "approve_partially": "§4(3)",
    "board_consent": "§4(4)",
    "reject": "§5(1)",
    "reject_formal": "§5(2)",
    "waiting_for_money": "§7(1)",
    "appeal": "§8(1)",
}

FORMAL_REASONS = frozenset(
    {"outside_mandate", "retrospective_cost", "duplicate", "for_profit_purpose", "late"}
)
"""Reasons on which a case may be refused without the panel."""

_FIRST: Mapping[str, Any] = {
    "currency": "EUR",
    "fast_track_cap": 1_000_00,
    "panel_cap": 3_000_00,
    "board_cap": 8_000_00,
    "panel_size": 5,
    "panel_size_most": 5,
    "ratification_panel_size": 5,
    "quorum": 3,
    "info_rounds_most": 2,
    "reopen_days": 365,
    "write_off_limit": 500_00,
    "screening_days": 30,
    "appeal_allowed": True,
    "verification": ((1_000_00, 1), (3_000_00, 2), (8_000_00, 3)),
    "lengths": _LENGTHS,
    "refusal_codes": _REFUSALS,
    "citations": {k: f"Rules of support (2015), {v}" for k, v in _PARAGRAPHS.items()},
}

_SECOND: Mapping[str, Any] = {
    **_FIRST,
    "fast_track_cap": 1_500_00,
    "panel_cap": 4_000_00,
    "board_cap": 10_000_00,
    "panel_size": 3,
    "verification": ((1_500_00, 1), (4_000_00, 2), (10_000_00, 3)),
    "citations": {k: f"Rules of support, {v}" for k, v in _PARAGRAPHS.items()},
}

BOOTSTRAP = (
    RulesVersion(
        1,
        datetime(2015, 1, 1, tzinfo=CENTRAL).astimezone(UTC),
        RulesParameters.from_mapping(_FIRST),
    ),
    RulesVersion(
        2,
        datetime(2026, 1, 1, tzinfo=CENTRAL).astimezone(UTC),
        RulesParameters.from_mapping(_SECOND),
    ),
)
"""The versions a new installation starts with: 2015, and the one in force since 2026."""
