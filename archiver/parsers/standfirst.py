"""The standfirst: the lines between a story's headline and its text that sum it up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from archiver.parsers.blocks import Block, Box, Layout
from archiver.parsers.names import bit, called
from archiver.parsers.text import fold, word_count
from archiver.parsers.text_features import Columns

# Blocks between headline and text that may be the standfirst, and its length in words.
REACH = 10
MOST_LINES = 5
WORDS = (4, 90)
# Unless its box or the page's description says that it is one: the nearest blocks, the boxes around the headline
# that it must share, the fewest words.
NEAR = 3
SHARED = 4
PLAIN_WORDS = 8
# On pages that are not a newsroom's, the block must also have this chance of being text: blogs show a description
# of the site or a call to subscribe in the same place (below it, gold has one of four), newsrooms hardly ever do (9 of
# 10 such blocks are standfirsts) unless it is a line of a few words.
CHANCE = 0.4
FEW_WORDS = 12
MOST_LINKED = 0.5
DESCRIPTION_SIZE = 60
LEAD_NAMES = bit("lead")
# What only a standfirst's box is called, and what an introduction's is: where the page's description repeats it, one of
# few words or unlikely to be text is the standfirst; the first also in newsrooms. Of subtitles and excerpts gold of
# blogs leaves most out, repeated or not.
is_lead = called(
    r"(?<![a-z])(?:lead(?![-_]?(?:image|img|photo|picture|media|asset|video|caption|form|gen))|lede|stand[-_]?first|dek"
    r"|chap[oô]|chapeau|ingress|preamble|entradilla|bajada|linha[-_]?fina|sommario|perex|zajawka|manchet|vorspann)"
    r"(?:[-_]?(?:text|paragraph))?(?![a-z])"
)
is_introduction = called(r"(?<![a-z])intro(?:duction)?(?![a-z])")
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
    entries: frozenset[str] = frozenset()
    """The headlines, folded, of the entries that its data list: those of a live blog."""


def standfirst(
    layout: Layout,
    announced: Announced,
    chosen: list[Block],
    chances: Columns,
    may_lead: Callable[[Block], bool],
) -> list[Block]:
    """Return the blocks that are the standfirst of the story whose text is chosen: one, the lines of a list, or none.

    It stands below the headline and before the text, or is the text's first block, and is called so by its box,
    repeated in the page's description or, in newsrooms, right below the headline in the same box. chances are the
    blocks' of being text; may_lead says what is no label, byline or date.
    """
    headline = announced.headline
    if headline is None:
        return []
    first = max(chosen[0].index, headline.index)
    between = layout.blocks[headline.index + 1 : min(first, headline.index + REACH) + 1]
    lines = [block for block in between if _may_be(block) and (block is chosen[0] or may_lead(block))]
    for block in lines:
        if _is_standfirst(block, announced, chosen[0], chances):
            return [block, *_next_lines(layout, block, may_lead)]
    return []


def _is_standfirst(block: Block, announced: Announced, first: Block, chances: Columns) -> bool:
    repeated = _is_repeated(block, announced.description)
    if repeated or _is_called_so(block):
        names = " ".join(box.names for box in _named(block))
        if (is_lead(names) and (announced.is_news or repeated)) or (is_introduction(names) and repeated):
            return True
        is_likely = bool(chances[block.index] > CHANCE) or block is first
        is_short = word_count(block.text) < FEW_WORDS and block.box.tag != "li"
        return is_likely or (announced.is_news and not is_short)
    below = announced.headline is not None and _is_below(block, announced.headline)
    return announced.is_news and block is not first and below


def _is_repeated(block: Block, description: str) -> bool:
    """Whether a block says what the page's description begins with, or is marked as the story's description."""
    described = fold(description)[:DESCRIPTION_SIZE]
    if len(described) > DESCRIPTION_SIZE // 2 and fold(block.text[:200])[:DESCRIPTION_SIZE] == described:
        return True
    return block.box.element.get("itemprop") == "description"


def _next_lines(layout: Layout, lead: Block, may_lead: Callable[[Block], bool]) -> Iterator[Block]:
    """The lines right behind the first one of a standfirst that has several."""
    after = layout.blocks[lead.index + 1 : lead.index + 1 + MOST_LINES]
    return takewhile(lambda block: _is_next_line(block, lead) and _may_be(block) and may_lead(block), after)


def _is_next_line(block: Block, lead: Block) -> bool:
    """Whether a block is another line of a standfirst that is set as a list or in several headings."""
    if block.box.tag != lead.box.tag or block.link_share > 0:
        return False
    mine, its = block.box.parent, lead.box.parent
    if mine is not None and its is not None and mine.tag == its.tag == "li":
        return mine.parent is its.parent
    return mine is its and block.box.tag != "p"


def _may_be(block: Block) -> bool:
    return (
        block.link_share <= MOST_LINKED
        and not block.box.hidden
        and WORDS[0] <= word_count(block.text) <= WORDS[1]
        and not any(box.tag in FIGURES for box in block.box.lineage())
    )


def _is_called_so(block: Block) -> bool:
    return any(box.meanings & LEAD_NAMES for box in _named(block))


def _named(block: Block) -> list[Box]:
    """The boxes around a block whose names tell what it is."""
    boxes = list(block.box.lineage())
    return boxes[: 3 if len(boxes) > 1 and boxes[1].tag == "li" else 2]


def _is_below(block: Block, headline: Block) -> bool:
    """Whether a block stands right below the headline, in a box that holds both, and is called nothing else."""
    if (
        block.index - headline.index > NEAR
        or word_count(block.text) < PLAIN_WORDS
        or block.box.meanings & OTHER_NAMES
        or 2 * sum(map(str.isdigit, block.text)) > sum(map(str.isalnum, block.text))
    ):
        return False
    shared = list(headline.box.lineage())[:SHARED]
    around = block.box if block.box.tag == "li" else block.box.parent
    if around is not None and around.tag == "li" and around.parent is not None:
        around = around.parent.parent
    return around in shared
