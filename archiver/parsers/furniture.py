"""Lines that stand among a story's paragraphs and are none of them, by their words (words/furniture.toml)."""

import re
from dataclasses import dataclass
from functools import cache

from archiver.parsers.phrases import PUNCTUATION
from archiver.parsers.text import fold
from archiver.word_lists import lines, word_table

# Characters of the longest such line: a notice of rights has two sentences.
LONGEST = 300
EDGES = PUNCTUATION.replace("#", "")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Letters by which the phrases that may match are found.
KEY = 2


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One line of the file."""

    literal: str
    """What a text must begin with; of a phrase that begins with *, its longest part, which it must hold."""
    form: re.Pattern[str] | None
    """What all of a text must be like; None: the literal alone."""

    def is_said_by(self, line: str) -> bool:
        return line == self.literal if self.form is None else self.form.fullmatch(line) is not None


def is_furniture(text: str) -> bool:
    """Whether a text is a line that is no part of a story wherever it stands, in any language."""
    if len(text) > LONGEST:
        return False
    line = NUMBER.sub("0", fold(text)).strip(EDGES)
    by_beginning, others = _phrases()
    if any(line.startswith(one.literal) and one.is_said_by(line) for one in by_beginning.get(line[:KEY], ())):
        return True
    return any(one.literal in line and one.is_said_by(line) for one in others)


@cache
def _phrases() -> tuple[dict[str, tuple[_Phrase, ...]], tuple[_Phrase, ...]]:
    """The phrases by what they begin with, and the others."""
    found: dict[str, dict[_Phrase, None]] = {}
    for table in word_table("parsers", "furniture.toml").values():
        for line in lines(table["texts"]):
            phrase = _phrase(line)
            is_known_by_it = len(phrase.literal) >= KEY and not line.startswith("*")
            key = phrase.literal[:KEY] if is_known_by_it else ""
            found.setdefault(key, {})[phrase] = None
    others = tuple(found.pop("", ()))
    return {key: tuple(phrases) for key, phrases in found.items()}, others


def _phrase(line: str) -> _Phrase:
    pieces = [fold(piece) for piece in line.split("*")]
    pieces[0] = pieces[0].lstrip(EDGES)
    pieces[-1] = pieces[-1].rstrip(EDGES)
    if len(pieces) == 1:
        return _Phrase(pieces[0], None)
    form = ".*".join(
        # A word that stands apart from the * is a whole one.
        (r"\b" if before.endswith(" ") and piece[:1].isalnum() else "")
        + re.escape(piece)
        + (r"\b" if after.startswith(" ") and piece[-1:].isalnum() else "")
        for piece, before, after in _with_neighbours(pieces, line)
    )
    literal = pieces[0] or max(pieces, key=len)
    return _Phrase(literal, re.compile(form, re.DOTALL))


def _with_neighbours(pieces: list[str], line: str) -> list[tuple[str, str, str]]:
    """Each piece with a space before and after it where the line has one between it and a *."""
    raw = line.split("*")
    return [
        (piece, " " if written[:1] == " " else "", " " if written[-1:] == " " else "")
        for piece, written in zip(pieces, raw, strict=True)
    ]
