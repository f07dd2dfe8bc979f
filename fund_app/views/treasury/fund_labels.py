"""What figures of funds, resolutions and their refusals are called."""

from __future__ import annotations

from types import MappingProxyType

from flask_babel import lazy_gettext as _l

from fund_app.models.budgets import REST
from fund_app.queries import donation_labels
from fund_app.views import labels

FIGURES = MappingProxyType(
    {
        "opening": _l("Opening"),
        "income": _l("Income"),
        "transfers": _l("Between funds"),
        "paid": _l("Paid"),
        "costs": _l("Fees and losses"),
        "encumbered": _l("Encumbered"),
        "in_transit": _l("In transit"),
        "advances": _l("Advances"),
        "held_up": _l("Held up"),
        "spendable": _l("Spendable"),
        "available": _l("Available"),
    }
)

MEANINGS = MappingProxyType(
    {
        "opening": _l("What could be spent before the first of these days."),
        "income": _l("Gifts, less what went back or was taken back."),
        "transfers": _l("What came from other funds, less what went to them."),
        "paid": _l("What has left for people."),
        "costs": _l("Card and bank fees, exchange differences, losses."),
        "encumbered": _l("Promised in awards, and not owed yet."),
        "in_transit": _l("Released and owed; the bank has not paid it yet."),
        "advances": _l("Cash partners hold and have not accounted for."),
        "held_up": _l("Disputed by a card holder's bank, or not explained yet."),
        "spendable": _l("Money at hand, less what is owed."),
        "available": _l("Spendable, less what is encumbered: what can still be promised."),
    }
)

KINDS = MappingProxyType(
    {
        "transfer": _l("Move money between funds"),
        "cover": _l("Cover a shortfall"),
        "open_fund": _l("Open a fund"),
        "close_fund": _l("Close a fund"),
        "open_gifts": _l("Open a fund for gifts"),
        "close_gifts": _l("Close a fund for gifts"),
        "set_floor": _l("Set a fund's floor"),
        "set_budget": _l("Set a programme's budget"),
        "exceed": _l("Let an award go beyond its budget"),
    }
)

EFFECTS = MappingProxyType(
    {
        "transfer": _l("The money moves the moment a second person confirms."),
        "cover": _l("What is missing comes from the fund that carries the losses."),
        "open_fund": _l("From then on gifts and awards can use it."),
        "close_fund": _l(
            "It has to be empty. Its entries stay in the books for good; no decision uses it again."
        ),
        "open_gifts": _l("Donors can choose it from then on."),
        "close_gifts": _l("Donors cannot choose it from then on; what was given stays."),
        "set_floor": _l("No award and no transfer takes the fund below it without a resolution."),
        "set_budget": _l("Awards are charged to its lines; what is used already stays used."),
        "exceed": _l("The award can go on although its budget line does not hold it."),
    }
)

STATES = MappingProxyType(
    {
        "proposed": _l("Waits for a second person"),
        "confirmed": _l("Confirmed"),
        "withdrawn": _l("Taken back"),
    }
)

TONES = MappingProxyType({"proposed": "warn", "confirmed": "good"})

GROUNDS = MappingProxyType(
    {
        "board_decision": _l("Decision of the board"),
        "shortfall_cover": _l("To cover a shortfall"),
        "donor_consent": _l("The donor has agreed"),
        "correction": _l("It never belonged there"),
    }
)

REFUSALS = MappingProxyType(
    {
        "not_a_signer": _l("Only the treasurer and members of the board may do this."),
        "same_person": _l("You proposed this yourself. Another member of the board confirms it."),
        "proposer_gone": _l("Whoever proposed this has left. Please propose it anew."),
        "decided": _l("This has been decided already. Please look at how it stands."),
        "no_number": _l("Please give the number of the resolution in the minutes."),
        "unknown_fund": _l("There is no such fund."),
        "fund_closed": _l("This fund is closed. Please choose another one."),
        "amount": _l("Please give an amount that fits: above zero, and at least the award."),
        "currency": _l("Please choose a currency from the list."),
        "same_fund": _l("Please choose two different funds."),
        "restricted": _l(
            "This money was given for one purpose. It may leave only when the donor has agreed or "
            "when it never belonged there; please choose one of the two and say where it is found."
        ),
        "overspent": _l(
            "The fund does not have this much free. Please take less, or wait until money comes."
        ),
        "below_floor": _l(
            "This would take the fund below its floor. Please take less, or tick that the board "
            "lets it go below."
        ),
        "not_its_deficit_fund": _l(
            "No fund carries this one's losses. Please move the money by a resolution instead."
        ),
        "not_below_zero": _l("This fund is not below zero; there is nothing to cover."),
        "more_than_missing": _l("This is more than is missing. Please write what is missing."),
        "fund_code": _l("Please use two to sixteen letters and digits, as in WIN25."),
        "fund_exists": _l("There is a fund with this code already."),
        "general_fund": _l("The general fund stays open: it carries the others."),
        "carries_others": _l("This fund carries the fees or losses of others, so it stays open."),
        "fund_not_empty": _l(
            "There is still money in this fund, or promised from it. Please move it first."
        ),
        "monthly_gifts": _l(
            "Somebody gives to this fund each month. Please end those gifts first, on their pages."
        ),
        "already_so": _l("This fund is so already."),
        "no_lines": _l("Please fill in at least one line of the budget."),
        "period": _l("Please give the first and the last day, in this order."),
        "budget_overlap": _l(
            "Another budget of this programme has some of these days. Please give the same first "
            "and last day for a new version of it, or other days."
        ),
        "unknown_case": _l("There is no such award."),
        "over_budget": _l("The budget line does not hold this amount."),
    }
)


def refusal(code: str) -> str:
    """Return the sentence for a resolution that is refused."""
    return str(REFUSALS.get(code, _l("The books do not take this. Nothing was changed.")))


def line(code: str) -> str:
    """Return what a line of a budget is called."""
    return str(_l("Everything else")) if code == REST else labels.category(code)


def fund(code: str) -> str:
    """Return what a fund is called, with its code."""
    name = donation_labels.fund(code)
    return name if name == code else f"{name} ({code})"
