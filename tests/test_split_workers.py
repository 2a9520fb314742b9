"""Pages are parsed in processes of their own, each within its limits; a page that breaks one fails alone."""

import asyncio
import ctypes
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.errors import PageError, ParseLimitError
from archiver.parsers import split_page
from archiver.parsers.workers import SplitWorkers

MEGABYTE = 2**20
STORY = b"""<!doctype html><html lang="en"><head><meta property="og:type" content="article">
<title>Flood closes the old bridge</title></head>
<body><article><h1>Flood closes the old bridge</h1>
<p>The river rose by two metres on Friday night and took the railing with it.</p>
<p>The council closed the bridge for the weekend and asked drivers to take the ring road instead.</p>
<p>Engineers will look at the piers on Monday, when the water is expected to be lower again.</p>
</article></body></html>"""


@pytest.fixture
def workers() -> Iterator[SplitWorkers]:
    with SplitWorkers(2, seconds=2.0, memory=512 * MEGABYTE) as workers:
        yield workers


# What the workers run; they import this module to find it.
def process_id() -> int:
    return os.getpid()


def hang() -> None:
    time.sleep(60)


def hang_in_c() -> None:
    ctypes.pythonapi.sleep(60)  # holds the lock of the interpreter, as a regular expression does


def take_memory() -> int:
    return len(bytearray(1024 * MEGABYTE))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def crash_while_answering() -> None:
    os.write(int(sys.argv[1]), struct.pack("!i", 1000) + b"the beginning of")
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise KeyError("headline")


def refuse() -> None:
    raise PageError("this page is refused")


def large(size: int) -> bytes:
    return bytes(size)


def test_split_is_that_of_split_page(workers: SplitWorkers) -> None:
    fetched = datetime(2026, 11, 23, tzinfo=UTC)
    url = "https://news.example/a"

    split = asyncio.run(workers.split(STORY, url=url, content_type="text/html", fetched=fetched))

    assert split.article is not None
    assert split == split_page(STORY, url=url, content_type="text/html", fetched=fetched)


def test_works_without_event_loop_and_in_another_process(workers: SplitWorkers) -> None:
    split = workers.run_now(split_page, STORY, url="https://news.example/a")

    assert split.article is not None
    assert workers.run_now(process_id) != os.getpid()


@pytest.mark.parametrize("hanging", [hang, hang_in_c])
def test_page_over_its_time_is_given_up(hanging: object) -> None:
    with SplitWorkers(1, seconds=0.5, memory=512 * MEGABYTE) as workers:
        workers.run_now(process_id)
        started = time.monotonic()

        with pytest.raises(ParseLimitError, match=r"more than 0\.5 seconds"):
            workers.run_now(hanging)  # type: ignore[arg-type]

        assert time.monotonic() - started < 30  # of the 60 that it takes
        assert workers.run_now(process_id) != os.getpid()


def test_page_over_its_memory_is_given_up(workers: SplitWorkers) -> None:
    with pytest.raises(ParseLimitError, match="more than 512 MB"):
        workers.run_now(take_memory)

    assert workers.run_now(split_page, STORY, url="https://news.example/a").article is not None


def test_crash_fails_the_page_alone(workers: SplitWorkers) -> None:
    with pytest.raises(PageError, match="SIGSEGV"):
        workers.run_now(crash)

    assert workers.run_now(split_page, STORY, url="https://news.example/a").article is not None


def test_crash_in_the_midst_of_an_answer_fails_the_page_alone(workers: SplitWorkers) -> None:
    with pytest.raises(PageError, match="SIGKILL"):
        workers.run_now(crash_while_answering)

    assert workers.run_now(process_id) != os.getpid()


def test_bug_in_the_parser_is_named(workers: SplitWorkers) -> None:
    with pytest.raises(PageError, match="KeyError: 'headline'"):
        workers.run_now(fail)


def test_refusal_by_the_parser_keeps_the_worker(workers: SplitWorkers) -> None:
    before = workers.run_now(process_id)

    with pytest.raises(PageError, match="this page is refused"):
        workers.run_now(refuse)

    assert workers.run_now(process_id) == before


def test_other_pages_go_on_beside_one_that_hangs(workers: SplitWorkers) -> None:
    async def both() -> tuple[float, BaseException | None]:
        hanging = asyncio.ensure_future(workers.run(hang))
        started = time.monotonic()
        for _ in range(5):
            await workers.split(STORY, url="https://news.example/a")
        seconds = time.monotonic() - started
        return seconds, (await asyncio.gather(hanging, return_exceptions=True))[0]

    workers.run_now(process_id)
    seconds, outcome = asyncio.run(both())

    assert seconds < 2.0
    assert isinstance(outcome, ParseLimitError)


def test_large_pages_and_results_pass(workers: SplitWorkers) -> None:
    assert workers.run_now(large, 20 * MEGABYTE) == bytes(20 * MEGABYTE)
    assert workers.run_now(len, bytes(20 * MEGABYTE)) == 20 * MEGABYTE


def test_closing_ends_a_page_in_hand() -> None:
    async def close_soon() -> BaseException | None:
        hanging = asyncio.ensure_future(slow.run(hang))
        await asyncio.sleep(1.0)
        await asyncio.to_thread(slow.close)
        return (await asyncio.gather(hanging, return_exceptions=True))[0]

    slow = SplitWorkers(1, seconds=30, memory=512 * MEGABYTE)
    started = time.monotonic()

    assert isinstance(asyncio.run(close_soon()), PageError)
    assert time.monotonic() - started < 5


def test_closing_ends_pages_that_other_threads_have_in_hand_and_those_to_come() -> None:
    """Each caller lets go of its worker before that is taken down: none meets a pipe that is closed twice."""
    for _ in range(20):
        workers = SplitWorkers(2, seconds=30, memory=512 * MEGABYTE)
        with ThreadPoolExecutor(4) as threads:
            pages = [threads.submit(workers.run_now, hang) for _ in range(4)]
            workers.close()

        assert [type(page.exception()) for page in pages] == [PageError] * 4
    with pytest.raises(PageError, match="given up"):
        workers.run_now(process_id)


@pytest.mark.parametrize("busy", [False, True])
def test_workers_die_with_a_killed_parent(busy: bool) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from archiver.parsers.workers import SplitWorkers
from test_split_workers import hang_in_c, process_id
workers = SplitWorkers(1, seconds=1.0, memory={512 * MEGABYTE})
print(workers.run_now(process_id), flush=True)
if {busy}:
    workers.run_now(hang_in_c)
sys.stdin.read()
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdin is not None
    worker = int(parent.stdout.readline())
    assert is_running(worker)
    time.sleep(0.2)

    with parent, parent.stdin:
        parent.kill()

    deadline = time.monotonic() + 5
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(worker)


def is_running(process: int) -> bool:
    """Whether a process lives; one that has ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_process_that_was_started_is_the_one_that_answers(workers: SplitWorkers) -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = children.read_text().split()

    workers.start()
    (started,) = set(children.read_text().split()).difference(before)

    assert workers.run_now(process_id) == int(started)
