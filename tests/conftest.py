"""Fixtures of the crawl tests: an archive, the sample newspaper, and crawls in processes of their own."""

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from archiver.crawl.run import CrawlPlan, CrawlSummary, run_crawl
from archiver.sample.server import SampleServer, serve
from spiders.frontier import Source

Crawl: TypeAlias = Callable[..., CrawlSummary]

# What a shell runs in the background, or nohup, has these ignored, and so would all that the tests start.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return where an archive may be made."""
    return tmp_path / "archive.db"


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that other users of the machine can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def as_another_user() -> Iterator[None]:
    """Take away from root the right to write everywhere; others do not have it anyway."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def paper() -> Iterator[SampleServer]:
    """Serve the first edition of the sample newspaper."""
    with serve(port=0, edition=1) as server:
        yield server


@pytest.fixture(scope="session")
def fresh_processes() -> Iterator[ProcessPoolExecutor]:
    """Yield an executor with a new process for every task: Twisted's reactor runs once in each.

    They are forked from a server that has imported Scrapy already, which saves most of a second each.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["archiver.crawl.run"])
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as processes:
        yield processes


@pytest.fixture
def crawl(fresh_processes: ProcessPoolExecutor, archive: Path) -> Crawl:
    """Return a function that crawls into the archive, as crawl_of does."""
    return crawl_of(fresh_processes, archive)


@pytest.fixture(scope="session")
def newspaper(tmp_path_factory: pytest.TempPathFactory, fresh_processes: ProcessPoolExecutor) -> Path:
    """Return an archive of both editions of the sample newspaper, only to be read."""
    from rooms import crawl_both_editions  # noqa: PLC0415 - it imports this

    path = tmp_path_factory.mktemp("newspaper") / "archive.db"
    crawl_both_editions(crawl_of(fresh_processes, path))
    return path


def crawl_of(processes: ProcessPoolExecutor, archive: Path) -> Crawl:
    """Return a function that crawls one source as fast as it can, with settings by keyword."""

    def crawl(source: str | Source, **settings: Any) -> CrawlSummary:
        entry = Source(url=source) if isinstance(source, str) else source
        after = settings.pop("revisit_after", 0)  # None: by their age
        plan = CrawlPlan(
            archive=archive,
            sources=(entry,),
            delay=0 if entry.delay is None else None,
            revisit_after=None if after is None else timedelta(seconds=after),
            log_file=archive.with_suffix(".log"),
            # One worker: starting a second takes longer than what it would save on so few pages.
            others={"AUTOTHROTTLE_ENABLED": False, "SPLIT_WORKERS": 1} | settings,
        )
        return processes.submit(run_crawl, plan).result(timeout=60)

    return crawl
