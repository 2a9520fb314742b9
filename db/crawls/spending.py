"""What the crawls of a day have fetched of a source: for budgets that hold over several crawls."""

from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection

from archiver.items import Outcome
from db.connection import archive_errors, transaction
from db.crawls.funnels import IS_CRAWL, count_discovered
from db.pages import source_row
from db.values import storable, time_text

# Of the fetches that a capture stands for (see raw_pages/sameness.py) those since then, as if they were evenly spread.
FETCHES = """CASE WHEN ifnull(captures.unchanged_since, '9999') >= ?2 THEN fetches ELSE
    1 + (fetches - 1) * (julianday(captures.fetched) - julianday(?2))
        / (julianday(captures.fetched) - julianday(unchanged_since)) END"""

# Of the crawls that began since then.
FURTHER = f"""
SELECT ifnull(sum(further_pages), 0), ifnull(sum(further_bytes), 0)
FROM crawls CROSS JOIN funnels ON funnels.crawl_id = crawls.id
WHERE crawls.started >= ?2 AND {IS_CRAWL} AND source_id = (SELECT id FROM sources WHERE url = ?1)
"""  # noqa: S608 - only text of this program
ADD = """
UPDATE funnels SET further_pages = further_pages + ?, further_bytes = further_bytes + ?
WHERE crawl_id = ? AND source_id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was fetched of a source."""

    pages: int = 0
    """Requests for stories: visits, failed ones included, hops of redirects and second tries; listings do not count."""
    bytes: int = 0
    """Of all responses, those to listings, robots.txt and wrong guesses included, unpacked."""


def spending(archive: Connection, source_url: str, since: datetime) -> Spending:
    """Return what has been fetched of the source with this address since a moment.

    Only captures of crawls that ran since then are looked at, crawl by crawl (CROSS) by their index; a crawl that was
    killed counts as one that runs until the next begins. What was read in from files is no fetch.
    """
    moment = time_text(since)
    with archive_errors(archive):
        row = archive.execute(
            f"""
            SELECT count(*) FILTER (WHERE captures.outcome <> ?1),
                CAST(ifnull(sum(captures.length * {FETCHES}), 0) AS INTEGER)
            FROM crawls
            CROSS JOIN captures INDEXED BY captures_crawl ON captures.crawl_id = crawls.id
            JOIN pages ON pages.id = captures.page_id
            WHERE crawls.started >= (SELECT ifnull(max(started), '') FROM crawls WHERE started < ?2)
                AND {IS_CRAWL}
                AND pages.source_id = (SELECT id FROM sources WHERE url = ?3) AND captures.fetched >= ?2
                AND NOT captures.rendered
            """,  # noqa: S608 - only text of this program
            (Outcome.LISTING, moment, storable(source_url)),
        ).fetchone()
        further = archive.execute(FURTHER, (storable(source_url), moment)).fetchone()
    return Spending(pages=row[0] + further[0], bytes=row[1] + further[1])


def add_spending(archive: Connection, crawl_id: int, source_url: str, further: Spending) -> None:
    """Add to what a crawl asked of the source with this address beside what there are captures of."""
    with transaction(archive):
        source_id = source_row(archive, source_url, time_text(datetime.now(UTC)))
        count_discovered(archive, crawl_id, source_id, 0)
        archive.execute(ADD, (further.pages, further.bytes, crawl_id, source_id))
