"""Feeds: RSS, Atom and JSON Feed, also malformed ones, as listings of stories."""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any
from xml.sax import SAXException

import feedparser  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

from archiver.items import Listing
from archiver.parsers.dates.written_dates import moment
from archiver.parsers.markup.decoding import element_text, page_encoding
from archiver.parsers.sites.references import numbered
from archiver.parsers.text import clean
from archiver.parsers.urls import canonical_url

# The version that every JSON Feed names (https://www.jsonfeed.org/version/1.1/).
JSON_FEED = "jsonfeed.org/version"
# A byte order mark of UTF-8 and white space.
BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
ABSOLUTE = re.compile(r"\s*https?://", re.IGNORECASE)
# What libxml2 and feedparser would ask another document for, and the encoding that a feed claims.
DOCTYPE = re.compile(r"<!DOCTYPE\s[^>\[]*>", re.IGNORECASE)
DECLARED = re.compile(r"(\s*<\?xml\b[^>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')")
HEAD = 2_000
GZIP = b"\x1f\x8b"
GZIP_WINDOW = zlib.MAX_WBITS | 16
# Bytes that a packed feed unpacks to at most: the largest page that is read.
LARGEST = 20_000_000
# Titles of such types are markup.
MARKUP = ("text/html", "application/xhtml+xml")
LONGEST_TITLE = 2_000
# Seconds or milliseconds since 1970, and dates of which feedparser does not know the zone or the half of the day.
UNIX_TIME = re.compile(r"\d{10}(?:\d{3})?")
ODD_DATE = re.compile(r"\d\s*[ap]\.?m\b|\d\s+[a-z]{2,5}\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one feed says."""

    listings: tuple[Listing, ...] = ()
    """In its order, each address once."""
    title: str | None = None
    language: str | None = None
    """As it names it, such as "en-gb"."""
    unusable: int = 0
    """Entries without a link that could be a story's."""
    repeated: int = 0
    """Entries whose address another one has already."""
    is_broken: bool = False
    """Whether its XML is malformed, so that entries may be missing."""


def feed_listings(body: bytes, url: str) -> tuple[Listing, ...]:
    """Return the stories that a feed lists, as read_feed does."""
    return read_feed(body, url).listings


def read_feed(body: bytes, url: str, content_type: str | None = None) -> Feed:
    """Return what a feed says, its stories in its order, each address once.

    body is RSS, Atom or JSON Feed as sent by url, gzipped or not, content_type its HTTP header; relative links are
    resolved against url. Of a broken feed all that can be read is returned, of anything else nothing. Dates are UTC;
    one without zone is taken as UTC, as RSS readers do. Entities of its own are not expanded and nothing is fetched.
    """
    body = _unpacked(body) if body.startswith(GZIP) else body
    if body.lstrip(BEFORE_JSON)[:1] == b"{":
        return _json_feed(body, url)
    return _xml_feed(_in_utf8(body, content_type, url), url)


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(GZIP_WINDOW).decompress(body, LARGEST)
    except zlib.error:
        return b""


def _in_utf8(body: bytes, content_type: str | None, url: str) -> bytes:
    """A feed in UTF-8, read as pages are: some claim an encoding that they are not in, or in the header alone."""
    text = body.decode(page_encoding(body, content_type, url), "replace").removeprefix("\ufeff")
    head = DECLARED.sub(r"\1", DOCTYPE.sub("", text[:HEAD], count=1), count=1)
    return (head + text[HEAD:]).encode("utf-8", "replace")


def _feed(
    listings: Iterator[Listing | None], title: object, language: object, *, is_broken: bool = False
) -> Feed:
    by_address: dict[str, Listing] = {}
    unusable = repeated = 0
    for listing in listings:
        if listing is None:
            unusable += 1
        elif by_address.setdefault(listing.url, listing) is not listing:
            repeated += 1
    return Feed(
        listings=tuple(by_address.values()),
        title=_headline(title),
        language=_headline(language),
        unusable=unusable,
        repeated=repeated,
        is_broken=is_broken,
    )


def _xml_feed(body: bytes, url: str) -> Feed:
    feed = feedparser.parse(  # a stream: it would open a string as an address or a file
        BytesIO(numbered(body)),
        response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    # Of its other complaints, such as one of the encoding, nothing is missing.
    is_broken = bool(feed.entries) and isinstance(feed.get("bozo_exception"), SAXException)
    about = feed.feed
    return _feed(_xml_listings(feed, url), _title(about), about.get("language"), is_broken=is_broken)


def _xml_listings(feed: Any, url: str) -> Iterator[Listing | None]:
    for entry in feed.entries:
        # FeedBurner's link leads through its own server; it says beside it where the story is.
        link = str(entry.get("feedburner_origlink") or entry.get("link") or "").strip()
        address = canonical_url(link, url) if link else None
        yield (
            None
            if address is None
            else Listing(
                url=address,
                headline=_headline(_title(entry)),
                date_published=_date(entry, "published"),
                date_modified=_date(entry, "updated"),
            )
        )


def _title(about: Any) -> object:
    """The title of a feed or an entry as a reader sees it."""
    title, kind = about.get("title"), about.get("title_detail", {}).get("type")
    return _shown(title) if isinstance(title, str) and kind in MARKUP else title


def _shown(markup: str) -> str:
    try:
        root = etree.fromstring(f"<p>{markup}</p>", etree.HTMLParser())
    except etree.XMLSyntaxError:  # nested without end
        return markup
    return clean(element_text(root, LONGEST_TITLE))


def _date(entry: Any, name: str) -> datetime | None:
    # feedparser answers with the date of publication where there is no other, so ask whether there is one.
    if name not in entry:
        return None
    text = str(entry[name]).strip()
    if text.isdecimal():
        return _from_unix(text)
    parsed = entry.get(f"{name}_parsed")
    if (parsed is None or ODD_DATE.search(text)) and (found := moment(text)) is not None:
        return found.at.astimezone(UTC)
    return _from_struct(parsed)


def _from_unix(digits: str) -> datetime | None:
    return datetime.fromtimestamp(int(digits[:10]), UTC) if UNIX_TIME.fullmatch(digits) else None


def _json_feed(body: bytes, url: str) -> Feed:
    try:
        feed = json.loads(body.lstrip(BEFORE_JSON))
    except (ValueError, RecursionError):  # not JSON, not Unicode, or nested without end
        return Feed()
    if not isinstance(feed, dict) or JSON_FEED not in str(feed.get("version")):
        return Feed()
    return _feed(_json_listings(feed.get("items"), url), feed.get("title"), feed.get("language"))


def _json_listings(items: object, url: str) -> Iterator[Listing | None]:
    for item in items if isinstance(items, list) else []:
        link = _json_link(item) if isinstance(item, dict) else None
        address = canonical_url(link, url) if isinstance(link, str) and link.strip() else None
        yield (
            None
            if address is None
            else Listing(
                url=address,
                headline=_headline(item.get("title")),
                date_published=_from_iso(item.get("date_published")),
                date_modified=_from_iso(item.get("date_modified")),
            )
        )


def _json_link(item: dict[str, Any]) -> object:
    """Return where an item of a JSON Feed is; its id may be that, or a mere number."""
    id_ = item.get("id")
    is_address = isinstance(id_, str) and ABSOLUTE.match(id_)
    return item.get("url") or (id_ if is_address else None)


def _headline(title: object) -> str | None:
    return " ".join(title.split()) or None if isinstance(title, str) else None


def _from_struct(moment: struct_time | None) -> datetime | None:
    if moment is None:
        return None
    try:
        return datetime(*moment[:6], tzinfo=UTC)
    except ValueError:  # such as second 61, or year 0
        return None


def _from_iso(moment: Any) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(moment)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # the last: 0001-01-01T00:00:00+05:00, a zero date
        return None
