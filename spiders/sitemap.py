"""Stories by a site's sitemaps."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import PageError
from archiver.items import FoundBy, Outcome, Visit
from archiver.parsers.sites.discovery import COMMON_SITEMAPS, sitemap_addresses
from archiver.parsers.sites.sitemaps import ChildSitemap, Sitemap, read_sitemap
from archiver.wording import counted
from spiders.base import Found, NewsSpider
from spiders.frontier import Asked, Frontier
from spiders.responses import outcome_of_status
from spiders.visits import visit_of

# Bytes of the longest one, packed or unpacked: the protocol's own limit (https://www.sitemaps.org/protocol.html).
LARGEST_SITEMAP = 50 * 1024 * 1024
# Sitemaps read of one source in one crawl. A large site has hundreds, one a month: the newest hold its news.
MOST_SITEMAPS = 10
OLDEST = datetime.min.replace(tzinfo=UTC)
# Dates without a time of day may be a day off.
A_DAY = timedelta(days=1)


class SitemapSpider(NewsSpider):
    """Visits the pages of a source's sitemaps: those given, else those in robots.txt, else common places."""

    name = "sitemap"
    most_sitemaps = MOST_SITEMAPS

    def discovery(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the requests for the sitemaps, or for the robots.txt that names them."""
        yield from self.given(frontier)
        if self.shall_find(frontier.source.sitemaps):
            yield from self.named(frontier)

    def given(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the requests for the sitemaps that sources.toml names."""
        given = [Asked(url=url, found_by=FoundBy.START) for url in frontier.source.sitemaps]
        yield from self._sitemap_requests(frontier, given)

    def named(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the request for the robots.txt that may name the sitemaps."""
        robots = Asked(url=urljoin(frontier.source.url, "/robots.txt"), found_by=FoundBy.START)
        for request in self.listing_request(frontier, robots, self.robots):
            request.meta["is_robots_txt"] = True
            yield request.replace(errback=self.robots_failed)

    def robots(self, response: Response, asked: Asked, frontier: Frontier) -> Iterator[Request | Visit]:
        """Yield the requests for the sitemaps that robots.txt names; if it names none here, for a common place."""
        urls: tuple[str, ...] = ()
        if response.status == 200:
            urls = sitemap_addresses(response.body.decode("utf-8", "replace"), asked.url)
        own, elsewhere = frontier.vouched(news_first(urls))
        # robots.txt itself is no page, so no page can say that it was found there.
        named = [Asked(url=url, found_by=FoundBy.SITEMAP) for url in (*own, *elsewhere)]
        yield from self._sitemap_requests(frontier, named)
        if not own:
            yield from _large(self.guess(frontier, FoundBy.SITEMAP, COMMON_SITEMAPS, self.sitemap))
        yield from self.listed(frontier)

    def robots_failed(self, failure: Failure) -> Iterator[Request | Visit]:
        """Go on without a robots.txt."""
        yield from self.listed(failure.request.cb_kwargs["frontier"])  # type: ignore[attr-defined]  # Scrapy's

    async def sitemap(
        self, response: Response, asked: Asked, frontier: Frontier, guesses: tuple[str, ...] | None = None
    ) -> AsyncIterator[Found]:
        """Yield a sitemap's stories, its visit, and the requests for the sitemaps that it names."""
        outcome, sitemap = await self._read_sitemap(response)
        if sitemap != Sitemap() or guesses is None:
            for discovery in self.discovered(frontier, FoundBy.SITEMAP, asked.url, sitemap.listings):
                yield discovery
            yield visit_of(response, asked, frontier, outcome)  # after them: what is visited has been read
            named = [
                Asked(url=url, found_by=FoundBy.SITEMAP, found_on=asked.url)
                for url in self.children(sitemap.sitemaps)
            ]
            for request in self._sitemap_requests(frontier, named):
                yield request
        else:
            self.guessed_wrong(response, frontier)
            for request in _large(self.guess(frontier, FoundBy.SITEMAP, guesses, self.sitemap)):
                yield request
        for following in self.listed(frontier):
            yield following

    def children(self, sitemaps: Sequence[ChildSitemap]) -> Sequence[str]:
        """Return the addresses of an index's sitemaps that are to be read, in their order: of the newest, those new."""
        newest = newest_first(sitemaps)[: self.most_sitemaps]
        return [child.url for child in newest if self.may_have_changed(child)]

    def may_have_changed(self, child: ChildSitemap) -> bool:
        """Whether a sitemap may name what it did not when an earlier crawl read it, as far as its index dates it."""
        read = self.memory.sitemap_read(child.url)
        return read is None or child.date_modified is None or child.date_modified + A_DAY > read

    def _sitemap_requests(self, frontier: Frontier, named: Iterable[Asked]) -> Iterator[Request]:
        for asked in named:
            if frontier.sitemaps_asked >= self.most_sitemaps:
                return
            for request in _large(self.listing_request(frontier, asked, self.sitemap)):
                frontier.sitemaps_asked += 1
                yield request

    async def _read_sitemap(self, response: Response) -> tuple[tuple[Outcome, str], Sitemap]:
        if (refused := outcome_of_status(response)) is not None:
            return refused, Sitemap()
        try:
            sitemap = await self.workers.run(read_sitemap, response.body, response.url)
        except PageError as error:
            return (Outcome.PARSE_ERROR, str(error)), Sitemap()
        return (Outcome.LISTING, sitemap_detail(sitemap)), sitemap


def sitemap_detail(sitemap: Sitemap) -> str:
    """Return in one line how much a sitemap lists, and whether that is all."""
    pages, sitemaps = counted(len(sitemap.listings), "page"), counted(len(sitemap.sitemaps), "sitemap")
    detail = f"{pages}, {sitemaps}"
    return detail if sitemap.is_whole else f"{detail}; it is cut off or broken: the rest could not be read"


def _large(requests: Iterable[Request]) -> Iterator[Request]:
    """Yield the requests with leave for answers as long as a sitemap may be."""
    for request in requests:
        request.meta["download_maxsize"] = LARGEST_SITEMAP
        yield request


def news_first(urls: Sequence[str]) -> Sequence[str]:
    """Return addresses of sitemaps, those of news before the others."""
    return sorted(urls, key=lambda url: not _is_of_news(url))


def _is_of_news(url: str) -> bool:
    return "news" in urlsplit(url).path  # a host may be called so


def newest_first(sitemaps: Sequence[ChildSitemap]) -> Sequence[ChildSitemap]:
    """Return sitemaps in order: those of news, then those that changed last."""
    newest = sorted(sitemaps, key=lambda child: child.date_modified or OLDEST, reverse=True)
    return sorted(newest, key=lambda child: not _is_of_news(child.url))
