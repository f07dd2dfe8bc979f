"""The door of the demonstration: one card per persona, one touch to come in as them.

The routes exist only where the settings say demonstration and the public address is this very
machine; a request that came any other way gets the same 404 as for any unknown page.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fund_app.queries import people
from fund_app.services import personas
from fund_app.services.personas import Persona
from fund_app.views import errors, headers, labels, session
from fund_app.views.access import not_found, public
from workflows.roles import Role

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


@public
def show() -> ResponseReturnValue:
    """Show the cards."""
    _only_from_here()
    cards = [(one, _label(one), _purpose(one)) for one in personas.PERSONAS]
    return render_template("public/door.html", cards=cards)


@public
def enter() -> ResponseReturnValue:
    """Come in as one persona."""
    _only_from_here()
    chosen = personas.persona(request.form.get("persona", ""))
    if chosen is None:
        not_found()
    person = people.by_handle(chosen.handle)
    entrant = personas.enter(chosen, person.id if person else None)
    if entrant is None:
        return errors.refusal(_("The demonstration's data is not loaded. Run: fund demo"))
    if person is not None:
        session.sign_in_staff(person, entrant.private_key, by=session.BY_DOOR)
        return redirect(url_for(session.HOMES["staff"]), 303)
    if Role.APPLICANT in chosen.roles:
        session.sign_in_applicant(entrant.holder_id, entrant.private_key)
        return redirect(url_for(session.HOMES["applicant"]), 303)
    session.sign_in_donor(entrant.holder_id, entrant.private_key)
    return redirect(url_for(session.HOMES["donor"]), 303)


def _only_from_here() -> None:
    near = headers.is_loopback(request.remote_addr) and headers.is_loopback(request.host)
    if not near or any(name in request.headers for name in FORWARDED):
        not_found()


def _label(one: Persona) -> str:
    name = labels.role(one.role)
    return f"{name} {one.number}" if one.number else name


def _purpose(one: Persona) -> str:
    return str(labels.PURPOSES[one.role])
