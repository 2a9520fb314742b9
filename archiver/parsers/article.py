"""Which blocks of a page are its main story."""

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from archiver.parsers.authors import byline_names
from archiver.parsers.blocks import Block, Layout
from archiver.parsers.datelines import line_date
from archiver.parsers.features import BlockTable, Rows, context_rows, signature
from archiver.parsers.model import trees
from archiver.parsers.names import bit, name_bits
from archiver.parsers.phrases import is_phrase, kind_of_heading
from archiver.parsers.text import fold, word_count

# A block is taken as the story's from this probability on.
CHANCE = 0.5
# In a box that is by name an advertisement only from this one on.
CERTAIN = 0.85
# From this one on if it is prose in a box like those of the text: a last paragraph behind an advertisement.
DOUBTED = 0.12
# A story has at least this many words; below, a page is a list, a form or a teaser.
STORY_WORDS = 25
# Blocks between headline and text that may be the standfirst, and its length in words.
LEAD_REACH = 10
LEAD_WORDS = (5, 90)
# A standfirst in the text's own place is told from the first paragraph by its chance of being text at least.
LEAD_CHANCE = 0.15
MOST_LINKED = 0.5
DESCRIPTION_SIZE = 60
# The first blocks of a story, among which its date and byline may stand, and their length in characters.
EDGE = 3
LONGEST_EDGE = 220
DATE_LINE_WORDS = 7
LIST_HEADING_WORDS = 4
HEADING_WORDS = 10
# A caption is at most so long, and the credit at its end, in characters.
LONGEST_CAPTION = 260
LONGEST_CREDIT = 50
CREDIT = re.compile(
    r"(?:^|[\s(（/.。])(?:photo(?:graph)?s?|fotos?|bild(?:er)?|image|picture|credit|crédit|写真|撮影|사진|фото|تصوير|صورة|φωτ\w*)\s*[:：=]",
    re.IGNORECASE,
)
# "About us - Contact - Privacy policy": so many parts at least, of so many words at most.
MENU_MARK = re.compile(r"\s+[-–—|·•/]\s+")
FEWEST_IN_MENU = 4
MENU_WORDS = 4
LEAD_NAMES = bit("lead")
PROMOTED_NAMES = bit("advert") | bit("signup")
INSET_NAMES = bit("signup") | bit("related") | bit("advert") | bit("share") | bit("comment")


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """The blocks of the main story."""

    blocks: tuple[Block, ...]
    """In page order, the standfirst first among them."""
    lead: Block | None
    """The standfirst, if one stands apart from the text."""
    chances: Rows
    """Each block's probability of being part of the story."""


def story(
    layout: Layout, table: BlockTable, headline: Block | None, description: str, fetched: datetime
) -> Story:
    """Return the main story's blocks; none if the page has no text of its own."""
    chances = block_chances(table)
    likely = _likely(layout, table, chances)
    chosen = _without_edges([block for block in likely if not _repeats(block, headline)], fetched)
    if sum(word_count(block.text) for block in chosen) < STORY_WORDS:
        return Story((), None, chances)
    lead = _lead(layout, headline, chosen, chances, description)
    if lead is not None and lead not in chosen:
        chosen = [lead, *chosen]
    elif lead is not None:
        chosen = [lead, *(block for block in chosen if block is not lead)]
    return Story(tuple(chosen), lead, chances)


def _likely(layout: Layout, table: BlockTable, chances: Rows) -> list[Block]:
    """The blocks that the models choose, and prose they doubt in boxes just like those of what they choose."""
    sure = [block for block in layout.blocks if chances[block.index] > CHANCE]
    alike = {signature(block.box) for block in sure if block.box.tag == "p" and table.prose[block.index]}

    def is_likely(block: Block) -> bool:
        chance = chances[block.index]
        if chance <= CHANCE:
            is_prose = block.box.tag == "p" and table.prose[block.index]
            return bool(chance > DOUBTED and is_prose and signature(block.box) in alike)
        return bool(chance > CERTAIN or not _is_promoted(block))

    return [block for block in layout.blocks if is_likely(block)]


def _is_promoted(block: Block) -> bool:
    """Whether the block's own box, or the one around it, is by name an advertisement or an invitation."""
    around = block.box.parent
    names = name_bits(block.box.names) | (name_bits(around.names) if around else 0)
    return bool(names & PROMOTED_NAMES)


def _repeats(block: Block, headline: Block | None) -> bool:
    return headline is not None and (block is headline or fold(block.text) == fold(headline.text))


def _without_edges(chosen: list[Block], fetched: datetime) -> list[Block]:
    """Leave out what is no text by its words alone: labels, and at either end dates, bylines, copyright lines."""
    kept = [block for block in chosen if not _is_label(block.text) and not _is_inset(block)]
    while kept and _is_edge(kept[0].text, fetched):
        kept = kept[1:]
    while kept and (_is_edge(kept[-1].text, fetched) or _heads_a_list(kept[-1])):
        kept = kept[:-1]
    return [block for i, block in enumerate(kept) if i >= EDGE or not _is_edge(block.text, fetched)]


def _heads_a_list(block: Block) -> bool:
    """Whether the last block of a story heads what comes after it."""
    words = word_count(block.text)
    announces = words <= LIST_HEADING_WORDS and kind_of_heading(block.text) is not None
    return announces or (block.heading > 0 and words <= HEADING_WORDS)


def _is_label(text: str) -> bool:
    """Whether a text is "Advertisement", "Read also" or "Share", a caption with its credit, or a menu in a line."""
    if len(text) <= LONGEST_CAPTION and CREDIT.search(text[-LONGEST_CREDIT:]):
        return True
    if any(is_phrase(use, text) for use in ("sponsored", "related", "popular", "furniture")):
        return True
    parts = MENU_MARK.split(text)
    return len(parts) >= FEWEST_IN_MENU and all(len(part.split()) <= MENU_WORDS for part in parts)


def _is_inset(block: Block) -> bool:
    """Whether a block stands in an aside or form that is by name an invitation or a list."""
    return any(
        box.tag in ("aside", "form") and name_bits(box.names) & INSET_NAMES for box in block.box.lineage()
    )


def _is_edge(text: str, fetched: datetime) -> bool:
    if len(text) > LONGEST_EDGE:
        return False
    dated = line_date(text, None, fetched)
    if dated is not None and word_count(text[: dated.start] + text[dated.end :]) <= DATE_LINE_WORDS:
        return True
    return bool(byline_names(text)) or "©" in text


def without(main: Story, blocks: frozenset[int], headlines: frozenset[str]) -> Story:
    """Return the story without the blocks, by index, that show other stories, and without those stories' headlines."""
    kept = tuple(block for block in main.blocks if block.index not in blocks and block.text not in headlines)
    lead = main.lead if main.lead in kept else None
    enough = sum(word_count(block.text) for block in kept) >= STORY_WORDS
    return Story(kept, lead, main.chances) if enough else Story((), None, main.chances)


def without_byline(blocks: tuple[Block, ...], authors: tuple[str, ...]) -> list[Block]:
    """Return the blocks without those among the first that are an author's name."""
    names = {fold(name) for name in authors}
    return [
        block for i, block in enumerate(blocks) if i >= EDGE or fold(block.text).strip(" ,.;|") not in names
    ]


def block_chances(table: BlockTable) -> Rows:
    """Return each block's probability of being the story's, decided twice: alone, then knowing its neighbours'."""
    if not len(table.rows):
        return np.zeros(0, np.float32)
    alone = trees("blocks").probabilities(table.rows)
    return trees("blocks_in_context").probabilities(np.hstack([table.rows, context_rows(alone, table.words)]))


def _lead(
    layout: Layout, headline: Block | None, chosen: list[Block], chances: Rows, description: str
) -> Block | None:
    """The standfirst: near the headline, called so by its box or repeated in the page's description."""
    if headline is None:
        return None
    described = fold(description)[:DESCRIPTION_SIZE]
    end = max(chosen[0].index + 1, headline.index + 1)
    for block in layout.blocks[headline.index + 1 : min(end, headline.index + 1 + LEAD_REACH)]:
        words = word_count(block.text)
        if not LEAD_WORDS[0] <= words <= LEAD_WORDS[1] or block.link_share > MOST_LINKED or block.box.hidden:
            continue
        named = any(name_bits(box.names) & LEAD_NAMES for box in (block.box, block.box.parent) if box)
        repeated = (
            len(described) > DESCRIPTION_SIZE // 2 and fold(block.text[:200])[:DESCRIPTION_SIZE] == described
        )
        if (named or repeated) and (chances[block.index] > LEAD_CHANCE or block is chosen[0]):
            return block
    return None
