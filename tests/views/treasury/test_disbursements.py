"""A payment through the pages: by whom, with whom, and what nobody in finance ever reads."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.events import VIEWS, Event
from fund_app.queries import ledger
from fund_app.services import disbursements
from fund_app.services.disbursements import BankLine, Sending
from tests.support.house import House, press
from tests.support.outline import Outline, kind_of
from tests.support.pages import Page
from tests.support.queries import QueryCounter
from tests.support.staff import Enter
from workflows.roles import Role

LINES = (("legal", 100_000),)
MOST_OF_A_KIND = 2
CHECKED = {
    "safety_check-payee_verified": "y",
    "safety_check-reference_neutral": "y",
}


def planned(house: House) -> tuple[str, str]:
    """Return a case and its payment, ready to be checked, and its address."""
    _, case_id = house.accepted(LINES)
    return case_id, f"/treasury/disbursements/{house.payment_of(case_id).id}"


def test_payment_is_checked_signed_by_two_sent_and_reconciled(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    reference = house.payment_of(case_id).reference
    one, two, treasurer = enter("fin1"), enter("fin2"), enter("treasurer")

    def press_on(client: object, ending: str, **fields: str) -> None:
        page = client.page(address)  # type: ignore[attr-defined]
        answer = client.submit(page, fields, to=ending)  # type: ignore[attr-defined]
        assert answer.status_code == 303, Page(answer).text

    assert one.page("/treasury/disbursements").links[reference] == address
    press_on(one, "safety-check", **CHECKED)
    press_on(two, "authorise-first")
    press_on(treasurer, "authorise-second")
    press_on(one, "send")
    press_on(one, "bank-ok", **{
        "bank_ok-amount": "1 000,00", "bank_ok-reference": reference.lower(), "bank_ok-fee": "1.50",
    })  # fmt: skip
    press_on(one, "reconcile")
    page = one.page(address)
    assert house.payment_of(case_id).state == "reconciled"
    assert "Nothing here waits for you." in page.text
    assert ledger.position("EMG", "EUR").available == 400_000
    assert ledger.position("GEN", "EUR").available == -150
    assert "No payment waits here." in one.page("/treasury/disbursements").text
    assert reference in one.page("/treasury/disbursements?view=over").links


def test_check_wants_both_ticks_and_keeps_those_given(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    client = enter("fin1")
    ticks = {**CHECKED, "safety_check-reference_neutral": None}
    answer = client.submit(client.page(address), ticks, to="safety-check")
    assert answer.status_code == 422
    values = Page(answer).form("safety-check").values
    assert values["safety_check-payee_verified"] == ["y"]
    assert values["safety_check-reference_neutral"] == []
    assert house.payment_of(case_id).state == "ready"


def test_one_person_with_two_sessions_cannot_sign_twice(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    house.add("double", Role.FINANCE_OFFICER, Role.TREASURER)
    checker = enter("fin1")
    checker.submit(checker.page(address), CHECKED, to="safety-check")
    first, second = enter("double"), enter("double")
    assert first.submit(first.page(address), to="authorise-first").status_code == 303
    page = second.page(address)
    assert "The second signature has to come from another person." in page.text
    token = page.form("payee").values["csrf_token"][0]
    answer = second.post(f"{address}/authorise-second", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "another person" in Page(answer).text
    assert house.payment_of(case_id).state == "part_authorised"


def test_who_checked_reads_why_they_cannot_sign(house: House, enter: Enter) -> None:
    _, address = planned(house)
    client = enter("fin1")
    client.submit(client.page(address), CHECKED, to="safety-check")
    page = client.page(address)
    assert "Who checked the payee does not authorise the payment." in page.text
    assert [form.action for form in page.forms if form.action.endswith("authorise-first")] == []


def test_stale_page_is_refused_and_the_first_signature_stands(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    house.add("fin3", Role.FINANCE_OFFICER)
    checker, two, three = enter("fin1"), enter("fin2"), enter("fin3")
    checker.submit(checker.page(address), CHECKED, to="safety-check")
    seen_by_two, seen_by_three = two.page(address), three.page(address)
    assert two.submit(seen_by_two, to="authorise-first").status_code == 303
    answer = three.submit(seen_by_three, to="authorise-first")
    assert answer.status_code == 409
    assert "Somebody else was quicker" in Page(answer).text
    assert house.payment_of(case_id).state == "part_authorised"


def test_double_press_signs_once(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    checker, signer = enter("fin1"), enter("fin2")
    checker.submit(checker.page(address), CHECKED, to="safety-check")
    page = signer.page(address)
    answers = [signer.submit(page, to="authorise-first").status_code for _ in range(2)]
    assert answers == [303, 303]
    signed = [each.kind for each in house.payment_of(case_id).approvals]
    assert signed == ["first", "safety_check"]


def test_bank_line_of_another_amount_is_refused(house: House, enter: Enter) -> None:
    _, case_id = house.released(LINES)
    payment = house.payment_of(case_id)
    disbursements.send(house["fin1"], payment.id, Sending(), press())
    client = enter("fin1")
    page = client.page(f"/treasury/disbursements/{payment.id}")
    fields = {"bank_ok-amount": "999.99", "bank_ok-reference": payment.reference}
    answer = client.submit(page, fields, to="bank-ok")
    assert answer.status_code == 409
    assert "does not match" in Page(answer).text
    answer = client.submit(page, {**fields, "bank_ok-amount": "a thousand"}, to="bank-ok")
    assert answer.status_code == 422
    assert Page(answer).form("bank-ok").values["bank_ok-amount"] == ["a thousand"]
    assert house.payment_of(case_id).state == "sent"


def test_hold_is_released_by_finance_and_security_together(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    one, security = enter("fin1"), enter("security")
    chosen = {"safety_block-reason": "way_unsafe"}
    assert one.submit(one.page(address), chosen, to="safety-block").status_code == 303
    assert "This way is not safe for the person" in one.page(address).text
    assert one.submit(one.page(address), to="sign-first/release_hold").status_code == 303
    assert "You have signed." in one.page(address).text
    assert security.submit(security.page(address), to="release-hold").status_code == 303
    assert house.payment_of(case_id).state == "ready"


def test_two_of_finance_do_not_release_a_hold(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    one, two = enter("fin1"), enter("fin2")
    one.submit(one.page(address), {"safety_block-reason": "list_hit"}, to="safety-block")
    one.submit(one.page(address), to="sign-first/release_hold")
    page = two.page(address)
    token = page.form("payee").values["csrf_token"][0]
    answer = two.post(f"{address}/release-hold", data={"csrf_token": token})
    assert answer.status_code == 409
    assert house.payment_of(case_id).state == "held"


def test_returned_payment_is_tried_again_with_the_coordinator(house: House, enter: Enter) -> None:
    _, case_id = house.released(LINES)
    first = house.payment_of(case_id)
    address, reference = f"/treasury/disbursements/{first.id}", first.reference
    disbursements.send(house["fin1"], first.id, Sending(), press())
    disbursements.bank_ok(house["fin1"], first.id, BankLine(100_000, reference), press())
    finance, coordinator = enter("fin1"), enter("anna")
    line = {"bounce-amount": "1000", "bounce-reference": reference}
    assert finance.submit(finance.page(address), line, to="bounce").status_code == 303
    assert "as two people" not in finance.page(address).text
    assert coordinator.submit(coordinator.page(address), to="sign-first/retry").status_code == 303
    chosen = {"retry-channel": "partner_payout"}
    assert finance.submit(finance.page(address), chosen, to="retry").status_code == 303
    second = house.payment_of(case_id)
    assert (second.attempt, second.channel, second.state) == (2, "partner_payout", "ready")
    page = finance.page(f"/treasury/disbursements/{second.id}")
    assert page.links["The attempt before this one"] == address


def test_look_at_the_payee_is_recorded_and_hides_the_word(house: House, enter: Enter) -> None:
    case_id, address = planned(house)
    client = enter("fin1")
    page = client.page(address)
    assert "Test Person A-0017" not in page.text
    answer = client.submit(page, to="payee")
    shown = Page(answer).text
    assert (answer.status_code, "Test Person A-0017" in shown, "heron" in shown) == (
        200, True, False,
    )  # fmt: skip
    looks = select(Event.action, Event.actor_role).where(
        Event.chain == VIEWS, Event.subject_id == case_id
    )
    assert db.session.execute(looks).all() == [("payee_opened", "finance_officer")]


def test_others_do_not_open_the_payee(house: House, enter: Enter) -> None:
    _, address = planned(house)
    client = enter("security")
    page = client.page(address)
    assert "Who is paid" not in page.text
    token = page.find_all("input", name="csrf_token")[0].get("value")
    assert client.post(f"{address}/payee", data={"csrf_token": token}).status_code == 404


def test_unknown_payment_is_the_404_of_every_foreign_page(house: House, enter: Enter) -> None:
    _, address = planned(house)
    house.add("auditor", Role.AUDITOR)
    client, auditor = enter("fin1"), enter("auditor")
    unknown = client.page(f"/treasury/disbursements/{'0' * 32}", status=404)
    foreign = auditor.page(address, status=404)
    assert unknown.headings == foreign.headings


def test_nothing_of_the_story_is_reachable_for_finance(house: House, enter: Enter) -> None:
    _, case_id = house.submitted(
        narrative=("narrative", "sentinel-story"), full_name=("identity", "sentinel-identity")
    )
    house.to_review(case_id, LINES)
    planned(house)
    for handle in ("fin1", "treasurer", "board", "security"):
        client = enter(handle)
        seen, waiting, kinds = (
            set[str](),
            ["/staff/home", "/treasury/disbursements"],
            Counter[str](),
        )
        while waiting:
            path = waiting.pop()
            seen.add(path)
            kinds[kind_of(path)] += 1
            # Two of a kind are as good as all: the same page sorted otherwise shows no story.
            if kinds[kind_of(path)] > MOST_OF_A_KIND:
                continue
            response = client.get(path, follow_redirects=True)
            text = response.get_data(as_text=True)
            assert "sentinel" not in text, path
            assert "They came at six" not in text, path
            if response.mimetype == "text/html":
                links = Outline("", text).links
                ours = {link for link in links if link.startswith("/")}
                waiting += sorted(ours - seen - set(waiting))
        assert len(kinds) > 5


def test_list_is_searched_filtered_and_cheap(
    house: House, enter: Enter, query_counter: QueryCounter
) -> None:
    case_id, _ = planned(house)
    payment = house.payment_of(case_id)
    designation, reference = payment.application.designation, payment.reference
    client = enter("treasurer")
    assert reference in client.page(f"/treasury/disbursements?q={reference[:4].lower()}").links
    assert reference in client.page(f"/treasury/disbursements?q={designation}").links
    assert "No payment fits." in client.page("/treasury/disbursements?q=%25nothing").text
    assert "No payment fits." in client.page("/treasury/disbursements?state=sent").text
    assert reference in client.page("/treasury/disbursements?state=ready&after=nonsense").links
    with query_counter() as counted:
        client.page("/treasury/disbursements")
    assert counted.count <= 6, counted.statements


def test_award_goes_on_once_the_money_is_found(house: House, enter: Enter) -> None:
    house.approved((("legal", 390_000),))
    _, second = house.approved((("legal", 200_000),))
    assert house.case(second).state == "waiting_for_money"
    client = enter("fin1")
    assert "€2,000.00 missing" in client.page("/treasury/waiting").text
    house.fund("GEN", 200_000)
    assert client.submit(client.page("/treasury/waiting"), to="money-found").status_code == 303
    assert house.case(second).state == "approved"
    assert "Nobody waits for money." in client.page("/treasury/waiting").text


@pytest.mark.parametrize("handle", ["r1", "anna"])
def test_list_is_not_for_those_who_decide(house: House, enter: Enter, handle: str) -> None:
    assert house.staff
    enter(handle).page("/treasury/disbursements", status=404)
