"""Asking for help: what it is about, eight questions on four pages, and sending them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask import session as remembered
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from forms import emergency, fit
from forms.pages import Page, PageForm, fill, page_form
from fund_app.adapters.clock import now
from fund_app.extensions import db
from fund_app.models.types import new_ref
from fund_app.queries import answers, programmes
from fund_app.services import intake
from fund_app.services.intake import AnswerText
from fund_app.services.vault import SignedIn
from fund_app.views import resume, session
from fund_app.views.access import allow, not_found, public
from fund_app.views.applicant import common, summaries
from fund_app.views.throttle import SUBMIT, take
from workflows.countries import group_of
from workflows.roles import Role

FIRST = emergency.MINIMUM_PAGES[0].slug
ANOTHER = "another"
LONGEST_COUNT = 2
"""Digits of a number of lines that may come from an address."""


@public
def landing() -> ResponseReturnValue:
    """Say what emergency support covers, whether it is open and how fast it answers."""
    status = programmes.public_status(db.session(), now())[0]
    return render_template("applicant/apply/landing.html", status=status, first=FIRST)


@public
def fit_check() -> ResponseReturnValue:
    """Ask six questions and answer them at once; nothing is stored."""
    form = fit.FitForm(request.form if request.method == "POST" else None)
    findings = form.findings() if request.method == "POST" else None
    return render_template("applicant/apply/fit.html", form=form, findings=findings, first=FIRST)


@public
def ask(slug: str) -> ResponseReturnValue:
    """Ask the questions of one page; answers are kept as they come."""
    page = emergency.BY_SLUG.get(slug) or not_found()
    person = common.somebody()
    if request.method == "POST":
        return _answered(page, person)
    if person is None and slug != FIRST:
        return redirect(url_for("applicant.sign_in"))
    known = {} if person is None else _known(person)
    items = _items(page, known)
    form = page_form(page, common.lists(), items)(data=fill(page, known, items))
    return _page(page, form, person)


@allow(Role.APPLICANT)
def tasks() -> ResponseReturnValue:
    """List all pages of the form with how far each one is."""
    case = common.my_case()
    there = answers.given(db.session(), case.id)
    return render_template(
        "applicant/apply/tasks.html",
        minimum=summaries.tasks(emergency.MINIMUM_PAGES, there),
        further=summaries.tasks(emergency.FURTHER_PAGES, there),
        left=len(answers.missing(db.session(), case.id)),
        case=case,
        has_codename=intake.has_codename(common.me()),
        request_id=new_ref(),
    )


@allow(Role.APPLICANT)
def check() -> ResponseReturnValue:
    """Show every answer once more, take the consent and send."""
    person = common.me()
    case = common.my_case(person)
    if case.state != intake.DRAFT:
        return redirect(common.home())
    form = page_form(emergency.CONSENT_PAGE, {})(request.form or None)
    if request.method == "POST" and form.validate():
        return _send(person, form)
    known = _known(person)
    return render_template(
        "applicant/apply/check.html",
        form=form,
        sections=summaries.check(known),
        left=summaries.missing(answers.missing(db.session(), case.id)),
        request_id=new_ref(),
        step_seen=case.step,
        languages=word_lists(),
    ), 422 if form.errors else 200


def _answered(page: Page, person: SignedIn | None) -> ResponseReturnValue:
    if person is None and request.form.get("has_codename"):
        return resume.ask_to_sign_in("applicant")
    items = _sent_items(page)
    form = page_form(page, common.lists(), items)(request.form)
    valid = form.validate()
    if person is None:
        person = _begin(page)
    _keep(person, form)
    if not valid:
        return _page(page, form, person, status=422)
    return redirect(_next(page, items))


def _begin(page: Page) -> SignedIn:
    """Begin a draft with its first answers; whoever wrote before is told what became of it."""
    take("begin", SUBMIT)
    entrant = intake.begin(str(get_locale() or "en"))
    session.sign_in_applicant(entrant.holder_id, entrant.private_key)
    if page.slug != FIRST:
        flash(
            _(
                "Your time on this page ran out, and without a codename earlier pages cannot be "
                "opened again. What you just wrote is kept. Please fill in the others once more."
            ),
            "warning",
        )
    return common.me()


def _keep(person: SignedIn, form: PageForm) -> None:
    intake.save(
        person,
        [
            AnswerText(each.question, each.item, each.compartment, each.text)
            for each in form.given()
        ],
    )


def answer_texts(form: PageForm) -> list[AnswerText]:
    """Return what a form was given, as intake seals it."""
    return [
        AnswerText(each.question, each.item, each.compartment, each.text) for each in form.given()
    ]


def _send(person: SignedIn, form: PageForm) -> ResponseReturnValue:
    _keep(person, form)
    known = _known(person)
    intake.submit(
        person,
        common.wish(),
        region=group_of(known.get(("country_now", 0), "")),
        form_version=emergency.FORM_VERSION,
    )
    give_codename(person)
    return redirect(common.home())


def give_codename(person: SignedIn) -> None:
    """Give the person a codename, to be shown once, unless there is one."""
    private_key = session.private_key()
    if private_key is None or intake.has_codename(person):
        return
    fresh = intake.keep(person, private_key, request.form.get("word_list", "en"))
    remembered[common.SHOWN_ONCE] = {"words": list(fresh.words), "digits": fresh.grouped_digits}


def _page(
    page: Page, form: PageForm, person: SignedIn | None, *, status: int = 200
) -> ResponseReturnValue:
    minimum = [each.slug for each in emergency.MINIMUM_PAGES]
    case = None if person is None else common.my_case(person)
    number = minimum.index(page.slug) + 1 if page.slug in minimum else None
    return render_template(
        "applicant/apply/ask.html",
        page=page,
        form=form,
        number=number,
        count=len(minimum),
        case=case,
        has_codename=person is not None and intake.has_codename(person),
        can_add=any(block.is_repeated for block in page.blocks),
    ), status


def _next(page: Page, items: Mapping[str, int]) -> str:
    if ANOTHER in request.form:
        repeated = next(block for block in page.blocks if block.is_repeated)
        return url_for("applicant.ask", slug=page.slug, lines=items[repeated.key] + 1)
    if "leave" in request.form:
        return url_for("applicant.keep")
    case = common.my_case()
    following = emergency.following(page.slug)
    if case.state != intake.DRAFT or page.slug not in {p.slug for p in emergency.MINIMUM_PAGES}:
        return url_for("applicant.tasks")
    if following is None:
        return url_for("applicant.check")
    return url_for("applicant.ask", slug=following.slug)


def _known(person: SignedIn) -> dict[tuple[str, int], str]:
    return answers.opened(db.session(), person.ring, common.my_case(person).id)


def _items(page: Page, known: Mapping[tuple[str, int], str]) -> dict[str, int]:
    """Return how many items of each repeated block to show: those there are and one more."""
    wished = max(_count(request.args.get("lines", "")), 1)
    found: dict[str, int] = {}
    for block in page.blocks:
        keys = {question.key for question in block.questions}
        used = [item for (key, item), text in known.items() if key in keys and text]
        found[block.key] = min(max(max(used, default=-1) + 2, wished), block.most)
    return found


def _sent_items(page: Page) -> dict[str, int]:
    """Return how many items of each repeated block a form was sent with."""
    found: dict[str, int] = {}
    for block in page.blocks:
        first = block.questions[0].key
        numbers = [name.rsplit("_", 1)[1] for name in request.form if name.startswith(f"{first}_")]
        sent = [
            int(number) for number in numbers if number.isdecimal() and len(number) <= LONGEST_COUNT
        ]
        found[block.key] = min(max(sent, default=0) + 1, block.most)
    return found


def _count(text: str) -> int:
    """Read a small number from a name or an address; anything else is 0."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_COUNT
    return int(text) if is_number else 0


def word_lists() -> Mapping[str, str]:
    """Return the lists a codename can be written with, by language."""
    return {"en": _("English words"), "ru": _("Russian words")}
