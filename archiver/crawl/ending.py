"""How a crawl ends before its time: what is on the wire is finished, what only waits is dropped."""

import os
import threading
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from archiver.errors import ExitCode
from spiders.base import NewsSpider
from spiders.responses import CrawlEndsError

# Seconds from the second signal to the end of the process, at the latest.
LAST_SECONDS = 1.5


class Ending:
    """Keeps requests that were not sent yet from being sent, once the crawl shall end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._has_begun = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @staticmethod
    def begin(crawler: Crawler) -> None:
        """Drop what waits for its turn in a crawl; its pages are left for the next one."""
        engine = crawler.engine
        ending = crawler.get_downloader_middleware(Ending) if engine is not None else None
        if engine is None or ending is None:
            return
        ending._has_begun = True
        if isinstance(crawler.spider, NewsSpider):
            crawler.spider.end()
        for slot in engine.downloader.slots.values():
            while slot.queue:
                slot.queue.popleft()[1].errback(CrawlEndsError())

    def process_request(self, request: Request) -> None:  # noqa: ARG002 - Scrapy names it
        """Raise CrawlEndsError if nothing shall be sent any longer."""
        if self._has_begun:
            raise CrawlEndsError


class PromptProcess(AsyncCrawlerProcess):
    """Scrapy's process, which does not sit out the delays of a crawl that is told to stop.

    Told twice it ends within seconds, whatever hangs: a name server, a disk, a page that is being split. What was
    written until then is whole, as after a kill -9.
    """

    async def stop(self) -> None:
        """End all crawls after the requests on the wire."""
        for crawler in self.crawlers:
            Ending.begin(crawler)
        await super().stop()

    def _signal_kill(self, signum: int, frame: Any) -> None:
        """Drop the requests on the wire, too; end the process if that is not enough."""
        timer = threading.Timer(LAST_SECONDS, os._exit, [ExitCode.INTERRUPTED])
        timer.daemon = True
        timer.start()
        super()._signal_kill(signum, frame)
