"""How many articles match a search, by day, month, site, language, author, section or what was changed."""

from dataclasses import dataclass
from enum import StrEnum
from sqlite3 import Connection

from archiver.errors import QueryError
from db.connection import archive_errors
from db.searching.filters import ALL_ARTICLES, BY_PUBLISHER, Filters
from db.searching.matching import matching
from db.searching.query import read_query

SOURCE = "(SELECT host FROM sources WHERE sources.id = source_id)"


class CountBy(StrEnum):
    """What articles are counted by."""

    DAY = "day"
    MONTH = "month"
    SOURCE = "source"
    LANG = "lang"
    AUTHOR = "author"
    SECTION = "section"
    CHANGE = "change"
    """What their publishers changed of them, at least once."""


KEYS = {
    CountBy.DAY: "substr(date_published, 1, 10)",
    CountBy.MONTH: "substr(date_published, 1, 7)",
    CountBy.SOURCE: SOURCE,
    CountBy.LANG: "language",
    CountBy.AUTHOR: "authors.name",
    CountBy.SECTION: "section",
    CountBy.CHANGE: "version_changes.kind",
}
# The rows beside those of articles that hold a key, of which an article may have several.
ROWS = {
    CountBy.AUTHOR: """LEFT JOIN article_authors ON article_authors.article_id = articles.id
        LEFT JOIN authors ON authors.id = article_authors.author_id""",
    CountBy.CHANGE: f"""LEFT JOIN version_changes
        ON version_changes.article_id = articles.id AND {BY_PUBLISHER}""",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the articles that match are of one kind."""

    key: str | None
    """Day, month, host, language, author, section or kind of change; None: of no known one, or unchanged."""
    articles: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The articles that match, counted."""

    by: CountBy
    articles: int
    """In all; an article of several authors, or changes, is counted at each of them, but here once."""
    counts: tuple[Count, ...]
    """Of days and months the latest first, of others the most first; what is not known comes last."""


def count_by(archive: Connection, words: str, by: CountBy, filters: Filters = ALL_ARTICLES) -> Counts:
    """Count the articles that words and filters ask for; all of them, however many match.

    Raises QueryError as db.searching.search.search does.
    """
    query = read_query(words)
    if query.in_headlines:
        raise QueryError(
            "in:headlines looks through related headlines, and articles are counted: leave it out"
        )
    order = "key DESC" if by in (CountBy.DAY, CountBy.MONTH) else "number DESC, key"
    with archive_errors(archive):
        found = matching(archive, query, filters)
        sql = f"""
            SELECT {KEYS[by]} AS key, count(DISTINCT articles.id) AS number
            FROM {found.tables} {ROWS.get(by, "")}
            WHERE {found.condition.sql} GROUP BY key ORDER BY key IS NULL, {order}
        """  # noqa: S608 - only text of this program
        rows = archive.execute(sql, found.condition.values).fetchall()
        total = f"SELECT count(*) FROM {found.tables} WHERE {found.condition.sql}"  # noqa: S608 - as above
        (articles,) = archive.execute(total, found.condition.values).fetchone()
    return Counts(by, articles, tuple(Count(row["key"], row["number"]) for row in rows))
