"""Which characters the texts of a page are made of, counted for all of them at once with numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.compiled import replaced
from archiver.parsers.models.arrays import vector
from archiver.parsers.text import SENTENCE_ENDS, UNSPACED_RANGES, ends_sentence, word_count

Numbers = NDArray[np.float32]

SPACE, DIGIT, UPPER, COMMA, COPYRIGHT, UNSPACED_LETTER, LOWER, END, QUOTE, QUESTION, COLON = (
    1 << bit for bit in range(11)
)
COUNTED = 6
"""How many of the classes, from the first on, are counted; of the others only the ends of texts are asked."""
_MARKS = {
    SPACE: " ", DIGIT: "0123456789", COMMA: ",，、،", END: SENTENCE_ENDS, QUOTE: "\"“„«‘'»「", QUESTION: "?？؟",
    COLON: ":：", COPYRIGHT: "©",
}  # fmt: skip
# Characters from here on (emoji, rare ideographs) are taken as this one, which is in no class.
LAST = 0xFFFF
# Neighbours that are asked at once whether any of them has a case.
AT_ONCE = 64


@dataclass(frozen=True, slots=True, eq=False)
class Characters:
    """The characters of several texts, none of them empty."""

    size: Numbers
    """Characters of each text."""
    counts: Numbers
    """(COUNTED, texts): how many characters of each class."""
    ends: NDArray[np.uint16]
    """(2, texts): the classes of each text's first and last character, as bits."""

    def count(self, kind: int) -> Numbers:
        """Return how many characters of a class, one of those COUNTED, each text has."""
        return np.asarray(self.counts[kind.bit_length() - 1])

    def first(self, kind: int) -> NDArray[np.bool_]:
        """Return which texts begin with a character of a class."""
        return np.asarray(self.ends[0] & kind, np.bool_)

    def last(self, kind: int) -> NDArray[np.bool_]:
        """Return which texts end with a character of a class."""
        return np.asarray(self.ends[1] & kind, np.bool_)


def characters(texts: list[str]) -> Characters:
    """Return the characters of texts: at least one, each clean and not empty."""
    size = vector([len(text) for text in texts], np.float32)
    counts = np.zeros((COUNTED, len(texts)), np.float32)
    ends = np.zeros((2, len(texts)), np.uint16)
    character_counts(texts, _classes(), counts, ends)
    return Characters(size, counts, ends)


@replaced
def character_counts(
    texts: list[str], classes: NDArray[np.uint16], counts: Numbers, ends: NDArray[np.uint16]
) -> None:
    """Set for each text in counts how many characters of the first classes it has, in ends those at its ends."""
    size = vector([len(text) for text in texts], np.int64)
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    found, start = classes[np.minimum(codes, LAST)], size.cumsum() - size
    for bit, row in enumerate(counts):
        row[:] = np.add.reduceat((found & 1 << bit) != 0, start, dtype=np.float32)
    ends[:] = found[start], found[start + size - 1]


def word_counts(texts: Sequence[str], found: Characters) -> Numbers:
    """Return word_count of each of the texts."""
    words = found.count(SPACE) + 1
    for index in np.flatnonzero(found.count(UNSPACED_LETTER)).tolist():
        words[index] = word_count(texts[index])
    return words


def sentence_ends(texts: Sequence[str], found: Characters) -> Numbers:
    """Return 1 for each of the texts that ends as a sentence does, else 0."""
    ends = found.last(END).astype(np.float32)
    plain = found.last(END | UPPER | LOWER | DIGIT | UNSPACED_LETTER)
    for index in np.flatnonzero(~plain).tolist():
        ends[index] = ends_sentence(texts[index])
    return ends


@cache
def _classes() -> NDArray[np.uint16]:
    """The classes of each character up to LAST."""
    table = np.zeros(LAST + 1, np.uint16)
    every = np.arange(LAST, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
    for start in range(0, LAST, AT_ONCE):
        some = every[start : start + AT_ONCE]
        # Most scripts have none, whose characters need not be asked one by one.
        if not (f"A{some}".isupper() and f"a{some}".islower()):
            table[start : start + len(some)] = [UPPER * c.isupper() | LOWER * c.islower() for c in some]
    for first, last in UNSPACED_RANGES:
        table[first : last + 1] |= UNSPACED_LETTER
    for kind, marks in _MARKS.items():
        table[[ord(c) for c in marks]] |= kind
    return table
