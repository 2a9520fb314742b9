"""What all spiders share: scope, budget, visiting stories, and an outcome for every page."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol, Self, TypeAlias
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import PageError, ParseLimitError
from archiver.items import (
    RENDERED_TYPE,
    Discovery,
    FoundBy,
    Listing,
    Outcome,
    Split,
    Visit,
)
from archiver.parsers.urls import canonical_url, host, same_site, site
from archiver.parsers.workers import SplitWorkers
from spiders.frontier import Asked, Frontier, Memory, NoMemory, Source, source_address
from spiders.reading import read_story
from spiders.responses import (
    CrawlEndsError,
    HostRestsError,
    RobotsUnfetchedError,
    content_type,
    not_html,
    one_line,
    outcome_of_failure,
    outcome_of_status,
    raw_response,
)
from spiders.visits import visit_by, visit_of

Found: TypeAlias = Discovery | Visit | Request

# Listings before stories: the newest story is known only when all listings are read.
LISTING_PRIORITY = 10
# Addresses in one Discovery: the archive takes these in some milliseconds, a whole sitemap in seconds.
DISCOVERY_SIZE = 1000


class Renderer(Protocol):
    """What makes of a page what its readers see."""

    async def render(self, response: Response, source: str) -> bytes:
        """Return the document, in UTF-8, once the scripts of a page of the source have run.

        Raises ParseLimitError if they take too much time, memory or text, another PageError if they cannot be
        run, and CrawlEndsError if the crawl ends before they have run.
        """


class NewsSpider(Spider):
    """Visits the stories of some sources. Subclasses say where to find them.

    A subclass yields the first requests of a source from discovery(), made by listing_request(), and hands
    the stories that it finds to discovered(). Everything else happens here: stories are visited in the
    order of their Frontier, their related headlines are followed, and every page asked for gives a Visit.
    """

    def __init__(self, url: str = "", sources: Iterable[Source] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sources = tuple(sources) or (Source(url=source_address(url)),)
        self.memory: Memory = NoMemory()
        self.renderer: Renderer | None = None
        """There is one if a source needs it."""
        self.frontiers: list[Frontier] = []
        self.workers: SplitWorkers

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider.workers = SplitWorkers(
            settings.getint("SPLIT_WORKERS"),
            settings.getfloat("SPLIT_SECONDS"),
            settings.getint("SPLIT_MEMORY") * 2**20,
        )
        spider.workers.start()
        crawler.signals.connect(spider.continue_when_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.visit_recorded, signal=signals.item_scraped)
        crawler.signals.connect(spider.workers.close, signal=signals.spider_closed)
        crawler.signals.connect(spider.take_stock, signal=signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first requests of every source."""
        budget = self.settings.getint("PAGE_BUDGET")
        # As many on the wire as a site is asked for at once, one that each worker splits, and as many as the first
        # that wait for a worker: while a batch is written, nothing else is taken from the wire.
        on_the_wire = self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        under_way = 2 * on_the_wire + self.settings.getint("SPLIT_WORKERS")
        for source in self.sources:
            pages = budget if source.pages is None else source.pages
            frontier = self.frontier_of(source, pages)
            frontier.most_under_way = under_way
            self.frontiers.append(frontier)
            requests = list(self.discovery(frontier))  # all, before the first response comes
            for asked in self.memory.waiting(source, pages):
                frontier.add(asked)
            for request in requests:
                yield request

    def frontier_of(self, source: Source, pages: int) -> Frontier:
        """Return the frontier of a source, with so many story pages to visit. For subclasses."""
        return Frontier(source, pages, self.memory)

    def discovery(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the requests that the search for a source's stories begins with."""
        raise NotImplementedError

    def shall_find(self, given: Sequence[str]) -> bool:
        """Whether to look for listings of a kind of which these were given: there are none, or none comes any more."""
        return not given or self.memory.are_lost(given)

    def listing_request(
        self, frontier: Frontier, asked: Asked, callback: Any, **kwargs: object
    ) -> Iterator[Request]:
        """Yield the request for a page that lists stories, unless it was made already, or may not be made.

        callback gets response, asked, frontier and kwargs; it must end with self.listed(frontier).
        """
        if frontier.allows_listings and frontier.is_new_listing(asked.url):
            frontier.listings_open += 1
            yield self._request(frontier, asked, callback, self.listing_failed, kwargs)

    def guess(
        self, frontier: Frontier, found_by: FoundBy, paths: Sequence[str], callback: Any
    ) -> Iterator[Request]:
        """Yield the request for the first of some paths where a listing may stand.

        callback gets the others as guesses, to go on with if it finds none there. A wrong guess is no page.
        """
        for number, path in enumerate(paths):
            url = urljoin(frontier.source.url, path)
            if not self.memory.may_list(url, frontier.source):
                continue
            asked = Asked(url=url, found_by=found_by)
            others = tuple(paths[number + 1 :])
            if requests := list(self.listing_request(frontier, asked, callback, guesses=others)):
                yield from requests
                return

    def guessed_wrong(self, response: Response, frontier: Frontier) -> None:
        """Weigh and log what came where no listing stands."""
        frontier.weigh_further(len(response.body))
        self.logger.info("no listing at %s: HTTP status %s", response.url, response.status)

    def listed(self, frontier: Frontier) -> Iterator[Request | Visit]:
        """Note that a listing has been read and yield the stories that can be visited now."""
        frontier.listings_open -= 1
        yield from self._next_stories(frontier)

    def discovered(
        self, frontier: Frontier, found_by: FoundBy, found_on: str, listings: Iterable[Listing]
    ) -> Iterator[Discovery]:
        """Queue the stories of a listing and yield them for the archive, without those of other sites."""
        source, seen = frontier.source.url, datetime.now(UTC)
        own = [listing for listing in listings if same_site(listing.url, source)]
        for listing in own:
            # What waits needs no more than its turn is told by; the rest goes to the archive below.
            brief = replace(listing, language=None, keywords=(), images=())
            frontier.add(Asked(url=listing.url, found_by=found_by, found_on=found_on, listing=brief))
        for start in range(0, len(own), DISCOVERY_SIZE):
            part = tuple(own[start : start + DISCOVERY_SIZE])
            yield Discovery(source=source, found_by=found_by, found_on=found_on, seen=seen, listings=part)

    def listing_failed(self, failure: Failure) -> Iterator[Found]:
        """Yield the visit of a listing that could not be fetched."""
        if isinstance(failure.value, CrawlEndsError):
            return  # nothing came of it: it was not sent
        asked, frontier = _asked_of(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        guesses = request.cb_kwargs.get("guesses")
        visit = self.visit_of_failure(failure)
        frontier.landed(asked, visit.outcome)
        if guesses is None:
            yield visit
        else:
            self.logger.info("no listing at %s: %s", asked.url, visit.detail)
            yield from self.guess(frontier, asked.found_by, guesses, request.callback)
        yield from self.listed(frontier)

    async def story(self, response: Response, asked: Asked, frontier: Frontier) -> AsyncIterator[Found]:
        """Yield the visit of a story's page and the stories that can be visited now."""
        asked = replace(asked, is_whole=bool(response.meta.get("is_whole")))
        outcome = self._unchanged(response) or outcome_of_status(response) or _sent_home(response, asked)
        if outcome is None and (reason := not_html(response)):
            outcome = Outcome.NOT_HTML, reason
        try:
            visit = (
                visit_of(response, asked, frontier, outcome)
                if outcome
                else await self._split(response, asked, frontier)
            )
        except CrawlEndsError:
            return  # half rendered: it is left for the next crawl
        frontier.is_new(visit.final_url)  # who links to it there need not ask for it again
        yield visit
        # A server that sends nothing again leaves the headlines of last time.
        links = (link.url for link in visit.split.related) if visit.split else self._remembered(visit)
        frontier.add_related(links, found_on=asked.url)
        frontier.landed(asked, visit.outcome)
        for found in self._next_stories(frontier):
            yield found

    def story_failed(self, failure: Failure) -> Iterator[Found]:
        """Yield the visit of a story that could not be fetched and the stories that can be visited now."""
        if isinstance(failure.value, CrawlEndsError):
            return
        asked, frontier = _asked_of(failure)
        if isinstance(failure.value, HostRestsError):
            frontier.put_back(asked)
            yield from self._next_stories(frontier)
            return
        visit = self.visit_of_failure(failure)
        yield visit
        frontier.landed(asked, visit.outcome)
        yield from self._next_stories(frontier)

    def visit_of_failure(self, failure: Failure) -> Visit:
        """Return the visit of a request that brought no response."""
        asked, frontier = _asked_of(failure)
        outcome, detail = outcome_of_failure(failure)
        final_url = canonical_url(failure.request.url) or asked.url  # type: ignore[attr-defined]  # Scrapy's
        if isinstance(failure.value, RobotsUnfetchedError):
            frontier.leave_alone(host(final_url))
        return visit_by(asked, frontier, final_url=final_url, outcome=outcome, detail=detail)

    async def rendered(self, response: Response, frontier: Frontier) -> bytes | None:
        """Return what a browser makes of a page, None if its source does without. Raises as Renderer.render."""
        if self.renderer is None or not frontier.source.javascript:
            return None
        return await self.renderer.render(response, frontier.source.url)

    async def split_of(self, response: Response, frontier: Frontier, rendered: bytes | None = None) -> Split:
        """Return the split of a page, as rendered if it was, by the rules of its source, done by a worker.

        Raises PageError.
        """
        return await self.workers.split(
            response.body if rendered is None else rendered,
            url=response.url,
            content_type=(content_type(response) or None) if rendered is None else RENDERED_TYPE,
            fetched=datetime.now(UTC),
            rules=frontier.source.rules,
        )

    def end(self) -> None:
        """Visit nothing any longer."""
        for frontier in self.frontiers:
            frontier.is_ending = True

    def take_stock(self) -> None:
        """Count what is left of every source, before the archive is closed."""
        for frontier in self.frontiers:
            frontier.take_stock()

    def continue_when_idle(self) -> None:
        """Go on where a request was lost without a word: nothing is under way when the spider is idle."""
        requests: list[Request] = []
        for frontier in self.frontiers:
            frontier.forget_under_way()
            requests += [each for each in self._next_stories(frontier) if isinstance(each, Request)]
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def visit_recorded(self, item: object) -> None:
        """Tell the frontier what a visit came to; only the archive knows a copy from a story."""
        if isinstance(item, Visit):
            for frontier in self.frontiers:
                if frontier.source.url == item.source:
                    frontier.recorded(item.url, item.outcome)

    def _next_stories(self, frontier: Frontier) -> Iterator[Request | Visit]:
        """Yield the requests for the stories that can be visited now, and the traps met on the way to them."""
        while (asked := frontier.take()) is not None:
            yield self._request(frontier, asked, self.story, self.story_failed, {})
        for asked, reason in frontier.trapped():
            yield visit_by(
                asked, frontier, final_url=asked.url, outcome=Outcome.TRAP, detail=one_line(reason)
            )

    def _request(
        self, frontier: Frontier, asked: Asked, callback: Any, errback: Any, kwargs: dict[str, object]
    ) -> Request:
        is_story = callback == self.story
        return Request(
            asked.url,
            callback=callback,
            errback=errback,
            cb_kwargs={"asked": asked, "frontier": frontier, **kwargs},
            # One queue and one delay for all hosts of a site.
            meta={
                "source": frontier.source.url,
                "listing_of": None if is_story else frontier,
                # What a script fetches may be new where the page that holds the script is not.
                "unless_changed": "" if frontier.source.javascript else "story" if is_story else "listing",
                "download_slot": site(host(frontier.source.url)),
            },
            priority=0 if is_story else LISTING_PRIORITY,
            dont_filter=True,  # the frontier knows what was asked for
        )

    def _remembered(self, visit: Visit) -> Iterable[str]:
        return self.memory.related(visit.url) if visit.outcome is Outcome.UNCHANGED else ()

    def _unchanged(self, response: Response) -> tuple[Outcome, str] | None:
        conditional = response.request is not None and response.request.meta.get("conditional")
        return (Outcome.UNCHANGED, "HTTP status 304") if response.status == 304 and conditional else None

    async def _split(self, response: Response, asked: Asked, frontier: Frontier) -> Visit:
        rendered = None
        try:
            rendered = await self.rendered(response, frontier)
            if rendered is None:
                return await self._read(response, asked, frontier)
            split = await self.split_of(response, frontier, rendered)
        except ParseLimitError as error:
            return visit_of(response, asked, frontier, (Outcome.PARSE_LIMIT, str(error)), None, rendered)
        except PageError as error:
            return visit_of(response, asked, frontier, (Outcome.PARSE_ERROR, str(error)), None, rendered)
        return visit_of(response, asked, frontier, _outcome_of(split), split, rendered)

    async def _read(self, response: Response, asked: Asked, frontier: Frontier) -> Visit:
        """Return the visit of a page as a worker read it. Raises PageError."""
        fetched, page = datetime.now(UTC), raw_response(response)
        final_url = canonical_url(response.url) or asked.url
        reading = await self.workers.run(
            read_story,
            page,
            url=response.url,
            fetched=fetched,
            content_type=content_type(response) or None,
            rules=frontier.source.rules,
            # Of a page that was fetched before, the bytes may be those that the archive has.
            record_of=final_url if response.meta.get("is_new") else None,
        )
        frontier.weigh(len(page.body))
        outcome, detail = _outcome_of(reading.split)
        return visit_by(
            asked,
            frontier,
            fetched=fetched,
            final_url=final_url,
            outcome=outcome,
            detail=detail,
            response=replace(page, packed=reading.packed),
            split=reading.split,
            prepared=reading.prepared,
        )


def _outcome_of(split: Split) -> tuple[Outcome, str]:
    if split.article is None:
        return Outcome.NOT_ARTICLE, "the page has no story of its own"
    return Outcome.STORED, ""  # what it is to the archive is found out on the way there


def _sent_home(response: Response, asked: Asked) -> tuple[Outcome, str] | None:
    """Return the outcome of a story that the site has taken down by a redirect to its first page."""
    if urlsplit(response.url).path in ("", "/") and urlsplit(asked.url).path not in ("", "/"):
        return Outcome.REDIRECT, "the redirect leads to the site's first page"
    return None


def _asked_of(failure: Failure) -> tuple[Asked, Frontier]:
    cb_kwargs = failure.request.cb_kwargs  # type: ignore[attr-defined]  # Scrapy puts it there
    return cb_kwargs["asked"], cb_kwargs["frontier"]
