"""Crawls, what they find and what they have not visited yet."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, column, crawl, failed, link, one, visit

from archiver.items import Discovery, FoundBy, Listing, Outcome
from db.connection import open_archive
from db.digests import body_digest
from db.store import (
    CrawlState,
    add_discovery,
    add_source,
    article_with_body,
    finish_crawl,
    known_article,
    page_state,
    record_visit,
    start_crawl,
    waiting,
)

FEED = f"{SOURCE}feed.xml"
HOUR = timedelta(hours=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_archive(tmp_path / "archive.db")
    yield connection
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def discovery(
    *listings: Listing, found_by: FoundBy = FoundBy.FEED, found_on: str = FEED, seen: datetime = NOON
) -> Discovery:
    return Discovery(source=SOURCE, found_by=found_by, found_on=found_on, seen=seen, listings=listings)


def listing(path: str, **fields: object) -> Listing:
    return replace(Listing(url=f"{SOURCE}{path}"), **fields)  # type: ignore[arg-type] # fields of Listing


def test_crawl_is_recorded_from_start_to_end(archive: sqlite3.Connection) -> None:
    crawl_id = start_crawl(
        archive, started=NOON, arguments={"sources": [SOURCE], "archive": Path("archive.db")}, version="0.1.0"
    )
    row = archive.execute("SELECT * FROM crawls").fetchone()
    assert (row["id"], row["state"], row["finished"], row["version"]) == (crawl_id, "running", None, "0.1.0")
    assert json.loads(row["arguments"]) == {"sources": [SOURCE], "archive": "archive.db"}
    finish_crawl(archive, crawl_id, finished=NOON + HOUR, state=CrawlState.DONE)
    row = archive.execute("SELECT * FROM crawls").fetchone()
    assert (row["state"], row["started"], row["finished"]) == (
        "done",
        "2026-11-20T12:00:00Z",
        "2026-11-20T13:00:00Z",
    )


def test_crawl_that_was_killed_stands_as_interrupted_when_the_next_starts(
    archive: sqlite3.Connection,
) -> None:
    first, second = crawl(archive), crawl(archive)
    finish_crawl(archive, second, finished=NOON, state=CrawlState.FAILED)
    crawl(archive)
    assert first != second
    assert column(archive, "SELECT state FROM crawls ORDER BY id") == ["interrupted", "failed", "running"]


def test_discovery_adds_each_page_once(archive: sqlite3.Connection) -> None:
    assert add_discovery(archive, discovery(listing("a"), listing("b"), listing("a"))) == 2
    assert add_discovery(archive, discovery(listing("b"), listing("c"), seen=NOON + DAY)) == 1
    assert column(archive, "SELECT first_seen FROM pages WHERE url = ?", f"{SOURCE}b") == [
        "2026-11-20T12:00:00Z"
    ]
    assert add_discovery(archive, discovery()) == 0


def test_what_is_said_of_a_page_is_filled_in_and_how_it_was_found_first_stays(
    archive: sqlite3.Connection,
) -> None:
    add_discovery(archive, discovery(listing("a", headline="Old")))
    sitemap = discovery(
        listing("a", headline="New", date_modified=NOON),
        found_by=FoundBy.SITEMAP,
        found_on=f"{SOURCE}sitemap.xml",
        seen=NOON + DAY,
    )
    assert add_discovery(archive, sitemap) == 0
    add_discovery(archive, discovery(listing("a", date_published=NOON), seen=NOON + DAY))
    (page,) = waiting(archive, SOURCE, 10, now=NOON)
    assert (page.found_by, page.found_on) == (FoundBy.FEED, FEED)
    assert page.listing == listing("a", headline="New", date_published=NOON, date_modified=NOON)


def test_unvisited_pages_come_newest_listed_first(archive: sqlite3.Connection) -> None:
    crawl_id = crawl(archive)
    pages = discovery(
        listing("undated"),
        listing("old", date_published=NOON - DAY),
        listing("new", date_published=NOON),
        listing("touched", date_modified=NOON - HOUR),
        listing("done", date_published=NOON + DAY),
    )
    add_discovery(archive, pages)
    record_visit(archive, crawl_id, failed(f"{SOURCE}done", Outcome.GONE))
    assert [page.url.removeprefix(SOURCE) for page in waiting(archive, SOURCE, 10, now=NOON)] == [
        "new",
        "touched",
        "old",
        "undated",
    ]
    assert [page.url for page in waiting(archive, SOURCE, 1, now=NOON)] == [f"{SOURCE}new"]
    assert waiting(archive, "https://other.example/", 10, now=NOON) == []


def test_related_links_of_the_same_host_are_left_to_visit(archive: sqlite3.Connection) -> None:
    related = [
        link("fire", "Fire"),
        replace(link("", "Elsewhere", 1), url="https://www.news.example/sport"),
        replace(link("", "Other site", 2), url="https://other.example/"),
        link("", "Text only", 3),
    ]
    record_visit(archive, crawl(archive), visit(FLOOD, related))
    pages = waiting(archive, SOURCE, 10, now=NOON)
    assert [(page.url, page.found_by, page.found_on) for page in pages] == [
        (f"{SOURCE}fire", FoundBy.RELATED, FLOOD.url),
        ("https://www.news.example/sport", FoundBy.RELATED, FLOOD.url),
    ]
    assert one(archive, "SELECT source_id FROM pages WHERE url = 'https://other.example/'") is None


def test_feed_itself_is_not_left_to_visit(archive: sqlite3.Connection) -> None:
    add_discovery(archive, discovery(listing("a")))
    assert [page.url for page in waiting(archive, SOURCE, 10, now=NOON)] == [f"{SOURCE}a"]
    record_visit(archive, crawl(archive), failed(FEED, Outcome.LISTING, found_by=FoundBy.START))
    assert column(archive, "SELECT found_by FROM pages WHERE url = ?", FEED) == ["start"]


def test_page_state_tells_seen_from_visited(archive: sqlite3.Connection) -> None:
    assert page_state(archive, f"{SOURCE}a") is None
    add_discovery(archive, discovery(listing("a", date_modified=NOON)))
    state = page_state(archive, f"{SOURCE}a")
    assert state is not None
    assert (state.outcome, state.last_visited, state.first_seen, state.listed_modified) == (
        None,
        None,
        NOON,
        NOON,
    )


def test_source_takes_its_name_from_the_list_of_sources(archive: sqlite3.Connection) -> None:
    record_visit(
        archive,
        crawl(archive),
        visit(replace(FLOOD, url="https://www.paper.example/a"), source="https://www.paper.example/"),
    )
    assert tuple(archive.execute("SELECT host, name FROM sources").fetchone()) == (
        "paper.example",
        "paper.example",
    )
    add_source(archive, "https://www.paper.example/", NOON, "The Paper")
    add_source(archive, "https://www.paper.example/", NOON)
    assert tuple(archive.execute("SELECT host, name FROM sources").fetchone()) == (
        "paper.example",
        "The Paper",
    )


def test_same_words_are_found_in_the_same_source_only(archive: sqlite3.Connection) -> None:
    record_visit(archive, crawl(archive), visit(FLOOD))
    digest = body_digest("THE RIVER rose by two metres…  Nobody may cross, until Friday!")
    known = article_with_body(archive, SOURCE, digest)
    assert known is not None
    assert (known.id, known.headline, known.earlier) == (1, FLOOD.headline, frozenset())
    assert article_with_body(archive, "https://other.example/", digest) is None
    assert article_with_body(archive, SOURCE, body_digest("Another text")) is None


def test_bodies_without_words_are_not_the_same_text(archive: sqlite3.Connection) -> None:
    record_visit(archive, crawl(archive), visit(article("video", "Video", "…")))
    assert article_with_body(archive, SOURCE, body_digest("…")) is None


def test_article_is_known_by_its_address_before_its_page(archive: sqlite3.Connection) -> None:
    crawl_id = crawl(archive)
    record_visit(archive, crawl_id, visit(FLOOD))
    record_visit(archive, crawl_id, visit(article("fire", "Fire", "It burnt.")))
    known = known_article(archive, page_url=FLOOD.url, article_url=f"{SOURCE}fire")
    assert known is not None
    assert known.headline == "Fire"
    assert known_article(archive, page_url=f"{SOURCE}x", article_url=f"{SOURCE}x") is None
