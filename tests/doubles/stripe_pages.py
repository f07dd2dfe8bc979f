"""The double's hosted payment page: plain HTML, no script, and it says that it is a rehearsal."""

from __future__ import annotations

from html import escape

from tests.doubles.stripe_wire import Json

TEXTS = {
    "en": {
        "title": "Payment rehearsal",
        "note": "This is a rehearsal. No card is asked for and no money moves.",
        "pay": "Pay",
        "debit": "Pay by bank debit (arrives days later)",
        "decline": "Decline",
        "listed": "Pay with a card issued in Russia or Belarus",
        "cancel": "Cancel and go back",
        "declined": "The card was declined. You can try again or go back.",
        "closed": "This payment page is closed.",
        "amount": "Amount",
    },
    "de": {
        "title": "Probezahlung",
        "note": "Dies ist eine Probe. Es wird keine Karte verlangt, und es fließt kein Geld.",
        "pay": "Bezahlen",
        "debit": "Per Lastschrift zahlen (kommt Tage später an)",
        "decline": "Ablehnen",
        "listed": "Mit einer Karte aus Russland oder Belarus zahlen",
        "cancel": "Abbrechen und zurück",
        "declined": "Die Karte wurde abgelehnt. Sie können es noch einmal versuchen.",
        "closed": "Diese Zahlungsseite ist geschlossen.",
        "amount": "Betrag",
    },
    "ru": {
        "title": "Пробный платёж",
        "note": "Это проба. Карта не нужна, деньги не списываются.",
        "pay": "Оплатить",
        "debit": "Списать со счёта (деньги придут через несколько дней)",
        "decline": "Отклонить",
        "listed": "Оплатить картой, выпущенной в России или Беларуси",
        "cancel": "Отменить и вернуться",
        "declined": "Карта отклонена. Можно попробовать ещё раз или вернуться.",
        "closed": "Эта страница оплаты закрыта.",
        "amount": "Сумма",
    },
}
CHOICES = ("pay", "debit", "decline", "listed", "cancel")
STYLE = """
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 32rem; padding: 1.5rem 1rem; }
.note { border: 2px solid currentColor; padding: .75rem 1rem; }
.error { border-left: .4rem solid #b3261e; padding: .5rem 1rem; }
button { display: block; width: 100%; font: inherit; padding: .75rem 1rem; margin: .75rem 0; }
"""


def checkout_page(session: Json, message: str = "") -> str:
    """Return the hosted page of one session; `message` is a key of TEXTS."""
    texts = TEXTS.get(str(session.get("locale")), TEXTS["en"])
    if session["status"] != "open":
        return _page(session, texts, f"<p>{escape(texts['closed'])}</p>")
    error = f'<p class="error" role="alert">{escape(texts[message])}</p>' if message else ""
    buttons = "".join(
        f'<button name="choice" value="{choice}">{escape(texts[choice])}</button>'
        for choice in CHOICES
        if choice != "cancel" or session["cancel_url"]
    )
    return _page(session, texts, f'{error}<form method="post">{buttons}</form>')


def _page(session: Json, texts: dict[str, str], body: str) -> str:
    amount = f"{session['amount_total'] / 100:.2f} {str(session['currency']).upper()}"
    language = session.get("locale") or "en"
    return (
        f'<!doctype html><html lang="{escape(str(language))}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(texts['title'])}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{escape(texts["title"])}</h1><p class="note">{escape(texts["note"])}</p>'
        f"<p>{escape(texts['amount'])}: <strong>{amount}</strong></p>{body}</main></body></html>"
    )
