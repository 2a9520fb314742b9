"""Where a story begins and ends: not beyond its copyright line, nor at a line of another column far away from it."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.models.text_features import Columns
from archiver.parsers.story.reasons import Reason
from archiver.parsers.text import word_count

# A line of rights with its year, of so many characters at most; a credit below a picture may look so, too, but behind
# the line stands at most such a share of the text.
RIGHTS = re.compile(r"(?:©|\(c\)|copyright)\W{0,3}(?:©|\(c\)|copyright|by)?\s*(?:19|20)\d\d\b", re.IGNORECASE)
LONGEST_RIGHTS = 120
MOST_BEHIND = 0.4
# Blocks in doubt, less likely than this and of no more words, so many at most, are none of a text that is so many
# blocks away, in another box. Of a table the models may take a few cells only.
SURE = 0.7
LONE_WORDS = 80
WITHIN = 8
APART = 12


def without_ends(
    layout: Layout, own: list[Block], headline: Block | None, chances: Columns, reasons: dict[int, Reason]
) -> list[Block]:
    """Leave out what stands behind the line of rights, and blocks far behind the text or before the headline."""
    end = _end_by_rights(layout, own)
    reasons.update(dict.fromkeys((block.index for block in own[end:]), Reason.COPYRIGHT))
    own = own[:end]
    place = headline.index if headline is not None else 0
    above = (block for block in _lone(own, chances) if block.index < place)
    lone = {block.index for block in (*above, *_lone(own[::-1], chances))}
    reasons.update(dict.fromkeys(lone, Reason.LONE))
    return [block for block in own if block.index not in lone] if lone else own


def _end_by_rights(layout: Layout, own: list[Block]) -> int:
    """How many of the blocks stand before the line of rights."""
    if not own:
        return 0
    size = [len(block.text) for block in own]
    at, behind, most = len(own), 0, MOST_BEHIND * sum(size)
    while at > 1 and behind + size[at - 1] <= most:
        at -= 1
        behind += size[at]
    for line in layout.blocks[own[at - 1].index : own[-1].index]:
        if len(line.text) <= LONGEST_RIGHTS and not line.pictures and RIGHTS.match(line.text):
            return next(count for count in range(at, len(own) + 1) if own[count].index > line.index)
    return len(own)


def _lone(own: list[Block], chances: Columns) -> Iterator[Block]:
    """Yield the doubted blocks before the first wide gap."""
    words = 0
    for at, (block, after) in enumerate(islice(pairwise(own), WITHIN)):
        words += word_count(block.text)
        if chances[block.index] > SURE or words > LONE_WORDS or _is_in_table(block):
            return
        if abs(after.index - block.index) > APART and after.box.parent is not block.box.parent:
            yield from own[: at + 1]
            return


def _is_in_table(block: Block) -> bool:
    return any(box.tag == "table" for box in block.box.lineage())
