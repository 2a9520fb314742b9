"""Related links are rows with a life: first seen, last seen, gone, back again."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, column, crawl, link, one, visit

from archiver.items import Discovery, FoundBy, LinkKind, Listing, Outcome, RelatedLink
from db.connection import open_archive
from db.crawls.lookups import related_addresses, waiting
from db.read import stored_article
from db.store import add_discovery, record_visit

FIRE, STORM = link("fire", "Fire in the mill"), link("storm", "Storm ahead", 1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_archive(tmp_path / "archive.db")
    crawl(connection)
    record_visit(connection, 1, visit(FLOOD, [FIRE, STORM]))
    yield connection
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def show(archive: sqlite3.Connection, days: int, *related: RelatedLink) -> None:
    """Visit the page again, so many days later."""
    record_visit(
        archive, 1, visit(FLOOD, related, outcome=Outcome.UNCHANGED, article_id=1, fetched=NOON + DAY * days)
    )


def lives(archive: sqlite3.Connection) -> list[tuple[str, str, str]]:
    rows = archive.execute("SELECT headline, first_seen, last_seen FROM related_links ORDER BY id")
    return [(headline, first[8:10], last[8:10]) for headline, first, last in rows]


def test_link_that_leaves_keeps_when_it_was_last_seen(archive: sqlite3.Connection) -> None:
    show(archive, 1, STORM)
    assert lives(archive) == [("Fire in the mill", "20", "20"), ("Storm ahead", "20", "21")]


def test_link_that_returns_is_the_same_row(archive: sqlite3.Connection) -> None:
    show(archive, 1, STORM)
    show(archive, 2, STORM, replace(FIRE, position=5))
    assert lives(archive) == [("Fire in the mill", "20", "22"), ("Storm ahead", "20", "22")]
    assert column(archive, "SELECT position FROM related_links ORDER BY id") == [5, 1]


def test_reworded_headline_is_a_row_of_its_own(archive: sqlite3.Connection) -> None:
    show(archive, 1, replace(FIRE, headline="Mill burnt down"), STORM)
    assert lives(archive) == [
        ("Fire in the mill", "20", "20"),
        ("Storm ahead", "20", "21"),
        ("Mill burnt down", "21", "21"),
    ]
    assert one(archive, "SELECT count(DISTINCT target_id) FROM related_links") == 2


def test_link_in_two_blocks_is_two_rows_and_twice_in_one_is_one(archive: sqlite3.Connection) -> None:
    popular = replace(FIRE, kind=LinkKind.POPULAR, block="Most read", position=2)
    show(archive, 1, FIRE, STORM, popular, replace(FIRE, position=3))
    rows = archive.execute("SELECT kind, block, position FROM related_links ORDER BY position").fetchall()
    assert [tuple(row) for row in rows] == [
        ("related", "Read also", 0),
        ("related", "Read also", 1),
        ("popular", "Most read", 2),
    ]


def test_headline_without_address_is_one_row_over_all_visits(archive: sqlite3.Connection) -> None:
    for day in (1, 2):
        show(archive, day, link("", "Text only"))
    assert lives(archive)[2:] == [("Text only", "21", "22")]
    assert one(archive, "SELECT target_id FROM related_links WHERE headline = 'Text only'") is None
    assert one(archive, "SELECT target_url FROM related_headlines WHERE headline = 'Text only'") is None


def test_target_leads_to_its_article_once_that_is_archived(archive: sqlite3.Connection) -> None:
    targets = "SELECT target_url, target_article_id FROM related_headlines ORDER BY position"
    assert [tuple(row) for row in archive.execute(targets)] == [(FIRE.url, None), (STORM.url, None)]
    record_visit(archive, 1, visit(article("fire", "Fire", "It burnt.")))
    assert [tuple(row) for row in archive.execute(targets)] == [(FIRE.url, 2), (STORM.url, None)]
    assert column(archive, "SELECT DISTINCT page_url FROM related_headlines") == [FLOOD.url]


def test_page_without_article_keeps_its_links(archive: sqlite3.Connection) -> None:
    front = visit(None, [FIRE], url=SOURCE, final_url=SOURCE, outcome=Outcome.LISTING)
    record_visit(archive, 1, front)
    assert column(archive, "SELECT headline FROM related_headlines WHERE page_url = ?", SOURCE) == [
        "Fire in the mill"
    ]
    assert column(archive, "SELECT page_article_id FROM related_headlines WHERE page_url = ?", SOURCE) == [
        None
    ]


def test_page_may_name_itself(archive: sqlite3.Connection) -> None:
    show(archive, 1, link("flood", "This very story"))
    row = archive.execute("SELECT page_id, target_id FROM related_links ORDER BY id DESC").fetchone()
    assert row["page_id"] == row["target_id"]


def test_addresses_of_related_links_are_those_that_the_page_showed_last(archive: sqlite3.Connection) -> None:
    assert related_addresses(archive, FLOOD.url) == [FIRE.url, STORM.url]
    show(archive, 1, STORM, link("", "Text only"), replace(STORM, block="Most read"), link("new", "New", 2))
    assert related_addresses(archive, FLOOD.url) == [STORM.url, f"{SOURCE}new"]
    assert related_addresses(archive, f"{SOURCE}never") == []


def test_page_that_shows_no_links_any_more_shows_none(archive: sqlite3.Connection) -> None:
    show(archive, 1)
    not_modified = visit(FLOOD, outcome=Outcome.UNCHANGED, article_id=1, split=None, fetched=NOON + DAY * 2)
    record_visit(archive, 1, not_modified)

    assert related_addresses(archive, FLOOD.url) == []
    assert stored_article(archive, "1").related == ()
    assert column(archive, "SELECT is_shown FROM related_headlines") == [0, 0]
    assert {last for _, _, last in lives(archive)} == {"20"}


def test_story_on_another_host_of_the_site_waits_for_the_next_crawl(archive: sqlite3.Connection) -> None:
    sport = replace(FIRE, url="https://sport.news.example/match")
    record_visit(archive, 1, visit(FLOOD, [sport], outcome=Outcome.UNCHANGED, article_id=1), own=[sport.url])

    assert sport.url in [page.url for page in waiting(archive, SOURCE, 9, now=NOON)]


def test_endless_addresses_do_not_keep_others_waiting(archive: sqlite3.Connection) -> None:
    endless = tuple(Listing(url=f"{SOURCE}{n}/{'x' * 3000}", date_published=NOON) for n in range(9))
    trap = Discovery(source=SOURCE, found_by=FoundBy.SITEMAP, found_on=SOURCE, seen=NOON, listings=endless)
    add_discovery(archive, trap)

    assert [page.url for page in waiting(archive, SOURCE, 2, longest=2000, now=NOON)] == [FIRE.url, STORM.url]


def test_discovery_claims_a_page_that_was_of_no_source(archive: sqlite3.Connection) -> None:
    far = "https://far.example/story"
    record_visit(archive, 1, visit(FLOOD, [replace(FIRE, url=far)], outcome=Outcome.UNCHANGED, article_id=1))
    found = Discovery(
        source="https://www.far.example/",
        found_by=FoundBy.FEED,
        found_on="https://www.far.example/feed",
        seen=NOON,
        listings=(Listing(url=far),),
    )
    add_discovery(archive, found)

    assert [page.url for page in waiting(archive, found.source, 9, now=NOON)] == [far]


def test_what_waits_is_found_without_sorting_all_of_it(archive: sqlite3.Connection) -> None:
    statements: list[str] = []
    archive.set_trace_callback(statements.append)
    waiting(archive, SOURCE, 9, now=NOON)
    archive.set_trace_callback(None)

    new, again = (plan_of(archive, statement) for statement in statements)
    assert any("pages_waiting" in step for step in new)
    assert any("pages_due" in step for step in again)
    assert not any("TEMP B-TREE" in step for step in (*new, *again))


def plan_of(archive: sqlite3.Connection, sql: str) -> list[str]:
    return [step["detail"] for step in archive.execute(f"EXPLAIN QUERY PLAN {sql}")]
