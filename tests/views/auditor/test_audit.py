"""The auditor's pages: the chain, the house, a case without its words."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from fund_app.services import people
from fund_app.services.unit import unit_of_work
from tests.support.client import FundClient
from tests.support.house import House
from tests.support.staff import Enter
from workflows.roles import SYSTEM, Role

LINES = (("legal", 100_000),)


@pytest.fixture
def auditor(house: House, enter: Enter) -> FundClient:
    house.add("olga", Role.AUDITOR)
    return enter("olga")


def test_whole_trail_is_called_whole(house: House, auditor: FundClient) -> None:
    house.approved(LINES)
    assert "The trail is whole" in auditor.page("/audit/verify").headings


def test_first_changed_event_of_a_chain_is_named(house: House, auditor: FundClient) -> None:
    _, case_id = house.approved(LINES)
    with unit_of_work() as session:
        session.execute(text("DROP TRIGGER event_is_not_changed"))
        session.execute(
            text("UPDATE event SET actor_role = 'auditor' WHERE subject_id = :id AND step = 3"),
            {"id": case_id},
        )
    page = auditor.page("/audit/verify")
    assert "The trail is broken" in page.headings
    assert f"Case {house.case(case_id).designation} 3 June 30, 2026 Its content is not" in page.text


def test_case_shows_how_it_was_decided_and_no_word_of_it(house: House, auditor: FundClient) -> None:
    _, case_id = house.approved(LINES)
    designation = house.case(case_id).designation
    listed = auditor.page(f"/audit?q={designation[:4].lower()}")
    page = auditor.page(listed.links[designation])
    assert "3 for, 0 against, 0 abstained" in page.text
    assert "v2" in page.text
    assert "Reviewer" in page.text
    assert "They came at six" not in page.text
    assert "A person needs help" not in page.text
    assert "Needed." not in page.text


def test_open_vote_is_not_counted(house: House, auditor: FundClient) -> None:
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    page = auditor.page(f"/audit/cases/{case_id}")
    assert "not open to anybody yet" in page.text


def test_draft_and_unknown_cases_are_not_found(house: House, auditor: FundClient) -> None:
    draft = house.case_of(house.draft())
    auditor.page(f"/audit/cases/{draft}", status=404)
    auditor.page(f"/audit/cases/{'0' * 32}", status=404)


def test_house_tells_to_whom_a_role_was_given(house: House, auditor: FundClient) -> None:
    people.grant(SYSTEM, "fin1", Role.TREASURER)
    page = auditor.page("/audit/house")
    assert "A role was given fin1 – Treasurer The software" in page.text
    assert house.staff


@pytest.mark.parametrize("path", ["/audit", "/audit/verify", "/audit/house"])
@pytest.mark.parametrize("handle", ["treasurer", "board", "anna"])
def test_trail_is_the_auditors(house: House, enter: Enter, handle: str, path: str) -> None:
    assert house.staff
    enter(handle).page(path, status=404)
