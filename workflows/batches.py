"""Payment files: how many payments one holds, and why a payment or a whole file is refused."""

from __future__ import annotations

from types import MappingProxyType

from workflows.predicates import N_

MOST_LINES = 10
"""More than this at once is what the insider brake is there for (workflows/brakes.py)."""

SENTENCES = MappingProxyType(
    {
        "own_batch": N_("Who made the payment file does not release it; another person has to."),
        "batch_moved_on": N_("This payment file is not at that point any more."),
        "batch_line_moved_on": N_(
            "A payment in this file has moved on. Please refuse the file and make a new one."
        ),
        "batch_not_seen": N_("Please open the names first; a file is released by who has seen it."),
        "batch_differs": N_(
            "The file is not the one that was released. Nothing is handed out; tell the treasurer."
        ),
        "batch_not_open": N_("Your key does not open every payment in this file."),
        "batch_erased": N_(
            "Somebody in this file has been erased since, so it cannot be shown again."
        ),
        "batch_too_long": N_("Please put at most ten payments into one file."),
    }
)
"""Plain sentences for the refusals of a file."""

LINE_SENTENCES = MappingProxyType(
    {
        "not_open": N_("Your key does not open who is paid."),
        "moved_on": N_("It is not waiting to be sent any more."),
        "other_way": N_("It does not go to a bank account."),
        "name_missing": N_("There is no name on it that a bank can read."),
        "iban_missing": N_("There is no account number (IBAN) in the payee's details."),
        "iban_wrong": N_("The account number (IBAN) is wrong: its check digits do not fit."),
        "iban_unclear": N_("There is more than one account number in the payee's details."),
        "not_euro": N_("A payment file holds euros only."),
        "amount_not_positive": N_("There is nothing to pay."),
        "reference_wrong": N_("Its reference does not fit into a payment file."),
        "details_changed": N_(
            "Payee, amount or way to pay changed after the check; please check again."
        ),
        "on_hold": N_("The case is on hold, so this step has to wait."),
        "in_a_file": N_("It stands in another payment file already."),
    }
)
"""Why one payment was left out of a file; the others are not touched by it."""

REASON_CODES = ("AC01", "AC04", "AC06", "AG01", "AM05", "BE01", "MS03", "RC01")
"""Reasons of banks for a rejected line (ISO 20022 external codes) that are offered for choice."""
