"""Block NEED: what would help, what it costs, and what else is being tried."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from forms.questions import PARAGRAPH, Block, Kind, Question, Sensitivity, choices

CATEGORIES = choices(
    ("physical_security", _l("Physical security")),
    ("digital_security", _l("Digital security")),
    ("communications", _l("Communications")),
    ("equipment", _l("Replacing equipment")),
    ("security_training", _l("Security training")),
    ("secure_transport", _l("Secure transport")),
    ("legal", _l("Lawyers, fines and court costs")),
    ("medical", _l("Medical treatment")),
    ("psychosocial", _l("Psychological support")),
    ("subsistence", _l("Food, rent and daily needs")),
    ("family", _l("Family and dependants")),
    ("prison_support", _l("Support in prison: visits and parcels")),
    ("relocation_inside", _l("Moving inside the country")),
    ("relocation_abroad", _l("Moving abroad: documents, visas, tickets")),
    ("stay", _l("Costs of staying: rent, insurance, local transport")),
    ("solidarity", _l("Trial monitoring and solidarity")),
    ("organisation", _l("Keeping an organisation going")),
    ("other", _l("Something else")),
)
"""The 18 cost categories of the fund; codes are stored, never renamed."""

PAYEES = choices(
    ("me", _l("Me")),
    ("supplier", _l("A shop or service")),
    ("lawyer", _l("A lawyer")),
    ("relative", _l("A relative")),
    ("partner", _l("An organisation that helps me")),
)

MOST_NEEDED = Block(
    "most_needed",
    (
        Question(
            "need_most",
            Sensitivity.PERSONAL,
            Kind.LONG,
            _l("What do you need most?"),
            _l("In your own words. Costs line by line can follow when there is time."),
            limit=PARAGRAPH,
            minimum=True,
            may_wait=True,
        ),
    ),
)

COST_LINES = Block(
    "cost_line",
    (
        Question(
            "cost_category",
            Sensitivity.PERSONAL,
            Kind.PICK,
            _l("What is it for?"),
            _l("Each kind of cost is decided on its own, so that one doubt does not stop all."),
            CATEGORIES,
        ),
        Question(
            "cost_what",
            Sensitivity.SPECIAL,
            Kind.SHORT,
            _l("A few words about it"),
            _l("For a lawyer the period, for equipment what was taken, for a trip its two ends."),
        ),
        Question(
            "cost_amount",
            Sensitivity.PERSONAL,
            Kind.AMOUNT,
            _l("How much, as far as you know?"),
            _l("A rough figure is welcome. You can change it."),
            limit=24,
        ),
        Question(
            "cost_currency",
            Sensitivity.PERSONAL,
            Kind.PICK,
            _l("Currency"),
            _l("The one the amount above is in."),
            source="currencies",
        ),
        Question(
            "cost_needed_by",
            Sensitivity.PERSONAL,
            Kind.DAY,
            _l("Needed by"),
            _l("The day from which it would be too late, if there is one."),
        ),
        Question(
            "cost_payee",
            Sensitivity.PERSONAL,
            Kind.PICK,
            _l("Who would be paid?"),
            _l("Paying a lawyer or a clinic directly can be safer than paying you."),
            PAYEES,
        ),
    ),
    most=12,
    item_label=_l("Cost"),
)

MEANS = Block(
    "means",
    (
        Question(
            "smallest_useful",
            Sensitivity.PERSONAL,
            Kind.SHORT,
            _l("What is the smallest amount that would still help?"),
            _l("If money is short, we would rather give you this than nothing."),
            limit=80,
        ),
        Question(
            "own_means",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("Can you or your family cover a part?"),
            _l("You need not prove it, and a no is a good answer."),
            limit=PARAGRAPH,
        ),
        Question(
            "asked_elsewhere",
            Sensitivity.SPECIAL,
            Kind.LONG,
            _l("Have you asked anybody else for help?"),
            _l("Whom, for what, how much, and what they said. It does not count against you."),
            limit=PARAGRAPH,
        ),
        Question(
            "may_we_talk",
            Sensitivity.SPECIAL,
            Kind.ONE,
            _l("May we speak with them about you?"),
            _l("Without your yes we never do. Together funds can often do more."),
            choices(("yes", _l("Yes")), ("no", _l("No")), ("ask", _l("Ask me first"))),
        ),
        Question(
            "other_help",
            Sensitivity.PERSONAL,
            Kind.MANY,
            _l("What besides money would help?"),
            _l("Money is not always possible. These often are."),
            choices(
                ("legal_advice", _l("Legal advice")),
                ("digital_advice", _l("Advice on digital security")),
                ("psychologist", _l("Somebody to talk to")),
                ("shelter", _l("A safe place for some time")),
                ("letter", _l("A letter of support")),
                ("publicity", _l("Attention in public")),
                ("contacts", _l("Contact to other organisations")),
            ),
        ),
    ),
)
