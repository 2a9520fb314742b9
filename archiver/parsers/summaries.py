"""Boxes in which a machine sums a newsroom's story up, told by the line that says so (words/summaries.toml)."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from archiver.parsers.blocks import Block, Box, Layout
from archiver.parsers.text import UNSPACED, fold
from archiver.word_lists import lines, word_table

# Characters of the longest line that says so.
LONGEST = 160
# Such a box is at most so many boxes around the line, and has at most so many blocks and characters.
DEPTH, MOST_BLOCKS, MOST_SIZE = 3, 10, 1_500
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def summed_up(layout: Layout, likely: list[Block]) -> list[Block]:
    """Return those of the blocks that stand in such boxes, unless they are most of the text."""
    boxes = [box for block in layout.blocks if _says_so(block) for box in _box_around(layout, block)]
    found = [
        block
        for block in (likely if boxes else ())
        if any(box.first_block <= block.index < box.end_block for box in boxes)
    ]
    is_little = 2 * sum(len(block.text) for block in found) < sum(len(block.text) for block in likely)
    return found if is_little else []


def _box_around(layout: Layout, said: Block) -> Iterator[Box]:
    """Yield the smallest box in which a line is not alone, if it is small enough."""
    for box in islice(said.box.lineage(), DEPTH + 1):
        held = layout.blocks[box.first_block : box.end_block]
        if len(held) > MOST_BLOCKS or sum(len(block.text) for block in held) > MOST_SIZE:
            return
        if len(held) > 1:
            yield box
            return


def _says_so(block: Block) -> bool:
    if len(block.text) > LONGEST:
        return False
    machine, summary = _words()
    text = block.text.lower()
    # Few lines name a machine: looked for letter by letter first.
    if not any(name in text for name in machine):
        return False
    line = f" {' '.join(WORD.findall(fold(block.text)))} "
    return _names_one(line, machine) and _names_one(line, summary)


def _names_one(line: str, words: frozenset[str]) -> bool:
    return any(word in line if UNSPACED.search(word) else f" {word} " in line for word in words)


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    tables = word_table("parsers", "summaries.toml").values()
    machine, summary = (
        frozenset(fold(word) for table in tables for word in lines(table[key]))
        for key in ("machine", "summary")
    )
    return machine, summary
