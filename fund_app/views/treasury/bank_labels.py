"""What the codes of the bank and of periods are called, and why a file or a match is refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from fund_app.models.corrections import Slip
from fund_app.queries.periods import Obstacle
from fund_app.services.opening_balances import OpeningRefused
from fund_app.views import formats
from workflows.bank import FileRefused, MatchKind

KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        MatchKind.GIFT: _l("Gift"),
        MatchKind.GIFT_RETURN: _l("Gift on its way back"),
        MatchKind.PAYMENT: _l("Payment"),
        MatchKind.PAYMENT_BACK: _l("Payment that came back"),
        MatchKind.STRIPE_PAYOUT: _l("Stripe's payout"),
        MatchKind.FEE: _l("Fee of the bank"),
        MatchKind.ENTRY: _l("In the books already"),
        MatchKind.OWN_TRANSFER: _l("Between our own accounts"),
        MatchKind.EXCHANGE: _l("Exchanged between our own accounts"),
        MatchKind.SUSPENSE: _l("Kept in suspense"),
        MatchKind.LOSS: _l("Loss"),
    }
)
BY_HAND: Mapping[str, LazyString] = MappingProxyType(
    {
        MatchKind.GIFT: _l("A gift of nobody known"),
        MatchKind.FEE: _l("A fee of the bank"),
        MatchKind.OWN_TRANSFER: _l(
            "Between our own accounts: it is on its way until both are seen"
        ),
        MatchKind.EXCHANGE: _l(
            "Exchanged into another currency: it is on its way until the other account shows it"
        ),
        MatchKind.SUSPENSE: _l("Nobody can say yet: it goes into the books and waits in suspense"),
        MatchKind.LOSS: _l("A loss: nobody will find out any more, and a second person agrees"),
    }
)
"""What a person may say a line is, where nothing here fits it."""
HINTS: Mapping[str, LazyString] = MappingProxyType(
    {
        "fee": _l("The bank calls it a fee"),
        "stripe": _l("It names Stripe"),
        "return": _l("The bank calls it a return"),
    }
)
FORMS: Mapping[str, LazyString | str] = MappingProxyType(
    {"camt.053": "camt.053", "mt940": "MT940", "csv": "CSV"}
)
VIEWS: Mapping[str, LazyString] = MappingProxyType(
    {
        "unmatched": _l("Unmatched"),
        "kept": _l("In suspense"),
        "matched": _l("Matched"),
        "all": _l("All lines"),
    }
)
ACCOUNT_REFUSALS: Mapping[str, LazyString] = MappingProxyType(
    {
        "code": _l("Please take two to sixteen capital letters and digits as the short name."),
        "iban": _l("The check digits of this IBAN do not fit. Please compare it letter by letter."),
        "currency": _l("This currency is not known here."),
        "taken": _l("There is an account with this name or IBAN already."),
    }
)
_FILES: Mapping[str, LazyString] = MappingProxyType(
    {
        "not_a_statement": _l(
            "This is no bank statement we can read. Please export camt.053 or MT940, or define "
            "how this bank's CSV is read."
        ),
        "no_mapping": _l(
            "This looks like a CSV, and nobody has said yet how this bank's CSV is read. Please "
            "let the treasurer define it first."
        ),
        "entities": _l(
            "The file contains parts no bank's file needs and which can be dangerous. Please "
            "export it anew from the bank and do not open it."
        ),
        "too_large": _l(
            "The file is larger than we can take. Please export a shorter stretch of days."
        ),
        "columns_missing": _l(
            "The columns are not those that were defined for this bank. Please look at how its CSV "
            "is read."
        ),
        "foreign_account": _l(
            "This statement is of another account. Please choose the right account or file."
        ),
        "zero_amount": _l("A line has an amount of zero. Please ask the bank for a sound file."),
        "garbled_amount": _l(
            "An amount cannot be read exactly. Please ask the bank for a sound file."
        ),
        "garbled_day": _l("A day cannot be read. Please look at how days are written in the file."),
        "no_balance": _l(
            "The file does not say its balances. Please type both balances as they stand on the "
            "statement."
        ),
    }
)
_MATCHES: Mapping[str, LazyString] = MappingProxyType(
    {
        "line_matched": _l("This line is matched already. Please look at how it stands now."),
        "amount_too_large": _l("This is more than what is still open of the line."),
        "more_than_line": _l("This is more than what is still open of the line."),
        "more_than_entry": _l("The entry in the books is smaller, or seen at the bank already."),
        "amount_differs": _l(
            "The amounts differ. Please split the line, or look for the other part."
        ),
        "currency_differs": _l("The line is in another currency."),
        "not_open": _l("This is past that point already. Please look at how it stands now."),
        "period_closed": _l(
            "The period of this line is closed. Please correct it with a new entry instead."
        ),
        "no_other_account": _l(
            "The fund has no other account in this currency. Please let a treasurer set it up "
            "first."
        ),
        "no_other_currency": _l(
            "The fund has no account in another currency. Please let a treasurer set it up first."
        ),
        "exchange_settled": _l(
            "The other side of this exchange is matched. Please take that one back first."
        ),
        "cleared": _l(
            "What was kept in suspense is explained already. Please take the explanation back "
            "first."
        ),
        "kept_no_more": _l("Nothing of this is in suspense any more. Please look at it anew."),
        "stays": _l(
            "This cannot be taken back here. A payment or a return goes on by its own page; a loss "
            "two people have agreed to is final."
        ),
        "proposer_gone": _l(
            "Who proposed this is not of finance any more. Please let finance take it back and "
            "propose it anew."
        ),
        "gift_moved_on": _l(
            "The gift is held, on its way back or on a receipt. Please settle that first."
        ),
    }
)
SLIPS: Mapping[str, LazyString] = MappingProxyType(
    {
        Slip.WRONG_AMOUNT: _l("The amount"),
        Slip.WRONG_FUND: _l("The fund"),
        Slip.WRONG_DAY: _l("The day"),
        Slip.WRONG_ACCOUNT: _l("The bank account"),
        Slip.RECORDED_TWICE: _l("It was recorded twice"),
        Slip.NEVER_HAPPENED: _l("It never happened"),
    }
)
_OPENINGS: Mapping[str, LazyString] = MappingProxyType(
    {
        "opened": _l(
            "What lay in this account is in the books already, and is taken over only once. If it "
            "is wrong, please correct its entry."
        ),
        "proposed": _l(
            "A proposal for this account waits for a second person. Please take it back first."
        ),
        "nothing": _l("Please write what of the balance is each fund's."),
        "unknown_fund": _l("Please choose a fund that is there."),
        "day_to_come": _l("This day has not come yet."),
        "statement_before": _l(
            "The statements of this account begin earlier. Please take the day they begin."
        ),
        "period_closed": _l("The period of this day is closed. Please take a later day."),
        "withdrawn": _l("This proposal was taken back. Please propose it anew."),
        "proposer_gone": _l(
            "Who proposed this is no treasurer any more. Please let a treasurer propose it anew."
        ),
    }
)
_CORRECTIONS: Mapping[str, LazyString] = MappingProxyType(
    {
        "proposed": _l("A correction of this entry waits for a second person already."),
        "corrected": _l("This entry is reversed already."),
        "withdrawn": _l("This proposal was taken back. Please propose it anew."),
        "matched": _l(
            "A line of the bank stands for this entry. Please take the match back on the page of "
            "that line; what only the match has booked is reversed with it."
        ),
        "gift_moved_on": _l(
            "The gift is held, on its way back or on a receipt. Please settle that first, or give "
            "the gift back."
        ),
        "from_stripe": _l(
            "This entry says what Stripe or a return has done, and that stays. A card gift goes "
            "back by a return on its own page."
        ),
        "of_a_payment": _l(
            "This entry belongs to a payment. Please correct it on the payment's own page: say "
            "that it came back, or take the match back."
        ),
        "of_a_decision": _l(
            "This entry carries out a decision. Another decision corrects it: a resolution moves "
            "the money back, a case gives a promise back."
        ),
        "final": _l("A reversal and a loss are final. Please record what is right anew."),
        "proposer_gone": _l(
            "Who proposed this is neither of finance nor treasurer any more. Please propose it "
            "anew."
        ),
    }
)
OBSTACLES: Mapping[str, LazyString] = MappingProxyType(
    {
        "not_over": _l("The period is not over yet."),
        "earlier_open": _l("An earlier period is still open. Please close that one first."),
        "payments_unseen": _l("Payments were handed over and not seen at the bank."),
        "statements_missing": _l("The statements do not reach the end of the period."),
        "lines_unmatched": _l("Lines of the bank are not explained."),
        "entries_unseen": _l("Entries of the books are on no statement."),
        "balances_apart": _l("Books and statements did not begin with the same balance."),
        "proposer_gone": _l(
            "Who proposed this is no treasurer any more. Please let a treasurer propose it anew."
        ),
    }
)


def why_not(refused: FileRefused) -> str:
    """Return why a file is not taken, and what to do, as plain sentences."""
    facts: dict[str, Any] = refused.facts
    if refused.code == "sum_differs":
        sentence = _(
            "The file does not add up: opening balance and lines differ from the closing balance "
            "by %(difference)s. Nothing of it was taken. Please ask the bank for a sound file.",
            difference=formats.money(facts["difference"], facts["currency"]),
        )
    elif refused.code == "does_not_connect":
        sentence = _(
            "The statement does not follow the ones before it: with what is known it would close "
            "at %(expected)s and says %(found)s. A statement is missing before it, or its days "
            "were imported from another kind of file. Please import the missing one first.",
            expected=formats.money(facts["expected"], facts["currency"]),
            found=formats.money(facts["found"], facts["currency"]),
        )
    elif refused.code == "other_currency":
        sentence = _("The file is in another currency than the account.")
    else:
        sentence = str(_FILES[refused.code])
    if "line" in facts:
        sentence = f"{sentence} {_('It is line %(line)s.', line=facts['line'])}"
    return sentence


def why_no_match(code: str) -> str:
    """Return why a line is not this, as a plain sentence."""
    return str(_MATCHES.get(code, _MATCHES["not_open"]))


def why_not_opened(refused: OpeningRefused, currency: str) -> str:
    """Return why a balance cannot be taken over, and what to do, as plain sentences."""
    difference = formats.money(refused.difference, currency)
    if refused.code == "sum_differs":
        return _(
            "Balance and funds do not agree: the balance is %(difference)s more than the funds "
            "together. Please look at both.",
            difference=difference,
        )
    if refused.code == "statement_differs":
        return _(
            "The first statement of this account opens otherwise: this would be %(difference)s "
            "more. Please write what the statement says, or take an earlier day once what lies "
            "between is recorded.",
            difference=difference,
        )
    if refused.code == "books_before":
        return _(
            "The books hold entries of this account before that day, together %(difference)s. "
            "Please take the day of the first of them, and what lay there before it.",
            difference=difference,
        )
    return str(_OPENINGS[refused.code])


def why_not_corrected(code: str) -> str:
    """Return why an entry is not corrected here, and the right way, as plain sentences."""
    return str(_CORRECTIONS[code])


def obstacle(found: Obstacle) -> str:
    """Return what stands in the way of closing a period, with its count and sum."""
    parts = [found.account] if found.account else []
    parts.append(str(OBSTACLES[found.code]))
    if found.code in {"payments_unseen", "lines_unmatched", "entries_unseen", "earlier_open"}:
        parts.append(_("Number: %(count)s.", count=found.count))
    if found.amount is not None and found.currency is not None:
        parts.append(_("Sum: %(sum)s.", sum=formats.money(found.amount, found.currency)))
    return " ".join(parts)
