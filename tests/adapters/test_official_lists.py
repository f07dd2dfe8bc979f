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


SDN = """99001,"FICTIVUS, Bertold","individual","MADE-UP","-0- ","-0- ","-0- ","-0- ","-0- ",\
"-0- ","-0- ","DOB 07 Mar 1958; alt. DOB 1959; POB Nowhere; a.k.a. 'THE INVENTOR'."
99002,"MADE UP TRADING, S.A.","-0- ","MADE-UP","-0- ","-0- ","-0- ","-0- ","-0- ","-0- ","-0- ",\
"-0- "
\x1a"""
ALT = """99001,1,"a.k.a.","FIKTIVOV, Bertolt","-0- "
99002,2,"f.k.a.","INVENTED GOODS, LTD","-0- "
"""
UKSL_XML = """<?xml version="1.0" encoding="utf-8"?>
<Designations><DateGenerated>10/06/2026</DateGenerated>
  <Designation><LastUpdated>09/06/2026</LastUpdated><UniqueID>XXX0001</UniqueID>
    <OFSIGroupID>99901</OFSIGroupID>
    <Names>
      <Name><Name1>Zlata</Name1><Name6>IMAGINOVA</Name6><NameType>Primary Name</NameType></Name>
      <Name><Name1>Slata</Name1><Name6>IMAGINOFF</Name6><NameType>Alias</NameType></Name>
    </Names>
    <NonLatinNames><NonLatinName><NameNonLatinScript>Злата Имажинова</NameNonLatinScript>
    </NonLatinName></NonLatinNames>
    <IndividualEntityShip>Individual</IndividualEntityShip>
    <IndividualDetails><Individual><DOBs><DOB>dd/mm/1980</DOB></DOBs></Individual>
    </IndividualDetails>
  </Designation>
</Designations>"""
UKSL_CSV = """Report Date: 10-Jun-2026,,,
Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,\
Name 5,Name type,Alias strength,Title,Name non-latin script,Regime Name,D.O.B
09/06/2026,XXX0001,99901,,IMAGINOVA,Zlata,,,,,Primary Name,,,Злата Имажинова,Made up,dd/mm/1980
09/06/2026,XXX0001,99901,,IMAGINOFF,Slata,,,,,Alias,Good,,,Made up,
"""


def test_ofac_list_is_read_from_its_two_csv_files_in_either_order() -> None:
    day = date(2026, 5, 20)
    for first, second in ((SDN, ALT), (ALT, SDN)):
        found = read(first.encode(), second.encode(), day)
        assert (found.code, found.published_on) == ("ofac", day)
        person, company = found.entries
        assert person.names == ("Bertold FICTIVUS", "THE INVENTOR", "Bertolt FIKTIVOV")
        assert (person.reference, person.years) == ("99001", (1958, 1959))
        assert company.names == ("MADE UP TRADING, S.A.", "INVENTED GOODS, LTD")


@pytest.mark.parametrize(
    ("content", "aliases", "day", "code"),
    [
        (SDN, "", date(2026, 5, 20), "no_aliases"),
        (SDN, ALT, None, "day_missing"),
        (SDN, ALT.replace("99002", "99003"), date(2026, 5, 20), "count_differs"),
        (SDN + SDN, ALT, date(2026, 5, 20), "unknown"),
        (SDN.replace('"MADE-UP",', "", 1), ALT, date(2026, 5, 20), "unknown"),
        (ALT, "", date(2026, 5, 20), "unknown"),
    ],
)
def test_half_of_ofacs_csv_is_refused(
    content: str, aliases: str, day: date | None, code: str
) -> None:
    with pytest.raises(ListRefused) as refused:
        read(content.encode(), aliases.encode(), day)
    assert refused.value.code == code


@pytest.mark.parametrize("content", [UKSL_XML, UKSL_CSV])
def test_uk_sanctions_list_is_read_in_both_formats(content: str) -> None:
    found = read(content.encode())
    assert (found.code, found.published_on) == ("uk", date(2026, 6, 10))
    (person,) = found.entries
    assert set(person.names) == {"Zlata IMAGINOVA", "Злата Имажинова", "Slata IMAGINOFF"}
    assert (person.reference, person.years) == ("XXX0001", (1980,))


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
