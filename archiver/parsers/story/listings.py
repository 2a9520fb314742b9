"""Pages that list stories by their beginnings, and are none: those of a section, a topic, an author, a search."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from archiver.parsers.authors.bylines import byline_names
from archiver.parsers.dates.datelines import line_date
from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.phrases import reads_on
from archiver.parsers.story.article import Story
from archiver.parsers.structured import Structured, types
from archiver.parsers.text import clean, word_count
from archiver.parsers.urls import canonical_url, same_site

# What publishers call such pages in JSON-LD.
LIST_TYPES = frozenset({"collectionpage", "searchresultspage", "profilepage"})
# What WordPress calls the body of one: "archive" and of what, or the results of a search.
ARCHIVE_OF = frozenset({"category", "tag", "author", "date"})
SEARCH_RESULTS = "search-results"
# Where blogs and papers keep them, with the number of a further page.
ADDRESS = re.compile(
    r"/(?:categor(?:y|ies|ias?)|kategorien?|tags?|authors?|autor(?:en|es)?|auteurs?|schlagw(?:ort|oerter)|etiquetas?)"
    r"/[^/]+(?:/page/\d+)?/?\Z"
)
# So many cards whose heading leads elsewhere, with the invitation to read on or the mark of a permanent address, make a
# list where they hold so much of what looks like the story, and none of them nearly all.
FEWEST, MOST_OF_IT, NEARLY_ALL = 2, 0.6, 0.8
# Rows need no such mark where there are so many, each below or beside a line that is another page's headline, or begins
# with it: of 462 pages whose data name no story two have so much in them, guides that are signed.
FEWEST_ROWS = 3
# The fewest words of a headline there, in a heading or not.
HEADING_WORDS, LINE_WORDS = 2, 4
# So far above the first of the text may the first row's headline stand, in blocks.
ABOVE = 3
LINKED = 0.9


def is_listing(
    stated: Structured, layout: Layout, headline: Block | None, found: Story, url: str, fetched: datetime
) -> bool:
    """Return whether a page that says of no story that it is one lists others instead; headline is its own's block."""
    if types(stated.page) & LIST_TYPES or ADDRESS.search(urlsplit(url).path.lower()):
        return True
    body = next((box for box in layout.boxes if box.tag == "body"), None)
    names = set(body.names.split()) if body is not None else set()
    if SEARCH_RESULTS in names or ("archive" in names and names & ARCHIVE_OF):
        return True
    if _is_made_of_cards(layout, found, url):
        return True
    if _says_story(stated):
        return False
    rows = _rows(layout, headline, found, url)
    return bool(rows) and not _is_signed(layout, headline, found, rows[0], fetched)


def _is_made_of_cards(layout: Layout, found: Story, url: str) -> bool:
    size: dict[Box, int] = {}
    for block in found.blocks:
        card = next((box for box in block.box.lineage() if box.tag == "article"), None)
        if card is not None:
            size[card] = size.get(card, 0) + len(block.text)
    if len(size) < FEWEST:
        return False
    sizes = [size[box] for box in size if _leads_on(layout, box, url)]
    whole = sum(len(block.text) for block in found.blocks)
    return len(sizes) >= FEWEST and sum(sizes) >= MOST_OF_IT * whole and max(sizes) <= NEARLY_ALL * whole


def _leads_on(layout: Layout, card: Box, url: str) -> bool:
    """Whether a card has a heading that leads to another page, and says that one may read on there."""
    blocks = layout.blocks[card.first_block : card.end_block]
    linked = (anchor for block in blocks if block.heading for anchor in block.anchors)
    headings = [
        anchor for anchor in linked if canonical_url(anchor.href, url) not in (None, canonical_url(url))
    ]
    if not headings:
        return False
    bookmarked = any("bookmark" in (anchor.element.get("rel") or "").lower() for anchor in headings)
    texts = ("".join(text for text, _ in anchor.parts) for block in blocks for anchor in block.anchors)
    return bookmarked or any(map(reads_on, texts))


def _says_story(stated: Structured) -> bool:
    """Whether the page's data call it an article, or tell the day of one."""
    kind = (stated.meta.get("og:type") or [""])[0].lower()
    return kind.startswith("article") or "article:published_time" in stated.meta


def _rows(layout: Layout, headline: Block | None, found: Story, url: str) -> list[Box]:
    """The boxes with one other page's headline each, and not the page's own, that the story is made of, or none."""
    heads = list(_heads(layout, found, url))
    own = headline.index if headline is not None else -1
    size: dict[Box, int] = {}
    for block in found.blocks if len(heads) >= FEWEST_ROWS else ():
        row: Box | None = None
        for box in block.box.lineage():
            held = bisect_left(heads, box.end_block) - bisect_left(heads, box.first_block)
            if held > 1 or box.first_block <= own < box.end_block:
                break
            row = box if held else None
        if row is not None:
            size[row] = size.get(row, 0) + len(block.text)
    whole = sum(len(block.text) for block in found.blocks)
    is_list = len(size) >= FEWEST_ROWS and sum(size.values()) >= MOST_OF_IT * whole
    return list(size) if is_list and max(size.values()) <= NEARLY_ALL * whole else []


def _heads(layout: Layout, found: Story, url: str) -> Iterator[int]:
    """Yield the places of the lines that show another page of the site, the first of those that lead to it."""
    own, last = canonical_url(url) or "", ""
    if not found.blocks:
        return
    for block in layout.blocks[max(0, found.blocks[0].index - ABOVE) : found.blocks[-1].index + 1]:
        if not block.anchors or not _shows_headline(block):
            continue
        target = canonical_url(block.anchors[0].href, url) or own
        if target not in (own, last) and same_site(target, own):
            yield block.index
            last = target


def _shows_headline(block: Block) -> bool:
    """Whether a block is a headline that is a link, or such a one with the beginning of its story in the same lines."""
    if block.link_share >= LINKED:
        return word_count(block.text) >= (HEADING_WORDS if block.heading else LINE_WORDS)
    text = clean("".join(text for text, _ in block.anchors[0].parts))
    return block.text.startswith(text) and word_count(text) >= LINE_WORDS


def _is_signed(layout: Layout, headline: Block | None, found: Story, first: Box, fetched: datetime) -> bool:
    """Whether a line between the page's headline and the first of the rows has the date or the author of a story."""
    start = headline.index + 1 if headline is not None else found.blocks[0].index
    return any(
        line_date(block.text, None, fetched) is not None or byline_names(block.text)
        for block in layout.blocks[start : first.first_block]
    )
