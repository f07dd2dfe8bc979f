"""What each role finds in the head of its pages: one table, read from top to bottom.

Whoever adds a page people start from adds its row here. A person sees the rows of the roles
they hold; nobody signed in sees the public rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from fund_app.views import session
from workflows.roles import Role

EVERYBODY: frozenset[Role] = frozenset()
STAFF = frozenset(set(Role) - {Role.APPLICANT, Role.DONOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Row:
    """A page somebody starts from: for whom, where, and what it is called."""

    roles: frozenset[Role]
    endpoint: str
    label: LazyString
    purpose: LazyString | str = ""
    """One sentence for the staff's first page: what can be done there."""
    under: str = ""
    """The endpoint of the row it belongs to: there it is found by whoever sees that row too."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row as shown on the present page."""

    row: Row
    url: str
    current: bool
    is_open: bool = False
    """Whether the present page is one of those under it."""

    @property
    def label(self) -> LazyString:
        """What the page is called."""
        return self.row.label

    @property
    def purpose(self) -> LazyString | str:
        """What can be done there."""
        return self.row.purpose


@dataclass(frozen=True, slots=True)
class Navigation:
    """The head of a page: where to go, and what lies beside the present page."""

    heads: tuple[Item, ...]
    family: tuple[Item, ...]


ROWS: list[Row] = [
    Row(STAFF, "staff.home", _l("Overview")),
    Row(
        frozenset({Role.COORDINATOR}),
        "coordinator.queue",
        _l("Cases"),
        _l("See every case by the time it has left, and bring it on."),
    ),
    Row(
        frozenset({Role.COORDINATOR}),
        "coordinator.call",
        _l("Take down a call"),
        _l("Write down what somebody asks for on the telephone, and hand it over to them."),
    ),
    Row(
        frozenset({Role.REVIEWER, Role.CHAIR}),
        "reviewer.seats",
        _l("Votes"),
        _l("See what the panel expects of you, and vote."),
    ),
    Row(
        frozenset({Role.SECURITY_LEAD}),
        "security.suspensions",
        _l("Frozen cases"),
        _l("Lift a freeze or end a frozen case, each beside a second person."),
    ),
    Row(
        frozenset({Role.COORDINATOR, Role.CUSTODIAN, Role.FINANCE_OFFICER, Role.TREASURER}),
        "staff.keys",
        _l("Keys"),
        _l("Share keys again with a colleague, beside a second person."),
    ),
    Row(
        frozenset({Role.SECURITY_LEAD}),
        "security.watch",
        _l("Watch"),
        _l("Names that are open, brakes in force, invented cases and who opened them."),
    ),
    Row(
        frozenset({Role.CUSTODIAN}),
        "custodian.unlocks",
        _l("Names"),
        _l("Agree that somebody may see who a person is, or refuse."),
    ),
    Row(
        frozenset({Role.SECURITY_LEAD}),
        "security.referees",
        _l("Referees"),
        _l("Referees who may not have written freely."),
    ),
    Row(
        frozenset({Role.COORDINATOR, Role.SECURITY_LEAD}),
        "security.erasures",
        _l("Erasing"),
        _l("Have a case destroyed for somebody who cannot do it, beside a second person."),
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.SECURITY_LEAD, Role.BOARD_MEMBER}),
        "treasury.disbursements",
        _l("Payments"),
        _l("Check, sign, send and prove what is to be paid."),
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.SECURITY_LEAD, Role.COORDINATOR}),
        "treasury.channels",
        _l("Safe ways"),
        _l("Which way to pay is safe where and for whom, and which one is stopped."),
        under="treasury.disbursements",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER}),
        "treasury.lists",
        _l("Official lists"),
        _l("Import the lists payees are looked for in, and screen anew."),
        under="treasury.disbursements",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.BOARD_MEMBER}),
        "treasury.batches",
        _l("Payment files"),
        _l("Make a file for the bank, release it as another person, record the answer."),
        under="treasury.disbursements",
    ),
    Row(
        frozenset({Role.TREASURER, Role.BOARD_MEMBER}),
        "treasury.fast_tracks",
        _l("Fast tracks"),
        _l("Sign for help within hours where a life is in danger."),
        under="treasury.disbursements",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.BOARD_MEMBER}),
        "treasury.waiting",
        _l("Waiting for money"),
        _l("Awards the fund could not cover on the day they were decided."),
        under="treasury.disbursements",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR, Role.BOARD_MEMBER}),
        "treasury.gifts",
        _l("Gifts"),
        _l("See what arrives, look into what is held, and give back."),
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR, Role.BOARD_MEMBER}),
        "treasury.bank",
        _l("Bank"),
        _l("Import statements, say what each line is, compare and close."),
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR, Role.BOARD_MEMBER}),
        "treasury.monthly_gifts",
        _l("Monthly gifts"),
        _l("What is collected each month, what has arrived, and what was ended."),
        under="treasury.gifts",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR, Role.BOARD_MEMBER}),
        "treasury.pledges",
        _l("Pledges"),
        _l("What was promised in instalments, what has arrived, and what is expected."),
        under="treasury.gifts",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR, Role.BOARD_MEMBER}),
        "treasury.in_kind_gifts",
        _l("Gifts in kind"),
        _l("What was given instead of money, beside the books."),
        under="treasury.gifts",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR}),
        "treasury.stripe_readings",
        _l("Stripe beside the ledger"),
        _l("Read the provider's account and see that it agrees with our books to the cent."),
        under="treasury.gifts",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER}),
        "treasury.receipts",
        _l("Receipts"),
        _l("Issue tax receipts, one by one or for a year; names stay sealed until you open one."),
        under="treasury.gifts",
    ),
    Row(
        frozenset({Role.AUDITOR}),
        "treasury.issued_receipts",
        _l("Receipts"),
        _l("Tax receipts by number, without a gap and without a name."),
        under="treasury.gifts",
    ),
    Row(
        frozenset({Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR}),
        "treasury.fund_report",
        _l("Reports on funds"),
        _l("What one fund's money did, to hand to an institution that gave for it."),
        under="treasury.bank",
    ),
    Row(
        frozenset({Role.BOARD_MEMBER}),
        "board.decisions",
        _l("Before the board"),
        _l("Consent, appeals, votes without a quorum, and what went wrong."),
    ),
    Row(
        frozenset({Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR}),
        "treasury.funds",
        _l("Funds"),
        _l("What each fund and each budget holds, has promised and has paid; resolutions."),
    ),
    Row(
        frozenset({Role.TREASURER, Role.BOARD_MEMBER, Role.AUDITOR}),
        "auditor.ledger",
        _l("Ledger"),
        _l("Every entry, the balances, the check of the books, exports."),
        under="treasury.funds",
    ),
    Row(
        frozenset({Role.BOARD_MEMBER, Role.TREASURER, Role.AUDITOR}),
        "board.statistics",
        _l("Statistics"),
        _l("The whole in numbers, too coarse to point at anybody."),
        under="treasury.funds",
    ),
    Row(
        frozenset({Role.BOARD_MEMBER, Role.COORDINATOR, Role.TREASURER}),
        "board.figures",
        _l("Publishing"),
        _l("Propose and confirm figures and single grants for everybody to read."),
        under="treasury.funds",
    ),
    Row(
        frozenset({Role.AUDITOR}),
        "auditor.audit",
        _l("Trail"),
        _l("Verify every step of every case, without reading a word of it."),
    ),
    Row(
        frozenset({Role.ADMINISTRATOR, Role.BOARD_MEMBER}),
        "admin.people",
        _l("People"),
        _l("Who works here, in which roles; sign changes beside a second person."),
    ),
    Row(
        frozenset({Role.ADMINISTRATOR}),
        "admin.jobs",
        _l("Jobs"),
        _l("What waits to be done, and what could not be done."),
    ),
    Row(
        frozenset({Role.ADMINISTRATOR}),
        "admin.health",
        _l("Health"),
        _l("Whether the installation does its work."),
    ),
    Row(
        STAFF,
        "staff.access",
        _l("Your access"),
        _l("Your passkeys, your passphrase, and where you are signed in."),
    ),
    Row(frozenset({Role.DONOR}), "donor.statements", _l("Your gifts")),
    Row(EVERYBODY, "donor.give", _l("Give")),
]


def register(app: Flask) -> None:
    """Hand every template the navigation of whoever looks at it."""
    app.context_processor(_context)


def items() -> tuple[Item, ...]:
    """Return the rows for the roles of the present person, in table order."""
    person = session.current()
    roles = EVERYBODY if person is None else person.roles
    return tuple(
        Item(row, url_for(row.endpoint), row.endpoint == request.endpoint)
        for row in ROWS
        if (row.roles & roles if roles else not row.roles)
    )


def navigation() -> Navigation:
    """Return what stands in the head: rows of their own, and the family of the present page."""
    found = items()
    shown = {item.row.endpoint for item in found}

    def head(item: Item) -> str:
        return item.row.under if item.row.under in shown else item.row.endpoint

    here = next((head(item) for item in found if item.current), "")
    family = tuple(item for item in found if head(item) == here)
    return Navigation(
        tuple(
            replace(item, is_open=item.row.endpoint == here)
            for item in found
            if head(item) == item.row.endpoint
        ),
        family if len(family) > 1 else (),
    )


def _context() -> dict[str, Any]:
    person = session.current()
    return {
        "navigation": navigation(),
        "signed_in": person,
        "quick_exit": session.door() != "staff",
        "sign_out_url": None if person is None else url_for("public.sign_out"),
    }
