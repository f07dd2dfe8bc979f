"""People of the demonstration whom a form seldom has in mind, and what can befall somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from fund_app.services import (
    applications,
    codenames,
    contacts,
    intake,
    messages,
    person_events,
    silence,
)
from fund_app.services import demo_texts as texts
from fund_app.services.contacts import Account
from fund_app.services.demo_cases import line, plan
from fund_app.services.demo_house import House, press
from fund_app.services.demo_plans import Case, Plan, proxy
from fund_app.services.demo_roads import (
    pay,
    release,
    report_and_close,
    to_acceptance,
    to_decision,
    whole,
)
from fund_app.services.demo_timeline import Story
from workflows.contact import Attempt

LONGEST_NAME = (
    "Тестовая Персона Ж-0036 Иоанна-Мария-Магдалина д'Артаньян-О'Примерова оглы "
    "Вымышленная-Долгоимённая"
)
RIGHT_TO_LEFT = "شخص تجريبي أ-0037"

CAREFUL = {
    "channel": "signal", "handle": "@test-person-a-0037", "code_word": "harbour lamp",
    "hours_from": "18", "hours_until": "22", "time_zone": "Europe/Istanbul",
    "safe_hours": "Never on Fridays, my brother is at home then.",
    "never_do": "no_calls no_voicemail no_name",
    "trusted_name": "Test Person T-0037, my aunt", "trusted_handle": "@test-person-t-0037",
    "trusted_may_know": "That you would like to hear from me. Nothing about money.",
}  # fmt: skip
"""How one person of the demonstration wants to be reached."""

Telling = tuple[Plan, Story[object]]


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every case of this kind with the moment it begins."""
    for group in (_people(house), _holds(house)):
        for chosen, story in group:
            yield chosen.start, story


def _people(house: House) -> Iterator[Telling]:
    one = plan(34, "2026-04-14 22:05", texts.SEARCH, "ru", "BY", line("legal", 680),
               tag="applicant-without-any-contact", channel="voucher")  # fmt: skip
    yield one, whole(house, one)
    one = replace(
        plan(35, "2026-06-11 09:00", texts.DETENTION, "de", "TR", line("legal", 870),
             tag="proxy-applicant", lead="coordinator-2"),
        came_by="proxy",
        more=proxy("brother"),
    )  # fmt: skip
    yield one, _to_the_bank(house, one)
    one = replace(
        plan(36, "2026-06-22 11:40", texts.FINE, "ru", "RU", line("legal", 540),
             tag="long-cyrillic-name"),
        name=LONGEST_NAME,
    )  # fmt: skip
    yield one, _until_first_signature(house, one)
    one = replace(
        plan(37, "2026-06-22 15:20", texts.BORDER, "en", "TR", line("stay", 610),
             tag="right-to-left-name", channel="cash_agent"),
        name=RIGHT_TO_LEFT,
        more=CAREFUL,
    )  # fmt: skip
    yield one, _reached_with_care(house, one)
    directive = {"will_pay": "Test Person L-0027, my lawyer.", "will_tell": "Test Person S-0027.",
                 "will_publicity": "no"}  # fmt: skip
    one = replace(
        plan(27, "2026-05-11 07:30", texts.MONITOR, "ru", "RU", line("legal", 830),
             tag="person-arrested-directive", channel="direct_to_supplier"),
        more=directive,
    )  # fmt: skip
    yield one, _arrested(house, one)
    one = plan(26, "2026-02-16 10:10", texts.BEATEN, "de", "DE", line("medical", 940),
               tag="person-died", lead="coordinator-2")  # fmt: skip
    yield one, _died(house, one)


def _to_the_bank(house: House, chosen: Plan) -> Story[Case]:
    case = yield from to_acceptance(house, chosen)
    yield from release(house, case)
    yield 1.0
    house.send(case)
    yield 20.0
    house.see_at_bank(case)
    return case


def _until_first_signature(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield 2.0
    house.check_payee(case)
    yield 2.0
    house.sign_first(case)


def _reached_with_care(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield 2.0
    _contact(house, case, Account("not_reached", "No answer; a neutral greeting was left unsent."))
    yield 22.0
    _contact(house, case, Account("reached", "She said the word back. She is with her aunt."))
    yield 1.0
    messages.write_to_applicant(
        house.lead(case), case.id, "It was good to hear you. The money comes on Thursday.", press()
    )
    yield 9.0
    messages.write(house.applicant(case), "Thank you. Please not on Friday.", press())
    yield 2.0
    house.check_payee(case)


def _contact(house: House, case: Case, account: Account) -> None:
    """Try to reach the person by their own way; a reason stands where the hour was not theirs."""
    lead, by_signal = house.lead(case), Attempt("signal")
    if contacts.weigh(lead, case.id, by_signal):
        account = replace(account, reason="The border closes tonight; she has to know.")
    contacts.record(lead, case.id, by_signal, account, press())


def _arrested(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen)
    yield 1.0
    house.offer(case)
    yield timedelta(hours=40)
    person_events.record(house.lead(case), case.id, sources=2, request=press())
    yield 2.0
    applications.sign_first(house["reviewer-1"], case.id, "directive_continue", press())
    yield 1.0
    lawyer = house.payee(case, payee_name="Test Person L-0027", receipt_country=chosen.country)
    person_events.continue_as_wished(house.lead(case), case.id, lawyer, press())
    yield from release(house, case)
    yield 1.0
    house.send(case)
    yield 20.0
    house.see_at_bank(case)


def _died(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen)
    yield 1.0
    house.offer(case)
    yield timedelta(hours=60)
    person_events.record(house.lead(case), case.id, sources=3, request=press())
    yield timedelta(days=2)
    applications.sign_first(house["board"], case.id, "directive_close", press())
    yield 2.0
    person_events.end(house.lead(case), case.id, confirmed=True, request=press())


def _holds(house: House) -> Iterator[Telling]:
    one = plan(12, "2025-08-12 11:00", texts.SPYWARE, "de", "AT", line("digital_security", 710),
               tag="suspended-resumed", lead="coordinator-2")  # fmt: skip
    yield one, _suspended_and_resumed(house, one)
    one = plan(13, "2025-08-25 06:45", texts.THREATS, "en", "KZ", line("physical_security", 380),
               tag="lost-contact-sealed")  # fmt: skip
    yield one, _lost(house, one)
    one = plan(66, "2026-06-17 13:30", texts.SPYWARE, "en", "GE", line("digital_security", 530),
               tag="suspended-now")  # fmt: skip
    yield one, _suspended_now(house, one)


def _suspended_and_resumed(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield 2.0
    applications.suspend_security(house["finance-2"], case.id, press())
    yield timedelta(days=6)
    applications.sign_first(house.lead(case), case.id, "resume", press())
    yield 2.0
    applications.resume(house["security"], case.id, verified=True, request=press())
    yield from pay(house, case)
    yield from report_and_close(house, case)


def _lost(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen)
    yield 1.0
    house.offer(case)
    yield timedelta(hours=20)
    applications.suspend_security(house.lead(case), case.id, press())
    yield timedelta(days=186)
    applications.sign_first(house["board"], case.id, "close_suspended", press())
    yield 3.0
    applications.close_suspended(house["security"], case.id, risk_too_high=False, request=press())


def _suspended_now(house: House, chosen: Plan) -> Story[None]:
    """Be forced to come back, and type the word that shuts the door."""
    case = yield from to_acceptance(house, chosen)
    yield 2.0
    house.check_payee(case)
    yield 20.0
    person = house.applicant(case)
    fresh = intake.keep(person, case.entrant.private_key, chosen.language)
    silence.set_word(person, "saffron")
    codenames.applicants().sign_in(f"{fresh.phrase} saffron")
    silence.answer_knocks()
