"""How the sources of an archive are doing: one row for each, over the last days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from sqlite3 import Connection, Row
from typing import TypeAlias

from archiver.items import CrawlState
from db.columns import LABEL
from db.connection import archive_errors
from db.crawls.alarms import EndedAlarm, StandingAlarm, ended_alarms, standing_alarms
from db.crawls.funnels import IS_CRAWL, LATEST
from db.crawls.outcomes import FAILURES
from db.values import time_or_none, time_text

# How long the end of an alarm is told.
LATELY = timedelta(days=3)
Numbers: TypeAlias = tuple[int, int, int]
"""Pages that were new, changed and failed."""
NOTHING: Numbers = (0, 0, 0)
SOURCES = f"""
WITH {LATEST}
SELECT sources.id, host, sources.url, {LABEL} AS label, name, crawls.started, crawls.state,
    ifnull(
        (SELECT max(latest.started) FROM latest CROSS JOIN crawl_counts ON crawl_id = latest.id
         WHERE source_id = sources.id AND outcome = 'stored'),
        (SELECT max(started) FROM crawl_counts JOIN crawls ON crawls.id = crawl_id
         WHERE source_id = sources.id AND outcome = 'stored' AND {IS_CRAWL})) AS last_new,
    (SELECT count(*) FROM articles WHERE source_id = sources.id) AS articles,
    (SELECT count(*) FROM pages WHERE source_id = sources.id AND state = 'pending'
     AND outcome IS NULL AND found_by NOT NULL) AS waiting,
    (SELECT count(*) FROM pages WHERE source_id = sources.id AND state = 'pending'
     AND outcome NOT NULL AND next_visit <= ?1) AS due
FROM sources LEFT JOIN crawls ON crawls.id = ifnull(
    (SELECT latest.id FROM latest CROSS JOIN funnels ON crawl_id = latest.id
     WHERE source_id = sources.id ORDER BY latest.started DESC, latest.id DESC LIMIT 1),
    (SELECT crawls.id FROM funnels JOIN crawls ON crawls.id = crawl_id
     WHERE source_id = sources.id AND {IS_CRAWL} ORDER BY crawls.started DESC, crawls.id DESC LIMIT 1))
WHERE host = ?2 OR ?2 IS NULL ORDER BY sources.id
"""  # noqa: S608 - only text of this program
# By the counts rather than the funnels: a crawl that runs, or was killed, has written them too. But where a crawl has
# ended, its funnel tells what was new: after a merge that is less. CROSS: from the crawls of these days.
# INDEXED BY: else SQLite may make an index of all counts, or look through all funnels, for this one question. What
# counts for nothing here, most of it the listings of crawls that found nothing, is passed over in the index.
BY_DAY = f"""
WITH counts AS (
    SELECT source_id, crawl_id, started, sum(iif(outcome = 'stored', pages, 0)) AS new,
        sum(iif(outcome = 'changed', pages, 0)) AS changed,
        sum(iif(outcome IN ('stored', 'changed'), 0, pages)) AS failed
    FROM crawls CROSS JOIN crawl_counts INDEXED BY sqlite_autoindex_crawl_counts_1 ON crawl_id = crawls.id
    CROSS JOIN sources ON sources.id = source_id
    WHERE started >= ?1 AND {IS_CRAWL} AND (host = ?2 OR ?2 IS NULL)
        AND outcome IN ('stored', 'changed', {", ".join(f"?{n}" for n in range(3, 3 + len(FAILURES)))})
    GROUP BY crawl_id, source_id)
SELECT counts.source_id, date(started), sum(iif(funnels.asked > 0, funnels.new, counts.new)), sum(counts.changed),
    sum(counts.failed)
FROM counts
LEFT JOIN funnels INDEXED BY sqlite_autoindex_funnels_1
    ON funnels.crawl_id = counts.crawl_id AND funnels.source_id = counts.source_id GROUP BY 1, 2
"""  # noqa: S608 - only marks for values


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source."""

    source: str
    """Its host."""
    url: str
    """Its address."""
    label: str
    """What a line calls it: its host, or its address where several sources have that host."""
    name: str
    last_crawl: datetime | None
    """When the last one began; an import is none, here and below."""
    state: CrawlState | None
    """How that crawl ended."""
    last_new: datetime | None
    """When a crawl began that found a story."""
    new_by_day: tuple[int, ...]
    """New stories on each of the last days (UTC), the last of them today."""
    changed: int
    """On these days, as the others below."""
    failed: int
    """Visits: a page that failed at each of ten crawls counts ten times."""
    articles: int
    """In the archive."""
    waiting: int
    """Addresses that wait for their first visit."""
    due: int
    """Stories that are due for a further one."""
    alarms: tuple[StandingAlarm, ...]
    ended: tuple[EndedAlarm, ...]
    """Alarms that have ended in the last LATELY."""


def source_statuses(
    archive: Connection, days: int, now: datetime, host: str | None = None
) -> list[SourceStatus]:
    """Return how each source, or those of a host, did on the last days, in the order in which they were added."""
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    with archive_errors(archive):
        alarms, ended = standing_alarms(archive), ended_alarms(archive, now - LATELY)
        numbers = _numbers(archive, first, host)
        rows = archive.execute(SOURCES, (time_text(now), host)).fetchall()
        spans = [first + timedelta(days=number) for number in range(days)]
        return [
            _status(row, [numbers.get((row["id"], day.isoformat()), NOTHING) for day in spans], alarms, ended)
            for row in rows
        ]


def _numbers(archive: Connection, first: date, host: str | None) -> dict[tuple[int, str], Numbers]:
    """Return what was new, changed and failed at each source on each day since the first that had any."""
    rows = archive.execute(BY_DAY, (first.isoformat(), host, *sorted(FAILURES)))
    return {(source_id, day): (new, changed, failed) for source_id, day, new, changed, failed in rows}


def _status(
    row: Row, each: Sequence[Numbers], alarms: Sequence[StandingAlarm], ended: Sequence[EndedAlarm]
) -> SourceStatus:
    return SourceStatus(
        source=row["host"],
        url=row["url"],
        label=row["label"],
        name=row["name"],
        last_crawl=time_or_none(row["started"]),
        state=None if row["state"] is None else CrawlState(row["state"]),
        last_new=time_or_none(row["last_new"]),
        new_by_day=tuple(new for new, _, _ in each),
        changed=sum(changed for _, changed, _ in each),
        failed=sum(failed for _, _, failed in each),
        articles=row["articles"],
        waiting=row["waiting"],
        due=row["due"],
        alarms=tuple(alarm for alarm in alarms if alarm.url == row["url"]),
        ended=tuple(alarm for alarm in ended if alarm.url == row["url"]),
    )
