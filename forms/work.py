"""Blocks WORK and WHO: what somebody does, and as much of who they are as a case needs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import (
    PARAGRAPH,
    YES_NO_UNSURE,
    Block,
    Kind,
    Question,
    Sensitivity,
    choices,
)

ROLES = choices(
    ("defender", _l("Human rights defender")),
    ("journalist", _l("Journalist")),
    ("media", _l("Working for a media outlet")),
    ("lawyer", _l("Lawyer")),
    ("organiser", _l("Organiser or activist")),
    ("artist", _l("Artist")),
    ("scholar", _l("Scholar or teacher")),
    ("observer", _l("Election observer")),
    ("medic", _l("Medic")),
    ("relative", _l("Relative of somebody who does this work")),
    ("other", _l("Something else")),
)

LISTINGS = choices(
    ("none", _l("No")),
    ("foreign_agent", _l("Foreign agent")),
    ("undesirable", _l("Undesirable organisation, or connected with one")),
    ("extremist", _l("Extremist")),
    ("terrorist", _l("Terrorist")),
    ("unknown", _l("I do not know")),
)

WORK = Block(
    "work",
    (
        Question(
            "role_types",
            Sensitivity.PERSONAL,
            Kind.MANY,
            _l("What do you do?"),
            _l("Tick whatever applies. The fund helps because of this work."),
            ROLES,
        ),
        Question(
            "work_description",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("Tell us a little about your work"),
            _l("Two or three sentences, so that the link between your work and the danger shows."),
            limit=300,
        ),
        Question(
            "organisation",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("Do you work with an organisation or a group?"),
            _l("Its name, if it may be known to us."),
        ),
        Question(
            "active_since",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("Since when have you been doing this?"),
            _l("A year is enough."),
            limit=40,
        ),
        Question(
            "public_links",
            Sensitivity.PERSONAL,
            Kind.LONG,
            _l("Is there anything public about your work?"),
            _l("Links to articles, posts or pages. They can replace documents."),
            limit=PARAGRAPH,
        ),
        Question(
            "publicly_known",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("Are you publicly known for it?"),
            _l("It changes which kind of attention helps and which harms."),
            YES_NO_UNSURE,
        ),
        Question(
            "listing",
            Sensitivity.SPECIAL,
            Kind.MANY,
            _l("Have you been put on a state list?"),
            _l("Such a list is no reason to refuse you. It decides which payments are safe."),
            LISTINGS,
        ),
    ),
)

WHO = Block(
    "who",
    (
        Question(
            "pseudonym",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("What should we call you?"),
            _l("Any name you like. It need not be yours."),
            limit=60,
        ),
        Question(
            "address_form",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("How should we speak of you?"),
            _l("A pronoun or a form of address, if it matters to you."),
            limit=60,
        ),
        Question(
            "birth_year",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("In which year were you born?"),
            _l("Some kinds of help depend on age. The full date is not needed."),
            limit=8,
        ),
        Question(
            "citizenships",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("Which citizenships do you hold?"),
            _l("They decide where you can travel and who can protect you."),
        ),
        Question(
            "region_now",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("In which part of the country are you?"),
            _l("A region is enough; we look for help near you."),
        ),
        Question(
            "dependants",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("Who depends on you?"),
            _l("How many people and how old they are. No names."),
        ),
        Question(
            "access_needs",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("Is there anything that would make this easier for you?"),
            _l("For example larger letters, short calls, a certain time of day, an interpreter."),
        ),
    ),
)
