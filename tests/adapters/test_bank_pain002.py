"""Reading a bank's status report: numbers and codes, whatever else stands in it."""

from __future__ import annotations

import pytest

from fund_app.adapters import bank_pain002
from fund_app.adapters.bank_files import LARGEST
from tests.support.bank_reports import IBAN, NAME, report
from workflows.status_reports import LineStatus, ReportRefused, StatusReport


@pytest.mark.parametrize("version", ["03", "10"])
def test_report_is_read_for_its_numbers_and_codes_alone(version: str) -> None:
    told = {"REF1": ("RJCT", "AC04"), "REF2": ("ACSP", "")}
    found = bank_pain002.read(report("FILE1", told, group="PART", version=version))
    lines = (LineStatus("REF1", "RJCT", "AC04"), LineStatus("REF2", "ACSP", "MS03"))
    assert found == StatusReport("FILE1", "PART", lines)
    assert NAME not in repr(found)
    assert IBAN not in repr(found)
    bare = report("FILE1", group="ACCP").replace(b' xmlns="urn', b' data-was="urn')
    assert bank_pain002.read(bare) == StatusReport("FILE1", "ACCP")


def test_status_of_the_part_is_more_exact_than_that_of_the_file() -> None:
    assert bank_pain002.read(report("FILE1", group="ACTC", part="RJCT")).status == "RJCT"


PART_ENDS = b"</OrgnlPmtInfAndSts>"
REFUSED_PART = (
    b"<OrgnlPmtInfAndSts><OrgnlPmtInfId>F</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>" + PART_ENDS
)
REFUSED = (
    (b"<html/>", "not_a_report"),
    (b"no file", "not_a_report"),
    (b"<" + b" " * LARGEST, "too_large"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]>' + report("F")[38:], "entities"),
    (report("F", group="GOOD"), "unknown_status"),
    (report("F", {"R": ("ACSP", "")}, group="RJCT"), "contradicts_itself"),
    (report("F", group="RJCT", part="ACCP"), "contradicts_itself"),
    (report("F", group="ACCP", part="RJCT"), "contradicts_itself"),
    (report("F", part="ACSP").replace(PART_ENDS, PART_ENDS + REFUSED_PART), "contradicts_itself"),
    (report("F", part="ACCP").replace(b"<OrgnlPmtInfId>F", b"<OrgnlPmtInfId>G"), "unknown_file"),
)


@pytest.mark.parametrize(("content", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_what_is_no_sound_report_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        bank_pain002.read(content)
    assert refused.value.code == code
