"""The unit of work: one use case, one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from fund_app.extensions import WRITE, db

_OPEN = "fund_unit_open"


class Repeated(Exception):
    """The very same request was carried out before; the unit of work ends quietly."""


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Open one writing transaction, commit it at the end, roll back whatever fails.

    A unit inside a unit joins the outer one, so that a service may call another. What was
    read before (to show a page, to find the actor) is forgotten first: the rows a decision
    rests on are read again under the lock. A request that is repeated ends the outermost unit
    without an error and without a second effect.
    """
    session: Session = db.session()
    if session.info.get(_OPEN):
        yield session
        return
    session.rollback()
    session.connection(execution_options={WRITE: True})
    session.info[_OPEN] = True
    try:
        yield session
        session.commit()
    except Repeated:
        session.rollback()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info[_OPEN] = False
