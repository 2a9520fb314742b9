"""Who watches a crawl is told of everything that happens in it."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from misbehaving import answer, misbehaving, story

from archiver.crawl.run import CrawlPlan, run_crawl
from archiver.errors import ArchiveError, SourceError
from archiver.items import Discovery, Outcome, Visit
from db.connection import read_archive
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import warc_directory
from db.store import last_capture
from spiders.frontier import Source

STORIES = {f"/{number}": answer(story(f"Story number {number}")) for number in range(3)}


class Notes:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.sources: tuple[str, ...] = ()
        self.outcomes: Counter[Outcome] = Counter()
        self.addresses = 0
        self.waiting: list[int] = []

    def began(self, sources: tuple[str, ...]) -> None:
        self.sources = sources

    def found(self, discovery: Discovery, waiting: int) -> None:
        self.addresses += len(discovery.listings)

    def visited(self, visit: Visit, waiting: int) -> None:
        self.outcomes[visit.outcome] += 1
        self.waiting.append(waiting)


def watched_crawl(plan: CrawlPlan) -> Notes:
    notes = Notes()
    run_crawl(plan, notes)
    return notes


def plan_of(archive: Path, *sources: str) -> CrawlPlan:
    return CrawlPlan(
        archive=archive,
        sources=tuple(Source(url=url, name="The " + "News") for url in sources),
        delay=0,
        log_file=archive.with_suffix(".log"),
        others={"AUTOTHROTTLE_ENABLED": False, "SPLIT_WORKERS": 1},
    )


def test_watcher_is_told_of_every_page(archive: Path, fresh_processes: ProcessPoolExecutor) -> None:
    with misbehaving(STORIES) as server:
        notes = fresh_processes.submit(watched_crawl, plan_of(archive, server.url)).result(timeout=60)

        assert notes.sources == (server.url,)
    assert notes.outcomes == {Outcome.LISTING: 2, Outcome.STORED: 3}
    assert notes.addresses == 3
    assert notes.waiting[-1] <= 1


def test_several_sources_share_one_crawl(archive: Path, fresh_processes: ProcessPoolExecutor) -> None:
    with misbehaving(STORIES) as one, misbehaving(STORIES) as two:
        plan = plan_of(archive, one.url, two.url)
        summary = fresh_processes.submit(run_crawl, plan).result(timeout=60)

        assert set(summary.counts) == {one.url, two.url}
        assert {counts[Outcome.STORED] for counts in summary.counts.values()} == {3}
    with closing(read_archive(archive)) as connection:
        assert connection.execute("SELECT count(*) FROM crawls").fetchone()[0] == 1
        assert {name for (name,) in connection.execute("SELECT name FROM sources")} == {"The News"}


def test_bytes_of_a_page_can_be_read_again(archive: Path, fresh_processes: ProcessPoolExecutor) -> None:
    with misbehaving(STORIES) as server:
        fresh_processes.submit(run_crawl, plan_of(archive, server.url)).result(timeout=60)
        with closing(read_archive(archive)) as connection:
            capture = last_capture(connection, f"{server.url}1")

    assert capture is not None
    assert capture.place is not None
    response = read_capture(warc_directory(archive), capture.place)
    assert (response.status, response.body) == (200, story("Story number 1"))


def test_plan_without_source_is_refused(archive: Path) -> None:
    with pytest.raises(SourceError, match="no source"):
        run_crawl(CrawlPlan(archive=archive, sources=()))

    assert not archive.exists()


def test_file_that_is_no_archive_is_refused(archive: Path) -> None:
    archive.write_text("these are no pages of mine")

    with pytest.raises(ArchiveError, match=str(archive)):
        run_crawl(plan_of(archive, "http://127.0.0.1:9/"))

    assert archive.read_text() == "these are no pages of mine"
