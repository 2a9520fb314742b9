"""A look at a site: which listings it has, how fresh each is, and which of them a crawl should read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from archiver.items import Listing
from spiders.frontier import Source

# Clocks and zones may be wrong by so much; what is said to appear later is announced, or a mistake.
CLOCK_DRIFT = timedelta(days=1)
# A listing whose newest story is so much older than the site's newest is no longer kept up.
STALE_AFTER = timedelta(days=30)
# Section fronts that are written to a source: each costs every crawl a request.
MOST_SECTIONS = 12
COMMENTS = ("comment", "kommentar", "comentario")


class ListingKind(StrEnum):
    """What a page that lists stories is."""

    FRONT = "first page"
    SECTION = "section"
    FEED = "feed"
    NEWS_SITEMAP = "news sitemap"
    SITEMAP = "sitemap"
    INDEX = "sitemap index"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundListing:
    """One page that lists stories, as it was read."""

    url: str
    kind: ListingKind
    listings: tuple[Listing, ...] = ()
    """Stories of this site; of an index, those of the sitemaps in it that were read."""
    title: str = ""
    language: str | None = None
    sitemaps: int = 0
    """Sitemaps that it names."""
    parent: str | None = None
    """The index that names it, so that a crawl reads it by itself."""
    detail: str = ""
    """What is odd about it."""
    failed: str = ""
    """Why it could not be read, or ""."""

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of its stories."""
        return frozenset(listing.url for listing in self.listings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One listing with what is known of it beside the others, and whether a crawl should read it."""

    listing: FoundListing
    newest: datetime | None
    """Of its stories; dates that it does not give itself are those that others give."""
    overlap: float | None
    """Share of its addresses that other listings have too; None if it has none, or there are no others."""
    is_kept: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a look at a site has found."""

    url: str
    name: str | None
    language: str | None
    choices: tuple[Choice, ...]

    def addresses(self, *kinds: ListingKind) -> tuple[str, ...]:
        """Return the addresses of the listings of these kinds that a crawl should read."""
        return tuple(each.listing.url for each in self.choices if each.is_kept and each.listing.kind in kinds)


def source_of_survey(survey: Survey) -> Source | None:
    """Return the source that a look at a site suggests, None if there is nothing on it that a crawl could read."""
    if not any(choice.is_kept for choice in survey.choices):
        return None
    sections = survey.addresses(ListingKind.SECTION)
    return Source(
        url=survey.url,
        name=survey.name,
        language=survey.language,
        feeds=survey.addresses(ListingKind.FEED),
        sitemaps=survey.addresses(ListingKind.NEWS_SITEMAP, ListingKind.INDEX, ListingKind.SITEMAP),
        # Where no fronts are named, a crawl reads the first page.
        fronts=survey.addresses(ListingKind.FRONT, ListingKind.SECTION) if sections else (),
    )


def choices(found: Sequence[FoundListing], now: datetime) -> tuple[Choice, ...]:
    """Return the listings of one site in their order, each with its age, its overlap and what to do with it."""
    dates = _dates(found, now)
    newest = {
        each.url: max((dates[url] for url in each.addresses if url in dates), default=None) for each in found
    }
    freshest = max((moment for moment in newest.values() if moment is not None), default=None)
    chosen: list[Choice] = []
    for each in sorted(found, key=_worth):
        is_kept, why = _verdict(each, newest[each.url], freshest, chosen)
        chosen.append(
            Choice(
                listing=each,
                newest=newest[each.url],
                overlap=_overlap(each, found),
                is_kept=is_kept,
                why=why,
            )
        )
    order = [each.url for each in found]
    return tuple(sorted(chosen, key=lambda choice: order.index(choice.listing.url)))


def _dates(found: Sequence[FoundListing], now: datetime) -> dict[str, datetime]:
    """Return when each story appeared, as any listing says: published rather than changed."""
    dates: dict[str, datetime] = {}
    for key in ("date_modified", "date_published"):
        for each in found:
            for listing in each.listings:
                moment: datetime | None = getattr(listing, key)
                if moment is not None and moment <= now + CLOCK_DRIFT:
                    dates[listing.url] = moment
    return dates


def _worth(each: FoundListing) -> tuple[int, int]:
    """The order in which listings are chosen: what others are compared with comes first."""
    kinds = (
        ListingKind.FRONT,
        ListingKind.FEED,
        ListingKind.NEWS_SITEMAP,
        ListingKind.INDEX,
        ListingKind.SITEMAP,
        ListingKind.SECTION,
    )
    return kinds.index(each.kind), -len(each.addresses)


def _overlap(each: FoundListing, found: Sequence[FoundListing]) -> float | None:
    family = {each.url, each.parent}
    others = [other.addresses for other in found if other.url not in family and other.parent != each.url]
    if not each.addresses or not others:
        return None
    return len(each.addresses & frozenset().union(*others)) / len(each.addresses)


def _verdict(
    each: FoundListing, newest: datetime | None, freshest: datetime | None, chosen: Sequence[Choice]
) -> tuple[bool, str]:
    """Return whether a crawl should read a listing, and why."""
    if flaw := _flaw(each, newest, freshest):
        return False, flaw
    kept = [choice.listing for choice in chosen if choice.is_kept]
    if (wider := _wider(each, kept)) is not None:
        return False, f"all of it is in {wider}"
    if each.kind is ListingKind.SECTION:
        return _section_verdict(each, kept)
    return True, _reason(each)


def _flaw(each: FoundListing, newest: datetime | None, freshest: datetime | None) -> str:
    """Return why a listing is not worth reading, whatever the others have, or ""."""
    if each.failed:
        return each.failed
    if not each.listings and not each.sitemaps:
        return "lists no story"
    if each.kind is ListingKind.FEED and _is_of_comments(each):
        return "readers' comments"
    if newest is not None and freshest is not None and freshest - newest > STALE_AFTER:
        return f"stale: {(freshest - newest).days} days behind the site's newest story"
    if each.parent is not None and each.kind is not ListingKind.NEWS_SITEMAP:
        return f"read by way of {each.parent}"
    return ""


def _section_verdict(each: FoundListing, kept: Sequence[FoundListing]) -> tuple[bool, str]:
    quick = (ListingKind.FRONT, ListingKind.FEED, ListingKind.NEWS_SITEMAP, ListingKind.SECTION)
    elsewhere = frozenset[str]().union(*(other.addresses for other in kept if other.kind in quick))
    own = len(each.addresses - elsewhere)
    if own == 0:
        return False, "all of it is on the first page, in feeds or in other sections"
    if sum(other.kind is ListingKind.SECTION for other in kept) >= MOST_SECTIONS:
        return False, f"more than {MOST_SECTIONS} sections"
    return True, f"{own} more than the first page and the feeds have"


def _wider(each: FoundListing, kept: Sequence[FoundListing]) -> str | None:
    """Return the address of a listing of the same sort that has all that another one has."""
    sorts = (
        {ListingKind.FEED},
        {ListingKind.NEWS_SITEMAP},
        {ListingKind.SITEMAP, ListingKind.INDEX},
    )
    for other in kept:
        is_alike = any(each.kind in sort and other.kind in sort for sort in sorts)
        if is_alike and each.addresses and each.addresses <= other.addresses:
            return other.url
    return None


def _is_of_comments(each: FoundListing) -> bool:
    return any(word in each.url.casefold() or each.title.casefold().startswith(word) for word in COMMENTS)


def _reason(each: FoundListing) -> str:
    match each.kind:
        case ListingKind.FRONT:
            return "what the site shows now"
        case ListingKind.FEED:
            return "its stories with their dates"
        case ListingKind.NEWS_SITEMAP:
            return "its stories of two days with their dates"
        case ListingKind.INDEX:
            return f"its archive: {each.sitemaps} sitemaps"
    return "its archive"
