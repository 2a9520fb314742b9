"""Boxes in which a machine sums a newsroom's story up, told by the line that says so (words/summaries.toml)."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice

from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.models.boxes import form
from archiver.parsers.text import UNSPACED, fold
from archiver.word_lists import lines, word_table

# Characters of the longest line that says so.
LONGEST = 160
# Such a box is at most so many boxes around the line, and has at most so many blocks and characters.
DEPTH, MOST_BLOCKS, MOST_SIZE = 3, 10, 1_500
# So many paragraphs alike are a story's. A heading that says so stands so near to the first block of the text.
PARAGRAPHS, HEAD = 4, 2
# How far before and behind the text the line is looked for, in blocks.
BESIDE = 8
# Letters of the longest word that is written in capitals: "AI".
ACRONYM = 3
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def summed_up(layout: Layout, likely: list[Block]) -> list[Block]:
    """Return those of the blocks that stand in such boxes, unless they are most of the text."""
    if not likely:
        return []
    near = layout.blocks[max(0, likely[0].index - BESIDE) : likely[-1].index + 1 + BESIDE]
    short = [block for block in near if len(block.text) <= LONGEST and not block.linked]
    if not _may_name_a_machine("\n".join([block.text for block in short])):
        return []
    forms = Counter(form(block.box) for block in likely)
    held: set[int] = set()
    for said in short:
        # A paragraph that is boxed like others may tell of such things.
        is_told = forms[form(said.box)] >= PARAGRAPHS or (
            said.heading > 0 and said.index > likely[0].index + HEAD
        )
        if not is_told and _says_so(said.text):
            for box in _box_around(layout, said):
                held.update(range(box.first_block, box.end_block))
    found = [block for block in likely if block.index in held]
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


def _may_name_a_machine(text: str) -> bool:
    """Whether a machine's word is among the letters of a text: few have one, and reading words is slow."""
    lower = text.lower()
    return any(word.upper() in text if len(word) <= ACRONYM else word in lower for word in _words()[0])


def _says_so(text: str) -> bool:
    machine, summary = _words()
    line = f" {' '.join(WORD.findall(fold(text)))} "
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
