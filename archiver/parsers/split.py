"""Splits one page into its story and the headlines of others: the questions of this package in their order."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element as Element

from archiver.errors import PageError, ParseLimitError
from archiver.items import Article, Split
from archiver.parsers import metadata
from archiver.parsers.article import Story, story, without, without_byline
from archiver.parsers.authors import authors
from archiver.parsers.blocks import Block, Layout, page_layout
from archiver.parsers.datelines import Reading, story_dates
from archiver.parsers.dates import fetch_time
from archiver.parsers.decoding import page_tree
from archiver.parsers.features import block_table, stated_text
from archiver.parsers.headline import Headline, headline
from archiver.parsers.language import language
from archiver.parsers.link_features import NOT_A_STORY
from archiver.parsers.related import related_links
from archiver.parsers.structured import STORY_TYPES, Structured, first_string, structured, types
from archiver.parsers.text import word_count
from archiver.parsers.urls import canonical_url, is_readable

# A text with neither date nor author is a story from this many words on, half as many in an article element.
UNSIGNED_WORDS = 120


def split_page(
    html: bytes, *, url: str, content_type: str | None = None, fetched: datetime | None = None
) -> Split:
    """Split an HTML page into its main story and the related links.

    html is the page as served, content_type its HTTP header, url the absolute address it came from (links are
    resolved against it), fetched the time of the fetch (now if None): dates after it are refused, and days
    without year belong to the year before it. A page without markup or story gives Split(article=None).
    An url that is none is taken as unknown. Raises ParseLimitError if the page's tags nest deeper than can be read.
    """
    try:
        root = page_tree(html, content_type)
    except ParseLimitError:
        raise
    except PageError:
        return Split(article=None)
    return _split(root, url if is_readable(url) else "", fetch_time(fetched))


def _split(root: Element, url: str, fetched: datetime) -> Split:
    layout, stated = page_layout(root), structured(root)
    title = headline(layout, stated, url)
    description = page_description(stated)
    table = block_table(
        layout,
        headline=title.block,
        description=description,
        stated=stated_text(first_string(stated.story.get("articleBody")) or ""),
    )
    found = story(layout, table, title.block, description, fetched)
    said = _said(layout, stated, title, found, url, fetched)
    if not title.text or not _is_story(stated, said, found.blocks, url):
        found = Story((), None, found.chances)
    own = frozenset({metadata.canonical(layout, stated, url), canonical_url(url) or url})
    links, blocks = related_links(layout, table, found, page_base(root, url), own)
    main = without(found, blocks, frozenset(link.headline for link in links))
    article = _article(layout, stated, main, url, title, said) if main.blocks else None
    return Split(article=article, related=links)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the page says of its text."""

    authors: tuple[str, ...]
    language: str | None
    published: datetime | None
    modified: datetime | None


def _said(
    layout: Layout, stated: Structured, title: Headline, found: Story, url: str, fetched: datetime
) -> _Said:
    spoken = language(layout, stated, " ".join(block.text for block in found.blocks))
    marks = (title.block, *found.blocks[:1], *found.blocks[-1:])
    places = tuple(block for block in marks if block is not None)
    published, modified = story_dates(layout, stated, places, url, Reading(spoken, fetched))
    return _Said(authors(layout, stated, title.block, url), spoken, published, modified)


def page_description(stated: Structured) -> str:
    """Return the page's description for search engines, or ""."""
    return (stated.meta.get("description") or stated.meta.get("og:description") or [""])[0]


def page_base(root: Element, url: str) -> str:
    """Return the address that the page's links are relative to."""
    stated: str = next((href for element in root.iter("base") if (href := element.get("href"))), "")
    try:
        return urljoin(url, stated)
    except ValueError:
        return url


def _is_story(stated: Structured, said: _Said, blocks: tuple[Block, ...], url: str) -> bool:
    """Whether the page's text is a story: markup, date or author say so, or it is long and at no notice's address."""
    if types(stated.story) & STORY_TYPES:
        return True
    path, query = urlsplit(url).path, urlsplit(url).query
    if url and path in ("", "/") and not any(c.isdigit() for c in query):
        return False
    kind = (stated.meta.get("og:type") or [""])[0].lower()
    if kind.startswith("article") or said.published or said.modified or said.authors:
        return True
    marked = all(any(box.tag == "article" for box in block.box.lineage()) for block in blocks)
    long_enough = sum(word_count(block.text) for block in blocks) >= (
        UNSIGNED_WORDS // 2 if marked else UNSIGNED_WORDS
    )
    return long_enough and NOT_A_STORY.search(path + "/") is None


def _article(
    layout: Layout, stated: Structured, main: Story, url: str, title: Headline, said: _Said
) -> Article:
    return Article(
        url=metadata.canonical(layout, stated, url),
        headline=title.text,
        lead=main.lead.text if main.lead else None,
        body="\n\n".join(block.text for block in without_byline(main.blocks, said.authors)),
        authors=said.authors,
        date_published=said.published,
        date_modified=said.modified,
        language=said.language,
        section=metadata.section(stated),
        keywords=metadata.keywords(stated),
        images=metadata.images(stated, main.blocks, url),
    )
