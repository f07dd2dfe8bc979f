"""Referees who may not have written freely: which case, which day, and not a word more."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.fields import tidy
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import referees as reads
from fund_app.services import referees
from fund_app.views import acts, labels
from fund_app.views.access import allow
from workflows.roles import Role

SEEN = "seen"
LONGEST_SEARCH = 64
LONGEST_CURSOR = 200


@allow(Role.SECURITY_LEAD)
def index() -> ResponseReturnValue:
    """List the answers that do not count: those to look after, or those looked after."""
    seen = request.args.get("view") == SEEN
    search = tidy(request.args.get("q", ""))[:LONGEST_SEARCH]
    cursor = request.args.get("after", "")[:LONGEST_CURSOR] or None
    found = reads.flagged(db.session(), seen=seen, search=search, cursor=cursor)
    kept = {"view": SEEN if seen else None, "q": search or None}
    return render_template(
        "security/referees/index.html",
        rows=found.rows,
        seen=seen,
        search=search,
        tabs=[
            (_("To look after"), _address(), not seen),
            (_("Looked after"), _address(view=SEEN), seen),
        ],
        first_url=_address(**kept) if cursor else None,
        following_url=_address(**kept, after=found.following) if found.following else None,
        labels=labels,
        request_id=new_ref(),
    )


@allow(Role.SECURITY_LEAD)
def note_seen(referee_id: str) -> ResponseReturnValue:
    """Note that somebody has looked after it."""
    referees.note_seen(acts.me(), referee_id)
    flash(_("Noted. It stands under what was looked after."), "success")
    return redirect(_address(), 303)


def _address(**parts: Any) -> str:
    return url_for("security.referees", **parts)
