from __future__ import annotations

import pytest
from flask import Flask

from fund_app.services import one_time_codes

RFC_6238 = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
"""Appendix B, SHA-1, the last six of eight digits."""


@pytest.mark.parametrize(("moment", "code"), RFC_6238)
def test_code_is_the_one_every_app_shows(moment: int, code: str) -> None:
    assert one_time_codes.code_at(b"12345678901234567890", moment // 30) == code


def test_seed_is_written_as_apps_take_it() -> None:
    seed = b"12345678901234567890"
    assert one_time_codes.written(seed) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_seed_is_another_one_for_each_person_and_browser(app: Flask) -> None:
    with app.app_context():
        offered = {
            one_time_codes.seed_for(person, browser)
            for person in ("anna", "boris")
            for browser in ("here", "there")
        }
    assert {len(seed) for seed in offered} == {20}
    assert len(offered) == 4
