"""archiver crawl of an address that is no first page, or shows no story: what is archived, and what is told."""

import re
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from commands import on_terminal, run_apart
from conftest import Crawl
from misbehaving import Answer, answer, feed, front, misbehaving, story

from db.connection import read_archive
from spiders.frontier import Source

FAST = ("--delay", "0", "--set", "AUTOTHROTTLE_ENABLED=False")
SCRIPT = answer(
    b"<!doctype html><html><head><title>News</title></head><body><div id='root'></div>"
    b"<noscript>You need to enable JavaScript to run this app.</noscript></body></html>"
)
LOGIN = answer(b"<html><head><title>Log in</title></head><body><input type=password></body></html>")
FERRY = "/2026/10/ferry-crews-reject-the-wage-offer"
FLOOD = "/2026/10/flood-closes-the-old-bridge"


def dated(headline: str, *shown: str, days: int = 30) -> Answer:
    """Return a story of so many days ago that shows others by their headlines."""
    published = datetime.now(UTC) - timedelta(days=days)
    links = "".join(f"<li><a href='{path}'>The story that is called {path}</a></li>" for path in shown)
    date = f"<meta property='article:published_time' content='{published.isoformat()}'></head>"
    page = story(headline).replace(b"</head>", date.encode())
    related = f"<aside><h2>Read also</h2><ul>{links}</ul></aside></body>"
    return answer(page.replace(b"</body>", related.encode()))


PAPER = {
    "/": front(FERRY, FLOOD),
    "/feed.xml": feed(FERRY, FLOOD),
    FERRY: dated("Ferry crews reject the wage offer", FLOOD),
    FLOOD: dated("Flood closes the old bridge", FERRY),
}


def outcomes(archive: Path) -> Mapping[str, str]:
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT url, outcome FROM pages WHERE outcome IS NOT NULL").fetchall()
    return {urlsplit(url).path: outcome for url, outcome in rows}


def test_story_that_is_named_for_a_site_is_archived_and_told_as_such(tmp_path: Path) -> None:
    with misbehaving(PAPER) as server:
        first = run_apart("crawl", server.url + FERRY[1:], *FAST, folder=tmp_path)
        site = run_apart("crawl", server.url, *FAST, folder=tmp_path)

    assert "Archived 2 new articles.\n" in first.out
    told = f"This is the address of a story, not of a site's first page:\n  {server.url}{FERRY[1:]}\n"
    assert told in first.out
    assert told not in site.out
    assert "2 known stories not asked for" in site.out
    assert "No stories were found" not in site.out
    assert {outcomes(tmp_path / "archive.db")[path] for path in (FERRY, FLOOD)} == {"stored"}


def test_story_that_is_named_for_a_site_is_looked_at_again_by_its_age(archive: Path, crawl: Crawl) -> None:
    with misbehaving({**PAPER, FERRY: dated("Ferry crews reject the wage offer", days=1)}) as server:
        crawl(server.url + FERRY[1:])

    with closing(read_archive(archive)) as connection:
        states = connection.execute("SELECT state FROM pages WHERE url LIKE '%ferry%'").fetchall()
    assert [state for (state,) in states] == ["pending"]


def test_section_is_no_story_whatever_it_opens_with(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/sport": dated("Flood closes the old bridge", FERRY)}) as server:
        crawl(server.url + "sport")

    assert outcomes(archive)["/sport"] == "listing"


@pytest.mark.parametrize("listed", ["/", "/feed.xml"])
def test_page_that_was_read_as_a_listing_alone_is_visited_where_it_is_named_as_a_story(
    archive: Path, crawl: Crawl, listed: str
) -> None:
    with misbehaving(
        {"/": front(), "/feed.xml": feed(), FERRY: PAPER[FERRY], listed: PAPER[listed]}
    ) as server:
        crawl(Source(url=server.url, fronts=(server.url + FERRY[1:],), feeds=("x:y",)))
        before = outcomes(archive)[FERRY]
        crawl(server.url, revisit_after=-1)

    assert (before, outcomes(archive)[FERRY]) == ("listing", "stored")


@pytest.mark.parametrize(
    "pages", [{"/": SCRIPT, "/feed.xml": feed()}, {"/": front("/a", "/b"), "/a": SCRIPT, "/b": SCRIPT}]
)
def test_site_that_needs_javascript_is_told_as_such(tmp_path: Path, pages: Mapping[str, Answer]) -> None:
    with misbehaving(pages) as server:
        result = run_apart("crawl", server.url, *FAST, folder=tmp_path)

    assert f"No stories were found at {server.url}\n" in result.out
    assert "the page shows nothing without JavaScript" in result.out
    assert "javascript = true in sources.toml" in result.out
    assert "name its feeds" not in result.out
    assert "Nothing new" not in result.out


def test_site_of_subscribers_is_not_said_to_lack_feeds(tmp_path: Path) -> None:
    with misbehaving({"/": front("/a"), "/a": LOGIN}) as server:
        result = run_apart("crawl", server.url, *FAST, folder=tmp_path)

    assert "1 page visited, none of which holds a story: the page asks to log in" in result.out
    assert "name its feeds" not in result.out
    assert f"archiver show {server.url}a\n" in result.out


def test_address_of_a_page_that_failed_is_broken_nowhere(tmp_path: Path) -> None:
    path = "/2026/10/a-page-that-is-no-longer-there"
    with misbehaving({path: answer(b"", "404 Not Found"), "/b": answer(story())}) as server:
        shown = on_terminal("crawl", server.url, *FAST, "-a", tmp_path / "archive.db", columns=40)

    assert f"{server.url}{path[1:]}" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)


def test_feed_that_is_named_for_a_site_is_told_as_such(tmp_path: Path) -> None:
    with misbehaving(PAPER) as server:
        result = run_apart("crawl", f"{server.url}feed.xml", *FAST, folder=tmp_path)

    assert f"looked at: {server.url}feed.xml (the response is application/rss+xml)\n" in result.out
    assert "Give the address of the site's first page.\n" in result.out
