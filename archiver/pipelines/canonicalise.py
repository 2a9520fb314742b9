"""Step 2: one form for every address, and what the listing knew of the story."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from archiver.items import Article, Discovery, RelatedLink, Visit
from archiver.parsers.urls import canonical_url, same_site
from archiver.story_address import story_addresses


class Canonicalise:
    """Settles the article's address and the targets of related links."""

    def process_item(self, item: Visit | Discovery) -> Visit | Discovery:
        """Return the item with its addresses settled."""
        if isinstance(item, Discovery) or item.split is None:
            return item
        article = None if item.split.article is None else _settled(item.split.article, item)
        own = {item.url, item.final_url} | ({article.url} if article else set())
        related = tuple(_related(item.split.related, own))
        addresses = story_addresses(article.url) if article else ()
        split = replace(item.split, article=article, related=related)
        return replace(item, split=split, addresses=addresses)


def _settled(article: Article, visit: Visit) -> Article:
    published = article.date_published
    if published is None and visit.listing is not None:
        published = visit.listing.date_published
    return replace(article, url=_address(article.url, visit), date_published=published)


def _address(claimed: str, visit: Visit) -> str:
    """Return the address that a page claims for its story if that can be true, else the page's own."""
    url = canonical_url(claimed, visit.final_url)
    if url is None or not same_site(url, visit.source):
        return visit.final_url
    # Some sites name their first page as the canonical address of every story.
    if urlsplit(url).path == "/" and not urlsplit(url).query:
        return visit.final_url
    return url


def _related(links: tuple[RelatedLink, ...], own: set[str]) -> Iterator[RelatedLink]:
    """Yield the links to other stories, each once in a block, by the addresses that their pages are known by."""
    seen = set[tuple[str, str, str, str]]()
    for shown in links:
        link = replace(shown, url=canonical_url(shown.url) or shown.url)
        key = (link.url, link.headline, link.kind, link.block)
        if link.url not in own and key not in seen:
            seen.add(key)
            yield link
