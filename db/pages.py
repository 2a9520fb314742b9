"""Rows of sources and pages: every address ever seen, and how it came to be known."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from sqlite3 import Connection

from archiver.items import FoundBy, Listing, Visit
from db.ids import next_id
from db.values import host_of, images_text, list_text, published_text, storable, storable_or_none, time_text

ADD_PAGE = f"""
INSERT INTO pages(id, url, source_id, found_by, found_on_id, first_seen, priority)
VALUES ({next_id("pages")}, ?, ?, ?, ?, ?, ?)
ON CONFLICT(url) DO NOTHING
"""  # noqa: S608 - only text of this program
# A row that stood only because another page was found on it learns here how it was found itself.
EXPLAIN_PAGE = "UPDATE pages SET found_by = ?, found_on_id = ? WHERE url = ? AND found_by IS NULL"
# What a related link led to first may stand on the front page next.
PREFER_PAGE = "UPDATE pages SET priority = ? WHERE url = ? AND priority > ?"
CLAIM_PAGE = "UPDATE pages SET source_id = ? WHERE url = ? AND source_id IS NULL"
LIST_PAGE = """
UPDATE pages SET
    listed_headline = ifnull(:headline, listed_headline),
    listed_published = ifnull(:published, listed_published),
    listed_modified = ifnull(:modified, listed_modified),
    listed_language = ifnull(:language, listed_language),
    listed_keywords = ifnull(:keywords, listed_keywords),
    listed_images = ifnull(:images, listed_images)
WHERE url = :url AND (
    ifnull(:headline, listed_headline) IS NOT listed_headline
    OR ifnull(:published, listed_published) IS NOT listed_published
    OR ifnull(:modified, listed_modified) IS NOT listed_modified
    OR ifnull(:language, listed_language) IS NOT listed_language
    OR ifnull(:keywords, listed_keywords) IS NOT listed_keywords
    OR ifnull(:images, listed_images) IS NOT listed_images)
"""


class Priority(IntEnum):
    """The order of the pages of a source that wait; the lower goes first."""

    LISTED = 0
    """Feeds, front pages and dated sitemaps: the news as the site shows it."""
    RELATED = 1
    MAPPED = 2
    """In a sitemap without date: most of it is old."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that another one led to."""

    url: str
    """As columns take it."""
    source_id: int | None
    priority: Priority


def source_row(archive: Connection, url: str, seen: str, name: str | None = None) -> int:
    """Return the id of the source at address url, made if there is none; name replaces the one it had."""
    host = host_of(storable(url))
    row = archive.execute(
        """
        INSERT INTO sources(url, host, name, first_seen) VALUES (?, ?, ?, ?)
        ON CONFLICT(url) DO UPDATE SET name = ifnull(?, name)
        RETURNING id
        """,
        (storable(url), host, storable(name or host), seen, storable_or_none(name)),
    ).fetchone()
    return int(row[0])


def sources_by_host(archive: Connection) -> dict[str, int]:
    """Return the id of the first source of each host."""
    return {host: id_ for id_, host in archive.execute("SELECT id, host FROM sources ORDER BY id DESC")}


def page_row(archive: Connection, url: str, seen: str, source_id: int | None) -> int:
    """Return the id of the page at url, made if there is none; a page without source gets source_id."""
    row = archive.execute(
        f"""
        INSERT INTO pages(id, url, source_id, first_seen) VALUES ({next_id("pages")}, ?, ?, ?)
        ON CONFLICT(url) DO UPDATE SET source_id = ifnull(source_id, excluded.source_id)
        RETURNING id
        """,  # noqa: S608 - only text of this program
        (storable(url), source_id, seen),
    ).fetchone()
    return int(row[0])


def visited_page(archive: Connection, visit: Visit, source_id: int) -> int:
    """Return the id of the page that was visited, made if there is none, with how it was found first."""
    seen = time_text(visit.fetched)
    page_id = page_row(archive, visit.url, seen, source_id)
    found_on_id = None if visit.found_on is None else page_row(archive, visit.found_on, seen, source_id)
    archive.execute(EXPLAIN_PAGE, (visit.found_by, found_on_id, storable(visit.url)))
    if visit.listing is not None:
        archive.execute(LIST_PAGE, _listed(visit.listing, visit.url))
    return page_id


def add_pages(archive: Connection, pages: Iterable[FoundPage], found_by: FoundBy, on: int, seen: str) -> int:
    """Add pages that the page with id on led to; return how many are new."""
    pages = list(pages)
    rows = [(page.url, page.source_id, found_by, on, seen, page.priority) for page in pages]
    new = archive.executemany(ADD_PAGE, rows).rowcount
    archive.executemany(EXPLAIN_PAGE, [(found_by, on, page.url) for page in pages])
    archive.executemany(PREFER_PAGE, [(page.priority, page.url, page.priority) for page in pages])
    return max(new, 0)


def claim_pages(archive: Connection, urls: Iterable[str], source_id: int) -> None:
    """Make the source the one of those pages that have a row and none yet."""
    archive.executemany(CLAIM_PAGE, [(source_id, storable(url)) for url in urls])


def list_pages(archive: Connection, listings: Iterable[Listing]) -> None:
    """Fill in what feeds and sitemaps say of pages that have a row."""
    archive.executemany(LIST_PAGE, [_listed(listing, listing.url) for listing in listings])


def _listed(listing: Listing, url: str) -> dict[str, str | None]:
    return {
        "url": storable(url),
        "headline": storable_or_none(listing.headline),
        "published": published_text(listing.date_published),
        "modified": published_text(listing.date_modified),
        "language": storable_or_none(listing.language),
        "keywords": list_text(listing.keywords) if listing.keywords else None,
        "images": images_text(listing.images) if listing.images else None,
    }
