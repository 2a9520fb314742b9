"""Thinning out what crawls of long ago came to where they found nothing: it grows with time, not with the news."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Connection

from db.connection import archive_errors, transaction
from db.crawls.alarms import NORMAL, PAST
from db.crawls.funnels import IS_CRAWL
from db.values import time_text

# Days that alarms look back: nothing younger is thinned out.
LEAST_DAYS = (PAST + NORMAL) // timedelta(days=1)
# Rows after which, and days in which, the end of a crawl has done enough: an old archive is thinned out over many.
ROWS_AT_ONCE, DAYS_AT_ONCE = 20_000, 10
FIRST_DAY = "SELECT min(started) FROM crawls WHERE thinned = 0 AND started < ?"
# Crawls of a day that found nothing at a source, neither a new address nor a story that was new, changed or gone; but
# not the first of those that are alike in whether anything came and whether anything failed, not what the source had
# last, and nothing that a standing alarm is compared with.
FOUND_NOTHING = f"""
SELECT crawl_id, source_id FROM (
    SELECT crawl_id, source_id, crawls.started AS started, row_number() OVER (
        PARTITION BY source_id, fetched > 0, failed > 0 ORDER BY crawls.started, crawls.id) AS place
    FROM crawls CROSS JOIN funnels ON crawl_id = crawls.id
    WHERE started >= :day AND started < :next AND {IS_CRAWL}
        AND discovered = 0 AND new = 0 AND changed = 0 AND gone = 0) AS found
WHERE place > 1 AND crawl_id < (SELECT max(crawl_id) FROM funnels WHERE funnels.source_id = found.source_id)
    AND NOT EXISTS (SELECT 1 FROM alarms WHERE alarms.source_id = found.source_id AND cleared IS NULL
        AND found.started >= strftime('%Y-%m-%dT%H:%M:%SZ', raised, '-{PAST // timedelta(days=1)} days'))
"""  # noqa: S608 - only text of this program
# The counts first: which they are is told by the funnels.
THIN = tuple(
    f"DELETE FROM {table} WHERE (crawl_id, source_id) IN ({FOUND_NOTHING})"  # noqa: S608 - only text of this program
    for table in ("crawl_counts", "funnels")
)
# The list of hundreds of sources is what takes most room in the row of a crawl; the first of each day keeps it.
CLOSE = f"""
UPDATE crawls SET thinned = 1, arguments = iif(
    {IS_CRAWL} AND started > (SELECT min(started) FROM crawls WHERE started >= :day AND {IS_CRAWL}),
    json_remove(arguments, '$.sources'), arguments)
WHERE started >= :day AND started < :next AND thinned = 0
"""  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class Thinned:
    """What was thinned out."""

    days: int
    rows: int
    """Of funnels and crawl_counts."""


def thin_crawls(archive: Connection, now: datetime, days: int, *, wholly: bool = False) -> Thinned:
    """Thin out what crawls older than so many days, at least LEAST_DAYS, came to where they found nothing.

    Each day is a transaction of its own; unless wholly, some of those that are left wait for the next call. Articles,
    pages, captures and raw bytes stay, and so do all counts of what was new, changed or gone.
    """
    before = (now - timedelta(days=max(days, LEAST_DAYS))).date().isoformat()
    done, rows = 0, 0
    with archive_errors(archive):
        while wholly or (done < DAYS_AT_ONCE and rows < ROWS_AT_ONCE):
            (first,) = archive.execute(FIRST_DAY, (before,)).fetchone()
            if first is None:
                break
            rows += _thin_day(archive, datetime.fromisoformat(first))
            done += 1
    return Thinned(done, rows)


def _thin_day(archive: Connection, moment: datetime) -> int:
    """Thin out the crawls that began on the day of a moment; return how many rows went."""
    day = moment.replace(hour=0, minute=0, second=0)
    span = {"day": time_text(day), "next": time_text(day + timedelta(days=1))}
    with transaction(archive):
        rows = sum(archive.execute(sql, span).rowcount for sql in THIN)
        archive.execute(CLOSE, span)
    return rows
