"""What the fund has published: the page of figures, and single grants as a file for programs."""

from __future__ import annotations

import json

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund_app.extensions import db
from fund_app.queries import publications
from fund_app.services import open_data
from fund_app.views import publication_labels as words
from fund_app.views.access import public
from workflows import disclosure


@public
def show() -> ResponseReturnValue:
    """List the published figures, the latest first, and say why some numbers are missing."""
    session = db.session()
    page = publications.published(session, request.args.get("after"))
    return render_template(
        "public/figures.html",
        page=page,
        words=words,
        rules=disclosure.newest(),
        grants=len(publications.open_records(session)),
        first_url=url_for("public.figures") if request.args.get("after") else None,
        following_url=page.following and url_for("public.figures", after=page.following),
    )


@public
def grants() -> ResponseReturnValue:
    """Hand out the grants that are open data, in the 360Giving format.

    The format knows no empty file: where nothing is published, the page of figures says so.
    """
    found = open_data.document(db.session())
    if found is None:
        return redirect(url_for("public.figures"), 303)
    answer = Response(json.dumps(found, indent=2, ensure_ascii=False), mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="grants.json"'
    return answer
