"""Block SAFE: how to reach somebody without adding to the danger. Asked first."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import PARAGRAPH, YES_NO_UNSURE, Block, Kind, Question, Sensitivity, choices

CHANNEL_HERE = "portal"
"""The channel that needs no address: the person comes back to the return page."""

HANDLE_HINT = _l(
    "The name, number or address there; leave it empty if we answer only here. Only the people "
    "who carry your case can read it, and you can see each time somebody looked."
)

MOMENT = Block(
    "moment",
    (
        Question(
            "for_whom",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("Who is this help for?"),
            _l("So that we know whom to speak to, and whose consent we need."),
            choices(
                ("self", _l("For me")),
                ("other", _l("For somebody else, and I am asking for them")),
                ("group", _l("For several people")),
            ),
            minimum=True,
        ),
        Question(
            "safe_now",
            Sensitivity.SPECIAL,
            Kind.ONE,
            _l("Are you, or is the person it is for, safe right now?"),
            _l("If not, somebody reads this before anything else."),
            YES_NO_UNSURE,
            minimum=True,
        ),
        Question(
            "deadline",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("How soon would help come too late?"),
            _l("We work in the order of what cannot wait."),
            choices(
                ("hours", _l("Within hours")),
                ("days", _l("Within two or three days")),
                ("week", _l("Within a week or two")),
                ("later", _l("Later than that")),
                ("unknown", _l("I cannot say")),
            ),
            minimum=True,
        ),
        Question(
            "language",
            Sensitivity.INTERNAL,
            Kind.ONE,
            _l("In which language should we write to you?"),
            _l("Questions, letters and decisions will come in this language."),
            choices(("en", _l("English")), ("ru", _l("Russian")), ("de", _l("German"))),
            minimum=True,
        ),
    ),
)

CONTACT = Block(
    "contact",
    (
        Question(
            "channel",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("Where may we answer you?"),
            _l(
                "The safest place is here: you come back with your codename and read our answer. "
                "Choose another way only if it is safe for you."
            ),
            choices(
                (CHANNEL_HERE, _l("Only here, when I come back")),
                ("signal", _l("Signal")),
                ("matrix", _l("Matrix")),
                ("email", _l("Encrypted e-mail")),
                ("phone", _l("By phone")),
                ("partner", _l("Through an organisation that knows me")),
            ),
            minimum=True,
        ),
        Question(
            "handle",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("How do we find you there?"),
            HANDLE_HINT,
        ),
    ),
)

ASKED_FOR = Block(
    "asked_for",
    (
        Question(
            "proxy_relation",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("If you ask for somebody else: who are you to them?"),
            _l("For example a sister, a colleague, a lawyer."),
        ),
        Question(
            "proxy_has_consent",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("Does that person know that you are asking?"),
            _l("Sometimes they cannot. Then we are especially careful with what we do."),
            YES_NO_UNSURE,
        ),
    ),
)

CAREFUL_CONTACT = Block(
    "careful_contact",
    (
        Question(
            "hours_from",
            Sensitivity.PERSONAL,
            Kind.PICK,
            _l("From which hour on may we contact you?"),
            _l("Hours at which nobody else looks at your screen or picks up the phone."),
            source="hours",
        ),
        Question(
            "hours_until",
            Sensitivity.PERSONAL,
            Kind.PICK,
            _l("Until which hour?"),
            _l("The same hour twice means: at any time."),
            source="hours",
        ),
        Question(
            "time_zone",
            Sensitivity.PERSONAL,
            Kind.PICK,
            _l("What time is it where you are?"),
            _l("Any city whose clocks show the same time as yours; it need not be yours."),
            source="zones",
        ),
        Question(
            "safe_hours",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("Is there more to know about when?"),
            _l("For example certain days, or a time when somebody else is at home."),
        ),
        Question(
            "never_do",
            Sensitivity.PERSONAL,
            Kind.MANY,
            _l("What should we never do?"),
            _l("We keep to this, whoever writes to you."),
            choices(
                ("no_calls", _l("Do not call")),
                ("no_voicemail", _l("Do not leave voice messages")),
                ("no_name", _l("Do not use my name")),
                ("no_files", _l("Do not send files")),
            ),
        ),
        Question(
            "code_word",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("A word by which you recognise us"),
            _l("Whoever contacts you says this word first. If they do not, it is not us."),
            limit=60,
        ),
        Question(
            "device_shared",
            Sensitivity.SPECIAL,
            Kind.ONE,
            _l("Does anybody else use or watch this device?"),
            _l("If so, what you began and did not send is removed after 7 days instead of 30."),
            YES_NO_UNSURE,
        ),
        Question(
            "trusted_name",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("Is there somebody you trust whom we could ask if we lose contact?"),
            _l("Their name, or what we should call them. Please ask them first if you can."),
        ),
        Question(
            "trusted_handle",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("How do we reach this person safely?"),
            _l("We only use it if you do not answer and we are worried."),
        ),
        Question(
            "trusted_may_know",
            Sensitivity.LIFE_CRITICAL,
            Kind.LONG,
            _l("What may we tell this person?"),
            _l("Without your word we say only that we would like to hear from you."),
            limit=PARAGRAPH,
        ),
    ),
)
