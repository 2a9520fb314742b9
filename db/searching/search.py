"""Full-text search over the archive."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from sqlite3 import Connection, Row

from archiver.errors import QueryError
from db.columns import AUTHORS
from db.connection import archive_errors
from db.searching.excerpt import MARK_END, MARK_START, excerpt
from db.searching.filters import ALL_ARTICLES, Condition, Filters
from db.searching.matching import Matching, matching
from db.searching.query import Query, read_query
from db.values import list_of, time_or_none, time_text

__all__ = ["MARK_END", "MARK_START", "Filters", "Found", "Hit", "Sort", "find", "matching", "search"]

# Articles that are ranked. Of more that match, those archived last: ranking costs time by the article, and a word
# that stands everywhere says little of any.
RANKED_AT_MOST = 1000
# Days after which an article counts half as much when new ones are lifted.
HALF_LIFE = 30


class Sort(StrEnum):
    """The order of what a search finds."""

    BEST = "best"
    RECENT = "recent"
    """Best first, new articles lifted."""
    DATE = "date"
    """The latest first; those without date last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article that matches a search."""

    article_id: int
    url: str
    source: str
    """Host of its site."""
    headline: str
    date_published: datetime | None
    language: str | None
    authors: tuple[str, ...]
    snippet: str
    """A passage with the matches between MARK_START and MARK_END."""
    rank: float
    """Lower is better; comparable only within one result."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    hits: tuple[Hit, ...]
    newest_only: int | None
    """The articles that were ranked or sorted, those archived last, if more match; None: all that match were."""
    more: bool = False
    """Whether more match than there are hits, as far as that was asked."""


def search(archive: Connection, words: str, filters: Filters = ALL_ARTICLES, limit: int = 20) -> list[Hit]:
    """Return at most limit articles that match words, best first; how words are read, db.searching.query tells.

    Raises QueryError if there is nothing in words to look for, or if words or filters name an unknown source.
    """
    return list(find(archive, words, filters, limit).hits)


def find(
    archive: Connection,
    words: str,
    filters: Filters = ALL_ARTICLES,
    limit: int = 20,
    sort: Sort = Sort.BEST,
    now: datetime | None = None,
) -> Found:
    """Return at most limit articles that match words in the order of sort, and whether others were left out.

    now is the moment that new articles are new at, by default this one. Raises QueryError as search does.
    """
    query = read_query(words)
    if query.in_headlines:
        raise QueryError(
            "in:headlines looks through related headlines, and this is about articles: leave it out"
        )
    with archive_errors(archive):
        found = matching(archive, query, filters)
        span, newest_only = _ranked_span(archive, found, limit)
        score, values = _score(found, sort, now or datetime.now(UTC))
        # The bodies of the best are read, not those of all that match.
        tables, columns = found.tables, "articles.id AS best_id, date_published AS best_date"
        if found.rank is not None and sort is Sort.BEST and found.rows.sql == "TRUE":
            # Nothing is asked of the rows of all that match: the index alone tells which are best.
            tables, columns = "articles_fts", "articles_fts.rowid AS best_id, NULL AS best_date"
        sql = f"""
            WITH best AS MATERIALIZED (
                SELECT {columns}, {score} AS relevance
                FROM {tables} WHERE {found.condition.sql} AND {span.sql}
                ORDER BY {_order(found, sort)} LIMIT ?)
            SELECT articles.*, sources.host AS source, {AUTHORS} AS authors, relevance
            FROM best JOIN articles ON articles.id = best_id JOIN sources ON sources.id = source_id
            ORDER BY {_order(found, sort)}
        """  # noqa: S608 - only text of this program
        limit = max(limit, 0)
        rows = archive.execute(sql, (*values, *found.condition.values, *span.values, limit + 1)).fetchall()
        more = len(rows) > limit or newest_only is not None
        return Found(tuple(_hit(row, query) for row in rows[:limit]), newest_only, more)


def is_searchable(archive: Connection) -> bool:
    """Return whether archive has an article: else no search finds any."""
    with archive_errors(archive):
        return bool(archive.execute("SELECT EXISTS (SELECT 1 FROM articles)").fetchone()[0])


def hits_of(archive: Connection, article_ids: Sequence[int], query: Query) -> list[Hit]:
    """Return the articles of these ids in order of id, with the passages that query finds in them."""
    rows = archive.execute(
        f"""SELECT articles.*, sources.host AS source, {AUTHORS} AS authors, 0.0 AS relevance
        FROM articles JOIN sources ON sources.id = source_id
        WHERE articles.id IN (SELECT value FROM json_each(?)) ORDER BY articles.id""",  # noqa: S608
        (json.dumps(list(article_ids)),),
    )
    return [_hit(row, query) for row in rows]


def _ranked_span(archive: Connection, found: Matching, limit: int) -> tuple[Condition, int | None]:
    """Return the condition of the articles to rank, and how many they are if more match."""
    if found.match is None:
        return Condition(), None
    most = max(RANKED_AT_MOST, limit)
    tables = found.tables if found.rows.sql != "TRUE" else "articles_fts"
    sql = f"""SELECT articles_fts.rowid FROM {tables} WHERE {found.condition.sql}
              ORDER BY articles_fts.rowid DESC LIMIT 2 OFFSET ?"""  # noqa: S608 - only text of this program
    rows = archive.execute(sql, (*found.condition.values, most - 1)).fetchall()
    if len(rows) < 2:
        return Condition(), None
    return Condition("articles_fts.rowid >= ?", (rows[0][0],)), most


def _score(found: Matching, sort: Sort, now: datetime) -> tuple[str, tuple[object, ...]]:
    """Return what makes the relevance of a row, and its values; lower is better."""
    if found.rank is None:
        return "0.0", ()
    if sort is Sort.RECENT:
        age = "max(0.0, ifnull(julianday(?) - julianday(date_published), 3650.0))"
        return f"{found.rank} / (1.0 + {age} / {HALF_LIFE}.0)", (time_text(now),)
    return found.rank, ()


def _order(found: Matching, sort: Sort) -> str:
    by_date = "date_published IS NULL, date_published DESC, best_id DESC"
    if sort is Sort.DATE or found.rank is None:
        return by_date
    return "relevance, best_id"


def _hit(row: Row, query: Query) -> Hit:
    passage = row["body"]
    if row["lead"] and not passage.startswith(row["lead"]):
        passage = f"{row['lead']}\n\n{passage}"
    return Hit(
        article_id=row["id"],
        url=row["url"],
        source=row["source"],
        headline=row["headline"],
        date_published=time_or_none(row["date_published"]),
        language=row["language"],
        authors=list_of(row["authors"]),
        snippet=excerpt(passage, query.terms, row["language"]),
        rank=row["relevance"],
    )
