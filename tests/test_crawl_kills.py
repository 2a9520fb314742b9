"""kill -9 at any moment of a crawl: what the archive holds in the end is what an undisturbed crawl leaves."""

import multiprocessing
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import crawl_of
from misbehaving import PAGES, Answer, answer, front, misbehaving, story

from archiver.crawl.run import CrawlPlan, run_crawl
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from spiders.frontier import Source

KILLS = 50
# Pages that a crawl may record before it is killed, at most; with none it is killed while it starts.
MOST_RECORDED = 2
STORIES = {f"/{number}": answer(story(f"Story number {number}")) for number in range(60)}
OTHERS = {"/404": PAGES["/404"], "/": front("/1", "/2", "/59")}


def plan_of(archive: Path, url: str) -> CrawlPlan:
    # Not so fast that one process is through before it is killed.
    return CrawlPlan(
        archive=archive,
        sources=(Source(url=url),),
        delay=0.02,
        log_file=archive.with_suffix(".log"),
        others={"AUTOTHROTTLE_ENABLED": False, "SPLIT_WORKERS": 1},
    )


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(archive)) as connection:
        return connection.execute(sql).fetchall()


def captures(archive: Path) -> int:
    try:
        return int(str(rows(archive, "SELECT count(*) FROM captures")[0][0]))
    except sqlite3.OperationalError:  # it was killed before there were tables
        return 0


def end_state(archive: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what an archive holds, without times, ids and the number of visits."""

    def path(value: object) -> object:
        return urlsplit(value).path if isinstance(value, str) and value.startswith("http") else value

    queries = {
        "pages": "SELECT url, outcome, found_by, state FROM pages",
        "articles": "SELECT url, headline, body, revision, cause FROM articles",
        "versions": "SELECT url, number, headline FROM article_versions",
        "links": "SELECT page_url, target_url, headline, kind, block, is_shown FROM related_headlines",
        "search": "SELECT headline FROM articles_fts WHERE articles_fts MATCH 'story'",
    }
    return {
        name: sorted((tuple(map(path, row)) for row in rows(archive, sql)), key=repr)
        for name, sql in queries.items()
    }


@pytest.fixture
def site() -> Iterator[str]:
    pages: dict[str, Answer] = {**STORIES, **OTHERS}
    with misbehaving(pages) as server:
        yield server.url


def test_fifty_kills_leave_what_an_undisturbed_crawl_leaves(
    site: str, tmp_path: Path, fresh_processes: ProcessPoolExecutor
) -> None:
    calm, killed = tmp_path / "calm" / "archive.db", tmp_path / "killed" / "archive.db"
    for archive in (calm, killed):
        archive.parent.mkdir()
    crawl_of(fresh_processes, calm)(site)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["archiver.crawl.run"])
    moments = random.Random(50)

    visits: list[int] = []
    for _ in range(KILLS):
        process = context.Process(target=run_crawl, args=(plan_of(killed, site),))
        process.start()
        wanted = captures(killed) + moments.randint(0, MOST_RECORDED)
        process.join(moments.uniform(0.05, 0.5))
        while process.is_alive() and captures(killed) < wanted:
            process.join(0.02)
        process.kill()
        process.join()
        visits.append(captures(killed))
    crawl_of(fresh_processes, killed)(site, revisit_after=-1)

    assert visits[0] < 20 < visits[-1], "the kills did not come in the midst of the work"
    assert end_state(killed) == end_state(calm)
    assert rows(killed, "PRAGMA integrity_check") == [("ok",)]
    assert rows(killed, "PRAGMA foreign_key_check") == []
    kept = rows(killed, "SELECT warc_file, warc_offset, warc_length FROM captures WHERE warc_file NOT NULL")
    assert len(kept) >= len(STORIES)
    for file, offset, length in kept:
        read_capture(warc_directory(killed), WarcPlace(file=str(file), offset=offset, length=length))  # type: ignore[arg-type] # integers


def test_no_story_is_stored_twice_or_asked_for_needlessly(site: str, archive: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    for _ in range(2):
        process = context.Process(target=run_crawl, args=(plan_of(archive, site),))
        process.start()
        process.join(timedelta(minutes=1).total_seconds())
        assert process.exitcode == 0
    again = rows(archive, "SELECT count(*) FROM captures WHERE crawl_id = 2 AND outcome NOT IN ('listing')")
    assert again == [(0,)]
