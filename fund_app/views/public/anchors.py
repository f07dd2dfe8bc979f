"""Anchors of the trail: the page for people, the list for programs."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund_app.extensions import db
from fund_app.queries import anchors
from fund_app.views.access import public


@public
def show() -> ResponseReturnValue:
    """List the anchors, the newest first."""
    page = anchors.anchors(db.session(), request.args.get("after"))
    return render_template(
        "public/anchors.html",
        page=page,
        first_url=url_for("public.anchors") if request.args.get("after") else None,
        following_url=page.following and url_for("public.anchors", after=page.following),
    )


@public
def listed() -> ResponseReturnValue:
    """Hand out every anchor, one line a day: day, anchor, the anchor before."""
    rows = anchors.all_anchors(db.session())
    lines = (f"{row.day.isoformat()} {row.hash} {row.previous}\n" for row in rows)
    return Response("".join(lines), mimetype="text/plain")
