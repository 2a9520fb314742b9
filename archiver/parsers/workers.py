"""Worker processes that parse pages, each page within a limit of time and memory.

A worker may hang, run out of memory or crash in C code: it is killed and replaced, and the page alone fails.
Workers are plain interpreters started by this module, not forks: safe beside any event loop and threads.
"""

import asyncio
import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from archiver.errors import PageError, ParseLimitError
from archiver.items import Split
from archiver.parsers import split_page
from archiver.parsers.rules import SiteRules
from archiver.parsers.serving import OUT_OF_MEMORY
from archiver.threads import ONE_THREAD

T = TypeVar("T")
Task: TypeAlias = tuple[Callable[..., Any], tuple[object, ...], dict[str, object]]

# Seconds for a worker to start: an interpreter and the parsers' imports take 1 s on an idle machine.
START_SECONDS = 60.0
# Seconds for the kernel to take down a process that ended by itself.
EXIT_SECONDS = 5.0
SERVE = "from archiver.parsers.serving import serve; serve()"


class SplitWorkers:
    """Up to count processes; each page may take so many seconds and bytes of memory.

    They start when they are first needed, the first with start(), and end with close(), or with the process that
    made them, however it ends. Safe to use from several threads.
    """

    def __init__(self, count: int, seconds: float, memory: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="split")
        self._workers = [_Worker(seconds, memory) for _ in range(count)]
        # The one used last is used first: what one worker can do does not start a second.
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def start(self) -> None:
        """Start the first process now: it imports its part while the caller sees to its own."""
        worker = self._idle.get()
        try:
            worker.start()
        finally:
            self._idle.put(worker)

    async def split(
        self,
        html: bytes,
        *,
        url: str,
        content_type: str | None = None,
        fetched: datetime | None = None,
        rules: Sequence[SiteRules] = (),
    ) -> Split:
        """Return split_page of the same arguments, without blocking the event loop. Raises as run_now."""
        return await self.run(
            split_page, html, url=url, content_type=content_type, fetched=fetched, rules=rules
        )

    async def run(self, parse: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Return parse(*args, **kwargs) from a worker, without blocking the event loop. Raises as run_now."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(self.run_now, parse, *args, **kwargs))

    def run_now(self, parse: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Return parse(*args, **kwargs) from a worker; parse is a function of an importable module.

        Raises ParseLimitError if it took more time or memory than a page may, the PageError that parse
        raised, or a PageError with the cause if parse failed in any other way.
        """
        worker = self._idle.get()
        try:
            result: T = worker.run((parse, args, kwargs))
            return result
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all workers for good; a page that one has in hand, or that comes later, fails with a PageError."""
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(cancel_futures=True)
        # Who called run_now from a thread of their own must have let go of a worker before it is taken down.
        ended = [self._idle.get() for _ in self._workers]
        for worker in ended:
            worker.end()
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Worker:
    """Answers tasks by one process at a time, which is replaced when a page broke it."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: _Process | None = None
        self._killed = False
        self._lock = threading.Lock()  # no process is started beside a kill, which would not see it

    def run(self, task: Task) -> Any:
        process = self._started()
        try:
            result = process.answer(task, self._seconds)
        except _TooSlowError as error:
            self.end()
            raise ParseLimitError(self._too_slow()) from error
        except (EOFError, OSError) as error:  # the second also where it died in the midst of its answer
            raise self._failure(process) from error
        if isinstance(result, PageError):
            raise result
        return result

    def start(self) -> None:
        """Start the process, unless there is one."""
        self._started()

    def kill(self) -> None:
        """End the process, for good; who waits for its answer sees the pipe end. May come from another thread."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def end(self) -> None:
        """End the process and forget it; the next page starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _started(self) -> "_Process":
        with self._lock:
            if self._killed:
                raise PageError("parsing it was given up: the work was ended")
            if self._process is None:
                self._process = _Process(self._seconds, self._memory)
            return self._process

    def _failure(self, process: "_Process") -> PageError:
        """Return why the process ended by itself, after forgetting it."""
        status, complaint = process.last_words()
        self.end()
        if status == OUT_OF_MEMORY:
            return ParseLimitError(f"parsing it took more than {self._memory // 2**20} MB of memory")
        if status == -signal.SIGALRM:
            return ParseLimitError(self._too_slow())
        return PageError(f"parsing it failed: {complaint or _ending(status)}")

    def _too_slow(self) -> str:
        return f"parsing it took more than {self._seconds:g} seconds"


class _TooSlowError(Exception):
    """A process did not answer in time."""


class _Process:
    """One interpreter that runs serve(), the pipe to it, and what it writes on standard error."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._pipe, theirs = Pipe()
        self._ready = False
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        with theirs:
            descriptor = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - our own code in our own interpreter
                [sys.executable, "-P", "-c", SERVE, str(descriptor), str(seconds), str(memory)],
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                env=os.environ | ONE_THREAD | {"PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the crawl, which ends its workers itself
            )

    def answer(self, task: Task, seconds: float) -> Any:
        if not self._ready:
            self._receive(START_SECONDS)
            self._ready = True
        self._pipe.send(task)
        return self._receive(seconds)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()
        self._complaints.close()

    def last_words(self) -> tuple[int | None, str]:
        """Return the exit status of a process whose pipe ended, and the last line that it wrote."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(EXIT_SECONDS)
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").strip()
        return self._process.poll(), lines.rpartition("\n")[2]

    def _receive(self, seconds: float) -> Any:
        if not self._pipe.poll(seconds):
            raise _TooSlowError
        return self._pipe.recv()


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"its worker process died of {signal.Signals(-status).name}"
    return f"its worker process ended with status {status}"
