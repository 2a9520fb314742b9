"""What a server asks for is given: its robots.txt is obeyed, a pause is kept, a host that is busy is left alone."""

import gzip
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import Crawl
from misbehaving import MEGABYTE, Answer, Server, answer, feed, front, misbehaving, redirect, story

from db.connection import read_archive
from spiders.frontier import Source


def outcomes(archive: Path) -> Mapping[str, str]:
    with closing(read_archive(archive)) as connection:
        found = connection.execute("SELECT url, outcome FROM pages").fetchall()
    return {urlsplit(url)._replace(scheme="", netloc="").geturl(): outcome for url, outcome in found}


def robots(text: str | bytes, **headers: str) -> Answer:
    body = text.encode() if isinstance(text, str) else text
    return answer(body, content_type="text/plain", **headers)


FORBID_A = "User-agent: *\nDisallow: /a\n"


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (robots(FORBID_A), "robots"),
        (robots(b"\xef\xbb\xbf" + FORBID_A.encode()), "robots"),
        (robots(b"# caf\xe9\n" + FORBID_A.encode()), "robots"),
        (robots(gzip.compress(FORBID_A.encode()), Content_Encoding="gzip"), "robots"),
        (robots("User-agent: *\nDisallow: /*a$\n"), "robots"),
        (robots("User-agent: *\nDisallow: /\nAllow: /$\nAllow: /feed\nAllow: /b\n"), "robots"),
        (robots("User-agent: *\nDisallow: /\nAllow: /a\nAllow: /$\nAllow: /feed\nAllow: /b"), "stored"),
        (robots("User-agent: *\nDisallow: /a\n\nUser-agent: news-archiver\nDisallow: /c\n"), "stored"),
        (robots("User-agent: *\nAllow: /\n\nUser-agent: News-Archiver\nDisallow: /a\n"), "robots"),
        (robots("User-agent: news\nAllow: /\n\n" + FORBID_A), "robots"),
        (robots("User-agent: news-archiver-pro\nAllow: /\n\n" + FORBID_A), "robots"),
        (robots("User-agent: news-archiver/0.1.0 # ours\nDisallow: /a\n"), "robots"),
        (
            robots("User-agent: news-archiver\n\nUser-agent: x\nDisallow: /a\nUser-agent: y\nDisallow: /b"),
            "robots",
        ),
        (robots("User-agent: news-archiver\nCrawl-delay: 0\nUser-agent: x\nDisallow: /a\n"), "robots"),
        (robots("User-agent: *\nCrawl-delay: 0\n\nUser-agent: x\nDisallow: /a\n"), "stored"),
        (robots("Disallow: /a\nUser-agent: x\nDisallow: /\n"), "stored"),
        (answer(FORBID_A.encode(), "203 Not By The Source", content_type="text/plain"), "robots"),
        (robots("<!doctype html><html><body>Not here</body></html>"), "stored"),
        (answer(b"", "404 Not Found"), "stored"),
        (answer(b"", "403 Forbidden"), "stored"),
        (robots(FORBID_A + "# x\n" * 150_000), "robots"),
        (robots(FORBID_A + "# x\n" * 3 * MEGABYTE), "robots"),
        (robots("# x\n" * 127_998 + "User-agent: *\nDisallow: /abcdefgh\n"), "stored"),
        (redirect("/there.txt"), "robots"),
        (redirect("/loop.txt"), "stored"),
    ],
)
def test_robots_txt_is_read_as_the_standard_says(
    archive: Path, crawl: Crawl, given: Answer, outcome: str
) -> None:
    pages = {"/a": answer(story("First of all")), "/b": answer(story("Second to none")), "/robots.txt": given}
    others = {
        "/there.txt": robots(FORBID_A),
        "/loop.txt": redirect("/loop.txt"),
        "/feed.xml": feed("/a", "/b"),
    }
    with misbehaving(pages | others) as server:
        crawl(server.url, RETRY_TIMES=0)

    assert (outcomes(archive)["/a"], outcomes(archive)["/b"]) == (outcome, "stored")
    assert ("/a" in server.asked) == (outcome == "stored")
    assert server.asked.count("/loop.txt") in (0, 5)


def test_robots_txt_that_unpacks_to_too_much_forbids_for_now(archive: Path, crawl: Crawl) -> None:
    bomb = robots(gzip.compress(bytes(100 * MEGABYTE)), Content_Encoding="gzip")
    with misbehaving({"/a": answer(story()), "/robots.txt": bomb}) as server:
        crawl(server.url, RETRY_TIMES=0)

    assert outcomes(archive)["/"] == "robots"


def test_sitemap_that_robots_txt_names_is_read(archive: Path, crawl: Crawl) -> None:
    sitemap = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{}a</loc></url></urlset>"
    with misbehaving({"/a": answer(story()), "/feed.xml": feed()}) as server:
        server.pages["/robots.txt"] = robots(f"Sitemap: {server.url}hidden/map.xml")
        server.pages["/hidden/map.xml"] = answer(sitemap.format(server.url).encode(), content_type="text/xml")
        crawl(server.url)

    assert outcomes(archive)["/a"] == "stored"


def gaps(server: Server, paths: Mapping[str, Answer]) -> list[float]:
    moments = [moment for path, moment in zip(server.asked, server.times, strict=True) if path in paths]
    return [later - earlier for earlier, later in pairwise(moments)]


@pytest.mark.parametrize("automatic", [False, True])
def test_crawl_delay_is_kept_up_to_the_cap(archive: Path, crawl: Crawl, automatic: bool) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}")) for number in range(3)}
    rules = robots("User-agent: *\nCrawl-delay: 99999\n")
    with misbehaving({**pages, "/robots.txt": rules, "/sitemap.xml": feed()}) as server:
        source = Source(url=server.url, sitemaps=(f"{server.url}feed.xml",))
        summary = crawl(source, CRAWL_DELAY_MAX=0.7, AUTOTHROTTLE_ENABLED=automatic)

    assert len(gaps(server, pages)) == 2
    # A busy machine answers the first of two late.
    assert min(gaps(server, pages)) >= 0.5
    assert any("asks for a Crawl-delay of 99999 s; 0.7 s are kept" in note for note in summary.notes)


@pytest.mark.parametrize("delay", ["-1", "abc", "nan", "inf", ""])
def test_crawl_delay_that_is_none_changes_nothing(archive: Path, crawl: Crawl, delay: str) -> None:
    rules = robots(f"User-agent: *\nCrawl-delay: {delay}\n")
    with misbehaving({"/a": answer(story()), "/robots.txt": rules}) as server:
        crawl(server.url)

    assert outcomes(archive)["/a"] == "stored"


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("written", ["seconds", "date"])
def test_pause_that_a_server_asks_for_is_kept(archive: Path, crawl: Crawl, status: str, written: str) -> None:
    def busy(client: socket.socket) -> None:
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=2.5), usegmt=True)
        answer(b"", status, Retry_After="1" if written == "seconds" else later)(client)

    pages = {"/a": busy, "/b": answer(story("Second to none"))}
    with misbehaving(pages) as server:
        crawl(server.url, RETRY_TIMES=0)

    assert [path for path in server.asked if path in pages] == ["/a", "/b"]
    assert gaps(server, pages)[0] >= 0.95
    assert [outcomes(archive)[path] for path in pages] == ["http_error", "stored"]


@pytest.mark.parametrize("asked", ["nonsense", "-5", "Fri, 31 Feb 2026 99:99:99 GMT", ""])
def test_pause_that_means_nothing_stops_nothing(archive: Path, crawl: Crawl, asked: str) -> None:
    pages = {"/a": answer(b"", "429 Too Many Requests", Retry_After=asked), "/b": answer(story())}
    with misbehaving(pages) as server:
        crawl(server.url, RETRY_TIMES=0)

    assert outcomes(archive)["/b"] == "stored"


def test_host_that_asks_for_a_week_is_left_alone(archive: Path, crawl: Crawl) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}")) for number in range(8)}
    with misbehaving(pages) as server:
        server.pages["/0"] = answer(b"", "429 Too Many Requests", Retry_After="604800")
        summary = crawl(server.url)
        asked = [path for path in server.asked if path in pages]
        server.pages["/0"], server.pages["/feed.xml"] = pages["/0"], feed()
        crawl(server.url)

    assert asked == ["/0"]
    assert summary.left >= 7
    assert any("was left alone (HTTP status 429, come back in 604800 s)" in note for note in summary.notes)
    assert {outcomes(archive)[path] for path in pages if path != "/0"} == {"stored"}


def test_host_that_stays_busy_is_left_alone(archive: Path, crawl: Crawl) -> None:
    busy = answer(b"", "503 Service Unavailable")
    pages = dict.fromkeys((f"/{number}" for number in range(20)), busy)
    with misbehaving(pages) as server:
        summary = crawl(server.url)

    assert sum(path in pages for path in server.asked) == 4
    assert any("4 times in a row" in note for note in summary.notes)
    assert summary.left >= 17


def test_one_request_at_a_time_and_nothing_about_the_reader(archive: Path, crawl: Crawl) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def slow(page: bytes) -> Answer:
        def respond(client: socket.socket) -> None:
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.05)
            with lock:
                under_way -= 1  # before the client hears of it, and may ask for the next
            answer(page, Set_Cookie="who=you; Path=/")(client)

        return respond

    pages = {f"/{number}": slow(story(f"Story number {number}")) for number in range(6)}
    with misbehaving({"/": front(*pages), **pages}) as server:
        crawl(server.url)

    assert set(pages) <= set(server.asked)
    assert most == 1
    for request in server.requests:
        fields = {line.partition(":")[0].lower() for line in request.splitlines()[1:]}
        assert fields.isdisjoint({"cookie", "referer", "authorization"})
