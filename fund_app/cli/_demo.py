"""The demonstration's neighbourhood: everything outside the fund that the fund speaks to.

A payment provider to rehearse with (the same double the tests use), a folder that letters
fall into, and the clock that may be moved. All of it exists in the demonstration only, on
this machine only.
"""

from __future__ import annotations

import importlib
import ipaddress
import secrets
import sys
import threading
from collections.abc import Callable, MutableMapping
from pathlib import Path

import click

import config
from fund_app.adapters.clock import ShiftedClock

DOUBLE = "tests.doubles.stripe_server"
EXAMPLE_IBAN = "DE02 1203 0000 0000 2020 51"
"""The one banks print in their examples; it belongs to nobody."""


def refuse_public(host: str) -> None:
    """Refuse to show the demonstration, whose door lets anybody in, to other machines."""
    try:
        is_local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = host == "localhost"
    if not is_local:
        raise click.ClickException(
            "The demonstration lets everybody in and holds made-up people, so it answers on"
            " this machine only. Leave --host out, or set FUND_ENV=production."
        )


def furnish(environ: MutableMapping[str, str], *, host: str, port: int) -> None:
    """Start the neighbours and tell the fund where they are, unless it was told before."""
    address = f"[{host}]" if ":" in host else host
    environ.setdefault("FUND_BASE_URL", f"http://{address}:{port}")
    home = config.home_of(environ)
    environ.setdefault("FUND_MAIL_URL", (home.resolve() / "mail").as_uri())
    environ.setdefault("FUND_BANK_HOLDER", "Solidarity Fund (rehearsal)")
    environ.setdefault("FUND_BANK_IBAN", EXAMPLE_IBAN)
    if "STRIPE_API_BASE" not in environ:
        _start_payments(environ, home / "clock")


def _start_payments(environ: MutableMapping[str, str], clock_file: Path) -> None:
    """Run the rehearsal provider in a thread, so that it ends when the fund does."""
    clock = ShiftedClock(clock_file)
    secret = f"whsec_{secrets.token_hex(16)}"
    # The double lies beside the product and is not installed with it.
    sys.path.append(str(config.ROOT))
    double = importlib.import_module(DOUBLE)
    now: Callable[[], int] = lambda: int(clock.now().timestamp())  # noqa: E731 (given by name)
    server = double.StripeServer(0, f"{environ['FUND_BASE_URL']}/webhooks/stripe", secret, now)
    threading.Thread(target=server.serve_forever, name="fund-payments", daemon=True).start()
    environ["STRIPE_API_BASE"] = server.url
    environ["STRIPE_API_KEY"] = "sk_test_rehearsal"
    environ["STRIPE_WEBHOOK_SECRET"] = secret
