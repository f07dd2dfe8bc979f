"""Block PAY: how the money should reach somebody. Asked only after an offer, never before."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import PARAGRAPH, Block, Kind, Question, Sensitivity, choices

RECEIVERS = choices(
    ("at_liberty", _l("At liberty")),
    ("in_custody", _l("In custody")),
    ("listed", _l("On a state list, as “foreign agent” or “extremist”")),
    ("abroad", _l("Abroad")),
    ("unsure", _l("I am not sure, or I would rather not say")),
)
"""What may be true for whoever receives money, as far as it changes which way is safe."""

PAY = Block(
    "pay",
    (
        Question(
            "receipt_country",
            Sensitivity.LIFE_CRITICAL,
            Kind.PICK,
            _l("In which country will it be received?"),
            _l(
                "Which ways are safe depends on the country. Outside of the seal stands only a"
                " group of countries."
            ),
            source="countries",
            is_payout=True,
        ),
        Question(
            "receipt_status",
            Sensitivity.LIFE_CRITICAL,
            Kind.ONE,
            _l("What is true for whoever receives it?"),
            _l("Some ways are safe for one person and dangerous for another."),
            RECEIVERS,
            is_payout=True,
        ),
        Question(
            "payout_channel",
            Sensitivity.PERSONAL,
            Kind.ONE,
            _l("How should the money reach you?"),
            _l("Only ways that the fund can use for your case stand here."),
            source="channels",
            must_agree=True,
            is_payout=True,
        ),
        Question(
            "payee_name",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("Who will receive it?"),
            _l("The name the bank, the wallet or the pick-up point knows. It need not be you."),
            must_agree=True,
            is_payout=True,
        ),
        Question(
            "payee_born",
            Sensitivity.LIFE_CRITICAL,
            Kind.DAY,
            _l("When were they born?"),
            _l(
                "Names repeat. With the date we do not confuse them with somebody else when we"
                " look through official lists, which we have to do before we pay."
            ),
            is_payout=True,
        ),
        Question(
            "payee_account",
            Sensitivity.LIFE_CRITICAL,
            Kind.LONG,
            _l("Account, wallet or pick-up place"),
            _l(
                "Only the two people who make the payment can read this. "
                "It is destroyed once the payment has been checked."
            ),
            limit=PARAGRAPH,
            must_agree=True,
            is_payout=True,
        ),
        Question(
            "confirmation_word",
            Sensitivity.LIFE_CRITICAL,
            Kind.SHORT,
            _l("A word only you know"),
            _l("You enter it when the money has come. So we know that it reached you."),
            limit=60,
            must_agree=True,
            is_payout=True,
        ),
    ),
)
