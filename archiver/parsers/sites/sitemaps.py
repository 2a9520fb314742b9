"""Sitemaps: lists of a site's pages, plain, for news, gzipped, or lists of further sitemaps."""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import islice

from lxml import etree

from archiver.items import Image, Listing
from archiver.parsers.sites.feeds import GZIP, GZIP_WINDOW, feed_listings
from archiver.parsers.sites.references import PutRight, may_be_put_right
from archiver.parsers.urls import canonical_url

# Bytes of one unpacked sitemap: the protocol's own limit (https://www.sitemaps.org/protocol.html).
MAX_UNPACKED = 50 * 1024 * 1024
# Addresses in one sitemap: the protocol's own limit as well.
MAX_ADDRESSES = 50_000
# Keywords and pictures of one entry that are kept; Google reads a thousand pictures, an archive needs to know of a few.
MOST_KEYWORDS = 20
MOST_IMAGES = 10
IMAGE_FIELDS = ("{*}loc", "{*}title", "{*}caption")
NEWS_FIELDS = ("{*}title", "{*}publication_date", "{*}language", "{*}keywords")
# Bytes unpacked at a time: a sitemap of any size takes no more memory than what it lists.
CHUNK = 2**16
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
    news: int = field(default=0, compare=False)
    """Entries that are marked as news, as Google News reads them."""
    language: str | None = field(default=None, compare=False)
    """As most of these entries name it, such as "en" or "zh-cn"."""
    is_whole: bool = field(default=True, compare=False)
    """Whether it could be read to its end; one that is longer than the limits is not."""


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Return what a sitemap lists, in its order, each address once.

    body is XML, text with one address a line, or a feed, gzipped or not, as sent by url. What follows a
    broken place, MAX_UNPACKED bytes or MAX_ADDRESSES addresses is left out; what is no sitemap lists
    nothing. Dates without zone are taken as UTC. Entities are not expanded and nothing is fetched.
    """
    content = _Content(body)
    sitemap = _read(content, url)
    return replace(sitemap, is_whole=content.is_whole and sitemap.is_whole)


class _Content:
    """What a sitemap says, unpacked piece by piece while it is read, up to MAX_UNPACKED bytes."""

    def __init__(self, body: bytes) -> None:
        self.is_whole = True
        """Whether all that was read so far could be unpacked, within the limit."""
        self._pieces = self._unpacked(body) if body.startswith(GZIP) else self._cut(body)
        self._rest = b""
        while len(self._rest) < HEAD and (piece := next(self._pieces, b"")):
            self._rest = (self._rest + piece).lstrip(BEFORE_XML)
        self.head = self._rest[:HEAD]

    def read(self, size: int) -> bytes:
        """Return up to size bytes, none at the end."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        part, self._rest = self._rest[:size], self._rest[size:]
        return part

    def whole(self) -> bytes:
        """Return all that is left."""
        return b"".join(iter(lambda: self.read(CHUNK), b""))

    def _cut(self, body: bytes) -> Iterator[bytes]:
        for start in range(0, min(len(body), MAX_UNPACKED), CHUNK):
            yield body[start : min(start + CHUNK, MAX_UNPACKED)]
        self.is_whole = len(body) <= MAX_UNPACKED

    def _unpacked(self, body: bytes) -> Iterator[bytes]:
        """Yield what gzip files, one behind the other, unpack to."""
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        left, position, packed = MAX_UNPACKED, 0, b""
        while packed or position < len(body):
            if not packed:
                packed, position = body[position : position + CHUNK], position + CHUNK
            if unpacker.eof:
                packed += body[position : position + CHUNK]
                position += CHUNK
                if not packed.startswith(GZIP):  # rubbish behind a whole file
                    return
                unpacker = zlib.decompressobj(GZIP_WINDOW)
            try:
                piece = unpacker.decompress(packed, min(CHUNK, left))
            except zlib.error:
                self.is_whole = False
                return
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            left -= len(piece)
            if piece:
                yield piece
            if left <= 0:
                break
        self.is_whole = unpacker.eof


def _read(content: _Content, url: str) -> Sitemap:
    head = content.head
    if not head.startswith(b"<"):
        return _of_listings(_text_listings(content.whole(), url))
    if any(root in head for root in (b"<rss", b"<feed", b"<rdf:RDF")):
        return Sitemap(listings=feed_listings(content.whole(), url))
    return _of_entries(content, url)


def _of_listings(listings: Iterator[Listing]) -> Sitemap:
    by_address: dict[str, Listing] = {}
    for listing in listings:
        if len(by_address) >= MAX_ADDRESSES and listing.url not in by_address:
            return Sitemap(listings=tuple(by_address.values()), is_whole=False)
        by_address.setdefault(listing.url, listing)
    return Sitemap(listings=tuple(by_address.values()))


def _text_listings(content: bytes, url: str) -> Iterator[Listing]:
    for line in content.decode("utf-8", "replace").splitlines():
        # Only whole addresses: any other text would read as a relative one.
        if line.strip().startswith(("http://", "https://")) and (address := canonical_url(line, url)):
            yield Listing(url=address)


def _of_entries(content: _Content, url: str) -> Sitemap:
    listings: dict[str, Listing] = {}
    sitemaps: dict[str, ChildSitemap] = {}
    languages: Counter[str] = Counter()
    broken: list[etree.XMLSyntaxError] = []
    is_too_long = False
    for kind, values, images in _entries(content, broken):
        address = canonical_url(values.get("loc", ""), url) if values.get("loc") else None
        if address is None or address in listings or address in sitemaps:
            continue
        if is_too_long := len(listings) + len(sitemaps) >= MAX_ADDRESSES:
            break
        modified = _moment(values.get("lastmod"))
        if kind == "sitemap":
            sitemaps[address] = ChildSitemap(url=address, date_modified=modified)
        else:
            listings[address] = _listing(address, values, modified, _images(images, url))
            if "news" in values:
                languages[values.get("language", "").lower()] += 1
    return Sitemap(
        listings=tuple(listings.values()),
        sitemaps=tuple(sitemaps.values()),
        news=languages.total(),
        language=next((name for name, _ in languages.most_common() if name), None),
        is_whole=not broken and not is_too_long,
    )


def _listing(
    address: str, values: dict[str, str], modified: datetime | None, images: tuple[Image, ...]
) -> Listing:
    keywords = (" ".join(word.split()) for word in values.get("keywords", "").split(","))
    return Listing(
        url=address,
        headline=" ".join(values.get("title", "").split()) or None,
        date_published=_moment(values.get("publication_date")),
        date_modified=modified,
        language=values.get("language") or None,
        keywords=tuple(dict.fromkeys(filter(None, keywords)))[:MOST_KEYWORDS],
        images=images,
    )


def _images(entries: list[dict[str, str]], url: str) -> tuple[Image, ...]:
    """Return the pictures of one entry (<image:image>), each address once."""
    found: dict[str, Image] = {}
    for values in entries:
        if values.get("loc") and (address := canonical_url(values["loc"], url)) is not None:
            caption = " ".join((values.get("caption") or values.get("title") or "").split())
            found.setdefault(address, Image(url=address, caption=caption or None))
    return tuple(found.values())


def _entries(
    content: _Content, broken: list[etree.XMLSyntaxError]
) -> Iterator[tuple[str, dict[str, str], list[dict[str, str]]]]:
    """Yield each entry's kind ("url" or "sitemap"), values and pictures, by local name, until the XML breaks.

    What it breaks of goes into broken.
    """
    events = etree.iterparse(
        PutRight(content) if may_be_put_right(content.head) else content,
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        no_network=True,
    )
    try:
        for _, entry in events:
            pictures = islice(entry.iterchildren("{*}image"), MOST_IMAGES)
            yield (
                etree.QName(entry).localname,
                _values(entry),
                [_texts(picture.iterchildren(*IMAGE_FIELDS)) for picture in pictures],
            )
            entry.clear()
            while entry.getprevious() is not None:  # else the root keeps an empty element for each entry
                del entry.getparent()[0]
    except etree.XMLSyntaxError as error:
        broken.append(error)


def _values(entry: etree._Element) -> dict[str, str]:
    """Return the texts of an entry and of its <news:news>; those of images and videos have the same names.

    A value "news" says that there is one.
    """
    values = _texts(entry.iterchildren("{*}loc", "{*}lastmod"))
    for news in entry.iterchildren("{*}news"):
        values = {"news": "", **_texts(news.iter(*NEWS_FIELDS)), **values}
    return values


def _texts(elements: Iterable[etree._Element]) -> dict[str, str]:
    """Return the texts of elements by their local names, the first of each name."""
    values: dict[str, str] = {}
    for element in elements:
        values.setdefault(etree.QName(element).localname, (element.text or "").strip())
    return values


def _moment(text: str | None) -> datetime | None:
    """Return a W3C date or time (https://www.w3.org/TR/NOTE-datetime) as UTC; None also of a year or month alone."""
    if not text:
        return None
    try:
        if len(text) <= len("2026-11-20"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # 0001-01-01T00:00:00+05:00, a zero date, is before the year 1 in UTC
        return None
