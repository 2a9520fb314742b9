"""The words that sites use around their texts, from the files in words/."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from archiver.items import LinkKind
from archiver.parsers.compiled import module, replaced
from archiver.parsers.text import UNSPACED, fold, unaccented
from archiver.word_lists import lines, word_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

USES = ("sponsored", "popular", "related", "latest", "section", "updated", "published", "by", "furniture")
"""What a phrase may be used for, each a bit; the kinds of lists stand in their order of trust."""
# The months of the solar Hijri calendar, among those of the languages.
SOLAR = "solar_hijri"
PUNCTUATION = " \t:;.,!?…-–—|/>»«›‹→←▶►•·*#()[]【】「」『』〈〉《》\"'"
KINDS = (LinkKind.SPONSORED, LinkKind.POPULAR, LinkKind.RELATED, LinkKind.LATEST, LinkKind.SECTION)
# Phrases of fewer letters than this stand only for themselves: "ad" must not match "ad hoc committee".
SHORT = 4
# Letters from which on a phrase without its accents is hardly another word.
LEAST_UNACCENTED = 6
LEAST_UNACCENTED_MONTH = 5
# Words of the longest phrase, and characters of the longest in a script without spaces.
LONGEST_WORDS = 8
LONGEST_UNSPACED = 14
# Characters of the longest text that is all of a phrase of one of the files with one use, with what stands around it.
LONGEST_WHOLE = 40
# Longer texts are prose, whatever they begin with.
LONGEST_TEXT = 120


@cache
def months() -> dict[str, dict[str, int]]:
    """Return for each language the number of the month that a name means."""
    table = word_table("parsers", "months.toml")
    return {language: _numbered(text) for language, text in table.items() if language != SOLAR}


@cache
def solar_months() -> dict[str, int]:
    """Return the number of the solar Hijri month that a name means."""
    return _numbered(word_table("parsers", "months.toml")[SOLAR])


def month_spelling(word: str) -> str:
    """Return a word as the names of months are compared: in small letters, those of Indian scripts in one form."""
    return word.lower() if word.isascii() else normalize("NFC", word.lower().replace("i\u0307", "i"))


def _month_spellings(name: str) -> set[str]:
    """A month's name as it is compared, also without accents if it is long."""
    small = month_spelling(name)
    return {small, unaccented(small)} if len(small) >= LEAST_UNACCENTED_MONTH else {small}


def _numbered(text: str) -> dict[str, int]:
    return {
        spelling: number
        for number, names in enumerate(lines(text), 1)
        for name in names.split()
        for spelling in _month_spellings(name.replace("_", " "))
    }


@cache
def phrases(use: str) -> frozenset[str]:
    """Return all languages' phrases for one of USES, folded, also without accents as in capitals."""
    tables = word_table("parsers", "phrases.toml").values()
    return _spelt(phrase for table in tables for phrase in lines(table.get(use, "")))


def _spelt(texts: Iterable[str]) -> frozenset[str]:
    """Phrases folded, the longer ones also as many write them in capitals: "A LIRE AUSSI", "DERNIERES NOUVELLES"."""
    folded = {fold(text) for text in texts}
    return frozenset(folded | {unaccented(text) for text in folded if len(text) >= LEAST_UNACCENTED})


@cache
def _uses() -> dict[str, int]:
    """Every phrase with the bits of its uses."""
    merged: dict[str, int] = {}
    for index, use in enumerate(USES):
        for phrase in phrases(use):
            merged[phrase] = merged.get(phrase, 0) | 1 << index
    return merged


@cache
def _edge_words() -> tuple[frozenset[str], frozenset[str]]:
    """The words that phrases begin and end with, so that most texts need no closer look."""
    split = [phrase.split(" ") for phrase in _uses()]
    first, last = ({words[at].strip(PUNCTUATION) for words in split} for at in (0, -1))
    return frozenset(first), frozenset(last)


@lru_cache(maxsize=1 << 14)
def phrase_bits(text: str) -> tuple[int, int, int]:
    """Return the uses (a bit for each of USES) of the phrases that text is, begins with and ends with."""
    return uses_of(text)


@replaced
def phrase_table(texts: list[str], table: "NDArray[np.int64]") -> None:
    """Set in table, (3, texts), what phrase_bits returns for each of the texts."""
    for at, text in enumerate(texts):
        if len(text) <= LONGEST_TEXT:
            table[:, at] = phrase_bits(text)


@replaced
def uses_of(text: str) -> tuple[int, int, int]:
    """Return what phrase_bits returns, which remembers it."""
    if len(text) > LONGEST_TEXT:
        return 0, 0, 0
    folded = fold(text).strip(PUNCTUATION)
    uses = _uses()
    exact = uses.get(folded, 0)
    if not folded.isascii() and " " not in folded and UNSPACED.search(folded):
        return exact, *_unspaced_edges(folded)
    words = folded.split(" ")
    starts, stops = _edge_words()
    begins = _beginning(words) if words[0].strip(PUNCTUATION) in starts else 0
    return exact, begins, _ending(words) if words[-1].strip(PUNCTUATION) in stops else 0


def _beginning(words: list[str]) -> int:
    """The uses of the phrases that a text's first words are."""
    uses, bits = _uses(), 0
    for count in range(1, min(len(words), LONGEST_WORDS) + 1):
        phrase = " ".join(words[:count])
        bits |= _use(uses, phrase.strip(PUNCTUATION))
        if phrase.endswith(":"):
            bits |= _use(uses, phrase)
    return bits


def _ending(words: list[str]) -> int:
    """The uses of the phrases that a text's last words are."""
    uses, bits = _uses(), 0
    for count in range(1, min(len(words), LONGEST_WORDS) + 1):
        bits |= _use(uses, " ".join(words[-count:]).strip(PUNCTUATION))
    return bits


def _unspaced_edges(text: str) -> tuple[int, int]:
    """The uses of the phrases that a text without spaces begins and ends with."""
    uses, begins, ends = _uses(), 0, 0
    for size in range(2, min(len(text), LONGEST_UNSPACED) + 1):
        begins |= _use(uses, text[:size])
        ends |= _use(uses, text[-size:])
    return begins, ends


def _use(uses: dict[str, int], phrase: str) -> int:
    return uses.get(phrase, 0) if len(phrase) >= SHORT or not phrase.isascii() else 0


def says(use: str, text: str) -> bool:
    """Whether text is, begins with or ends with a phrase of that use, in any language."""
    exact, begins, ends = phrase_bits(text)
    return bool((exact | begins | ends) >> USES.index(use) & 1)


def opens(use: str, text: str) -> bool:
    """Whether text is or begins with a phrase of that use, in any language."""
    exact, begins, _ = phrase_bits(text)
    return bool((exact | begins) >> USES.index(use) & 1)


def is_phrase(use: str, text: str) -> bool:
    """Whether text is exactly a phrase of that use, in any language."""
    return bool(phrase_bits(text)[0] >> USES.index(use) & 1)


def is_phrase_of(uses: tuple[str, ...], text: str) -> bool:
    """Whether text is exactly a phrase of one of the uses, in any language."""
    return len(text) <= LONGEST_TEXT and phrase_bits(text)[0] & _bits_of(uses) != 0


@cache
def _bits_of(uses: tuple[str, ...]) -> int:
    return sum(1 << USES.index(use) for use in uses)


def reads_on(text: str) -> bool:
    """Whether all that a link says is that one may read on, in any language."""
    return _is_one_of("read_on.toml", text)


def marks_advertisement(text: str) -> bool:
    """Whether a text is but the label above the place of an advertisement, in any language."""
    return _is_one_of("advertisement.toml", text)


def heads_nothing(text: str) -> bool:
    """Whether a text that looks like a heading is one of those that head no stories, in any language."""
    return _is_one_of("no_headings.toml", text)


def _is_one_of(name: str, text: str) -> bool:
    return len(text) <= LONGEST_WHOLE and fold(text).strip(PUNCTUATION) in _texts(name)


@cache
def _texts(name: str) -> frozenset[str]:
    """All languages' phrases of a file that has but one use, folded."""
    table = word_table("parsers", name).values()
    return _spelt(phrase for language in table for phrase in lines(language["texts"]))


def kind_of_heading(text: str) -> LinkKind | None:
    """Return the kind of list that a heading announces, or None if its words do not tell."""
    exact, begins, ends = phrase_bits(text)
    for bits in (exact, begins | ends):
        for index, kind in enumerate(KINDS):
            if bits >> index & 1:
                return kind
    return None


if (_core := module("words")) is not None:
    _core.know_phrases(_uses, fold, PUNCTUATION, SHORT, LONGEST_WORDS, LONGEST_TEXT)
