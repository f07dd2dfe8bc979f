"""Asking a browser for a passkey: which address it is valid for, and what the page needs.

A passkey belongs to a name, and browsers hold it back from every other. So staff who use the
onion address beside the open one keep a passkey for each, and somebody who visits this machine
by its number has to go by its name.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request

from config import Settings
from fund_app.adapters.passkeys import Place
from fund_app.services import passkeys
from fund_app.services.challenges import Purpose
from fund_app.services.passkeys import Proof
from fund_app.views import headers, session


def place() -> Place | None:
    """Return where a passkey used on this page is valid; None under a bare number.

    The origin comes from the settings, not from the request: only what we publish counts.
    """
    settings: Settings = current_app.extensions["fund.settings"]
    visited = urlsplit(f"//{request.host}").hostname or ""
    if _is_number(visited):
        return None
    for address in (settings.base_url, settings.onion_url):
        parts = urlsplit(address or "")
        if parts.hostname == visited:
            return Place(visited, f"{parts.scheme}://{parts.netloc}")
    base = urlsplit(settings.base_url)
    return Place(visited, f"{base.scheme}://{_renamed(base.netloc, visited)}")


def named_url() -> str | None:
    """Return the present address by name where it was visited by number, else None."""
    if place() is not None or not headers.is_loopback(request.host):
        return None
    return f"{request.scheme}://{_renamed(request.host, 'localhost')}{request.path}"


def to_sign(purpose: Purpose) -> str:
    """Return what the page's script asks the browser for; lets the page have its script."""
    headers.allow_passkeys()
    here = place()
    return "" if here is None else passkeys.to_sign(here, purpose, session.token())


def to_register(holder_id: str, handle: str) -> str:
    """Return what the page's script asks the browser to make; lets the page have its script."""
    headers.allow_passkeys()
    here = place()
    if here is None:
        return ""
    return passkeys.to_register(here, session.token(), holder_id, handle)


def proof(purpose: Purpose, answer: str, holder_id: str | None) -> Proof | None:
    """Return the checked answer of a passkey of this person, or None."""
    here = place()
    if here is None:
        return None
    return passkeys.prove(here, purpose, session.token(), answer, holder_id)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _renamed(netloc: str, name: str) -> str:
    port = urlsplit(f"//{netloc}").port
    return name if port is None else f"{name}:{port}"
