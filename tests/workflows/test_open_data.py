"""Words that could lead to somebody are found, in any alphabet; a file holds listed fields only."""

from __future__ import annotations

import pytest

from workflows import open_data
from workflows.open_data import FIELDS, Grant
from workflows.quarters import Quarter

ONE = Grant("a" * 32, "emergency", "caucasus", Quarter(2025, 3), 120_000, "EUR", "")


@pytest.mark.parametrize(("text", "codes"), [
    ("Rent for three months and a lawyer.", ()),
    ("Write to ivan@example.org", ("email", "web")),
    ("Known as @sasha_k", ("email",)),
    ("See www.example.com", ("web",)),
    ("Call +49 (30) 123 45-67", ("phone",)),
    ("Paid to DE89 3704 0044 0532 0130 00", ("iban", "phone", "number")),
    ("Arrested on 3.4.26", ("date",)),
    ("Since 12 March 2026 in exile", ("date", "number")),
    ("Fled from Georgia", ("place",)),
    ("Помощь из Грузии не нужна, Беларусь", ("place",)),
    ("For the work of Nino", ("name",)),
    ("For the work of Нино", ("name",)),
    ("For the nine of them", ()),
])  # fmt: skip
def test_text_that_leads_to_somebody_is_found(text: str, codes: tuple[str, ...]) -> None:
    names, places = ["Nino Beridze", "Zürich"], ["Georgia", "Грузия", "Беларусь"]
    assert open_data.troubles(text, names, places) == codes


def test_names_inside_a_sentence_are_told_from_its_beginning() -> None:
    text = "They came at six. Then Sergeant Petrov took Anna-Maria and my phone."
    assert open_data.proper_words(text) == ["Sergeant", "Petrov", "Anna-Maria"]


def test_grant_has_the_listed_fields_and_no_other() -> None:
    found = open_data.grant(ONE)
    assert tuple(found) == FIELDS
    assert (found["awardDate"], found["amountAwarded"]) == ("2025-07-01", 1_200)
    assert found["recipientIndividual"]["name"] == open_data.NOBODY


def test_amount_that_is_not_rounded_is_refused() -> None:
    with pytest.raises(ValueError, match="rounded"):
        open_data.grant(Grant("a", "emergency", "other", Quarter(2025, 1), 120_001, "EUR", ""))
