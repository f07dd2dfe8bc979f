"""Files of the bank: every version of camt.053, MT940, CSV; tolerant in tags, strict in sums."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fund_app.adapters.bank_files import LARGEST, Read, Upload, read
from tests.support.bank_files import DAY, IBAN, Line, camt, mt940
from workflows.bank import CsvMapping, FileRefused, Hint, Sign, minor_units

LINES = (
    Line(25_000, "Gift ABCDEFGHJK thanks", "REF1"),
    Line(-4_725, "PAYOUT", "REF2"),
    Line(-500, "Account charge", "REF3", code="CHRG"),
)
MAPPING = CsvMapping(
    booked="Buchungstag", date_format="dmy.", decimal_mark=",", sign=Sign.SIGNED,
    amount="Betrag", texts=("Zweck",),
)  # fmt: skip
CSV = "Konto;x\n\nBuchungstag;Zweck;Betrag\n29.06.2026;Gift;1.250,00\n30.06.2026;Fee;-5,00\n"


def reading(content: bytes, mapping: CsvMapping | None = None, **balances: Any) -> Read:
    return read(Upload(content, **balances), currency="EUR", mapping=mapping)


def refused(content: bytes, mapping: CsvMapping | None = None, **balances: Any) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        reading(content, mapping, **balances)
    return caught.value


@pytest.mark.parametrize("version", [f"{number:02d}" for number in range(2, 13)])
def test_camt_of_every_version_is_the_same_statement(version: str) -> None:
    found = reading(camt(LINES, opening=100, version=version))
    (statement,) = found.statements
    assert (found.form, statement.account, statement.number) == ("camt.053", IBAN, "6")
    assert (statement.opening, statement.closing, statement.closes_on) == (100, 19_875, DAY)
    assert [(each.amount, each.bank_ref, each.hint) for each in statement.lines] == [
        (25_000, "REF1", Hint.NONE),
        (-4_725, "REF2", Hint.NONE),
        (-500, "REF3", Hint.FEE),
    ]
    assert statement.lines[0].text == "Zqname Zqsender\nGift ABCDEFGHJK thanks"
    assert "Zqname" not in repr(statement)


def test_camt_with_any_prefix_or_without_namespace() -> None:
    plain = camt(LINES).replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', b"")
    assert reading(plain).statements == reading(camt(LINES)).statements


def test_camt_identification_that_names_the_account_is_no_number() -> None:
    """A statement's number is kept in clear, the account's never."""
    named = camt(LINES).replace(
        b"<Id>S-6</Id><LglSeqNb>6</LglSeqNb>", f"<Id>{IBAN}-6</Id>".encode()
    )
    assert IBAN.encode() + b"-6" in named
    assert reading(named).statements[0].number == ""


def test_camt_batch_is_split_where_its_parts_add_up() -> None:
    def batch(second: str) -> bytes:
        parts = "".join(
            f"<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>"
            f'<Amt Ccy="EUR">{amount}</Amt></TxDtls>'
            for name, amount in (("AAAABBBBCC", "100.00"), ("DDDDEEEEFF", second))
        )
        whole = camt([Line(-15_000, bank_ref="BATCH")])
        start, end = whole.index(b"<TxDtls>"), whole.index(b"</NtryDtls>")
        return whole[:start] + parts.encode() + whole[end:]

    (split,) = reading(batch("50.00")).statements
    assert [(each.amount, each.bank_ref, each.text) for each in split.lines] == [
        (-10_000, "BATCH", "AAAABBBBCC"),
        (-5_000, "BATCH#1", "DDDDEEEEFF"),
    ]
    (whole,) = reading(batch("49.99")).statements
    assert [(each.amount, each.text) for each in whole.lines] == [
        (-15_000, "AAAABBBBCC\nDDDDEEEEFF")
    ]


def test_camt_pending_entries_are_no_lines() -> None:
    pending = camt(LINES[:1], version="02", closing=0).replace(b"BOOK", b"PDNG")
    assert reading(pending).statements[0].lines == ()


def test_mt940_is_the_same_statement() -> None:
    found = reading(mt940(LINES, opening=100))
    (statement,) = found.statements
    assert (found.form, statement.account) == ("mt940", "37040044/532013000")
    assert (statement.opening, statement.closing, statement.closes_on) == (100, 19_875, DAY)
    assert [(each.amount, each.bank_ref) for each in statement.lines] == [
        (25_000, "REF1"),
        (-4_725, "REF2"),
        (-500, "REF3"),
    ]
    assert "ABCDEFGHJK" in statement.lines[0].text


def test_mt940_reversed_credit_takes_money_away() -> None:
    reversal = mt940([Line(25_000)], closing=-25_000).replace(b"0629C250", b"0629RC250")
    assert [each.amount for each in reading(reversal).statements[0].lines] == [-25_000]


def test_mt940_with_two_statements_keeps_each_balance() -> None:
    both = mt940(LINES[:1]) + mt940(LINES[1:], opening=25_000, number="7")
    found = [(each.opening, each.closing, each.number) for each in reading(both).statements]
    assert found == [(0, 25_000, "6/1"), (25_000, 19_775, "7/1")]


def test_csv_by_its_mapping() -> None:
    (statement,) = reading(CSV.encode("cp1252"), MAPPING, opening=500, closing=125_000).statements
    assert [(each.booked_on, each.amount, each.text) for each in statement.lines] == [
        (DAY, 125_000, "Gift"),
        (date(2026, 6, 30), -500, "Fee"),
    ]


def test_csv_with_two_columns_and_a_running_balance_newest_first() -> None:
    mapping = CsvMapping(
        booked="Date", date_format="ymd-", decimal_mark=".", sign=Sign.TWO_COLUMNS,
        credit="In", debit="Out", balance="Balance", delimiter=",", newest_first=True,
    )  # fmt: skip
    rows = 'Date,In,Out,Balance\n2026-06-30,,5.00,"1,345.00"\n2026-06-29,"1,250.00",,"1,350.00"\n'
    (statement,) = reading(rows.encode(), mapping).statements
    assert (statement.opening, statement.closing, statement.total) == (10_000, 134_500, 124_500)
    wrong = refused(rows.replace('"1,345.00"', '"1,345.01"').encode(), mapping)
    assert (wrong.code, wrong.facts["difference"], wrong.facts["line"]) == ("sum_differs", 1, 2)


def test_csv_with_a_word_for_money_out() -> None:
    mapping = CsvMapping(
        booked="D", date_format="ymd-", decimal_mark=".", sign=Sign.WORD, amount="A",
        indicator="S", debit_word="debit",
    )  # fmt: skip
    rows = b"D;A;S\n2026-06-29;5.00;Debit\n2026-06-29;7.00;credit\n"
    (statement,) = reading(rows, mapping, opening=0, closing=200).statements
    assert [each.amount for each in statement.lines] == [-500, 700]


def test_file_that_does_not_add_up_is_refused_with_the_difference() -> None:
    """The sample of MONEY.md 4: opening 15568.27, entries -12.99, closing 15121.12."""
    lines = [Line(-1_299)]
    for content in (
        camt(lines, opening=1_556_827, closing=1_512_112),
        mt940(lines, opening=1_556_827, closing=1_512_112),
    ):
        wrong = refused(content)
        assert (wrong.code, wrong.facts["difference"]) == ("sum_differs", -43_416)
    wrong = refused(CSV.encode(), MAPPING, opening=0, closing=124_501)
    assert (wrong.code, wrong.facts["difference"]) == ("sum_differs", 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_mapping"),
        (b"%PDF-1.7 \0\0", "not_a_statement"),
        (b"<html></html>", "not_a_statement"),
        (b"<Document><Stmt>", "not_a_statement"),
        (b'<!DOCTYPE d [<!ENTITY e "x">]><Document>&e;</Document>', "entities"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>', "entities"),
        (camt([Line(0)]), "zero_amount"),
        (mt940([Line(0)]), "zero_amount"),
        (camt([Line(100)]).replace(b">1.00<", b">1.0x<"), "garbled_amount"),
        (camt([Line(100)]).replace(b">1.00<", b">1.005<"), "garbled_amount"),
        (camt([Line(100)]).replace(b">1.00<", b">NaN<"), "garbled_amount"),
        (camt([Line(100)]).replace(b">1.00<", b">1e2<"), "garbled_amount"),
        (camt([Line(100)]).replace(b">1.00<", b">-1.00<"), "garbled_amount"),
        (camt([Line(100)]).replace(b"<CdtDbtInd>CRDT", b"<CdtDbtInd>X"), "garbled_amount"),
        (camt([Line(100)]).replace(b"2026-06-29", b"2026-06-31"), "garbled_day"),
        (camt([Line(100)]).replace(b"CLBD", b"XXXX"), "no_balance"),
        (camt([Line(100)], currency="XTS"), "other_currency"),
        (mt940([Line(100)]).replace(b"C1,00N", b"C1.x0N"), "garbled_amount"),
        (mt940([Line(100)]).replace(b":62F:", b":64:"), "no_balance"),
        (camt([Line(100)]).replace(b">1.00<", b">" + b"1" * 5_000 + b".00<"), "garbled_amount"),
        (b"x" * (LARGEST + 1), "too_large"),
    ],
)
def test_file_is_refused_before_anything_happens(content: bytes, code: str) -> None:
    assert refused(content).code == code


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("Buchungstag;Zweck\n29.06.2026;x\n", "columns_missing"),
        ("Buchungstag;Zweck;Betrag\n29.06.2026;x;0,00\n", "zero_amount"),
        ("Buchungstag;Zweck;Betrag\n29.06.2026;x;1.25,00\n", "garbled_amount"),
        ("Buchungstag;Zweck;Betrag\n29.06.2026;x;\n", "garbled_amount"),
        ("Buchungstag;Zweck;Betrag\n06/29/2026;x;1,00\n", "garbled_day"),
        ("Buchungstag;Zweck;Betrag\n29.06.2026;x\n", "columns_missing"),
        ("Buchungstag;Zweck;Betrag\n", "not_a_statement"),
        (f"Buchungstag;Zweck;Betrag\n29.06.2026;{'x' * 200_000};1,00\n", "not_a_statement"),
        (f"Buchungstag;Zweck;Betrag\n29.06.2026;x;{'1' * 5_000},00\n", "garbled_amount"),
    ],
)
def test_csv_that_does_not_fit_its_mapping_is_refused(rows: str, code: str) -> None:
    assert refused(rows.encode(), MAPPING, opening=0, closing=100).code == code


def test_csv_with_the_line_ends_of_old_computers_is_the_same() -> None:
    old = CSV.replace("\n", "\r").encode()
    wanted = reading(CSV.encode(), MAPPING, opening=0, closing=124_500)
    assert reading(old, MAPPING, opening=0, closing=124_500) == wanted


def test_mt940_that_cannot_be_read_leaves_no_word_in_a_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library would quote the field: the reference, the words, the name of who gave."""
    caplog.set_level(0)
    content = mt940([Line(25_000, "Zqwords of a giver", "ZQREF")])
    assert "Zqwords" in reading(content).statements[0].lines[0].text
    garbled = content.replace(b":61:", b":61:x").replace(b"\n:86:", b"\n86:")
    assert refused(garbled).code == "not_a_statement"
    heard = caplog.text + "".join(capsys.readouterr())
    assert "Zq" not in heard
    assert "ZQ" not in heard


def test_csv_without_its_balances_is_refused() -> None:
    assert refused(CSV.encode(), MAPPING).code == "no_balance"


@given(
    amount=some.integers(-(10**14), 10**14),
    exponent=some.sampled_from([("JPY", 0), ("EUR", 2), ("KWD", 3)]),
    mark=some.sampled_from([",", "."]),
)
def test_amount_written_in_any_style_is_read_exactly(
    amount: int, exponent: tuple[str, int], mark: str
) -> None:
    currency, digits = exponent
    whole, part = divmod(abs(amount), 10**digits)
    grouped = f"{whole:,}".replace(",", "." if mark == "," else ",")
    written = grouped + (f"{mark}{part:0{digits}d}" if digits else "")
    assert minor_units(("-" if amount < 0 else "") + written, currency, mark) == amount
