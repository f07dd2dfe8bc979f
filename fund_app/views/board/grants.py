"""Single grants as open data: propose, confirm as the second, withdraw at once."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from forms.publications import grant_form
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import publications as reads
from fund_app.services import open_data
from fund_app.services.open_data import TooTelling, Wish
from fund_app.services.publications import SIGNERS, PublishingRefused
from fund_app.services.vault import SignedIn
from fund_app.views import acts
from fund_app.views import publication_labels as words
from fund_app.views.access import allow, confirmed, not_found
from fund_app.views.board.figures import PROPOSERS, listing, wanted
from workflows.roles import Role


@allow(*PROPOSERS)
def index() -> ResponseReturnValue:
    """List the grants that are, were or may become open data, and offer to propose one."""
    return _page(_form()())


@allow(*PROPOSERS)
@confirmed
def propose() -> ResponseReturnValue:
    """Propose one grant; what was typed is kept where it is refused."""
    form = _form()(request.form)
    if not form.validate():
        return _page(form), 422
    wish = Wish(form["designation"].data, form["reason"].data, form["description"].data or "")
    try:
        open_data.propose(acts.me(), wish)
    except TooTelling as refused:
        form["description"].errors = (words.too_telling(refused.codes),)
        return _page(form), 422
    except PublishingRefused as refused:
        return _page(form, str(words.REFUSALS[refused.code])), 409
    return _back(_("Proposed. A member of the board has to confirm it."))


@allow(Role.BOARD_MEMBER)
@confirmed
def confirm(grant_record_id: str) -> ResponseReturnValue:
    """Sign second: the grant is open data from now on."""
    return _act(open_data.confirm, grant_record_id, _("Published as open data."))


@allow(*PROPOSERS)
def decline(grant_record_id: str) -> ResponseReturnValue:
    """Take a proposal back."""
    told = _("The proposal is withdrawn. Nothing was published.")
    return _act(open_data.decline, grant_record_id, told)


@allow(*PROPOSERS)
def withdraw(grant_record_id: str) -> ResponseReturnValue:
    """Take a published grant off."""
    told = _("Taken off. Copies may exist, so it counts as known from now on.")
    return _act(open_data.withdraw, grant_record_id, told)


def _act(
    act: Callable[[SignedIn, str], None], grant_record_id: str, told: str
) -> ResponseReturnValue:
    try:
        act(acts.me(), grant_record_id)
    except LookupError:
        not_found()
    return _back(told)


def _page(form: Form, refusal: str | None = None) -> str:
    asked = wanted()
    found = reads.records(db.session(), asked)
    return render_template(
        "board/grants/index.html",
        form=form,
        refusals=() if refusal is None else (refusal,),
        page=found,
        words=words,
        me=acts.me().ref,
        is_signer=acts.me().has_any(SIGNERS),
        fresh=new_ref,
        **listing("board.grants", asked, found.following),
    )


def _form() -> type[Form]:
    return grant_form(list(words.REASONS.items()))


def _back(told: str) -> ResponseReturnValue:
    flash(told, "success")
    return redirect(url_for("board.grants"), 303)
