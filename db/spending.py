"""What the crawls of a day have fetched of a source: for budgets that hold over several crawls."""

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from archiver.items import Outcome
from db.connection import archive_errors
from db.funnels import IS_CRAWL
from db.values import storable, time_text

# Of the fetches that a capture stands for (see db/sameness.py) those since then, as if they were evenly spread.
FETCHES = """CASE WHEN ifnull(captures.unchanged_since, '9999') >= ?2 THEN fetches ELSE
    1 + (fetches - 1) * (julianday(captures.fetched) - julianday(?2))
        / (julianday(captures.fetched) - julianday(unchanged_since)) END"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was fetched of a source."""

    pages: int = 0
    """Visits, failed ones included, those that a redirect led on as two; listings do not count."""
    bytes: int = 0
    """Of all responses, listings included, unpacked."""


def spending(archive: Connection, source_url: str, since: datetime) -> Spending:
    """Return what has been fetched of the source with this address since a moment.

    Only captures of crawls that ran since then are looked at, crawl by crawl (CROSS) by their index; a crawl that was
    killed counts as one that runs until the next begins. What was read in from files is no fetch.
    """
    moment = time_text(since)
    with archive_errors(archive):
        row = archive.execute(
            f"""
            SELECT ifnull(sum(1 + (captures.final_url <> pages.url)) FILTER (WHERE captures.outcome <> ?1), 0),
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
    return Spending(pages=row[0], bytes=row[1])
