"""The vote: all of it, a part line by line, no, or no opinion; each with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField

from forms.casework import SAY_WHY, one_of, text
from forms.fields import tidy
from forms.messages import ActForm
from forms.pages import amount_refusal
from workflows.money import InvalidAmount, parse_amount

PARTIAL, REJECT = "partial", "reject"
LONGEST_REASON = 2000


class VoteForm(ActForm):
    """A vote; made complete by `vote_form`."""

    currency = "EUR"
    requested: tuple[int, ...] = ()
    reason = text(_l("Why?"), most=LONGEST_REASON, wanted=SAY_WHY)

    def amounts(self) -> list[Field]:
        """Return the fields of the lines in their order."""
        return [self[f"amount_{number}"] for number in range(len(self.requested))]

    def lines(self) -> tuple[int, ...]:
        """Return the amounts of a vote for a part, in minor units; empty for other votes."""
        if self["choice"].data != PARTIAL:
            return ()
        return tuple(self._minor(field.data) for field in self.amounts())

    def refusal_code(self) -> str | None:
        """Return the ground of a vote against; None for other votes."""
        return self["reason_code"].data if self["choice"].data == REJECT else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what belongs to the kind of vote chosen; the rest may stay empty."""
        against = self["choice"].data == REJECT
        if not against:
            self["reason_code"].validators = []
        valid = bool(super().validate(extra_validators))
        if self["choice"].data != PARTIAL:
            return valid
        checked = [self._check(number) for number in range(len(self.requested))]
        fits = all(checked)
        if fits and not any(self.lines()):
            _add(self.amounts()[0], _("A part has to be something. To give nothing, refuse."))
            fits = False
        return valid and fits

    def _check(self, number: int) -> bool:
        field = self.amounts()[number]
        try:
            amount = self._minor(field.data)
        except InvalidAmount as refused:
            _add(field, amount_refusal(refused.code, self.currency))
            return False
        if amount > self.requested[number]:
            _add(field, _("This is more than was asked for this line."))
            return False
        return True

    def _minor(self, typed: str | None) -> int:
        """Read an amount; nothing and zero both give nothing."""
        plain = (typed or "").strip()
        if not plain.strip("0.,"):
            return 0
        return parse_amount(plain, self.currency).amount


def vote_form(
    choices: Sequence[tuple[str, Any]],
    reasons: Sequence[tuple[str, Any]],
    requested: Sequence[int],
    currency: str,
) -> type[VoteForm]:
    """Build the form of a vote on lines of these amounts (minor units of `currency`)."""
    members: dict[str, Any] = {
        "currency": currency,
        "requested": tuple(requested),
        "choice": one_of(_l("Your vote"), choices),
        "reason_code": one_of(_l("On which ground, if you refuse?"), reasons, pick=True),
    }
    for number in range(len(requested)):
        members[f"amount_{number}"] = StringField(
            _l("For line %(number)s", number=number + 1), filters=[tidy]
        )
    return type("VoteForm", (VoteForm,), members)


def _add(field: Field, sentence: str) -> None:
    field.errors = (*field.errors, sentence)
