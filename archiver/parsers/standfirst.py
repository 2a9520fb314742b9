"""The standfirst: the lines between a story's headline and its text that sum it up."""

from dataclasses import dataclass

from archiver.parsers.blocks import Block, Layout
from archiver.parsers.features import Columns
from archiver.parsers.names import bit
from archiver.parsers.text import fold, word_count

# Blocks between headline and text that may be the standfirst, and its length in words.
REACH = 10
WORDS = (4, 90)
# Unless its box or the page's description says that it is one: the nearest blocks, the boxes around the headline
# that it must share, the fewest words.
NEAR = 3
SHARED = 4
PLAIN_WORDS = 8
# On pages that are not a newsroom's, the block must also have this chance of being text: blogs show a description
# of the site or a call to subscribe in the same place, newsrooms hardly ever do (9 of 10 such blocks are standfirsts).
CHANCE = 0.15
MOST_LINKED = 0.5
DESCRIPTION_SIZE = 60
LEAD_NAMES = bit("lead")
OTHER_NAMES = bit("caption") | bit("signup") | bit("advert") | bit("share") | bit("tag") | bit("author")
FIGURES = frozenset({"figure", "figcaption"})


@dataclass(frozen=True, slots=True, eq=False)
class Announced:
    """What a page announces its story with."""

    headline: Block | None
    """The block that shows the headline."""
    description: str
    """The page's description for search engines, or ""."""
    is_news: bool
    """Whether its data call it a news article."""


def standfirst(layout: Layout, announced: Announced, chosen: list[Block], chances: Columns) -> Block | None:
    """Return the block that is the standfirst of the story whose text is chosen, or None.

    It stands below the headline and before the text, or is the text's first block, and is called so by its box,
    repeated in the page's description or, in newsrooms, right below the headline in the same box. chances are the
    blocks' of being text.
    """
    headline = announced.headline
    if headline is None:
        return None
    described = fold(announced.description)[:DESCRIPTION_SIZE]
    first = max(chosen[0].index, headline.index)
    for block in layout.blocks[headline.index + 1 : min(first, headline.index + REACH) + 1]:
        if not _may_be(block):
            continue
        repeated = (
            len(described) > DESCRIPTION_SIZE // 2 and fold(block.text[:200])[:DESCRIPTION_SIZE] == described
        )
        if repeated or _is_called_so(block):
            if announced.is_news or chances[block.index] > CHANCE or block is chosen[0]:
                return block
        elif announced.is_news and block is not chosen[0] and _is_below(block, headline):
            return block
    return None


def _may_be(block: Block) -> bool:
    return (
        block.link_share <= MOST_LINKED
        and not block.box.hidden
        and WORDS[0] <= word_count(block.text) <= WORDS[1]
        and not any(box.tag in FIGURES for box in block.box.lineage())
    )


def _is_called_so(block: Block) -> bool:
    around = block.box.parent
    return bool((block.box.meanings | (around.meanings if around else 0)) & LEAD_NAMES)


def _is_below(block: Block, headline: Block) -> bool:
    """Whether a block stands right below the headline, in a box that holds both, and is called nothing else."""
    if (
        block.index - headline.index > NEAR
        or word_count(block.text) < PLAIN_WORDS
        or block.box.meanings & OTHER_NAMES
    ):
        return False
    shared = list(headline.box.lineage())[:SHARED]
    return block.box.parent in shared
