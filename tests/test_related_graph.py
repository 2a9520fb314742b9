"""Related headlines as a graph: in either direction, what is missing, and front pages of the past."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, failed, link, visit

from archiver.errors import NotInArchiveError, QueryError
from archiver.items import LinkKind, Outcome, RelatedLink
from db.connection import open_archive
from db.fronts import front, front_addresses
from db.graph import MissingFilters, missing, relations
from db.store import record_visit

FAR = "https://far.example/"
FERRY = article("ferry", "Ferry runs again", "It runs again since Monday, the harbour said.")
OWN = replace(article("x", "Far away", "It is far away from here."), url=f"{FAR}x")
POPULAR = replace(link("market", "Market open", 1, "Most read"), kind=LinkKind.POPULAR)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_archive(tmp_path / "archive.db")
    crawl(connection)
    record_visit(connection, 1, visit(FLOOD, [link("ferry", "Ferry back"), POPULAR]))
    record_visit(connection, 1, visit(FERRY, [link("flood", "Bridge flooded")], fetched=NOON + DAY))
    yield connection
    connection.close()


def show_front(
    archive: sqlite3.Connection, hours: float, *shown: RelatedLink, url: str = SOURCE, source: str = SOURCE
) -> None:
    seen = visit(None, shown, url=url, final_url=url, outcome=Outcome.LISTING, source=source)
    record_visit(archive, 1, replace(seen, fetched=NOON + timedelta(hours=hours)))


def test_graph_is_told_in_both_directions(archive: sqlite3.Connection) -> None:
    found = relations(archive, "1")
    assert (found.url, found.article_id) == (FLOOD.url, 1)
    assert [
        (each.url, each.article_id, each.headline, each.kind, each.block, each.position)
        for each in found.points_to
    ] == [
        (FERRY.url, 2, "Ferry back", "related", "Read also", 0),
        (f"{SOURCE}market", None, "Market open", "popular", "Most read", 1),
    ]
    (pointer,) = found.pointed_by
    assert (pointer.url, pointer.article_id, pointer.headline) == (FERRY.url, 2, "Bridge flooded")
    assert (pointer.first_seen, pointer.is_shown) == (NOON + DAY, True)


def test_headline_that_left_the_page_stands_last_and_says_so(archive: sqlite3.Connection) -> None:
    later = visit(FLOOD, [POPULAR], outcome=Outcome.UNCHANGED, article_id=1, fetched=NOON + DAY)
    record_visit(archive, 1, later)
    found = relations(archive, FLOOD.url)
    assert [(each.headline, each.is_shown) for each in found.points_to] == [
        ("Market open", True),
        ("Ferry back", False),
    ]
    assert [(each.headline, each.is_shown) for each in relations(archive, FERRY.url).pointed_by] == [
        ("Ferry back", False)
    ]


def test_other_addresses_of_a_story_count_for_it(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FERRY, url=f"{SOURCE}amp/ferry", outcome=Outcome.DUPLICATE, article_id=2))
    show_front(archive, 1, link("amp/ferry", "Ferry!"))
    assert {each.headline for each in relations(archive, "2").pointed_by} == {"Ferry back", "Ferry!"}


def test_kind_and_limit_choose(archive: sqlite3.Connection) -> None:
    assert [each.headline for each in relations(archive, "1", LinkKind.POPULAR).points_to] == ["Market open"]
    assert relations(archive, "1", LinkKind.POPULAR).pointed_by == ()
    assert len(relations(archive, "1", limit=1).points_to) == 1


def test_page_that_was_never_visited_has_its_pointers(archive: sqlite3.Connection) -> None:
    found = relations(archive, f"{SOURCE}market")
    assert (found.article_id, found.points_to) == (None, ())
    assert [each.url for each in found.pointed_by] == [FLOOD.url]
    with pytest.raises(NotInArchiveError):
        relations(archive, f"{SOURCE}never-heard-of")


def test_missing_stories_are_counted_by_site(archive: sqlite3.Connection) -> None:
    market = replace(POPULAR, headline="Market: open!")
    record_visit(archive, 1, visit(OWN, [market], source=FAR, fetched=NOON + DAY))
    show_front(archive, 1, link("lost", "Lost story"), link("market", "Market opens", 1))
    record_visit(archive, 1, failed(f"{SOURCE}lost", Outcome.GONE, "HTTP status 404"))

    market_found, lost = missing(archive)

    assert (market_found.url, market_found.headline) == (f"{SOURCE}market", "Market: open!")
    assert (market_found.sites, market_found.pages) == (("far.example", "news.example"), 3)
    assert (market_found.outcome, market_found.source) == (None, "news.example")
    assert (lost.outcome, lost.detail, lost.pages) == (Outcome.GONE, "HTTP status 404", 1)
    assert [each.url for each in missing(archive, MissingFilters(least_sites=2))] == [market_found.url]
    assert [each.url for each in missing(archive, MissingFilters(source="far.example"))] == [market_found.url]
    assert missing(archive, MissingFilters(site="far.example")) == []
    assert len(missing(archive, MissingFilters(site="news.example"), 1)) == 1
    assert [each.url for each in missing(archive, MissingFilters(since=NOON + DAY))] == [market_found.url]
    with pytest.raises(QueryError, match="the archive has no source"):
        missing(archive, MissingFilters(source="none.example"))


def test_what_is_archived_paid_for_or_no_story_is_not_missing(archive: sqlite3.Connection) -> None:
    paid = replace(link("paid", "Buy this"), kind=LinkKind.SPONSORED)
    show_front(archive, 1, paid, link("contact", "Contact us", 1), link("ferry", "Ferry", 2))
    record_visit(archive, 1, failed(f"{SOURCE}contact", Outcome.NOT_ARTICLE))
    assert [each.url for each in missing(archive)] == [f"{SOURCE}market"]


def test_front_page_is_told_as_it_was_at_a_time(archive: sqlite3.Connection) -> None:
    show_front(archive, 0, link("ferry", "Ferry runs"), link("flood", "Flood!", 1, "City"))
    show_front(archive, 1, link("ferry", "Ferry runs"), link("flood", "Flood!", 1, "City"))
    show_front(archive, 5, link("flood", "Flood: bridge shut", 0, "City"), link("ferry", "Ferry runs", 1))

    hour = timedelta(hours=1)
    then = front(archive, "news.example", NOON + 4 * hour)
    latest = front(archive, "news.example")

    assert [(each.position, each.headline, each.block, each.article_id) for each in then.items] == [
        (0, "Ferry runs", "Read also", 2),
        (1, "Flood!", "City", 1),
    ]
    assert (then.since, then.observed, then.next_observed) == (NOON, NOON + hour, NOON + 5 * hour)
    assert front(archive, "news.example", NOON + hour / 2).observed == NOON
    assert [each.headline for each in latest.items] == ["Flood: bridge shut", "Ferry runs"]
    assert (latest.url, latest.observed, latest.next_observed) == (SOURCE, NOON + 5 * hour, None)
    with pytest.raises(
        NotInArchiveError, match="was first read at 2026-11-20T12:00:00Z: ask for a later time"
    ):
        front(archive, "news.example", NOON - hour)


def test_section_front_is_named_by_its_page(archive: sqlite3.Connection) -> None:
    sport = f"{SOURCE}sport/"
    show_front(archive, 0, link("ferry", "Ferry runs"))
    show_front(archive, 1, link("match", "Match won"), url=sport)
    assert front(archive, "news.example").url == SOURCE
    for page in (sport, sport.rstrip("/")):
        assert [each.headline for each in front(archive, "news.example", page=page).items] == ["Match won"]
    with pytest.raises(NotInArchiveError, match=r"is no front page of news\.example that was read") as error:
        front(archive, "news.example", page=f"{SOURCE}culture/")
    assert error.value.__notes__ == [SOURCE, sport]


def test_source_without_front_page_says_what_to_do(archive: sqlite3.Connection) -> None:
    with pytest.raises(NotInArchiveError, match=r"no front page of news\.example was read yet: crawl it"):
        front(archive, "news.example")
    with pytest.raises(QueryError, match=r"the archive has no source 'other\.example'"):
        front(archive, "other.example")


def test_view_tells_the_same_of_front_pages(archive: sqlite3.Connection) -> None:
    show_front(archive, 0, link("ferry", "Ferry runs"), link("flood", "Flood!", 1))
    rows = archive.execute(
        "SELECT source, position, headline, target_url, article_id FROM front_pages"
    ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("news.example", 0, "Ferry runs", FERRY.url, 2),
        ("news.example", 1, "Flood!", FLOOD.url, 1),
    ]


def test_front_of_a_site_is_not_that_of_a_site_below_it(archive: sqlite3.Connection) -> None:
    above, below = "https://paper.example/", "https://city.paper.example/"
    show_front(archive, 0, link("below", "Below"), url=below, source=below)
    for hour in range(3):
        show_front(archive, hour, link(f"below{hour}", f"Below {hour}"), url=below, source=below)
    show_front(archive, 4, link("above", "Above"), url=above, source=above)

    assert front(archive, "paper.example").url == above
    assert front_addresses(archive, "paper.example") == [above]
    assert front_addresses(archive, "city.paper.example") == [below]
