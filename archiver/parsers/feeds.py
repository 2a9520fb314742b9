"""Feeds: RSS, Atom and JSON Feed, also malformed ones, as listings of stories."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types

from archiver.items import Listing
from archiver.parsers.urls import canonical_url

# The version that every JSON Feed names (https://www.jsonfeed.org/version/1.1/).
JSON_FEED = "jsonfeed.org/version"
# A byte order mark of UTF-8 and white space.
BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"


def feed_listings(body: bytes, url: str) -> tuple[Listing, ...]:
    """Return the stories that a feed lists, in its order, each address once.

    body is RSS, Atom or JSON Feed as sent by url, which relative links are resolved against. Of a broken
    feed all that can be read is returned, of anything else nothing. Dates are UTC; one without zone is
    taken as UTC, as RSS readers do. Entities are not expanded and nothing is fetched.
    """
    entries = _json_listings(body, url) if body.lstrip(BEFORE_JSON)[:1] == b"{" else _xml_listings(body, url)
    by_address: dict[str, Listing] = {}
    for listing in entries:
        by_address.setdefault(listing.url, listing)
    return tuple(by_address.values())


def _xml_listings(body: bytes, url: str) -> Iterator[Listing]:
    feed = feedparser.parse(  # a stream: it would open a string as an address or a file
        BytesIO(body),
        response_headers={"content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    for entry in feed.entries:
        # FeedBurner's link leads through its own server; it says beside it where the story is.
        address = canonical_url(str(entry.get("feedburner_origlink") or entry.get("link") or ""), url)
        if address is not None:
            yield Listing(
                url=address,
                headline=_headline(entry.get("title")),
                date_published=_from_struct(entry.get("published_parsed")),
                date_modified=_from_struct(_updated(entry)),
            )


def _updated(entry: dict[str, Any]) -> struct_time | None:
    # feedparser answers with the date of publication where there is no other, so ask whether there is one.
    return entry["updated_parsed"] if "updated_parsed" in entry else None  # noqa: SIM401


def _json_listings(body: bytes, url: str) -> Iterator[Listing]:
    try:
        feed = json.loads(body.lstrip(BEFORE_JSON))
    except (ValueError, RecursionError):  # not JSON, not Unicode, or nested without end
        return
    if not isinstance(feed, dict) or JSON_FEED not in str(feed.get("version")):
        return
    items = feed.get("items")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or not isinstance(link := item.get("url") or item.get("id"), str):
            continue
        if (address := canonical_url(link, url)) is not None:
            yield Listing(
                url=address,
                headline=_headline(item.get("title")),
                date_published=_from_iso(item.get("date_published")),
                date_modified=_from_iso(item.get("date_modified")),
            )


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
