"""The crawls of an archive, one by one: what each came to, and the pages that failed."""

import json
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from archiver.items import CrawlState, Outcome
from db.connection import archive_errors
from db.crawls.funnels import Funnel, funnels_of
from db.crawls.outcomes import FAILURES
from db.read import CrawlRecord, crawl_summary
from db.store import NOT_ASKED
from db.values import time_of, time_or_none

# The newest crawls, with what came of the pages of all their sites together.
LATEST = """
SELECT id, started, finished, state, json_extract(arguments, '$.import') IS NOT NULL AS is_import,
    (SELECT count(DISTINCT source_id) FROM crawl_counts WHERE crawl_id = crawls.id) AS sites,
    (SELECT json_group_array(json_array(outcome, pages)) FROM (
        SELECT outcome, sum(pages) AS pages FROM crawl_counts WHERE crawl_id = crawls.id
        GROUP BY outcome ORDER BY pages DESC, outcome)) AS outcomes
FROM crawls WHERE ?1 IS NULL OR (started, id) < (ifnull((SELECT started FROM crawls WHERE id = ?1), '9999'), ?1)
ORDER BY started DESC, id DESC LIMIT ?2
"""
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
class CrawlSums:
    """One run of the crawler, with what came of the pages of all its sites together."""

    id: int
    started: datetime
    finished: datetime | None
    """None while it runs, and if it was killed."""
    state: CrawlState
    is_import: bool
    """Whether it read in files that other programs made."""
    sites: int
    """Of which it had a page."""
    outcomes: dict[Outcome, int]
    """Pages, the most frequent outcome first."""


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


def latest_crawls(archive: Connection, limit: int = 50, before: int | None = None) -> tuple[CrawlSums, ...]:
    """Return at most limit crawls, the newest first; those before the crawl of an id if one is given."""
    with archive_errors(archive):
        rows = archive.execute(LATEST, (before, limit)).fetchall()
    return tuple(
        CrawlSums(
            id=row["id"],
            started=time_of(row["started"]),
            finished=time_or_none(row["finished"]),
            state=CrawlState(row["state"]),
            is_import=bool(row["is_import"]),
            sites=row["sites"],
            outcomes={Outcome(outcome): pages for outcome, pages in json.loads(row["outcomes"])},
        )
        for row in rows
    )


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
