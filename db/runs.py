"""The crawls of an archive, one by one: what each came to, and the pages that failed."""

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from archiver.items import Outcome
from db.connection import archive_errors
from db.funnels import Funnel, funnels_of
from db.outcomes import FAILURES
from db.read import CrawlRecord, crawl_summary
from db.store import NOT_ASKED
from db.values import time_of

# Pages that were not asked for have no capture: those of the sites of a crawl whose last visit fell into it.
NOT_CAPTURED = f"""
SELECT pages.url, sources.host AS source, last_visited AS fetched, outcome, detail, NULL AS id
FROM funnels JOIN crawls ON crawls.id = crawl_id JOIN pages ON pages.source_id = funnels.source_id
JOIN sources ON sources.id = pages.source_id
WHERE crawl_id = ? AND outcome IN ({", ".join("?" * len(NOT_ASKED))})
    AND last_visited BETWEEN crawls.started AND ifnull(crawls.finished, '9999')
ORDER BY outcome, pages.id LIMIT ?
"""  # noqa: S608 - only question marks
CAPTURED = f"""
SELECT pages.url, sources.host AS source, fetched, captures.outcome, captures.detail, captures.id
FROM captures JOIN pages ON pages.id = page_id LEFT JOIN sources ON sources.id = source_id
WHERE crawl_id = ? AND captures.outcome IN ({", ".join("?" * len(FAILURES))})
ORDER BY captures.outcome, captures.id LIMIT ?
"""  # noqa: S608 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A visit of a crawl that brought no page."""

    url: str
    source: str | None
    fetched: datetime
    outcome: Outcome
    detail: str
    capture_id: int | None
    """None: the page was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlAccount:
    """One run of the crawler, with what it came to at each site."""

    crawl: CrawlRecord
    funnels: tuple[Funnel, ...]
    failures: tuple[Failure, ...]
    """By outcome. Pages that were not asked for are among them unless a later crawl came to them again."""


def latest_crawls(archive: Connection, limit: int = 50, before: int | None = None) -> tuple[CrawlRecord, ...]:
    """Return at most limit crawls, the newest first; those before the crawl of an id if one is given."""
    with archive_errors(archive):
        rows = archive.execute(
            """
            SELECT id FROM crawls
            WHERE ?1 IS NULL OR (started, id) < (ifnull((SELECT started FROM crawls WHERE id = ?1), '9999'), ?1)
            ORDER BY started DESC, id DESC LIMIT ?2
            """,
            (before, limit),
        ).fetchall()
    return tuple(crawl_summary(archive, row["id"]) for row in rows)


def crawl_account(archive: Connection, crawl_id: int, limit: int = 200) -> CrawlAccount:
    """Return one crawl with at most limit of the pages that failed. Raises NotInArchiveError."""
    crawl = crawl_summary(archive, crawl_id)
    with archive_errors(archive):
        rows = archive.execute(CAPTURED, (crawl_id, *sorted(FAILURES), limit)).fetchall()
        rows += archive.execute(NOT_CAPTURED, (crawl_id, *sorted(NOT_ASKED), limit - len(rows))).fetchall()
    failures = tuple(
        Failure(
            url=row["url"],
            source=row["source"],
            fetched=time_of(row["fetched"]),
            outcome=Outcome(row["outcome"]),
            detail=row["detail"],
            capture_id=row["id"],
        )
        for row in rows
    )
    return CrawlAccount(crawl=crawl, funnels=tuple(funnels_of(archive, crawl_id)), failures=failures)
