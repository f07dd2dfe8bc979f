"""Settings read from the environment: what is wrong stops the start with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from config import ConfigurationError, Settings


def read(folder: Path, **more: str) -> Settings:
    secret = folder / "secret"
    secret.write_bytes(bytes(range(64)))
    secret.chmod(0o600)
    return config.from_environment({"FUND_ENV": "development", "FUND_HOME": str(folder), **more})


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (None, ("RU", "BY")),
        ("RU,BY,KZ", ("RU", "BY", "KZ")),
        (" ru , by,,RU ", ("RU", "BY")),
        ("", ()),
    ],
)
def test_refused_card_countries_are_a_list_of_codes(
    tmp_path: Path, text: str | None, codes: tuple[str, ...]
) -> None:
    given = {} if text is None else {"FUND_REFUSED_CARD_COUNTRIES": text}
    assert read(tmp_path, **given).refused_card_countries == codes


@pytest.mark.parametrize("text", ["Russia", "RU;BY", "R1", "РУ"])
def test_list_that_is_none_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="FUND_REFUSED_CARD_COUNTRIES"):
        read(tmp_path, FUND_REFUSED_CARD_COUNTRIES=text)


def test_rule_to_set_at_stripe_names_the_countries_of_the_setting(tmp_path: Path) -> None:
    text = (config.ROOT / "docs" / "operations.md").read_text("utf-8")
    codes = ", ".join(f"'{code}'" for code in read(tmp_path).refused_card_countries)
    assert f"Block if :card_country: in ({codes})" in text
