"""Signing in from outside, over the wire, as a script of somebody else's would."""

from __future__ import annotations

from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element

import html5lib

from tests.support.authenticator import Authenticator

PATIENCE_SECONDS = 60.0


def sign_in(base_url: str, handle: str, passphrase: str, device: Authenticator) -> str:
    """Sign in with passphrase and passkey and return the cookie's token.

    Goes to the address that has a name: no browser keeps a passkey for a number.
    """
    port = urlsplit(base_url).port
    origin = f"http://localhost:{port}"
    connection = HTTPConnection("127.0.0.1", port or 80, timeout=PATIENCE_SECONDS)
    host = {"Host": f"localhost:{port}"}
    connection.request("GET", "/staff/", headers=host)
    answer = connection.getresponse()
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["s"].value
    form = _form(answer.read().decode())
    values = {each.get("name", ""): each.get("value", "") for each in form.iter("input")}
    signed = device.at(origin).sign(form.get("data-options", ""))
    sent = urlencode({**values, "handle": handle, "passphrase": passphrase, "passkey": signed})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
    connection.request("POST", "/staff/", sent, {**host, **kind, "Cookie": f"s={cookie}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 303, f"{handle} was refused: {answer.status}"
    return SimpleCookie(answer.headers["Set-Cookie"])["s"].value


def _form(text: str) -> Element:
    page = html5lib.parse(text, namespaceHTMLElements=False)
    return next(form for form in page.iter("form") if form.get("data-passkey"))
