"""Health: the checks a running installation can make on itself."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from fund_app.extensions import db
from fund_app.services import health
from fund_app.views.access import allow
from workflows.roles import Role

CHECKS = {
    "keystore": _l("Keystore: its schema"),
    "dead": _l("Jobs that could not be done"),
    "worker": _l("Jobs due for more than a quarter of an hour"),
    "clock": _l("The installation's clock"),
}
ADVICE = {
    "keystore": _l("Is the keystore's server running? Then run: fund init"),
    "dead": _l("Look at the jobs, find the cause, then try them again."),
    "worker": _l("Is a worker running? Start it with: fund worker"),
    "clock": _l("The clock stands before the last recorded event: set it, or wait."),
}


@allow(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Show what each check found and what to do."""
    findings = health.examine(db.session())
    return render_template("admin/health.html", findings=findings, checks=CHECKS, advice=ADVICE)
