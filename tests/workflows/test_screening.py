"""The score of two names: who meets in spite of script and spelling, and who does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.rules import BOOTSTRAP
from workflows.screening import LONE_TOKEN, Listed, NameIndex, score, tokens

THRESHOLD = BOOTSTRAP[-1].parameters.screening_threshold
names = st.lists(
    st.text(st.sampled_from("abdeiklnorstvз ьш-'"), min_size=1, max_size=9), min_size=1, max_size=4
).map(" ".join)


def alike(one: str, other: str) -> int:
    return score(tokens(one), tokens(other))


@pytest.mark.parametrize(
    ("payee", "listed"),
    [
        ("Аркадий Морозко", "Arkadi Morozko"),
        ("MOROZKO, Arkady Petrovich", "Аркадий Морозко"),
        ("Iwan Erfundow", "Ivan Erfundov"),
        ("Yevgeny Schwarz", "Евгений Шварц"),
        ("Alexander Kovalčuk", "Aleksandr Kovalchuk"),
        ("Vydumka Trading House", "ООО Vydumka Trading House LLC"),
        ("Dr. Zlata Imaginova", "IMAGINOVA Zlata"),
    ],
)
def test_same_name_is_found_in_another_script_or_spelling(payee: str, listed: str) -> None:
    assert alike(payee, listed) >= THRESHOLD


@pytest.mark.parametrize(
    ("payee", "listed"),
    [
        ("Anna Berg", "Anna Bergmann"),
        ("Ivan", "Ivan Erfundov"),
        ("Olga Sommer", "Olga Winter"),
        ("Nordwind Handel GmbH", "Nordwind Trading Ltd"),
        ("", "Ivan Erfundov"),
    ],
)
def test_different_name_is_not_found(payee: str, listed: str) -> None:
    assert alike(payee, listed) < THRESHOLD


def test_one_word_never_names_somebody_of_several() -> None:
    assert alike("Ivan", "Ivan Erfundov") == LONE_TOKEN
    assert alike("Vydumka", "Vydumka Ltd") == 100


@given(names, names)
def test_score_is_symmetric_bounded_and_whole_for_oneself(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other) <= 100
    assert alike(one, one) in ({100} if tokens(one) else {0})


@given(names, st.lists(names, max_size=6))
def test_index_finds_exactly_what_the_score_says(payee: str, listed: list[str]) -> None:
    entries = [Listed(str(number), (name,)) for number, name in enumerate(listed)]
    found = NameIndex("eu", entries).hits(payee, None, THRESHOLD)
    expected = {each.reference for each in entries if alike(payee, each.names[0]) >= THRESHOLD}
    assert {hit.entry.reference for hit in found} == expected


def test_another_year_of_birth_speaks_against_a_match_and_an_unknown_one_does_not() -> None:
    index = NameIndex("un", [Listed("XXi.001", ("Kasimir Erfunden",), (1970,))])
    assert [hit.score for hit in index.hits("Kazimir Erfunden", None, THRESHOLD)] == [93]
    assert index.hits("Kazimir Erfunden", 1970, THRESHOLD) != []
    assert index.hits("Kazimir Erfunden", 1999, THRESHOLD) == []


def test_threshold_words_apart_could_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="between 60 and 100"):
        NameIndex("un", []).hits("Anna Berg", None, 40)
