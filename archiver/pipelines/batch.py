"""Steps 4 to 6 for several visits in one transaction, so that what the disk is waited for is shared."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from scrapy.crawler import Crawler

from archiver.items import Discovery, Visit
from archiver.pipelines.archive import OpenArchive
from archiver.pipelines.deduplicate import Deduplicate
from archiver.pipelines.forgotten import LeaveOut
from archiver.pipelines.store import KEPT, Store
from db.prepared import know

Item: TypeAlias = Visit | Discovery

# Seconds that the first visit of a batch waits for others.
PATIENCE = 0.1
# Visits of a batch: some 100 ms, in which nobody else writes to the archive.
MOST = 8


class Batch:
    """Compares visits with the archive and writes them, in turn; the crawl hears of each once all are on the disk."""

    def __init__(self, archive: OpenArchive) -> None:
        self._archive = archive
        connection = archive.connection
        self._steps = (Deduplicate(connection), LeaveOut(connection), Store(archive))
        self._open: _Batch | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(OpenArchive.of(crawler))

    async def process_item(self, item: Item) -> Item:
        """Return the item as it was recorded."""
        loop = asyncio.get_running_loop()
        if self._open is None:
            self._open = _Batch(loop.create_future(), loop.call_later(PATIENCE, self._write))
        batch = self._open
        number = len(batch.items)
        batch.items.append(item)
        # What brought nothing may be why the site is to be left alone, which the crawl must hear at once.
        is_trouble = isinstance(item, Visit) and item.outcome not in KEPT
        if is_trouble or len(batch.items) == MOST:
            self._write()
        await batch.is_over
        # Where one of them failed all were taken back: each is on its own now, and fails by itself or not at all.
        return batch.results[number] if batch.results else self._recorded([item])[0]

    def _write(self) -> None:
        batch, self._open = self._open, None
        if batch is None:
            return
        batch.timer.cancel()
        # What an item fails of it meets again on its own, where it is told of.
        with contextlib.suppress(Exception):
            batch.results = self._recorded(batch.items)
        if not batch.is_over.done():  # as it is where the crawl was broken off
            batch.is_over.set_result(None)

    def _recorded(self, items: Sequence[Item]) -> list[Item]:
        with self._archive.together():
            return [self._stepped(item) for item in items]

    def _stepped(self, item: Item) -> Item:
        if isinstance(item, Visit) and item.prepared is not None:
            know(item.prepared)
        for step in self._steps:
            item = step.process_item(item)
        return item


@dataclass(slots=True)
class _Batch:
    """Visits that wait for each other."""

    is_over: asyncio.Future[None]
    timer: asyncio.TimerHandle
    items: list[Item] = field(default_factory=list)
    results: list[Item] = field(default_factory=list)
    """The items as they were recorded; empty where one of them failed."""
