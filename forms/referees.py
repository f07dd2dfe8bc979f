"""Block REF: people who can confirm, and how to ask them without harming anybody."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import YES_NO_UNSURE, Block, Kind, Question, Sensitivity, choices

REFEREES = Block(
    "referee",
    (
        Question(
            "referee_name",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("Name, or what we should call them"),
            _l("Somebody who knows your work or what happened."),
        ),
        Question(
            "referee_way",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("How can we ask them safely?"),
            _l("The channel and the address. We ask only that way."),
        ),
        Question(
            "referee_organisation",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("Their organisation"),
            _l("If they have one; it helps us to find an independent way to them."),
        ),
        Question(
            "referee_relation",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("How do you know each other?"),
            _l("Colleagues, a lawyer and a client, a partner organisation."),
        ),
        Question(
            "referee_knows",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("Do they know that you are asking us?"),
            _l("If they do not, we ask you before we write."),
            YES_NO_UNSURE,
        ),
        Question(
            "referee_may_know",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("What may we tell them?"),
            _l("We never say more than this."),
            choices(
                ("existence", _l("Only that you asked for help")),
                ("full", _l("Also what happened")),
            ),
        ),
    ),
    most=3,
    item_label=_l("Person"),
)
