"""The small language of searches, read into terms.

    flood bridge             both words, anywhere, or other forms of them: "bridges" too
    "old bridge"             these words in a row, as written
    bridg*                   words that begin so
    flood bridge OR dam      flood, and one of the others; OR binds its neighbours
    flood -bridge            flood without bridge; flood NOT bridge
    flood NEAR/5 bridge      at most 5 other words between them, as written; NEAR alone: 10; NEAR(a b c, 5)
    headline:flood           in the headline
    author:quill             by an author whose name holds it; author:"Nora Quill"
    source:news.example      of this site
    flood in:headlines       in the related headlines that pages show, instead of in articles

Nothing else has a meaning: AT&T, don't and 2024-25 are their words in a row.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from archiver.errors import QueryError
from db.searching.forms import IN_RUN, IN_SIGNS, MARKS, in_index, kind
from db.values import storable

# An optional minus, then NEAR with its words, or, perhaps of one field, a phrase in quotes or what stands up to the
# next space or quote.
TOKEN = re.compile(
    r"(?P<minus>-?)(?:NEAR\((?P<near>[^()]+)\)"
    r'|(?:(?P<field>(?i:headline|author|source|in)):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+)))'
)
NEAR = re.compile(r"NEAR(?:/(\d+))?")
NEAR_WORDS = re.compile(r'"([^"]*)"|([^\s",]+)')
NEAR_DISTANCE = re.compile(r",\s*(\d+)\s*$")
DISTANCE = 10
# No text has more words: what is farther apart is nowhere.
LONGEST_DISTANCE = 999_999
QUOTES = str.maketrans(dict.fromkeys("“”„‟＂", '"'))


class Kind(StrEnum):
    """What a term asks for."""

    WORD = "word"
    """This word in any of its forms."""
    PHRASE = "phrase"
    """These words in a row, as written."""
    PREFIX = "prefix"
    """Words that begin so."""
    NEAR = "near"
    """These words, as written, close to each other."""
    AUTHOR = "author"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for."""

    text: str
    kind: Kind = Kind.WORD
    in_headline: bool = False
    near: tuple[str, ...] = ()
    """The words or phrases of NEAR; text is the first of them."""
    distance: int = 0
    """Words that may stand between those of NEAR."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is looked for in the text of an article."""
        if self.kind in (Kind.AUTHOR, Kind.SOURCE):
            return ()
        return self.near or (self.text,)


Group = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What a search asks for: one term of every group, and none of those excluded."""

    groups: tuple[Group, ...]
    excluded: Group = ()
    in_headlines: bool = False
    """In related headlines, not in articles."""

    @property
    def terms(self) -> Group:
        """The terms that may be found, in order."""
        return tuple(term for group in self.groups for term in group)


def read_query(words: str) -> Query:
    """Return what words asks for.

    A search of nothing but the word OR, AND or NOT looks for it. Raises QueryError, naming the words, if there is
    nothing in them to look for, or if they only exclude.
    """
    tokens = list(TOKEN.finditer(_spaced(words)))
    in_headlines = any(map(_names_headlines, tokens))
    tokens = [token for token in tokens if not _names_headlines(token)]
    reader = _Reader()
    for token in tokens:
        reader.take(token)
    if reader.groups:
        groups = tuple(dict.fromkeys(tuple(dict.fromkeys(group)) for group in reader.groups))
        return Query(groups, tuple(dict.fromkeys(reader.excluded)), in_headlines)
    if reader.excluded:
        raise QueryError(
            f"{_shown(words)} only leaves articles out: add a word to look for, or quote the minus or NOT meant as one"
        )
    plain = dict.fromkeys(term for token in tokens if (term := _term(token)))
    if not plain:
        raise QueryError(f"nothing to search for in {_shown(words)}: name a word")
    return Query(tuple((term,) for term in plain), (), in_headlines)


class _Reader:
    """The terms read so far."""

    def __init__(self) -> None:
        self.groups: list[list[Term]] = []
        self.excluded: list[Term] = []
        self.joined = ""
        """The operator that joins the last term with the next."""
        self.distance = 0

    def take(self, token: re.Match[str]) -> None:
        """Read one token: an operator, or a term."""
        if self._is_operator(token):
            return
        if (term := _term(token)) is None:
            return
        if token["minus"] or self.joined == "NOT":
            self.excluded.append(term)
        elif self.joined == "OR" and self.groups:
            self.groups[-1].append(term)
        elif self.joined == "NEAR" and self.groups and _may_be_near(self.groups[-1][-1], term):
            self.groups[-1][-1] = _joined(self.groups[-1][-1], term, self.distance)
        else:
            self.groups.append([term])
        self.joined = ""

    def _is_operator(self, token: re.Match[str]) -> bool:
        word = token["word"]
        if word is None or token["minus"] or token["field"]:
            return False
        if word in ("OR", "AND", "NOT"):
            self.joined = word
        elif near := NEAR.fullmatch(word):
            self.joined, self.distance = "NEAR", _distance(near[1])
        else:
            return False
        return True


def _may_be_near(first: Term, second: Term) -> bool:
    return first.texts != () and second.texts != () and Kind.PREFIX not in (first.kind, second.kind)


def _joined(first: Term, second: Term, distance: int) -> Term:
    near = (*first.texts, *second.texts)
    in_headline = first.in_headline or second.in_headline
    return Term(near[0], Kind.NEAR, in_headline, near, max(first.distance, distance))


def _names_headlines(token: re.Match[str]) -> bool:
    field, value = token["field"], token["word"] or token["phrase"] or ""
    return (field or "").lower() == "in" and value.lower() in ("headlines", "headline") and not token["minus"]


def _spaced(words: str) -> str:
    """Return words with plain quotes only, an even number of them, and a space for what is no character."""
    text = storable(words.replace("\0", " ")).replace("\ufffd", " ").translate(QUOTES).translate(MARKS)
    if text.count('"') % 2:
        opened, _, rest = text.rpartition('"')
        text = f"{opened} {rest}"
    return text


def _term(token: re.Match[str]) -> Term | None:
    """Return the term that a token stands for, None if there is nothing in it to look for."""
    if token["near"] is not None:
        return _near_term(token["near"])
    field = (token["field"] or "").lower()
    text = token["phrase"] if token["word"] is None else token["word"]
    if field in ("author", "source"):
        return Term(" ".join(text.split()), Kind(field)) if _has_content(text) else None
    if field == "in":  # nothing that we know of
        text = f"{token['field']}:{text}"
    if not _has_content(text):
        return None
    in_headline = field == "headline"
    if token["word"] is None:
        return Term(" ".join(text.split()), Kind.PHRASE, in_headline)
    if text.endswith("*"):
        return Term(text.rstrip("*"), Kind.PREFIX, in_headline)
    return Term(text, Kind.WORD, in_headline)


def _near_term(text: str) -> Term | None:
    """Return the term of what stands between the brackets of NEAR."""
    distance = NEAR_DISTANCE.search(text)
    words = NEAR_WORDS.findall(text[: distance.start()] if distance else text)
    near = tuple(" ".join((phrase or word).split()) for phrase, word in words if _has_content(phrase or word))
    if len(near) < 2:
        return Term(near[0], Kind.PHRASE) if near else None
    return Term(near[0], Kind.NEAR, near=near, distance=_distance(distance[1] if distance else None))


def _distance(digits: str | None) -> int:
    """Return the words that digits, if there are any, let stand between those of NEAR."""
    if digits is None:
        return DISTANCE
    return int(digits) if len(digits) <= len(str(LONGEST_DISTANCE)) else LONGEST_DISTANCE


def _has_content(text: str) -> bool:
    """Whether anything in text stands in the index."""
    return any(
        in_index(character) or kind(character) in (IN_RUN, IN_SIGNS)
        for character in unicodedata.normalize("NFKC", text)
    )


def _shown(words: str) -> str:
    text = " ".join(storable(words).split())
    return f"{text[:60]!r}" if text else "an empty query"
