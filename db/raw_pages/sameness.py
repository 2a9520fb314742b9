"""Listings that come as they were, as most do: one capture stands for all such fetches of a day (UTC).

Its row says when the first and the last of them were and how many; the crawl is that of the last, the record in the
WARC files that of the first, and its bytes are those of the capture that it refers to.
"""

from collections.abc import Mapping
from sqlite3 import Connection

from archiver.items import Outcome, Visit
from db.values import storable, time_text

# The latest visit to the page, if it found the same: what brought other bytes, or failed, lies between two runs. A
# second fetch by one crawl, whose captures are counted when it ends, has a row of its own.
SAME = f"""
SELECT id FROM captures
WHERE id = (SELECT max(id) FROM captures WHERE page_id = (SELECT id FROM pages WHERE url = :url))
    AND NOT rendered AND outcome = '{Outcome.LISTING}' AND refers_to = :refers_to AND crawl_id <> :crawl_id
    AND status = :status AND detail = :detail AND final_url = :final_url
    AND fetched <= :fetched AND date(fetched) = date(:fetched)
"""  # noqa: S608 - only text of this program
AGAIN = """
UPDATE captures SET unchanged_since = ifnull(unchanged_since, fetched), fetches = fetches + 1,
    fetched = :fetched, crawl_id = :crawl_id, content_type = :content_type, etag = :etag, last_modified = :last_modified
WHERE id = :id
"""
# How many visits captures stand for, by indexes: to look at each took seconds with some ten million.
VISITS = """
SELECT (SELECT count(*) FROM captures) - (SELECT count(*) FROM captures WHERE rendered)
    + (SELECT ifnull(sum(fetches - 1), 0) FROM captures WHERE fetches > 1)
"""
VISITS_OF_PAGE = """
SELECT (SELECT count(*) FROM captures WHERE page_id = ?1)
    - (SELECT count(*) FROM captures WHERE page_id = ?1 AND rendered)
    + (SELECT ifnull(sum(fetches - 1), 0) FROM captures WHERE page_id = ?1 AND fetches > 1)
"""
# Two archives, of which one was a copy of the other, may both have gone on with it.
LATER = """
UPDATE captures SET unchanged_since = :unchanged_since, fetches = max(fetches, :fetches), fetched = :fetched,
    crawl_id = :crawl_id
WHERE id = :id AND fetched < :fetched
"""


def same_of_the_day(archive: Connection, crawl_id: int, visit: Visit, holder_id: int | None) -> int | None:
    """Return the capture that stands for the fetches of the visit's listing on its day so far; None if there is none.

    The visit brought the bytes of the capture holder_id; None: that is not known.
    """
    if visit.outcome is not Outcome.LISTING or visit.rendered is not None or visit.response is None:
        return None
    row = archive.execute(
        SAME,
        {
            "url": storable(visit.url),
            "refers_to": holder_id,
            "crawl_id": crawl_id,
            "status": visit.response.status,
            "detail": storable(visit.detail),
            "final_url": storable(visit.final_url),
            "fetched": time_text(visit.fetched),
        },
    ).fetchone()
    return None if row is None else int(row[0])


def see_again(archive: Connection, id_: int, capture: Mapping[str, object]) -> None:
    """Add a fetch, with the values of its row, to those that a capture stands for.

    To be called inside a transaction.
    """
    archive.execute(AGAIN, dict(capture) | {"id": id_})


def last_until(archive: Connection, id_: int, crawl_id: int | None, other: Mapping[str, object]) -> None:
    """Have a capture say what another archive, other's, says of the same run of fetches, if it ends later there."""
    named = ("unchanged_since", "fetches", "fetched")
    archive.execute(LATER, {"id": id_, "crawl_id": crawl_id} | {name: other[name] for name in named})
