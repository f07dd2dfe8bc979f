"""Passphrases that anybody would try first: from songs and films, from keyboards, from our name.

Long alone is not hard to guess. Refused is what stands on the list however it is spaced or
spelled, what says a short thing over and over, and what is left with too little of its own once
the words of our work are taken out. Nothing is asked of the kinds of characters.
"""

from __future__ import annotations

import unicodedata

FEWEST_DIFFERENT = 6
OWN_LETTERS = 8
"""How much must remain beside the words everybody knows of us."""

UNHEARD = frozenset("CMPZ")
"""Kinds of characters that make no difference: controls, accents, punctuation, spaces."""

OUR_WORDS = (
    "solidarityfund", "solidarity", "solidaritat", "солидарности", "солидарность",
    "emergency", "fund", "fonds", "фонд", "relocation", "support", "hilfe", "помощь",
    "passphrase", "password", "passwort", "kennwort", "пароль", "пассфраза",
    "letmein", "welcome", "willkommen", "admin", "administrator", "coordinator",
    "treasurer", "reviewer", "secret", "geheim", "секрет", "changeme", "test",
)  # fmt: skip

FAMOUS = (
    "correcthorsebatterystaple", "thequickbrownfoxjumpsoverthelazydog",
    "thequickbrownfox", "maytheforcebewithyou", "tobeornottobethatisthequestion",
    "tobeornottobe", "iloveyouforever", "iloveyousomuch", "iloveyouverymuch",
    "allyouneedislove", "imaginethereisnoheaven", "imaginetheresnoheaven",
    "dontworrybehappy", "hakunamatata123", "winteriscoming", "youshallnotpass",
    "onceuponatime", "onceuponatimeinamerica", "happybirthdaytoyou", "helloitsme",
    "aaaabbbbccccdddd", "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfgh", "qwertyuiopasdfghjkl", "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjkl", "1qaz2wsx3edc4rfv", "1q2w3e4r5t6y7u8i", "zaq12wsxcde34rfv",
    "123456789012345", "1234567890123456", "12345678901234567890", "0123456789abcdef",
    "йцукенгшщзхъфыва", "йцукенгшщзхъфывапролджэ", "абвгдеёжзийклмно",
    "мамамылараму", "жилибылидедибаба", "вслесуродиласьелочка", "влесуродиласьелочка",
    "вставайстранаогромная", "пролетариивсехстрансоединяйтесь", "жывебеларусь",
    "жывебеларусьжыве", "живебеларусьживе", "мыверыммоураззмераможам", "россиябудетсвободной",
    "прекраснаяроссиябудущего", "allemenschenwerdenbruder",
    "workersoftheworldunite", "nopasaran1936", "thepeopleunitedwillneverbedefeated",
    "elpueblounidojamasseravencido", "powertothepeople", "blacklivesmatter",
    "jesuischarlie", "slavaukraini", "womanlifefreedom", "jinjiyanazadi",
    "thispassphraseissecret", "thisismypassphrase", "thisismypassword",
    "mypasswordispassword", "ihavenopassword", "nobodywillguessthis", "opensesame",
    "pleaseletmein",
)  # fmt: skip


def is_well_known(passphrase: str) -> bool:
    """Whether somebody who knows what people choose, and who we are, would try this early."""
    plain = _plain(passphrase)
    return (
        plain in {_plain(famous) for famous in FAMOUS}
        or len(set(plain)) < FEWEST_DIFFERENT
        or _repeats(plain)
        or _says_little_beside_our_words(plain)
    )


def _plain(passphrase: str) -> str:
    """Return the text without case, accents, spaces and punctuation."""
    text = unicodedata.normalize("NFKD", passphrase).casefold()
    return "".join(each for each in text if unicodedata.category(each)[0] not in UNHEARD)


def _repeats(plain: str) -> bool:
    """Whether the text is a shorter one said at least twice."""
    return plain in (plain + plain)[1:-1]


def _says_little_beside_our_words(plain: str) -> bool:
    """Whether one of our words is in it, and beside them and numbers hardly anything."""
    rest = plain
    for word in OUR_WORDS:
        rest = rest.replace(_plain(word), "")
    own = [each for each in rest if not each.isdigit()]
    return rest != plain and len(own) < OWN_LETTERS
