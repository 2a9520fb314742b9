"""Whatever a server does, every page gets an outcome with a reason, and the crawl goes on."""

import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import Crawl
from misbehaving import PAGES, answer, feed, front, misbehaving, no_answer, redirect, story

from archiver.crawl.run import CrawlPlan, CrawlSummary, run_crawl
from archiver.errors import ExitCode
from archiver.items import Outcome
from archiver.sample.server import SampleServer
from db.connection import open_archive, read_archive
from db.store import CrawlState
from db.values import time_text
from spiders.frontier import Source

EXPECTED = {
    "/good": ("stored", ""),
    "/no-answer": ("timeout", "no whole response in time"),
    "/slow-body": ("timeout", "no whole response in time"),
    "/cut-body": ("unreachable", "the connection ended before the whole body arrived"),
    "/cut-chunk": ("unreachable", "the connection ended before the whole body arrived"),
    "/reset": ("unreachable", "the connection ended before the whole body arrived"),
    "/hang-up": ("unreachable", "the connection ended before an answer came"),
    "/no-http": ("unreachable", "the connection broke"),
    "/endless": ("too_large", "longer than a page may be"),
    "/huge": ("too_large", "longer than a page may be"),
    "/bomb": ("too_large", "unpacks to more than a page may have"),
    "/broken-gzip": ("unreachable", "the body could not be decoded"),
    "/cut-gzip": ("unreachable", "the body could not be decoded"),
    "/cut-deflate": ("unreachable", "the body could not be decoded"),
    "/whole-gzip": ("stored", ""),
    "/whole-deflate": ("stored", ""),
    "/xml": ("not_html", "the response is XML (data)"),
    "/xhtml-as-xml": ("stored", ""),
    "/nul": ("stored", ""),
    "/utf-16": ("stored", ""),
    "/utf-16-unmarked": ("stored", ""),
    "/binary-as-html": ("not_html", "the response is binary"),
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
    "/part": ("http_error", "HTTP status 206: a part of the page, unasked"),
    "/part-of-unknown": ("http_error", "HTTP status 206: a part of the page, unasked"),
    "/whole-part": ("stored", ""),
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
            crawl(server.url, ALLOWED_NETWORKS="127.0.0.1")

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


def test_site_that_answers_nothing_but_errors_is_left_alone(archive: Path, crawl: Crawl) -> None:
    pages = dict.fromkeys([f"/{number}" for number in range(60)], answer(b"<h1>No</h1>", "403 Forbidden"))
    with misbehaving(pages) as server:
        summary = crawl(server.url)

    assert 20 <= summary.counts[server.url][Outcome.HTTP_ERROR] <= 40
    assert summary.left >= 20


def test_robots_txt_that_fails_forbids_everything(archive: Path, crawl: Crawl) -> None:
    pages = {"/good": answer(story()), "/robots.txt": answer(b"", "503 Busy")}
    with misbehaving(pages) as server:
        crawl(server.url, RETRY_TIMES=0)

        assert set(server.asked) == {"/robots.txt"}
    why = "robots.txt could not be fetched (HTTP status 503): its host is left alone for now"
    assert page_rows(archive) == {"/": ("robots", why)}


def test_robots_txt_that_never_comes_forbids_everything(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/good": answer(story()), "/robots.txt": no_answer}) as server:
        crawl(server.url, RETRY_TIMES=0, DOWNLOAD_TIMEOUT=0.5)

        assert set(server.asked) == {"/robots.txt"}
    outcome, detail = page_rows(archive)["/"]
    assert (outcome, "could not be fetched (no whole response in time)" in detail) == ("robots", True)


def test_what_waits_for_a_robots_txt_that_fails_waits_on(archive: Path, crawl: Crawl) -> None:
    pages = {"/a": answer(story("First of all")), "/b": answer(story("Second to none"))}
    with misbehaving(pages) as server:
        crawl(Source(url=server.url, pages=1))
        time.sleep(1.1)  # visits are dated by the second, and only those before a crawl's are due in it
        server.pages["/robots.txt"] = answer(b"", "503 Busy")
        refused = crawl(server.url, RETRY_TIMES=0)
        server.pages["/robots.txt"] = answer(b"", "404 Not Found")
        server.pages["/feed.xml"] = feed()
        crawl(server.url)

    assert refused.left == 2  # the second story, and the first one's next look
    assert {page_rows(archive)[path][0] for path in pages} <= {"stored", "unchanged"}


def test_story_that_failed_is_asked_for_again_a_few_times(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": PAGES["/503"], "/b": PAGES["/403"]}) as server:
        for _ in range(2):
            crawl(server.url, RETRY_TIMES=0)
            server.pages["/feed.xml"] = feed()
        server.pages["/a"] = answer(story())
        crawl(server.url)

        assert (server.asked.count("/a"), server.asked.count("/b")) == (3, 1)
    assert page_rows(archive)["/a"][0] == "stored"


def test_story_that_keeps_failing_is_given_up_after_two_weeks(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": PAGES["/503"]}) as server:
        for _ in range(5):
            crawl(server.url, RETRY_TIMES=0)
            server.pages["/feed.xml"] = feed()
        assert server.asked.count("/a") == 5
        with closing(open_archive(archive)) as connection, connection:
            long_ago = time_text(datetime.now(UTC) - timedelta(days=15))
            connection.execute("UPDATE captures SET fetched = ?", (long_ago,))
        for _ in range(3):
            crawl(server.url, RETRY_TIMES=0)

        assert server.asked.count("/a") == 6


def test_server_that_speaks_no_https_is_told_as_such(
    archive: Path, crawl: Crawl, paper: SampleServer
) -> None:
    crawl(paper.url.replace("http:", "https:"), RETRY_TIMES=0, ROBOTSTXT_OBEY=False)

    reason = "the server speaks no https there: give its address with http://"
    assert page_rows(archive)["/"] == ("unreachable", reason)


def test_feed_that_failed_is_no_story(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/feed.xml": PAGES["/503"], "/a": answer(story())}) as server:
        crawl(server.url, RETRY_TIMES=0)
        server.pages["/feed.xml"] = feed("/a")
        crawl(server.url, RETRY_TIMES=0)

    assert page_rows(archive)["/feed.xml"][0] == "listing"
    assert page_rows(archive)["/a"][0] == "stored"


def test_robots_txt_can_be_ignored_on_request(archive: Path, crawl: Crawl) -> None:
    pages = {"/good": answer(story()), "/robots.txt": answer(b"User-agent: *\nDisallow: /")}
    with misbehaving(pages) as server:
        crawl(server.url, ROBOTSTXT_OBEY=False)

    assert page_rows(archive)["/good"][0] == "stored"


def test_a_bug_on_one_page_is_recorded_and_the_crawl_goes_on(archive: Path, crawl: Crawl) -> None:
    pages = {"/a": answer(story("First of all")), "/b": answer(story("Second to none"))}
    with misbehaving(pages) as server:
        crawl(server.url, ITEM_PIPELINES={f"{__name__}.FailsOnFirst": 1, "archiver.pipelines.batch.Batch": 2})

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


def test_full_disk_is_one_line_on_standard_error(archive: Path) -> None:
    stories = {f"/{number}": answer(story(f"Story {number}", *WORDY)) for number in range(40)}
    script = "import sys; from archiver.cli import main; sys.exit(main())"
    with misbehaving(stories) as server:
        command = [
            sys.executable,
            "-c",
            script,
            "crawl",
            server.url,
            "--archive",
            str(archive),
            "--delay",
            "0",
        ]
        done = subprocess.run(
            [*command, "--quiet"], preexec_fn=no_large_file, capture_output=True, text=True, check=False
        )
        asked = len([path for path in server.asked if path in stories])

    assert 0 < asked < len(stories)
    assert done.returncode == ExitCode.DISK_FULL
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"archiver: {archive}")


# Each story different to the compressor, so that the archive grows with every page.
WORDY = [
    f"Paragraph {number} says {number**9} and no more than that on this day. " * 9 for number in range(200)
]


def no_large_file() -> None:
    """Let no file grow beyond 960 kB, as a full disk would."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (960_000, 960_000))
