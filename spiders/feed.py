"""Stories by a site's feeds."""

from collections.abc import AsyncIterator, Iterator

from scrapy import Request
from scrapy.http import Response

from archiver.errors import PageError
from archiver.items import FoundBy, Listing, Outcome
from archiver.parsers.sites.discovery import COMMON_FEEDS, feed_addresses
from archiver.parsers.sites.feeds import Feed, read_feed
from archiver.wording import counted
from spiders.base import Found, NewsSpider
from spiders.frontier import Asked, Frontier
from spiders.responses import content_type, outcome_of_status
from spiders.visits import visit_of


class FeedSpider(NewsSpider):
    """Visits the stories of a source's feeds: those given, else those the site names, else common places."""

    name = "feed"

    def discovery(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the requests for the feeds, or for the page that names them."""
        source = frontier.source
        for url in source.feeds:
            yield from self.listing_request(frontier, Asked(url=url, found_by=FoundBy.START), self.feed)
        if self.shall_find(source.feeds):
            yield from self.listing_request(
                frontier, Asked(url=source.url, found_by=FoundBy.START), self.home
            )

    async def home(self, response: Response, asked: Asked, frontier: Frontier) -> AsyncIterator[Found]:
        """Yield the visit of the site's first page and the requests for the feeds it names."""
        outcome = outcome_of_status(response) or (Outcome.LISTING, "")
        yield visit_of(response, asked, frontier, outcome)
        async for request in self.find_feeds(response, asked, frontier):
            yield request
        for following in self.listed(frontier):
            yield following

    async def find_feeds(
        self, response: Response, asked: Asked, frontier: Frontier
    ) -> AsyncIterator[Request]:
        """Yield the requests for the feeds that a page names; if it names none here, for a common place."""
        try:
            urls = await self.workers.run(feed_addresses, response.body, response.url)
        except PageError:  # what is wrong with the page is said by its own visit
            urls = ()
        own, elsewhere = frontier.vouched(urls)
        for url in (*own, *elsewhere):
            named = Asked(url=url, found_by=FoundBy.FRONT_PAGE, found_on=asked.url)
            for request in self.listing_request(frontier, named, self.feed):
                yield request
        if not own:
            for request in self.guess(frontier, FoundBy.FEED, COMMON_FEEDS, self.feed):
                yield request

    async def feed(
        self, response: Response, asked: Asked, frontier: Frontier, guesses: tuple[str, ...] | None = None
    ) -> AsyncIterator[Found]:
        """Yield the visit of a feed and its stories."""
        outcome, listings = await self._read_feed(response)
        if listings or guesses is None:
            yield visit_of(response, asked, frontier, outcome)
            for discovery in self.discovered(frontier, FoundBy.FEED, asked.url, listings):
                yield discovery
        else:
            self.guessed_wrong(response, frontier)
            for request in self.guess(frontier, FoundBy.FEED, guesses, self.feed):
                yield request
        for following in self.listed(frontier):
            yield following

    async def _read_feed(self, response: Response) -> tuple[tuple[Outcome, str], tuple[Listing, ...]]:
        if (refused := outcome_of_status(response)) is not None:
            return refused, ()
        try:
            feed = await self.workers.run(read_feed, response.body, response.url, content_type(response))
        except PageError as error:
            return (Outcome.PARSE_ERROR, str(error)), ()
        return (Outcome.LISTING, feed_detail(feed)), feed.listings


def feed_detail(feed: Feed) -> str:
    """Return in one line how many stories a feed lists, and what is odd about it."""
    parts = [counted(len(feed.listings), "story", "stories")]
    if feed.unusable:
        parts.append(f"{feed.unusable} without a usable link")
    if feed.repeated:
        parts.append(f"{feed.repeated} repeated")
    if feed.is_broken:
        parts.append("its XML is broken: more may be missing")
    return "; ".join(parts)
