"""Sharing keys again, in the browsers of two colleagues."""

from __future__ import annotations

import re

import pytest

from fund_app.models.donations import Method
from fund_app.models.sealed import Compartment
from fund_app.services import codenames, donations, people, receipts, vault
from fund_app.services.receipts import Details
from tests.support.house import House
from tests.support.pages import Page
from tests.support.staff import Enter
from workflows.roles import SYSTEM, Actor, Role


def test_two_colleagues_share_with_a_newcomer(house: House, enter: Enter) -> None:
    _, case_id = house.submitted()
    designation = house.case(case_id).designation
    eve = house.add("eve", Role.COORDINATOR)
    anna, boris = enter("anna"), enter("boris")
    assert "Eve 1 3 nobody has proposed it yet" in anna.page("/staff/keys").text
    path = f"/staff/keys/{eve.ref}"
    page = anna.page(path)
    expected = f"{designation} what happened, documents, messages –"
    assert expected in page.text
    assert anna.submit(page, to="propose").status_code == 303
    waiting = anna.page(path)
    assert [form.action for form in waiting.forms if "confirm" in form.action] == []
    token = waiting.form("take-back").values["csrf_token"]
    refused = anna.post(f"{path}/confirm", data={"csrf_token": token})
    assert refused.status_code == 409
    assert "You have proposed this yourself." in Page(refused).text
    assert boris.submit(boris.page(path), to="confirm").status_code == 303
    text = boris.page(path).text
    assert "3 compartments are shared." in text
    assert "This person holds every key of their role." in text
    assert eve.ref in vault.holders_of(case_id, Compartment.NARRATIVE)
    assert "Everybody holds every key of their role." in anna.page("/staff/keys").text


def test_treasurer_who_joins_later_gets_what_donors_asked_for(house: House, enter: Enter) -> None:
    for year in (2025, 2026):
        made = codenames.donors().create("en")
        wish = donations.Wish("EMG", 5_000, Method.CARD)
        donations.begin(wish, language="en", request_id=str(year), holder_id=made.holder_id)
        donor = Actor(made.holder_id, frozenset({Role.DONOR}))
        receipts.ask(donor, Details("Ada Zqname", "Zqstreet 7"), year=year, country="DE")
    late = house.add("late", Role.TREASURER)
    path = f"/staff/keys/{late.ref}"
    fin1, fin2, newcomer = enter("fin1"), enter("fin2"), enter("late")
    treasury = newcomer.page("/treasury/receipts")
    (one, *_others) = [
        url for url in treasury.links.values() if re.search(r"/receipts/\w{32}$", url)
    ]
    refused = newcomer.submit(newcomer.page(one), to=one)
    assert "Two colleagues can share it with you, under Keys." in Page(refused).text
    page = fin1.page(path)
    assert "Tax receipts asked for 2 names and addresses –" in page.text
    assert fin1.submit(page, to="propose").status_code == 303
    assert fin2.submit(fin2.page(path), to="confirm").status_code == 303
    assert "This person holds every key of their role." in fin2.page(path).text
    assert "Ada Zqname" in Page(newcomer.submit(newcomer.page(one), to=one)).text


def test_what_somebody_left_behind_is_listed(house: House, enter: Enter) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, (("legal", 100_000),), lead="boris")
    designation = house.case(case_id).designation
    seated = house.ballot_of(case_id).seats[0].reviewer.handle
    people.disable(SYSTEM, "boris")
    people.disable(SYSTEM, seated)
    text = enter("anna").page("/staff/keys").text
    assert f"{designation} Boris leads the case Hand the case to a colleague." in text
    assert f"{designation} {seated.title()} sits on the panel" in text


def test_keys_nobody_can_share_are_said_openly(house: House, enter: Enter) -> None:
    house.submitted()
    people.disable(SYSTEM, "anna")
    people.disable(SYSTEM, "boris")
    eve = house.add("eve", Role.COORDINATOR)
    fin1 = enter("fin1")
    assert "3 nobody can share" in fin1.page("/staff/keys").text
    page = fin1.page(f"/staff/keys/{eve.ref}")
    assert "No colleague holds these keys any more." in page.text
    assert [form.action for form in page.forms if "propose" in form.action] == []
    assert "nobody has proposed it yet" not in fin1.page("/staff/keys").text


@pytest.mark.parametrize("handle", ["r1", "board", "security"])
def test_pages_of_keys_are_for_those_who_hold_them(house: House, enter: Enter, handle: str) -> None:
    client = enter(handle)
    client.page("/staff/keys", status=404)
    client.page(f"/staff/keys/{house['anna'].ref}", status=404)


def test_unknown_and_parted_people_are_not_found(house: House, enter: Enter) -> None:
    anna = enter("anna")
    people.disable(SYSTEM, "r3")
    for person_id in ("0" * 32, house["r3"].ref):
        anna.page(f"/staff/keys/{person_id}", status=404)
