"""All that the archive knows of one address: how it was found, each visit, what became of it, who points to it."""

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError
from archiver.items import FoundBy, Image, Outcome
from db.connection import archive_errors
from db.crawls.announced import announced_visit, dated_in_vain
from db.crawls.funnels import IS_CRAWL, LATEST
from db.crawls.lookups import page_state
from db.crawls.schedule import PageStatus
from db.raw_pages.sameness import VISITS_OF_PAGE
from db.raw_pages.warc_places import WarcPlace
from db.values import images_of, list_of, plain_host, storable, time_of, time_or_none

# Pages that point to an address, of those the latest.
MOST_POINTERS = 10

PAGE = """
SELECT pages.*, sources.host AS source, origins.url AS found_on,
    pages.outcome IS 'listing' OR EXISTS (SELECT 1 FROM sources WHERE sources.url = pages.url)
        OR EXISTS (SELECT 1 FROM captures WHERE page_id = pages.id AND captures.outcome = 'listing') AS is_listing
FROM pages LEFT JOIN sources ON sources.id = pages.source_id
LEFT JOIN pages AS origins ON origins.id = pages.found_on_id
WHERE pages.url = ?
"""
LAST_CRAWL = f"""
WITH {LATEST}
SELECT ifnull(
    (SELECT max(latest.started) FROM latest CROSS JOIN funnels ON crawl_id = latest.id WHERE source_id = ?1),
    (SELECT max(started) FROM funnels JOIN crawls ON crawls.id = crawl_id WHERE source_id = ?1 AND {IS_CRAWL}))
"""  # noqa: S608 - only text of this program


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitAccount:
    """One visit, or those of a day that found a listing unchanged."""

    fetched: datetime
    """The last of them."""
    fetches: int
    """How many."""
    unchanged_since: datetime | None
    """The first of them; None: it is one."""
    crawl_id: int
    outcome: Outcome
    detail: str
    status: int | None
    """HTTP; None if no response arrived."""
    final_url: str
    length: int | None
    """Bytes, unpacked."""
    place: WarcPlace | None
    """Where the record of its response stands; None if it was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAccount:
    """One version of the article that the page holds."""

    number: int
    seen_at: datetime
    headline: str
    cause: str
    """publisher or parser: who made it differ from the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A page that shows the address by a headline."""

    url: str
    headline: str
    kind: str
    block: str
    first_seen: datetime
    last_seen: datetime
    is_shown: bool
    """Whether the page showed it when last read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAccount:
    """One address and its story."""

    url: str
    source: str | None
    """Host of its site; None: it is of no site that is crawled."""
    found_by: FoundBy | None
    found_on: str | None
    first_seen: datetime
    listed_headline: str | None
    listed_published: str | None
    listed_modified: str | None
    listed_language: str | None
    listed_keywords: tuple[str, ...]
    listed_images: tuple[Image, ...]
    state: PageStatus
    attempts: int
    next_visit: datetime | None
    announced: datetime | None
    """From when on crawls visit it because its site says that it changed; None if it has not since the last visit."""
    outcome: Outcome | None
    detail: str
    article_id: int | None
    article_url: str | None
    visits: tuple[VisitAccount, ...]
    """Oldest first; only the latest if no more were asked for. What robots.txt forbade is none: nothing was fetched."""
    visit_count: int
    """How many there are in all."""
    versions: tuple[VersionAccount, ...]
    links: int
    """Related links that it showed when it was last read."""
    pointers: tuple[Pointer, ...]
    """The latest of those that show it, or did once."""
    pointer_count: int
    """How many there are in all."""
    is_listing: bool
    """A front page, feed or sitemap: crawls find stories by it."""


def page_account(archive: Connection, url: str, visits: int | None = None) -> PageAccount:
    """Return all that is known of the page at url, canonical, with at most so many visits; None: with all.

    Raises NotInArchiveError, which says what may be why.
    """
    with archive_errors(archive):
        row = archive.execute(PAGE, (storable(url),)).fetchone() or _landed(archive, url)
        if row is None:
            raise NotInArchiveError(_why_unknown(archive, url))
        versions = _versions(archive, row["article_id"])
        return PageAccount(
            url=row["url"],
            source=row["source"],
            found_by=None if row["found_by"] is None else FoundBy(row["found_by"]),
            found_on=row["found_on"],
            first_seen=time_of(row["first_seen"]),
            listed_headline=row["listed_headline"],
            listed_published=row["listed_published"],
            listed_modified=row["listed_modified"],
            listed_language=row["listed_language"],
            listed_keywords=list_of(row["listed_keywords"]),
            listed_images=images_of(row["listed_images"]),
            state=PageStatus(row["state"]),
            attempts=row["attempts"],
            next_visit=time_or_none(row["next_visit"]),
            announced=_announced(archive, row),
            outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
            detail=row["detail"],
            article_id=row["article_id"],
            article_url=_article_url(archive, row["article_id"]),
            visits=_visits(archive, row["id"], -1 if visits is None else visits),
            visit_count=_visit_count(archive, row["id"]),
            versions=versions,
            links=_links(archive, row["id"]),
            pointers=_pointers(archive, row["id"]),
            pointer_count=_pointer_count(archive, row["id"]),
            is_listing=bool(row["is_listing"]),
        )


def is_known(archive: Connection, url: str) -> bool:
    """Return whether the archive has a page at url, or one that led there."""
    with archive_errors(archive):
        return bool(archive.execute(PAGE, (storable(url),)).fetchone() or _landed(archive, url))


def _landed(archive: Connection, url: str) -> Row | None:
    """Return the page that led to url by a redirect, or whose article names url as its own."""
    found = archive.execute(
        "SELECT pages.url FROM articles JOIN pages ON pages.id = page_id WHERE articles.url = ?",
        (storable(url),),
    ).fetchone()
    return None if found is None else archive.execute(PAGE, (found["url"],)).fetchone()


def _why_unknown(archive: Connection, url: str) -> str:
    wanted = plain_host(url.partition("://")[2].partition("/")[0])
    hosts = [host for (host,) in archive.execute("SELECT host FROM sources ORDER BY id")]
    if any(wanted == host or wanted.endswith(f".{host}") or host.endswith(f".{wanted}") for host in hosts):
        return (
            f"{url} was never met: no feed, sitemap, front page or related headline named it so far; "
            "`archiver crawl` with its site's feeds or sitemaps in sources.toml may find it"
        )
    known = ", ".join(hosts[:5]) + (", ..." if len(hosts) > 5 else "")
    return f"{url} was never met, and its site is none of the archive's ({known or 'it has none'}): crawl it first"


def _visits(archive: Connection, page_id: int, limit: int) -> tuple[VisitAccount, ...]:
    rows = archive.execute(
        "SELECT * FROM captures WHERE page_id = ? AND NOT rendered ORDER BY id DESC LIMIT ?", (page_id, limit)
    ).fetchall()
    return tuple(
        VisitAccount(
            fetched=time_of(row["fetched"]),
            fetches=row["fetches"],
            unchanged_since=time_or_none(row["unchanged_since"]),
            crawl_id=row["crawl_id"],
            outcome=Outcome(row["outcome"]),
            detail=row["detail"],
            status=row["status"],
            final_url=row["final_url"],
            length=row["length"],
            place=_place(row),
        )
        for row in reversed(rows)
    )


def _visit_count(archive: Connection, page_id: int) -> int:
    return int(archive.execute(VISITS_OF_PAGE, (page_id,)).fetchone()[0])


def _place(row: Row) -> WarcPlace | None:
    if row["warc_file"] is None:
        return None
    return WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])


def _announced(archive: Connection, page: Row) -> datetime | None:
    (read,) = archive.execute(LAST_CRAWL, (page["source_id"],)).fetchone()
    state = page_state(archive, page["url"])
    if read is None or state is None:
        return None
    by_dates = state.source_id not in dated_in_vain(archive, time_of(read))
    return announced_visit(archive, state, time_of(read), by_dates=by_dates)


def _article_url(archive: Connection, article_id: int | None) -> str | None:
    row = archive.execute("SELECT url FROM articles WHERE id = ?", (article_id,)).fetchone()
    return None if row is None else str(row["url"])


def _versions(archive: Connection, article_id: int | None) -> tuple[VersionAccount, ...]:
    rows = archive.execute(
        "SELECT number, seen_at, headline, cause FROM article_versions WHERE article_id = ? ORDER BY number",
        (article_id,),
    )
    return tuple(
        VersionAccount(
            number=row["number"],
            seen_at=time_of(row["seen_at"]),
            headline=row["headline"],
            cause=row["cause"],
        )
        for row in rows
    )


def _links(archive: Connection, page_id: int) -> int:
    row = archive.execute(
        """
        SELECT count(*) FROM related_links JOIN pages ON pages.id = page_id
        WHERE page_id = ? AND last_seen = links_seen
        """,
        (page_id,),
    ).fetchone()
    return int(row[0])


def _pointers(archive: Connection, page_id: int) -> tuple[Pointer, ...]:
    rows = archive.execute(
        """
        SELECT pages.url, headline, kind, block, related_links.first_seen, last_seen,
            last_seen = links_seen AS is_shown
        FROM related_links JOIN pages ON pages.id = page_id
        WHERE target_id = ? ORDER BY last_seen DESC, related_links.id LIMIT ?
        """,
        (page_id, MOST_POINTERS),
    )
    return tuple(
        Pointer(
            url=row["url"],
            headline=row["headline"],
            kind=row["kind"],
            block=row["block"],
            first_seen=time_of(row["first_seen"]),
            last_seen=time_of(row["last_seen"]),
            is_shown=bool(row["is_shown"]),
        )
        for row in rows
    )


def _pointer_count(archive: Connection, page_id: int) -> int:
    row = archive.execute("SELECT count(*) FROM related_links WHERE target_id = ?", (page_id,)).fetchone()
    return int(row[0])
