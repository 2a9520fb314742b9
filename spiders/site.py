"""Stories by every way there is."""

from collections.abc import AsyncIterator, Iterator

from scrapy import Request
from scrapy.http import Response

from spiders.base import Found
from spiders.feed import FeedSpider
from spiders.front_page import FrontPageSpider
from spiders.frontier import Asked, Frontier
from spiders.sitemap import SitemapSpider


class SiteSpider(FrontPageSpider, FeedSpider, SitemapSpider):
    """Takes front pages, feeds and sitemaps together: one delay and one budget hold for them all."""

    name = "site"

    def discovery(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the first requests of every way; one fetch of the first page serves two of them."""
        yield from FrontPageSpider.discovery(self, frontier)
        yield from FeedSpider.discovery(self, frontier)
        yield from SitemapSpider.discovery(self, frontier)

    async def read_front(self, response: Response, asked: Asked, frontier: Frontier) -> AsyncIterator[Found]:
        """Yield the requests for the feeds, where the site shall name them."""
        if self.shall_find(frontier.source.feeds):
            async for request in self.find_feeds(response, asked, frontier):
                yield request
