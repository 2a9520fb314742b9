"""The small language of searches: read into terms, and written as the FTS5 query that means them.

    flood bridge        both words, anywhere
    "old bridge"        these words in a row
    bridg*              words that begin so
    flood bridge OR dam flood, and one of the others; OR binds its neighbours
    flood -bridge       flood without bridge

Nothing else has a meaning: AT&T, don't and 2024-25 are their words in a row. Only FTS5 strings are written,
so no text can be an error of its syntax (https://sqlite.org/fts5.html#full_text_query_syntax).
"""

import re
import unicodedata
from dataclasses import dataclass

from archiver.errors import QueryError
from db.values import storable

# An optional minus, then a phrase in quotes or what stands up to the next space or quote.
TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
QUOTES = str.maketrans(dict.fromkeys("“”„‟＂", '"'))
# Scripts that put no space between words or, as Korean, hang endings on them: Thai, Lao, Tibetan, Burmese,
# Hangul, Khmer, Chinese, Japanese. To unicode61 a clause of them is one word; they are looked for as text.
UNSPACED = re.compile(
    "[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3031-\u30fa\u30fc-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uffdc\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase to look for."""

    text: str
    prefix: bool = False
    """Words that begin so count too."""
    anywhere: bool = False
    """The text counts wherever it stands, inside of words too: SQLite's index knows no such words."""

    def fts(self) -> str:
        """Return the term in the syntax of FTS5."""
        quoted = '"' + self.text.replace('"', '""') + '"'
        return f"{quoted} *" if self.prefix else quoted


@dataclass(frozen=True, slots=True)
class Query:
    """What a search asks for: one term of every group, and none of those excluded."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()


def read_query(words: str) -> Query:
    """Return what words asks for.

    A search of nothing but the word OR looks for it. Raises QueryError, naming the words, if there is nothing
    in them to look for, or if they only exclude.
    """
    tokens = list(TOKEN.finditer(_spaced(words)))
    groups: list[list[Term]] = []
    excluded: list[Term] = []
    joined = False
    for token in tokens:
        if token["word"] in ("OR", "AND") and not token["minus"]:
            joined = token["word"] == "OR"
        elif term := _term(token):
            if token["minus"]:
                excluded.append(term)
            elif joined and groups:
                groups[-1].append(term)
            else:
                groups.append([term])
            joined = False
    if groups:
        return Query(tuple(map(_each, dict.fromkeys(map(tuple, groups)))), _each(excluded))
    if excluded:
        raise QueryError(
            f"{_shown(words)} only leaves articles out: add a word to look for, or quote a minus that you look for"
        )
    plain = [term for token in tokens if (term := _term(token))]
    if not plain:
        raise QueryError(f"nothing to search for in {_shown(words)}: name a word")
    return Query(tuple((term,) for term in _each(plain)))


def fts_query(groups: tuple[tuple[Term, ...], ...]) -> str:
    """Return the FTS5 query for one term of every group; none of them may be one that counts anywhere."""
    return " AND ".join(f"({' OR '.join(term.fts() for term in group)})" for group in groups)


def _spaced(words: str) -> str:
    """Return words with plain quotes only, an even number of them, and a space for what is no character."""
    text = storable(words.replace("\0", " ")).replace("\ufffd", " ").translate(QUOTES)
    if text.count('"') % 2:
        opened, _, rest = text.rpartition('"')
        text = f"{opened} {rest}"
    return text


def _term(token: re.Match[str]) -> Term | None:
    """Return the term that a token stands for, None if there is nothing in it to look for."""
    text = token["phrase"] if token["word"] is None else token["word"]
    if UNSPACED.search(text):
        bare = _bare(text)
        return Term(bare, anywhere=True) if bare else None
    if any(map(_in_index, text)):
        prefix = token["word"] is not None and text.endswith("*")
        return Term(text.rstrip("*") if prefix else " ".join(text.split()), prefix=prefix)
    bare = _bare(text)  # an emoji, a sign, a letter too new for SQLite
    return Term(bare, anywhere=True) if bare and not bare.isascii() else None


def _in_index(character: str) -> bool:
    """Whether SQLite's unicode61 takes character for a part of a word.

    Its tables are of Unicode 6.1; what those of 3.2, which Python carries, call a letter is one there too.
    """
    category = unicodedata.ucd_3_2_0.category(character)
    return category[0] in "LN" or category == "Co"


def _bare(text: str) -> str:
    """Return text without the spaces and punctuation around it."""
    kept = [index for index, character in enumerate(text) if unicodedata.category(character)[0] not in "PZC"]
    return text[kept[0] : kept[-1] + 1] if kept else ""


def _each(terms: list[Term] | tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple(dict.fromkeys(terms))


def _shown(words: str) -> str:
    text = " ".join(storable(words).split())
    return f"{text[:60]!r}" if text else "an empty query"
