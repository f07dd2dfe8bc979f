"""Official lists as files: the four formats as they are, and what is refused before it is read."""

from __future__ import annotations

from datetime import date

import pytest

from fund_app.adapters.official_lists import ListRefused, read
from fund_app.services import demo_lists

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE export [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<export generationDate="2026-05-01"><sanctionEntity logicalId="1">
<nameAlias wholeName="&b;"/></sanctionEntity></export>"""
ELSEWHERE = b"""<?xml version="1.0"?>
<!DOCTYPE export SYSTEM "http://127.0.0.1:9/list.dtd">
<export generationDate="2026-05-01"><sanctionEntity logicalId="1">
<nameAlias wholeName="Somebody Made Up"/></sanctionEntity></export>"""
FILE = b"""<?xml version="1.0"?>
<!DOCTYPE export [<!ENTITY file SYSTEM "file:///etc/passwd">]>
<export generationDate="2026-05-01"><sanctionEntity logicalId="1">
<nameAlias wholeName="&file;"/></sanctionEntity></export>"""


def test_eu_list_is_read() -> None:
    found = read(demo_lists.eu("2026-05-01"))
    assert (found.code, found.published_on, found.version) == ("eu", date(2026, 5, 1), "990001")
    person, company = found.entries
    assert person.reference == "EU.90001.1"
    assert person.names == ("Arkadi Morozko-Test", "Аркадий Морозко-Тест")
    assert person.years == (1961,)
    assert company.names == ("Vydumka Trading House LLC",)
    assert (len(found.entries), found.names, found.unnamed) == (2, 3, 0)


def test_un_list_is_read() -> None:
    found = read(demo_lists.UN.encode())
    assert (found.code, found.published_on) == ("un", date(2026, 5, 4))
    person, society = found.entries
    assert person.names == ("KASIMIR VON ERFUNDEN", "Kazimir Erfundow")
    assert (person.reference, person.years) == ("XXi.001", (1970,))
    assert society.names == ("INVENTED RELIEF SOCIETY", "IRS Made Up")


def test_ofac_list_is_read() -> None:
    found = read(demo_lists.OFAC.encode())
    assert (found.code, found.published_on) == ("ofac", date(2026, 5, 20))
    assert found.entries[0].names == ("Bertold FICTIVUS", "Bertolt FIKTIVOV")
    assert found.entries[0].years == (1958,)


def test_uk_list_is_read_and_its_aliases_are_one_entry() -> None:
    found = read(demo_lists.UK.encode())
    assert (found.code, found.published_on) == ("uk", date(2026, 6, 2))
    person, company = found.entries
    assert person.names == ("Zlata IMAGINOVA", "Злата Имажинова", "Slata IMAGINOFF")
    assert (person.reference, person.years) == ("99901", (1980,))
    assert company.names == ("NOTHING AND NOWHERE LTD",)


@pytest.mark.parametrize("content", [BOMB, ELSEWHERE, FILE])
def test_hostile_xml_is_refused(content: bytes) -> None:
    with pytest.raises(ListRefused) as refused:
        read(content)
    assert refused.value.code == "hostile"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<export", "not_readable"),
        (b"<feed><entry/></feed>", "unknown"),
        (b"name,amount\nsomebody,1\n", "unknown"),
        (b"\xff\xfe\x00", "not_readable"),
        (b"", "unknown"),
        (b'<export generationDate="soon"><sanctionEntity/></export>', "no_day"),
        (b'<export generationDate="2026-05-01"><sanctionEntity/></export>', "no_entries"),
        (demo_lists.OFAC.replace("<Record_Count>1", "<Record_Count>2").encode(), "count_differs"),
        (demo_lists.UK.replace("Group ID", "Group").encode(), "unknown"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(ListRefused) as refused:
        read(content)
    assert refused.value.code == code
    assert "somebody" not in str(refused.value)


def test_entries_without_a_name_are_counted_and_left_out() -> None:
    content = demo_lists.eu("2026-05-01").replace(b"</export>", b"<sanctionEntity/></export>")
    found = read(content)
    assert (len(found.entries), found.unnamed) == (2, 1)
