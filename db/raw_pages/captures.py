"""Captures: what a page was at the times of its visits, and the bytes that were kept of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError
from archiver.items import Outcome, RawResponse
from db.connection import archive_errors
from db.raw_pages.same_bytes import read_same_bytes
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.values import storable, time_of, time_or_none

CAPTURES = """
SELECT captures.*, pages.url AS url, pages.article_id, sources.host AS source,
    holders.warc_file AS held_file, holders.warc_offset AS held_offset, holders.warc_length AS held_length
FROM captures JOIN pages ON pages.id = captures.page_id
LEFT JOIN sources ON sources.id = pages.source_id
LEFT JOIN captures AS holders ON holders.id = ifnull(captures.refers_to, captures.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One visit to a page, or those of a day that found a listing unchanged."""

    id: int
    url: str
    """Of the page."""
    final_url: str
    """Where redirects led."""
    source: str | None
    """Host of the page's site."""
    article_id: int | None
    """The article that the page holds."""
    crawl_id: int
    fetched: datetime
    """The last of them."""
    fetches: int
    """How many."""
    unchanged_since: datetime | None
    """The first of them; None: it is one."""
    status: int | None
    """HTTP; None if no response arrived."""
    content_type: str | None
    length: int | None
    """Bytes, decoded."""
    outcome: Outcome
    detail: str
    rendered: bool
    """Whether it is the document that a browser made of the page."""
    place: WarcPlace | None
    """Of its bytes; None if they were not kept."""


def captures_of(archive: Connection, article_id: int, limit: int = 50) -> tuple[Capture, ...]:
    """Return at most limit captures of the pages that hold an article, the newest first."""
    return _captures(archive, "pages.article_id", article_id, limit)


def captures_at(archive: Connection, url: str, limit: int = 50) -> tuple[Capture, ...]:
    """Return at most limit captures of the page at an address, the newest first."""
    return _captures(archive, "pages.url", storable(url), limit)


def capture(archive: Connection, capture_id: int) -> Capture:
    """Return one capture. Raises NotInArchiveError."""
    with archive_errors(archive):
        row = archive.execute(f"{CAPTURES} WHERE captures.id = ?", (capture_id,)).fetchone()
    if row is None:
        raise NotInArchiveError(f"the archive knows no capture {capture_id}")
    return _capture(row)


def captured_page(archive: Connection, path: Path, found: Capture) -> RawResponse:
    """Return the bytes of a capture of the archive, which lies at path.

    Raises NotInArchiveError if they were not kept, ArchiveError if they cannot be read.
    """
    if found.place is None:
        raise NotInArchiveError(f"the bytes of capture {found.id} were not kept")
    return read_same_bytes(archive, warc_directory(path), found.place, read_capture)


def _captures(archive: Connection, column: str, value: object, limit: int) -> tuple[Capture, ...]:
    with archive_errors(archive):
        rows = archive.execute(
            f"{CAPTURES} WHERE {column} = ? ORDER BY captures.fetched DESC, captures.id DESC LIMIT ?",
            (value, limit),
        )
        return tuple(map(_capture, rows))


def _capture(row: Row) -> Capture:
    return Capture(
        id=row["id"],
        url=row["url"],
        final_url=row["final_url"],
        source=row["source"],
        article_id=row["article_id"],
        crawl_id=row["crawl_id"],
        fetched=time_of(row["fetched"]),
        fetches=row["fetches"],
        unchanged_since=time_or_none(row["unchanged_since"]),
        status=row["status"],
        content_type=row["content_type"],
        length=row["length"],
        outcome=Outcome(row["outcome"]),
        detail=row["detail"],
        rendered=bool(row["rendered"]),
        place=_place(row),
    )


def _place(row: Row) -> WarcPlace | None:
    if row["held_file"] is None:
        return None
    return WarcPlace(file=row["held_file"], offset=row["held_offset"], length=row["held_length"])
