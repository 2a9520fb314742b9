"""Lines that stand among a story's paragraphs and are none of them, by their words (words/furniture.toml)."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import NamedTuple, TypeAlias

from archiver.parsers.phrases import PUNCTUATION
from archiver.parsers.text import fold, has_digit, unaccented
from archiver.word_lists import lines, word_table

# Characters of the longest such line: a notice of rights has two sentences.
LONGEST = 300
EDGES = PUNCTUATION.replace("#", "") + "。！？👉📲📱📰🔔✅📧📩🔴⚡📢📣➡⬇☞\ufe0f"
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# What stands for any words.
ANY = "*"
# Letters by which the phrases that may match are found, and of a word that few other lines have.
KEY = 2
RARE = 5


class _Piece(NamedTuple):
    """What a phrase says before, between or after what may be any words."""

    text: str
    is_apart_before: bool
    """Whether it begins a word there."""
    is_apart_after: bool


_Phrase: TypeAlias = tuple[_Piece, ...]
"""A line of the file with any words in it: its pieces, the first stands where a text begins, the last where it ends."""


class _Phrases(NamedTuple):
    """Phrases of which a line may be one if it begins with, ends with or holds what they share."""

    edges: tuple[str, ...]
    """What they begin with, or end with: most lines do with none."""
    phrases: list[_Phrase]


_Keyed: TypeAlias = dict[str, _Phrases]
_Others: TypeAlias = list[tuple[str, list[_Phrase]]]


def is_furniture(text: str) -> bool:
    """Whether a text is a line that is no part of a story wherever it stands, in any language."""
    if len(text) > LONGEST:
        return False
    line = fold(text).strip(EDGES)
    if has_digit(line):
        line = NUMBER.sub("0", line)
    whole, by_beginning, by_end, others = _phrases()
    if line in whole:
        return True
    likely = by_beginning.get(line[:KEY])
    if likely is not None and line.startswith(likely.edges) and _is_one_of(line, likely.phrases):
        return True
    likely = by_end.get(line[-KEY:])
    if likely is not None and line.endswith(likely.edges) and _is_one_of(line, likely.phrases):
        return True
    near = [phrases for word, phrases in others[line.isascii()] if word in line]
    return bool(near) and _is_one_of(line, chain.from_iterable(near))


def _is_one_of(line: str, phrases: Iterable[_Phrase]) -> bool:
    return any(_is_said_by(line, phrase) for phrase in phrases)


def _is_said_by(line: str, phrase: _Phrase) -> bool:
    first, last = phrase[0], phrase[-1]
    if not (line.startswith(first.text) and _stands(line, first, 0)):
        return False
    at = len(first.text)
    for piece in phrase[1:-1]:
        at = _end_of(piece, line, at)
        if at < 0:
            return False
    start = len(line) - len(last.text)
    return at <= start and line.endswith(last.text) and _stands(line, last, start)


def _end_of(piece: _Piece, line: str, at: int) -> int:
    """Where a piece ends that is looked for from a place on, or -1."""
    while (start := line.find(piece.text, at)) >= 0:
        if _stands(line, piece, start):
            return start + len(piece.text)
        at = start + 1
    return -1


def _stands(line: str, piece: _Piece, start: int) -> bool:
    """Whether a piece that is found at a place is no part of a longer word."""
    end = start + len(piece.text)
    begins = not piece.is_apart_before or not line[max(0, start - 1) : start].isalnum()
    return begins and (not piece.is_apart_after or not line[end : end + 1].isalnum())


@cache
def _phrases() -> tuple[frozenset[str], _Keyed, _Keyed, tuple[_Others, _Others]]:
    """The lines without "any words"; the phrases by what they begin with, else by what they end with; all others.

    The others stand together by a word that all of some have; those of ASCII alone stand there a second time by
    themselves.
    """
    tables = word_table("parsers", "furniture.toml").values()
    written = dict.fromkeys(
        chain.from_iterable(_spellings(line) for table in tables for line in lines(table["texts"]))
    )
    whole = frozenset(fold(line).strip(EDGES) for line in written if ANY not in line)
    found: dict[str, list[_Phrase]] = {}
    ends: dict[str, list[_Phrase]] = {}
    others: list[_Phrase] = []
    for phrase in (_phrase(line) for line in written if ANY in line):
        beginning, end = phrase[0].text[:KEY], phrase[-1].text[-KEY:]
        if len(beginning) == KEY:
            found.setdefault(beginning, []).append(phrase)
        elif len(end) == KEY:
            ends.setdefault(end, []).append(phrase)
        else:
            others.append(phrase)
    in_ascii = [phrase for phrase in others if all(piece.text.isascii() for piece in phrase)]
    return whole, _with_edges(found, 0), _with_edges(ends, -1), (_by_word(others), _by_word(in_ascii))


def _with_edges(found: dict[str, list[_Phrase]], at: int) -> _Keyed:
    return {
        key: _Phrases(tuple({phrase[at].text for phrase in phrases}), phrases)
        for key, phrases in found.items()
    }


def _by_word(phrases: list[_Phrase]) -> _Others:
    """Phrases by the word of theirs that most of them have; by their longest piece those that have no long word."""
    words = [
        {word for piece in phrase for word in piece.text.split() if len(word) >= RARE} for phrase in phrases
    ]
    count = Counter(chain.from_iterable(words))
    found: dict[str, list[_Phrase]] = {}
    for phrase, own in zip(phrases, words, strict=True):
        longest = max((piece.text for piece in phrase), key=len)
        found.setdefault(max(own, key=lambda word: (count[word], word), default=longest), []).append(phrase)
    return list(found.items())


def _spellings(line: str) -> tuple[str, ...]:
    """A line as it stands and as many write it in capitals."""
    return (line,) if line.isascii() else (line, unaccented(fold(line)))


def _phrase(line: str) -> _Phrase:
    pieces = line.strip(EDGES.replace(ANY, "")).split(ANY)
    return tuple(map(_piece, pieces))


def _piece(written: str) -> _Piece:
    text = fold(written)
    return _Piece(
        text,
        is_apart_before=written.startswith(" ") and text[:1].isalnum(),
        is_apart_after=written.endswith(" ") and text[-1:].isalnum(),
    )
