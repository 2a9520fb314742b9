"""What a crawl asks the archive before it fetches or stores: has this page, this article been seen?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from sqlite3 import Connection, Row
from typing import cast

from archiver.items import FoundBy, Listing, Outcome, StoryAddress
from db.crawls.funnels import IS_CRAWL
from db.crawls.schedule import PageStatus
from db.digests import EMPTY_BODY
from db.raw_pages.warc_places import WarcPlace
from db.values import storable, time_of, time_or_none, time_text

ARTICLE = """
SELECT articles.id, articles.url, headline, content_digest, ifnull(
    (SELECT own.url FROM pages AS own WHERE own.url = articles.url AND own.article_id = articles.id),
    (SELECT first.url FROM pages AS first WHERE first.id = articles.page_id)) AS page_url
"""


# Of the pages of a source, those that a crawl may visit, and of those visited before, those whose turn it is.
WAITS = """
sources.url = :source AND pages.found_by IS NOT NULL AND (:longest IS NULL OR length(pages.url) <= :longest)
"""
IS_DUE = """
pages.next_visit IS NULL OR pages.next_visit <= :now OR pages.last_visited > :now
OR pages.last_visited <= :before AND (pages.article_id IS NOT NULL OR pages.attempts > 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """An archived article, as far as telling versions and copies apart needs it."""

    id: int
    url: str
    page_url: str
    """The page that it is read from: the one at its address once that gave it, else the one that gave it first."""
    headline: str
    content_digest: str
    earlier: frozenset[str]
    """Content digests of its earlier versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCapture:
    """The latest fetch of a page that brought its bytes."""

    fetched: datetime
    final_url: str
    """Where redirects led."""
    digest: str
    """Of the bytes, as db.digests.bytes_digest gives it."""
    etag: str | None
    last_modified: str | None
    """The header as the server sent it."""
    content_type: str | None
    place: WarcPlace | None
    """Of the bytes, also where the fetch itself brought none; None if they were not kept."""
    holder_id: int | None
    """The capture whose record holds the bytes; None if they were not kept."""
    outcome: Outcome
    unmodified: int
    """How often the server said since then that nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What is known of one page."""

    url: str
    source_id: int | None
    outcome: Outcome | None
    """Of the latest visit; None if it was never visited."""
    last_visited: datetime | None
    first_seen: datetime
    listed_published: datetime | None
    """When its story appeared, as a feed or sitemap says."""
    listed_modified: datetime | None
    """When a feed or sitemap last said that it changed."""
    article_id: int | None
    state: PageStatus
    next_visit: datetime | None
    """Not before; None: at once if it is pending, never if it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """A page that waits for a visit, the first or a further one."""

    url: str
    found_by: FoundBy
    found_on: str | None
    listing: Listing
    is_due: bool = False
    """Whether it was visited before."""


def known_article(archive: Connection, *, page_url: str, article_url: str) -> KnownArticle | None:
    """Return the article at article_url or, if there is none, the one that the page at page_url held."""
    by_url = f"{ARTICLE} FROM articles WHERE url = ?"
    by_page = f"{ARTICLE} FROM pages JOIN articles ON articles.id = article_id WHERE pages.url = ?"
    row = archive.execute(by_url, (storable(article_url),)).fetchone()
    row = row or archive.execute(by_page, (storable(page_url),)).fetchone()
    return None if row is None else _known(archive, row)


def article_with_body(archive: Connection, source: str, body_digest: str) -> KnownArticle | None:
    """Return the first article of the source at address source whose body has these words, if any.

    A body without words is like no other.
    """
    if body_digest == EMPTY_BODY:
        return None
    row = archive.execute(
        f"""
        {ARTICLE} FROM articles JOIN sources ON sources.id = source_id
        WHERE sources.url = ? AND body_digest = ? ORDER BY articles.id LIMIT 1
        """,
        (storable(source), body_digest),
    ).fetchone()
    return None if row is None else _known(archive, row)


def article_at_address(archive: Connection, addresses: Sequence[StoryAddress]) -> KnownArticle | None:
    """Return the first article of which one of these is the address, by whichever version of the rules."""
    for each in reversed(addresses):
        row = archive.execute(
            f"""
            {ARTICLE} FROM story_addresses JOIN articles ON articles.id = article_id
            WHERE address = ? AND version = ? ORDER BY articles.id LIMIT 1
            """,
            (each.address, each.version),
        ).fetchone()
        if row is not None:
            return _known(archive, row)
    return None


def body_of(archive: Connection, article_id: int) -> str:
    """Return the text of an article that the archive has."""
    return str(archive.execute("SELECT body FROM articles WHERE id = ?", (article_id,)).fetchone()[0])


def last_capture(archive: Connection, page_url: str) -> LastCapture | None:
    """Return the latest fetch of a page that a server answered with success and a body, if any; never a rendering.

    It is what a conditional request can name, and what new bytes are compared with.
    """
    row = archive.execute(
        """
        SELECT captures.*, (
            SELECT ifnull(sum(fetches), 0) FROM captures AS later
            WHERE later.page_id = pages.id AND later.id > captures.id AND later.status = 304) AS unmodified
        FROM captures JOIN pages ON pages.id = page_id
        WHERE url = ? AND captures.status BETWEEN 200 AND 299 AND length > 0 AND NOT rendered
        ORDER BY fetched DESC, captures.id DESC LIMIT 1
        """,
        (storable(page_url),),
    ).fetchone()
    if row is None:
        return None
    holder = _holder(archive, row)
    return LastCapture(
        fetched=time_of(row["fetched"]),
        final_url=row["final_url"],
        digest=row["digest"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        content_type=row["content_type"],
        place=None if holder is None else _place(holder),
        holder_id=None if holder is None else holder["id"],
        outcome=Outcome(row["outcome"]),
        unmodified=row["unmodified"],
    )


def bytes_place(archive: Connection, capture_id: int) -> WarcPlace | None:
    """Return where the bytes of a capture stand, which may be an earlier one's; None if they were not kept."""
    row = archive.execute("SELECT * FROM captures WHERE id = ?", (capture_id,)).fetchone()
    holder = None if row is None else _holder(archive, row)
    return None if holder is None else _place(holder)


def page_state(archive: Connection, url: str) -> PageState | None:
    """Return what is known of the page at url, None if it was never seen."""
    row = archive.execute("SELECT * FROM pages WHERE url = ?", (storable(url),)).fetchone()
    if row is None:
        return None
    return PageState(
        url=row["url"],
        source_id=row["source_id"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        last_visited=time_or_none(row["last_visited"]),
        first_seen=time_of(row["first_seen"]),
        listed_published=time_or_none(row["listed_published"]),
        listed_modified=time_or_none(row["listed_modified"]),
        article_id=row["article_id"],
        state=PageStatus(row["state"]),
        next_visit=time_or_none(row["next_visit"]),
    )


def waiting(
    archive: Connection,
    source: str,
    limit: int,
    *,
    now: datetime,
    after: timedelta | None = None,
    longest: int | None = None,
) -> list[WaitingPage]:
    """Return up to limit pages of the source at address source never visited yet, and as many due again.

    The former come in the order of their priority, newest listed first, the latter in the order in which they
    became due, those that failed in turn with the others; with after, stories visited longer ago than that are due
    too, whenever their turn is, and what failed then in a way that may pass. What was visited by a clock that was
    ahead is due now. Addresses of more than longest characters, which nobody will ever visit, take no place among them.
    """
    known = f"""
        SELECT pages.*, origins.url AS found_on
        FROM pages JOIN sources ON sources.id = pages.source_id
        LEFT JOIN pages AS origins ON origins.id = pages.found_on_id
        WHERE pages.state = 'pending' AND {WAITS}
    """  # noqa: S608 - only text of this program
    new = f"""
        {known} AND pages.outcome IS NULL
        ORDER BY pages.priority, ifnull(pages.listed_published, pages.listed_modified) DESC,
            pages.first_seen DESC, pages.id
        LIMIT :limit
    """
    again = f"""
        {known} AND pages.outcome IS NOT NULL AND ({IS_DUE})
        ORDER BY pages.next_visit, pages.id
        LIMIT :limit
    """
    values = {
        "source": storable(source),
        "longest": longest,
        "limit": limit,
        "now": time_text(now),
        "before": None if after is None else time_text(now - after),
    }
    unvisited, due = (archive.execute(sql, values).fetchall() for sql in (new, again))
    # A site is left alone after some failures in a row, which shall not be those of before alone.
    failed, others = (
        [row for row in due if bool(row["attempts"]) is has_failed] for has_failed in (True, False)
    )
    in_turn = (row for pair in zip_longest(others, failed) for row in pair if row is not None)
    return [_waiting_page(row) for row in chain(unvisited, in_turn)]


def left_waiting(
    archive: Connection,
    source: str,
    *,
    began: datetime,
    now: datetime,
    after: timedelta | None = None,
    longest: int | None = None,
) -> int:
    """Return how many pages waiting() would give now were there no limit, and those that a crawl did not come to.

    With after, what was visited since the crawl began is not due again by that alone.
    """
    own = f"SELECT count(*) FROM pages JOIN sources ON sources.id = pages.source_id WHERE {WAITS}"  # noqa: S608 - as above
    row = archive.execute(
        f"""
        SELECT ({own} AND pages.state = 'pending' AND pages.outcome IS NULL)
            + ({own} AND pages.state = 'pending' AND pages.outcome IS NOT NULL AND ({IS_DUE}))
            + ({own} AND pages.state = 'leased')
        """,
        {
            "source": storable(source),
            "longest": longest,
            "now": time_text(now),
            "before": None if after is None else time_text(began - max(after, timedelta(seconds=1))),
        },
    ).fetchone()
    return int(row[0])


def related_addresses(archive: Connection, page_url: str) -> list[str]:
    """Return the addresses of the related links that a page showed when it was last seen, in page order."""
    rows = archive.execute(
        """
        SELECT targets.url FROM pages
        JOIN related_links ON page_id = pages.id AND last_seen = pages.links_seen
        JOIN pages AS targets ON targets.id = target_id
        WHERE pages.url = ? GROUP BY targets.url ORDER BY min(position)
        """,
        (storable(page_url),),
    )
    return [url for (url,) in rows]


def _known(archive: Connection, row: Row) -> KnownArticle:
    earlier = archive.execute("SELECT content_digest FROM revisions WHERE article_id = ?", (row["id"],))
    return KnownArticle(
        id=row["id"],
        url=row["url"],
        page_url=row["page_url"],
        headline=row["headline"],
        content_digest=row["content_digest"],
        earlier=frozenset(digest for (digest,) in earlier),
    )


def _holder(archive: Connection, capture: Row) -> Row | None:
    """Return the capture whose record holds the bytes of another, or its own; None if they were not kept.

    Before there was refers_to, captures of the same bytes shared the place of the first.
    """
    row = archive.execute(
        """
        SELECT id, warc_file, warc_offset, warc_length FROM captures
        WHERE id = ifnull(?1, (SELECT min(id) FROM captures WHERE warc_file = ?2 AND warc_offset = ?3))
            AND warc_file IS NOT NULL
        """,
        (capture["refers_to"], capture["warc_file"], capture["warc_offset"]),
    ).fetchone()
    return None if row is None else cast("Row", row)


def _place(row: Row) -> WarcPlace:
    return WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])


def _waiting_page(row: Row) -> WaitingPage:
    return WaitingPage(
        url=row["url"],
        found_by=FoundBy(row["found_by"]),
        found_on=row["found_on"],
        listing=Listing(
            url=row["url"],
            headline=row["listed_headline"],
            date_published=time_or_none(row["listed_published"]),
            date_modified=time_or_none(row["listed_modified"]),
        ),
        is_due=row["outcome"] is not None,
    )


def is_listing(archive: Connection, url: str) -> bool:
    """Return whether a page was a listing when it was last visited."""
    row = archive.execute("SELECT outcome FROM pages WHERE url = ?", (storable(url),)).fetchone()
    return row is not None and row["outcome"] in (Outcome.LISTING, Outcome.UNCHANGED)


def last_fetching_crawl(archive: Connection, source: str, before: int) -> datetime | None:
    """Return when the last crawl before that one began that had anything of the source at address source, if any."""
    row = archive.execute(
        f"""
        SELECT crawls.started FROM funnels JOIN crawls ON crawls.id = funnels.crawl_id
        WHERE funnels.source_id = (SELECT id FROM sources WHERE url = ?) AND crawl_id < ? AND funnels.fetched > 0
            AND {IS_CRAWL}
        ORDER BY crawl_id DESC LIMIT 1
        """,  # noqa: S608 - only text of this program
        (storable(source), before),
    ).fetchone()
    return None if row is None else time_of(row["started"])
