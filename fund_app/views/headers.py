"""The headers every answer carries, whatever answers: page, error, redirect, file, style sheet."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request, url_for

from config import Settings

POLICY = (
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
)
SANDBOX = "default-src 'none'; sandbox"
DENIED_FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
    "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-create",
    "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
FIXED = {
    "Cache-Control": "no-store",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED_FEATURES),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
WITH_PASSKEYS = ", ".join(
    f"{feature}=(self)" if feature in PASSKEYS else f"{feature}=()" for feature in DENIED_FEATURES
)
TWO_YEARS = 63_072_000
FORGET = '"cache", "cookies", "storage"'
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


def protect(app: Flask, settings: Settings) -> None:
    """Set the headers on every response and accept no Host but the fund's own."""
    app.config["TRUSTED_HOSTS"] = trusted_hosts(settings)
    app.after_request(_set)
    app.jinja_env.globals["address_of"] = address_of


def trusted_hosts(settings: Settings) -> list[str]:
    """Return the names this installation answers to; any other Host is a 400."""
    names = {urlsplit(settings.base_url).hostname or ""}
    if settings.onion_url:
        names.add(urlsplit(settings.onion_url).hostname or "")
    if names & LOOPBACK:
        names |= {"127.0.0.1", "localhost"}
    return sorted(names - {""})


def bare() -> list[tuple[str, str]]:
    """Return the headers of an answer without a page, given before the application is asked."""
    return [*FIXED.items(), ("Content-Security-Policy", SANDBOX)]


def allow_form_to(origin: str) -> None:
    """Let forms of this one page lead to another origin (the payment page's), by redirect."""
    g.form_targets = (*g.get("form_targets", ()), origin)


def allow_passkeys() -> None:
    """Let this one page run our own script, which asks the browser for a passkey."""
    g.passkeys = True


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this very machine."""
    return (host or "").rsplit(":", 1)[0] in LOOPBACK or host in LOOPBACK


def is_onion(settings: Settings) -> bool:
    """Whether the present request came to the onion address."""
    host = urlsplit(f"//{request.environ.get('HTTP_HOST', '')}").hostname
    return bool(settings.onion_url) and host == urlsplit(settings.onion_url or "").hostname


def is_encrypted(settings: Settings) -> bool:
    """Whether the address the visitor used is https, as the settings know it.

    An onion address is http as a rule: Tor encrypts to the very server, and no authority vouches
    for it. A proxy that ends TLS passes http on, so the request itself does not know.
    """
    if is_onion(settings):
        return urlsplit(settings.onion_url or "").scheme == "https"
    return settings.is_https


def address(settings: Settings) -> str:
    """Return the address by which the present request came, as the settings publish it.

    Behind a proxy that ends TLS the request would say http, and what is given out would lead
    over an unprotected line.
    """
    if is_onion(settings):
        return (settings.onion_url or "").rstrip("/")
    return settings.base_url


def address_of(endpoint: str, **values: Any) -> str:
    """Return a page's full address, for what is read out, written down or handed on.

    It carries no language but one that is named: whoever reads it out speaks it letter by letter.
    """
    settings: Settings = current_app.extensions["fund.settings"]
    return address(settings) + url_for(endpoint, **{"lang": None, **values})


def _set(response: Response) -> Response:
    settings: Settings = current_app.extensions["fund.settings"]
    for name, value in FIXED.items():
        response.headers[name] = value
    if g.get("passkeys"):
        response.headers["Permissions-Policy"] = WITH_PASSKEYS
    response.headers["Content-Security-Policy"] = _policy(response)
    for name in ("ETag", "Last-Modified", "Server", "Expires"):
        response.headers.pop(name, None)
    if settings.is_https and not is_onion(settings):
        response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
    if settings.onion_url and not is_onion(settings) and response.mimetype == "text/html":
        response.headers["Onion-Location"] = settings.onion_url.rstrip("/") + request.path
    return response


def _policy(response: Response) -> str:
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        return SANDBOX
    targets = " ".join(("'self'", *g.get("form_targets", ())))
    scripts = ("script-src 'self'",) if g.get("passkeys") else ()
    return "; ".join((*POLICY, f"form-action {targets}", *scripts))
