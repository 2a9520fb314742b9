"""What an archive holds of each source, by its address."""

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from db.connection import archive_errors
from db.crawls.funnels import IS_CRAWL, LATEST
from db.values import time_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """One source in the archive."""

    articles: int
    last_crawl: datetime | None
    """When the last crawl began that visited one of its pages."""


def source_records(archive: Connection) -> dict[str, SourceRecord]:
    """Return what the archive holds of each source, by the address that names it in sources.toml."""
    with archive_errors(archive):
        rows = archive.execute(
            f"""
            WITH {LATEST}
            SELECT url, (SELECT count(*) FROM articles WHERE source_id = sources.id), ifnull(
                (SELECT max(latest.started) FROM latest CROSS JOIN crawl_counts ON crawl_id = latest.id
                 WHERE source_id = sources.id),
                (SELECT max(started) FROM crawl_counts JOIN crawls ON crawls.id = crawl_id
                 WHERE source_id = sources.id AND {IS_CRAWL}))
            FROM sources
            """  # noqa: S608 - only text of this program
        ).fetchall()
    return {
        url: SourceRecord(articles=articles, last_crawl=time_or_none(started))
        for url, articles, started in rows
    }
