"""Block THREAT: what happened, in the person's own words, and the details that can follow.

The codes of acts and actors follow the HURIDOCS lists with the additions of the domain, so
that a case can be read beside others without being told again.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import PARAGRAPH, STORY, Block, Kind, Question, Sensitivity, choices

STORY_BLOCK = Block(
    "story",
    (
        Question(
            "country_now",
            Sensitivity.PERSONAL,
            Kind.PICK,
            _l("In which country are you, or is the person it is for, now?"),
            _l("It decides what can be done safely. You need not name a place."),
            source="countries",
            minimum=True,
        ),
        Question(
            "narrative",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("What happened?"),
            _l(
                "A few sentences in your own words are enough. You tell this once; whoever "
                "decides reads a version without names and places."
            ),
            limit=STORY,
            minimum=True,
            may_wait=True,
        ),
    ),
)

ACTS = choices(
    ("threats", _l("Threats")),
    ("surveillance", _l("Surveillance")),
    ("search", _l("A search or raid")),
    ("arrest", _l("An arrest")),
    ("detention", _l("Being held or imprisoned")),
    ("house_arrest", _l("House arrest")),
    ("disappearance", _l("A disappearance or abduction")),
    ("violence", _l("Violence, torture or ill-treatment")),
    ("killing", _l("A killing or an attempt")),
    ("criminal_case", _l("A criminal case")),
    ("in_absentia", _l("A case in absentia or a wanted notice")),
    ("fine", _l("A fine")),
    ("listing_agent", _l("Being listed as a foreign agent")),
    ("listing_undesirable", _l("Being listed as undesirable, extremist or terrorist")),
    ("account_freeze", _l("A blocked account")),
    ("asset_seizure", _l("Seized belongings or money")),
    ("liquidation", _l("An organisation closed or banned")),
    ("travel_ban", _l("A ban on leaving or entering")),
    ("passport", _l("A passport refused or cancelled")),
    ("dismissal", _l("Losing work or a place of study")),
    ("doxxing", _l("Private details published")),
    ("account_takeover", _l("An account taken over")),
    ("spyware", _l("Spyware")),
    ("relatives", _l("Pressure on relatives")),
    ("transnational", _l("Being followed or threatened abroad")),
    ("conscription", _l("Forced conscription")),
    ("other", _l("Something else")),
)

ACTORS = choices(
    ("police", _l("Police")),
    ("intelligence", _l("Security or intelligence service")),
    ("judiciary", _l("Prosecutors or courts")),
    ("officials", _l("National or local officials")),
    ("armed_forces", _l("Armed forces")),
    ("prison", _l("Prison staff")),
    ("pro_government", _l("Groups close to the government")),
    ("employer", _l("An employer, school or university")),
    ("private", _l("Private persons or a mob")),
    ("unknown", _l("I do not know")),
)

PLACES = choices(
    ("home", _l("At home")),
    ("office", _l("At work or in an office")),
    ("street", _l("In public")),
    ("online", _l("Online")),
    ("detention", _l("In detention")),
    ("border", _l("At a border")),
)

INCIDENT = Block(
    "incident",
    (
        Question(
            "incident_date",
            Sensitivity.PERSONAL,
            Kind.DAY,
            _l("When did it happen?"),
            _l("The day, or roughly the day. If it goes on, the day it last got worse."),
        ),
        Question(
            "act_types",
            Sensitivity.SPECIAL,
            Kind.MANY,
            _l("What was done?"),
            _l("Tick whatever applies. It helps us to find others who met the same."),
            ACTS,
        ),
        Question(
            "actor_types",
            Sensitivity.SPECIAL,
            Kind.MANY,
            _l("Who did it?"),
            _l("Only the kind of people. No names are needed."),
            ACTORS,
        ),
        Question(
            "place_level",
            Sensitivity.PERSONAL,
            Kind.MANY,
            _l("Where did it happen?"),
            _l("The kind of place, not the address."),
            PLACES,
        ),
        Question(
            "told_to",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("Have you told another organisation already?"),
            _l("If so, which one, and your reference there. Then you need not tell it again."),
        ),
        Question(
            "proceedings",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("Is there a case against you?"),
            _l("The article, how far it has come, the next hearing, a ban on travelling."),
            limit=PARAGRAPH,
        ),
        Question(
            "earlier_incidents",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("Did anything like this happen before?"),
            _l("It helps us to see how the danger grows."),
            limit=PARAGRAPH,
        ),
        Question(
            "others_in_danger",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("Is anybody else in danger because of this?"),
            _l("Relatives, colleagues, sources. How many is enough; no names are needed."),
            limit=PARAGRAPH,
        ),
        Question(
            "measures_tried",
            Sensitivity.PERSONAL,
            Kind.LONG,
            _l("What have you tried so far?"),
            _l("So that we do not send you where you have been."),
            limit=PARAGRAPH,
        ),
    ),
)

HEALTH_AND_DETENTION = Block(
    "health_detention",
    (
        Question(
            "injury",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("If somebody is hurt or ill: what is the matter?"),
            _l("What it is, where it can be treated, and what a doctor thinks it will cost."),
            limit=PARAGRAPH,
        ),
        Question(
            "detention_place",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("If somebody is held: where, as far as you know?"),
            _l("It decides who can visit and which lawyer can come."),
        ),
        Question(
            "detention_since",
            Sensitivity.SPECIAL,
            Kind.DAY,
            _l("Held since when?"),
            _l("Some legal steps are only possible in the first days."),
        ),
        Question(
            "detention_contact",
            Sensitivity.SPECIAL,
            Kind.ONE,
            _l("Is contact with the person allowed?"),
            _l("So that we know whether a lawyer or a relative can speak to them."),
            choices(
                ("free", _l("Yes")),
                ("restricted", _l("Sometimes, or only to some")),
                ("none", _l("No")),
                ("unknown", _l("I do not know")),
            ),
        ),
        Question(
            "detention_lawyer",
            Sensitivity.SPECIAL,
            Kind.ONE,
            _l("Is there a lawyer?"),
            _l("If not, finding one may come first."),
            choices(
                ("own", _l("Yes, chosen by the person or the family")),
                ("assigned", _l("Yes, assigned by the state")),
                ("none", _l("No")),
                ("unknown", _l("I do not know")),
            ),
        ),
    ),
)
