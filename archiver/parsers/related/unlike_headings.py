"""Headings of lists that the models do not know as such: what a reader sees as one by where it stands."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.markup.blocks import Block, Layout, signature
from archiver.parsers.markup.names import bit
from archiver.parsers.models.features import BlockTable
from archiver.parsers.models.text_features import HEADING, Columns
from archiver.parsers.phrases import marks_advertisement, opens
from archiver.parsers.related.heading_reach import PLACE, end_of_reach
from archiver.parsers.related.heading_texts import heads_stories
from archiver.parsers.related.link_addresses import address, names_a_story
from archiver.parsers.urls import readable_url

# "header" is among the names of menus; a box that is called so and heads a list holds at most so many blocks: the
# heading, and what leads to all of the list.
MENU_NAMES = bit("nav")
HEADER_BLOCKS = 2
# Words of a heading that is none by its tag, and its characters: fewer words of any language.
MOST_WORDS = 6
MOST_HEADING_WORDS = 10
LONGEST = 60
LISTS = frozenset({"ul", "ol"})
# A heading of so few words may be a link and is known by its tag; the first headline is so near, in blocks.
LINKED_WORDS = 3
NEAR = 4
STORY_CHANCE = 0.5
LINKED = 0.9
# Headlines of one form.
SEVERAL = 2
Truths = NDArray[np.bool_]


def merged(headings: list[Block], others: list[Block]) -> list[Block]:
    """Return headings and others in page order, each once."""
    return sorted({block.index: block for block in (*headings, *others)}.values(), key=PLACE)


def unlike_headings(
    layout: Layout, table: BlockTable, chances: Columns, shown: list[int], own: str
) -> list[Block]:
    """Return headings that link a section, lines in a box called header, and lines right above a list of links.

    shown are the blocks, by index and in order, that show headlines; own is the page's address.
    """
    may_head = (chances <= STORY_CHANCE) & (table.size <= LONGEST) & (table.words > 0)
    places = sorted({*_linked(table, may_head), *_beside_lists(layout, table, may_head)})
    return [
        block
        for block in map(layout.blocks.__getitem__, places)
        if _heads_several(block, shown)
        and _says_what_follows(block)
        and not _is_one_of_many(layout, block, shown)
        and not _shows_a_story(block, shown, own)
    ]


def _linked(table: BlockTable, may_head: Truths) -> list[int]:
    """The headings that are links, or hold some, of those that may head a list."""
    is_heading = (table.columns[HEADING] > 1) & (table.words <= MOST_HEADING_WORDS) & (table.linked > 0)
    is_partly = table.linked < LINKED * table.size
    found: list[int] = np.flatnonzero(
        may_head & is_heading & (is_partly | (table.words > LINKED_WORDS))
    ).tolist()
    return found


def _beside_lists(layout: Layout, table: BlockTable, may_head: Truths) -> Iterator[int]:
    """Yield the lines of few words in a box called header, and those right above a list of links."""
    may_head = may_head & (table.words <= MOST_WORDS)
    boxes = table.boxes
    count = boxes.end - boxes.first
    headers = np.flatnonzero((count > 0) & (count <= HEADER_BLOCKS) & ((boxes.bits & MENU_NAMES) != 0))
    for index in headers[may_head[boxes.first[headers]]].tolist():
        box = layout.boxes[index]
        if "header" in box.names and not box.in_menu:
            yield box.first_block
    is_before_links = (table.linked[:-1] == 0) & (table.linked[1:] >= LINKED * table.size[1:])
    for index in np.flatnonzero(may_head[:-1] & is_before_links).tolist():
        if _is_above_a_list(layout, index):
            yield index


def _heads_several(block: Block, shown: list[int]) -> bool:
    """Whether a block stands close above a headline and reaches more than one: not the kicker of a card."""
    after = bisect_right(shown, block.index)
    if after + 1 >= len(shown) or shown[after] - block.index > NEAR:
        return False
    if any(box.tag == "form" and box.end_block <= shown[after] for box in block.box.lineage()):
        return False  # "Search for:"
    return shown[after + 1] < end_of_reach(block, shown)


def _is_one_of_many(layout: Layout, block: Block, shown: list[int]) -> bool:
    """Whether a block is but a link and of the same form as several headlines."""
    if block.link_share < LINKED:
        return False
    form = signature(block.box)
    alike = (
        index for index in shown if index < len(layout.blocks) and signature(layout.blocks[index].box) == form
    )
    return len(list(islice(alike, SEVERAL))) == SEVERAL


def _says_what_follows(block: Block) -> bool:
    """Whether a block has words, and they are no date, count, author or label of an advertisement, nor hidden."""
    text = block.text
    is_told = (
        block.box.hidden or any(map(str.isdigit, text)) or opens("by", text) or marks_advertisement(text)
    )
    return not is_told and any(map(str.isalpha, text)) and heads_stories(block)


def _is_above_a_list(layout: Layout, index: int) -> bool:
    """Whether a block stands right above a list that begins with the next one."""
    above = layout.blocks[index].box
    for box in layout.blocks[index + 1].box.lineage():
        if box.first_block <= index:
            return False
        if box.tag in LISTS:
            return box.parent in (above, above.parent)
    return False


def _shows_a_story(block: Block, shown: list[int], own: str) -> bool:
    if not block.anchors:
        return block.index in shown[bisect_left(shown, block.index) :][:1]
    return names_a_story(address(readable_url(block.anchors[0].href, own) or ""))
