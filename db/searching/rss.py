"""What watches found as an RSS 2.0 feed, for readers of feeds (https://www.rssboard.org/rss-specification)."""

import os
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from xml.etree import ElementTree

from archiver.errors import ExportError
from db.searching.excerpt import MARK_END, MARK_START
from db.searching.search import Hit
from db.searching.watches import Watch

# Items of a feed, the latest: readers ask for it often and keep what they have seen.
ITEMS = 50


def write_feed(path: Path, found: Sequence[tuple[Watch, Hit]], now: datetime) -> None:
    """Write the feed of these articles, each found by a watch, to path; what stood there stays until it is whole.

    Raises ExportError if path cannot be written.
    """
    feed = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(feed, "channel")
    names = ", ".join(dict.fromkeys(watch.name for watch, _ in found)) or "nothing yet"
    _add(channel, "title", f"News archive: {names}")
    _add(channel, "link", found[0][1].url if found else "about:blank")
    _add(channel, "description", "Articles that saved searches found in the archive")
    _add(channel, "lastBuildDate", format_datetime(now))
    for watch, hit in found[:ITEMS]:
        _add_item(channel, watch.name, hit)
    _replace(path, _text(feed))


def search_feed(words: str, link: str, hits: Sequence[Hit], now: datetime) -> bytes:
    """Return the feed of what a search found, which can be looked at at link."""
    feed = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(feed, "channel")
    _add(channel, "title", f"News archive: {words}")
    _add(channel, "link", link)
    _add(channel, "description", "Articles that a search finds in the archive")
    _add(channel, "lastBuildDate", format_datetime(now))
    for hit in hits:
        _add_item(channel, words, hit)
    return _text(feed)


def _text(feed: ElementTree.Element) -> bytes:
    ElementTree.indent(feed)
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def _add_item(channel: ElementTree.Element, name: str, hit: Hit) -> None:
    item = ElementTree.SubElement(channel, "item")
    _add(item, "title", hit.headline)
    _add(item, "link", hit.url)
    guid = _add(item, "guid", f"{name}/{hit.article_id}/{hit.url}")
    guid.set("isPermaLink", "false")
    if hit.date_published is not None:
        _add(item, "pubDate", format_datetime(hit.date_published))
    for author in hit.authors:  # the author of RSS is an address for mail
        _add(item, "category", author)
    _add(item, "category", name)
    _add(item, "description", hit.snippet.replace(MARK_START, "").replace(MARK_END, ""))


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    # What XML cannot hold (https://www.w3.org/TR/xml/#charsets) and columns may.
    element.text = text.replace("\ufffe", "").replace("\uffff", "")
    return element


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror}") from error
