"""The pages of people: a change takes two browsers, and a key begins with two halves of a word."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from fund_app.queries import people as known
from fund_app.services import people
from tests.support.client import FundClient
from tests.support.house import PASSPHRASE, House
from tests.support.pages import Page
from tests.support.staff import Enter
from workflows.roles import SYSTEM, Role

OWN_WORDS = "nobody else has ever read this"
ETA = {
    "display_name": "Eta Lang", "handle": "Eta", "roles": ["coordinator"], "language": "de",
}  # fmt: skip


@pytest.fixture
def admin(house: House, enter: Enter) -> FundClient:
    house.add("sam", Role.ADMINISTRATOR)
    return enter("sam")


@pytest.fixture
def board(house: House, enter: Enter) -> FundClient:
    return enter("board")


def half(response: Any) -> str:
    page = Page(response)
    assert response.status_code == 200, page.text
    (words,) = page.find_all("p", class_="keepsake__words")
    return " ".join("".join(words.itertext()).split())


def begin(app: Flask, handle: str, first: str, second: str, **changes: str) -> Any:
    client = FundClient(app, response_wrapper=app.response_class)
    sent = {
        "handle": handle, "first_half": first, "second_half": second,
        "passphrase": OWN_WORDS, "again": OWN_WORDS, **changes,
    }  # fmt: skip
    return client.submit(client.page("/staff/begin"), sent, to="begin")


def test_somebody_is_taken_on_by_two_and_begins(
    app: Flask, house: House, admin: FundClient, board: FundClient
) -> None:
    first = half(admin.submit(admin.page("/admin/people/new"), ETA, to="new"))
    page = admin.page("/admin")
    assert "Eta Lang Take on: Coordinator Sam, June 30, 2026" in page.text
    assert not [form for form in page.forms if form.action.endswith("confirm")]
    second = half(board.submit(board.page("/admin"), to="confirm"))
    assert "has to set a passphrase" in admin.page("/admin?q=eta").text
    assert begin(app, "eta", first, first).status_code == 422
    assert begin(app, "eta", first, second, again="another").status_code == 422
    short = begin(app, "eta", first, second, passphrase="short", again="short")
    assert "A passphrase has 15 to 128 characters." in Page(short).text
    answer = begin(app, "ETA", second, first)
    assert (answer.status_code, answer.location) == (303, "/staff/enrol/passkey")
    client = FundClient(app, response_wrapper=app.response_class)
    sent = {"handle": "eta", "passphrase": OWN_WORDS}
    assert client.submit(client.page("/staff/"), sent, to="/staff/").status_code == 303
    assert begin(app, "eta", first, second).status_code == 422


def test_wrong_words_and_unknown_name_read_the_same(
    app: Flask, house: House, admin: FundClient, board: FundClient
) -> None:
    first = half(admin.submit(admin.page("/admin/people/new"), ETA, to="new"))
    half(board.submit(board.page("/admin"), to="confirm"))
    texts = {
        Page(begin(app, handle, first, "four other random words")).text
        for handle in ("eta", "nobody", "anna")
    }
    assert len(texts) == 1
    assert "do not fit together" in texts.pop()


def test_form_keeps_what_was_typed(house: House, admin: FundClient) -> None:
    answer = admin.submit(admin.page("/admin/people/new"), {**ETA, "roles": None}, to="new")
    assert answer.status_code == 422
    page = Page(answer)
    assert page.form("new").values["display_name"] == ["Eta Lang"]
    assert "Please choose at least one role." in page.text
    taken = admin.submit(admin.page("/admin/people/new"), {**ETA, "handle": "anna"}, to="new")
    assert taken.status_code == 409
    assert "Somebody signs in by this name already." in Page(taken).text


def test_role_change_takes_two_browsers_of_two_people(
    house: House, admin: FundClient, board: FundClient, enter: Enter
) -> None:
    anna = f"/admin/people/{house['anna'].ref}"
    sent = {"grant-role": "auditor", "grant-resolution": "A-12"}
    assert admin.submit(admin.page(anna), sent, to="grant").status_code == 303
    confirm = [form.action for form in board.page(anna).forms if form.action.endswith("confirm")]
    again = enter("sam")
    token = again.page(anna).form("take-back").values["csrf_token"]
    refused = again.post(confirm[0], data={"csrf_token": token})
    assert refused.status_code == 409
    assert "You have proposed this yourself." in Page(refused).text
    assert board.submit(board.page(anna), to="confirm").status_code == 303
    assert "Auditor A-12" in admin.page(anna).text
    person = known.by_handle("anna")
    assert person is not None
    assert person.roles == {Role.COORDINATOR, Role.AUDITOR}
    stale = board.post(confirm[0], data={"csrf_token": token_of(board)})
    assert stale.status_code == 409


def token_of(client: FundClient) -> str:
    (token,) = client.page("/admin/people/new").form("new").values["csrf_token"]
    return token


def test_role_is_taken_away_and_proposals_are_withdrawn(
    house: House, admin: FundClient, board: FundClient
) -> None:
    fin1 = f"/admin/people/{house['fin1'].ref}"
    sent = {"withdraw-role": "finance_officer"}
    assert admin.submit(admin.page(fin1), sent, to="withdraw").status_code == 303
    assert board.submit(board.page("/admin"), to="take-back").status_code == 303
    assert admin.submit(admin.page(fin1), sent, to="withdraw").status_code == 303
    assert board.submit(board.page("/admin"), to="confirm").status_code == 303
    person = known.by_id(house["fin1"].ref)
    assert person is not None
    assert person.roles == frozenset()


def test_nobody_proposes_for_themselves(house: House, admin: FundClient) -> None:
    mine = f"/admin/people/{house['sam'].ref}"
    assert "This is you." in admin.page(mine).text
    for what, sent in (("reset", {}), ("grant", {"grant-role": "coordinator"})):
        answer = admin.post(f"{mine}/{what}", data={"csrf_token": token_of(admin), **sent})
        assert answer.status_code == 409
        assert "This is about yourself" in Page(answer).text


def test_access_ends_in_the_middle_of_a_session(
    house: House, admin: FundClient, enter: Enter
) -> None:
    house.submitted()
    boris = enter("boris")
    boris.page("/coordinator/applications")
    cookie = boris.get_cookie("__Host-s", domain="fund.test")
    assert cookie is not None
    path = f"/admin/people/{house['boris'].ref}"
    answer = admin.submit(admin.page(path), to="end-access")
    assert (answer.status_code, answer.location) == (303, path)
    for replayed in (boris, FundClient(house.app, response_wrapper=house.app.response_class)):
        replayed.set_cookie(
            "__Host-s", cookie.value, domain="fund.test", secure=True, httponly=True
        )
        away = replayed.get("/coordinator/applications")
        assert away.status_code == 302
        assert away.location.startswith("/staff/")
    fresh = FundClient(house.app, response_wrapper=house.app.response_class)
    sent = {"handle": "boris", "passphrase": PASSPHRASE}
    assert fresh.submit(fresh.page("/staff/"), sent, to="/staff/").status_code == 422
    assert "ended on June 30, 2026" in admin.page(path).text


def test_fourth_access_in_a_day_takes_another_signer_and_all_see_it(
    house: House, admin: FundClient, board: FundClient, enter: Enter
) -> None:
    for handle in ("r1", "r2", "r3"):
        path = f"/admin/people/{house[handle].ref}"
        assert admin.submit(admin.page(path), to="end-access").status_code == 303
    path = f"/admin/people/{house['boris'].ref}"
    refused = admin.submit(admin.page(path), to="end-access")
    assert refused.status_code == 409
    assert "You have ended several accesses within a day." in Page(refused).text
    assert "has access" in admin.page(path).text
    assert board.submit(board.page(path), to="end-access").status_code == 303
    for page in (board.page("/admin"), enter("security").page("/security/watch")):
        assert "Who By When Boris Board 30 Jun 2026" in page.text
        assert "R1 Sam 30 Jun 2026" in page.text


def test_last_holder_is_named_before_access_ends(house: House, admin: FundClient) -> None:
    house.submitted()
    boris = f"/admin/people/{house['boris'].ref}"
    assert "Nobody else can open some of it" not in admin.page(boris).text
    people.disable(SYSTEM, "anna")
    text = admin.page(boris).text
    assert "3 compartments of open cases or of the treasury’s papers can be opened" in text


def test_people_are_searched_sorted_and_paged(house: House, admin: FundClient) -> None:
    def names(path: str) -> list[str]:
        links = admin.page(path).links
        return [text for text, url in links.items() if "/people/" in url and "new" not in url]

    assert names("/admin?q=R1") == ["R1"]
    assert names("/admin?q=coordinator") == ["Anna", "Boris"]
    assert names("/admin?sort=-handle")[:2] == ["Treasurer", "Security"]
    assert "Nobody fits." in admin.page("/admin?q=%25").text
    for number in range(45):
        people.add(SYSTEM, f"x{number:02}", f"X{number:02}", [Role.REVIEWER], PASSPHRASE)
    first = names("/admin")
    page = admin.page("/admin")
    following = next(url for url in page.links.values() if "after=" in url)
    assert len(first) == 50
    assert len({*first, *names(following)}) == len(house.staff) + 45


@pytest.mark.parametrize("handle", ["anna", "treasurer", "security"])
def test_pages_of_people_are_not_for_others(house: House, enter: Enter, handle: str) -> None:
    client = enter(handle)
    for path in ("/admin", "/admin/people/new", f"/admin/people/{house['r1'].ref}"):
        client.page(path, status=404)


def test_unknown_person_and_change_are_not_found(house: House, admin: FundClient) -> None:
    admin.page(f"/admin/people/{'0' * 32}", status=404)
    for path in (f"people/{'0' * 32}/reset", f"changes/{'0' * 32}/confirm"):
        answer = admin.post(f"/admin/{path}", data={"csrf_token": token_of(admin)})
        assert answer.status_code == 404
