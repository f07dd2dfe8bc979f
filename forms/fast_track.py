"""Forms of the fast track: the amount one officer proposes, what another one gives to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length

from forms.disbursements import LONGEST_AMOUNT, ToldPayeeForm, minor_units
from forms.fields import Listed
from forms.messages import ActForm

WRITE = _l("Please write the amount.")


def propose_form(currency: str) -> type[ActForm]:
    """Return the form of the first signature: the amount for all lines together."""
    field = _amount(_l("Amount given at once, all lines together"), currency, is_whole=True)
    return type("ProposeForm", (ActForm,), {"amount": field})


def decide_form(
    lines: Sequence[tuple[str, str]], currency: str, countries: Listed, ways: Listed
) -> type[ActForm]:
    """Return the form of the second signature: an amount for each line, and who is paid how.

    lines: words for each line of the redacted file, with its amount as it would be typed.
    """
    made: dict[str, Any] = {
        f"amount_{number}": _amount(words, currency, default=asked)
        for number, (words, asked) in enumerate(lines)
    }
    made |= {"countries": countries, "ways": ways, "currency": currency, "lines": len(lines)}
    return type("DecideForm", (_DecideForm,), made)


class _DecideForm(ToldPayeeForm):
    """An amount for each of so many lines in a currency, and who is paid how."""

    currency: ClassVar[str]
    lines: ClassVar[int]

    def amounts(self) -> tuple[int, ...]:
        """Return the amounts in minor units, line by line; only after validation."""
        numbers = range(self.lines)
        return tuple(_given(self[f"amount_{number}"].data, self.currency) for number in numbers)


def _amount(label: Any, currency: str, *, default: str = "", is_whole: bool = False) -> Any:
    def readable(_form: Form, field: Any) -> None:
        if is_whole:
            minor_units(field.data, currency)
        else:
            _given(field.data, currency)

    checks = [InputRequired(WRITE), Length(max=LONGEST_AMOUNT), readable]
    return StringField(label, checks, default=default)


def _given(text: str, currency: str) -> int:
    """Return minor units; nothing may be given for a line."""
    return minor_units(text, currency) if text.strip().strip("0.,") else 0
