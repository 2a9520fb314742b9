"""Pages that lie on a disk, split by several workers at once and handed back in their order."""

import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from archiver import settings
from archiver.errors import PageError, ParseLimitError
from archiver.items import Outcome, Split
from archiver.parsers import split_page
from archiver.parsers.rules import SiteRules
from archiver.parsers.workers import SplitWorkers
from spiders.responses import one_line

T = TypeVar("T")

# Pages read ahead for each worker, so that none waits for the disk.
AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """The bytes of a page, and what splitting it needs to know of them."""

    html: bytes
    url: str
    content_type: str | None
    fetched: datetime
    rules: Sequence[SiteRules] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitResult:
    """What splitting a page came to, as a crawl would say it."""

    outcome: Outcome
    detail: str
    split: Split | None


def split_in_order(
    pages: Iterable[tuple[T, KeptPage | None]], jobs: int
) -> Iterator[tuple[T, SplitResult | None]]:
    """Yield what each page came to, with what stands beside it, in the order of pages; None for None.

    Up to jobs processes split at once, each page within the limits of the settings.
    """
    workers = SplitWorkers(jobs, settings.SPLIT_SECONDS, settings.SPLIT_MEMORY * 2**20)
    threads = ThreadPoolExecutor(jobs)
    waiting: deque[tuple[T, Future[SplitResult] | None]] = deque()
    try:
        for key, page in pages:
            waiting.append((key, None if page is None else threads.submit(_result, workers, page)))
            while len(waiting) > jobs * AHEAD or (waiting and waiting[0][1] is None):
                yield _awaited(*waiting.popleft())
        while waiting:
            yield _awaited(*waiting.popleft())
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        workers.close()
        threads.shutdown()


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM stop what runs inside as Ctrl-C does: by KeyboardInterrupt."""
    # The command has a handler of its own, which does the same.
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _awaited(key: T, future: "Future[SplitResult] | None") -> tuple[T, SplitResult | None]:
    return key, None if future is None else future.result()


def _result(workers: SplitWorkers, page: KeptPage) -> SplitResult:

    try:
        split = workers.run_now(
            split_page,
            page.html,
            url=page.url,
            content_type=page.content_type,
            fetched=page.fetched,
            rules=page.rules,
        )
    except ParseLimitError as error:
        return SplitResult(outcome=Outcome.PARSE_LIMIT, detail=one_line(str(error)), split=None)
    except PageError as error:
        return SplitResult(outcome=Outcome.PARSE_ERROR, detail=one_line(str(error)), split=None)
    if split.article is None:
        return SplitResult(
            outcome=Outcome.NOT_ARTICLE, detail="the page has no story of its own", split=split
        )
    return SplitResult(outcome=Outcome.STORED, detail="", split=split)
