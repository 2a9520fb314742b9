"""How the sources of an archive are doing: one row for each, over the last days."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from sqlite3 import Connection, Row

from archiver.items import CrawlState
from db.alarms import StandingAlarm, standing_alarms
from db.columns import LABEL
from db.connection import archive_errors
from db.outcomes import FAILURES
from db.values import time_or_none, time_text

# By the counts rather than the funnels: a crawl that runs, or was killed, has written them too. But where a crawl has
# ended, its funnel tells what was new: after a merge that is less.
BY_DAY = f"""
WITH counts AS (
    SELECT crawl_id, sum(iif(outcome = 'stored', pages, 0)) AS new, sum(iif(outcome = 'changed', pages, 0)) AS changed,
        sum(iif(outcome IN ({", ".join(f"?{n}" for n in range(3, 3 + len(FAILURES)))}), pages, 0)) AS failed
    FROM json_each(?2) CROSS JOIN crawl_counts ON crawl_id = value AND source_id = ?1 GROUP BY crawl_id)
SELECT date(started), sum(iif(funnels.asked > 0, funnels.new, counts.new)), sum(counts.changed), sum(counts.failed)
FROM counts JOIN crawls ON crawls.id = counts.crawl_id
LEFT JOIN funnels ON funnels.crawl_id = counts.crawl_id AND funnels.source_id = ?1
GROUP BY 1
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


def source_statuses(
    archive: Connection, days: int, now: datetime, host: str | None = None
) -> list[SourceStatus]:
    """Return how each source, or those of a host, did on the last days, in the order in which they were added."""
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    with archive_errors(archive):
        alarms = standing_alarms(archive)
        crawls = _crawls_since(archive, first)
        rows = archive.execute(
            f"""
            SELECT sources.id, host, sources.url, {LABEL} AS label, name, crawls.started, crawls.state,
                coalesce(
                    (SELECT max(started) FROM json_each(?3) CROSS JOIN crawl_counts
                     ON crawl_id = value AND source_id = sources.id AND outcome = 'stored'
                     JOIN crawls ON crawls.id = crawl_id),
                    (SELECT max(started) FROM crawl_counts JOIN crawls ON crawls.id = crawl_id
                     WHERE source_id = sources.id AND outcome = 'stored')) AS last_new,
                (SELECT count(*) FROM articles WHERE source_id = sources.id) AS articles,
                (SELECT count(*) FROM pages WHERE source_id = sources.id AND state = 'pending'
                 AND outcome IS NULL AND found_by NOT NULL) AS waiting,
                (SELECT count(*) FROM pages WHERE source_id = sources.id AND state = 'pending'
                 AND outcome NOT NULL AND next_visit <= ?1) AS due
            FROM sources LEFT JOIN crawls
                ON crawls.id = coalesce(
                    (SELECT crawl_id FROM json_each(?3) CROSS JOIN funnels
                     ON crawl_id = value AND source_id = sources.id ORDER BY key LIMIT 1),
                    (SELECT latest.id FROM funnels JOIN crawls AS latest ON latest.id = crawl_id
                     WHERE source_id = sources.id ORDER BY latest.started DESC, latest.id DESC LIMIT 1))
            WHERE host = ?2 OR ?2 IS NULL ORDER BY sources.id
            """,  # noqa: S608 - only text of this program
            (time_text(now), host, crawls),
        ).fetchall()
        return [_status(row, _by_day(archive, row["id"], crawls), first, days, alarms) for row in rows]


def _crawls_since(archive: Connection, first: date) -> str:
    """Return the crawls that began on a day or later, the latest first, as JSON: what is older need not be read."""
    rows = archive.execute(
        "SELECT id FROM crawls WHERE started >= ? ORDER BY started DESC, id DESC", (first.isoformat(),)
    )
    return json.dumps([crawl_id for (crawl_id,) in rows])


def _by_day(archive: Connection, source_id: int, crawls: str) -> dict[str, tuple[int, int, int]]:
    """Return what was new, what changed and what failed in these crawls of a source, by day."""
    rows = archive.execute(BY_DAY, (source_id, crawls, *sorted(FAILURES)))
    return {day: (new, changed, failed) for day, new, changed, failed in rows}


def _status(
    row: Row,
    by_day: Mapping[str, tuple[int, int, int]],
    first: date,
    days: int,
    alarms: Sequence[StandingAlarm],
) -> SourceStatus:
    each = [by_day.get((first + timedelta(days=number)).isoformat(), (0, 0, 0)) for number in range(days)]
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
    )
