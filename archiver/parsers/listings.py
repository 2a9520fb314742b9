"""Pages that list stories by their beginnings, and are none: those of a section, a topic, an author, a search."""

import re
from urllib.parse import urlsplit

from archiver.parsers.article import Story
from archiver.parsers.blocks import Box, Layout
from archiver.parsers.phrases import reads_on
from archiver.parsers.structured import Structured, types
from archiver.parsers.urls import canonical_url

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


def is_listing(stated: Structured, layout: Layout, found: Story, url: str) -> bool:
    """Return whether a page that says of no story that it is one lists others instead."""
    if types(stated.page) & LIST_TYPES or ADDRESS.search(urlsplit(url).path.lower()):
        return True
    body = next((box for box in layout.boxes if box.tag == "body"), None)
    names = set(body.names.split()) if body is not None else set()
    if SEARCH_RESULTS in names or ("archive" in names and names & ARCHIVE_OF):
        return True
    return _is_made_of_cards(layout, found, url)


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
