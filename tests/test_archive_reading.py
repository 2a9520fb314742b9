"""One article is found by any address that leads to it, and the archive tells what it holds."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, failed, link, response, visit

from archiver.errors import NotInArchiveError
from archiver.items import Article, Discovery, FoundBy, Image, LinkKind, Listing, Outcome
from archiver.story_address import story_addresses
from db.connection import open_archive
from db.read import OutcomeCount, crawl_summary, statistics, stored_article
from db.store import CrawlState, add_discovery, finish_crawl, record_visit

FIRE = article("2026/11/fire", "Fire in the mill", "It burnt.")
RICH = replace(
    FLOOD,
    section="Regional",
    keywords=("flood", "bridge"),
    date_modified=NOON,
    images=(Image(url=f"{SOURCE}1.jpg", caption="The bridge"), Image(url=f"{SOURCE}2.jpg", credit="A. Lee")),
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_archive(tmp_path / "archive.db")) as connection:
        crawl(connection)
        shown = [link("2026/11/fire", "Fire!", 1), link("gone", "Gone", 0)]
        record_visit(connection, 1, visit(RICH, shown, addresses=story_addresses(RICH.url)))
        record_visit(connection, 1, visit(FIRE, fetched=NOON + DAY))
        copy = visit(FLOOD, url=f"{SOURCE}wire", outcome=Outcome.DUPLICATE, article_id=1)
        record_visit(connection, 1, copy)
        record_visit(connection, 1, failed(f"{SOURCE}gone", Outcome.GONE, "404 Not Found"))
        seen = Discovery(
            source=SOURCE,
            found_by=FoundBy.FEED,
            found_on=f"{SOURCE}feed.xml",
            seen=NOON,
            listings=(Listing(url=f"{SOURCE}tomorrow"),),
        )
        add_discovery(connection, seen)
        yield connection


def test_article_comes_back_as_it_was_stored(archive: sqlite3.Connection) -> None:
    stored = stored_article(archive, FLOOD.url)
    assert {name: getattr(stored, name) for name in Article.__slots__} == {
        name: getattr(RICH, name) for name in Article.__slots__
    }
    assert (stored.id, stored.source, stored.revision) == (1, "news.example", 1)
    assert (stored.first_seen, stored.last_seen) == (NOON, NOON)


def test_related_links_come_in_page_order_with_the_articles_they_lead_to(archive: sqlite3.Connection) -> None:
    related = stored_article(archive, FLOOD.url).related
    assert [(one.headline, one.url, one.target_article_id) for one in related] == [
        ("Gone", f"{SOURCE}gone", None),
        ("Fire!", FIRE.url, 2),
    ]
    assert {(one.kind, one.block, one.first_seen, one.last_seen) for one in related} == {
        (LinkKind.RELATED, "Read also", NOON, NOON)
    }


def test_related_links_are_those_that_the_page_showed_last(archive: sqlite3.Connection) -> None:
    again = visit(
        RICH,
        [link("new", "New"), link("", "Text only", 1)],
        outcome=Outcome.UNCHANGED,
        article_id=1,
        fetched=NOON + DAY,
    )
    record_visit(archive, 1, again)
    related = stored_article(archive, FLOOD.url).related
    assert [(one.headline, one.url) for one in related] == [("New", f"{SOURCE}new"), ("Text only", "")]


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example/flood",
        "https://news.example/flood/",
        "http://news.example/flood",
        "https://www.news.example/flood",
        "HTTP://WWW.News.Example/flood/",
        "news.example/flood",
        " https://news.example/flood#part ",
        "https://news.example/wire",
        "https://news.example//fl%6fod",
        "https://amp.news.example/amp/flood?outputType=amp",
        "m.news.example/flood/print.html",
        "1",
    ],
)
def test_article_is_found_by_every_address_that_leads_to_it(
    archive: sqlite3.Connection, address: str
) -> None:
    assert stored_article(archive, address).headline == FLOOD.headline


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            "https://news.example/gone",
            "holds no article; it was visited at 2026-11-20 12:00 UTC, gone: 404 Not Found",
        ),
        ("http://news.example/gone/", "https://news.example/gone holds no article"),
        ("https://news.example/tomorrow", "known since 2026-11-20 12:00 UTC, but no crawl has visited it"),
        ("https://news.example/2026/11/fires", "near it are:\nhttps://news.example/2026/11/fire$"),
        (
            "https://news.example/flo",
            "near it are:\nhttps://news.example/flood\nhttps://news.example/2026/11/fire$",
        ),
        (
            "https://news.example/2025/x",
            "near it are:\nhttps://news.example/2026/11/fire\nhttps://news.example/flood$",
        ),
        ("https://other.example/flood", "no article at https://other.example/flood: `archiver search`"),
        ("3", "no article 3: `archiver search`"),
        ("9" * 30, "the archive has no article"),
        ("flood", "no article at flood"),
        ("http://[", "no article at"),
        ("\ud800\0", "no article at"),
        ("٣", "no article"),
    ],
)
def test_what_is_not_there_is_explained(archive: sqlite3.Connection, wanted: str, message: str) -> None:
    with pytest.raises(NotInArchiveError, match=message):
        stored_article(archive, wanted)


def test_story_of_a_site_that_is_not_crawled_waits_for_no_crawl(archive: sqlite3.Connection) -> None:
    elsewhere = replace(link("", "Elsewhere"), url="https://elsewhere.example/story")
    record_visit(archive, 1, visit(FIRE, [elsewhere], fetched=NOON + DAY))
    with pytest.raises(NotInArchiveError, match=r"but its site is not crawled$"):
        stored_article(archive, elsewhere.url)


def test_statistics_count_what_is_there(archive: sqlite3.Connection) -> None:
    later = replace(FIRE, body="It still burns.", date_published=datetime(2026, 11, 20, 1, tzinfo=UTC))
    record_visit(archive, 1, visit(later, outcome=Outcome.CHANGED, article_id=2))
    elsewhere = replace(link("", "Of another site"), url="https://elsewhere.example/story")
    front = visit(
        None,
        [elsewhere],
        source="https://other.example/",
        url="https://other.example/",
        outcome=Outcome.LISTING,
    )
    record_visit(archive, 1, front)
    record_visit(archive, 1, visit(article("undated", "Undated", "Text.")))
    totals = statistics(archive)
    assert (totals.articles, totals.revisions, totals.related_links, totals.captures) == (3, 1, 3, 7)
    assert (totals.pages, totals.unvisited, totals.undated) == (8, 2, 1)
    assert totals.other_pages == 1
    assert totals.outcomes == {
        Outcome.STORED: 2,
        Outcome.CHANGED: 1,
        Outcome.DUPLICATE: 1,
        Outcome.GONE: 1,
        Outcome.LISTING: 1,
    }
    assert [(one.source, one.name, one.articles, one.pages, one.unvisited) for one in totals.sources] == [
        ("news.example", "news.example", 3, 7, 2),
        ("other.example", "other.example", 0, 1, 0),
    ]
    assert (totals.sources[0].first_published, totals.sources[0].last_published) == (
        FLOOD.date_published,
        later.date_published,
    )
    assert [(day.day, day.articles) for day in totals.days] == [
        (date(2026, 11, 20), 1),
        (date(2026, 11, 19), 1),
    ]
    assert [day.day for day in statistics(archive, days=1).days] == [date(2026, 11, 20)]


def test_statistics_of_an_empty_archive_are_zeros(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "empty.db")) as empty:
        totals = statistics(empty)
    assert (totals.articles, totals.pages, totals.outcomes, totals.sources, totals.days) == (0, 0, {}, (), ())
    assert totals.last_crawl is None


def test_crawl_summary_tells_one_run_from_another(archive: sqlite3.Connection) -> None:
    finish_crawl(archive, 1, finished=NOON + DAY, state=CrawlState.DONE)
    second = crawl(archive)
    record_visit(archive, second, visit(FLOOD, outcome=Outcome.UNCHANGED, article_id=1, response=response()))
    first = crawl_summary(archive, 1)
    assert (first.started, first.finished, first.state, first.version) == (
        NOON,
        NOON + DAY,
        CrawlState.DONE,
        "0.1.0",
    )
    assert first.arguments == {"sources": [SOURCE]}
    assert first.counts == (
        OutcomeCount(source="news.example", outcome=Outcome.STORED, pages=2),
        OutcomeCount(source="news.example", outcome=Outcome.DUPLICATE, pages=1),
        OutcomeCount(source="news.example", outcome=Outcome.GONE, pages=1),
    )
    last = statistics(archive).last_crawl
    assert last == crawl_summary(archive, second)
    assert last.finished is None
    assert last.counts == (OutcomeCount(source="news.example", outcome=Outcome.UNCHANGED, pages=1),)
    with pytest.raises(NotInArchiveError, match="no crawl 99"):
        crawl_summary(archive, 99)
