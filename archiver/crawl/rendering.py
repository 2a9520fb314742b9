"""Pages as their readers see them: the scripts run in a browser, and what they load is fetched by the crawl itself."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotConfigured,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from archiver.crawl.browser import Answer, Browser, Wanted, browser_limits
from archiver.errors import ParseLimitError
from archiver.parsers.urls import host, same_site, site
from spiders.base import NewsSpider
from spiders.responses import BodyDecodingError, CrawlEndsError, HostRestsError, raw_response

# Pages rendered at once: each takes one processor and up to RENDER_MEMORY.
AT_ONCE = 2
# What one page may load, with room to spare: heavy news pages ask for some 100 scripts of 10 MB in all.
MOST_REQUESTS = 300
MOST_BYTES = 50 * 2**20
# A browser loads what a page consists of at once; the page itself keeps the delay of its site.
SLOT = {"delay": 0.0, "concurrency": 6, "jitter": 0.0}
# Bytes of scripts kept from one page for the next: the pages of a site share most of theirs.
KEPT_BYTES = 50 * 2**20
# Headers of a page's request that say what it wants; all others, cookies among them, stay here.
HANDED_ON = frozenset({"accept", "accept-language", "content-type", "authorization", "origin"})
UNFETCHED = (
    IgnoreRequest,
    BodyDecodingError,
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    OSError,
    ValueError,
)


class Rendering:
    """Gives the spider its renderer, if a source needs one, and ends the browser with the crawl."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._seconds = settings.getfloat("RENDER_SECONDS")
        self._browser = Browser(settings["BROWSER"], settings["USER_AGENT"], browser_limits(settings))
        self._scripts = _Scripts()
        self._turns = asyncio.Semaphore(AT_ONCE)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider = crawler.spider
        if not isinstance(spider, NewsSpider) or not any(source.javascript for source in spider.sources):
            raise NotConfigured
        rendering = cls(crawler)
        spider.renderer = rendering
        crawler.signals.connect(rendering.spider_closed, signal=signals.spider_closed)
        return rendering

    async def spider_closed(self) -> None:
        """End the browser."""
        await self._browser.close()

    async def render(self, response: Response, source: str) -> bytes:
        """Return what a page of the source has become, as spiders.base.Renderer says."""
        raw = raw_response(response)
        answer = Answer(status=raw.status, headers=raw.headers, body=raw.body)
        async with self._turns:
            parts = _Parts(self._crawler, self._scripts, source, response.url, self._seconds)
            try:
                document = await self._browser.document(response.url, answer, parts.fetch)
            except ParseLimitError:
                if parts.is_given_up:
                    raise CrawlEndsError from None
                raise
            if parts.is_given_up:
                raise CrawlEndsError
            return document


class _Scripts:
    """Scripts that came lately, as a browser's cache has them."""

    def __init__(self) -> None:
        self._kept = OrderedDict[str, Answer]()
        self._bytes = 0

    def get(self, url: str) -> Answer | None:
        if url in self._kept:
            self._kept.move_to_end(url)
        return self._kept.get(url)

    def keep(self, url: str, answer: Answer) -> None:
        named = {name.lower(): value.lower() for name, value in answer.headers}
        if answer.status != 200 or "no-store" in named.get("cache-control", "") or url in self._kept:
            return
        self._kept[url] = answer
        self._bytes += len(answer.body)
        while self._bytes > KEPT_BYTES:
            self._bytes -= len(self._kept.popitem(last=False)[1].body)


@dataclass(slots=True)
class _Parts:
    """What one page loads beside itself: all middlewares hold for it, those of robots.txt and private addresses too."""

    _crawler: Crawler
    _scripts: _Scripts
    _source: str
    _page: str
    _seconds: float
    is_given_up: bool = False
    """Whether something was not fetched because the crawl ends, or because the site asked to be left alone."""
    _requests: int = 0
    _bytes: int = 0

    async def fetch(self, wanted: Wanted) -> Answer | None:
        """Return what a page wants, None if it cannot or shall not be had."""
        is_script = wanted.kind == "script"
        if is_script and (kept := self._scripts.get(wanted.url)) is not None:
            return kept
        self._requests += 1
        if self._requests > MOST_REQUESTS or self._bytes > MOST_BYTES:
            return None
        try:
            response = await self._crawler.engine.download_async(self._request(wanted))
        except (CrawlEndsError, HostRestsError) as error:
            is_own = same_site(wanted.url, self._source)
            self.is_given_up = self.is_given_up or is_own or isinstance(error, CrawlEndsError)
            return None
        except UNFETCHED:
            return None
        self._bytes += len(response.body)
        raw = raw_response(response)
        answer = Answer(status=raw.status, headers=raw.headers, body=raw.body)
        if is_script:
            self._scripts.keep(wanted.url, answer)
        return answer

    def _request(self, wanted: Wanted) -> Request:
        slot = f"parts of pages: {site(host(wanted.url))}"
        self._crawler.engine.downloader.per_slot_settings.setdefault(slot, SLOT)
        return Request(
            wanted.url,
            headers=self._headers(wanted),
            meta={
                "download_slot": slot,
                "download_timeout": self._seconds,
                "autothrottle_dont_adjust_delay": True,
                "dont_retry": True,
                # What the user has opened by naming it, an address of a private network, is open to its own pages.
                **({"source": self._source} if same_site(wanted.url, self._source) else {}),
            },
            callback=NO_CALLBACK,
        )

    def _headers(self, wanted: Wanted) -> dict[str, str]:
        headers = {name: value for name, value in wanted.headers.items() if name.lower() in HANDED_ON}
        if wanted.kind in ("fetch", "xhr") and host(wanted.url) != host(self._page):
            # Servers of others allow the answer to be read by whom they are told of.
            headers["Origin"] = f"{self._page.partition('://')[0]}://{host(self._page)}"
        return headers
