"""Files: added from the return page, sealed at once, sent back only as downloads."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.adapters.files import LARGEST_FILE, RefusedFile
from fund_app.adapters.sandbox import has_office_cleaner
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import applicant
from fund_app.services import documents
from fund_app.services.documents import MOST_FILES, Opened, TooMany
from fund_app.views.access import allow
from fund_app.views.applicant import common
from fund_app.views.applicant.labels import FILE_REFUSALS
from workflows.roles import Role


@allow(Role.APPLICANT)
def show() -> ResponseReturnValue:
    """List the files added so far, and take one more."""
    return _page()


@allow(Role.APPLICANT)
def add() -> ResponseReturnValue:
    """Take one file, or say in a sentence why not."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(_("Please choose a file first."), 422)
    try:
        documents.add(
            common.me(),
            sent.read(LARGEST_FILE + 1),
            sent.filename,
            common.wish(),
            keeps_original="keep_original" in request.form,
        )
    except RefusedFile as refused:
        return _page(str(FILE_REFUSALS[refused.code]), 422)
    except TooMany:
        return _page(
            _("There are %(most)s files already; more cannot be kept.", most=MOST_FILES), 409
        )
    flash(_("The file has been sealed and kept."), "success")
    return redirect(url_for("applicant.files"))


@allow(Role.APPLICANT)
def download(document_id: str) -> ResponseReturnValue:
    """Send one of the person's own files back."""
    return send(documents.read(common.me(), document_id))


def send(opened: Opened) -> Response:
    """Return a document as a download; views/headers.py adds sandbox, nosniff and no-store."""
    response = Response(opened.content, mimetype=opened.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{opened.download_name}"'
    return response


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    person = common.me()
    case = common.my_case(person)
    rows = list(applicant.documents(db.session(), case.id, documents.ADDED))
    return render_template(
        "applicant/case/files.html",
        rows=rows,
        names=documents.names(person, rows),
        used=sum(row.kind == documents.EVIDENCE for row in rows),
        most=MOST_FILES,
        takes_office=has_office_cleaner(),
        keeps_original="keep_original" in request.form,
        problem=problem,
        request_id=new_ref(),
    ), status
