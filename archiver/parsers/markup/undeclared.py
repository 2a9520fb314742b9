"""Which encoding bytes are in that no page declares: by the letters of its languages, and what the page says of those.

Each language of words/encodings.toml is weighed in each of its encodings by how likely a text of that language is to
have the letters outside ASCII that the bytes would be.
"""

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log
from typing import TypeAlias
from urllib.parse import urlsplit

from archiver.parsers.detection import common_words
from archiver.word_lists import word_table

# So many bytes of words with bytes outside ASCII, and of others, are enough for a guess.
GUESS_BYTES = 4_000
# Where a page states its language: in these tags, or among what it says first.
STATED_BYTES = 10_000
STATED = re.compile(
    rb"<(?:html|body|rss|feed)\b[^>]{0,2000}?[\s:]lang\s*=\s*[\"']?\s*([a-z]{2})\b"
    rb"|\bcontent-language[\"']?\s+content\s*=\s*[\"']?\s*([a-z]{2})\b"
    rb"|<language>\s*([a-z]{2})\b",
    re.IGNORECASE,
)
# Marks that texts of all languages have, and signs that are rarer.
MARKS = frozenset("«»„“”‘’‚‹›–—…©®°·•§€™\xa0\xad")
SIGNS = frozenset("²³×÷´¨±µ¼¾½£¥¢¡¿№†‰¶¹ªº")
# Of the characters outside ASCII, so many are letters of the language or its commonest; the chance of a mark (of which
# languages in Latin letters have more, as they have fewer letters there), of a sign, of what is none of them, and of
# what stands in no text (control characters, broken bytes).
LETTERS, LATIN_MARK, MARK, SIGN, FOREIGN, BROKEN = 0.9, 0.03, 0.005, 1e-3, 1e-5, 1e-7
# How rare letters of ASCII are in other scripts, beside their own.
ASCII = 0.5
LATIN = re.compile("[\u00df-\u024f]")
# Of scripts with thousands of characters: the share of the commonest, and the chance of any other one.
COMMONEST, RARE = 0.5, 2e-4
MANY = {
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ja": re.compile("[\u3041-\u30ff\u4e00-\u9fff]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
}
# How much rarer capitals are, and those that follow a small letter.
CAPITAL, MISPLACED = 0.3, 0.02
# Chosen, as the chances above, on 60 short texts in 33 languages and their encodings, and on 792 Western pages encoded
# anew, of which 784 are read rightly; most of the others were wrongly encoded before.
# How much likelier a language is (a logarithm) that the page states, that is spoken where its address is, and of which
# another word of the text is among the commonest; longer texts count as one of so many words.
IS_STATED, IS_SPOKEN, HAS_WORD, MOST_WORDS = 6.0, 4.0, 3.0, 30
# How much less usual each encoding of a language is than the one before.
LESS_USUAL = 0.15
# An encoding that no language is usual in comes after so many others.
RARE_ENCODING = 3
MARKUP = b"<a href='/1?b=2&c'>;#\r\n</a>"
# ISO 8859-15 has € and letters where windows-1252 has the signs ¤¦¨¼½¾. It is meant where these stand as no sign does:
# ¤ for the currency of a number, ¦ at the beginning of a word, fractions within one ("c½ur"); ½ also before "uvre" and
# "uf". ¨ and ¸ tell nothing: in windows-1252 too they stand in words, taken from PDF ("M¨uller", "Franc¸ais").
EURO_LETTERS = re.compile(
    rb"\d[ \xa0]?[kKmM]?\xa4(?![\w\x80-\xff])|(?<![\w\x80-\x9f\xa1-\xff])\xa4(?:\d|[ \xa0]\d+[.,]\d)"
    rb"|(?<![^\s(\"'])\xa6(?=[a-z]{2})|(?:[A-Za-z]|(?<=[A-Za-z])')[\xbc-\xbe](?=[A-Za-z])|(?<![\w\x80-\xff])\xbdu[fv]"
)
# What no page in it has: the letters, quotes and dashes of windows-1252, and its signs where they belong.
NOT_EURO = re.compile(rb"[\x80-\x9f]|[\d ][\xbc-\xbe](?![\w\x80-\xff])|[A-Za-z]\xb4[a-z]")
# Letters that names from Western Europe have.
WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœß")


@dataclass(frozen=True, slots=True)
class _Tongue:
    name: str
    letters: frozenset[str]
    domains: frozenset[str]
    is_latin: bool

    @property
    def short(self) -> str:
        return self.name.partition("-")[0]

    def chance(self, character: str) -> float:
        """How likely a character outside ASCII is this one."""
        many = MANY.get(self.short)
        if (small := character.lower()) in self.letters:
            chance = (COMMONEST if many else LETTERS) / len(self.letters)
            return chance if small == character else chance * CAPITAL
        if character in MARKS:
            return LATIN_MARK if self.is_latin else MARK
        if many and many.match(character):
            return RARE
        if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn"):
            return BROKEN
        return SIGN if character in SIGNS or (self.is_latin and small in WESTERN) else FOREIGN


Usual: TypeAlias = list[tuple[_Tongue, float]]
"""The languages of an encoding, and how usual it is for each."""


def guessed_encoding(letters: bytes, html: bytes, url: str) -> str:
    """Return the Python codec that undeclared bytes are in most likely.

    letters are the bytes of a page's text, html its whole, url the address it came from, "" if unknown.
    """
    sample, hint = _sample(letters), _Hint(_stated_language(html[:STATED_BYTES]), _domain(url))
    candidates = _tongues()
    if (rare := _rare_encoding(sample)) is not None:
        candidates = candidates | {rare: _all_tongues()}
    likeliest = max(
        candidates, key=lambda encoding: _likelihood(sample, encoding, candidates[encoding], hint)
    )
    is_euro = likeliest == "cp1252" and EURO_LETTERS.search(letters) and not NOT_EURO.search(letters)
    return "iso8859-15" if is_euro else likeliest


def _rare_encoding(sample: bytes) -> str | None:
    """The encoding that Beautiful Soup guesses, if it holds ASCII and no language here is usual in it."""
    from logging import ERROR, getLogger  # noqa: PLC0415 - slow to import, and few pages need a guess

    from bs4.dammit import UnicodeDammit  # noqa: PLC0415

    getLogger("bs4.dammit").setLevel(ERROR)  # what it could not decode is tried otherwise
    guess = UnicodeDammit(sample, is_html=True, exclude_encodings=["ascii"]).original_encoding
    try:
        encoding = codecs.lookup(guess or "").name
        is_wider = MARKUP.decode(encoding) == MARKUP.decode("ascii")
    except (LookupError, UnicodeError):
        return None
    return encoding if is_wider and encoding != "utf-8" and encoding not in _tongues() else None


@dataclass(frozen=True, slots=True)
class _Hint:
    """What tells the language of a page beside its text."""

    stated: str
    domain: str


def _sample(letters: bytes) -> bytes:
    words = dict.fromkeys(letters.split())  # a word of every line of a list tells no more than one
    special = b" ".join(word for word in words if not word.isascii())
    return special[:GUESS_BYTES] + b" " + b" ".join(word for word in words if word.isascii())[:GUESS_BYTES]


def _likelihood(sample: bytes, encoding: str, tongues: Usual, hint: _Hint) -> float:
    """How likely bytes are a text in this encoding: a logarithm, of the likeliest of these languages."""
    text = sample.decode(encoding, "replace")
    if encoding == "cp1258":  # writes tones as characters of their own
        text = unicodedata.normalize("NFC", text)
    characters, words = Counter(text), Counter(text.lower().split())
    latin = sum(count for c, count in characters.items() if c.isascii() and c.isalpha())
    told = min(1.0, MOST_WORDS / max(words.total(), 1))
    special = [(c, count) for c, count in characters.items() if not c.isascii()]
    likeliest = float("-inf")
    for tongue, usual in tongues:
        likely = usual + sum(count * log(tongue.chance(c)) for c, count in special)
        likely += latin * log(ASCII) * (not tongue.is_latin)
        likely += IS_STATED * (hint.stated == tongue.short) + IS_SPOKEN * (hint.domain in tongue.domains)
        likely += HAS_WORD * told * sum(words[each] for each in common_words(tongue.short))
        likeliest = max(likeliest, likely)
    return likeliest + _misplaced(text) * log(MISPLACED)


def _misplaced(text: str) -> int:
    """How many capitals outside ASCII follow a small letter."""
    return sum(after > "\x7f" and after.isupper() and before.islower() for before, after in pairwise(text))


@cache
def _all_tongues() -> Usual:
    """Every language, in an encoding that none is usual in."""
    every = {tongue.name: tongue for usual in _tongues().values() for tongue, _ in usual}
    return [(tongue, RARE_ENCODING * log(LESS_USUAL)) for tongue in every.values()]


@cache
def _tongues() -> dict[str, Usual]:
    """The languages of each encoding, with how usual it is for each: a logarithm."""
    encodings: dict[str, Usual] = {}
    for name, table in word_table("parsers", "encodings.toml").items():
        letters = frozenset(table["letters"])
        tongue = _Tongue(
            name, letters, frozenset(table["domains"].split()), bool(LATIN.search(table["letters"]))
        )
        for place, encoding in enumerate(table["encodings"].split()):
            encodings.setdefault(encoding, []).append((tongue, place * log(LESS_USUAL)))
    return encodings


def _stated_language(head: bytes) -> str:
    """The language that a page states, in two small letters, or ""."""
    found = STATED.search(head)
    return next(filter(None, found.groups())).decode("ascii").lower() if found else ""


def _domain(url: str) -> str:
    """The top-level domain of an address, or ""."""
    try:
        return (urlsplit(url).hostname or "").rpartition(".")[2]
    except ValueError:
        return ""
