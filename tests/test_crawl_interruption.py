"""A crawl that is stopped, politely or not, leaves a sound archive that the next crawl goes on with."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Crawl
from misbehaving import Answer, Server, answer, misbehaving, no_answer, story

from archiver.errors import ExitCode
from archiver.items import Outcome
from db.connection import read_archive
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory

SCRIPT = """
import sys
from pathlib import Path
from archiver.crawl.run import CrawlPlan, run_crawl
from spiders.frontier import Source

archive, url = Path(sys.argv[1]), sys.argv[2]
plan = CrawlPlan(archive=archive, sources=(Source(url=url),), delay=float(sys.argv[3]), log_level="ERROR",
                 others={"AUTOTHROTTLE_ENABLED": False})
summary = run_crawl(plan)
print(summary.state, summary.left)
"""
STORIES: dict[str, Answer] = {f"/{number}": answer(story(f"Story number {number}")) for number in range(40)}


def start_crawl(archive: Path, url: str, delay: float = 0.1) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(archive), url, str(delay)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_stories(server: Server, number: int) -> None:
    deadline = time.monotonic() + 30
    while sum(path in STORIES for path in server.asked) < number:
        assert time.monotonic() < deadline, server.asked
        time.sleep(0.02)


def descendants(process: int) -> list[int]:
    """Return the processes that a process started, from any of its threads."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def assert_sound(archive: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")


def states(archive: Path) -> list[str]:
    with closing(read_archive(archive)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM crawls ORDER BY id")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_polite_stop_ends_the_crawl_in_order(archive: Path, number: signal.Signals) -> None:
    with misbehaving(STORIES) as server:
        process = start_crawl(archive, server.url)
        wait_for_stories(server, 3)
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)

    state, left = output.split()
    assert (process.returncode, state) == (0, "interrupted"), errors
    assert int(left) > 0
    assert errors == ""
    assert states(archive) == ["interrupted"]
    assert_sound(archive)


def wait_for(server: Server, path: str) -> None:
    deadline = time.monotonic() + 30
    while path not in server.asked:
        assert time.monotonic() < deadline, server.asked
        time.sleep(0.02)


@pytest.mark.parametrize(("last_asked", "delay"), [("/robots.txt", 30), ("/feed.xml", 2)])
def test_polite_stop_waits_for_no_request_that_was_not_sent(
    archive: Path, crawl: Crawl, last_asked: str, delay: float
) -> None:
    with misbehaving({**STORIES, "/robots.txt": answer(b"", "404 Not Found")}) as server:
        process = start_crawl(archive, server.url, delay)
        wait_for(server, last_asked)
        time.sleep(0.3)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=100)

        assert time.monotonic() - started < 4
        assert (process.returncode, output.split()[0], errors) == (0, "interrupted", "")
        assert states(archive)[-1] == "interrupted"
        assert_sound(archive)
        with closing(read_archive(archive)) as connection:
            rows = connection.execute("SELECT DISTINCT outcome FROM pages WHERE outcome IS NOT NULL")
            assert {outcome for (outcome,) in rows} <= {Outcome.LISTING, Outcome.STORED, Outcome.UNCHANGED}

        crawl(server.url)

    with closing(read_archive(archive)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == len(STORIES)


def test_killed_crawl_leaves_a_sound_archive_and_no_process(archive: Path, crawl: Crawl) -> None:
    with misbehaving(STORIES) as server:
        process = start_crawl(archive, server.url)
        wait_for_stories(server, 5)
        workers = descendants(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=20)

        deadline = time.monotonic() + 5
        while any(map(is_running, workers)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert workers
        assert not any(map(is_running, workers))
        assert_sound(archive)

        summary = crawl(server.url, revisit_after=3600)

    assert states(archive) == ["interrupted", "done"]
    assert_sound(archive)
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT outcome FROM pages JOIN articles ON articles.page_id = pages.id")
        assert [outcome for (outcome,) in rows] == [Outcome.STORED] * len(STORIES)
    assert summary.counts[server.url][Outcome.STORED] < len(STORIES)


def test_second_crawl_of_an_archive_in_use_is_refused(archive: Path) -> None:
    with misbehaving(STORIES) as server:
        first = start_crawl(archive, server.url, delay=2)  # not done before the second has started
        wait_for_stories(server, 1)
        second = start_crawl(archive, server.url)
        _, errors = second.communicate(timeout=20)
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=20)

    assert second.returncode != 0
    assert "LockedError" in errors
    assert states(archive) == ["interrupted"]


def test_plain_scrapy_commands_work(archive: Path) -> None:
    scrapy = [sys.executable, "-m", "scrapy"]
    project = Path(__file__).parent.parent
    listed = subprocess.run([*scrapy, "list"], cwd=project, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["backfill", "feed", "front_page", "site", "sitemap"]

    with misbehaving({"/a": answer(story())}) as server:
        settings = [f"ARCHIVE={archive}", "DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=0", "LOG_LEVEL=ERROR"]
        options = [part for setting in settings for part in ("-s", setting)]
        command = [*scrapy, "crawl", "feed", "-a", f"url={server.url}", *options]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    with closing(read_archive(archive)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 1


def test_second_signal_does_not_wait_for_the_server(archive: Path) -> None:
    with misbehaving({**STORIES, "/0": no_answer}) as server:
        process = start_crawl(archive, server.url)
        wait_for_stories(server, 1)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)

    assert time.monotonic() - started < 3
    assert (process.returncode, output.split()[0]) == (0, "interrupted")
    assert states(archive) == ["interrupted"]
    assert_sound(archive)


def test_page_in_flight_is_finished_after_a_polite_stop(archive: Path) -> None:
    def slow(client: socket.socket) -> None:
        time.sleep(1.5)
        answer(story("Slow but whole"))(client)

    with misbehaving({"/slow": slow, **STORIES}) as server:
        process = start_crawl(archive, server.url)
        wait_for(server, "/slow")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=20)

    assert (process.returncode, output.split()[0], errors) == (0, "interrupted", "")
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT outcome FROM pages WHERE url = ?", (f"{server.url}slow",))
        assert [outcome for (outcome,) in rows] == [Outcome.STORED]
    assert_sound(archive)


STUCK = (
    """
import time
from archiver import settings

class Stuck:
    seen = 0

    def process_item(self, item):
        Stuck.seen += 1
        if Stuck.seen == 5:
            print("stuck", flush=True)
            time.sleep(60)
        return item
"""
    + SCRIPT
).replace(
    '"AUTOTHROTTLE_ENABLED"', '"ITEM_PIPELINES": settings.ITEM_PIPELINES | {"__main__.Stuck": 900}, "X"'
)


def test_second_signal_ends_also_a_crawl_that_hangs(archive: Path, crawl: Crawl) -> None:
    with misbehaving(STORIES) as server:
        with subprocess.Popen(
            [sys.executable, "-c", STUCK, str(archive), server.url, "0"], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "stuck\n"
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert process.poll() is None
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        took = time.monotonic() - started
        assert_sound(archive)
        assert_whole_records(archive)

        crawl(server.url)

    assert took < 4
    assert process.returncode == ExitCode.INTERRUPTED
    assert states(archive) == ["interrupted", "done"]
    with closing(read_archive(archive)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == len(STORIES)


def assert_whole_records(archive: Path) -> None:
    """Read what every row says that the WARC files hold."""
    with closing(read_archive(archive)) as connection:
        rows = connection.execute(
            "SELECT warc_file, warc_offset, warc_length FROM captures WHERE warc_file IS NOT NULL"
        ).fetchall()
    assert rows
    for file, offset, length in rows:
        read_capture(warc_directory(archive), WarcPlace(file=file, offset=offset, length=length))
