"""Stories by the headlines of a site's front pages."""

from collections.abc import AsyncIterator, Iterator

from scrapy import Request
from scrapy.http import Response

from archiver.errors import PageError, ParseLimitError
from archiver.items import FoundBy, Listing, Outcome, RelatedLink, Split
from spiders.base import Found, NewsSpider, visit_of
from spiders.frontier import Asked, Frontier
from spiders.responses import not_html, outcome_of_status


class FrontPageSpider(NewsSpider):
    """Visits the stories that a source's front pages show by their headlines."""

    name = "front_page"

    def discovery(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the requests for the front pages: those given, else the site's address."""
        for url in frontier.source.fronts or (frontier.source.url,):
            yield from self.listing_request(frontier, Asked(url=url, found_by=FoundBy.START), self.front)

    async def front(self, response: Response, asked: Asked, frontier: Frontier) -> AsyncIterator[Found]:
        """Yield the visit of a front page and the stories found on it."""
        outcome, split = await self._listing(response, frontier)
        yield visit_of(response, asked, frontier, outcome, split)
        if split is not None:
            listings = _listings(split.related)
            for discovery in self.discovered(frontier, FoundBy.FRONT_PAGE, asked.url, listings):
                yield discovery
        async for found in self.read_front(response, asked, frontier):
            yield found
        for following in self.listed(frontier):
            yield following

    async def read_front(self, response: Response, asked: Asked, frontier: Frontier) -> AsyncIterator[Found]:  # noqa: ARG002
        """Yield what else a front page leads to. For subclasses."""
        nothing: tuple[Found, ...] = ()
        for found in nothing:
            yield found

    async def _listing(
        self, response: Response, frontier: Frontier
    ) -> tuple[tuple[Outcome, str], Split | None]:
        if (refused := outcome_of_status(response)) is not None:
            return refused, None
        if reason := not_html(response):
            return (Outcome.NOT_HTML, reason), None
        try:
            split = await self.split_of(response, frontier)
        except ParseLimitError as error:
            return (Outcome.PARSE_LIMIT, str(error)), None
        except PageError as error:
            return (Outcome.PARSE_ERROR, str(error)), None
        # Whatever text it opens with, a front page is no story.
        return (Outcome.LISTING, f"{len(split.related)} headlines"), Split(
            article=None, related=split.related
        )


def _listings(related: tuple[RelatedLink, ...]) -> Iterator[Listing]:
    for link in related:
        if link.url:
            yield Listing(url=link.url, headline=link.headline)
