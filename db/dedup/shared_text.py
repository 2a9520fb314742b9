"""Two articles side by side: what of the text of each the other has too."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from db.connection import archive_errors
from db.dedup.fingerprint import words_of
from db.dedup.overlap import common_spans, shares
from db.read import StoredArticle, stored_article

PARAGRAPH_END = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a paragraph."""

    text: str
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two articles."""

    article: StoredArticle
    share: float
    """Of its words in pairs, those that the other has too."""
    paragraphs: tuple[tuple[Piece, ...], ...]
    """Its text, in Unicode form NFKC and up to db.dedup.fingerprint.LONGEST characters, as it is compared."""


@dataclass(frozen=True, slots=True)
class SharedText:
    """What two articles have in common."""

    one: Side
    other: Side


def shared_text(archive: Connection, url_or_id: str, other: str) -> SharedText:
    """Return two articles with the passages of each that the other has too, whether they count as copies or not.

    Articles are named as db.read.stored_article takes them. Raises NotInArchiveError as that does.
    """
    first, second = stored_article(archive, url_or_id), stored_article(archive, other)
    with archive_errors(archive):
        ones, others = words_of(first.body), words_of(second.body)
        found = shares(ones, others)
        return SharedText(
            Side(
                article=first,
                share=found.share,
                paragraphs=tuple(_paragraphs(ones.text, list(common_spans(ones, others)))),
            ),
            Side(
                article=second,
                share=found.other_share,
                paragraphs=tuple(_paragraphs(others.text, list(common_spans(others, ones)))),
            ),
        )


def _paragraphs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[Piece, ...]]:
    start = 0
    for end, following in [*(found.span() for found in PARAGRAPH_END.finditer(text)), (len(text), len(text))]:
        inside = ((max(one, start), min(other, end)) for one, other in spans if one < end and other > start)
        if pieces := tuple(_pieces(text, start, end, inside)):
            yield pieces
        start = following


def _pieces(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    for first, last in spans:
        if first > start:
            yield Piece(text[start:first], is_shared=False)
        yield Piece(text[first:last], is_shared=True)
        start = last
    if start < end:
        yield Piece(text[start:end], is_shared=False)
