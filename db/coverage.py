"""What a site's coverage looks like: its newest stories, how many a day, and those that most pages point to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError
from db.columns import AUTHORS
from db.connection import archive_errors
from db.crawls.funnels import DayFunnel, Funnel, funnels_by_day, funnels_since
from db.read import DayStatistics
from db.searching.excerpt import excerpt
from db.searching.filters import ALL_ARTICLES, Filters, article_condition
from db.searching.search import Hit
from db.values import list_of, time_or_none, time_text

# Crawls that are told of one by one.
MOST_FUNNELS = 200
# Characters of a text from which its beginning in a list of articles is made: more than an excerpt has.
BEGINNING = 600
LATEST = f"""
SELECT articles.id, articles.url, sources.host AS source, headline, date_published, language,
    {AUTHORS} AS authors, substr(ifnull(nullif(lead, ''), body), 1, {BEGINNING}) AS beginning
FROM articles JOIN sources ON sources.id = source_id WHERE {{0}}
ORDER BY date_published DESC, articles.id DESC LIMIT ? OFFSET ?
"""  # noqa: S608 - only text of this program
# Counted from the pages that link to a story lately, not from those of ten years. INDEXED BY: not in the order of ids,
# through the articles of all sites.
MOST_LINKED = """
SELECT articles.id AS article_id, articles.url, articles.headline, articles.date_published,
    count(DISTINCT related_links.page_id) AS pages
FROM articles INDEXED BY articles_source_published JOIN pages ON pages.article_id = articles.id
JOIN related_links ON target_id = pages.id
WHERE articles.source_id = ? AND related_links.last_seen >= ?
GROUP BY articles.id ORDER BY pages DESC, articles.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedStory:
    """A story, and how many pages showed its headline."""

    article_id: int
    url: str
    headline: str
    date_published: datetime | None
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAccount:
    """How one site is covered."""

    source: str
    """Its host."""
    name: str
    url: str
    days: tuple[DayStatistics, ...]
    """Articles by the day on which they were published, every day of the span, the oldest first."""
    funnels: tuple[Funnel, ...]
    """Of the crawls of the span, the newest first, at most MOST_FUNNELS."""
    funnel_days: tuple[DayFunnel, ...]
    """The same by day."""
    most_linked: tuple[LinkedStory, ...]


def latest_articles(
    archive: Connection, filters: Filters = ALL_ARTICLES, limit: int = 20, offset: int = 0
) -> list[Hit]:
    """Return at most limit articles, those published last first and those without date last, with their beginning."""
    with archive_errors(archive):
        condition = article_condition(archive, filters)
        rows = archive.execute(LATEST.format(condition.sql), (*condition.values, limit, offset))
        return [_hit(row) for row in rows]


def headlines_of(archive: Connection, article_ids: Sequence[int]) -> dict[int, str]:
    """Return the headlines of articles by their ids; those that are not there are left out."""
    with archive_errors(archive):
        rows = archive.execute(
            "SELECT id, headline FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(article_ids)),),
        )
        return {row["id"]: row["headline"] for row in rows}


def source_account(archive: Connection, source: str, days: int, now: datetime) -> SourceAccount:
    """Return how a site was covered on the last days. Raises NotInArchiveError if there is no site of this host."""
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    since = time_text(datetime.combine(first, datetime.min.time(), UTC))
    with archive_errors(archive):
        row = archive.execute("SELECT * FROM sources WHERE host = ?", (source,)).fetchone()
        if row is None:
            raise NotInArchiveError(
                f"the archive has no site {source}: `archiver status` shows those that it has"
            )
        return SourceAccount(
            source=row["host"],
            name=row["name"],
            url=row["url"],
            days=_by_day(archive, row["id"], first, days),
            funnels=tuple(funnels_since(archive, row["id"], since, MOST_FUNNELS)),
            funnel_days=tuple(funnels_by_day(archive, row["id"], since)),
            most_linked=tuple(_most_linked(archive, row["id"], since)),
        )


def _by_day(archive: Connection, source_id: int, first: date, days: int) -> tuple[DayStatistics, ...]:
    rows = archive.execute(
        """SELECT substr(date_published, 1, 10) AS day, count(*) AS articles FROM articles
        WHERE source_id = ? AND date_published >= ? GROUP BY day""",
        (source_id, first.isoformat()),
    )
    counts: dict[str, int] = {row["day"]: row["articles"] for row in rows}
    span = (first + timedelta(days=number) for number in range(days))
    return tuple(DayStatistics(day=day, articles=counts.get(day.isoformat(), 0)) for day in span)


def _most_linked(archive: Connection, source_id: int, since: str, limit: int = 10) -> list[LinkedStory]:
    rows = archive.execute(MOST_LINKED, (source_id, since, limit))
    return [
        LinkedStory(
            article_id=row["article_id"],
            url=row["url"],
            headline=row["headline"],
            date_published=time_or_none(row["date_published"]),
            pages=row["pages"],
        )
        for row in rows
    ]


def _hit(row: Row) -> Hit:
    return Hit(
        article_id=row["id"],
        url=row["url"],
        source=row["source"],
        headline=row["headline"],
        date_published=time_or_none(row["date_published"]),
        language=row["language"],
        authors=tuple(list_of(row["authors"])),
        snippet=excerpt(row["beginning"], ()),
        rank=0.0,
    )
