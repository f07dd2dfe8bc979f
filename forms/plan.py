"""Blocks PLAN and WILL: what the help would change, and what should happen if contact ends."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import PARAGRAPH, YES_NO_UNSURE, Block, Kind, Question, Sensitivity, choices

PLAN = Block(
    "plan",
    (
        Question(
            "what_changes",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("What would change with this help?"),
            _l("So that we can see together whether it is the right kind of help."),
            limit=PARAGRAPH,
        ),
        Question(
            "if_refused",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("What will you do if we cannot help?"),
            _l("We ask so that we can look for another way in time."),
            limit=PARAGRAPH,
        ),
        Question(
            "leaving_considered",
            Sensitivity.SPECIAL,
            Kind.ONE,
            _l("Are you thinking of leaving the country?"),
            _l("There is a separate programme for it, and some steps should come before others."),
            YES_NO_UNSURE,
        ),
    ),
)

WILL = Block(
    "will",
    (
        Question(
            "will_pay",
            Sensitivity.LIFE_CRITICAL,
            Kind.LONG,
            _l("If you are arrested, in hospital or worse: who should receive the help?"),
            _l("For example a lawyer or your family. We act on this without asking again."),
            limit=PARAGRAPH,
        ),
        Question(
            "will_tell",
            Sensitivity.LIFE_CRITICAL,
            Kind.LONG,
            _l("Whom should we tell?"),
            _l("Names and safe ways to reach them. Nobody else hears of it from us."),
            limit=PARAGRAPH,
        ),
        Question(
            "will_publicity",
            Sensitivity.LIFE_CRITICAL,
            Kind.ONE,
            _l("Should the public hear of it?"),
            _l("Attention can protect and it can harm. You decide now, while you can."),
            choices(
                ("yes", _l("Yes")),
                ("no", _l("No")),
                ("ask", _l("Ask the people I named")),
            ),
        ),
        Question(
            "will_differs",
            Sensitivity.LIFE_CRITICAL,
            Kind.LONG,
            _l("Is anything different for an arrest, for hospital, or if you die?"),
            _l("Only where one answer for all three would be wrong."),
            limit=PARAGRAPH,
        ),
    ),
)
