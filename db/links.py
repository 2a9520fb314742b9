"""Rows of related links: which headlines of other stories a page shows, since when and until when."""

import json
from collections.abc import Sequence
from sqlite3 import Connection

from archiver.items import FoundBy, RelatedLink
from db.pages import FoundPage, Priority, add_pages, sources_by_host
from db.values import host_of, storable

SHOW_LINK = """
INSERT INTO related_links(page_id, target_id, headline, kind, block, position, first_seen, last_seen)
VALUES (:page, (SELECT id FROM pages WHERE url = :url), :headline, :kind, :block, :position, :seen, :seen)
ON CONFLICT(page_id, ifnull(target_id, 0), headline, kind, block)
DO UPDATE SET position = excluded.position, last_seen = excluded.last_seen
"""
# Tells the links that the page shows from those that have left it, also where it shows none any more.
LINKS_SEEN = "UPDATE pages SET links_seen = ? WHERE id = ?"


def record_links(archive: Connection, page_id: int, links: Sequence[RelatedLink], seen: str) -> int:
    """Record that the page showed these links at the time seen; return how many of their targets are new pages.

    A link shown twice in one block keeps its first position. Links not among them keep their last_seen.
    """
    sources = sources_by_host(archive)
    targets = [
        FoundPage(storable(link.url), sources.get(host_of(link.url)), Priority.RELATED)
        for link in links
        if link.url
    ]
    new = add_pages(archive, targets, FoundBy.RELATED, page_id, seen)
    each = {(link.url, link.headline, link.kind, link.block): link for link in reversed(links)}
    archive.executemany(SHOW_LINK, [_values(link, page_id, seen) for link in reversed(each.values())])
    archive.execute(LINKS_SEEN, (seen, page_id))
    _sight(archive, page_id, seen)
    return new


def keep_links(archive: Connection, page_id: int, seen: str) -> None:
    """Record that the page, which did not change, still shows at the time seen what it showed last."""
    archive.execute(
        """
        UPDATE related_links SET last_seen = ?1 WHERE page_id = ?2
        AND last_seen = (SELECT links_seen FROM pages WHERE id = ?2)
        """,
        (seen, page_id),
    )
    archive.execute(LINKS_SEEN, (seen, page_id))
    _sight(archive, page_id, seen)


def _sight(archive: Connection, page_id: int, seen: str) -> None:
    """Write what stands on the page now, in page order, unless the same stood there before."""
    shown = archive.execute(
        "SELECT id FROM related_links WHERE page_id = ? AND last_seen = ? ORDER BY position, id",
        (page_id, seen),
    )
    links = json.dumps([id_ for (id_,) in shown], separators=(",", ":"))
    last = archive.execute(
        "SELECT id, links FROM sightings WHERE page_id = ? ORDER BY first_seen DESC, id DESC LIMIT 1",
        (page_id,),
    ).fetchone()
    if last is not None and last["links"] == links:
        archive.execute("UPDATE sightings SET last_seen = ? WHERE id = ?", (seen, last["id"]))
    elif last is not None or links != "[]":
        archive.execute(
            "INSERT INTO sightings(page_id, first_seen, last_seen, links) VALUES (?, ?, ?, ?)",
            (page_id, seen, seen, links),
        )


def _values(link: RelatedLink, page_id: int, seen: str) -> dict[str, object]:
    return {
        "page": page_id,
        "url": storable(link.url),
        "headline": storable(link.headline),
        "kind": link.kind,
        "block": storable(link.block),
        "position": link.position,
        "seen": seen,
    }
