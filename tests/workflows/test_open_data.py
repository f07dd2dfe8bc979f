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


@pytest.mark.parametrize(("name", "text"), [
    ("Анна Иванова", "Support for Ivanovu and her family."),
    ("Анна Иванова", "Помощь для Анны"),
    ("Спасибо Иванову", "Help for Ivanov."),
    ("Мария", "A flight with Mariia."),
    ("Мария", "Адвокат с Марией"),
    ("Дмитрий", "A lawyer for Dmitry."),
    ("Дмитрия", "A lawyer for Dmitriy."),
    ("Павел", "Лекарства Павла"),
    ("Ольге", "Rent for Olga."),
    ("Соловьёв", "дело соловьёвым"),
    ("Ивановский", "Суд над Ивановским"),
    ("Екатерина", "Rent for Yekaterina."),
    ("Müller", "Die Miete von Müllers Familie"),
    ("Petersen", "Petersens Anwalt"),
    ("Friedrich", "Hilfe für Friedrichs"),
    ("Kaya", "For Kaya."),
])  # fmt: skip
def test_name_of_a_case_is_found_in_whatever_case_it_stands(name: str, text: str) -> None:
    assert open_data.troubles(text, [name]) == ("name",)


@pytest.mark.parametrize("text", [
    "Very hard months; nine lines of rent and a plane to another country.",
    "A flight, three months of rent, new glasses, medicine and a lawyer.",
    "Ein Anwalt, drei Monate Miete und Medikamente nach der Haft.",
    "Адвокат, аренда за три месяца и лекарства после обыска.",
    "Marketing of a small newspaper in exile, its servers and its insurance.",
])  # fmt: skip
def test_words_that_only_begin_alike_are_no_names(text: str) -> None:
    names = "Вера Нина Анна Лина Марк Иван Ольга Мария Павел Kurt Lena Petersen Müller Roma Яна"
    assert open_data.troubles(text, [names]) == ()


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
