"""Feeds, sitemaps and fronts that somebody named, and that have not come for long."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Connection

from archiver.items import ARTICLE_OUTCOMES, Outcome
from db.values import storable, time_of

# Visits in a row that fail over so long are no bad moment.
LOST_FOR = timedelta(hours=6)
CAME = ", ".join(f"'{outcome}'" for outcome in sorted({Outcome.LISTING, *ARTICLE_OUTCOMES}))
# Of what robots.txt forbids there is no capture: it has been so since it last came.
FAILING = f"""
WITH came AS (
    SELECT captures.id, fetched FROM captures JOIN pages ON pages.id = page_id
    WHERE url = ?1 AND captures.outcome IN ({CAME}) ORDER BY captures.id DESC LIMIT 1)
SELECT detail, last_visited, coalesce(
    (SELECT fetched FROM captures
     WHERE page_id = pages.id AND id > ifnull((SELECT id FROM came), 0) ORDER BY id LIMIT 1),
    (SELECT fetched FROM came), first_seen) AS since
FROM pages WHERE url = ?1 AND outcome NOT IN ({CAME})
"""  # noqa: S608 - only text of this program


@dataclass(frozen=True, slots=True, kw_only=True)
class LostListing:
    """A listing of which every visit has failed for long."""

    url: str
    since: datetime
    """When the first of these visits was."""
    detail: str
    """Why the last one failed."""


def lost_listings(archive: Connection, urls: Iterable[str]) -> Iterator[LostListing]:
    """Yield those of some listings that did not come in the last visits, over LOST_FOR or longer."""
    for url in urls:
        for row in archive.execute(FAILING, (storable(url),)):
            since = time_of(row["since"])
            if time_of(row["last_visited"]) - since >= LOST_FOR:
                yield LostListing(url=url, since=since, detail=row["detail"])
