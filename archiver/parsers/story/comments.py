"""Readers' comments below a story, however well they are written: told by boxes, by their heading, by buttons."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.markup.names import bit, called
from archiver.parsers.phrases import PUNCTUATION
from archiver.parsers.story.reasons import Reason
from archiver.parsers.text import fold, word_count
from archiver.word_lists import lines, word_table

COMMENT_NAMES = bit("comment")
# What the box of all comments is called; "comment" alone is also what papers call an opinion.
is_of_comments = called(
    r"(?<![a-z])(?:comments|comment[-_]?(?:list|thread|section|area)|kommentare|commentaires|comentarios|reacties|disqus|forum[-_]?(?:fil|message))"
)
# Below the heading of comments nothing is text, on 33 pages of benchmarks/README.md out of 33. A line that is no
# heading may be a label at the top or one of many: it stands but once, and below so much of the text.
BEFORE = 0.5
LONGEST_HEADING = 60
NUMBER = re.compile(r"\d+")
# Lines before a comment that say whose it is and when it was written.
SIGNED_LINES = 2
REPLIES_WITHIN = 3
SIGNED_WORDS = 6


def without_comments(
    layout: Layout, likely: list[Block], reasons: dict[int, Reason], least: int
) -> list[Block]:
    """Leave out readers' comments where a story of so many words stands besides them."""
    chosen = {block.index for block in likely}
    behind = _behind_most(layout, likely)
    end = _comments_start(layout, likely, behind)
    said = {block.index for block in likely if block.index >= end or _is_comment(block)}
    said |= chosen.intersection(_answered(layout, [block for block in behind if block.index not in chosen]))
    if not said:
        return likely
    own = [block for block in likely if block.index not in said]
    if sum(word_count(block.text) for block in own) < least:
        return likely
    reasons.update(dict.fromkeys(said, Reason.COMMENT))
    return own


def _is_comment(block: Block) -> bool:
    return bool(block.box.meanings_around & COMMENT_NAMES) and any(
        box.meanings & COMMENT_NAMES and is_of_comments(box.names) for box in block.box.lineage()
    )


def _comments_start(layout: Layout, likely: list[Block], behind: list[Block]) -> int:
    """The index of the block that heads comments, if text stands below it; else one behind the last block.

    behind are the blocks behind most of the text.
    """
    none = len(layout.blocks)
    if len(likely) < 2:
        return none
    above = layout.blocks[likely[0].index + 1 : likely[-1].index]
    headed = next((block.index for block in above if block.heading and _heads_comments(block)), none)
    loose = [block.index for block in behind if _heads_comments(block)]
    return min(headed, loose[0] if len(loose) == 1 else none)


def _behind_most(layout: Layout, likely: list[Block]) -> list[Block]:
    """The blocks behind the greater part of the text, up to those right behind its end; none if there is no text."""
    if not likely:
        return []
    size = list(accumulate(len(block.text) for block in likely))
    middle = likely[bisect_left(size, BEFORE * size[-1])].index
    return layout.blocks[middle + 1 : likely[-1].index + 1 + REPLIES_WITHIN]


def _heads_comments(block: Block) -> bool:
    if len(block.text) > LONGEST_HEADING or (block.linked and not block.heading):
        return False
    folded = fold(block.text)
    said = NUMBER.sub("", folded).strip(PUNCTUATION)
    return said in _phrases("headings") or (said in _phrases("counted") and NUMBER.search(folded) is not None)


def _answered(layout: Layout, behind: list[Block]) -> Iterator[int]:
    """Yield the indexes of the blocks above buttons to reply, and of the short lines above those."""
    for block in filter(_is_reply, behind):
        yield block.index - 1
        for index in range(block.index - 2, block.index - 2 - SIGNED_LINES, -1):
            if word_count(layout.blocks[index].text) > SIGNED_WORDS:
                break
            yield index


def _is_reply(block: Block) -> bool:
    return len(block.text) <= LONGEST_HEADING and fold(block.text).strip(PUNCTUATION) in _phrases("reply")


@cache
def _phrases(use: str) -> frozenset[str]:
    tables = word_table("parsers", "comments.toml").values()
    return frozenset(fold(phrase) for table in tables for phrase in lines(table.get(use, "")))
