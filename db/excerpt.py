"""The passage of an article that shows why it was found."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from db.query import Term

# Around each match in an excerpt: control characters, which stored text never holds.
MARK_START = "\x02"
MARK_END = "\x03"
# Characters of an excerpt: two lines of a terminal.
LENGTH = 180
# Characters shown before the first match.
BEFORE = 60
# Characters of a body in which matches are looked for: longer ones are no news articles.
LOOKED_AT = 200_000


def excerpt(text: str, terms: Sequence[Term]) -> str:
    """Return the part of text with the most different terms in it, matches between MARK_START and MARK_END.

    The beginning of text, if no term is in it. White space is evened out, "…" stands for what is cut.
    """
    text = " ".join(text[:LOOKED_AT].split())
    matches = _matches(text, terms)
    start = _start(text, matches)
    end = _end(text, start)
    inside = [(left, right) for left, right, _ in matches if start <= left and right <= end]
    return ("…" if start else "") + _marked(text, start, end, inside) + ("…" if end < len(text) else "")


def _matches(text: str, terms: Sequence[Term]) -> list[tuple[int, int, int]]:
    """Return start, end and the number of the term of each match in text, in order."""
    folded = _folded(text)
    found = [
        (match.start(), match.end(), number)
        for number, term in enumerate(terms[:100])  # nobody sees more than that in two lines
        for match in _pattern(term).finditer(text if term.anywhere else folded)
    ]
    return sorted(found)


def _pattern(term: Term) -> re.Pattern[str]:
    """Return what finds term in text or, if it stands for words, these words in folded text."""
    words = re.findall(r"[^\W_]+", _folded(term.text))
    if term.anywhere or not words:
        return re.compile(re.escape(term.text), re.IGNORECASE)
    rest = r"[^\W_]*" if term.prefix else r"(?![^\W_])"
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(words) + rest)


def _start(text: str, matches: list[tuple[int, int, int]]) -> int:
    """Return where the excerpt begins: at a word, before the match with the most different terms after it."""
    best, most = 0, 0
    for index, (left, _, _) in enumerate(matches):
        terms = {number for other, _, number in matches[index : index + 50] if other < left + LENGTH - BEFORE}
        if len(terms) > most:
            best, most = left, len(terms)
    if best <= BEFORE:
        return 0
    space = text.find(" ", best - BEFORE, best)
    return best - BEFORE if space < 0 else space + 1


def _end(text: str, start: int) -> int:
    """Return where the excerpt ends: after a word, where the script has words."""
    end = start + LENGTH
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - BEFORE // 2, end)
    return end if space < 0 else space


def _marked(text: str, start: int, end: int, matches: list[tuple[int, int]]) -> str:
    parts = []
    done = start
    for left, right in matches:
        if left >= done and right > left:
            parts += [text[done:left], MARK_START, text[left:right], MARK_END]
            done = right
    return "".join((*parts, text[done:end]))


def _folded(text: str) -> str:
    """Return text without case and accents, each character still in its place."""
    return text.lower() if text.isascii() else "".join(map(_fold, text))


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    """Return the one character that stands for character and its forms with other case or accents."""
    plain = unicodedata.normalize("NFD", character)[0].lower()
    return plain if len(plain) == 1 else character
