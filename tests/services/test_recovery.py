"""The recovery key: three shares of five give a colleague back what they ought to hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from fund_app import cli
from fund_app.extensions import db
from fund_app.models.events import HOUSE, Event
from fund_app.models.sealed import Compartment
from fund_app.services import holdings, people, recovery, recovery_use, vault
from fund_app.services.recovery import OperatorsRefused, SharesRefused
from fund_app.services.vault import keystore
from tests.support.house import House
from workflows.roles import SYSTEM, Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
TWO = ("board", "security")


def recovery_wraps(case_id: str) -> set[Compartment]:
    (holder,) = keystore().holder_ids(recovery.KIND)
    return {wrap.compartment for wrap in keystore().wraps_for(holder, [case_id])}


def desk_gone(house: House) -> str:
    """Part from everybody who could read a case, and take somebody new on; return their id."""
    for handle in ("anna", "boris"):
        people.disable(SYSTEM, handle)
    while vault.renew_due():
        pass
    return house.add("eve", Role.COORDINATOR).ref


def test_three_shares_open_what_nobody_could_open_any_more(house: House) -> None:
    shares = recovery.split(TWO)
    recovery.decide(wanted=True, resolution="A-20")
    _, case_id = house.accepted(LINES)
    assert recovery_wraps(case_id) == set(Compartment)
    eve = desk_gone(house)
    with pytest.raises(SharesRefused):
        recovery_use.combine(shares[:2], [case_id], "eve", TWO)
    typed = [shares[4].upper(), f"  {shares[0]}", shares[2].replace(" ", "  ")]
    assert recovery_use.combine(typed, [case_id], "eve", TWO) == 5
    ring = vault.ring_for(eve, house["eve"].ring._private_key)  # noqa: SLF001
    opened = {part for part in Compartment if ring.opens(case_id, part)}
    assert opened == set(Compartment) - {Compartment.PAYOUT, Compartment.IDENTITY}
    assert [key.version for key in ring.versions(case_id, Compartment.NARRATIVE)] == [1, 2]
    db.session.rollback()
    assert [lack for lack in holdings.lacking(db.session()) if lack.person_id == eve] == []
    events = select(Event.action, Event.actor_ref, Event.reason_code).where(Event.chain == HOUSE)
    assert [tuple(row) for row in db.session.execute(events.order_by(Event.step))][-2:] == [
        ("recovery_used", house["board"].ref, house["security"].ref),
        ("recovery_opened_case", house["board"].ref, case_id),
    ]  # fmt: skip


def test_cases_go_to_the_recovery_key_only_by_decision(house: House) -> None:
    with pytest.raises(LookupError):
        recovery.decide(wanted=True, resolution="A-20")
    recovery.split(TWO)
    _, before = house.submitted()
    recovery.decide(wanted=True, resolution="A-20")
    _, during = house.submitted()
    recovery.decide(wanted=False, resolution="A-21")
    _, after = house.submitted()
    assert [recovery_wraps(case_id) for case_id in (before, during, after)] == [
        set(), set(Compartment) - {Compartment.REVIEW}, set(),
    ]  # fmt: skip


def test_shares_of_another_ceremony_are_refused(house: House) -> None:
    first, second = recovery.split(TWO), recovery.split(TWO)
    for shares in ([*first[:2], second[0]], ["one two three"] * 3, [], [first[0]] * 3):
        with pytest.raises(SharesRefused):
            recovery.ring_of(shares)
    assert recovery.ring_of(first[:3]).holder_id != recovery.ring_of(second[2:]).holder_id


@pytest.mark.parametrize("operators", [("board",), ("board", "board"), ("board", "nobody"), ()])
def test_ceremony_takes_two_people(house: House, operators: tuple[str, ...]) -> None:
    with pytest.raises(OperatorsRefused):
        recovery.split(operators)
    assert keystore().holder_ids(recovery.KIND) == []
    shares = recovery.split(TWO)
    with pytest.raises(OperatorsRefused):
        recovery_use.combine(shares[:3], [], "anna", operators)


def test_private_half_is_kept_nowhere(house: House) -> None:
    recovery.split(TWO)
    (holder_id,) = keystore().holder_ids(recovery.KIND)
    holder = keystore().holder(holder_id)
    assert holder is not None
    assert (holder.private_sealed, holder.lookup) == (None, None)


def fund(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli.main, ["recovery", *words], input=typed)


def test_ceremony_at_the_terminal(
    house: House, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)
    both = ("--operator", "board", "--operator", "security")
    assert "Two different people" in fund("split", "--operator", "board").output
    assert "no recovery key yet" in fund("on", "--resolution", "A-20").output
    out = tmp_path / "media"
    assert fund("split", *both, "--out", str(out)).exit_code == 0
    files = sorted(out.iterdir())
    assert [file.name for file in files] == [f"share-{number}.txt" for number in range(1, 6)]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert "is not empty" in fund("split", *both, "--out", str(out)).output
    assert fund("on", "--resolution", "A-20").exit_code == 0
    _, case_id = house.submitted()
    designation = house.case(case_id).designation
    desk_gone(house)
    given = [word for file in files[:2] for word in ("--share", str(file))]
    two = fund("combine", designation, "--to", "eve", *both, *given)
    assert (two.exit_code, "three different ones" in two.output) == (1, True)
    three = fund("combine", designation, "--to", "eve", *both, *given, "--share", str(files[4]))
    assert three.output == "3 compartments are shared with eve.\n"
    lines = "\n".join(file.read_text().splitlines()[-1] for file in files[1:4])
    again = fund("combine", designation, "--to", "eve", *both, "--json", typed=f"{lines}\n")
    assert again.output == '{"shared": 0, "to": "eve"}\n'
    assert (
        "There is no case Nowhere."
        in fund("combine", "Nowhere", "--to", "eve", *both, typed=f"{lines}\n").output
    )
    assert fund("off", "--resolution", "A-21").exit_code == 0


def test_printed_shares_stand_on_pages_of_their_own(
    house: House, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "application", lambda: app)
    printed = fund("split", "--operator", "board", "--operator", "security").stdout
    pages = printed.rstrip("\n").split("\f")
    assert [len(page.splitlines()[-1].split()) for page in pages] == [33] * 5
