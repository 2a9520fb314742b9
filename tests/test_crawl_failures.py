"""Whatever a server does, every page gets an outcome with a reason, and the crawl goes on."""

import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import Crawl
from misbehaving import PAGES, answer, feed, front, misbehaving, redirect, story

from archiver.crawl.run import CrawlPlan, CrawlSummary, run_crawl
from archiver.items import Outcome
from db.connection import read_archive
from db.store import CrawlState
from spiders.frontier import Source

EXPECTED = {
    "/good": ("stored", ""),
    "/no-answer": ("timeout", "no whole response in time"),
    "/slow-body": ("timeout", "no whole response in time"),
    "/cut-body": ("unreachable", "the connection broke"),
    "/cut-chunk": ("unreachable", "the connection broke"),
    "/hang-up": ("unreachable", "the connection broke"),
    "/no-http": ("unreachable", "the connection broke"),
    "/endless": ("too_large", "longer than a page may be"),
    "/huge": ("too_large", "longer than a page may be"),
    "/bomb": ("too_large", "unpacks to more than a page may have"),
    "/broken-gzip": ("unreachable", "the connection broke"),
    "/empty": ("empty", "the response has no body"),
    "/blank": ("empty", "the response has no body"),
    "/pdf": ("not_html", "the response is application/pdf"),
    "/pdf-as-html": ("not_html", "the response is a PDF document"),
    "/feed-as-html": ("not_html", "the response is XML (rss)"),
    "/untyped": ("stored", ""),
    "/loop": ("redirect", "too many redirects"),
    "/loop-a": ("redirect", "too many redirects"),
    "/moved": ("stored", ""),
    "/to-file": ("redirect", "HTTP status 302 leads to file:///etc/passwd"),
    "/to-script": ("redirect", "leads to no address"),
    "/404": ("gone", "HTTP status 404"),
    "/410": ("gone", "HTTP status 410"),
    "/403": ("http_error", "HTTP status 403"),
    "/500": ("http_error", "HTTP status 500"),
    "/503": ("http_error", "HTTP status 503"),
    "/forbidden/story": ("robots", "robots.txt does not allow it"),
    "/nested": ("parse_limit", "nest"),
    "/broken-encoding": ("stored", ""),
    "/uninvited-304": ("http_error", "HTTP status 304"),
    "/no-story": ("not_article", "story"),
    "/last": ("stored", ""),
}


@pytest.fixture(scope="module")
def visited(
    tmp_path_factory: pytest.TempPathFactory, fresh_processes: ProcessPoolExecutor
) -> Iterator[tuple[CrawlSummary, Mapping[str, tuple[str, str]], list[str]]]:
    """Crawl the misbehaving server once; yield the summary, the page rows by path, and what was asked."""
    archive = tmp_path_factory.mktemp("failures") / "archive.db"
    with misbehaving() as server:
        plan = CrawlPlan(
            archive=archive,
            sources=(Source(url=server.url),),
            delay=0,
            log_file=archive.with_suffix(".log"),
            others={"DOWNLOAD_TIMEOUT": 1, "RETRY_TIMES": 0, "AUTOTHROTTLE_ENABLED": False},
        )
        summary = fresh_processes.submit(run_crawl, plan).result(timeout=60)
        yield summary, page_rows(archive), server.asked


def page_rows(archive: Path) -> Mapping[str, tuple[str, str]]:
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT url, outcome, detail FROM pages").fetchall()
    return {urlsplit(row["url"]).path: (row["outcome"], row["detail"] or "") for row in rows}


def test_all_misdeeds_are_expected() -> None:
    assert set(EXPECTED) == set(PAGES) - {"/moved-here", "/loop-b"}


@pytest.mark.parametrize("path", EXPECTED)
def test_every_page_has_its_outcome_and_reason(
    visited: tuple[CrawlSummary, Mapping[str, tuple[str, str]], list[str]], path: str
) -> None:
    outcome, detail = visited[1][path]

    assert (outcome, EXPECTED[path][1] in detail) == (EXPECTED[path][0], True), detail
    assert "\n" not in detail


def test_summary_counts_every_outcome(
    visited: tuple[CrawlSummary, Mapping[str, tuple[str, str]], list[str]],
) -> None:
    summary = visited[0]
    (counts,) = summary.counts.values()

    for outcome in {outcome for outcome, _ in EXPECTED.values()}:
        assert counts[Outcome(outcome)] == [name for name, _ in EXPECTED.values()].count(outcome)
    assert counts[Outcome.LISTING] == 2
    assert summary.state is CrawlState.DONE
    assert summary.fetched


def test_what_robots_txt_forbids_is_not_asked_for(
    visited: tuple[CrawlSummary, Mapping[str, tuple[str, str]], list[str]],
) -> None:
    assert "/forbidden/story" not in visited[2]


def test_a_redirect_to_another_site_is_not_followed(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/there": answer(story())}) as other:
        pages = {"/away": redirect(f"{other.url}there"), "/good": answer(story())}
        with misbehaving(pages) as server:
            crawl(server.url)

            outcome, detail = page_rows(archive)["/away"]
            assert outcome == "redirect"
            assert f"{other.url}there" in detail
        assert other.asked == []


def test_unreachable_site_is_reported(archive: Path, crawl: Crawl) -> None:
    with misbehaving({}) as server:
        url = server.url

    summary = crawl(url, RETRY_TIMES=0)

    assert summary.counts == {url: {Outcome.UNREACHABLE: 1}}
    assert not summary.fetched
    assert page_rows(archive) == {"/": ("unreachable", "the server refuses the connection")}


def test_host_that_does_not_exist_is_reported(archive: Path, crawl: Crawl) -> None:
    summary = crawl("http://no-such-host.invalid/", RETRY_TIMES=0)

    assert summary.counts == {"http://no-such-host.invalid/": {Outcome.UNREACHABLE: 1}}
    assert page_rows(archive)["/"][1].startswith(("no such host", "the connection broke"))


def test_site_that_stops_answering_is_left_alone(archive: Path, crawl: Crawl) -> None:
    paths = [f"/{number}" for number in range(20)]
    pages = dict.fromkeys(paths, PAGES["/hang-up"])
    with misbehaving(pages) as server:
        summary = crawl(server.url, RETRY_TIMES=0)

    assert 5 <= summary.counts[server.url][Outcome.UNREACHABLE] <= 7
    assert summary.left >= 13


def test_robots_txt_that_fails_forbids_everything(archive: Path, crawl: Crawl) -> None:
    pages = {"/good": answer(story()), "/robots.txt": answer(b"", "500 Oh no")}
    with misbehaving(pages) as server:
        crawl(server.url, RETRY_TIMES=0)

        assert "/good" not in server.asked
        assert "/" not in server.asked
    assert page_rows(archive)["/"][0] == "robots"


def test_robots_txt_can_be_ignored_on_request(archive: Path, crawl: Crawl) -> None:
    pages = {"/good": answer(story()), "/robots.txt": answer(b"User-agent: *\nDisallow: /")}
    with misbehaving(pages) as server:
        crawl(server.url, ROBOTSTXT_OBEY=False)

    assert page_rows(archive)["/good"][0] == "stored"


def test_a_bug_on_one_page_is_recorded_and_the_crawl_goes_on(archive: Path, crawl: Crawl) -> None:
    pages = {"/a": answer(story("First of all")), "/b": answer(story("Second to none"))}
    with misbehaving(pages) as server:
        crawl(server.url, ITEM_PIPELINES={f"{__name__}.FailsOnFirst": 1, "archiver.pipelines.store.Store": 2})

    rows = page_rows(archive)
    assert rows["/a"] == ("parse_error", "a fault of the archiver: ZeroDivisionError: division by zero")
    assert rows["/b"][0] == "stored"


class FailsOnFirst:
    """A pipeline with a bug."""

    def process_item(self, item: object) -> object:
        if getattr(item, "url", "").endswith("/a"):
            1 / 0  # noqa: B018
        return item


def test_archive_that_cannot_be_written_any_longer_ends_the_crawl(archive: Path, crawl: Crawl) -> None:
    from archiver.errors import ArchiveError  # noqa: PLC0415

    with misbehaving({f"/{number}": answer(story(f"Story {number}")) for number in range(9)}) as server:
        pipelines = {f"{__name__}.FullDisk": 1}
        with pytest.raises(ArchiveError, match="the disk is full"):
            crawl(server.url, ITEM_PIPELINES=pipelines)

    with closing(read_archive(archive)) as connection:
        assert connection.execute("SELECT state FROM crawls").fetchone()[0] == "failed"
        assert len(server.asked) < 9


class FullDisk:
    """A pipeline that cannot write."""

    def process_item(self, item: object) -> object:
        from archiver.errors import ArchiveError  # noqa: PLC0415

        raise ArchiveError("the disk is full")


def test_pages_of_failed_visits_are_sound(archive: Path, crawl: Crawl) -> None:
    pages = dict(PAGES) | {"/": front("/good"), "/feed.xml": feed("/nested", "/good", "/500")}
    with misbehaving(pages) as server:
        crawl(server.url, RETRY_TIMES=0)

    with closing(sqlite3.connect(archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
