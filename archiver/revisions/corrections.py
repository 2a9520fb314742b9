"""Notices by which a newsroom says that it corrected a story."""

import re
from functools import cache

from archiver.revisions.noise import UNSPACED, settled
from archiver.revisions.words import correction_words

# Longer paragraphs are prose that speaks of a mistake.
LONGEST_NOTICE = 900
# What follows the word that opens a notice: a mark, a date, a bracket or nothing.
AFTER_WORD = r"\s*(?:[:：;.\-|/()（\[\]】》>*,]|\d|$)"
OPENING = r"[\s\W]{0,4}"


def correction_notices(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paragraphs that say that the story was corrected."""
    return tuple(paragraph for paragraph in paragraphs if is_correction(paragraph))


def is_correction(paragraph: str) -> bool:
    """Whether a paragraph or headline says, in any language, that the story was corrected."""
    if len(paragraph) > LONGEST_NOTICE:
        return False
    folded = settled(paragraph).casefold()
    if _opening().match(folded) is not None:
        return True
    # The plain look first: it takes a tenth of the pattern's time, and most paragraphs say nothing of the kind.
    return any(word in folded for word in _says()) and _saying().search(folded) is not None


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(f"{OPENING}(?:{_any_of(correction_words('begins'))}){AFTER_WORD}")


@cache
def _saying() -> re.Pattern[str]:
    return re.compile(_any_of(correction_words("says")))


@cache
def _says() -> tuple[str, ...]:
    return _folded(correction_words("says"))


def _folded(words: frozenset[str]) -> tuple[str, ...]:
    """Return words as they are compared, the longest first."""
    return tuple(sorted({settled(word).casefold() for word in words}, key=len, reverse=True))


def _any_of(words: frozenset[str]) -> str:
    each = (
        re.escape(word) if UNSPACED.search(word) else rf"(?<!\w){re.escape(word)}" for word in _folded(words)
    )
    return "|".join(each)
