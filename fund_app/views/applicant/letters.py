"""Letters of the fund: read by a button, because reading one starts the time to object."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from fund_app.services import offers
from fund_app.views.access import allow
from fund_app.views.applicant import common
from fund_app.views.applicant.files import send
from workflows.roles import Role


@allow(Role.APPLICANT)
def read(document_id: str) -> ResponseReturnValue:
    """Send a letter as a PDF; the first look at a refusal is noted as its arrival."""
    return send(offers.read_letter(common.me(), document_id, common.wish()))
