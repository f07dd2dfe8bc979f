"""The catalogue of questions, and the forms made from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from forms.countries import country_choices
from forms.emergency import BY_SLUG, CONSENT_PAGE, MINIMUM, PAGES, PAYOUT_PAGE, catalogue, following
from forms.needs import CATEGORIES
from forms.pages import Page, PageForm, fill, page_form
from forms.questions import SKIPPED, Kind, Sensitivity
from fund_app.models.applications import Answer
from fund_app.models.sealed import Compartment
from fund_app.queries import answers
from workflows.countries import group_of

LISTS = {
    "countries": [("GE", "Georgia")],
    "currencies": [("EUR", "EUR"), ("JPY", "JPY")],
    "channels": [("voucher", "A voucher")],
}


@pytest.fixture(autouse=True)
def _page(app: Flask) -> Iterator[None]:
    with app.test_request_context("https://fund.test/"):
        yield


def form_of(slug: str, sent: dict[str, str], **items: int) -> PageForm:
    return page_form(BY_SLUG[slug], LISTS, items)(MultiDict(sent))


def given(form: PageForm) -> dict[tuple[str, int], str]:
    return {(each.question, each.item): each.text for each in form.given() if each.text}


def test_the_minimum_is_the_eight_questions_the_service_asks_for() -> None:
    assert {question.key for question in MINIMUM} == set(answers.MINIMUM)
    assert len(MINIMUM) == 8
    assert {question.key for question in CONSENT_PAGE.questions} == set(answers.CONSENTS)


def test_question_keys_are_unique_short_enough_and_ask_with_a_reason() -> None:
    asked = [q for page in (*PAGES, PAYOUT_PAGE, CONSENT_PAGE) for q in page.questions]
    assert len(asked) == len(catalogue())
    assert all(len(q.key) <= Answer.question.type.length for q in asked)
    assert all(str(q.label) and str(q.why) for q in asked)


def test_compartment_follows_from_sensitivity() -> None:
    for question in catalogue().values():
        if question.is_payout:
            assert question.compartment == Compartment.PAYOUT
        elif question.sensitivity is Sensitivity.LIFE_CRITICAL:
            assert question.compartment == Compartment.IDENTITY
        else:
            assert question.compartment == Compartment.NARRATIVE


def test_payout_is_asked_on_its_own_page_only() -> None:
    assert not any(q.is_payout for page in PAGES for q in page.questions)
    assert all(q.is_payout for q in PAYOUT_PAGE.questions)


def test_there_are_eighteen_cost_categories() -> None:
    assert len({choice.code for choice in CATEGORIES}) == 18


def test_minimum_pages_follow_one_another() -> None:
    order, slug = ["now"], "now"
    while (page := following(slug)) is not None:
        slug = page.slug
        order.append(slug)
    assert order == ["now", "contact", "story", "need"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_every_page_can_be_sent_empty(page: Page) -> None:
    form = page_form(page, LISTS)(MultiDict({"request_id": "x"}))
    assert form.validate(), form.errors
    assert given(form) == {}


def test_filled_answers_come_back_as_they_were_stored() -> None:
    sent = {
        "cost_category_0": "legal",
        "cost_amount_0": "1 400,50",
        "cost_currency_0": "EUR",
        "cost_needed_by_0": "2026-03-05",
        "cost_category_1": "medical",
        "cost_amount_1": "500",
        "cost_currency_1": "JPY",
    }
    form = form_of("costs", sent, cost_line=2)
    assert form.validate()
    stored = given(form)
    assert stored["cost_amount", 0] == "140050"
    assert stored["cost_amount", 1] == "500"
    lines = answers.cost_lines(stored)
    assert [(line.category, line.amount, line.currency) for line in lines] == [
        ("legal", 140_050, "EUR"),
        ("medical", 500, "JPY"),
    ]
    values = fill(BY_SLUG["costs"], stored, {"cost_line": 2})
    assert (values["cost_amount_0"], values["cost_amount_1"]) == ("1400.50", "500")
    assert values["cost_needed_by_0"] == "2026-03-05"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"cost_amount_0": "10", "cost_currency_0": "EUR"}, "cost_category_0"),
        ({"cost_category_0": "legal", "cost_currency_0": "EUR"}, "cost_amount_0"),
        (
            {"cost_category_0": "legal", "cost_amount_0": "ten", "cost_currency_0": "EUR"},
            "cost_amount_0",
        ),
        (
            {"cost_category_0": "legal", "cost_amount_0": "0", "cost_currency_0": "EUR"},
            "cost_amount_0",
        ),
        (
            {"cost_category_0": "yacht", "cost_amount_0": "5", "cost_currency_0": "EUR"},
            "cost_category_0",
        ),
        (
            {"cost_category_0": "legal", "cost_amount_0": "5", "cost_currency_0": "XXX"},
            "cost_currency_0",
        ),
    ],
)
def test_a_doubtful_cost_line_is_held_back_whole_and_says_why(
    sent: dict[str, str], field: str
) -> None:
    form = form_of("costs", sent)
    assert not form.validate()
    assert form[field].errors
    assert given(form) == {}


def test_an_untouched_cost_line_stores_no_currency() -> None:
    form = form_of("costs", {"cost_currency_0": "EUR"})
    assert form.validate()
    assert given(form) == {}


def test_a_channel_without_an_address_is_asked_again() -> None:
    form = form_of("contact", {"channel": "signal"})
    assert not form.validate()
    assert form["handle"].errors
    assert form_of("contact", {"channel": "portal"}).validate()


def test_later_is_an_answer_where_a_minimum_question_offers_it() -> None:
    form = form_of("story", {"country_now": "GE", "narrative_later": "y"})
    assert form.validate()
    assert given(form)["narrative", 0] == SKIPPED
    assert fill(BY_SLUG["story"], given(form))["narrative_later"] is True


def test_a_quarter_above_the_soft_limit_is_still_taken() -> None:
    assert form_of("story", {"narrative": "a" * 1875}).validate()
    assert not form_of("story", {"narrative": "a" * 1876}).validate()


def test_text_is_tidied_but_keeps_words_and_lines() -> None:
    form = form_of("story", {"narrative": "  one\r\ntwo\x00\x1b three\ufffd \u202etext "})
    assert form.validate()
    assert given(form)["narrative", 0] == "one\ntwo three\ufffd text"


@pytest.mark.parametrize("typed", ["31.02.2026", "yesterday", "2026-13-01"])
def test_a_day_that_is_none_is_asked_again(typed: str) -> None:
    assert not form_of("incident", {"incident_date": typed}).validate()


def test_days_are_read_as_people_write_them() -> None:
    form = form_of("incident", {"incident_date": "05.03.2026"})
    assert form.validate()
    assert given(form)["incident_date", 0] == "2026-03-05"


def test_choices_not_offered_are_refused() -> None:
    for slug, name in (("now", "safe_now"), ("incident", "act_types"), ("story", "country_now")):
        assert not form_of(slug, {name: "made-up"}).validate()


def test_consent_and_payout_must_be_given() -> None:
    for page in (CONSENT_PAGE, PAYOUT_PAGE):
        form = page_form(page, LISTS)(MultiDict({"request_id": "x"}))
        assert not form.validate()
        assert len(form.errors) == sum(question.must_agree for question in page.questions)


def test_a_repeated_block_never_shows_more_than_its_most() -> None:
    form = form_of("referees", {}, referee=50)
    assert len(form.sections()) == 3


def test_countries_are_named_in_the_language_and_grouped_coarsely() -> None:
    assert ("GE", "Грузия") in country_choices("ru")
    assert ("GE", "Georgien") in country_choices("de")
    assert (group_of("GE"), group_of("BY"), group_of("none")) == ("caucasus", "belarus", "other")


def test_every_kind_of_question_is_used() -> None:
    assert {question.kind for question in catalogue().values()} == set(Kind)
