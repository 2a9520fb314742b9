"""What stands between a story's paragraphs: headings, tables and short lines, quotes pulled out of it, its contents."""

from collections.abc import Iterator, Set
from itertools import islice, pairwise

import numpy as np

from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.markup.names import bit, called
from archiver.parsers.models.text_features import Columns
from archiver.parsers.story.off_text import LINE_NUMBERS
from archiver.parsers.story.reasons import Reason
from archiver.parsers.story.standfirst import Announced
from archiver.parsers.text import ends_sentence, word_count

# Of tables between a story's paragraphs, gold has those linked up to this share on four pages out of five.
MOST_LINKED = 0.3
FEWEST_CELLS = 2
# From this chance on a line right between two of the story's is one of them: gold has nine of ten.
CHANCE = 0.1
SHORT = 4
# A list of places on the page: so many links at least, below a line of so many words at most.
LEAST_PLACES = 2
CONTENTS_WORDS = 6
MOST_OF_LINK = 0.9
# What a line is called that belongs to a picture or an advertisement between them, however short it is.
is_beside = called(r"(?<![a-z])(?:captions?|sources?|credits?|ads?)(?![a-z])|pull[-_]?quote")
LINES = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6", "pre"})
NO_TABLES = frozenset({"nav", "footer", "aside", "form"})
# A sentence shown once more beside the text has at least so many words; headings and items may be said again.
PULLED_WORDS = 9
LONGEST_PULLED = 1_000
# In a box that is called a pulled quotation, fewer will do.
is_pulled = called(r"pull[-_]?(?:ed[-_]?)?quote|(?<![a-z])(?:exergue|destaque)(?![a-z])")
CALLED_DEPTH, CALLED_WORDS = 3, 4
# So many characters of it are looked for.
LONGEST_CORE = 60
is_apart = called(r"float|(?<![a-z])(?:cent(?:er|re)(?:ed)?|left|right|pull\w*)(?![a-z])")
# Where more of the text than this is said twice, it is so written.
MOST_PULLED = 0.25
# In stories of more characters nothing is looked for: every block would be, in all of the text.
LONGEST_STORY = 60_000
PULLED_TAGS = frozenset({"li", "td", "th", "dd", "dt", "pre", "code", "summary"})
AROUND_A_QUOTE = " \"'“”„‟«»‹›‚‘’.,;:!?…-–—"
is_numbered = called(LINE_NUMBERS)
OTHER_NAMES = bit("signup") | bit("related") | bit("share") | bit("comment")


def with_tables(
    layout: Layout, own: list[Block], body: Set[int] | None, reasons: dict[int, Reason]
) -> list[Block]:
    """The story's blocks with the tables between them; of what a rule gives as body, where it gives any."""
    found = list(_tables(layout, own))
    if not found:
        return own
    chosen = {block.index: block for block in own}
    for block in found:
        if block.index in chosen or is_numbered(block.box.names):
            continue
        if reasons.get(block.index) is not Reason.RULE_RELATED and (body is None or block.index in body):
            chosen[block.index] = block
            reasons[block.index] = Reason.TABLE
    return sorted(chosen.values(), key=lambda block: block.index)


def with_lines(
    layout: Layout, own: list[Block], announced: Announced, chances: Columns, reasons: dict[int, Reason]
) -> list[Block]:
    """The story's blocks with the lines that stand alone between two of them.

    Newsrooms set captions, kickers and the names of topics there rather than lines of the text.
    """
    found = [] if announced.is_news else list(_lines(layout, own, chances, reasons.keys()))
    reasons.update((block.index, Reason.BETWEEN) for block in found)
    return sorted([*own, *found], key=lambda block: block.index) if found else own


def without_contents(layout: Layout, own: list[Block], reasons: dict[int, Reason]) -> list[Block]:
    """Leave out the lines that head a list of links to places on the page: "Key events", "In this article"."""
    chosen = {block.index for block in own}
    found = {block.index for block in own if _heads_places(layout, block, chosen)}
    reasons.update(dict.fromkeys(found, Reason.HEADS_NEXT))
    return [block for block in own if block.index not in found] if found else own


def _heads_places(layout: Layout, block: Block, chosen: Set[int]) -> bool:
    below = layout.blocks[block.index + 1 : block.index + 1 + LEAST_PLACES]
    if len(below) < LEAST_PLACES or not all(
        other.index not in chosen and _leads_down(other) for other in below
    ):
        return False
    return word_count(block.text) <= CONTENTS_WORDS and not ends_sentence(block.text)


def _leads_down(block: Block) -> bool:
    """Whether a block is a link to another place on its page."""
    return block.link_share > MOST_OF_LINK and all(anchor.href.startswith("#") for anchor in block.anchors)


def without_pulled(own: list[Block], reasons: dict[int, Reason]) -> list[Block]:
    """Return the blocks without sentences of the story that are shown a second time, in large letters."""
    said = "\n".join(block.text for block in own)
    if len(said) > LONGEST_STORY:
        return own
    pulled = [
        block
        for block in own
        if _is_set_apart(block) or (_may_be_pulled(block) and _is_said_elsewhere(block, said, own))
    ]
    if sum(len(block.text) for block in pulled) > MOST_PULLED * len(said):
        return own
    reasons.update(dict.fromkeys((block.index for block in pulled), Reason.PULLED))
    return [block for block in own if block not in pulled] if pulled else own


def _is_set_apart(block: Block) -> bool:
    """Whether all of a block is a quotation that its names set beside the text or in its middle."""
    own = block.box.element
    if len(own) != 1 or own[0].tag != "q" or (own.text or "").strip() or (own[0].tail or "").strip():
        return False
    return is_apart(f"{block.box.names} {own[0].get('class') or ''}".lower())


def _may_be_pulled(block: Block) -> bool:
    if block.heading or block.box.tag in PULLED_TAGS or len(block.text) > LONGEST_PULLED:
        return False
    words = word_count(block.text)
    return words >= PULLED_WORDS or (words >= CALLED_WORDS and _is_called_pulled(block))


def _is_called_pulled(block: Block) -> bool:
    return any(is_pulled(box.names) for box in islice(block.box.lineage(), CALLED_DEPTH))


def _is_said_elsewhere(block: Block, said: str, own: list[Block]) -> bool:
    """Whether a longer block of the story says the same and more."""
    core = block.text.strip(AROUND_A_QUOTE)
    # Its first letter is small where it stands within a sentence, and words may break it.
    if _is_called_pulled(block):
        core = core[1:LONGEST_CORE]
    if said.count(core) < 2:
        return False
    return any(core in other.text and len(other.text) > len(block.text) for other in own)


def _tables(layout: Layout, chosen: list[Block]) -> Iterator[Block]:
    """Yield the blocks of the tables between the first and the last of the chosen blocks, each once."""
    start = chosen[0].box.index if len(chosen) > 1 else len(layout.boxes)
    boxes = [box for box in layout.boxes[start:] if box.tag == "table"]
    if not boxes:
        return
    size = np.cumsum([0, *(len(block.text) for block in layout.blocks)])
    linked = np.cumsum([0, *(block.linked for block in layout.blocks)])
    done, last = chosen[0].index + 1, chosen[-1].index
    for box in boxes:  # an outer table comes before those in it
        first, end = box.first_block, box.end_block
        if first < done or end > last or end - first < FEWEST_CELLS or not _is_of_story(box):
            continue
        if linked[end] - linked[first] <= MOST_LINKED * (size[end] - size[first]):
            yield from layout.blocks[first:end]
            done = end


def _is_of_story(table: Box) -> bool:
    return not table.hidden and not any(
        box.tag in NO_TABLES or box.meanings & OTHER_NAMES for box in table.lineage()
    )


def _lines(layout: Layout, chosen: list[Block], chances: Columns, left_out: Set[int]) -> Iterator[Block]:
    """Yield the headings, items, code, quotations and short lines that stand alone between two of the chosen blocks."""
    for before, after in pairwise(chosen):
        if after.index - before.index == 2:
            block = layout.blocks[before.index + 1]
            if (
                block.index not in left_out
                and chances[block.index] > CHANCE
                and _is_line(block, before, after)
            ):
                yield block


def _is_line(block: Block, before: Block, after: Block) -> bool:
    if block.box.tag not in LINES or block.box.hidden or 2 * block.linked > len(block.text):
        return False
    if is_numbered(block.box.names) or is_beside(block.box.names):
        return False
    around = block.box.parent
    if around is not None and around.tag == "blockquote":
        around = around.parent
    boxed_alike = around is before.box.parent is after.box.parent
    return boxed_alike or block.box.tag != "p" or word_count(block.text) <= SHORT
