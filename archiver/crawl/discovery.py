"""Finds the listings of a site, one polite request after the other: what `archiver source add` and `test` look at."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

from archiver.crawl.errand import Errand, Fetched
from archiver.crawl.survey import FoundListing, ListingKind, Survey, choices
from archiver.errors import PageError, SourceError
from archiver.items import Listing
from archiver.parsers.language import language_tag
from archiver.parsers.sites.discovery import COMMON_FEEDS, COMMON_SITEMAPS, sitemap_addresses
from archiver.parsers.sites.feeds import read_feed
from archiver.parsers.sites.site_profile import SiteProfile, site_profile
from archiver.parsers.sites.sitemaps import ChildSitemap, Sitemap, read_sitemap
from archiver.parsers.sites.walls import Wall, wall_of_page
from archiver.parsers.urls import canonical_url, host, same_site
from archiver.pipelines.walls import NEEDS_JAVASCRIPT
from spiders.feed import feed_detail
from spiders.front_page import is_story_in_place_of_front
from spiders.responses import content_type, not_html
from spiders.sitemap import LARGEST_SITEMAP, newest_first, news_first

# Requests that a look at a site makes for listings of one sort at most: with all others about a minute's worth.
MOST_FEEDS = 12
MOST_SITEMAPS = 8
# Of the sitemaps in one index: what is new stands in one, the news in another.
MOST_CHILDREN = 3
MOST_SECTIONS_TRIED = 20
# Headlines of stories that make a page a section front.
MANY_HEADLINES = 5


async def survey(errand: Errand) -> Survey:
    """Return what a look at the errand's site finds. Raises SourceError if its first page cannot be read."""
    home = await errand.fetch(errand.source.url)
    profile = await _profile(errand, home)
    front = await read_front(errand, home, ListingKind.FRONT)
    sections = await _sections(errand, profile)
    feeds = await _feeds(errand, profile)
    sitemaps = await find_sitemaps(errand)
    found = _each_once((front, *feeds, *sitemaps, *sections))
    return Survey(
        url=_own_address(errand.source.url, home.url),
        name=profile.name or next((feed.title for feed in feeds if feed.title), None),
        language=profile.language or _language(found),
        choices=choices(found, datetime.now(UTC)),
    )


async def listings(errand: Errand) -> tuple[FoundListing, ...]:
    """Return the listings that a crawl of the errand's source would read: those given, else those it would find."""
    source = errand.source
    fronts = [
        await read_front(
            errand, await errand.fetch(url), ListingKind.SECTION if number else ListingKind.FRONT
        )
        for number, url in enumerate(source.fronts or (source.url,))
    ]
    if source.feeds:
        feeds = [await read_feed_at(errand, url) for url in source.feeds]
    else:
        feeds = await _feeds(errand, await _profile(errand, await errand.fetch(source.url)))
    if source.sitemaps:
        sitemaps = await _sitemaps(errand, source.sitemaps)
    else:
        sitemaps = await find_sitemaps(errand)
    return _each_once((*fronts, *feeds, *sitemaps))


async def read_front(errand: Errand, page: Fetched, kind: ListingKind) -> FoundListing:
    """Return the stories that a page shows by their headlines. Raises SourceError if it is one, named for a site."""
    if page.response is None:
        return FoundListing(url=page.url, kind=kind, failed=page.detail)
    if reason := not_html(page.response):
        return FoundListing(url=page.url, kind=kind, failed=reason)
    try:
        split = await errand.split_of(page.response, errand.frontier)
    except PageError as error:
        return FoundListing(url=page.url, kind=kind, failed=str(error))
    if kind is ListingKind.FRONT and is_story_in_place_of_front(split.article, page.url, errand.source):
        raise SourceError(f"{page.url} is a story: give the address of the site's first page")
    stories = {
        url: Listing(url=url, headline=link.headline)
        for link in split.related
        if (url := canonical_url(link.url)) is not None and same_site(url, errand.source.url)
    }
    is_bare = not stories and wall_of_page(page.response.body) is Wall.JAVASCRIPT
    detail = NEEDS_JAVASCRIPT if is_bare else ""
    return FoundListing(url=page.url, kind=kind, listings=tuple(stories.values()), detail=detail)


async def read_feed_at(errand: Errand, url: str) -> FoundListing:
    """Return what stands in the feed at an address."""
    page = await errand.fetch(url)
    feed_at = partial(FoundListing, url=url, kind=ListingKind.FEED)
    if page.response is None:
        return feed_at(failed=page.detail)
    try:
        response = page.response
        feed = await errand.workers.run(read_feed, response.body, response.url, content_type(response))
    except PageError as error:
        return feed_at(failed=str(error))
    oddities = feed_detail(feed).partition("; ")[2]
    return feed_at(
        listings=_own(errand, feed.listings),
        title=feed.title or "",
        language=feed.language,
        detail=oddities,
    )


async def find_sitemaps(errand: Errand) -> list[FoundListing]:
    """Return the sitemaps that robots.txt names, else the first of the usual ones that is there."""
    robots = await errand.fetch(urljoin(errand.source.url, "/robots.txt"), is_robots_txt=True)
    urls: tuple[str, ...] = ()
    if robots.response is not None:
        urls = sitemap_addresses(robots.response.body.decode("utf-8", "replace"), robots.url)
    own, elsewhere = errand.frontier.vouched(news_first(urls))
    named = await _sitemaps(errand, (*own, *elsewhere))
    if own or any(each.listings or each.sitemaps for each in named):
        return named
    for path in COMMON_SITEMAPS:
        found = await _sitemaps(errand, [urljoin(errand.source.url, path)])
        if any(each.listings or each.sitemaps for each in found):
            return [*named, *found]
    return named


async def _profile(errand: Errand, home: Fetched) -> SiteProfile:
    if home.response is None:
        is_first_page = urlsplit(errand.source.url).path in ("", "/")
        cure = "" if is_first_page else "; give the address of a site's first page"
        raise SourceError(f"{errand.source.url} cannot be read: {home.detail}{cure}")
    if reason := not_html(home.response):
        raise SourceError(f"{home.url} is no page ({reason}): give the address of the site's first page")
    body, media_type = home.response.body, content_type(home.response) or None
    try:
        return await errand.workers.run(site_profile, body, home.url, media_type)
    except PageError as error:
        raise SourceError(f"{home.url} cannot be read: {error}") from error


async def _sections(errand: Errand, profile: SiteProfile) -> list[FoundListing]:
    """Return those pages of the site's menus that list stories."""
    found = [
        await read_front(errand, await errand.fetch(url), ListingKind.SECTION)
        for url in profile.sections[:MOST_SECTIONS_TRIED]
    ]
    return [each for each in found if len(each.listings) >= MANY_HEADLINES]


async def _feeds(errand: Errand, profile: SiteProfile) -> list[FoundListing]:
    own, elsewhere = errand.frontier.vouched(profile.feeds)
    named = [await read_feed_at(errand, url) for url in (*own, *elsewhere)[:MOST_FEEDS]]
    if own or any(feed.listings for feed in named):
        return named
    for path in COMMON_FEEDS:
        feed = await read_feed_at(errand, urljoin(errand.source.url, path))
        if feed.listings:
            return [*named, feed]
    return named


async def _sitemaps(errand: Errand, urls: Iterable[str]) -> list[FoundListing]:
    """Return the sitemaps at some addresses, each index with the newest sitemaps in it."""
    read: dict[str, tuple[FoundListing, Sequence[ChildSitemap]]] = {}
    top = list(urls)[:MOST_SITEMAPS]
    for url in top:
        read[url] = await _sitemap(errand, url)
    for index in top:
        children = [child.url for child in newest_first(read[index][1])]
        own = [url for url in children if errand.frontier.may_list(url) and url not in top]
        for url in own[:MOST_CHILDREN]:
            if url not in read:
                read[url] = await _sitemap(errand, url, parent=index)
        listed = [listing for url in children if url in read for listing in read[url][0].listings]
        if children:
            read[index] = (_with(read[index][0], listed), ())
    return [found for found, _ in read.values()]


async def _sitemap(
    errand: Errand, url: str, parent: str | None = None
) -> tuple[FoundListing, Sequence[ChildSitemap]]:
    page = await errand.fetch(url, largest=LARGEST_SITEMAP)
    sitemap_at = partial(FoundListing, url=url, parent=parent)
    if page.response is None:
        return sitemap_at(kind=ListingKind.SITEMAP, failed=page.detail), ()
    try:
        sitemap = await errand.workers.run(read_sitemap, page.response.body, page.response.url)
    except PageError as error:
        return sitemap_at(kind=ListingKind.SITEMAP, failed=str(error)), ()
    found = sitemap_at(
        kind=_kind(sitemap),
        listings=_own(errand, sitemap.listings),
        language=sitemap.language,
        sitemaps=len(sitemap.sitemaps),
        detail="" if sitemap.is_whole else "cut off or broken",
    )
    return found, sitemap.sitemaps


def _kind(sitemap: Sitemap) -> ListingKind:
    if sitemap.sitemaps:
        return ListingKind.INDEX
    # Some mark a few pages of their whole archive as news.
    is_news = sitemap.news > 0 and sitemap.news * 2 >= len(sitemap.listings)
    return ListingKind.NEWS_SITEMAP if is_news else ListingKind.SITEMAP


def _with(index: FoundListing, listed: Sequence[Listing]) -> FoundListing:
    return FoundListing(
        url=index.url,
        kind=index.kind,
        parent=index.parent,
        sitemaps=index.sitemaps,
        detail=index.detail,
        listings=tuple({listing.url: listing for listing in (*index.listings, *listed)}.values()),
    )


def _own(errand: Errand, found: Iterable[Listing]) -> tuple[Listing, ...]:
    return tuple(listing for listing in found if same_site(listing.url, errand.source.url))


def _each_once(found: Sequence[FoundListing]) -> tuple[FoundListing, ...]:
    by_address: dict[str, FoundListing] = {}
    for each in found:
        by_address.setdefault(each.url, each)
    return tuple(by_address.values())


def _own_address(asked: str, landed: str) -> str:
    """Return where the site is: where its first page led to, if only the scheme or "www." differ."""
    old, new = urlsplit(asked), urlsplit(landed)
    is_alike = host(asked).removeprefix("www.") == host(landed).removeprefix("www.")
    return landed if is_alike and old.path == new.path and old.query == new.query else asked


def _language(found: Sequence[FoundListing]) -> str | None:
    named = (language_tag(each.language) for each in found if each.language)
    return next((tag for tag in named if tag), None)
