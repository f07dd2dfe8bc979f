"""Letters of the fund: read by a button, because reading one starts the time to object."""

from __future__ import annotations

from contextlib import suppress

from flask.typing import ResponseReturnValue

from fund_app.services import applications, documents
from fund_app.services.transition import Request
from fund_app.views.access import allow
from fund_app.views.applicant import common
from fund_app.views.applicant.files import send
from workflows.engine import Refused
from workflows.roles import Role


@allow(Role.APPLICANT)
def read(document_id: str) -> ResponseReturnValue:
    """Send a letter as a PDF; the first look at a refusal is noted as its arrival."""
    person = common.me()
    opened = documents.read(person, document_id)
    case = common.my_case(person)
    if case.state == "rejected":
        with suppress(Refused):  # it reached the person before
            applications.notice_reached(person, case.id, Request(common.wish().id))
    return send(opened)
