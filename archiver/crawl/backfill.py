"""What a backfill knows of earlier ones: it reads no settled sitemap twice and visits no story twice."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from archiver.crawl.revisits import ArchiveMemory
from archiver.crawl.run import CrawlPlan
from archiver.parsers.dates.periods import Period
from archiver.pipelines.archive import OpenArchive
from db.crawls.backfill import failed_stories, waiting_stories
from db.store import page_state
from spiders.backfill import BackfillSpider
from spiders.base import NewsSpider
from spiders.frontier import MOST_WAITING, Asked, Source, Turn


def backfill_plan(plan: CrawlPlan, since: datetime, until: datetime | None) -> CrawlPlan:
    """Return a plan that visits the stories which appeared from since to before until, now if that is None."""
    times = {"since": since} | ({"until": until} if until is not None else {})
    return replace(plan, spider=BackfillSpider, spider_arguments=times)


class Backfills:
    """Gives a backfill its memory; other spiders keep theirs."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        backfills = cls(crawler)
        crawler.signals.connect(backfills.spider_opened, signal=signals.spider_opened)
        return backfills

    def spider_opened(self, spider: NewsSpider) -> None:
        """Do so before the spider asks for its first page, and after Revisits."""
        if isinstance(spider, BackfillSpider):
            opened = OpenArchive.of(self._crawler)
            spider.memory = BackfillMemory(opened.connection, opened.crawl_id, spider.asked_for)


class BackfillMemory(ArchiveMemory):
    """The memory of a backfill: what was visited once is done with, unless it failed in a way that may pass."""

    def __init__(self, archive: Connection, crawl_id: int, asked_for: Period) -> None:
        super().__init__(archive, crawl_id, (timedelta(),), None)
        self._asked_for = asked_for
        self._failed: set[str] = set()

    def turn(self, asked: Asked) -> Turn:
        """Return whether a story should be visited."""
        state = page_state(self._archive, asked.url)
        is_open = state is None or state.last_visited is None or asked.url in self._failed
        return Turn.NOW if is_open else Turn.NOT_DUE

    def may_list(self, url: str, source: Source) -> bool:  # noqa: ARG002 - who asks for the past looks everywhere
        """Return True."""
        return True

    def left(self, source: Source, waiting: Iterable[Asked]) -> int:  # noqa: ARG002 - the rest is of another time
        """Return how many stories of the period wait for the next run."""
        return len({asked.url for asked in waiting if self.turn(asked) is Turn.NOW})

    def waiting(self, source: Source, limit: int) -> Iterable[Asked]:  # noqa: ARG002 - the frontier chooses
        """Return the stories of the period that are left over, and those that failed; some may be of another."""
        span = self._asked_for
        waiting = waiting_stories(self._archive, source.url, span.start, span.end, MOST_WAITING)
        failed = failed_stories(self._archive, source.url, MOST_WAITING)
        self._failed = {page.url for page in failed}
        for page in (*waiting, *failed):
            yield Asked(url=page.url, found_by=page.found_by, found_on=page.found_on, listing=page.listing)
