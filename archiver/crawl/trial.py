"""A try at a source: its listings and a few stories read as a crawl would read them, with nothing stored."""

from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from archiver.crawl.discovery import listings
from archiver.crawl.errand import Errand
from archiver.crawl.survey import Choice, ListingKind, choices
from archiver.items import FoundBy, Visit
from archiver.parsers.urls import canonical_url
from archiver.pipelines.canonicalise import Canonicalise
from archiver.pipelines.validate import Validate
from spiders.frontier import Asked

FOUND_BY = {
    ListingKind.FRONT: FoundBy.FRONT_PAGE,
    ListingKind.SECTION: FoundBy.FRONT_PAGE,
    ListingKind.FEED: FoundBy.FEED,
    ListingKind.NEWS_SITEMAP: FoundBy.SITEMAP,
    ListingKind.SITEMAP: FoundBy.SITEMAP,
    ListingKind.INDEX: FoundBy.SITEMAP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a try at a source brought."""

    listings: tuple[Choice, ...]
    visits: tuple[Visit, ...]
    """As they would reach the archive, in the order in which a crawl would visit them."""


async def trial(errand: Errand) -> Trial:
    """Return what the listings of the errand's source hold, and its first stories, as many as its budget."""
    found = await listings(errand)
    frontier = errand.frontier
    for url in (errand.source.url, *(each.url for each in found)):
        frontier.is_new_listing(canonical_url(url) or url)  # a page that lists stories is none
    for each in found:
        for listing in each.listings:
            asked = Asked(url=listing.url, found_by=FOUND_BY[each.kind], found_on=each.url, listing=listing)
            frontier.add(asked)
    visits: list[Visit] = []
    while (asked_next := frontier.take()) is not None:
        visits.append(await _visit(errand, asked_next))
        frontier.landed(asked_next, visits[-1].outcome)
    return Trial(listings=choices(found, datetime.now(UTC)), visits=tuple(visits))


async def _visit(errand: Errand, asked: Asked) -> Visit:
    page = await errand.fetch(asked.url)
    if page.response is None:
        assert page.outcome is not None  # noqa: S101 - for mypy: what did not come has a reason
        return Visit(
            source=errand.source.url,
            url=asked.url,
            final_url=page.url,
            found_by=asked.found_by,
            found_on=asked.found_on,
            listing=asked.listing,
            fetched=datetime.now(UTC),
            outcome=page.outcome,
            detail=page.detail,
        )
    async with aclosing(errand.story(page.response, asked, errand.frontier)) as results:  # type: ignore[type-var]  # it is a generator
        async for result in results:
            if isinstance(result, Visit):
                return _as_archived(result)
    raise AssertionError("a story's page gave no visit")


def _as_archived(visit: Visit) -> Visit:
    for step in (Validate(), Canonicalise()):
        changed = step.process_item(visit)
        visit = changed if isinstance(changed, Visit) else visit
    return visit
