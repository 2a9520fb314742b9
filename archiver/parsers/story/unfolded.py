"""Further stories that a page unfolds below its own, each under a headline like the page's."""

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile

from archiver.parsers.authors.bylines import byline_names
from archiver.parsers.dates.datelines import line_date
from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.story.asides import is_byline
from archiver.parsers.story.reasons import Reason
from archiver.parsers.text import word_count

# Both stories have at least so many words, and the further one its byline or date among its first blocks.
LEAST_WORDS = 25
HEAD_BLOCKS = 6
LONGEST_LINE = 120


def without_unfolded(
    layout: Layout, own: list[Block], headline: Block | None, fetched: datetime, reasons: dict[int, Reason]
) -> list[Block]:
    """Leave out all that stands below another headline in a box like that of the page's own, signed as a story is."""
    if headline is None or headline.heading != 1:
        return own
    for block in layout.blocks[headline.index + 1 :]:
        if block.heading != 1 or block.box.sort != headline.box.sort:
            continue
        above, below = _cards(headline, block)
        if above is below or above is None or below is None or above.end_block > below.first_block:
            continue
        if _is_told(own, above) and _is_told(own, below) and _is_signed(layout, below, fetched):
            further = [other for other in own if other.index >= below.first_block]
            reasons.update(dict.fromkeys((other.index for other in further), Reason.OTHER_STORY))
            return [other for other in own if other.index < below.first_block]
    return own


def _cards(headline: Block, other: Block) -> tuple[Box | None, Box | None]:
    """The outermost boxes around two headlines that are alike all the way."""
    alike = list(takewhile(_are_alike, _pairs(headline, other)))
    return alike[-1] if alike else (None, None)


def _pairs(headline: Block, other: Block) -> Iterator[tuple[Box, Box]]:
    return zip(headline.box.lineage(), other.box.lineage(), strict=False)


def _are_alike(pair: tuple[Box, Box]) -> bool:
    one, other = pair
    return one is not other and one.sort == other.sort


def _is_told(own: list[Block], card: Box) -> bool:
    """Whether a card holds a story's text."""
    held = (block for block in own if card.first_block <= block.index < card.end_block)
    return sum(word_count(block.text) for block in held if not block.heading) >= LEAST_WORDS


def _is_signed(layout: Layout, card: Box, fetched: datetime) -> bool:
    head = layout.blocks[card.first_block : min(card.end_block, card.first_block + HEAD_BLOCKS)]
    return any(
        is_byline(block.box.names)
        or byline_names(block.text)
        or line_date(block.text, None, fetched) is not None
        for block in head
        if len(block.text) <= LONGEST_LINE
    )
