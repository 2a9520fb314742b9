"""Writing to an archive: crawls, what they found, what came of each visit; a function is a transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from sqlite3 import Connection

from archiver.items import Article, CrawlState, Discovery, FoundBy, Listing, Outcome, RawResponse, Visit
from db.articles import Place, record_article
from db.connection import transaction
from db.crawls.funnels import close_funnels, count_discovered
from db.crawls.lookups import (
    KnownArticle,
    LastCapture,
    PageState,
    WaitingPage,
    article_with_body,
    known_article,
    last_capture,
    page_state,
    waiting,
)
from db.crawls.schedule import REVISIT_AGES, close_turn, release_leases
from db.digests import body_digest, bytes_digest
from db.forgetting.forgotten import forgetting_of_visit, keep_out, not_forgotten
from db.headlines import see_listed_headlines, see_stated_titles
from db.ids import next_id
from db.links import keep_links, record_links
from db.pages import (
    FoundPage,
    Priority,
    add_pages,
    claim_pages,
    list_pages,
    page_row,
    source_row,
    visited_page,
)
from db.raw_pages.rendered import KeptRendering, add_rendering
from db.raw_pages.sameness import see_again
from db.raw_pages.warc_places import WarcPlace
from db.values import storable, storable_or_none, time_text

__all__ = [
    "CrawlState",
    "Kept",
    "KnownArticle",
    "LastCapture",
    "PageState",
    "WaitingPage",
    "add_discovery",
    "add_source",
    "article_with_body",
    "finish_crawl",
    "known_article",
    "last_capture",
    "page_state",
    "record_visit",
    "start_crawl",
    "waiting",
]


# Outcomes of an address that nothing was asked of: there is no fetch to record.
NOT_ASKED = frozenset({Outcome.ROBOTS, Outcome.TRAP})


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a response's record stands in the WARC files, and the bytes that it brought."""

    place: WarcPlace | None
    """None: it has none, for it is one more of the fetches that seen_again stands for."""
    refers_to: int | None = None
    """The capture whose record holds the bytes; None: this record does."""
    seen_again: int | None = None
    """The capture of an unchanged listing that stands for its fetches of that day."""
    rendered: KeptRendering | None = None
    """Where what a browser made of it stands; None: nothing was made, or kept."""


def start_crawl(
    archive: Connection, *, started: datetime, arguments: Mapping[str, object], version: str
) -> int:
    """Record that a crawl begins and return its id; one that still stands as running was killed.

    arguments is kept as JSON; what JSON cannot say is kept as its text.
    """
    with transaction(archive):
        killed = archive.execute("SELECT id FROM crawls WHERE state = 'running'").fetchall()
        for (crawl_id,) in killed:
            archive.execute("UPDATE crawls SET state = 'interrupted' WHERE id = ?", (crawl_id,))
            close_funnels(archive, crawl_id)
        release_leases(archive)
        row = archive.execute(
            "INSERT INTO crawls(started, state, arguments, version) VALUES (?, ?, ?, ?) RETURNING id",
            (time_text(started), CrawlState.RUNNING, json.dumps(dict(arguments), default=str), version),
        ).fetchone()
    return int(row[0])


def finish_crawl(archive: Connection, crawl_id: int, *, finished: datetime, state: CrawlState) -> None:
    """Record that a crawl ended, and how."""
    with transaction(archive):
        archive.execute(
            "UPDATE crawls SET finished = ?, state = ? WHERE id = ?", (time_text(finished), state, crawl_id)
        )
        close_funnels(archive, crawl_id)
        archive.execute("PRAGMA optimize")  # so that the next search's plan knows the sizes of the tables


def add_source(archive: Connection, url: str, seen: datetime, name: str | None = None) -> int:
    """Return the id of the source at address url, made if there is none; name, if given, becomes its name."""
    with transaction(archive):
        return source_row(archive, url, time_text(seen), name)


def add_discovery(archive: Connection, discovery: Discovery, crawl_id: int | None = None) -> int:
    """Add the pages that a feed, sitemap or front page names, all of its source; return how many were new.

    crawl_id is the crawl that counts them, if one does. How a page was found first stays; what is said of it
    (headline, dates) is filled in and updated.
    """
    moment = time_text(discovery.seen)
    with transaction(archive):
        source_id = source_row(archive, discovery.source, moment)
        found_on = page_row(archive, discovery.found_on, moment, source_id)
        listings = not_forgotten(archive, discovery.listings, lambda listing: listing.url)
        pages = [
            FoundPage(storable(listing.url), source_id, _priority(discovery.found_by, listing))
            for listing in listings
        ]
        new = add_pages(archive, pages, discovery.found_by, found_on, moment)
        claim_pages(archive, (listing.url for listing in listings), source_id)
        list_pages(archive, listings)
        see_listed_headlines(archive, replace(discovery, listings=tuple(listings)), found_on)
        if crawl_id is not None:
            count_discovered(archive, crawl_id, source_id, new)
    return new


def record_visit(
    archive: Connection,
    crawl_id: int,
    visit: Visit,
    kept: Kept | None = None,
    own: Iterable[str] = (),
    ages: Sequence[timedelta] = REVISIT_AGES,
) -> Outcome:
    """Record one visit: its page, capture, article, related links and count; return its outcome.

    kept is where the response's record stands, None if it was not kept; own are the targets of its related links
    that belong to its source, also at other hosts, so that a later crawl finds them waiting; ages are those at
    which a story is looked at again. The outcome is the visit's own but for one case: a story that another page
    stored since comes out as unchanged, changed or duplicate, and of one that was forgotten on purpose nothing is
    recorded but that it was met. A visit that failed leaves article and related
    links as they are. Raises ValueError if the visit lacks the article or article_id that its outcome needs.
    """
    seen = time_text(visit.fetched)
    with transaction(archive):
        source_id = source_row(archive, visit.source, seen)
        if _is_left_out(archive, visit):
            _count_visit(archive, crawl_id, source_id, Outcome.FORGOTTEN)
            return Outcome.FORGOTTEN
        page_id = visited_page(archive, visit, source_id)
        capture_id = (
            None if visit.outcome in NOT_ASKED else _add_capture(archive, crawl_id, page_id, visit, kept)
        )
        fetched_id = capture_id
        if capture_id is not None and kept and kept.rendered and visit.rendered:
            capture_id = add_rendering(archive, capture_id, visit.rendered, kept.rendered)
        rows = Place(page_id=page_id, source_id=source_id, capture_id=capture_id)
        outcome, article_id = record_article(archive, visit, rows)
        archive.execute(
            "UPDATE captures SET outcome = ? WHERE id IN (?, ?)", (outcome, fetched_id, capture_id)
        )
        if visit.found_by is FoundBy.IMPORT and _was_visited_after(archive, page_id, seen):
            _note_earlier_visit(archive, page_id, article_id)
        else:
            _close_visit(archive, page_id, visit, outcome, article_id)
            close_turn(archive, page_id, visit, outcome, ages)
            new = _record_related(archive, page_id, visit, seen)
            count_discovered(archive, crawl_id, source_id, new)
        if article_id is not None and visit.split is not None:
            see_stated_titles(archive, page_id, visit.split.titles, seen)
        claim_pages(archive, own, source_id)
        _count_visit(archive, crawl_id, source_id, outcome)
    return outcome


def _is_left_out(archive: Connection, visit: Visit) -> bool:
    """Whether a visit is to a story that was forgotten; then its other addresses are kept out, too."""
    article = visit.split.article if visit.split else None
    addresses = {visit.url, visit.final_url} | ({article.url} if article and article.url else set())
    text = body_digest(article.body) if article else None
    forgetting = forgetting_of_visit(archive, visit.source, addresses, text)
    if forgetting is not None:
        keep_out(archive, forgetting, addresses)
    return forgetting is not None


def _add_capture(
    archive: Connection,
    crawl_id: int,
    page_id: int,
    visit: Visit,
    kept: Kept | None,
) -> int | None:
    response, place = visit.response, kept and kept.place
    values = {
        "page_id": page_id,
        "crawl_id": crawl_id,
        "fetched": time_text(visit.fetched),
        "final_url": storable(visit.final_url),
        "status": response and response.status,
        "content_type": _header(response, "content-type"),
        "length": response and len(response.body),
        "digest": bytes_digest(response.body) if response and response.body else None,
        "etag": _header(response, "etag"),
        "last_modified": _header(response, "last-modified"),
        "outcome": visit.outcome,
        "detail": storable(visit.detail),
        "warc_file": place and place.file,
        "warc_offset": place and place.offset,
        "warc_length": place and place.length,
        "refers_to": kept and kept.refers_to,
    } | _measures(visit)
    if kept and kept.seen_again is not None:
        see_again(archive, kept.seen_again, values)
        return kept.seen_again
    return archive.execute(
        f"""
        INSERT INTO captures(id, page_id, crawl_id, fetched, final_url, status, content_type, length, digest,
                             etag, last_modified, outcome, detail, warc_file, warc_offset, warc_length,
                             refers_to, body_length, has_date, has_author, link_count)
        VALUES ({next_id("captures")}, :page_id, :crawl_id, :fetched, :final_url, :status, :content_type, :length,
                :digest,
                :etag, :last_modified, :outcome, :detail, :warc_file, :warc_offset, :warc_length,
                :refers_to, :body_length, :has_date, :has_author, :link_count)
        """,  # noqa: S608 - only text of this program
        values,
    ).lastrowid


def _priority(found_by: FoundBy, listing: Listing) -> Priority:
    is_dated = listing.date_published is not None
    return Priority.MAPPED if found_by is FoundBy.SITEMAP and not is_dated else Priority.LISTED


def _measures(visit: Visit) -> dict[str, int | None]:
    """Return what of a story was read from a page, without its words; all None where there is none."""
    article = visit.split.article if visit.split else None
    return {
        "body_length": len(article.body) if article else None,
        "has_date": int(_states_a_date(article, visit.listing)) if article else None,
        "has_author": int(bool(article.authors)) if article else None,
        "link_count": len(visit.split.related) if visit.split else None,
    }


def _states_a_date(article: Article, listing: Listing | None) -> bool:
    """Whether a page gives its story's date itself: what a feed says of it is none of its own."""
    is_listed = listing is not None and article.sources.date_published is None
    return article.date_published is not None and not is_listed


def _header(response: RawResponse | None, name: str) -> str | None:
    headers = response.headers if response else ()
    return next((storable_or_none(value) for key, value in headers if key.lower() == name), None)


def _close_visit(
    archive: Connection, page_id: int, visit: Visit, outcome: Outcome, article_id: int | None
) -> None:
    archive.execute(
        """
        UPDATE pages SET outcome = ?, detail = ?, status = ?, last_visited = ?, visits = visits + 1,
            article_id = ifnull(?, article_id)
        WHERE id = ?
        """,
        (
            outcome,
            storable(visit.detail),
            visit.response and visit.response.status,
            time_text(visit.fetched),
            article_id,
            page_id,
        ),
    )


def _was_visited_after(archive: Connection, page_id: int, seen: str) -> bool:
    row = archive.execute("SELECT last_visited > ? FROM pages WHERE id = ?", (seen, page_id)).fetchone()
    return bool(row[0])


def _note_earlier_visit(archive: Connection, page_id: int, article_id: int | None) -> None:
    """Count a visit that an import brought from before the page's latest, which goes on standing for the page."""
    archive.execute(
        "UPDATE pages SET visits = visits + 1, article_id = ifnull(article_id, ?) WHERE id = ?",
        (article_id, page_id),
    )


def _record_related(archive: Connection, page_id: int, visit: Visit, seen: str) -> int:
    """Write the related links of a visit; return how many of their targets are new pages."""
    if visit.split is not None:
        return record_links(archive, page_id, visit.split.related, seen)
    if visit.outcome is Outcome.UNCHANGED:  # 304: the server says that nothing on the page changed
        keep_links(archive, page_id, seen)
    return 0


def _count_visit(archive: Connection, crawl_id: int, source_id: int, outcome: Outcome) -> None:
    archive.execute(
        """
        INSERT INTO crawl_counts(crawl_id, source_id, outcome, pages) VALUES (?, ?, ?, 1)
        ON CONFLICT(crawl_id, source_id, outcome) DO UPDATE SET pages = pages + 1
        """,
        (crawl_id, source_id, outcome),
    )
