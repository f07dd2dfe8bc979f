"""The ordinary cases of the demonstration: those that are over, and those on somebody's desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fund_app.services import applications, demo_referees, intake, offers, screening_decisions
from fund_app.services import demo_texts as texts
from fund_app.services.applications import FileLine
from fund_app.services.demo_house import House, press
from fund_app.services.demo_lists import LISTED_PAYEE
from fund_app.services.demo_plans import Case, Plan
from fund_app.services.demo_roads import (
    ABSTAIN,
    FULL,
    YES,
    accept,
    apply,
    ask_and_answer,
    asked,
    decide,
    declare,
    no,
    part,
    refused,
    release,
    review,
    soon,
    to_acceptance,
    to_decision,
    triage,
    verify,
    vote,
    whole,
)
from fund_app.services.demo_texts import Text
from fund_app.services.demo_timeline import Story
from fund_app.services.personas import persona

REGIONS = {
    "RU": "russia", "BY": "belarus", "UA": "eastern_europe", "MD": "eastern_europe",
    "GE": "caucasus", "AM": "caucasus", "AZ": "caucasus", "KZ": "central_asia",
    "KG": "central_asia", "RS": "balkans", "DE": "western_europe", "AT": "western_europe",
    "TR": "turkey_middle_east",
}  # fmt: skip


def at(text: str) -> datetime:
    """Return a moment written as "2026-06-30 12:00", in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def line(category: str, euros: int, what: str = "") -> FileLine:
    """Return a cost line of whole euros."""
    return FileLine(category, euros * 100, what)


def plan(  # noqa: PLR0913 - a case has these facts
    number: int,
    start: str,
    text: Text,
    language: str,
    country: str,
    *lines: FileLine,
    band: str = "standard",
    tag: str | None = None,
    lead: str = "coordinator",
    channel: str = "partner_payout",
) -> Plan:
    """Return the plan of a made-up case."""
    return Plan(
        start=at(start),
        number=number,
        text=text,
        language=language,
        country=country,
        region=REGIONS[country],
        lines=lines,
        band=band,
        tag=tag,
        lead=lead,
        channel=channel,
    )


def stories(house: House) -> Iterator[tuple[datetime, Story[object]]]:
    """Yield every ordinary case with the moment it begins."""
    for chosen, story in (*_over(house), *_at_the_desk(house), *_paying(house)):
        yield chosen.start, story


def _over(house: House) -> Iterator[tuple[Plan, Story[object]]]:
    second = "coordinator-2"
    one = plan(2, "2024-04-11 09:20", texts.BEATEN, "ru", "BY", line("medical", 900), band="urgent")
    yield one, whole(house, one)
    one = plan(3, "2024-06-05 18:40", texts.DISMISSED, "de", "DE",
               line("subsistence", 800, "Zwei Monate Miete"), lead=second)  # fmt: skip
    yield one, whole(house, one)
    one = plan(4, "2024-08-19 07:05", texts.LISTED, "en", "GE", line("legal", 600),
               line("subsistence", 400), channel="direct_to_supplier")  # fmt: skip
    some = part(60000, 20000)
    yield one, asked(house, one, (YES, some, some, YES, some), 9)
    one = plan(6, "2024-12-03 20:15", texts.THREATS, "en", "AM", line("physical_security", 350))
    yield one, _withdrawn(house, one)
    one = plan(7, "2025-01-14 11:30", texts.ARCHIVE, "de", "AT", line("organisation", 2400),
               lead=second)  # fmt: skip
    yield one, _referred(house, one)
    one = plan(9, "2025-04-22 15:50", texts.FINE, "ru", "KZ", line("legal", 320, "Штраф"))
    yield one, whole(house, one)
    one = plan(19, "2025-06-10 08:10", texts.EXHAUSTED, "de", "DE", line("psychosocial", 700))
    yield one, _offer_run_out(house, one)
    one = plan(20, "2026-01-20 10:45", texts.DISMISSED, "en", "RS", line("subsistence", 900),
               lead=second)  # fmt: skip
    yield one, _declined(house, one)
    one = plan(28, "2026-05-06 16:30", texts.SPYWARE, "en", "UA", line("digital_security", 640),
               channel="direct_to_supplier")  # fmt: skip
    yield one, whole(house, one)
    one = plan(44, "2026-04-20 21:10", texts.MONITOR, "ru", "RU", line("relocation_inside", 500))
    yield one, _forgotten(house, one)


def _withdrawn(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield timedelta(hours=3)
    offers.withdraw(house.applicant(case), press())


def _referred(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield timedelta(hours=2)
    applications.refer_out(house.lead(case), case.id, consented=True, request=press())


def _offer_run_out(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen)
    yield 2.0
    house.offer(case)


def _declined(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen)
    yield 2.0
    house.offer(case)
    yield timedelta(hours=31)
    offers.decline(house.applicant(case), press())


def _forgotten(house: House, chosen: Plan) -> Story[None]:
    house.draft(chosen)
    yield timedelta(days=31)
    intake.sweep_abandoned()


def _at_the_desk(house: House) -> Iterator[tuple[Plan, Story[object]]]:
    second = "coordinator-2"
    one = plan(42, "2026-06-27 19:00", texts.FINE, "de", "AT", line("legal", 450))
    yield one, _draft(house, one)
    one = plan(43, "2026-06-30 10:40", texts.THREATS, "ru", "KG", line("physical_security", 280))
    yield one, _draft(house, one)
    one = plan(45, "2026-06-29 20:15", texts.LISTED, "ru", "RU", line("legal", 1100),
               line("subsistence", 500))  # fmt: skip
    yield one, apply(house, one)
    one = plan(46, "2026-06-28 21:50", texts.EXHAUSTED, "en", "AM", line("psychosocial", 600))
    yield one, apply(house, one)
    one = plan(47, "2026-06-30 11:20", texts.BEATEN, "ru", "BY", line("medical", 1300),
               band="life_threat")  # fmt: skip
    yield one, apply(house, one)
    one = plan(48, "2026-06-30 09:20", texts.DETENTION, "ru", "RU", line("legal", 1200),
               line("prison_support", 260), band="life_threat")  # fmt: skip
    yield one, _in_triage(house, one)
    one = plan(49, "2026-06-29 15:05", texts.SPYWARE, "de", "DE", line("digital_security", 980),
               band="urgent", lead=second)  # fmt: skip
    yield one, _in_triage(house, one)
    one = plan(50, "2026-06-28 07:40", texts.BORDER, "en", "TR", line("stay", 700),
               line("legal", 650), lead=second, tag="referees")  # fmt: skip
    yield one, _vouched_for(house, one)
    one = plan(51, "2026-06-26 13:25", texts.DISMISSED, "ru", "UA", line("subsistence", 850))
    yield one, _asked_and_waiting(house, one)
    yield from _before_the_panel(house)
    one = plan(40, "2026-06-24 08:15", texts.ARCHIVE, "en", "MD", line("organisation", 900))
    yield one, _refused_formally(house, one)
    one = plan(39, "2026-06-09 10:20", texts.MONITOR, "de", "RS", line("relocation_inside", 1500))
    yield one, refused(house, one, "other_measure_better")
    one = plan(57, "2026-06-27 06:40", texts.THREATS, "de", "AT", line("physical_security", 390),
               line("stay", 420), lead=second)  # fmt: skip
    yield one, to_decision(house, one)


def _draft(house: House, chosen: Plan) -> Story[None]:
    house.draft(chosen)
    yield from ()


def _in_triage(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)


def _vouched_for(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    demo_referees.name_them(house, case)
    yield from triage(house, case)
    yield soon(case, 20, 60)
    house.start_verification(case)
    yield from demo_referees.vouch(house, case)
    yield 4.0
    house.verify(case, "identity", 2)


def _asked_and_waiting(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from ask_and_answer(house, case, 24 * 9)


def _before_the_panel(house: House) -> Iterator[tuple[Plan, Story[object]]]:
    one = plan(52, "2026-06-28 17:30", texts.FINE, "en", "GE", line("legal", 480))
    yield one, _prepared(house, one)
    one = plan(53, "2026-06-28 06:20", texts.SEARCH, "de", "DE", line("legal", 950),
               line("equipment", 700), lead="coordinator-2")  # fmt: skip
    yield one, _voting(house, one, (YES,))
    one = plan(54, "2026-06-27 08:35", texts.LISTED, "de", "RS", line("legal", 1250))
    yield one, _voting(house, one, (YES, no("other_measure_better"), ABSTAIN))
    one = plan(55, "2026-06-26 15:10", texts.EXHAUSTED, "ru", "KG", line("psychosocial", 560))
    yield one, _voting(house, one, (YES, YES))
    one = plan(61, "2026-06-28 10:00", texts.DETENTION, "en", "AZ", line("legal", 1400),
               line("family", 300), band="urgent")  # fmt: skip
    yield one, _voting(house, one, ())


def _prepared(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from review(house, case)


def _voting(house: House, chosen: Plan, votes: tuple[object, ...]) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from review(house, case)
    yield from declare(house, case)
    yield from vote(house, case, votes)  # type: ignore[arg-type]


def _refused_formally(house: House, chosen: Plan) -> Story[None]:
    case = yield from apply(house, chosen)
    yield from triage(house, case)
    yield 2.0
    applications.reject(house.lead(case), case.id, "retrospective_cost", press())
    yield timedelta(minutes=2)
    house.letter(case)


def _paying(house: House) -> Iterator[tuple[Plan, Story[object]]]:
    """Yield the cases finance finds at every stage, and the applicant's own."""
    one = plan(58, "2026-06-23 17:45", texts.SEARCH, "en", "GE", line("legal", 900),
               line("equipment", 800), line("secure_transport", 120),
               channel="direct_to_supplier")  # fmt: skip
    yield one, _own(house, one)
    one = plan(59, "2026-06-19 09:10", texts.MONITOR, "ru", "KZ", line("relocation_inside", 760))
    yield one, _offered(house, one)
    one = plan(60, "2026-06-23 08:00", texts.BORDER, "ru", "AM", line("stay", 540))
    yield one, to_acceptance(house, one)
    one = plan(62, "2026-06-22 08:30", texts.BEATEN, "de", "DE", line("medical", 880),
               band="urgent", channel="bank_transfer")  # fmt: skip
    yield one, _until_released(house, one)
    one = plan(63, "2026-06-18 12:00", texts.DISMISSED, "de", "AT", line("subsistence", 650),
               lead="coordinator-2", channel="bank_transfer")  # fmt: skip
    yield one, _until_sent(house, one)
    one = plan(64, "2026-06-21 07:15", texts.LISTED, "en", "TR", line("legal", 720),
               channel="cash_agent")  # fmt: skip
    yield one, _until_held(house, one)
    one = plan(65, "2026-06-10 14:20", texts.SPYWARE, "ru", "RU", line("digital_security", 590),
               channel="voucher")  # fmt: skip
    yield one, _until_received(house, one)


def _own(house: House, chosen: Plan) -> Story[None]:
    """Tell the case of the applicant whose door card is on the first page."""
    known = persona("applicant")
    case = house.draft(
        replace(chosen, more=_further(chosen)), codename=known.codename if known else ""
    )
    yield soon(case, 4, 10)
    house.submit(case)
    yield from triage(house, case)
    yield from verify(house, case)
    yield from ask_and_answer(house, case, 7)
    votes = (YES, part(90000, 50000, 12000), part(90000, 45000, 0))
    yield from decide(house, case, votes)
    yield 1.0
    house.offer(case)


def _further(chosen: Plan) -> dict[str, str]:
    return {
        "pseudonym": "Robin",
        "work_description": "I keep the archive of the group Open Window (demo).",
        "organisation": "Open Window (demo)",
        "active_since": "2019",
        "trusted_name": "Test Person B-0058",
        "will_pay": "My lawyer, for the hearing; then my sister.",
        "will_publicity": "ask",
        "what_changes": f"I could work again within a week, case {chosen.number}.",
    }


def _offered(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen)
    yield 1.0
    house.offer(case)


def _until_released(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield from release(house, case)


def _until_sent(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_acceptance(house, chosen)
    yield from release(house, case)
    yield 2.0
    house.send(case)


def _until_held(house: House, chosen: Plan) -> Story[None]:
    case = yield from to_decision(house, chosen)
    yield 2.0
    house.offer(case)
    yield 14.0
    house.accept(case, payee_name=LISTED_PAYEE, receipt_country="TR")
    yield 3.0
    house.check_payee(case)
    yield 2.0
    payment_id = house.payment(case).id
    screening_decisions.propose(house["finance-1"], payment_id, "false_alarm", "name_only")


def _until_received(house: House, chosen: Plan) -> Story[None]:
    case = yield from _paid(house, chosen)
    yield timedelta(hours=20)
    house.received(case)


def _paid(house: House, chosen: Plan) -> Story[Case]:
    case = yield from to_decision(house, chosen, FULL)
    yield from accept(house, case)
    yield from release(house, case)
    yield 1.0
    house.send(case)
    yield 20.0
    house.see_at_bank(case)
    return case
