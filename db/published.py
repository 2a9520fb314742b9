"""What was published in a span of time: counts of the articles that filters let pass, by site and by day."""

from dataclasses import dataclass
from datetime import date, datetime
from sqlite3 import Connection

from db.columns import LABEL
from db.connection import archive_errors
from db.read import DayStatistics
from db.searching.filters import Filters, article_condition
from db.values import time_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePublished:
    """Articles of one site."""

    source: str
    """Host of the site's address."""
    label: str
    """What tells the site from others of its host."""
    name: str
    articles: int
    first_published: datetime
    last_published: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The articles of a span of time."""

    articles: int
    revisions: int
    """Earlier versions of them."""
    related_links: int
    """On their pages."""
    sources: tuple[SourcePublished, ...]
    """Those with the most articles first."""
    days: tuple[DayStatistics, ...]
    """The latest days with articles, newest first."""


def published(archive: Connection, filters: Filters, days: int | None = None) -> Published:
    """Return what filters let pass of the articles that state a date, with at most so many days (all if None).

    Raises QueryError if the archive has no source of the filters' name.
    """
    with archive_errors(archive):
        condition = article_condition(archive, filters)
        chosen = f"FROM articles WHERE date_published NOT NULL AND {condition.sql}"
        totals = archive.execute(
            f"""
            SELECT (SELECT count(*) {chosen}),
                (SELECT count(*) FROM revisions WHERE article_id IN (SELECT articles.id {chosen})),
                (SELECT count(*) FROM related_links WHERE page_id IN (SELECT articles.page_id {chosen}))
            """,  # noqa: S608 - only text of this program
            condition.values * 3,
        ).fetchone()
        by_source = archive.execute(
            f"""
            SELECT host AS source, {LABEL} AS label, name, of_source.*
            FROM (SELECT source_id, count(*) AS articles, min(date_published) AS first_published,
                max(date_published) AS last_published {chosen} GROUP BY source_id) AS of_source
            JOIN sources ON sources.id = source_id ORDER BY articles DESC, host
            """,  # noqa: S608
            condition.values,
        )
        sources = tuple(
            SourcePublished(
                source=row["source"],
                label=row["label"],
                name=row["name"],
                articles=row["articles"],
                first_published=time_of(row["first_published"]),
                last_published=time_of(row["last_published"]),
            )
            for row in by_source
        )
        by_day = archive.execute(
            f"SELECT date(date_published) AS day, count(*) {chosen} GROUP BY day ORDER BY day DESC LIMIT ?",
            (*condition.values, -1 if days is None else days),
        )
        return Published(
            articles=totals[0],
            revisions=totals[1],
            related_links=totals[2],
            sources=sources,
            days=tuple(DayStatistics(day=date.fromisoformat(day), articles=number) for day, number in by_day),
        )
