"""The stage of a story: a running fund, its clock, and who looks at it in a browser."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from playwright.sync_api import Browser

import config
from fund_app.queries import people as known
from fund_app.services import demo_lists, people, personas
from tests.journeys.visitor import Visitor, visitor
from tests.support.application import running_app
from tests.support.authenticator import Authenticator
from tests.support.live import LiveFund
from tests.support.over_http import sign_in
from tests.support.pocket import with_passkey
from workflows.money import Money
from workflows.roles import SYSTEM, Role

SECURITY_KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
"""Chromium's own idea of a device, which is not ours."""
BERLIN = ZoneInfo("Europe/Berlin")
PATIENCE_SECONDS = 60.0


def berlin(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment as a clock on a wall in Berlin shows it."""
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


@dataclass
class Stage:
    """One running fund and everybody at their browsers."""

    fund: LiveFund
    browser: Browser
    visitors: list[Visitor] = field(default_factory=list)
    staff: dict[str, Visitor] = field(default_factory=dict)
    devices: dict[str, Authenticator] = field(default_factory=dict)
    neighbours: set[str] = field(default_factory=set)

    def at(self, moment: datetime) -> None:
        """Move the clock of web and worker to a moment."""
        self.fund.clock.set(moment)

    def somebody(self, name: str, language: str = "en", *, phone: bool = False) -> Visitor:
        """Open a fresh browser of somebody nobody knows."""
        found = visitor(self.browser, self.fund.base_url, name, language, phone=phone)
        self.visitors.append(found)
        return found

    def persona(self, handle: str, language: str = "en") -> Visitor:
        """Come in through the demonstration's door; the browser is the same each time."""
        found = self.staff.get(handle)
        if found is None:
            found = self.staff[handle] = self.somebody(handle, language)
        found.go(f"/door?lang={language}")
        card = found.page.locator(f'form:has(input[value="{handle}"])')
        card.get_by_role("button").click()
        assert found.status == 200, found.text
        return found

    def colleague(self, handle: str) -> Visitor:
        """Sign in with passphrase and passkey, as staff do outside the demonstration.

        Their browser runs no scripts, so a device beside it signs in and hands it the session;
        tests/journeys/test_passkeys.py signs in through the page.
        """
        found = self.staff.get(handle)
        if found is None:
            found = self.staff[handle] = self.somebody(handle)
            self.devices[handle] = device_of(self.fund, handle)
        passphrase = personas.STAFF_PASSPHRASE
        token = sign_in(self.fund.base_url, handle, passphrase, self.devices[handle])
        context = found.page.context
        context.clear_cookies()
        context.add_cookies([{"name": "s", "value": token, "url": self.fund.base_url}])
        found.go("/staff/home")
        assert (found.path, found.status) == ("/staff/home", 200), found.text
        return found

    def at_a_device(self, name: str) -> Visitor:
        """Open a browser with scripts and a security key in it, at the address that has a name."""
        named = self.fund.base_url.replace("127.0.0.1", "localhost")
        found = visitor(self.browser, named, name, scripts=True)
        self.visitors.append(found)
        speaking = found.page.context.new_cdp_session(found.page)
        speaking.send("WebAuthn.enable")
        speaking.send("WebAuthn.addVirtualAuthenticator", {"options": SECURITY_KEY})
        return found

    def assert_untroubled(self) -> None:
        """Fail when any browser asked another host, complained, or met a broken page."""
        broken = [failure for each in self.visitors for failure in each.failures]
        assert broken == [], f"{broken}\n{self.fund.log}"
        for each in self.visitors:
            each.assert_untroubled(self.neighbours)

    def close(self) -> None:
        """Close every browser window."""
        for each in self.visitors:
            each.close()


def take_on(fund: LiveFund) -> None:
    """Take on the staff whom the demonstration's door knows."""
    staff = [each for each in personas.PERSONAS if not each.codename]
    hire(fund, [(each.handle, each.display_name, each.roles) for each in staff])
    bring_list(fund)


def bring_list(fund: LiveFund) -> None:
    """Import an official list at the terminal: without one nobody can be paid."""
    with NamedTemporaryFile(suffix=".xml") as file:
        file.write(demo_lists.eu("2026-05-01"))
        file.flush()
        fund.run("lists", "import", file.name)


def hire(fund: LiveFund, wanted: Iterable[tuple[str, str, frozenset[Role]]]) -> None:
    """Take on people by handle, name and roles, with the passphrase of all staff here."""
    settings = config.from_environment(fund.environment)
    with running_app(settings, fund.clock) as app, app.app_context():
        for handle, name, roles in wanted:
            people.add(SYSTEM, handle, name, roles, personas.STAFF_PASSPHRASE, is_demo=True)


def device_of(fund: LiveFund, handle: str) -> Authenticator:
    """Put a passkey for somebody into the running fund and return the device that holds it."""
    settings = config.from_environment(fund.environment)
    with running_app(settings, fund.clock) as app, app.app_context():
        person = known.by_handle(handle)
        assert person is not None, handle
        return with_passkey(app, person.id)


def enrolment_code(fund: LiveFund, handle: str) -> str:
    """Have the administrator give somebody a code for a first passkey, at the terminal."""
    code: str = json.loads(fund.run("user", "enrol", handle, "--json"))["enrolment_code"]
    return code


def pdf_text(content: bytes, folder: Path) -> str:
    """Return what a PDF says, read by a program that is not ours, white space squeezed."""
    file = folder / f"read-{time.monotonic_ns()}.pdf"
    file.write_bytes(content)
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"],  # noqa: S607 (as the machine finds it)
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(done.stdout.split())


def written(amount: int, language: str) -> str:
    """Return an amount as a document in this language prints it, white space squeezed."""
    text = format_currency(Money(amount, "EUR").as_decimal(), "EUR", locale=language)
    return " ".join(str(text).split())


def until(happens: Callable[[], bool], what: str) -> None:
    """Wait for something the worker does in its own time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if happens():
            return
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s in vain for: {what}")
