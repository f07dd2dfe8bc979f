"""The registry of guards: every condition a step can name, with its refusal and its sentence.

Facts are codes, counts, references and amounts in minor units; never what a person confided.
"""

from __future__ import annotations

from types import MappingProxyType

from workflows import batches, brakes, guards_cases, guards_money, unlocks
from workflows.predicates import N_

GUARDS = MappingProxyType(
    {guard.name: guard for guard in (*guards_cases.TABLE, *guards_money.TABLE)}
)
"""Guards by name."""

ENGINE_REFUSALS = MappingProxyType(
    {
        "unknown_action": N_("There is no such step here."),
        "wrong_state": N_("The case has moved on, so this step is not open any more."),
        "wrong_role": N_("This step belongs to people with another task."),
        "on_hold": N_("The case is on hold, so this step has to wait."),
        "already_held": N_("The case is already on hold for this reason."),
        "not_held": N_("The case is not on hold for this reason any more."),
    }
)
"""Refusals of the engine itself, with their sentences."""


def sentence_for(code: str) -> str:
    """Return the plain English sentence of a refusal code; KeyError for an unknown code."""
    return REFUSALS[code]


SHARED = MappingProxyType(
    {
        "second_person_missing": N_("A second person has to agree first."),
        "other_partner": N_(
            "This payment was handed to another partner before. Please send it by the same one,"
            " or ask a coordinator to cancel it."
        ),
    }
)
"""Sentences of codes that several guards share; each of these guards says more by itself."""

REFUSALS = MappingProxyType(
    {
        **{guard.refusal: guard.sentence for guard in GUARDS.values()},
        **SHARED,
        **ENGINE_REFUSALS,
        **unlocks.SENTENCES,
        **brakes.SENTENCES,
        **batches.SENTENCES,
    }
)
"""Every refusal code with its sentence, to be translated where it is shown."""
