"""Joining related links and what stood where when."""

import json
from sqlite3 import Row

from db.merging.joining import Join

KNOWN_LINK = """
SELECT id, last_seen FROM related_links
WHERE page_id = ? AND ifnull(target_id, 0) = ? AND headline = ? AND kind = ? AND block = ?
"""
# Seen earlier or later there; of two places on the page, the later holds.
FILL_LINK = """
UPDATE related_links SET position = CASE WHEN ?1 > last_seen THEN ?2 ELSE position END,
    first_seen = min(first_seen, ?3), last_seen = max(last_seen, ?1) WHERE id = ?4
"""
# The same headlines in the same order, seen here at a time that touches theirs.
KNOWN_SIGHTING = """
SELECT id FROM sightings WHERE page_id = ? AND links = ? AND first_seen <= ? AND last_seen >= ? ORDER BY id LIMIT 1
"""
FILL_SIGHTING = (
    "UPDATE sightings SET first_seen = min(first_seen, ?), last_seen = max(last_seen, ?) WHERE id = ?"
)
LINKS_SEEN = (
    "UPDATE pages SET links_seen = nullif(max(ifnull(links_seen, ''), ifnull(?, '')), '') WHERE id = ?"
)


def join_links(join: Join) -> None:
    """Join the related links of each page, and its sightings."""
    for batch in join.batches("pages"):
        for row in batch:
            if (page := join.our("pages", row["id"])) is None or row["links_seen"] is None:
                continue
            ids = {}
            for link in join.theirs.execute(
                "SELECT * FROM related_links WHERE page_id = ? ORDER BY id", (row["id"],)
            ):
                if (our := _link(join, link, page)) is not None:
                    ids[link["id"]] = our
            for sighting in join.theirs.execute(
                "SELECT * FROM sightings WHERE page_id = ? ORDER BY id", (row["id"],)
            ):
                _sighting(join, sighting, page, ids)
            join.ours.execute(LINKS_SEEN, (row["links_seen"], page))


def _link(join: Join, row: Row, page: int) -> int | None:
    """Return our row for their link, None if it leads to what was forgotten here."""
    target = join.our("pages", row["target_id"])
    if row["target_id"] is not None and target is None:
        return None
    known = join.ours.execute(
        KNOWN_LINK, (page, target or 0, row["headline"], row["kind"], row["block"])
    ).fetchone()
    if known is None:
        join.added.links += 1
        return join.insert("related_links", row, page_id=page, target_id=target)
    join.ours.execute(FILL_LINK, (row["last_seen"], row["position"], row["first_seen"], known["id"]))
    return int(known["id"])


def _sighting(join: Join, row: Row, page: int, ids: dict[int, int]) -> None:
    links = json.dumps([ids[id_] for id_ in json.loads(row["links"]) if id_ in ids], separators=(",", ":"))
    known = join.ours.execute(KNOWN_SIGHTING, (page, links, row["last_seen"], row["first_seen"])).fetchone()
    if known is None:
        join.added.sightings += 1
        join.insert("sightings", row, page_id=page, links=links)
    else:
        join.ours.execute(FILL_SIGHTING, (row["first_seen"], row["last_seen"], known["id"]))
