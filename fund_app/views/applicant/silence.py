"""The silence word: set or taken back on a page that looks the same either way."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forms.silence import SilenceForm
from fund_app.services import silence
from fund_app.services.silence import TooShort
from fund_app.views.access import allow
from fund_app.views.applicant import common
from workflows.roles import Role


@allow(Role.APPLICANT)
def silence_word() -> ResponseReturnValue:
    """Show the form, always empty; or keep the word, saying the same whatever it was."""
    form = SilenceForm(request.form)
    if request.method == "GET":
        return render_template("applicant/case/silence.html", form=SilenceForm())
    if form.validate():
        try:
            silence.set_word(common.me(), form.word.data)
        except TooShort:
            too_short = _("Please take a word of at least three letters.")
            form["word"].errors = (*form["word"].errors, too_short)
        else:
            flash(_("Kept."), "success")
            return redirect(url_for("applicant.case"))
    return render_template("applicant/case/silence.html", form=form), 422
