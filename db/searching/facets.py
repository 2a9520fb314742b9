"""What the articles of a search have in common: counts of all kinds by one look at them, and coverage over time."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from sqlite3 import Connection, Row

from db.connection import archive_errors
from db.searching.counts import Count, CountBy
from db.searching.filters import ALL_ARTICLES, BY_PUBLISHER, Filters, article_condition
from db.searching.matching import matching
from db.searching.query import read_query
from db.searching.search import RANKED_AT_MOST

# Days between the first and the last article up to which they are counted by day; by month beyond.
MOST_DAYS = 62
# Articles that are counted where more match than a search ranks, or where no words are looked for: 20 ms.
COUNTED_OF_MANY = 1000
COLUMNS = "articles.id, articles.source_id, language, section, substr(date_published, 1, 10) AS day"
AUTHORS = """
SELECT name AS key, count(*) AS number FROM article_authors JOIN authors ON authors.id = author_id
WHERE article_id IN (SELECT value FROM json_each(?)) GROUP BY author_id
"""
CHANGES = f"""
SELECT kind AS key, count(DISTINCT version_changes.article_id) AS number
FROM version_changes CROSS JOIN articles ON articles.id = version_changes.article_id
WHERE version_changes.article_id IN (SELECT value FROM json_each(?)) AND {BY_PUBLISHER} GROUP BY kind
"""  # noqa: S608 - only text of this program


@dataclass(frozen=True, slots=True)
class Coverage:
    """The articles of one day or month."""

    key: str
    """YYYY-MM-DD or YYYY-MM."""
    articles: int
    sources: dict[str, int]
    """By host, the most first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Articles, counted by all that they are filtered by."""

    articles: int
    """Those that were counted."""
    is_whole: bool
    """Whether these are all; else those archived last or, where no words are looked for, published last."""
    counts: dict[CountBy, tuple[Count, ...]]
    """By source, lang, author, section and change, the most first; what is not known is left out."""
    coverage: tuple[Coverage, ...]
    """Every day or month that has articles, the oldest first."""


def facets(
    archive: Connection, words: str | None, filters: Filters = ALL_ARTICLES, *, many: bool = False
) -> Facets:
    """Count the articles that words and filters ask for; of more than RANKED_AT_MOST only those archived last.

    many: it is known that they are more. Without words, those published last. Raises QueryError as a search does.
    """
    with archive_errors(archive):
        rows, is_whole = (
            _latest(archive, filters) if words is None else _matching(archive, words, filters, many=many)
        )
        ids = (json.dumps([row["id"] for row in rows]),)
        hosts = {row["id"]: row["host"] for row in archive.execute("SELECT id, host FROM sources")}
        return Facets(
            articles=len(rows),
            is_whole=is_whole,
            counts={
                CountBy.SOURCE: _counted(hosts[row["source_id"]] for row in rows),
                CountBy.LANG: _counted(row["language"] for row in rows),
                CountBy.AUTHOR: _as_counts(archive.execute(AUTHORS, ids)),
                CountBy.SECTION: _counted(row["section"] for row in rows),
                CountBy.CHANGE: _as_counts(archive.execute(CHANGES, ids)),
            },
            coverage=_coverage(rows, hosts),
        )


def _matching(archive: Connection, words: str, filters: Filters, *, many: bool) -> tuple[Sequence[Row], bool]:
    found = matching(archive, read_query(words), filters)
    sql = f"""SELECT {COLUMNS} FROM {found.tables} WHERE {found.condition.sql}
              ORDER BY {"articles.id" if found.match is None else "articles_fts.rowid"} DESC LIMIT ?"""  # noqa: S608
    most = COUNTED_OF_MANY if many else RANKED_AT_MOST + 1
    rows = archive.execute(sql, (*found.condition.values, most)).fetchall()
    is_whole = not many and len(rows) <= RANKED_AT_MOST
    return rows if is_whole else rows[:COUNTED_OF_MANY], is_whole


def _latest(archive: Connection, filters: Filters) -> tuple[Sequence[Row], bool]:
    condition = article_condition(archive, filters)
    sql = f"""SELECT {COLUMNS} FROM articles WHERE {condition.sql}
              ORDER BY date_published DESC, articles.id DESC LIMIT ?"""  # noqa: S608 - as above
    rows = archive.execute(sql, (*condition.values, COUNTED_OF_MANY + 1)).fetchall()
    return rows[:COUNTED_OF_MANY], len(rows) <= COUNTED_OF_MANY


def _counted(keys: Iterable[str | None]) -> tuple[Count, ...]:
    return _by_number(Counter(key for key in keys if key))


def _as_counts(rows: Iterable[Row]) -> tuple[Count, ...]:
    return _by_number({row["key"]: row["number"] for row in rows})


def _by_number(numbers: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(
        Count(key, number) for key, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    )


def _coverage(rows: Sequence[Row], hosts: Mapping[int, str]) -> tuple[Coverage, ...]:
    days = sorted({row["day"] for row in rows if row["day"]})
    if not days:
        return ()
    is_short = (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days < MOST_DAYS
    length = len("2026-11-20" if is_short else "2026-11")
    numbers: dict[str, Counter[str]] = {day[:length]: Counter() for day in days}
    for row in rows:
        if row["day"]:
            numbers[row["day"][:length]][hosts[row["source_id"]]] += 1
    return tuple(Coverage(key, counts.total(), dict(counts.most_common())) for key, counts in numbers.items())
