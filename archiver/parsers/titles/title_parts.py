"""What a heading shows beside its story's title: the site's name, a subtitle, badges, counts."""

import re
from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from archiver.items import Origin
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.related.link_texts import pieces
from archiver.parsers.text import clean, fold, word_count
from archiver.parsers.titles.stated_titles import Headline
from archiver.parsers.titles.title_lines import HEADING_WORDS, MOST_BLOCKS
from archiver.parsers.titles.titles import BARS, BREAK_MARKS, is_name_of_site, without_site

# Pieces of a heading that are looked at.
MOST_PIECES = 50
# What parts a blog's name from the title behind it.
REST = re.compile(r"(?::|\s+(?:--|::|[-–—·•»:]|[|｜│]))\s+(.+)")


def named_once(title: Headline, names: frozenset[str], stated: Collection[Headline]) -> Headline:
    """Return a shown title without the site's name behind a mark, where a stated one is the rest."""
    own = without_site(title.text, names)
    if own == title.text or word_count(own) < HEADING_WORDS:
        return title
    before, _, behind = title.text.partition(own)
    is_named = is_name_of_site((behind or before).strip(BREAK_MARKS), names)
    is_stated = is_named and fold(own) in {fold(one.text) for one in stated}
    return replace(title, text=own) if is_stated else title


def shown_again(layout: Layout, title: Headline, stated: Collection[Headline]) -> Headline:
    """Return the part of a shown title before its first bar, where another heading shows that alone.

    Such a title repeats that of the tab, "How to sleep | Advice | River Clinic", often out of sight.
    """
    bar = next((at for at, char in enumerate(title.text) if char in BARS), 0)
    if not bar or fold(title.text) not in {fold(one.text) for one in stated}:
        return title
    first = title.text[:bar].strip()
    headings = (block for block in layout.blocks[:MOST_BLOCKS] if block.heading and block.text == first)
    block = next(headings, None) if word_count(first) >= HEADING_WORDS else None
    return replace(title, text=first, block=block) if block else title


def rest_of_title(layout: Layout, title: Headline, stated: Collection[Headline]) -> Headline | None:
    """Return what all stated titles say behind a shown one and a colon or mark, where a heading below shows that alone.

    "River Blog: The flood", with the blog's name in an h1 and the story's title in an h3 below it.
    """
    if title.block is None or not stated or any(not one.text.startswith(title.text) for one in stated):
        return None
    rests = {found[1] for one in stated if (found := REST.fullmatch(one.text, len(title.text)))}
    below = layout.blocks[title.block.index + 1 : MOST_BLOCKS] if rests else ()
    block = next((block for block in below if block.heading and block.text in rests), None)
    return Headline(block.text, block, Origin.H1) if block else None


def begun_by_title(block: Block, titles: Collection[str]) -> str | None:
    """Return the stated title (titles: folded) that a heading begins with, if an element follows, or None."""
    said = ""
    for text, apart in islice(pieces(block.box.element), MOST_PIECES):
        if apart and word_count(clean(said)) >= HEADING_WORDS and fold(clean(said)) in titles:
            return clean(said)
        said += text
    return None
