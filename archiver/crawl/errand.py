"""A few pages fetched politely for a question of their own: no archive, no frontier, one page after the other."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from twisted.python.failure import Failure

from archiver import settings as defaults
from archiver.crawl.browser import browser_limits, check_browser
from archiver.crawl.ending import PromptProcess
from archiver.crawl.run import CrawlPlan, crawl_settings
from archiver.errors import InterruptedByUserError
from archiver.items import Outcome
from archiver.parsers.urls import canonical_url, host, site
from spiders.base import NewsSpider
from spiders.frontier import Frontier, Source
from spiders.responses import CrawlEndsError, outcome_of_failure, outcome_of_status

T = TypeVar("T")

# The parts of a crawl that read or write the archive.
OF_THE_ARCHIVE = (
    "archiver.pipelines.archive.OpenArchive",
    "archiver.crawl.revisits.Revisits",
    "archiver.crawl.backfill.Backfills",
    "archiver.crawl.revisits.ConditionalRequests",
    "archiver.crawl.mishaps.Mishaps",
    "archiver.crawl.disk.DiskGuard",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of one request."""

    url: str
    """Where redirects led, canonical."""
    response: Response | None
    """None if no page came, whatever the server sent instead."""
    outcome: Outcome | None
    """Why none came."""
    detail: str
    """The same for a person: one line; "" if one came."""


class Errand(NewsSpider):
    """Runs a task that asks for pages by fetch(), with robots.txt, delays and redirects as in any crawl."""

    name = "errand"

    def __init__(self, task: "Task[Any]", told: Callable[[str], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._task = task
        self._told = told
        self.running: asyncio.Future[Any]

    @property
    def source(self) -> Source:
        """The site that the pages are of."""
        return self.sources[0]

    @property
    def frontier(self) -> Frontier:
        """The source's frontier, with as many story pages to visit as PAGE_BUDGET says."""
        if not self.frontiers:
            budget = self.settings.getint("PAGE_BUDGET")
            self.frontiers.append(Frontier(self.source, budget, self.memory))
        return self.frontiers[0]

    async def start(self) -> AsyncIterator[Any]:
        """Run the task to its end; the crawl has no other requests."""
        self.running = asyncio.ensure_future(self._task(self))
        await asyncio.wait([self.running])
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def fetch(self, url: str, *, largest: int | None = None, is_robots_txt: bool = False) -> Fetched:
        """Return what comes of a request, of up to largest bytes instead of DOWNLOAD_MAXSIZE."""
        self._told(url)
        meta: dict[str, object] = {
            "source": self.source.url,
            "listing_of": self.frontier,
            "download_slot": site(host(self.source.url)),
            "is_robots_txt": is_robots_txt,
        }
        if largest is not None:
            meta["download_maxsize"] = largest
        request = Request(url, meta=meta, callback=NO_CALLBACK)
        fetching = asyncio.ensure_future(self.crawler.engine.download_async(request))
        await asyncio.wait([fetching])
        if (error := fetching.exception()) is None:
            return _fetched(url, fetching.result())
        if isinstance(error, CrawlEndsError):
            raise error
        outcome, detail = outcome_of_failure(Failure(error))  # type: ignore[no-untyped-call]  # Twisted's
        return Fetched(url=canonical_url(url) or url, response=None, outcome=outcome, detail=detail)


Task = Callable[[Errand], Awaitable[T]]


def run_errand(
    task: Task[T],
    source: Source,
    *,
    contact: str | None = None,
    delay: float | None = None,
    pages: int | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> T:
    """Return what task returns, given an Errand to fetch pages of a source by. Once in a process, as Twisted.

    told hears every address before it is asked for. Raises what task raises, InterruptedByUserError after
    Ctrl-C or SIGTERM, SourceError if the source needs a browser and there is none.
    """
    plan = CrawlPlan(
        archive=Path(),
        sources=(source,),
        contact=contact,
        delay=delay,
        pages=pages,
        log_level="ERROR",
        others={"ITEM_PIPELINES": {}, "EXTENSIONS": _parts("EXTENSIONS"), "SPLIT_WORKERS": 1}
        | {"DOWNLOADER_MIDDLEWARES": _parts("DOWNLOADER_MIDDLEWARES")},
    )
    settings = crawl_settings(plan)
    if source.javascript:
        check_browser(settings["BROWSER"], browser_limits(settings))
    process = PromptProcess(settings)
    crawler = process.create_crawler(Errand)
    crawling = process.crawl(crawler, sources=plan.sources, task=task, told=told)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    process.start()
    for number, handler in handlers.items():  # Scrapy's stay, and end nothing but what it runs
        signal.signal(number, handler)
    if crawling.done() and not crawling.cancelled() and (error := crawling.exception()) is not None:
        raise error
    spider = crawler.spider
    if not isinstance(spider, Errand) or not hasattr(spider, "running") or not spider.running.done():
        raise InterruptedByUserError
    spider.workers.close()
    if spider.running.cancelled() or isinstance(spider.running.exception(), CrawlEndsError):
        raise InterruptedByUserError
    result: T = spider.running.result()
    return result


def _fetched(url: str, response: Response) -> Fetched:
    final_url = canonical_url(response.url) or url
    if (refused := outcome_of_status(response)) is not None:
        return Fetched(url=final_url, response=None, outcome=refused[0], detail=refused[1])
    return Fetched(url=final_url, response=response, outcome=None, detail="")


def _parts(setting: str) -> dict[str, int | None]:
    """Return the parts that a setting names, without those of the archive."""
    parts: dict[str, int | None] = getattr(defaults, setting)
    return {name: order for name, order in parts.items() if name not in OF_THE_ARCHIVE}
