from __future__ import annotations

import pytest

from fund_app.services.well_known import is_well_known


@pytest.mark.parametrize(
    "passphrase",
    [
        "correct horse battery staple",
        "Correct-Horse-Battery-Staple!",
        "qwertyuiopasdfgh",
        "ЙЦУКЕН гшщзх ъфыва",
        "Пролетарии всех стран, соединяйтесь!",
        "xxxxxxxxxxxxxxxxxxx",
        "abababababababababab",
        "walk walk walk walk",
        "Solidarity Fund 2026",
        "Solidaritätsfonds!!",
        "Фонд солидарности 2026",
        "password123456789",
        "treasurer-passphrase-1",
    ],
)
def test_passphrase_others_would_try_is_known(passphrase: str) -> None:
    assert is_well_known(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "a long walk by the river",
        "seven brown kettles under snow",
        "829105738261907",
        "😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰",
        "четыре лодки у причала",
        "no password in this garden of pears",
        "Größe zählt hier doch",
    ],
)
def test_passphrase_of_ones_own_is_not(passphrase: str) -> None:
    assert not is_well_known(passphrase)
