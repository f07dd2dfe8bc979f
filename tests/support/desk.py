"""Browsers for the people of a house: each signs in through the page and keeps a client."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.ballots import Ballot
from fund_app.services import ballots
from tests.support.client import FundClient
from tests.support.house import PASSPHRASE, House
from tests.support.pages import Page


@dataclass
class Desk:
    """A house whose people also have browsers."""

    house: House
    app: Flask
    _clients: dict[str, FundClient] = field(default_factory=dict)

    def browser(self, handle: str) -> FundClient:
        """Return the browser of somebody, signed in; anew where the session has ended."""
        client = self._clients.get(handle)
        if client is None or client.get("/staff/home").status_code != 200:
            client = FundClient(self.app, response_wrapper=self.app.response_class)
            page = client.page("/staff/")
            data = {"handle": handle, "passphrase": PASSPHRASE}
            assert client.submit(page, data, to="/staff/").status_code == 303
            self._clients[handle] = client
        return client

    def see(self, handle: str, path: str, status: int = 200) -> Page:
        """Let somebody open a page."""
        return self.browser(handle).page(path, status=status)

    def press(self, handle: str, path: str, to: str, expected: int = 302, **typed: object) -> Page:
        """Let somebody open a page, fill in the form that leads `to`, and send it.

        Returns the page the answer leads to, or the answer itself when it leads nowhere.
        """
        client = self.browser(handle)
        answer = client.submit(client.page(path), dict(typed), to=to)
        assert answer.status_code == expected, (answer.status_code, Page(answer).text)
        return client.page(answer.location) if answer.location else Page(answer)

    def ballot_of(self, case_id: str) -> str:
        """Return the id of the live vote on a case."""
        db.session.rollback()
        statement = select(Ballot.id).where(
            Ballot.application_id == case_id, Ballot.state.in_(ballots.LIVE)
        )
        found = db.session.scalar(statement)
        assert found is not None
        return found


def case_path(case_id: str, tab: str = "") -> str:
    """Return the address of a case for coordinators."""
    return f"/coordinator/applications/{case_id}" + (f"/{tab}" if tab else "")
