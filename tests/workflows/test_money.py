from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.money import EXPONENTS, InvalidAmount, Money, median_amount, parse_amount, split

WEIGHTS = st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1400", "EUR", 140000),
        ("1 400,50", "EUR", 140050),
        ("1,400.5", "EUR", 140050),
        ("0.01", "EUR", 1),
        ("1400", "JPY", 1400),
        ("1.234", "KWD", 1234),
    ],
)
def test_parse_amount_reads_what_people_type(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("", "EUR", "not_a_number"),
        ("-5", "EUR", "not_a_number"),
        ("ten", "EUR", "not_a_number"),
        ("1.400", "EUR", "too_precise"),
        ("1.5", "JPY", "too_precise"),
        ("0,00", "EUR", "not_positive"),
        ("9" * 20, "EUR", "too_large"),
        ("5", "XXX", "currency"),
    ],
)
def test_parse_amount_refuses_with_a_code(text: str, currency: str, code: str) -> None:
    with pytest.raises(InvalidAmount) as invalid:
        parse_amount(text, currency)
    assert invalid.value.code == code


@given(st.integers(1, 10**12), st.sampled_from(sorted(EXPONENTS)))
def test_parse_amount_reads_back_what_is_shown(minor: int, currency: str) -> None:
    shown = f"{Money(minor, currency).as_decimal():f}"
    assert parse_amount(shown, currency) == Money(minor, currency)


@given(st.integers(0, 10**12), WEIGHTS)
def test_split_loses_nothing_and_is_fair_to_one_unit(amount: int, weights: list[int]) -> None:
    shares = split(amount, weights)
    assert sum(shares) == amount
    total = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert amount * weight // total <= share <= amount * weight // total + 1
        assert weight or share == 0


def test_split_gives_the_odd_cent_in_fixed_order() -> None:
    assert split(10000, [1, 1, 1]) == [3334, 3333, 3333]
    assert split(100001, [1, 1, 1]) == [33334, 33334, 33333]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_split_refuses_weights_that_share_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


def test_median_amount_of_an_even_count_is_the_lower_middle() -> None:
    assert median_amount([300, 100, 200]) == 200
    assert median_amount([400, 100, 200, 300]) == 200


def test_money_of_two_currencies_does_not_mix() -> None:
    with pytest.raises(TypeError):
        Money(1, "EUR") + Money(1, "USD")
    assert Money(3, "EUR") - Money(1, "EUR") == Money(2, "EUR")
