"""The passage of an article that shows why it was found."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeVar

from db.searching.forms import (
    AT_WORD,
    COMPOUND_STEM,
    COMPOUNDING,
    OTHER_LETTERS,
    PLAIN,
    UNSPACED,
    WORD,
    sought_tokens,
    stem_tokens,
    stemmer_tag,
)
from db.searching.query import Kind, Term

if TYPE_CHECKING:
    from db.searching.headline_search import HeadlineHit
    from db.searching.search import Hit

# Around each match in an excerpt: control characters, which stored text never holds.
MARK_START = "\x02"
MARK_END = "\x03"
# Around it where there is nothing but text, such as in JSON.
PLAIN_MARK = "*"
# Characters of an excerpt: two lines of a terminal.
LENGTH = 180
# Characters shown before the first match.
BEFORE = 60
# Characters of a body in which matches are looked for: longer ones are no news articles.
LOOKED_AT = 200_000
# Languages of which a word and its stem may begin differently.
CHANGING_BEGINNINGS = frozenset({"ar", "fa", "ga", "id"})
# Letters by which words are told apart before their stems are made, and those of a stem that its words may lack.
SHORTEST_BEGINNING, CHANGED_LETTERS = 2, 2
MOST_TERMS = 100  # nobody sees more than that in two lines

Shown = TypeVar("Shown", "Hit", "HeadlineHit")


def excerpt(text: str, terms: Sequence[Term], language: str | None = None) -> str:
    """Return the part of text, in language, with the most different terms, each between MARK_START and MARK_END.

    The beginning of text, if no term is in it. White space is evened out, "…" stands for what is cut.
    """
    text = " ".join(text[:LOOKED_AT].split())
    matches = _matches(text, terms, language)
    start = _start(text, matches)
    end = _end(text, start)
    inside = [(left, right) for left, right, _ in matches if start <= left and right <= end]
    return ("…" if start else "") + _marked(text, start, end, inside) + ("…" if end < len(text) else "")


def marked_text(text: str, terms: Sequence[Term], language: str | None = None) -> str:
    """Return all of text with its matches between MARK_START and MARK_END."""
    matches = _matches(text, terms, language)
    return _marked(text, 0, len(text), [(left, right) for left, right, _ in matches])


def with_marks(hits: Iterable[Shown], start: str, end: str) -> list[Shown]:
    """Return hits with these marks around the matches of their snippets, such as HTML's; "" for none."""
    return [
        replace(hit, snippet=hit.snippet.replace(MARK_START, start).replace(MARK_END, end)) for hit in hits
    ]


def _matches(text: str, terms: Sequence[Term], language: str | None) -> list[tuple[int, int, int]]:
    """Return start, end and the number of the term of each match in text, in order."""
    plain = _folded(text)
    found = {
        (match.start(), match.end(), number)
        for number, term in enumerate(terms[:MOST_TERMS])
        for part in term.texts
        for pattern in _patterns(part, is_prefix=term.kind is Kind.PREFIX)
        for match in pattern.finditer(plain)
    }
    found.update(_stem_matches(text, plain, terms[:MOST_TERMS], stemmer_tag(language)))
    return sorted(found)


def _patterns(text: str, *, is_prefix: bool) -> Iterator[re.Pattern[str]]:
    """Yield what finds text, as written, in folded text: its words in a row, each run of unspaced characters."""
    for written in dict.fromkeys((text, unicodedata.normalize("NFKC", text))):
        yield from _patterns_of(_folded(written), is_prefix=is_prefix)


def _patterns_of(plain: str, *, is_prefix: bool) -> Iterator[re.Pattern[str]]:
    runs = UNSPACED.findall(plain)
    spaced = [words for part in UNSPACED.split(plain) if (words := re.findall(r"[^\W_]+", part))]
    for words in spaced:
        rest = r"[^\W_]*" if is_prefix or runs else r"(?![^\W_])"
        # What may not stand before the first word is looked at behind it: so the pattern begins with its letters.
        before = "" if runs else rf"(?<![^\W_]{words[0]})"
        yield re.compile(r"[\W_]+".join((words[0] + before, *words[1:])) + rest)
    for run in runs:
        yield re.compile(re.escape(run))
    if not spaced and not runs:
        yield re.compile(re.escape(plain))


def _stem_matches(text: str, plain: str, terms: Sequence[Term], tag: str) -> Iterator[tuple[int, int, int]]:
    """Yield the matches of the words of text, plain when folded, that have a stem with one of terms."""
    wanted = {
        token: number
        for number, term in enumerate(terms)
        if term.kind is Kind.WORD and len(words := WORD.findall(term.text.rpartition("'")[2])) == 1
        for token in sought_tokens(tag, words[0])
    }
    if tag == PLAIN or not wanted:
        return
    compounds = tuple(token for token in wanted if len(token) >= 1 + len(tag) + COMPOUND_STEM)
    for match in _words_like(text, plain, wanted, tag):
        for token in stem_tokens(tag, match[0]):
            if token in wanted:
                yield match.start(), match.end(), wanted[token]
            elif tag in COMPOUNDING and token.startswith(compounds):
                first = next(one for one in compounds if token.startswith(one))
                yield match.start(), match.end(), wanted[first]


def _words_like(text: str, plain: str, tokens: Iterable[str], tag: str) -> Iterator[re.Match[str]]:
    """Yield the words of text that may have one of tokens: by how they begin, which takes a tenth of the time."""
    if tag in CHANGING_BEGINNINGS:
        yield from WORD.finditer(text)
        return
    stems = {token[1 + len(tag) :] for token in tokens}
    # Stemmers cut endings; what they change besides is the last letters of a stem ("studies", "study": "studi").
    beginnings = {stem[: max(SHORTEST_BEGINNING, len(stem) - CHANGED_LETTERS)] for stem in stems}
    for found in _beginning(tuple(sorted(beginnings))).finditer(plain):
        start = found.start()
        if AT_WORD.match(plain, start) is not None and (match := WORD.match(text, start)) is not None:
            yield match


@lru_cache(maxsize=256)
def _beginning(beginnings: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds the words that begin so, or with letters that are typed so."""
    ways = []
    for beginning in beginnings:
        letters = "".join(f"[{re.escape(letter + _typed(letter))}]" for letter in beginning)
        for plain in ("ae", "oe", "ss", "th"):  # one letter where people type two
            both = "".join(f"[{re.escape(letter + _typed(letter))}]" for letter in plain)
            one = "".join(chr(code) for code, typed in OTHER_LETTERS.items() if typed == plain)
            letters = letters.replace(both, f"(?:{both}|[{one}])")
        ways.append(letters)
    return re.compile("|".join(ways))


def _typed(letter: str) -> str:
    return "".join(chr(code) for code, plain in OTHER_LETTERS.items() if plain[0] == letter)


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
    return text.lower() if text.isascii() else text.translate(_plain())


class _Plain(dict[int, str]):
    """By the code of each character the one that stands for it and its forms with other case or accents."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFD", character)[0].lower()
        self[code] = result = plain if len(plain) == 1 else character
        return result


@cache
def _plain() -> _Plain:
    return _Plain()
