"""Block AGREE: what somebody consents to. Only three ticks are needed to send an application."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import Block, Kind, Question, Sensitivity, choices
from workflows.erasures import SHORTEST

CONSENT = Block(
    "consent",
    (
        Question(
            "information_read",
            Sensitivity.INTERNAL,
            Kind.TICK,
            _l("I have read what happens with what I write."),
            _l("It stands above, in a few sentences."),
            must_agree=True,
        ),
        Question(
            "processing_consent",
            Sensitivity.PERSONAL,
            Kind.TICK,
            _l("The fund may use my answers to decide on help and to bring it to me."),
            _l("You can take this back at any time by withdrawing."),
            must_agree=True,
        ),
        Question(
            "truth",
            Sensitivity.INTERNAL,
            Kind.TICK,
            _l("What I wrote is true as far as I know."),
            _l("Leaving something out because it is dangerous is not a lie."),
            must_agree=True,
        ),
    ),
)

SHARING = Block(
    "sharing",
    (
        Question(
            "share_partners",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("May we speak of your case with organisations that could help?"),
            _l("Nothing is shared without your word for each organisation and each point."),
            choices(("ask", _l("Ask me each time")), ("no", _l("No, with nobody"))),
        ),
        Question(
            "publicity",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("May anything about this become public?"),
            _l("If you say nothing, nothing does."),
            choices(
                ("none", _l("No")),
                ("anonymous", _l("Yes, without anything that points to me")),
                ("named", _l("Yes, with the name I give")),
            ),
        ),
        Question(
            "retention",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("How long should we keep your file afterwards?"),
            _l("If danger comes back within a year, a kept file saves you from telling it again."),
            choices(
                (SHORTEST, _l("As short as possible: 30 days after the end")),
                ("standard", _l("The usual time: a year after the end")),
            ),
        ),
    ),
)
