"""Related headlines as a graph: what a page points to, what points to it, and what many point to that is not there."""

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError
from archiver.items import LinkKind, Outcome
from db.addresses import article_id_of
from db.connection import archive_errors
from db.searching.filters import Condition, bound_text, from_source
from db.values import host_of, storable, time_of

# Of the page itself, or of any page that holds the same article.
POINTS_TO = """
SELECT targets.url AS url, targets.article_id AS article_id, headline, kind, block, position,
    related_links.first_seen, related_links.last_seen, related_links.last_seen = pages.links_seen AS is_shown
FROM related_links JOIN pages ON pages.id = page_id LEFT JOIN pages AS targets ON targets.id = target_id
WHERE page_id = ? AND (? IS NULL OR kind = ?)
ORDER BY is_shown DESC, CASE WHEN is_shown THEN position END, related_links.last_seen DESC, position, related_links.id
LIMIT ?
"""
POINTED_BY = """
SELECT pages.url AS url, pages.article_id AS article_id, headline, kind, block, position,
    related_links.first_seen, related_links.last_seen, related_links.last_seen = pages.links_seen AS is_shown
FROM related_links JOIN pages ON pages.id = page_id
WHERE target_id IN (SELECT id FROM pages WHERE id = ?1 OR article_id = ?2) AND (?3 IS NULL OR kind = ?3)
    AND page_id NOT IN (SELECT id FROM pages WHERE id = ?1 OR article_id = ?2)
ORDER BY is_shown DESC, related_links.last_seen DESC, related_links.id LIMIT ?4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A headline that leads from one page to another."""

    url: str
    """Of the page at its other end; "" where a page survives as text only."""
    article_id: int | None
    """The article at its other end, if that is archived."""
    headline: str
    kind: LinkKind
    block: str
    """The heading above the list, or ""."""
    position: int
    """Among the related links of its page, from 0, when last seen."""
    first_seen: datetime
    last_seen: datetime
    is_shown: bool
    """Whether its page showed it when last read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """What a page points to and what points to it."""

    url: str
    article_id: int | None
    """The article that the page holds; None: it holds none, or was never visited."""
    points_to: tuple[Edge, ...]
    """What it shows in page order, then what it showed once, the latest first."""
    pointed_by: tuple[Edge, ...]
    """What shows it, then what showed it once, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingStory:
    """A story that pages show by its headline and the archive lacks."""

    url: str
    headline: str
    """As it was shown last."""
    sites: tuple[str, ...]
    """Hosts of the sites whose pages show it, in alphabetical order."""
    pages: int
    """That show it, or did once."""
    first_seen: datetime
    last_seen: datetime
    source: str | None
    """Host of its own site; None: that is not crawled."""
    outcome: Outcome | None
    """Why it is not there; None: never visited."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFilters:
    """Missing stories that count; None lets all pass."""

    source: str | None = None
    """Shown by pages of this site: host, host above it, address or name."""
    site: str | None = None
    """At this host or one below it."""
    since: datetime | None = None
    """Shown then or later, with time zone."""
    least_sites: int = 1
    """Shown by pages of so many sites."""


ALL_MISSING = MissingFilters()


def relations(
    archive: Connection, url_or_id: str, kind: LinkKind | None = None, limit: int = 50
) -> Relations:
    """Return what an article or another page points to and what points to it, at most limit of either.

    Raises NotInArchiveError if no page of the archive has this address.
    """
    with archive_errors(archive):
        page = _page(archive, url_or_id)
        to = archive.execute(POINTS_TO, (page["id"], kind, kind, max(limit, 0)))
        by = archive.execute(POINTED_BY, (page["id"], page["article_id"], kind, max(limit, 0)))
        return Relations(
            url=page["url"],
            article_id=page["article_id"],
            points_to=tuple(_edge(row) for row in to),
            pointed_by=tuple(_edge(row) for row in by),
        )


def missing(
    archive: Connection, filters: MissingFilters = ALL_MISSING, limit: int = 50
) -> list[MissingStory]:
    """Return at most limit stories that pages show and the archive lacks, those that most sites show first.

    Raises QueryError if no source is of that name.
    """
    with archive_errors(archive):
        condition = Condition("sites >= ?", (filters.least_sites,))
        if filters.source is not None:
            of_source = from_source(archive, filters.source, "showing.source_id")
            condition &= Condition(
                f"""EXISTS (SELECT 1 FROM related_links JOIN pages AS showing ON showing.id = related_links.page_id
                WHERE target_id = missing_stories.page_id AND {of_source.sql})""",  # noqa: S608 - text of this program
                of_source.values,
            )
        if filters.since is not None:
            condition &= Condition("last_seen >= ?", (bound_text(filters.since),))
        rows = archive.execute(
            f"SELECT * FROM missing_stories WHERE {condition.sql} ORDER BY sites DESC, pages DESC, last_seen DESC, url",  # noqa: S608
            condition.values,
        )
        found: list[MissingStory] = []
        for row in rows:
            if len(found) >= limit:
                break
            if filters.site is None or _is_at(row["url"], filters.site):
                found.append(_missing_story(archive, row))
        return found


def _page(archive: Connection, url_or_id: str) -> Row:
    """Return the page at an address, else that of the article which an id or address leads to."""
    wanted = storable(url_or_id.strip())
    page: Row | None = archive.execute("SELECT * FROM pages WHERE url = ?", (wanted,)).fetchone()
    if page is not None:
        return page
    try:
        article_id = article_id_of(archive, wanted)
    except NotInArchiveError:
        page = archive.execute("SELECT * FROM pages WHERE url = ?", (f"{wanted}/",)).fetchone()
        if page is None:
            raise
        return page
    row: Row = archive.execute(
        "SELECT pages.* FROM articles JOIN pages ON pages.id = page_id WHERE articles.id = ?", (article_id,)
    ).fetchone()
    return row


def _edge(row: Row) -> Edge:
    return Edge(
        url=row["url"] or "",
        article_id=row["article_id"],
        headline=row["headline"],
        kind=LinkKind(row["kind"]),
        block=row["block"],
        position=row["position"],
        first_seen=time_of(row["first_seen"]),
        last_seen=time_of(row["last_seen"]),
        is_shown=bool(row["is_shown"]),
    )


def _missing_story(archive: Connection, row: Row) -> MissingStory:
    sites = archive.execute(
        """
        SELECT DISTINCT host FROM related_links JOIN pages ON pages.id = page_id
        JOIN sources ON sources.id = source_id WHERE target_id = ? AND kind <> 'sponsored' ORDER BY host
        """,
        (row["page_id"],),
    )
    headline = archive.execute(
        "SELECT headline FROM related_links WHERE target_id = ? AND kind <> 'sponsored' "
        "ORDER BY last_seen DESC, id DESC LIMIT 1",
        (row["page_id"],),
    ).fetchone()
    return MissingStory(
        url=row["url"],
        headline=headline["headline"],
        sites=tuple(host for (host,) in sites),
        pages=row["pages"],
        first_seen=time_of(row["first_seen"]),
        last_seen=time_of(row["last_seen"]),
        source=row["source"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        detail=row["detail"],
    )


def _is_at(url: str, site: str) -> bool:
    host, wanted = host_of(url), host_of(site) or site.strip().lower().removeprefix("www.")
    return wanted in (host, host.partition(":")[0]) or host.endswith(f".{wanted}")
