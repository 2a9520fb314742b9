"""Stories by the headlines of a site's front pages."""

from collections.abc import AsyncIterator, Iterator

from scrapy import Request
from scrapy.http import Response

from archiver.errors import PageError, ParseLimitError
from archiver.items import Article, FoundBy, Listing, Outcome, RelatedLink, Split, Visit
from archiver.parsers.urls import canonical_url
from archiver.story_address import is_named_as_story
from spiders.base import Found, NewsSpider
from spiders.frontier import Asked, Frontier, Source
from spiders.responses import CrawlEndsError, not_html, outcome_of_status
from spiders.visits import visit_of


class FrontPageSpider(NewsSpider):
    """Visits the stories that a source's front pages show by their headlines."""

    name = "front_page"

    def discovery(self, frontier: Frontier) -> Iterator[Request]:
        """Yield the requests for the front pages: those given, else the site's address."""
        source = frontier.source
        found = (source.url,) if self.shall_find(source.fronts) else ()
        for url in (*source.fronts, *found):
            yield from self.listing_request(frontier, Asked(url=url, found_by=FoundBy.START), self.front)

    async def front(self, response: Response, asked: Asked, frontier: Frontier) -> AsyncIterator[Found]:
        """Yield the visit of a front page and the stories found on it."""
        try:
            visit = await self._front_visit(response, asked, frontier)
        except CrawlEndsError:
            return
        yield visit
        split = visit.split
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

    async def _front_visit(self, response: Response, asked: Asked, frontier: Frontier) -> Visit:
        if (refused := outcome_of_status(response)) is not None:
            return visit_of(response, asked, frontier, refused)
        if reason := not_html(response):
            return visit_of(response, asked, frontier, (Outcome.NOT_HTML, reason))
        rendered = None
        try:
            rendered = await self.rendered(response, frontier)
            split = await self.split_of(response, frontier, rendered)
        except ParseLimitError as error:
            return visit_of(response, asked, frontier, (Outcome.PARSE_LIMIT, str(error)), None, rendered)
        except PageError as error:
            return visit_of(response, asked, frontier, (Outcome.PARSE_ERROR, str(error)), None, rendered)
        if is_story_in_place_of_front(split.article, asked.url, frontier.source):
            return visit_of(response, asked, frontier, (Outcome.STORED, ""), split, rendered)
        # Whatever text it opens with, a front page is no story.
        split = Split(article=None, related=split.related)
        outcome = Outcome.LISTING, f"{len(split.related)} headlines"
        return visit_of(response, asked, frontier, outcome, split, rendered)


def is_story_in_place_of_front(article: Article | None, url: str, source: Source) -> bool:
    """Whether the page at url, taken for the first page of the source, is a story that its user named instead."""
    is_dated = article is not None and article.date_published is not None
    return is_dated and not source.fronts and is_named_as_story(url)


def _listings(related: tuple[RelatedLink, ...]) -> Iterator[Listing]:
    for link in related:
        if (url := canonical_url(link.url)) is not None:
            yield Listing(url=url, headline=link.headline)
