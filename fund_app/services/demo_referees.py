"""Referees in the demonstration: one who vouches, one under pressure, one who has not answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fund_app.services import intake, referees
from fund_app.services.demo_house import House, press
from fund_app.services.demo_plans import Case
from fund_app.services.demo_timeline import Story
from fund_app.services.intake import AnswerText
from fund_app.services.referees import Asking

NAMED = (
    {
        "referee_name": "Test Person R-0001",
        "referee_way": "By telephone at her office, weekday mornings",
        "referee_organisation": "Lamp House (made up)",
        "referee_relation": "She edited my reports for two years.",
        "referee_knows": "yes",
        "referee_may_know": "full",
    },
    {
        "referee_name": "Test Person R-0002",
        "referee_way": "Signal: @test-person-r-0002",
        "referee_relation": "My neighbour; he was on the stairs that night.",
        "referee_knows": "yes",
        "referee_may_know": "existence",
    },
)
IDENTITY = frozenset({"referee_name", "referee_way"})

VOUCHING = {
    "name": "Test Person A",
    "how": "I edited the reports this person wrote, every month.",
    "since": "Spring 2024",
    "confirms": "yes",
    "seen": "I saw the letter from the police myself; of the border I know what I was told.",
    "more": "Please do not write to the old address.",
    "sure": "very",
    "freely": "freely",
}
PRESSED = {
    "name": "Test Person A",
    "how": "We live in the same house.",
    "confirms": "no",
    "seen": "Nothing happened that night.",
    "sure": "little",
    "freely": "freely",
}


def name_them(house: House, case: Case) -> None:
    """Let the person of a case name two referees."""
    told = [
        AnswerText(key, item, "identity" if key in IDENTITY else "narrative", text)
        for item, one in enumerate(NAMED)
        for key, text in one.items()
    ]
    intake.save(house.applicant(case), told)


def vouch(house: House, case: Case) -> Story[None]:
    """Ask three people: one answers freely, one with the quiet words, one not yet."""
    yield timedelta(hours=2)
    _answered(house, case, Asking(0, "found", "full", "en"), VOUCHING)
    yield timedelta(hours=20)
    _answered(house, case, Asking(1, "given", "existence", "en"), PRESSED, is_pressed=True)
    asking = Asking(None, "found", "existence", "de", 336, agreed=True, has_quiet_word=False)
    referees.ask(house.lead(case), case.id, asking, press())


def _answered(
    house: House, case: Case, asking: Asking, given: Mapping[str, str], *, is_pressed: bool = False
) -> None:
    invitation = referees.ask(house.lead(case), case.id, asking, press())
    if invitation is None:
        raise RuntimeError("a fresh press has asked already")
    code = invitation.quiet if is_pressed else invitation.code
    referees.answer(invitation.lookup, code, given, press())
