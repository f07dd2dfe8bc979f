"""Form E, emergency support: the eight minimum questions on four pages, and all that can follow.

The minimum takes less than five minutes. Everything else is asked after the person is safe in
our queue, in any order, or never.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.agreement import CONSENT, SHARING
from forms.narrative import HEALTH_AND_DETENTION, INCIDENT, STORY_BLOCK
from forms.needs import COST_LINES, MEANS, MOST_NEEDED
from forms.pages import Page
from forms.payout import PAY
from forms.plan import PLAN, WILL
from forms.questions import Question
from forms.referees import REFEREES
from forms.safety import ASKED_FOR, CAREFUL_CONTACT, CONTACT, MOMENT
from forms.work import WHO, WORK

FORM_VERSION = 2
"""Stored with an application at submission; raise it when questions or choices change."""

MINIMUM_PAGES = (
    Page(
        "now",
        _l("Right now"),
        _l("Four short questions, so that what cannot wait is read first."),
        (MOMENT,),
        is_minimum=True,
    ),
    Page(
        "contact",
        _l("Where we answer you"),
        _l("You decide how much we know about where you are."),
        (CONTACT,),
        is_minimum=True,
    ),
    Page(
        "story",
        _l("What happened"),
        _l("Write as it comes. Spelling and order do not matter."),
        (STORY_BLOCK,),
        is_minimum=True,
    ),
    Page(
        "need",
        _l("What you need"),
        _l("One sentence is enough for now."),
        (MOST_NEEDED,),
        is_minimum=True,
    ),
)

FURTHER_PAGES = (
    Page(
        "costs",
        _l("Costs, line by line"),
        _l("One line for each kind of cost. Leave lines empty that you do not need."),
        (COST_LINES,),
    ),
    Page(
        "care",
        _l("How to be careful with you"),
        _l("Whatever you set here, everybody who works on your case keeps to it."),
        (ASKED_FOR, CAREFUL_CONTACT),
    ),
    Page(
        "incident",
        _l("More about what happened"),
        _l("Only what is safe to write down."),
        (INCIDENT,),
    ),
    Page(
        "health",
        _l("Health and detention"),
        _l("Only if somebody is hurt, ill or held."),
        (HEALTH_AND_DETENTION,),
    ),
    Page(
        "work",
        _l("Your work"),
        _l("The fund helps people because of what they do for others."),
        (WORK,),
    ),
    Page(
        "you",
        _l("About you"),
        _l("No real name is needed here."),
        (WHO,),
    ),
    Page(
        "means",
        _l("Other help"),
        _l("What you have, what you asked for elsewhere, what else would help."),
        (MEANS,),
    ),
    Page(
        "referees",
        _l("People who can confirm"),
        _l("Up to three. Nobody is asked without the way you name."),
        (REFEREES,),
    ),
    Page(
        "plan",
        _l("What comes after"),
        _l("So that help now does not end in a dead end."),
        (PLAN,),
    ),
    Page(
        "directive",
        _l("If something happens to you"),
        _l("You can leave this empty. If you fill it in, we do as you say here."),
        (WILL,),
    ),
    Page(
        "sharing",
        _l("Sharing and keeping"),
        _l("Unless you say otherwise: nothing is shared, nothing is published."),
        (SHARING,),
    ),
)

PAYOUT_PAGE = Page(
    "payout",
    _l("How the money reaches you"),
    _l("Only the people who make the payment can read this."),
    (PAY,),
)

CONTACT_PAGE = Page(
    "plan",
    _l("How we reach you"),
    _l("You can change this at any time. Whoever works on your case sees it before anything else."),
    (CONTACT, CAREFUL_CONTACT),
)
"""The plan for safe contact, as it is seen and changed on the return page."""

CONSENT_PAGE = Page(
    "check",
    _l("Check your answers"),
    _l("Look once more, then send. You can change everything later, too."),
    (CONSENT,),
)

PAGES = MINIMUM_PAGES + FURTHER_PAGES
BY_SLUG = {page.slug: page for page in PAGES}

MINIMUM = tuple(
    question for page in MINIMUM_PAGES for question in page.questions if question.minimum
)
"""The eight questions without which nobody could help; `handle` belongs to `channel`."""


def catalogue() -> dict[str, Question]:
    """Return every question of the form by its key, payout and consent included."""
    return {
        question.key: question
        for page in (*PAGES, PAYOUT_PAGE, CONSENT_PAGE)
        for question in page.questions
    }


def following(slug: str) -> Page | None:
    """Return the minimum page that comes after this one, or None after the last."""
    slugs = [page.slug for page in MINIMUM_PAGES]
    if slug not in slugs or slug == slugs[-1]:
        return None
    return MINIMUM_PAGES[slugs.index(slug) + 1]
