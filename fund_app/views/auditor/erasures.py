"""What was erased and what is kept longer: proofs, counts, reasons; never what it was about."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.queries import erasures
from fund_app.services import retention
from fund_app.views import erasure_labels
from fund_app.views.access import allow
from fund_app.views.auditor import audit, labels
from workflows.roles import Role

LONGEST_SEARCH = 64


@allow(Role.AUDITOR)
def index() -> ResponseReturnValue:
    """List every erasure with its proof, what is due today, and what is kept longer."""
    session, today = db.session(), now().date()
    search = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    sort = request.args.get("sort", "-day")
    sort = sort if sort in erasures.SORTS else "-day"
    found = erasures.erasures(session, search, sort, request.args.get("after"))

    def address(**changed: Any) -> str:
        return url_for("auditor.erasures", **{"q": search or None, "sort": sort, **changed})

    return render_template(
        "auditor/audit/erasures.html",
        tabs=audit.tabs("auditor.erasures"),
        page=found,
        search=search,
        sort=sort,
        sort_url=lambda key: address(sort=key),
        first_url=address() if request.args.get("after") else None,
        following_url=found.following and address(after=found.following),
        due=_due(today),
        kept=erasures.kept_cases(session, today),
        origins=labels.ORIGINS,
        reasons=erasure_labels.KEPT_FOR,
    )


def _due(today: date) -> list[tuple[Any, int]]:
    counts = retention.due(db.session(), today).counts()
    return [(labels.DUE[code], count) for code, count in counts.items()]
