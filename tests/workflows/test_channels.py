"""The payment-safety matrix: the strictest word holds, and nothing falls below the floor."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from workflows.channels import (
    ANY,
    BASE,
    CHANNELS,
    FLOOR,
    REASONS,
    STATUSES,
    UNKNOWN,
    Cell,
    Receipt,
    Verdict,
    matrix_of,
    received_in,
    region_of,
    stricter,
)
from workflows.countries import GROUP_CODES

cells = st.builds(Cell, st.sampled_from(Verdict), st.just("law_forbids"), st.integers(1, 9))
keys = st.tuples(
    st.sampled_from((ANY, *GROUP_CODES, "GE", "TR")),
    st.sampled_from(CHANNELS),
    st.sampled_from((ANY, *STATUSES)),
)
COUNTRIES = ("RU", "BY", "GE", "TR", "none", "")
RECEIPTS = [
    received_in(country, status, None)
    for country, status in product(COUNTRIES, (None, "unsure", *STATUSES))
]
receipts = st.sampled_from(RECEIPTS)


@given(st.lists(st.tuples(keys, cells), max_size=8), receipts, st.sampled_from(CHANNELS))
def test_nothing_is_laxer_than_any_word_that_speaks_of_it(
    changes: list[tuple[tuple[str, str, str], Cell]], receipt: Receipt, channel: str
) -> None:
    matrix = matrix_of(changes)
    found = matrix.judge(receipt, channel)
    for (place, way, status), cell in matrix.cells.items():
        if way == channel and place in receipt.places and status in receipt.statuses:
            assert not stricter(cell.verdict, found.verdict)
    for (place, way, _status), cell in FLOOR.items():
        if way == channel and place == receipt.region:
            assert not stricter(cell.verdict, found.verdict)


def test_no_change_allows_what_no_fund_may_allow() -> None:
    allowed = [(("russia", "bank_transfer", ANY), Cell(Verdict.ALLOWED, None, 1))]
    found = matrix_of(allowed).judge(received_in("RU", None, None), "bank_transfer")
    assert (found.verdict, found.reason) == (Verdict.FORBIDDEN, "bank_records")


def test_country_named_counts_before_the_region_of_the_case() -> None:
    told = received_in("RU", "listed", "western_europe")
    assert (told.region, told.country, told.status) == ("russia", "RU", "listed")
    assert received_in("none", None, "caucasus").region == "caucasus"
    assert received_in(None, None, None).region == "other"


def test_word_about_one_country_stays_with_it() -> None:
    words = matrix_of([(("TR", "voucher", ANY), Cell(Verdict.FORBIDDEN, "law_forbids", 3))])
    assert words.judge(received_in("TR", None, None), "voucher").version == 3
    assert words.judge(received_in("AE", None, None), "voucher").verdict is Verdict.ALLOWED
    assert words.version == 3
    assert region_of("TR") == "turkey_middle_east"


def test_every_word_against_a_way_says_why() -> None:
    for cell in BASE.values():
        assert (cell.verdict is Verdict.ALLOWED) == (cell.reason is None)
        assert cell.reason in {None, *REASONS}


def test_every_place_leaves_somebody_at_liberty_a_way() -> None:
    for group in GROUP_CODES:
        found = [matrix_of(()).judge(Receipt(group), way).verdict for way in CHANNELS]
        assert Verdict.ALLOWED in found


def test_of_the_unknown_the_strictest_word_holds_wherever_it_was_said() -> None:
    said = [(("GE", "voucher", "listed"), Cell(Verdict.FORBIDDEN, "law_forbids", 1))]
    nowhere, nobody = (Receipt(UNKNOWN, None, UNKNOWN), Receipt("caucasus", "GE", UNKNOWN))
    for receipt in (nowhere, nobody):
        assert matrix_of(said).judge(receipt, "voucher").verdict is Verdict.FORBIDDEN
    assert matrix_of(()).judge(Receipt(UNKNOWN), "bank_transfer").verdict is Verdict.FORBIDDEN
    assert matrix_of(()).judge(nobody, "bank_transfer").verdict is Verdict.DISCOURAGED
