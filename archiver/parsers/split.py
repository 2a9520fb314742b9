"""Splits one page into its story and the headlines of others: the questions of this package in their order."""

import gc
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element as Element

from archiver.errors import PageError, ParseLimitError
from archiver.items import Article, Origin, Sources, Split
from archiver.parsers import metadata
from archiver.parsers.authors.bylines import names_in
from archiver.parsers.authors.story_authors import authors
from archiver.parsers.dates.datelines import story_dates
from archiver.parsers.dates.stated_dates import Reading
from archiver.parsers.dates.written_dates import fetch_time
from archiver.parsers.language import language
from archiver.parsers.markup.additions import without_additions
from archiver.parsers.markup.blocks import Block, Layout, page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.markup.names import called
from archiver.parsers.models.features import block_table, stated_text
from archiver.parsers.related.link_addresses import NOT_A_STORY
from archiver.parsers.related.link_texts import shown_text
from archiver.parsers.related.related_links import Own, Related, related_links
from archiver.parsers.rules import Ruled, Ruling, SiteRules, apply_rules, ruled, ruled_headline, rules_at
from archiver.parsers.sourced import Dated, Sourced
from archiver.parsers.story.article import Story, no_story, story, without
from archiver.parsers.story.listings import is_listing
from archiver.parsers.story.reasons import Reason
from archiver.parsers.story.signed import without_byline
from archiver.parsers.story.standfirst import Announced
from archiver.parsers.structured import (
    LONGEST_TEXT,
    STORY_TYPES,
    Structured,
    entry_headlines,
    first_string,
    is_news,
    structured,
    types,
)
from archiver.parsers.text import word_count
from archiver.parsers.titles.headline import headline
from archiver.parsers.titles.stated_titles import Headline, other_titles
from archiver.parsers.titles.unstated_titles import line_above, without_headline
from archiver.parsers.urls import canonical_url

# A text with neither date nor author is a story from this many words on, half as many in an article element.
UNSIGNED_WORDS = 120
# What the addresses of pages end with that tell of the house, its terms and its services, or let one search and
# log in; the address of a story with its year may end so, too.
HOUSE = re.compile(
    r"\A(?!.*/(?:19|20)\d\d/).*/(?:about(?:[-_]us)?|ueber-uns|a-propos|quienes-somos|chi-siamo|over-ons|tos|legal"
    r"|terms(?:[-_](?:of|and)[-_]\w+)?"
    r"|privacy(?:[-_]policy)?|impressum|imprint|datenschutz\w*|agb|contact(?:[-_]us)?|kontakt|log-?in|sign-?(?:in|up)"
    r"|register|(?:[a-z]+-)?search|suche|search[-_]?results?|suchergebnisse|404(?:[-_]error)?|not[-_]?found)(?:\.\w+)?/?\Z"
)
# What is for sale, as schema.org calls it and as og:type does.
GOODS = frozenset({"product", "productgroup", "book", "offer"})
OFFERED = ("product", "og:product")
# Below the name of what is for sale, so many blocks off at most, stands what it costs.
PRICE_REACH = 12
is_price = called(r"(?<![a-z])price(?![a-z])")
# A page whose address ends with so many words is called by its headline.
NAME_WORDS = 4
# Where a page says for machines what it tells.
DESCRIPTIONS = ("description", "og:description", "twitter:description")
TAG = re.compile(r"<[^>]*>")
WORDS_OF_NAME = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """All that the split of one page was made of and decided by."""

    split: Split
    layout: Layout
    ruling: Ruling
    decided: Ruled
    ruled: frozenset[str]
    """The fields of the article that a rule of the site gave."""
    title: Headline
    story: Story
    related: Related
    fetched: datetime


def split_page(
    html: bytes,
    *,
    url: str,
    content_type: str | None = None,
    fetched: datetime | None = None,
    rules: Sequence[SiteRules] = (),
) -> Split:
    """Split an HTML page into its main story and the related links.

    html is the page as served, content_type its HTTP header, url the absolute address it came from (links are
    resolved against it), fetched the time of the fetch (now if None): dates after it are refused, and days
    without year belong to the year before it. rules are those of the site; the ones that hold at that time
    decide before all else. A page without markup or story gives Split(article=None).
    An url that is none is taken as unknown. Raises ParseLimitError if the page's tags nest deeper than can be read,
    TypeError if html is a text (its bytes say in which encoding they are) or url none.
    """
    if not isinstance(html, bytes):
        raise TypeError("html is the bytes of a page as it was served: give text.encode() for a text")
    if not isinstance(url, str):
        raise TypeError(f'url is a text, not {url!r}: give "" for a page that came without address')
    # What a page is read into holds no cycles: looking for some would take a twentieth of the time.
    collects = gc.isenabled()
    gc.disable()
    try:
        return page_parts(html, url=url, content_type=content_type, fetched=fetched, rules=rules).split
    except ParseLimitError:
        raise
    except PageError:
        return Split(article=None)
    finally:
        if collects:
            gc.enable()


def page_parts(
    html: bytes,
    *,
    url: str,
    content_type: str | None = None,
    fetched: datetime | None = None,
    rules: Sequence[SiteRules] = (),
) -> Parts:
    """Return what split_page splits a page into, and by what. Raises PageError if the page has no markup."""
    root = without_additions(page_tree(html, content_type, url), html)
    moment = fetch_time(fetched)
    ruling = apply_rules(root, rules_at(rules, moment))
    if ruling.rules is not None and ruling.rules.timezone is not None:
        moment = moment.astimezone(ruling.rules.timezone)  # whose zone dates have that name none
    return _parts(root, "" if canonical_url(url) is None else url, moment, ruling)


def _parts(root: Element, url: str, fetched: datetime, ruling: Ruling) -> Parts:
    layout, stated = page_layout(root), structured(root)
    title, decided = _title(layout, stated, url, ruling), ruled(layout, ruling)
    description = page_description(stated)
    table = block_table(
        layout,
        headline=title.block,
        description=description,
        stated=stated_text(first_string(stated.story.get("articleBody")) or ""),
    )
    found = story(layout, table, _announced(stated, title, url), fetched, decided)
    if (
        title.origin is not Origin.RULE
        and (above := line_above(layout, title, found, url, fetched)) is not None
    ):
        title, found = above, without_headline(found, above)
    said = _said(layout, stated, title, found, url, fetched)
    if ruling.rules is not None:
        said = _as_ruled(said, ruling, fetched)
    is_called_story = found.is_ruled or bool(types(stated.story) & STORY_TYPES)
    if ruling.is_no_story:
        found = no_story(found, Reason.RULE_NO_STORY)
    elif not is_called_story and is_listing(stated, layout, title.block, found, url, fetched):
        found = no_story(found, Reason.LISTING)
    elif not _is_story(layout, stated, said, title, found, url):
        found = no_story(found, Reason.NO_STORY)
    own = Own(frozenset({metadata.canonical(stated, url).value, canonical_url(url) or url}), title.text)
    related = related_links(layout, table, found, page_base(stated, url), own, decided.links)
    main = without(found, related.blocks, frozenset(link.headline for link in related.links))
    main = without_byline(main, said.authors.value)
    article = _article(stated, main, url, title, said) if main.blocks else None
    return Parts(
        Split(
            article=article,
            related=related.links,
            titles=other_titles(stated, url, title.text) if article else (),
        ),
        layout,
        ruling,
        decided,
        said.ruled,
        title,
        main,
        related,
        fetched,
    )


def _title(layout: Layout, stated: Structured, url: str, ruling: Ruling) -> Headline:
    given = ruled_headline(layout, ruling)
    return Headline(*given, Origin.RULE) if given else headline(layout, stated, url)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the page says of its text."""

    authors: Sourced[tuple[str, ...]]
    language: Sourced[str | None]
    published: Dated | None
    modified: Dated | None
    section: Sourced[str | None]
    ruled: frozenset[str] = frozenset()
    """The fields of the article that a rule of the site gave."""


def _said(
    layout: Layout, stated: Structured, title: Headline, found: Story, url: str, fetched: datetime
) -> _Said:
    spoken = language(layout, stated, found.blocks)
    marks = (title.block, *found.blocks[:1], *found.blocks[-1:])
    places = tuple(block for block in marks if block is not None)
    published, modified = story_dates(layout, stated, places, url, Reading(spoken.value, fetched))
    section = metadata.section(stated, layout, title.text, title.block)
    return _Said(authors(layout, stated, marks, url), spoken, published, modified, section)


def _as_ruled(said: _Said, ruling: Ruling, fetched: datetime) -> _Said:
    """What the page says, but for what the rules of its site found."""
    named = dict.fromkeys(name for text in ruling.authors for name in names_in(text, stated=True))
    published = Reading(said.language.value, fetched).first(ruling.dates, Origin.RULE)
    section: Sourced[str | None] = said.section
    if ruling.sections:
        section = Sourced(ruling.sections[0], Origin.RULE)
    found = {
        "headline": ruling.headline,
        "authors": named,
        "date_published": published,
        "section": ruling.sections,
    }
    return replace(
        said,
        authors=Sourced(tuple(named), Origin.RULE) if named else said.authors,
        published=published or said.published,
        section=section,
        ruled=frozenset(field for field, value in found.items() if value),
    )


def page_description(stated: Structured) -> str:
    """Return the page's description for search engines, or ""."""
    return (stated.meta.get("description") or stated.meta.get("og:description") or [""])[0]


def page_descriptions(stated: Structured) -> tuple[str, ...]:
    """Return what the page says that it tells, for search engines and for those who share it."""
    said = (
        *(stated.meta.get(key, [""])[0] for key in DESCRIPTIONS),
        first_string(stated.story.get("description")),
    )
    return tuple(dict.fromkeys(TAG.sub("", unescape(text)) for text in said if text))


def page_base(stated: Structured, url: str) -> str:
    """Return the address that the page's links are relative to."""
    if len(stated.base) > LONGEST_TEXT:
        return url
    try:
        return urljoin(url, stated.base)
    except ValueError:
        return url


def _announced(stated: Structured, title: Headline, url: str) -> Announced:
    """What the page says of its story before the story is found."""
    return Announced(
        title.block,
        page_descriptions(stated),
        is_news=is_news(stated),
        is_article=_shared_as(stated).startswith("article"),
        entries=entry_headlines(stated),
        title=title.text,
        url=url,
    )


def _is_story(
    layout: Layout, stated: Structured, said: _Said, title: Headline, found: Story, url: str
) -> bool:
    """Whether the page's text is a story: markup, a site rule, date or author say so, or it is long and no notice."""
    blocks, headline = found.blocks, title.block
    is_priced = said.published is None and not found.is_ruled and _is_priced(layout, headline, found)
    if not title.text or is_priced:
        return False
    path, query = urlsplit(url).path, urlsplit(url).query
    # Plugins call the first page of a site a news article too.
    if url and path in ("", "/") and not any(c.isdigit() for c in query):
        return False
    if types(stated.story) & STORY_TYPES:
        return True
    kind = _shared_as(stated)
    if not found.is_ruled and (
        HOUSE.search(path.lower()) or kind.startswith(OFFERED) or _is_of_goods(headline)
    ):
        return False
    if found.is_ruled or kind.startswith("article") or said.published or said.modified or said.authors.value:
        return True
    marked = all(any(box.tag == "article" for box in block.box.lineage()) for block in blocks)
    long_enough = sum(word_count(block.text) for block in blocks) >= (
        UNSIGNED_WORDS // 2 if marked else UNSIGNED_WORDS
    )
    folders, _, name = path.rstrip("/").rpartition("/")
    named = (
        len(WORDS_OF_NAME.findall(name)) >= NAME_WORDS
    )  # as a story's headline, whatever folder it lies in
    return long_enough and (named or NOT_A_STORY.search(f"{folders}/{name}/".lower()) is None)


def _shared_as(stated: Structured) -> str:
    """What the page is for networks where it is shared: "article", "product.item", or ""."""
    return (stated.meta.get("og:type") or [""])[0].lower()


def _is_of_goods(headline: Block | None) -> bool:
    """Whether the headline names what is for sale, and no article about it."""
    boxes = headline.box.lineage() if headline is not None else ()
    named = {(box.element.get("itemtype") or "").rpartition("/")[2].lower() for box in boxes}
    return bool(named & GOODS) and not named & STORY_TYPES


def _is_priced(layout: Layout, headline: Block | None, found: Story) -> bool:
    """Whether a line between headline and text is called a price: both are about what is for sale."""
    if headline is None or not found.blocks:
        return False
    between = layout.blocks[headline.index + 1 : found.blocks[0].index][:PRICE_REACH]
    return any(is_price(box.names) for block in between for box in islice(block.box.lineage(), 2))


def _article(stated: Structured, main: Story, url: str, title: Headline, said: _Said) -> Article:
    address, keywords = metadata.canonical(stated, url), metadata.keywords(stated)
    section = said.section
    published, modified = said.published, said.modified
    return Article(
        url=address.value,
        headline=title.text,
        lead=shown_text(main.lead) if main.lead else None,
        body="\n\n".join(map(shown_text, main.blocks)),
        authors=said.authors.value,
        date_published=published.at if published else None,
        date_modified=modified.at if modified else None,
        language=said.language.value,
        section=section.value,
        keywords=keywords.value,
        images=metadata.images(stated, main.blocks, url),
        sources=Sources(
            url=address.origin,
            headline=title.origin,
            lead=Origin.TEXT if main.lead else None,
            body=Origin.RULE if main.is_ruled else Origin.TEXT,
            authors=said.authors.origin,
            date_published=published.origin if published else None,
            date_published_precision=published.precision if published else None,
            date_modified=modified.origin if modified else None,
            date_modified_precision=modified.precision if modified else None,
            language=said.language.origin,
            section=section.origin,
            keywords=keywords.origin,
        ),
    )
