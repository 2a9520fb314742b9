"""Lines that stand among a story's paragraphs and are none of them, by their words (words/furniture.toml)."""

import re
from functools import cache
from itertools import chain
from typing import NamedTuple, TypeAlias

from archiver.parsers.phrases import PUNCTUATION
from archiver.parsers.text import fold, unaccented
from archiver.word_lists import lines, word_table

# Characters of the longest such line: a notice of rights has two sentences.
LONGEST = 300
EDGES = PUNCTUATION.replace("#", "")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Letters by which the phrases that may match are found.
KEY = 2


class _Piece(NamedTuple):
    """What a phrase says before, between or after what may be any words."""

    text: str
    is_apart_before: bool
    """Whether it begins a word there."""
    is_apart_after: bool


_Phrase: TypeAlias = tuple[_Piece, ...]
"""One line of the file: its pieces, of which the first stands at the beginning of a text and the last at its end."""
_Keyed: TypeAlias = dict[str, list[_Phrase]]


def is_furniture(text: str) -> bool:
    """Whether a text is a line that is no part of a story wherever it stands, in any language."""
    if len(text) > LONGEST:
        return False
    line = NUMBER.sub("0", fold(text)).strip(EDGES)
    by_beginning, by_end, others = _phrases()
    for phrase in by_beginning.get(line[:KEY], ()):
        if line.startswith(phrase[0].text) and _is_said_by(line, phrase):
            return True
    if any(_is_said_by(line, phrase) for phrase in by_end.get(line[-KEY:], ())):
        return True
    return any(longest in line and _is_said_by(line, phrase) for longest, phrase in others)


def _is_said_by(line: str, phrase: _Phrase) -> bool:
    first, last = phrase[0], phrase[-1]
    if len(phrase) == 1:
        return line == first.text
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
def _phrases() -> tuple[_Keyed, _Keyed, list[tuple[str, _Phrase]]]:
    """The phrases by what they begin with, else by what they end with; the others, each with its longest piece."""
    found: dict[str, dict[_Phrase, None]] = {}
    ends: dict[str, dict[_Phrase, None]] = {}
    for table in word_table("parsers", "furniture.toml").values():
        for phrase in map(_phrase, chain.from_iterable(map(_spellings, lines(table["texts"])))):
            beginning, end = phrase[0].text[:KEY], phrase[-1].text[-KEY:]
            if len(beginning) == KEY or len(end) < KEY:
                found.setdefault(beginning if len(beginning) == KEY else "", {})[phrase] = None
            else:
                ends.setdefault(end, {})[phrase] = None
    others = [(max((piece.text for piece in phrase), key=len), phrase) for phrase in found.pop("", ())]
    by_beginning, by_end = ({key: list(phrases) for key, phrases in each.items()} for each in (found, ends))
    return by_beginning, by_end, others


def _spellings(line: str) -> tuple[str, ...]:
    """A line as it stands and as many write it in capitals."""
    return (line,) if line.isascii() else (line, unaccented(fold(line)))


def _phrase(line: str) -> _Phrase:
    pieces = line.strip(EDGES.replace("*", "")).split("*")
    return tuple(map(_piece, pieces))


def _piece(written: str) -> _Piece:
    text = fold(written)
    return _Piece(
        text,
        is_apart_before=written.startswith(" ") and text[:1].isalnum(),
        is_apart_after=written.endswith(" ") and text[-1:].isalnum(),
    )
