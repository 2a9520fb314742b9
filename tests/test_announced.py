"""A change that a site announces, by a date in its sitemap or a new headline in its feed: the next crawl goes there."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, crawl, visit
from commands import runner, wait_for_the_next_second
from conftest import Crawl
from misbehaving import Answer, answer, misbehaving, story

from archiver.items import ANNOUNCED, Discovery, FoundBy, Listing, Outcome
from db.connection import open_archive, read_archive
from db.crawls.announced import DAY_ENDS, LEAST_IN_VAIN, LOOKED_BACK, WAIT, announced_visit, dated_in_vain
from db.crawls.lookups import page_state
from db.store import add_discovery, record_visit
from spiders.frontier import Source

MINUTE = timedelta(minutes=1)
TIMES = (
    ("crawls", "started"),
    ("captures", "fetched"),
    ("pages", "first_seen"),
    ("pages", "last_visited"),
    ("pages", "next_visit"),
    ("pages", "listed_modified"),
)
FEED = f"{SOURCE}feed"


def sitemap(changed: datetime, *paths: str) -> Answer:
    entries = "".join(
        f"<url><loc>{path}</loc><lastmod>{changed.isoformat()}</lastmod></url>"
        for path in paths or ("/flood",)
    )
    return answer(f"<urlset>{entries}</urlset>".encode(), content_type="application/xml")


def feed(headline: str, **others: str) -> Answer:
    items = "".join(
        f"<item><title>{headline}</title><link>/{path}</link></item>"
        for path, headline in {"flood": headline, **others}.items()
    )
    return answer(f"<rss><channel>{items}</channel></rss>".encode(), content_type="application/rss+xml")


def headlines(archive: Path) -> list[str]:
    with closing(read_archive(archive)) as connection:
        return [
            text for (text,) in connection.execute("SELECT headline FROM article_versions ORDER BY number")
        ]


@pytest.mark.parametrize(
    "announcing",
    [
        lambda headline, changed: {"/map.xml": sitemap(changed)},
        lambda headline, changed: {"/feed.xml": feed(headline)},
    ],
    ids=["sitemap", "feed"],
)
def test_announced_change_is_visited_by_the_next_crawl_and_by_that_alone(
    archive: Path, crawl: Crawl, announcing: Callable[[str, datetime], dict[str, Answer]]
) -> None:
    pages = {"/flood": answer(story("Flood closes the bridge"))}
    with misbehaving(pages | announcing("Flood closes the bridge", NOON)) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",), sitemaps=(f"{server.url}map.xml",))
        crawl(source, revisit_after=-1)
        wait_for_the_next_second()
        server.pages["/flood"] = answer(story("The bridge is open again"))
        crawl(source, revisit_after=-1)
        assert headlines(archive) == ["Flood closes the bridge"]

        server.pages |= announcing("The bridge is open again", datetime.now(UTC))
        for _ in range(2):
            wait_for_the_next_second()
            crawl(source, revisit_after=-1)
        assert headlines(archive) == ["Flood closes the bridge", "The bridge is open again"]
        assert sum(request.startswith("GET /flood ") for request in server.requests) == 2


def test_change_that_was_announced_while_the_budget_was_spent_is_visited_though_no_longer_listed(
    archive: Path, crawl: Crawl
) -> None:
    paths = ("/flood", "/ferry", "/school")
    pages = {path: answer(story(f"The first word on {path[1:]}")) for path in paths}
    with misbehaving(
        pages
        | {
            "/map.xml": sitemap(NOON, *paths),
            "/feed.xml": answer(b"<rss><channel/></rss>", content_type="text/xml"),
        }
    ) as server:
        source = Source(url=server.url, sitemaps=(f"{server.url}map.xml",))
        crawl(source, revisit_after=None)
        wait_for_the_next_second()
        server.pages |= {path: answer(story(f"The last word on {path[1:]}")) for path in paths}
        server.pages["/map.xml"] = sitemap(datetime.now(UTC), *paths)
        assert crawl(replace(source, pages=1), revisit_after=None).left == 2
        server.pages["/map.xml"] = answer(b"<urlset></urlset>", content_type="application/xml")
        server.asked.clear()
        for _ in range(2):
            wait_for_the_next_second()
            crawl(source, revisit_after=None)

    assert sorted(headlines(archive)[3:]) == sorted(f"The last word on {path[1:]}" for path in paths)
    assert len([path for path in server.asked if path in paths]) == 2


def test_change_that_has_to_wait_is_due_then_whether_or_not_it_is_still_listed(
    archive: Path, crawl: Crawl
) -> None:
    dated = b"<meta property='article:published_time' content='2026-01-20T08:00:00Z'></head>"
    page = answer(story("Flood closes the bridge").replace(b"</head>", dated))
    with misbehaving({"/flood": page, "/map.xml": sitemap(NOON)}) as server:
        source = Source(url=server.url, sitemaps=(f"{server.url}map.xml",))
        crawl(source)
        wait_for_the_next_second()
        crawl(source)
        wait_for_the_next_second()
        server.pages["/map.xml"] = sitemap(datetime.now(UTC))
        crawl(source, revisit_after=None)

    assert sum(path == "/flood" for path in server.asked) == 2
    with closing(read_archive(archive)) as connection:
        state = page_state(connection, f"{server.url}flood")
    assert state is not None
    assert state.last_visited is not None
    assert state.next_visit == state.last_visited + WAIT


def test_change_is_visited_whichever_listing_announces_it_and_is_read_last(crawl: Crawl) -> None:
    flood, dam = "Flood closes the bridge", "The dam holds"
    pages = {"/flood": answer(story(flood)), "/dam": answer(story(dam))}
    pages |= dict.fromkeys(("/a.xml", "/b.xml"), feed(flood, dam=dam))
    with misbehaving(pages) as server:
        source = Source(url=server.url, feeds=(f"{server.url}a.xml", f"{server.url}b.xml"))
        crawl(source, revisit_after=-1)
        wait_for_the_next_second()
        server.pages |= {"/a.xml": feed("Bridge open", dam=dam), "/b.xml": feed(flood, dam="The dam breaks")}
        crawl(source, revisit_after=-1)

        assert [server.asked.count(path) for path in ("/flood", "/dam")] == [2, 2]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Yield an archive with a story that a feed names, found and visited at noon."""
    with closing(open_archive(tmp_path / "archive.db")) as connection:
        list_headline(connection, "Flood!", NOON)
        record_visit(connection, crawl(connection), visit(FLOOD))
        yield connection


def list_headline(archive: sqlite3.Connection, headline: str, seen: datetime, on: str = FEED) -> None:
    listing = Listing(url=FLOOD.url, headline=headline)
    found = Discovery(source=SOURCE, found_by=FoundBy.FEED, found_on=on, seen=seen, listings=(listing,))
    add_discovery(archive, found)


def announced(archive: sqlite3.Connection, modified: datetime | None, read: datetime) -> datetime | None:
    page = page_state(archive, FLOOD.url)
    assert page is not None
    return announced_visit(archive, page, read, FEED, Listing(url=FLOOD.url, date_modified=modified))


def test_page_that_is_dated_by_the_clock_waits_after_a_visit_in_vain(connection: sqlite3.Connection) -> None:
    read = NOON + 20 * MINUTE
    assert announced(connection, None, read) is None
    assert announced(connection, NOON, read) is None
    assert announced(connection, read, read) == NOON
    in_vain = visit(FLOOD, outcome=Outcome.UNCHANGED, article_id=1, fetched=read)
    record_visit(connection, 1, in_vain)

    again = read + 20 * MINUTE
    assert announced(connection, again, again) == announced(connection, again + DAY, again) == read + WAIT
    assert announced(connection, again - 10 * MINUTE, again) == read


def test_change_that_is_dated_by_the_day_is_visited_once_that_day_is_over(
    connection: sqlite3.Connection,
) -> None:
    day = NOON - timedelta(hours=12)
    over = day + DAY_ENDS
    assert announced(connection, day, NOON + 20 * MINUTE) == announced(connection, day, over) == over
    assert announced(connection, day - DAY, NOON) is None
    assert announced(connection, day + DAY, over) == NOON

    record_visit(connection, 1, visit(FLOOD, outcome=Outcome.UNCHANGED, article_id=1, fetched=over))
    assert announced(connection, day, over + MINUTE) is None


def test_headline_is_an_announcement_where_the_same_feed_gave_another(connection: sqlite3.Connection) -> None:
    later = NOON + DAY
    list_headline(connection, "Bridge shut", later, on=f"{SOURCE}another")
    list_headline(connection, f" {FLOOD.headline} ", later)
    assert announced(connection, None, later) is None
    list_headline(connection, "Bridge open again", later)
    assert announced(connection, None, later) == NOON


def test_explain_tells_what_is_announced_and_that_the_next_crawl_goes_there(
    connection: sqlite3.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listing = Listing(url=FLOOD.url, date_published=NOON - DAY, date_modified=NOON + MINUTE)
    found = Discovery(
        source=SOURCE,
        found_by=FoundBy.SITEMAP,
        found_on=f"{SOURCE}map",
        seen=NOON + MINUTE,
        listings=(listing,),
    )
    add_discovery(connection, found)
    told = runner(capsys)("explain", FLOOD.url, "--archive", tmp_path / "archive.db").out

    assert "listed as Flood! · published 2026-11-19T12:00:00Z · changed 2026-11-20T12:01:00Z" in told
    assert "next      by the next crawl that has room for it, since its site says that it changed" in told


def dated_by_the_clock(*paths: str) -> Answer:
    def answered(client: socket.socket) -> None:
        now = datetime.now(UTC).isoformat()
        entries = "".join(f"<url><loc>{path}</loc><lastmod>{now}</lastmod></url>" for path in paths)
        answer(f"<urlset>{entries}</urlset>".encode(), content_type="application/xml")(client)

    return answered


def let_pass(archive: Path, hours: int) -> None:
    with closing(sqlite3.connect(archive)) as connection, connection:
        for table, column in TIMES:
            earlier = f"strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '-{hours} hours')"
            connection.execute(f"UPDATE {table} SET {column} = {earlier}")


def test_sitemap_that_always_says_now_is_found_out_for_some_days(archive: Path, crawl: Crawl) -> None:
    stories = {f"/{number}": answer(story(f"Story number {number}")) for number in range(LEAST_IN_VAIN)}
    asked = []
    with misbehaving({**stories, "/map.xml": dated_by_the_clock(*stories)}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}none",), sitemaps=(f"{server.url}map.xml",))
        # By their age they are due in the second and in the fifth crawl.
        for hours in (2, 2, 1, 80, 0):
            before = len(server.asked)
            crawl(source, revisit_after=None)
            asked.append(sum(path in stories for path in server.asked[before:]))
            let_pass(archive, hours)

    assert asked == [6, 6, 6, 0, 6]
    with closing(read_archive(archive)) as connection:
        details = [detail for (detail,) in connection.execute("SELECT detail FROM captures")]
    assert details.count(ANNOUNCED) >= 12


def test_dates_count_where_one_visit_in_ten_brings_a_change(connection: sqlite3.Connection) -> None:
    def visited(outcome: Outcome, times: int) -> None:
        for _ in range(times):
            again = visit(FLOOD, outcome=outcome, article_id=1, detail=ANNOUNCED, fetched=NOON + DAY)
            record_visit(connection, 1, again)

    visited(Outcome.UNCHANGED, LEAST_IN_VAIN - 1)
    assert not dated_in_vain(connection, NOON + DAY)
    visited(Outcome.UNCHANGED, 1)
    (source,) = dated_in_vain(connection, NOON + DAY)
    page = page_state(connection, FLOOD.url)
    assert page is not None
    assert page.source_id == source
    listing = Listing(url=FLOOD.url, headline="Bridge open again", date_modified=NOON + 2 * DAY)
    later = NOON + 3 * DAY
    assert announced_visit(connection, page, later, None, listing, by_dates=False) is None
    assert announced_visit(connection, page, later, FEED, listing, by_dates=False) is not None

    assert not dated_in_vain(connection, NOON + LOOKED_BACK + DAY)
    connection.execute("UPDATE captures SET outcome = 'changed' WHERE id = 2")
    assert not dated_in_vain(connection, NOON + DAY)
