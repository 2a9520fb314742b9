"""How far the files of others were read in, and which of their pages the archive holds already."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from db.connection import transaction
from db.crawls.lookups import bytes_place
from db.raw_pages.warc_places import WarcPlace
from db.values import storable, time_or_none, time_text

# The detail of a capture that an import brought and no version was read from.
OLDER = "older than the archive's latest version, which it leaves as it is"
KEEP_PROGRESS = """
INSERT INTO imports(digest, file, crawl_id, next_offset, finished) VALUES (?, ?, ?, ?, ?)
ON CONFLICT(digest) DO UPDATE SET file = excluded.file, crawl_id = excluded.crawl_id,
    next_offset = excluded.next_offset, finished = excluded.finished
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProgress:
    """How far a file was read in, and by a run of which arguments."""

    next_offset: int
    finished: datetime | None
    arguments: Mapping[str, object]


def file_progress(archive: Connection, digest: str) -> FileProgress | None:
    """Return how far the file with this digest was read in, None if it never was."""
    row = archive.execute(
        "SELECT next_offset, imports.finished, arguments FROM imports JOIN crawls ON crawls.id = crawl_id "
        "WHERE digest = ?",
        (digest,),
    ).fetchone()
    if row is None:
        return None
    return FileProgress(
        next_offset=row["next_offset"],
        finished=time_or_none(row["finished"]),
        arguments=json.loads(row["arguments"]),
    )


def keep_progress(
    archive: Connection,
    crawl_id: int,
    *,
    digest: str,
    file: str,
    next_offset: int,
    finished: datetime | None = None,
) -> None:
    """Note how far the file of that name and digest was read in; finished is when its end was reached."""
    moment = None if finished is None else time_text(finished)
    with transaction(archive):
        archive.execute(KEEP_PROGRESS, (digest, storable(file), crawl_id, next_offset, moment))


def is_captured(archive: Connection, url: str, fetched: datetime, digest: str | None = None) -> bool:
    """Return whether the page at url was captured at that time, with bytes of that digest if one is given.

    A 304 brought none: its record gives those that it stands for.
    """
    row = archive.execute(
        """
        SELECT 1 FROM captures JOIN pages ON pages.id = page_id
        WHERE url = ?1 AND fetched = ?2 AND (?3 IS NULL OR digest = ?3 OR captures.status = 304) LIMIT 1
        """,
        (storable(url), time_text(fetched), digest),
    ).fetchone()
    return row is not None


def capture_of(archive: Connection, url: str, fetched: datetime) -> WarcPlace | None:
    """Return where the bytes stand that the page at url had at that time, None if they were not kept."""
    row = archive.execute(
        """
        SELECT captures.id FROM captures JOIN pages ON pages.id = page_id
        WHERE url = ? AND fetched = ? AND length > 0 ORDER BY captures.id LIMIT 1
        """,
        (storable(url), time_text(fetched)),
    ).fetchone()
    return None if row is None else bytes_place(archive, row["id"])


def was_seen_after(archive: Connection, article_id: int, moment: datetime) -> bool:
    """Return whether an article was seen later than at some moment."""
    row = archive.execute(
        "SELECT 1 FROM articles WHERE id = ? AND last_seen > ?", (article_id, time_text(moment))
    ).fetchone()
    return row is not None


def source_addresses(archive: Connection) -> list[str]:
    """Return the addresses of all sources, the first made first."""
    return [url for (url,) in archive.execute("SELECT url FROM sources ORDER BY id")]
