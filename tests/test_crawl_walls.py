"""Walls, bombs, traps and used-up budgets: what is no story is never stored, and never in place of one."""

import gzip
import resource
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import Crawl
from misbehaving import MEGABYTE, PARAGRAPHS, Answer, answer, feed, misbehaving, redirect, story

from archiver.items import Outcome
from db.connection import read_archive
from spiders.frontier import Source
from spiders.traps import MOST_COPIES, MOST_QUERIES, looks_endless


def rows(archive: Path) -> Mapping[str, tuple[str, str]]:
    with closing(read_archive(archive)) as connection:
        found = connection.execute("SELECT url, outcome, detail FROM pages").fetchall()
    return {
        urlsplit(row["url"])._replace(scheme="", netloc="").geturl(): (row["outcome"], row["detail"])
        for row in found
    }


def wall(title: str, text: str, status: str = "200 OK", **headers: str) -> Answer:
    page = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    return answer(page.encode(), status, **headers)


CHECK = wall("Just a moment...", "Verifying you are human. This may take a few seconds.")
WALLS = {
    "/check": (CHECK, "challenge"),
    "/check-403": (
        wall("Just a moment...", "Enable JavaScript and cookies to continue", "403 No"),
        "challenge",
    ),
    "/check-header": (wall("News", "Hello", "403 No", CF_Mitigated="challenge"), "challenge"),
    "/check-empty": (answer(b"", "202 Accepted", X_Amzn_Waf_Action="challenge"), "challenge"),
    "/consent": (wall("Wir schätzen Ihre Privatsphäre", "Wir und 812 Partner. Alle akzeptieren."), "consent"),
    "/login": (wall("The Courier", "E-mail <input> <input type=password>"), "paywall"),
    "/abo": (wall("Das Hochwasser", "Dieser Artikel ist exklusiv für Abonnenten."), "paywall"),
    "/soft-404": (wall("Page introuvable - Le Courrier", "Essayez la recherche."), "gone"),
    "/script": (wall("The Courier", "You need to enable JavaScript to run this app."), "not_article"),
    "/plain-403": (wall("Forbidden area", "Staff only", "403 Forbidden"), "http_error"),
    "/nginx-403": (wall("403 Forbidden", "nginx", "403 Forbidden"), "http_error"),
    "/apache-403": (
        wall("403 Forbidden", "You don't have permission to access this resource.", "403 Forbidden"),
        "http_error",
    ),
    "/nginx-401": (wall("401 Authorization Required", "nginx", "401 Unauthorized"), "http_error"),
    "/about-cookies": (answer(story("Before you continue: what the new cookie law means")), "stored"),
    "/denied": (wall("Access Denied", "Reference #18.2c4f1160", "403 Forbidden"), "challenge"),
    "/about-robots": (answer(story("Are you a robot? A question that costs a second each")), "stored"),
    "/teaser": (
        answer(
            story(
                "Bridge",
                *PARAGRAPHS[:2],
                "Subscribe to read on.",
            ).replace(
                b"</head>",
                b'<script type="application/ld+json">{"@type":"NewsArticle","headline":"Bridge",'
                b'"isAccessibleForFree":false}</script></head>',
            )
        ),
        "stored",
    ),
}


def test_walls_are_told_and_stories_about_them_are_stored(archive: Path, crawl: Crawl) -> None:
    with misbehaving({path: page for path, (page, _) in WALLS.items()}) as server:
        crawl(server.url, RETRY_TIMES=0)

    found = rows(archive)
    assert {path: found[path][0] for path in WALLS} == {path: outcome for path, (_, outcome) in WALLS.items()}


@pytest.mark.parametrize("path", [path for path, (_, outcome) in WALLS.items() if outcome != "stored"])
def test_no_wall_takes_the_place_of_a_story(archive: Path, crawl: Crawl, path: str) -> None:
    with misbehaving({"/a": answer(story())}) as server:
        crawl(server.url)
        server.pages["/a"] = WALLS[path][0]
        crawl(server.url, RETRY_TIMES=0)

    assert rows(archive)["/a"][0] == WALLS[path][1]
    with closing(read_archive(archive)) as connection:
        assert connection.execute("SELECT headline, revision FROM articles").fetchall()[0]["revision"] == 1


def test_site_that_checks_everybody_is_left_alone_and_nothing_counts_as_fetched(
    archive: Path, crawl: Crawl
) -> None:
    pages = dict.fromkeys((f"/{number}" for number in range(20)), CHECK)
    with misbehaving({**pages, "/": CHECK}) as server:
        summary = crawl(server.url)

    assert rows(archive)["/"][0] == "challenge"
    assert summary.counts[server.url][Outcome.CHALLENGE] < 12


# Blocks of zstd that repeat one byte 128 kB long, as RFC 8878 writes them; the last says so.
ZSTD = (
    b"\x28\xb5\x2f\xfd\x00\x58"
    + b"".join((131072 << 3 | 2).to_bytes(3, "little") + b"x" for _ in range(1600))
    + (131072 << 3 | 3).to_bytes(3, "little")
    + b"x"
)
ZEROS = gzip.compress(bytes(200 * MEGABYTE))
BOMBS = {
    "/gzip": answer(ZEROS, Content_Encoding="gzip"),
    "/deflate": answer(zlib.compress(bytes(200 * MEGABYTE)), Content_Encoding="deflate"),
    "/twice": answer(gzip.compress(ZEROS), Content_Encoding="gzip, gzip"),
    "/zstd": answer(ZSTD, Content_Encoding="zstd"),
    "/br": answer(b"\xcf\xff\xff\x7f\xf8'\x00\x00" * 99, Content_Encoding="br"),
    "/compress": answer(b"\x1f\x9d\x90" * 99, Content_Encoding="compress"),
    "/feed.xml": answer(ZEROS, Content_Encoding="gzip"),
    "/map.xml.gz": answer(ZEROS, content_type="application/gzip"),
}


def test_nothing_unpacks_beyond_the_limit(archive: Path, crawl: Crawl) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with misbehaving({**BOMBS, "/list.xml": feed(*BOMBS)}) as server:
        feeds = (f"{server.url}feed.xml", f"{server.url}list.xml")
        crawl(Source(url=server.url, feeds=feeds, sitemaps=(f"{server.url}map.xml.gz",)), RETRY_TIMES=0)

    found = {path: rows(archive)[path][0] for path in BOMBS}
    assert {found[path] for path in ("/gzip", "/deflate", "/twice", "/feed.xml")} == {"too_large"}
    assert set(found.values()) <= {"too_large", "unreachable", "listing", "parse_error", "not_html"}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < max(before, 700 * 1024)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a/b/a/c/a/d", "repeats 'a' 3 times"),
        ("/".join("abcdefghijklmnopqrstuvwxyz"), "more than 20 parts"),
        ("x" * 2000, "more than 2000 characters"),
        ("2011/11/11/11/story", ""),
        ("news/local/news/story", ""),
    ],
)
def test_trap_is_known_by_its_looks(path: str, reason: str) -> None:
    found = looks_endless(f"https://news.example/{path}")

    assert (bool(found), reason in found) == (bool(reason), True)


def linked(page: bytes, *paths: str) -> Answer:
    links = "".join(f"<li><a href='{path}'>The story of the day at {path[-30:]}</a></li>" for path in paths)
    return answer(
        page.replace(b"</body>", f"<aside><h2>Read also</h2><ul>{links}</ul></aside></body>".encode())
    )


def test_address_that_leads_into_itself_is_recorded_and_not_asked_for(archive: Path, crawl: Crawl) -> None:
    trap = "/news/more/news/more/news/more/story"
    with misbehaving(
        {"/a": linked(story(), trap, "/b", "/c"), "/b": answer(story("The ferry sails"))}
    ) as server:
        server.pages["/feed.xml"] = feed("/a")
        summary = crawl(server.url)

    assert trap not in server.asked
    assert rows(archive)[trap] == ("trap", "its path repeats 'news' 3 times")
    assert rows(archive)["/b"][0] == "stored"
    assert any("1 address" in note for note in summary.notes)


@pytest.mark.parametrize(
    ("page", "most"), [(answer(story()), MOST_COPIES), (answer(b"<html><body><p>No day</p>"), MOST_QUERIES)]
)
def test_ever_new_queries_end(archive: Path, crawl: Crawl, page: Answer, most: int) -> None:
    paths = [f"/news/the-story-of-the-day?day={number}" for number in range(60)]
    stories = {
        f"/{number}": linked(story(f"The ferry sails on day {number}"), *paths[number : number + 6])
        for number in range(0, len(paths), 6)
    }
    with misbehaving({**stories, "/feed.xml": feed(*stories)}) as server:
        server.pages.update(dict.fromkeys(paths, page))
        crawl(server.url)
        asked = sum(path in paths for path in server.asked)

    # The first text is no copy; and a batch of 8 waits to be written while 3 more are under way.
    assert most <= asked <= 1 + most + 8 + 3
    assert sum(outcome == "trap" for outcome, _ in rows(archive).values()) == 60 - asked


def test_copies_met_again_tell_nothing_of_new_stories(archive: Path, crawl: Crawl) -> None:
    copies = [f"/news/copy-{number}" for number in range(2 * MOST_COPIES + 4)]
    with misbehaving({"/a": answer(story()), **dict.fromkeys(copies, answer(story()))}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",), sitemaps=("x:y",))
        crawl(source)
        server.pages["/a"] = linked(story(), "/news/ferry", "/ferry", "/boat")
        server.pages["/news/ferry"] = answer(story("The ferry sails"))
        server.pages["/feed.xml"] = feed(*copies, "/a")
        crawl(source)

    assert rows(archive)["/news/copy-1"][0] == "duplicate"
    assert rows(archive)["/news/ferry"][0] == "stored"


def test_trap_is_asked_for_once_others_like_it_are_stories(archive: Path, crawl: Crawl) -> None:
    copies = [f"/news/copy-{number}" for number in range(2 * MOST_COPIES + 4)]
    links = ("/news/ferry", "/ferry", "/boat")
    pages = {"/a": linked(story(), *links), "/news/ferry": answer(story("The ferry sails"))}
    with misbehaving({**pages, **dict.fromkeys(copies, answer(story()))}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",), sitemaps=("x:y",))
        server.pages["/feed.xml"] = feed("/a", *copies)
        crawl(source)
        trapped = rows(archive)["/news/ferry"][0]
        server.pages |= {"/b": linked(story("The boat sinks"), *links), "/feed.xml": feed("/b")}
        crawl(source, revisit_after=-1)

    assert (trapped, rows(archive)["/news/ferry"][0]) == ("trap", "stored")


def test_budget_of_pages_a_day_holds_over_several_crawls(archive: Path, crawl: Crawl) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}")) for number in range(9)}
    with misbehaving(pages) as server:
        source = Source(url=server.url, pages=2, pages_a_day=3)
        first, second = (crawl(source, revisit_after=-1) for _ in range(2))

    assert sum(path in pages for path in server.asked) == 3
    assert [bool(each.spent) for each in (first, second)] == [False, True]
    assert second.spent[server.url] == "3 pages a day (pages_a_day)"
    assert [first.left, second.left] == [7, 6]


def test_listings_are_read_when_the_pages_of_a_day_are_used_up(archive: Path, crawl: Crawl) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}")) for number in range(9)}
    with misbehaving(pages) as server:
        source = Source(url=server.url, pages_a_day=2)
        crawl(source, revisit_after=-1)
        server.pages["/feed.xml"] = feed("/seen-for-an-hour", "/0", "/1")
        hour = crawl(source, revisit_after=-1)
        server.pages |= {"/feed.xml": feed("/0", "/1"), "/seen-for-an-hour": answer(story("Gone in an hour"))}
        crawl(replace(source, pages_a_day=3), revisit_after=-1)

    assert hour.counts == {server.url: {Outcome.LISTING: 2}}
    assert hour.left == 8
    assert rows(archive)["/seen-for-an-hour"][0] == "stored"


def test_budgets_count_redirects_and_second_tries(archive: Path, crawl: Crawl) -> None:
    moved = {f"/{number}": redirect(f"/at/{number}") for number in range(9)}
    pages = {f"/at/{number}": answer(story(f"Story number {number}")) for number in range(9)}
    broken = {"/broken": answer(b"<p>Sorry", "500 Internal Server Error")}
    with misbehaving({**broken, **moved, **pages}) as server:
        server.pages["/feed.xml"] = feed(*broken, *moved)
        source = Source(url=server.url, pages=5, pages_a_day=7)
        counts = []
        for _ in range(3):
            before = len(server.asked)
            crawl(source, revisit_after=-1)
            counts.append(sum(path in {**broken, **moved, **pages} for path in server.asked[before:]))

    # What is under way is led on: three stories at most. Without that, it were 10 and 14 requests.
    assert 5 <= counts[0] <= 8
    assert 7 <= sum(counts) <= 11
    assert counts[2] == 0
    log = archive.with_suffix(".log").read_text()
    assert f"HTTP status 302 at {server.url}0: then {server.url}at/0" in log
    assert f"HTTP status 500 at {server.url}broken: tried again" in log
    assert f"no listing at {server.url}sitemap.xml: HTTP status 404" in log


def test_budget_of_megabytes_a_day_counts_robots_txt(archive: Path, crawl: Crawl) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}")) for number in range(3)}
    with misbehaving(pages) as server:
        server.pages["/robots.txt"] = answer(b"# a long word\n" * 20_000, content_type="text/plain")
        summary = crawl(Source(url=server.url, megabytes_a_day=0.3))

    assert "megabytes_a_day" in summary.spent[server.url]
    assert not set(pages) & set(server.asked)


def test_budgets_of_a_day_know_what_earlier_crawls_asked_beside_pages(archive: Path, crawl: Crawl) -> None:
    broken = {f"/{number}": answer(b"<p>Sorry", "500 Internal Server Error") for number in range(9)}
    with misbehaving(broken) as server:
        server.pages["/robots.txt"] = answer(b"# a long word\n" * 10_000, content_type="text/plain")
        source = Source(url=server.url, pages=2, pages_a_day=8)
        for _ in range(9):
            crawl(source, revisit_after=-1)
        asked = [path for path in server.asked if path in broken]
        crawls = server.asked.count("/robots.txt")
        again = crawl(replace(source, pages_a_day=None, megabytes_a_day=0.14 * crawls), revisit_after=-1)

    assert 8 <= len(asked) <= 10  # each twice
    assert "megabytes_a_day" in again.spent[server.url]


def test_budget_of_megabytes_a_day_holds(archive: Path, crawl: Crawl) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}", "Word. " * 40_000)) for number in range(9)}
    with misbehaving(pages) as server:
        source = Source(url=server.url, megabytes_a_day=0.5)
        first, second = crawl(source), crawl(source)

    assert 3 <= sum(path in pages for path in server.asked) <= 6
    assert "megabytes_a_day" in first.spent[server.url]
    assert Outcome.STORED not in second.counts.get(server.url, {})
    assert second.left > 0
