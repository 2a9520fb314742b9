"""What stood on a front page at a time, with the headlines as they were shown then."""

from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError
from archiver.items import LinkKind
from db.connection import archive_errors
from db.searching.filters import bound_text, from_source
from db.values import storable, time_of

# Fronts named to somebody who asked for one that is not there.
MOST_HINTS = 8
# Fronts to choose from.
MOST_FRONTS = 30
# A source's front pages: pages without a story whose headlines were read. First the source's own address, then those
# it was told to begin with, then those read most often.
FRONTS = """
SELECT pages.*, sources.host AS source FROM pages JOIN sources ON sources.id = pages.source_id
WHERE pages.article_id IS NULL AND EXISTS (SELECT 1 FROM sightings WHERE page_id = pages.id) AND {0}
ORDER BY sources.host = ? DESC, pages.url = sources.url DESC, rtrim(pages.url, '/') = rtrim(sources.url, '/') DESC,
    ifnull(pages.found_by, '') = 'start' DESC,
    (SELECT count(*) FROM sightings WHERE page_id = pages.id) DESC, pages.id
LIMIT ?
"""
SIGHTING = """
SELECT * FROM sightings WHERE page_id = ? AND first_seen <= ? ORDER BY first_seen DESC, id DESC LIMIT 1
"""
# The last look at the page by then that found it as the sighting says.
LOOK = """
SELECT max(iif(fetched <= min(?3, ?4), fetched, unchanged_since)) FROM captures
WHERE page_id = ?1 AND fetched >= ?2 AND ifnull(unchanged_since, fetched) <= min(?3, ?4)
    AND outcome IN ('listing', 'unchanged', 'not_article', 'stored', 'changed', 'duplicate')
"""
ITEMS = """
SELECT json_each.key AS place, headline, targets.url AS url, kind, block, targets.article_id AS article_id,
    related_links.first_seen
FROM json_each(?) JOIN related_links ON related_links.id = json_each.value
LEFT JOIN pages AS targets ON targets.id = target_id ORDER BY json_each.key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontItem:
    """A headline on a front page."""

    position: int
    """From 0, in page order."""
    headline: str
    """As it was shown then."""
    url: str
    kind: LinkKind
    block: str
    """The heading above it, or ""."""
    article_id: int | None
    """The article that it leads to, if that is archived."""
    first_seen: datetime
    """When this page first showed it with these words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What stood on a front page."""

    url: str
    source: str
    """Host of its site."""
    at: datetime
    """The time asked for."""
    observed: datetime
    """When the page was last looked at by then: what this rests on."""
    since: datetime
    """When it was first seen to show exactly this."""
    next_observed: datetime | None
    """When it was next seen to show something else; None: it was not, so far."""
    items: tuple[FrontItem, ...]


def front(archive: Connection, source: str, at: datetime | None = None, page: str | None = None) -> Front:
    """Return what stood on a source's front page at a time, the latest if at is None.

    source is a host, host above it, address or name; page is the address of another page than its first, such as a
    section's. Raises QueryError if there is no such source, NotInArchiveError if the page was not read by then.
    """
    with archive_errors(archive):
        row = _front_page(archive, source, page)
        moment = datetime.now(UTC) if at is None else at
        # Without a time, the latest, even where a clock was ahead.
        asked = "9999" if at is None else bound_text(at)
        sighting = archive.execute(SIGHTING, (row["id"], asked)).fetchone()
        if sighting is None:
            first = archive.execute(
                "SELECT min(first_seen) FROM sightings WHERE page_id = ?", (row["id"],)
            ).fetchone()
            raise NotInArchiveError(f"{row['url']} was first read at {first[0]}: ask for a later time")
        return _front(archive, row, sighting, moment, asked)


def front_addresses(archive: Connection, host: str, limit: int = MOST_FRONTS) -> list[str]:
    """Return the addresses of at most limit front pages of the site at a host that were read, its own first."""
    with archive_errors(archive):
        rows = archive.execute(FRONTS.format("sources.host = ?"), (host, host, limit))
        return [row["url"] for row in rows]


def _front(archive: Connection, page: Row, sighting: Row, at: datetime, asked: str) -> Front:
    look = archive.execute(
        LOOK, (page["id"], sighting["first_seen"], sighting["last_seen"], asked)
    ).fetchone()[0]
    later = archive.execute(
        "SELECT min(first_seen) FROM sightings WHERE page_id = ? AND first_seen > ?",
        (page["id"], sighting["first_seen"]),
    ).fetchone()[0]
    return Front(
        url=page["url"],
        source=page["source"],
        at=at,
        observed=time_of(look or sighting["first_seen"]),
        since=time_of(sighting["first_seen"]),
        next_observed=None if later is None else time_of(later),
        items=tuple(_item(row) for row in archive.execute(ITEMS, (sighting["links"],))),
    )


def _item(row: Row) -> FrontItem:
    return FrontItem(
        position=row["place"],
        headline=row["headline"],
        url=row["url"] or "",
        kind=LinkKind(row["kind"]),
        block=row["block"],
        article_id=row["article_id"],
        first_seen=time_of(row["first_seen"]),
    )


def _front_page(archive: Connection, source: str, page: str | None) -> Row:
    condition = from_source(archive, source, "pages.source_id")
    if page is not None:
        wanted = storable(page)
        row: Row | None = archive.execute(
            FRONTS.format(f"rtrim(pages.url, '/') = rtrim(?, '/') AND {condition.sql}"),
            (wanted, *condition.values, source, 1),
        ).fetchone()
        if row is not None:
            return row
    fronts = archive.execute(FRONTS.format(condition.sql), (*condition.values, source, MOST_HINTS)).fetchall()
    if page is None and fronts:
        first: Row = fronts[0]
        return first
    if not fronts:
        raise NotInArchiveError(
            f"no front page of {source} was read yet: crawl it by its front page "
            "(`archiver crawl ADDRESS`, or fronts in sources.toml)"
        )
    error = NotInArchiveError(f"{page} is no front page of {source} that was read; there are:")
    for row in fronts:
        error.add_note(row["url"])
    raise error
