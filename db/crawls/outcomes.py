"""What came of the visits to pages: those that failed, and what a page was before."""

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Row

from archiver.items import ARTICLE_OUTCOMES, Outcome
from db.connection import archive_errors
from db.searching.filters import ALL_ARTICLES, Condition, Filters, bound_text, from_source
from db.values import time_of

FAILURES = (
    frozenset(Outcome)
    - ARTICLE_OUTCOMES
    - {Outcome.LISTING, Outcome.NOT_ARTICLE, Outcome.NOT_HTML, Outcome.FORGOTTEN}
)
"""The outcomes of a page that could not be had, or not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPage:
    """A page whose latest visit failed."""

    url: str
    source: str
    """Host of its site, "" if it is of none that is crawled."""
    outcome: Outcome
    detail: str
    """One line: what failed."""
    last_visited: datetime


def failed_pages(archive: Connection, filters: Filters = ALL_ARTICLES, limit: int = 20) -> list[FailedPage]:
    """Return at most limit pages whose latest visit failed, the newest visit first.

    Of filters, source is that of the pages, since and until are of the visit. Raises QueryError if the archive has no
    such source.
    """
    outcomes = ", ".join("?" * len(FAILURES))
    with archive_errors(archive):
        condition = Condition(f"outcome IN ({outcomes})", tuple(sorted(FAILURES)))
        if filters.source is not None:
            condition &= from_source(archive, filters.source, "pages.source_id")
        if filters.since is not None:
            condition &= Condition("last_visited >= ?", (bound_text(filters.since),))
        if filters.until is not None:
            condition &= Condition("last_visited < ?", (bound_text(filters.until),))
        sql = f"""
            SELECT pages.url AS url, ifnull(host, '') AS source, outcome, detail, last_visited
            FROM pages LEFT JOIN sources ON sources.id = source_id
            WHERE {condition.sql} ORDER BY last_visited DESC, pages.id DESC LIMIT ?
        """  # noqa: S608 - only text of this program
        return [_failed(row) for row in archive.execute(sql, (*condition.values, limit))]


def outcome_before(archive: Connection, url: str, crawl_id: int) -> Outcome | None:
    """Return what came of the last visit to the page at url before a crawl, None if there was none."""
    with archive_errors(archive):
        row = archive.execute(
            """
            SELECT captures.outcome FROM captures JOIN pages ON pages.id = page_id
            WHERE pages.url = ? AND crawl_id < ? ORDER BY captures.id DESC LIMIT 1
            """,
            (url, crawl_id),
        ).fetchone()
    return None if row is None else Outcome(row[0])


def has_articles(archive: Connection, source_url: str) -> bool:
    """Return whether the archive holds any article of the source with this address."""
    with archive_errors(archive):
        found = archive.execute(
            "SELECT 1 FROM articles WHERE source_id = (SELECT id FROM sources WHERE url = ?) LIMIT 1",
            (source_url,),
        ).fetchone()
    return found is not None


def _failed(row: Row) -> FailedPage:
    return FailedPage(
        url=row["url"],
        source=row["source"],
        outcome=Outcome(row["outcome"]),
        detail=row["detail"],
        last_visited=time_of(row["last_visited"]),
    )
