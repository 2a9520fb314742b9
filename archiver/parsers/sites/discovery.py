"""Where a site says that its feeds and sitemaps are, and where they are when it says nothing."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from archiver.parsers.urls import canonical_url

# What WordPress, Drupal, Ghost, Hugo and Arc serve, and what newsrooms name by hand; most usual first.
COMMON_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml")
COMMON_SITEMAPS = ("/sitemap-news.xml", "/news-sitemap.xml", "/sitemap.xml", "/sitemap_index.xml")

# Characters of a robots.txt that count (RFC 9309, 2.5).
ROBOTS_SIZE = 500 * 1024

FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
)
# WordPress names a feed of comments on every page; readers' comments are no stories.
COMMENT_FEED = "/comments/"


def feed_addresses(html: bytes, url: str) -> tuple[str, ...]:
    """Return the canonical addresses of the feeds that a page names, in page order, each once.

    A feed is named by <link rel="alternate"> with the type of a feed; feeds of comments are left out.
    """
    try:
        tree = document_fromstring(html)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # nothing in it that could be a page
        return ()
    base = canonical_url(next((tag.get("href") or "" for tag in tree.iter("base")), ""), url) or url
    found = (canonical_url(href, base) for href in _feed_links(tree))
    return tuple(dict.fromkeys(address for address in found if address and not _is_of_comments(address)))


def sitemap_addresses(robots_txt: str, url: str) -> tuple[str, ...]:
    """Return the canonical addresses on the Sitemap lines of a robots.txt, which stands at url, each once."""
    found: list[str] = []
    for line in robots_txt[:ROBOTS_SIZE].splitlines():
        field, _, value = line.partition("#")[0].partition(":")
        if field.strip().lower() == "sitemap" and value.strip():
            address = canonical_url(value, url)
            found += [address] if address else []
    return tuple(dict.fromkeys(found))


def _feed_links(tree: HtmlElement) -> Iterator[str]:
    for link in tree.iter("link"):
        words = (link.get("rel") or "").lower().split()
        media_type = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in words and media_type in FEED_TYPES and link.get("href"):
            yield link.get("href", "")


def _is_of_comments(address: str) -> bool:
    return COMMENT_FEED in urlsplit(address).path + "/"
