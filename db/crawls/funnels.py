"""What each crawl came to at each source, from the addresses it found to the fields it read."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from sqlite3 import Connection, Row
from statistics import median

from archiver.items import ARTICLE_OUTCOMES, Outcome
from db.crawls.outcomes import FAILURES
from db.values import time_of, time_or_none

# Of the runs in the table crawls, which were crawls: the others read in files that other programs made.
IS_CRAWL = "json_extract(crawls.arguments, '$.import') IS NULL"
# The crawls that began last, in which most sources had something: all that a source ever had, which is much after
# years, is looked through only where they had nothing.
LATEST_CRAWLS = 200
LATEST = f"""latest AS MATERIALIZED (
    SELECT id, started FROM crawls WHERE {IS_CRAWL} ORDER BY started DESC, id DESC LIMIT {LATEST_CRAWLS})"""  # noqa: S608 - only text of this program
# Statuses by which a server says that it does not want us.
REFUSALS = (401, 403, 429)
EMPTY = """
INSERT INTO funnels(crawl_id, source_id, discovered, asked, fetched, articles, new, changed, unchanged, gone, failed,
                    bytes, refused, read, dated, signed)
VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT(crawl_id, source_id) DO UPDATE SET discovered = discovered + excluded.discovered
"""
BY_DAY = f"""
SELECT substr(crawls.started, 1, 10) AS day, count(*) AS crawls, sum(discovered) AS discovered, sum(fetched) AS fetched,
    sum(articles) AS articles, sum(new) AS new, sum(changed) AS changed, sum(unchanged) AS unchanged, sum(gone) AS gone,
    sum(failed) AS failed
FROM funnels JOIN crawls ON crawls.id = crawl_id WHERE source_id = ? AND crawls.started >= ?
    AND {IS_CRAWL}
GROUP BY day ORDER BY day DESC
"""  # noqa: S608 - only text of this program
FAILED_BY_DAY = f"""
SELECT substr(crawls.started, 1, 10) AS day, outcome, sum(pages) AS pages
FROM crawl_counts JOIN crawls ON crawls.id = crawl_id
WHERE source_id = ? AND crawls.started >= ? AND {IS_CRAWL} AND outcome IN ({", ".join("?" * len(FAILURES))})
GROUP BY day, outcome ORDER BY pages DESC, outcome
"""  # noqa: S608 - as above
# What a crawl brought, of all its sources at once: each for itself would be looked for among the captures of all.
# INDEXED: else SQLite, of an archive that was small when it was measured, may look through all pages.
BROUGHT = """FROM captures INDEXED BY captures_crawl
CROSS JOIN pages NOT INDEXED ON pages.id = page_id WHERE crawl_id = ?"""
TOTALS = f"""
SELECT source_id, count(iif(rendered, NULL, captures.status)) AS fetched,
    ifnull(sum(iif(rendered, 0, length)), 0) AS bytes,
    ifnull(sum(NOT rendered AND (captures.status IN {REFUSALS} OR captures.outcome = 'challenge')), 0) AS refused,
    sum(captures.outcome = 'gone' AND pages.article_id NOT NULL) AS gone
{BROUGHT} GROUP BY source_id
"""
NO_TOTALS = {"fetched": 0, "bytes": 0, "refused": 0, "gone": 0}
STORIES = f"""
SELECT source_id, body_length, has_date, has_author, link_count {BROUGHT}
    AND body_length NOT NULL AND source_id NOT NULL
ORDER BY source_id
"""
COUNTS = "SELECT source_id, outcome, pages FROM crawl_counts WHERE crawl_id = ? ORDER BY source_id"
CLOSE = """
UPDATE funnels SET asked = :asked, fetched = :fetched, articles = :articles, new = :new, changed = :changed,
    unchanged = :unchanged, gone = :gone, failed = :failed, bytes = :bytes, refused = :refused, read = :read,
    body_length = :body_length, dated = :dated, signed = :signed, links = :links
WHERE crawl_id = :crawl AND source_id = :source
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """What one crawl came to at one source; all but the last five count pages."""

    crawl_id: int
    source: str
    """Host of the site."""
    url: str
    """Address of the source."""
    started: datetime
    finished: datetime | None
    discovered: int
    """Addresses never seen before."""
    asked: int
    """Pages that robots.txt allows, listings among them."""
    fetched: int
    """Responses of any status."""
    articles: int
    """Pages with a story, known or not."""
    new: int
    """Those that no archive merged into this one had before."""
    changed: int
    unchanged: int
    gone: int
    failed: int
    outcomes: dict[Outcome, int]
    """Visits by outcome, listings among them."""
    refused: int
    """Responses by which the server says that it does not want us."""
    bytes: int
    """Of all responses, unpacked."""
    read: int
    """Pages with a story that came whole and were split; of these:"""
    body_length: int | None
    """Median of the characters of their text."""
    dated: int
    """How many state a date."""
    signed: int
    """How many name an author."""
    links: int | None
    """Median of their related links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFunnel:
    """What the crawls that began on one day came to at one source; all numbers but crawls count pages."""

    day: date
    """In UTC."""
    crawls: int
    discovered: int
    fetched: int
    articles: int
    new: int
    changed: int
    unchanged: int
    gone: int
    """Stories that the site has taken down."""
    failed: int
    reasons: dict[Outcome, int]
    """Of those that failed, the most frequent first; a story that is gone counts here too."""


def count_discovered(archive: Connection, crawl_id: int, source_id: int, pages: int) -> None:
    """Add to the addresses that a crawl saw first at a source; inside the transaction that adds them."""
    archive.execute(EMPTY, (crawl_id, source_id, pages))


def close_funnels(archive: Connection, crawl_id: int) -> None:
    """Write what a crawl came to at each of its sources, by its captures; inside a transaction."""
    totals = {row["source_id"]: row for row in archive.execute(TOTALS, (crawl_id,))}
    measures = {
        source_id: _measures(list(rows))
        for source_id, rows in _by_source(archive.execute(STORIES, (crawl_id,)))
    }
    for source_id, rows in _by_source(archive.execute(COUNTS, (crawl_id,)).fetchall()):
        archive.execute(EMPTY, (crawl_id, source_id, 0))
        found = {"crawl": crawl_id, "source": source_id} | dict(totals.get(source_id, NO_TOTALS))
        pages = {Outcome(row["outcome"]): row["pages"] for row in rows}
        archive.execute(CLOSE, found | _counts(pages) | measures.get(source_id, _measures([])))


def funnels_of(archive: Connection, crawl_id: int) -> list[Funnel]:
    """Return what a crawl came to at each of its sources, in the order of the sources."""
    return _funnels(archive, "funnels.crawl_id = ? ORDER BY source_id", (crawl_id,))


def funnels_since(archive: Connection, source_id: int, since: str, limit: int = -1) -> list[Funnel]:
    """Return what the crawls that began at the time since or later came to at a source, newest first.

    At most limit of them, all if it is less than 0.
    """
    condition = f"""
        source_id = ? AND crawls.started >= ? AND {IS_CRAWL}
        ORDER BY crawls.started DESC, crawls.id DESC LIMIT ?
    """
    return _funnels(archive, condition, (source_id, since, limit))


def funnels_among(archive: Connection, source_id: int, crawl_ids: Sequence[int]) -> list[Funnel]:
    """Return what some crawls came to at a source, newest first."""
    condition = """
        funnels.source_id = ? AND funnels.crawl_id IN (SELECT value FROM json_each(?))
        ORDER BY crawls.started DESC, crawls.id DESC
    """
    return _funnels(archive, condition, (source_id, json.dumps(list(crawl_ids))))


def funnels_by_day(archive: Connection, source_id: int, since: str) -> list[DayFunnel]:
    """Return what a source's crawls came to on each day since a time that had any, the newest first."""
    reasons: dict[str, dict[Outcome, int]] = defaultdict(dict)
    values = (source_id, since, *sorted(FAILURES))
    for row in archive.execute(FAILED_BY_DAY, values):
        reasons[row["day"]][Outcome(row["outcome"])] = row["pages"]
    return [
        DayFunnel(**{**row, "day": date.fromisoformat(row["day"])}, reasons=reasons[row["day"]])
        for row in map(dict, archive.execute(BY_DAY, (source_id, since)))
    ]


def _by_source(rows: Iterable[Row]) -> Iterator[tuple[int, Iterator[Row]]]:
    return groupby(rows, key=lambda row: int(row["source_id"]))


def _counts(pages: dict[Outcome, int]) -> dict[str, int]:
    return {
        "asked": sum(pages.values()) - _sum(pages, (Outcome.ROBOTS, Outcome.TRAP)),
        "articles": _sum(pages, ARTICLE_OUTCOMES),
        "new": pages.get(Outcome.STORED, 0),
        "changed": pages.get(Outcome.CHANGED, 0),
        "unchanged": pages.get(Outcome.UNCHANGED, 0),
        "failed": _sum(pages, FAILURES),
    }


def _sum(pages: dict[Outcome, int], outcomes: Iterable[Outcome]) -> int:
    return sum(pages.get(outcome, 0) for outcome in outcomes)


def _measures(stories: Sequence[Row]) -> dict[str, int | None]:
    return {
        "read": len(stories),
        "body_length": round(median(row["body_length"] for row in stories)) if stories else None,
        "dated": sum(row["has_date"] for row in stories),
        "signed": sum(row["has_author"] for row in stories),
        "links": round(median(row["link_count"] for row in stories)) if stories else None,
    }


def _funnels(archive: Connection, condition: str, values: tuple[object, ...]) -> list[Funnel]:
    rows = archive.execute(
        f"""
        SELECT funnels.*, sources.host AS source, sources.url, crawls.started, crawls.finished, (
            SELECT json_group_object(outcome, pages) FROM crawl_counts
            WHERE crawl_counts.crawl_id = funnels.crawl_id AND crawl_counts.source_id = funnels.source_id) AS counts
        FROM funnels JOIN sources ON sources.id = funnels.source_id JOIN crawls ON crawls.id = funnels.crawl_id
        WHERE {condition}
        """,  # noqa: S608 - only text of this program
        values,
    )
    return [_funnel(row) for row in rows]


def _funnel(row: Row) -> Funnel:
    values = dict(row)
    for name in ("source_id", "further_pages", "further_bytes"):
        del values[name]
    counts = {Outcome(outcome): pages for outcome, pages in json.loads(values.pop("counts")).items()}
    values["outcomes"] = counts
    values["started"] = time_of(values["started"])
    values["finished"] = time_or_none(values["finished"])
    return Funnel(**values)
