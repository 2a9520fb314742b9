"""How a crawl ends before its time: what is on the wire is finished, what only waits is dropped."""

from typing import Self

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from spiders.base import NewsSpider
from spiders.responses import CrawlEndsError


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
    """Scrapy's process, which does not sit out the delays of a crawl that is told to stop."""

    async def stop(self) -> None:
        """End all crawls after the requests on the wire."""
        for crawler in self.crawlers:
            Ending.begin(crawler)
        await super().stop()
