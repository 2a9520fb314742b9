"""What a page holds a second time: its text for paper, a box for each width of screen, a standfirst that begins it."""

from collections.abc import Iterator
from itertools import pairwise

from archiver.parsers.markup.blocks import Block
from archiver.parsers.story.reasons import Reason
from archiver.parsers.text import word_count

# So many blocks of so many words that follow each other twice are a copy: right of 102 out of 112. A single paragraph
# may be meant to be read again, unless it follows right upon the same: right of all 8.
FEWEST, WORDS = 2, 40
FEWEST_WORDS = 8


def without_twins(own: list[Block], reasons: dict[int, Reason]) -> list[Block]:
    """Leave out the second of two copies."""
    if len({block.text for block in own}) == len(own):
        return own
    twins = {block.index for block in (*_runs(own), *_at_once(own))}
    reasons.update(dict.fromkeys(twins, Reason.TWIN))
    return [block for block in own if block.index not in twins]


def _runs(own: list[Block]) -> Iterator[Block]:
    """Yield the blocks that say, one after the other, what others have said before them."""
    first: dict[str, int] = {}
    run: list[Block] = []
    for at, block in enumerate(own):
        before = first.setdefault(block.text, at)
        goes_on = before < at and run and first[run[-1].text] == before - 1
        if not goes_on:
            yield from run if _is_copy(run) else ()
            run = []
        if before < at:
            run.append(block)
    yield from run if _is_copy(run) else ()


def _is_copy(run: list[Block]) -> bool:
    return len(run) >= FEWEST and sum(word_count(block.text) for block in run) >= WORDS


def _at_once(own: list[Block]) -> Iterator[Block]:
    """Yield the paragraphs that say what the one right before them says."""
    for before, block in pairwise(own):
        if block.text == before.text and word_count(block.text) >= FEWEST_WORDS:
            yield block
