"""Sitemaps: lists of a site's pages, plain, for news, gzipped, or lists of further sitemaps."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from io import BytesIO

from lxml import etree

from archiver.items import Listing
from archiver.parsers.feeds import feed_listings
from archiver.parsers.urls import canonical_url

GZIP = b"\x1f\x8b"
# Bytes of one unpacked sitemap: the protocol's own limit (https://www.sitemaps.org/protocol.html).
MAX_UNPACKED = 50 * 1024 * 1024
# Addresses in one sitemap: the protocol's own limit as well.
MAX_ADDRESSES = 50_000
# Where a document must say what it is.
HEAD = 1024
# A byte order mark of UTF-8 and the blank lines that plugins print before the XML, where XML allows none.
BEFORE_XML = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSitemap:
    """A sitemap that another one names."""

    url: str
    """Absolute and canonical."""
    date_modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What one sitemap lists: pages, or further sitemaps."""

    listings: tuple[Listing, ...] = ()
    sitemaps: tuple[ChildSitemap, ...] = ()
    is_whole: bool = field(default=True, compare=False)
    """Whether it could be read to its end; one that is longer than the limits is not."""


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Return what a sitemap lists, in its order, each address once.

    body is XML, text with one address a line, or a feed, gzipped or not, as sent by url. What follows a
    broken place, MAX_UNPACKED bytes or MAX_ADDRESSES addresses is left out; what is no sitemap lists
    nothing. Dates without zone are taken as UTC. Entities are not expanded and nothing is fetched.
    """
    if body.startswith(GZIP):
        content, is_whole = _unpacked(body)
        sitemap = _read(content.lstrip(BEFORE_XML), url)
        return replace(sitemap, is_whole=is_whole and sitemap.is_whole)
    return _read(body.lstrip(BEFORE_XML), url)


def _read(content: bytes, url: str) -> Sitemap:
    head = content[:HEAD]
    if not head.startswith(b"<"):
        return _of_listings(_text_listings(content, url))
    if any(root in head for root in (b"<rss", b"<feed", b"<rdf:RDF")):
        return Sitemap(listings=feed_listings(content, url))
    return _of_entries(content, url)


def _unpacked(body: bytes) -> tuple[bytes, bool]:
    """Return what gzip files, one behind the other, unpack to as far as they go, and whether that is all."""
    content = b""
    is_whole = True
    while body.startswith(GZIP) and len(content) < MAX_UNPACKED:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            content += unpacker.decompress(body, MAX_UNPACKED - len(content))
        except zlib.error:
            return content, False
        is_whole = unpacker.eof
        body = unpacker.unused_data
    return content, is_whole


def _of_listings(listings: Iterator[Listing]) -> Sitemap:
    by_address: dict[str, Listing] = {}
    for listing in listings:
        if by_address.setdefault(listing.url, listing) is listing and len(by_address) >= MAX_ADDRESSES:
            break
    return Sitemap(listings=tuple(by_address.values()))


def _text_listings(content: bytes, url: str) -> Iterator[Listing]:
    for line in content.decode("utf-8", "replace").splitlines():
        # Only whole addresses: any other text would read as a relative one.
        if line.strip().startswith(("http://", "https://")) and (address := canonical_url(line, url)):
            yield Listing(url=address)


def _of_entries(content: bytes, url: str) -> Sitemap:
    listings: dict[str, Listing] = {}
    sitemaps: dict[str, ChildSitemap] = {}
    broken: list[etree.XMLSyntaxError] = []
    for kind, values in _entries(content, broken):
        address = canonical_url(values.get("loc", ""), url) if values.get("loc") else None
        if address is None:
            continue
        modified = _moment(values.get("lastmod"))
        if kind == "sitemap":
            sitemaps.setdefault(address, ChildSitemap(url=address, date_modified=modified))
        else:
            listings.setdefault(address, _listing(address, values, modified))
        if len(listings) + len(sitemaps) >= MAX_ADDRESSES:
            break
    return Sitemap(listings=tuple(listings.values()), sitemaps=tuple(sitemaps.values()), is_whole=not broken)


def _listing(address: str, values: dict[str, str], modified: datetime | None) -> Listing:
    return Listing(
        url=address,
        headline=" ".join(values.get("title", "").split()) or None,
        date_published=_moment(values.get("publication_date")),
        date_modified=modified,
    )


def _entries(content: bytes, broken: list[etree.XMLSyntaxError]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each entry's kind ("url" or "sitemap") and values by local name, until the XML breaks.

    What it breaks of goes into broken.
    """
    events = etree.iterparse(
        BytesIO(content),
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        no_network=True,
    )
    try:
        for _, entry in events:
            yield etree.QName(entry).localname, _values(entry)
            entry.clear()
            while entry.getprevious() is not None:  # else the root keeps an empty element for each entry
                del entry.getparent()[0]
    except etree.XMLSyntaxError as error:
        broken.append(error)


def _values(entry: etree._Element) -> dict[str, str]:
    """Return the texts of an entry and of its <news:news>; those of images and videos have the same names."""
    values: dict[str, str] = {}
    for child in entry.iterchildren("{*}loc", "{*}lastmod", "{*}news"):
        name = etree.QName(child).localname
        parts = child.iterchildren("{*}title", "{*}publication_date") if name == "news" else (child,)
        for part in parts:
            values.setdefault(etree.QName(part).localname, (part.text or "").strip())
    return values


def _moment(text: str | None) -> datetime | None:
    """Return a W3C date or time (https://www.w3.org/TR/NOTE-datetime) as UTC, or None."""
    if not text:
        return None
    try:
        if len(text) <= len("2026-11-20"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # 0001-01-01T00:00:00+05:00, a zero date, is before the year 1 in UTC
        return None
