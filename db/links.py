"""Rows of related links: which headlines of other stories a page shows, since when and until when."""

import json
from collections.abc import Sequence
from sqlite3 import Connection

from archiver.items import FoundBy, RelatedLink
from db.forgetting.forgotten import not_forgotten
from db.ids import next_id
from db.pages import FoundPage, Priority, add_pages, sources_by_host
from db.values import host_of, storable

# All links of a page in one statement: FTS5 writes what it has gathered before each one, and a headline alone would
# become a segment of the index that is merged with others later: a third of a page's time.
SHOW_LINKS = f"""
INSERT INTO related_links(id, page_id, target_id, headline, kind, block, position, first_seen, last_seen)
SELECT {next_id("related_links")} + key, :page, (SELECT id FROM pages WHERE url = json_extract(value, '$.url')),
    json_extract(value, '$.headline'), json_extract(value, '$.kind'), json_extract(value, '$.block'),
    json_extract(value, '$.position'), :seen, :seen
FROM json_each(:links) WHERE true ORDER BY key
ON CONFLICT(page_id, ifnull(target_id, 0), headline, kind, block)
DO UPDATE SET position = excluded.position, last_seen = excluded.last_seen
"""  # noqa: S608 - only text of this program
# Tells the links that the page shows from those that have left it, also where it shows none any more.
LINKS_SEEN = "UPDATE pages SET links_seen = ? WHERE id = ?"


LINK_FIELDS = ("url", "headline", "kind", "block", "position")
# Until a reading is corrected, links that it may not give again are last seen when an earlier capture was read, or
# never: then they go.
HIDDEN = ""
HIDE_LINKS = """
UPDATE related_links SET last_seen = CASE WHEN first_seen >= :fetched THEN '' ELSE ifnull((
    SELECT max(captures.fetched) FROM captures WHERE captures.page_id = :page AND captures.fetched < :fetched
        AND captures.fetched >= related_links.first_seen
        AND outcome IN ('stored', 'changed', 'unchanged', 'duplicate', 'not_article')), first_seen) END
WHERE page_id = :page AND last_seen = :seen
"""
DROP_LINKS = "DELETE FROM related_links WHERE page_id = :page AND last_seen = :hidden"
FORGET_LINKS = """
UPDATE sightings SET links = (
    SELECT json_group_array(value) FROM (SELECT value FROM json_each(sightings.links) WHERE value NOT IN (
        SELECT id FROM related_links WHERE page_id = :page AND last_seen = :hidden) ORDER BY key))
WHERE page_id = :page
"""


def record_links(archive: Connection, page_id: int, links: Sequence[RelatedLink], seen: str) -> int:
    """Record that the page showed these links at the time seen; return how many of their targets are new pages.

    A link shown twice in one block keeps its first position. Links not among them keep their last_seen.
    """
    sources = sources_by_host(archive)
    links = not_forgotten(archive, links, lambda link: link.url)
    targets = [
        FoundPage(storable(link.url), sources.get(host_of(link.url)), Priority.RELATED)
        for link in links
        if link.url
    ]
    new = add_pages(archive, targets, FoundBy.RELATED, page_id, seen)
    each = {(link.url, link.headline, link.kind, link.block): link for link in reversed(links)}
    shown = json.dumps([_values(link) for link in reversed(each.values())], ensure_ascii=False)
    archive.execute(SHOW_LINKS, {"page": page_id, "seen": seen, "links": shown})
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
        "SELECT id, last_seen, links FROM sightings WHERE page_id = ? ORDER BY first_seen DESC, id DESC LIMIT 1",
        (page_id,),
    ).fetchone()
    if last is not None and last["links"] == links:
        archive.execute("UPDATE sightings SET last_seen = ? WHERE id = ?", (seen, last["id"]))
    elif last is not None and last["last_seen"] == seen:  # the same moment, by a better reading
        archive.execute("UPDATE sightings SET links = ? WHERE id = ?", (links, last["id"]))
    elif last is not None or links != "[]":
        archive.execute(
            "INSERT INTO sightings(page_id, first_seen, last_seen, links) VALUES (?, ?, ?, ?)",
            (page_id, seen, seen, links),
        )


def correct_links(archive: Connection, page_id: int, links: Sequence[RelatedLink], fetched: str) -> None:
    """Make links those that the page showed when it was last read, at the time fetched, by a better reading.

    A page that has been seen unchanged since shows them since; nothing was seen at a new time. What an earlier
    reading took for a link of this capture, and of no other, goes; what earlier captures showed ends with these.
    """
    row = archive.execute("SELECT links_seen FROM pages WHERE id = ?", (page_id,)).fetchone()
    seen = max(row["links_seen"] or fetched, fetched)
    known = {id_ for (id_,) in archive.execute("SELECT id FROM related_links WHERE page_id = ?", (page_id,))}
    archive.execute(HIDE_LINKS, {"page": page_id, "seen": row["links_seen"], "fetched": fetched})
    record_links(archive, page_id, links, seen)
    shown = archive.execute(
        "SELECT id FROM related_links WHERE page_id = ? AND last_seen = ?", (page_id, seen)
    ).fetchall()
    new = [(fetched, id_) for (id_,) in shown if id_ not in known]
    archive.executemany("UPDATE related_links SET first_seen = ? WHERE id = ?", new)
    for statement in (FORGET_LINKS, DROP_LINKS):
        archive.execute(statement, {"page": page_id, "hidden": HIDDEN})


def shown_links(archive: Connection, page_id: int) -> frozenset[tuple[object, ...]]:
    """Return address, headline, kind, block and position of each link that the page showed when last read."""
    rows = archive.execute(
        """
        SELECT ifnull(targets.url, '') AS url, headline, kind, block, position FROM related_links
        LEFT JOIN pages AS targets ON targets.id = target_id
        WHERE page_id = ?1 AND last_seen = (SELECT links_seen FROM pages WHERE id = ?1)
        """,
        (page_id,),
    )
    return frozenset(tuple(row) for row in rows)


def link_rows(links: Sequence[RelatedLink]) -> frozenset[tuple[object, ...]]:
    """Return the same of links that would be recorded."""
    each = {(link.url, link.headline, link.kind, link.block): link for link in reversed(links)}
    rows = (_values(link) for link in each.values())
    return frozenset(tuple(row[name] for name in LINK_FIELDS) for row in rows)


def _values(link: RelatedLink) -> dict[str, object]:
    return {
        "url": storable(link.url),
        "headline": storable(link.headline),
        "kind": link.kind,
        "block": storable(link.block),
        "position": link.position,
    }
