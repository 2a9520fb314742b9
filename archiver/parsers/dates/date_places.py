"""Dates by where they stand: at the head of a text, in a page's masthead, below a label, in a box piece by piece."""

import re

from archiver.items import Origin
from archiver.parsers.dates.stated_dates import Reading, dated
from archiver.parsers.dates.written_dates import Moment
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.phrases import is_phrase
from archiver.parsers.sourced import Dated

# Characters at the head of a text that are looked at for its date, and of the place before it.
HEAD = 100
LONGEST_PLACE = 45
# What stands between such a date and the text: "Nov. 20, 2026 --", "(Reuters) -", "/PRNewswire/ --".
DASH = re.compile(r"\s*(?:[(/][^()/]{2,24}[)/]\s*)?(?:--|[–—-])\s")
PLACE = re.compile(r"(?:[^\W\d_a-z][^:;!?]*[,(]\s*)?")
# Pieces of a date that stand in a box one by one, "20", "Nov", "2026", and characters of all.
PIECES = (2, 3)
LONGEST_PIECES = 20
STORY_BOXES = frozenset({"article", "main"})


def heading_date(places: tuple[Block, ...], reading: Reading) -> Dated | None:
    """Return the full date that heads a text, before a dash: "Feb. 23, 2015 -- …", "LUND, Feb. 23, 2015 (Wire) - …"."""
    text = places[1].text[:HEAD] if len(places) > 1 else ""
    found = reading.moment(text)
    if found is None or not found.has_year or found.start > LONGEST_PLACE:
        return None
    is_head = PLACE.fullmatch(text[: found.start]) and DASH.match(text, found.end)
    return dated(found, Origin.TEXT) if is_head else None


def is_masthead(block: Block, place: int) -> bool:
    """Return whether a block stands in the page's own header, where papers show the day of the visit.

    place is the index of a block of the story, such as its headline.
    """
    if block.index >= place:
        return False
    boxes = list(block.box.lineage())
    if any(box.tag in STORY_BOXES for box in boxes):
        return False
    return any(box.tag == "header" and not box.first_block <= place < box.end_block for box in boxes)


def date_in_pieces(layout: Layout, block: Block, reading: Reading) -> Moment | None:
    """Return the date that the lines of a box, of which the block is the first, give together, or None."""
    box = block.box.parent
    if (
        box is None
        or box.first_block != block.index
        or not PIECES[0] <= box.end_block - box.first_block <= PIECES[1]
    ):
        return None
    text = " ".join(line.text for line in layout.blocks[box.first_block : box.end_block])
    found = reading.moment(text) if len(text) <= LONGEST_PIECES and any(map(str.isdigit, text)) else None
    return found if found is not None and found.end - found.start == len(text) else None


def is_below_update(layout: Layout, block: Block) -> bool:
    """Return whether the line above a block says nothing but that the date of an update follows."""
    return block.index > 0 and is_phrase("updated", layout.blocks[block.index - 1].text)
