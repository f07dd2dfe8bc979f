from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from fund_app.adapters.keystore import AlreadyKept, Keystore
from fund_app.adapters.keystore_keys import DeploymentSecrets
from fund_app.services import codenames
from fund_app.services.codenames import (
    DIGITS,
    LIST_SIZE,
    SPACE,
    WORDS,
    Codenames,
    digits_of,
    number_of,
    word_list,
    words_of,
)
from fund_app.services.hardening import Cost, Hardening

QUICK = Cost(memory=64, passes=1, lanes=1)
SECRETS = DeploymentSecrets(b"s" * 32)


@pytest.fixture
def applicants(keystore: Keystore) -> Codenames:
    return Codenames(keystore, SECRETS, Hardening(QUICK), "applicant")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_word_list_is_large_enough_for_ninety_bits(language: str) -> None:
    words = word_list(language)
    assert len(words) == len(set(words)) == LIST_SIZE
    assert WORDS * math.log2(LIST_SIZE) >= 90


@pytest.mark.parametrize(("language", "form"), [("en", r"[a-z]{4,8}"), ("ru", r"[а-я]{4,9}")])
def test_word_list_holds_plain_words_in_order(language: str, form: str) -> None:
    words = word_list(language)
    assert [word for word in words if not re.fullmatch(form, word)] == []
    assert list(words) == sorted(words)


def test_word_list_of_an_unknown_language_is_english() -> None:
    assert word_list("xx") == word_list("en")


def test_digits_hold_every_codename() -> None:
    assert SPACE < 10**DIGITS


@pytest.mark.parametrize("number", [0, 1, LIST_SIZE - 1, LIST_SIZE, SPACE // 3, SPACE - 1])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_number_comes_back_from_words_and_digits(number: int, language: str) -> None:
    assert number_of(" ".join(words_of(number, language))) == number
    assert number_of(digits_of(number)) == number


def test_words_and_digits_of_a_known_number() -> None:
    words = word_list("en")
    number = 5 * LIST_SIZE + 7
    assert words_of(number, "en") == (words[0],) * 5 + (words[5], words[7])
    assert digits_of(number) == "0000000000000000000000038887"


NUMBER = 123_456_789_012_345_678_901_234_567
RUSSIAN = " ".join(words_of(NUMBER, "ru"))
ENGLISH = " ".join(words_of(NUMBER, "en"))


@pytest.mark.parametrize(
    "typed",
    [
        ENGLISH.upper(),
        ENGLISH.replace(" ", "-"),
        ENGLISH.replace(" ", "  \n\t"),
        f"  «{ENGLISH.replace(' ', ', ')}.» ",
        "\n".join(f"{at}. {word}" for at, word in enumerate(ENGLISH.split(), 1)),
        ENGLISH[:2] + "\N{SOFT HYPHEN}" + ENGLISH[2:],
        "".join(chr(ord(each) + 0xFEE0) if each != " " else each for each in ENGLISH),
        RUSSIAN.upper(),
        RUSSIAN.title(),
        RUSSIAN.replace("е", "ё"),
        unicodedata.normalize("NFD", RUSSIAN),
        unicodedata.normalize("NFD", RUSSIAN.replace("е", "ё")),
        RUSSIAN.replace("о", "о\N{COMBINING ACUTE ACCENT}", 1),
        " ".join([*RUSSIAN.split()[:3], *ENGLISH.split()[3:]]),
        digits_of(NUMBER),
        " ".join(re.findall("....", digits_of(NUMBER))),
        "-".join(re.findall("....", digits_of(NUMBER))),
        digits_of(NUMBER).translate({ord(str(at)): 0x0660 + at for at in range(10)}),
    ],
)
def test_number_is_read_however_it_is_typed(typed: str) -> None:
    assert number_of(typed) == NUMBER


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "one two three",
        ENGLISH.rsplit(" ", 1)[0],
        f"{ENGLISH} {ENGLISH.split()[0]}",
        ENGLISH.replace(ENGLISH.split()[2], "qqqqqq"),
        digits_of(NUMBER)[:-1],
        digits_of(NUMBER) + "0",
        "9" * DIGITS,
        str(SPACE),
        "\ud800" * 7,
        "\0",
        "½" * 28,
        "²" * 28,
    ],
)
def test_number_of_what_cannot_be_a_codename_is_none(typed: str) -> None:
    assert number_of(typed) is None


@pytest.mark.both_stores
@pytest.mark.parametrize("language", ["en", "ru"])
def test_codename_lets_in_by_words_and_by_digits(keystore: Keystore, language: str) -> None:
    names = Codenames(keystore, SECRETS, Hardening(QUICK), "applicant")
    new = names.create(language)
    for typed in (new.phrase, new.phrase.upper(), new.digits, new.grouped_digits):
        entrant = names.sign_in(typed)
        assert entrant is not None
        assert entrant.holder_id == new.holder_id
        assert entrant.private_key.seeds == new.private_key.seeds


def test_codename_in_the_other_language_is_the_same(applicants: Codenames) -> None:
    new = applicants.create("ru")
    entrant = applicants.sign_in(" ".join(words_of(int(new.digits), "en")))
    assert entrant is not None
    assert entrant.holder_id == new.holder_id


def test_codename_wrong_by_one_word_lets_nobody_in(applicants: Codenames) -> None:
    new = applicants.create("en")
    words = word_list("en")
    other = words[(words.index(new.words[0]) + 1) % LIST_SIZE]
    assert applicants.sign_in(" ".join([other, *new.words[1:]])) is None


def test_codename_of_an_applicant_is_none_for_a_donor(
    keystore: Keystore, applicants: Codenames
) -> None:
    donors = Codenames(keystore, SECRETS, Hardening(QUICK), "donor")
    new = applicants.create("en")
    assert donors.sign_in(new.phrase) is None


def test_codename_of_another_installation_lets_nobody_in(
    keystore: Keystore, applicants: Codenames
) -> None:
    new = applicants.create("en")
    other = Codenames(keystore, DeploymentSecrets(b"t" * 32), Hardening(QUICK), "applicant")
    assert other.sign_in(new.phrase) is None


def test_codename_row_moved_to_another_holder_lets_nobody_in(
    keystore: Keystore, applicants: Codenames
) -> None:
    new = applicants.create("en")
    kept = keystore.holder(new.holder_id)
    assert kept is not None
    other = applicants.begin()
    keystore.remove_holder(new.holder_id)
    keystore.bind_secret(
        other.holder_id,
        private_sealed=kept.private_sealed or b"",
        kdf=kept.kdf or "",
        lookup=kept.lookup,
    )
    assert applicants.sign_in(new.phrase) is None


def test_codename_hit_and_miss_take_the_same_work(
    keystore: Keystore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hard = Hardening(QUICK)
    names = Codenames(keystore, SECRETS, hard, "applicant")
    new = names.create("en")
    unknown = " ".join(words_of((int(new.digits) + 1) % SPACE, "en"))
    work: list[str] = []
    for step, (owner, name) in {
        "look-up": (Keystore, "door"),
        "open": (codenames, "unlock"),
        "subkey": (codenames, "subkey"),
    }.items():
        monkeypatch.setattr(owner, name, _noted(work, step, getattr(owner, name)))
    seen = []
    for typed in (new.phrase, unknown, "", "not one", "9" * 28, "word " * 500):
        work.clear()
        before = hard.runs
        names.sign_in(typed)
        seen.append((hard.runs - before, tuple(work)))
    assert seen == [(1, ("subkey", "look-up", "open", "subkey"))] * 6


def _noted(work: list[str], step: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        work.append(step)
        return real(*args, **kwargs)

    return call


def test_begin_keeps_no_private_key(keystore: Keystore, applicants: Codenames) -> None:
    entrant = applicants.begin()
    kept = keystore.holder(entrant.holder_id)
    assert kept is not None
    assert (kept.private_sealed, kept.lookup, kept.kdf) == (None, None, None)
    assert kept.public_key == entrant.private_key.public_key()


def test_issue_codename_binds_the_key_a_draft_began_with(applicants: Codenames) -> None:
    begun = applicants.begin()
    new = applicants.issue_codename(begun.holder_id, begun.private_key, "ru")
    entrant = applicants.sign_in(new.phrase)
    assert entrant is not None
    assert entrant.holder_id == begun.holder_id
    assert entrant.private_key.seeds == begun.private_key.seeds


def test_issue_codename_twice_is_refused_and_the_first_stays(applicants: Codenames) -> None:
    begun = applicants.begin()
    first = applicants.issue_codename(begun.holder_id, begun.private_key, "ru")
    with pytest.raises(AlreadyKept):
        applicants.issue_codename(begun.holder_id, begun.private_key, "ru")
    assert applicants.sign_in(first.phrase) is not None


def test_codename_is_stored_nowhere(keystore: Keystore, applicants: Codenames) -> None:
    new = applicants.create("en")
    kept = repr(keystore.holder(new.holder_id)) + repr(new)
    for secret in (*new.words, new.digits, new.private_key.seeds.hex()):
        assert re.search(rf"\b{secret}\b", kept) is None


def test_three_hundred_codenames_never_repeat(applicants: Codenames) -> None:
    fresh = [applicants.create(("en", "ru")[at % 2]) for at in range(300)]
    assert len({new.digits for new in fresh}) == 300
    assert {len(new.words) for new in fresh} == {7}
    assert {len(new.digits) for new in fresh} == {28}
    assert sum(len(set(new.words)) for new in fresh) > 300 * 7 - 30
    assert max(int(new.digits) for new in fresh) > SPACE * 0.9
    assert min(int(new.digits) for new in fresh) < SPACE * 0.1
