"""Captures of other pages whose raw bytes show a story: front pages, feeds, related headlines."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, Row
from urllib.parse import urlsplit

from archiver.errors import ArchiveError
from db.forgetting.stories import Story
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace

# What may show it: pages with its headline, those that it was found on, listings of its sites; since it was first
# seen, and a day before: the page that led to it was fetched earlier than its address was noted.
CANDIDATES = """
SELECT captures.id, pages.url, warc_file, warc_offset, warc_length
FROM captures JOIN pages ON pages.id = page_id
WHERE warc_file IS NOT NULL AND refers_to IS NULL
    AND captures.id NOT IN (SELECT value FROM json_each(:captures))
    AND fetched >= (SELECT strftime('%Y-%m-%dT%H:%M:%S', min(first_seen), '-1 day') FROM pages
        WHERE id IN (SELECT value FROM json_each(:pages)))
    AND (page_id IN (SELECT page_id FROM related_links WHERE id IN (SELECT value FROM json_each(:links)))
        OR page_id IN (SELECT found_on_id FROM pages WHERE id IN (SELECT value FROM json_each(:pages)))
        OR captures.outcome = 'listing' AND source_id IN (
            SELECT source_id FROM pages WHERE id IN (SELECT value FROM json_each(:pages))))
"""
# Characters of a path that names one story.
SHORTEST_PATH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One capture that shows a story."""

    capture_id: int
    url: str


def mentions(archive: Connection, directory: Path, story: Story) -> Iterator[Mention]:
    """Yield the captures whose bytes, in the WARC files of directory, hold an address or a headline of a story."""
    wanted = set(_needles(story))
    ids = {"captures": story.captures, "pages": story.pages, "links": story.links}
    rows = archive.execute(CANDIDATES, {name: json.dumps(value) for name, value in ids.items()}).fetchall()
    for row in rows:
        if any(needle in _body(directory, row) for needle in wanted):
            yield Mention(capture_id=row["id"], url=row["url"])


def _body(directory: Path, row: Row) -> bytes:
    place = WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])
    try:
        return read_capture(directory, place).body
    except ArchiveError:  # `archiver verify` tells of it
        return b""


def _needles(story: Story) -> Iterator[bytes]:
    """Yield the ways in which pages, feeds and scripts write headlines and addresses."""
    paths = {f"{urlsplit(url).path}" for url in story.addresses}
    for text in (*story.headlines, *story.addresses, *(path for path in paths if len(path) >= SHORTEST_PATH)):
        for written in (text, html.escape(text), html.escape(text, quote=False), json.dumps(text)[1:-1]):
            yield written.encode()
            yield written.encode("cp1252", "xmlcharrefreplace")
            yield written.encode("utf-16-le", "replace")
