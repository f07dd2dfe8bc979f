"""Proofs of erasure: the page behind a random number, the text to keep, the key that signed it."""

from __future__ import annotations

import re

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from fund_app.extensions import db
from fund_app.models.erasures import Erasure
from fund_app.queries import erasures
from fund_app.services import proofs
from fund_app.views.access import not_found, public

NUMBER = re.compile(r"[0-9a-f]{32}")


@public
def show(number: str) -> ResponseReturnValue:
    """Show the proof, or say that it is being finished."""
    erasure = _erasure(number)
    if erasure.done_on is None:
        return render_template("public/proof.html", erasure=erasure, text=None)
    return render_template(
        "public/proof.html",
        erasure=erasure,
        text=proofs.write(erasure),
        last_day=proofs.last_backup_day(erasure.done_on),
    )


@public
def download(number: str) -> ResponseReturnValue:
    """Hand out the proof as a text file with a name that says nothing."""
    erasure = _erasure(number)
    if erasure.done_on is None:
        not_found()
    response = Response(proofs.write(erasure), mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="page.txt"'
    return response


@public
def keys() -> ResponseReturnValue:
    """Publish the key by which proofs can be checked, and how."""
    return render_template("public/keys.html", key=proofs.public_key(), steps=proofs.steps())


def _erasure(number: str) -> Erasure:
    found = erasures.by_number(db.session(), number) if NUMBER.fullmatch(number) else None
    return found or not_found()
