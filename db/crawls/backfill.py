"""What a backfill asks the archive: which sitemaps were read, and which stories of a time still wait."""

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Connection, Row

from archiver.items import FoundBy, Listing
from db.crawls.lookups import WaitingPage
from db.values import storable, time_of, time_or_none, time_text


def sitemap_read(archive: Connection, url: str) -> datetime | None:
    """Return when the stories of a sitemap were last read into the archive, None if that never happened.

    An index has no stories: whether the sitemaps in it were all read is not known from it.
    """
    row = archive.execute(
        """
        SELECT last_visited FROM pages
        WHERE url = ? AND outcome IN ('listing', 'unchanged') AND detail NOT LIKE '0 pages,%'
        """,
        (storable(url),),
    ).fetchone()
    return None if row is None else time_of(row["last_visited"])


def waiting_stories(
    archive: Connection, source: str, since: datetime, until: datetime, limit: int
) -> list[WaitingPage]:
    """Return up to limit pages from sitemaps of the source at address source that were never visited.

    They are those that their sitemap dates from since to before until, newest first, then those it does not date.
    """
    rows = archive.execute(
        """
        SELECT pages.*, origins.url AS found_on
        FROM pages JOIN sources ON sources.id = pages.source_id
        LEFT JOIN pages AS origins ON origins.id = pages.found_on_id
        WHERE sources.url = ?1 AND pages.outcome IS NULL AND pages.found_by = 'sitemap'
            AND ifnull(ifnull(pages.listed_published, pages.listed_modified) BETWEEN ?2 AND ?3, 1)
        ORDER BY ifnull(pages.listed_published, pages.listed_modified) DESC, pages.id
        LIMIT ?4
        """,
        (storable(source), time_text(since), time_text(until), limit),
    )
    return _pages(rows)


def failed_stories(archive: Connection, source: str, limit: int) -> list[WaitingPage]:
    """Return up to limit pages of the source without story whose visits failed in a way that may pass, newest first."""
    rows = archive.execute(
        """
        SELECT pages.*, origins.url AS found_on
        FROM pages JOIN sources ON sources.id = pages.source_id
        LEFT JOIN pages AS origins ON origins.id = pages.found_on_id
        WHERE sources.url = ? AND pages.state = 'pending' AND pages.outcome NOT NULL
            AND pages.attempts > 0 AND pages.article_id IS NULL
        ORDER BY ifnull(pages.listed_published, pages.listed_modified) DESC, pages.id
        LIMIT ?
        """,
        (storable(source), limit),
    )
    return _pages(rows)


def _pages(rows: Iterable[Row]) -> list[WaitingPage]:
    return [
        WaitingPage(
            url=row["url"],
            found_by=FoundBy(row["found_by"]),
            found_on=row["found_on"],
            listing=Listing(
                url=row["url"],
                headline=row["listed_headline"],
                date_published=time_or_none(row["listed_published"]),
                date_modified=time_or_none(row["listed_modified"]),
            ),
        )
        for row in rows
    ]
