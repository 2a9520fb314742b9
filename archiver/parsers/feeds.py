"""Feeds: RSS, Atom and JSON Feed, also malformed ones, as listings of stories."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any
from xml.sax import SAXException

import feedparser  # type: ignore[import-untyped]  # it ships no types

from archiver.items import Listing
from archiver.parsers.urls import canonical_url

# The version that every JSON Feed names (https://www.jsonfeed.org/version/1.1/).
JSON_FEED = "jsonfeed.org/version"
# A byte order mark of UTF-8 and white space.
BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
# References to characters by number, one behind the other.
REFERENCES = re.compile(rb"(?:&#(?:[0-9]+|[xX][0-9a-fA-F]+);?)+")
REFERENCE = re.compile(rb"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+))")
# Digits of the largest number that a character can have.
MOST_DIGITS = 7
ABSOLUTE = re.compile(r"\s*https?://", re.IGNORECASE)


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


def read_feed(body: bytes, url: str) -> Feed:
    """Return what a feed says, its stories in its order, each address once.

    body is RSS, Atom or JSON Feed as sent by url, which relative links are resolved against. Of a broken
    feed all that can be read is returned, of anything else nothing. Dates are UTC; one without zone is
    taken as UTC, as RSS readers do. Entities are not expanded and nothing is fetched.
    """
    return _json_feed(body, url) if body.lstrip(BEFORE_JSON)[:1] == b"{" else _xml_feed(body, url)


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
        BytesIO(REFERENCES.sub(_put_right, body)),
        response_headers={"content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    # Of its other complaints, such as one of the encoding, nothing is missing.
    is_broken = bool(feed.entries) and isinstance(feed.get("bozo_exception"), SAXException)
    about = feed.feed
    return _feed(_xml_listings(feed, url), about.get("title"), about.get("language"), is_broken=is_broken)


def _put_right(references: re.Match[bytes]) -> bytes:
    """Return references to characters without those that name none, on which feedparser fails as a whole.

    Halves of a character that UTF-16 writes as two ("&#55357;&#56832;") are put together.
    """
    text = "".join(
        _character(decimal or hexadecimal, 10 if decimal else 16)
        for decimal, hexadecimal in REFERENCE.findall(references[0])
    )
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(f"&#{ord(character)};" for character in whole).encode()


def _character(digits: bytes, base: int) -> str:
    significant = digits.lstrip(b"0")[: MOST_DIGITS + 1] or b"0"
    number = int(significant, base)
    return chr(number) if number <= sys.maxunicode else "\ufffd"


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
                headline=_headline(entry.get("title")),
                date_published=_from_struct(entry.get("published_parsed")),
                date_modified=_from_struct(_updated(entry)),
            )
        )


def _updated(entry: dict[str, Any]) -> struct_time | None:
    # feedparser answers with the date of publication where there is no other, so ask whether there is one.
    return entry["updated_parsed"] if "updated_parsed" in entry else None  # noqa: SIM401


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
