"""Block PAY: how the money should reach somebody. Asked only after an offer, never before."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import PARAGRAPH, Block, Kind, Question, Sensitivity

PAY = Block(
    "pay",
    (
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
