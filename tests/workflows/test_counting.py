from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.counting import (
    Choice,
    Count,
    InvalidVote,
    Result,
    Vote,
    count,
    count_with_chair,
    is_settled,
)

ASKED = (1400_00, 500_00, 900_00, 300_00)


def approve(voter: str) -> Vote:
    return Vote(voter, Choice.APPROVE)


def reject(voter: str) -> Vote:
    return Vote(voter, Choice.REJECT)


def abstain(voter: str) -> Vote:
    return Vote(voter, Choice.ABSTAIN)


def partial(voter: str, *lines: int) -> Vote:
    return Vote(voter, Choice.PARTIAL, lines)


def test_count_of_the_first_scenario_awards_2400() -> None:
    votes = [
        approve("A"),
        partial("B", 1400_00, 500_00, 300_00, 200_00),
        partial("C", 1400_00, 500_00, 0, 0),
    ]
    counted = count(votes, ASKED, 3)
    lines = (1400_00, 500_00, 300_00, 200_00)
    assert counted == Count(Result.PARTIAL, lines, in_favour=3, against=0, abstained=0)
    assert counted.award == 2400_00


def test_count_of_the_fourth_scenario_is_two_to_one() -> None:
    votes = [approve("R1"), reject("R3"), approve("R4")]
    assert count(votes, ASKED, 3) == Count(Result.APPROVE, ASKED, 2, 1, 0)
    assert not is_settled(votes, 1, ASKED, 3)


def test_late_conflict_leaves_no_quorum_until_the_substitute_votes() -> None:
    votes = [approve("R1"), reject("R3")]
    assert count(votes, ASKED, 3).result is Result.NO_QUORUM
    with_substitute = [*votes, approve("R6")]
    assert count(with_substitute, ASKED, 3) == Count(Result.APPROVE, ASKED, 2, 1, 0)


def test_ratification_of_the_third_scenario_fails_one_to_three() -> None:
    votes = [approve("A"), reject("B"), reject("C"), reject("D")]
    assert count(votes, ASKED, 3) == Count(Result.REJECT, (0, 0, 0, 0), 1, 3, 0)
    assert is_settled(votes, 1, ASKED, 3)


def test_abstention_counts_for_the_quorum_and_for_neither_side() -> None:
    votes = [approve("A"), abstain("B"), abstain("C")]
    assert count(votes, ASKED, 3) == Count(Result.APPROVE, ASKED, 1, 0, 2)
    assert count(votes[:2], ASKED, 3).result is Result.NO_QUORUM


def test_equal_votes_and_all_abstentions_are_a_tie() -> None:
    assert count([approve("A"), reject("B"), abstain("C")], ASKED, 3).result is Result.TIE
    assert count([abstain("A"), abstain("B")], ASKED, 2).result is Result.TIE


def test_who_rejects_does_not_enter_the_medians() -> None:
    votes = [partial("A", 100), partial("B", 200), partial("C", 300), reject("D")]
    assert count(votes, (500,), 3).lines == (200,)


def test_even_number_takes_the_lower_middle_amount() -> None:
    assert count([partial("A", 100), partial("B", 201)], (500,), 2).lines == (100,)


def test_agreement_on_no_line_goes_to_the_chair_whose_amounts_hold() -> None:
    votes = [partial("A", 9, 0, 0), partial("B", 0, 9, 0), partial("C", 0, 0, 9)]
    assert count(votes, (9, 9, 9), 3).result is Result.TIE
    decided = count_with_chair(votes, partial("chair", 0, 0, 5), (9, 9, 9), 3)
    assert decided == Count(Result.PARTIAL, (0, 0, 5), 4, 0, 0)


def test_chair_breaks_a_tie_either_way() -> None:
    votes = [approve("A"), reject("B"), abstain("C")]
    granted = count_with_chair(votes, approve("chair"), ASKED, 3)
    assert granted == Count(Result.APPROVE, ASKED, 2, 1, 1)
    refused = count_with_chair(votes, reject("chair"), ASKED, 3)
    assert refused == Count(Result.REJECT, (0, 0, 0, 0), 1, 2, 1)


def test_chair_may_not_abstain_nor_decide_without_a_tie() -> None:
    with pytest.raises(ValueError, match="has to decide"):
        count_with_chair([approve("A"), reject("B")], abstain("chair"), ASKED, 2)
    with pytest.raises(ValueError, match="no tie"):
        count_with_chair([approve("A")], approve("chair"), ASKED, 1)


@pytest.mark.parametrize(
    ("vote", "code"),
    [
        (partial("A", 1), "lines_missing"),
        (partial("A", 1, 10), "lines_out_of_range"),
        (partial("A", -1, 2), "lines_out_of_range"),
        (partial("A", 0, 0), "lines_out_of_range"),
        (Vote("A", Choice.APPROVE, (1, 1)), "lines_out_of_range"),
    ],
)
def test_vote_that_cannot_be_counted_is_refused(vote: Vote, code: str) -> None:
    with pytest.raises(InvalidVote) as invalid:
        count([vote], (9, 9), 1)
    assert invalid.value.code == code


def test_second_vote_of_one_person_is_refused() -> None:
    with pytest.raises(ValueError, match="one vote"):
        count([approve("A"), reject("A")], ASKED, 1)


POSSIBLE = (
    Vote("", Choice.APPROVE),
    Vote("", Choice.REJECT),
    Vote("", Choice.ABSTAIN),
    *(Vote("", Choice.PARTIAL, (a, b)) for a in range(3) for b in range(3) if a + b),
)
VOTES = st.lists(st.sampled_from(POSSIBLE), max_size=5).map(
    lambda votes: [Vote(str(i), v.choice, v.lines) for i, v in enumerate(votes)]
)


def endings(votes: list[Vote], outstanding: int) -> set[tuple[Result, tuple[int, ...]]]:
    """Every result the votes to come, cast or not, could lead to."""
    results = set()
    for more in range(outstanding + 1):
        for extra in combinations_with_replacement(POSSIBLE, more):
            named = [Vote(f"x{i}", v.choice, v.lines) for i, v in enumerate(extra)]
            counted = count([*votes, *named], (2, 2), 2)
            results.add((counted.result, counted.lines))
    return results


@settings(max_examples=60)
@given(VOTES, st.integers(1, 2))
def test_settled_ballot_has_one_ending_whatever_comes(votes: list[Vote], outstanding: int) -> None:
    one_ending = len(endings(votes, outstanding)) == 1
    assert is_settled(votes, outstanding, (2, 2), 2) == one_ending
