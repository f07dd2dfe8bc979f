"""Letters: made outside of any transaction, because laying out a page takes its time."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from fund_app.adapters.keystore import UnknownHolder
from fund_app.adapters.pdf import Unprintable
from fund_app.jobs.context import GiveUp, JobContext, outside
from fund_app.services import letters
from fund_app.services.transition import Unknown


@outside
def make_letter(_session: Session, payload: Mapping[str, str | int], context: JobContext) -> None:
    """Make the letter of one decision and mark it done together with keeping it.

    Payload: application, kind (and the action, for people who read the queue).
    """
    try:
        letters.make(
            str(payload["application"]),
            str(payload["kind"]),
            key=context.key,
            complete=context.complete,
        )
    except Unprintable:
        raise GiveUp("letter_unprintable") from None
    except UnknownHolder:
        raise GiveUp("letter_without_reader") from None
    except Unknown:
        raise GiveUp("case_unknown") from None
