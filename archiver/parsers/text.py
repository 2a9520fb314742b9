"""Plain text: white space, words and sentences in any script."""

import re
import unicodedata
from functools import cache

from archiver.parsers.compiled import module, replaced

# Soft hyphens, zero-width spaces and joiners between letters, byte order marks, directional marks.
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# Scripts written without spaces: about two characters make a word.
UNSPACED_RANGES = (
    (0x0E00, 0x0E7F), (0x0E80, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
UNSPACED = re.compile("[{}]".format("".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED_RANGES)))
SPACES = re.compile(r"\s+")
# Characters from which on a text is treated as a whole rather than word by word, and those in which words are counted:
# the longest paragraph of 825 pages had 7,677.
LONG = 100_000
COUNTED = 20_000
WORD = re.compile(r"\w+")
DIGIT = re.compile(r"\d")
# Marks that stand among the letters of a word and are none: Hebrew and Arabic points, vowels of Indian scripts, Thai,
# Lao, Burmese and Khmer.
MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0a70-\u0a71\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    "\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3"
) + "".join(
    f"{chr(block + first)}-{chr(block + last)}"
    for block in range(0x0900, 0x0E00, 0x80)
    for first, last in ((0x00, 0x03), (0x3A, 0x4F), (0x51, 0x57), (0x62, 0x63))
)
MARKED_WORD = re.compile(rf"\w+(?:[{MARKS}]+\w*)*")
# Letters below are Latin or Greek.
CYRILLIC = 0x0400
SENTENCE_ENDS = ".!?…。！？؟۔।॥։።"
# What may stand behind them, and in how many characters all of it.
CLOSING = "\"'”’»›)]」』"
END_SIZE = 8
SENTENCE_END = re.compile(rf"[{SENTENCE_ENDS}][{re.escape(CLOSING)}]*\s*$")


@replaced
def clean(text: str) -> str:
    """Return text on one line: white space evened out, invisible characters gone."""
    if not text.isascii() and INVISIBLE.search(text):
        text = INVISIBLE.sub("", text)
    # The words of a text of megabytes take ten times its memory.
    return " ".join(text.split()) if len(text) < LONG else SPACES.sub(" ", text).strip()


@replaced
def fold(text: str) -> str:
    """Return text as it is compared: compatibility forms, case, quotes and white space evened out."""
    if text.isascii():
        return clean(text).lower().replace("`", "'")
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    return folded.translate(QUOTES) if QUOTE.search(folded) else folded


def unaccented(folded: str) -> str:
    """Return a folded text as many write it in capitals: no accents on Latin and Greek letters, no dotless i."""
    return folded if folded.isascii() else folded.translate(_unaccenting())


@cache
def _unaccenting() -> dict[int, str]:
    letters = (chr(code) for code in range(0xC0, CYRILLIC))
    plain = {ord(c): unicodedata.normalize("NFD", c)[0] for c in letters}
    return {code: c for code, c in plain.items() if ord(c) != code} | {ord("ı"): "i", ord("ё"): "е"}


@replaced
def folds_to(text: str, folded: str) -> bool:
    """Whether a clean text is as folded as it is compared; most are told by their first letters."""
    # What follows may change a letter outside ASCII, and a mark behind it one of ASCII.
    if text[:2].isascii() and text[:1].lower() != folded[:1] and text[:1] != "`":
        return False
    return fold(text) == folded


# The dot of a Turkish capital I stays behind when it becomes small.
QUOTES = str.maketrans({**dict.fromkeys("‘’‚‛′´`‹›", "'"), **dict.fromkeys("“”„‟″«»", '"'), "\u0307": ""})
QUOTE = re.compile("[‘’‚‛′´`‹›“”„‟″«»\u0307]")
if (_core := module("texts")) is not None:
    _core.know_quotes(QUOTES)
    _core.know_ends(SENTENCE_ENDS, CLOSING, END_SIZE)


@replaced
def word_count(text: str) -> int:
    """Return the number of words; in scripts without spaces, two characters count as one.

    Those of a very long text are counted in its beginning and reckoned for the rest.
    """
    if len(text) > COUNTED:
        return word_count(text[:COUNTED]) * len(text) // COUNTED
    if text.isascii() or not UNSPACED.search(text):
        return len(text.split())
    unspaced = len(UNSPACED.findall(text))
    return unspaced // 2 + len(WORD.findall(UNSPACED.sub(" ", text)))


@replaced
def has_digit(text: str) -> bool:
    """Whether a text has a digit, of any script."""
    return DIGIT.search(text) is not None


@replaced
def ends_sentence(text: str) -> bool:
    """Whether text ends as a sentence does, in any script."""
    return not text[-1:].isalnum() and SENTENCE_END.search(text[-END_SIZE:]) is not None
