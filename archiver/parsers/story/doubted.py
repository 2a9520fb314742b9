"""What the models doubt and is the story's all the same, by what stands around it: headings, items, lines of a box."""

from collections import Counter
from collections.abc import Callable, Iterator, Set
from itertools import pairwise

import numpy as np

from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.models.boxes import form
from archiver.parsers.models.text_features import Columns
from archiver.parsers.story.between import MOST_LINKED
from archiver.parsers.story.reasons import Reason
from archiver.parsers.story.standfirst import Announced
from archiver.parsers.text import ends_sentence, fold, word_count

# A heading in doubt, from this chance on, is one of a story that has so many just like it, if the text that it heads
# and that before it are no farther away, in blocks.
DOUBTED_HEADING = 0.2
LEAST_ALIKE = 2
DOUBTED_ITEM = 0.2
# What a paragraph ends with that announces a list, and how many items that has at most.
ANNOUNCES = (":", "：")
FEWEST_ANNOUNCING = 4
MOST_ANNOUNCED = 20
# A list between two paragraphs of one box, all of its items likelier than this: gold has all 14 items found so.
DOUBTED_BETWEEN = 0.3
HEADED_ITEM = 0.4
HEADED_WITHIN = 3
HEADS_APART = 12
# Between two paragraphs or lines of one box, so many of the same form at most, from this chance on or, if they end as
# sentences and items do or are code, from the lower one on: gold has 18 of 19.
DOUBTED_LINE, DOUBTED_SENTENCE = 0.3, 0.15
LINES = frozenset({"p", "div", "pre"})
LISTS = frozenset({"ul", "ol"})
# At either end of a text, a sentence boxed like so many of it next to it from this chance on.
LEAST_IN_RUN, DOUBTED_END = 3, 0.35
MOST_LINES = 5
LINE_WORDS = 2
SEMICOLONS = (";", "；")
# A text of one paragraph is at least so likely and long, and no farther below its headline, in blocks.
DOUBTED_ALONE = 0.38
ALONE_WORDS = 25
BELOW_HEADLINE = 12


def alike(prose: list[Block]) -> Callable[[Block], bool]:
    """Return what tells a block that is boxed like paragraphs of the story.

    Behind them, readers' comments and facts on a company may be called the same, in boxes that stand in others.
    """
    forms = {form(block.box) for block in prose}
    outer = {form(block.box.parent) for block in prose if block.box.parent is not None}
    last = prose[-1].index if prose else -1

    def is_alike(block: Block) -> bool:
        around = block.box.parent
        if form(block.box) not in forms or around is None:
            return False
        return block.index < last or form(around) in outer

    return is_alike


def with_doubted(
    layout: Layout, likely: list[Block], announced: Announced, chances: Columns, reasons: dict[int, Reason]
) -> list[Block]:
    """Return the likely blocks with those of the story that the models doubt; where none is likely, its only one."""
    if not likely:
        return only_paragraph(layout, announced.headline, chances, reasons)
    likely = with_headings_alike(layout, likely, chances, reasons)
    likely = with_lines_alike(layout, likely, chances, reasons)
    likely = with_items_alike(layout, likely, chances, reasons, is_news=announced.is_news)
    return with_entries(layout, likely, announced.entries, reasons)


def only_paragraph(
    layout: Layout, headline: Block | None, chances: Columns, reasons: dict[int, Reason]
) -> list[Block]:
    """The paragraph below the headline that is all there is of a short report, or nothing."""
    start = headline.index + 1 if headline is not None else len(layout.blocks)
    below = [
        block
        for block in layout.blocks[start : start + BELOW_HEADLINE]
        if chances[block.index] > DOUBTED_ALONE
        and block.box.tag == "p"
        and word_count(block.text) >= ALONE_WORDS
        and block.index not in reasons
    ]
    found = sorted(below, key=lambda block: -chances[block.index])[:1]
    reasons.update((block.index, Reason.ALONE) for block in found)
    return found


def with_lines_alike(
    layout: Layout, own: list[Block], chances: Columns, reasons: dict[int, Reason]
) -> list[Block]:
    """The story's blocks with the lines between two of them that are boxed just like both."""
    found = [
        block
        for before, after in pairwise(own)
        if 1 < after.index - before.index <= MOST_LINES + 1
        and before.box.tag in LINES
        and before.box.parent is after.box.parent
        and form(before.box) == form(after.box)
        for block in layout.blocks[before.index + 1 : after.index]
        if block.index not in reasons and _is_line_alike(block, before, chances)
    ]
    found += _ends_alike(layout, own, chances, reasons)
    reasons.update((block.index, Reason.ALIKE) for block in found)
    return sorted([*own, *found], key=lambda block: block.index) if found else own


def _ends_alike(
    layout: Layout, own: list[Block], chances: Columns, reasons: dict[int, Reason]
) -> Iterator[Block]:
    """Yield the lines right above and below the story's blocks that are boxed just like the next ones of it."""
    for edge, step in ((own[:LEAST_IN_RUN], -1), (own[: -LEAST_IN_RUN - 1 : -1], 1)):
        index = edge[0].index + step
        if not 0 <= index < len(layout.blocks) or len(edge) < LEAST_IN_RUN or edge[0].box.tag not in LINES:
            continue
        around, shape = edge[0].box.parent, form(edge[0].box)
        block = layout.blocks[index]
        if (
            chances[index] > DOUBTED_END
            and index not in reasons
            and all(other.box.parent is around and form(other.box) == shape for other in (block, *edge))
            and not block.anchors
            and not block.box.hidden
            and ends_sentence(block.text)
        ):
            yield block


def with_headings_alike(
    layout: Layout, own: list[Block], chances: Columns, reasons: dict[int, Reason]
) -> list[Block]:
    """The story's blocks with headings the models doubt that head some of them just as other headings do."""
    heads = Counter(form(block.box) for block in own if block.heading)
    if max(heads.values(), default=0) < LEAST_ALIKE:
        return own
    chosen = {block.index for block in own}
    doubted = np.flatnonzero(chances > DOUBTED_HEADING).tolist()
    found = [
        block
        for block in (
            layout.blocks[index] for index in doubted if index not in chosen and index not in reasons
        )
        if block.heading
        and heads[form(block.box)] >= LEAST_ALIKE
        and not chosen.isdisjoint(range(block.index + 1, block.index + 1 + HEADED_WITHIN))
        and not chosen.isdisjoint(range(max(0, block.index - HEADS_APART), block.index))
    ]
    reasons.update((block.index, Reason.ALIKE) for block in found)
    return sorted([*own, *found], key=lambda block: block.index) if found else own


def with_entries(
    layout: Layout, own: list[Block], entries: Set[str], reasons: dict[int, Reason]
) -> list[Block]:
    """The story's blocks with the headings of entries that the page's data list, where text stands below them."""
    chosen = {block.index for block in own}
    found = [
        block
        for block in (layout.blocks if entries else ())
        if block.heading
        and block.index not in chosen
        and not block.linked
        and not chosen.isdisjoint(range(block.index + 1, block.index + 1 + HEADED_WITHIN))
        and fold(block.text) in entries
    ]
    reasons.update((block.index, Reason.ENTRY) for block in found)
    return sorted([*own, *found], key=lambda block: block.index) if found else own


def with_items_alike(
    layout: Layout, own: list[Block], chances: Columns, reasons: dict[int, Reason], *, is_news: bool
) -> list[Block]:
    """The story's blocks with doubted items of lists of which the models take most or that are known by their place.

    Newsrooms set data of products and the like between their paragraphs.
    """
    taken = Counter(around for block in own if (around := _list_around(block)) is not None)
    announced = {
        box
        for block in own
        if (block.heading or _announces(block)) and (box := _list_below(layout, block, chances)) is not None
    }
    if not is_news:
        announced |= set(_lists_between(layout, own, chances))
    if max(taken.values(), default=0) < LEAST_ALIKE and not announced:
        return own
    chosen = {block.index for block in own}
    lists = announced | {box for box, count in taken.items() if count >= LEAST_ALIKE}
    items = {box: _items(layout, box) for box in lists}
    found = [
        block
        for box, listed in items.items()
        if 2 * taken[box] > len(listed) or box in announced
        for block in listed
        if block.index not in chosen
        and block.index not in reasons
        and chances[block.index] > DOUBTED_ITEM
        and block.link_share <= MOST_LINKED
    ]
    reasons.update((block.index, Reason.ALIKE) for block in found)
    return sorted([*own, *found], key=lambda block: block.index) if found else own


def _is_line_alike(block: Block, before: Block, chances: Columns) -> bool:
    chance = chances[block.index]
    if chance <= DOUBTED_SENTENCE or block.box.parent is not before.box.parent or block.box.hidden:
        return False
    if form(block.box) != form(before.box) or 2 * block.linked > len(block.text):
        return False
    if block.box.tag == "pre":
        return True
    ends = block.text.endswith(SEMICOLONS) or ends_sentence(block.text)
    return (ends or chance > DOUBTED_LINE) and word_count(block.text) >= LINE_WORDS


def _lists_between(layout: Layout, own: list[Block], chances: Columns) -> Iterator[Box]:
    """Yield the short lists of likely items that stand between two of the story's paragraphs, in the same box."""
    paragraphs = [block for block in own if block.box.tag == "p"]
    if not paragraphs:
        return
    beside: dict[Box | None, list[int]] = {}
    for block in paragraphs:
        beside.setdefault(block.box.parent, []).append(block.index)
    within = layout.boxes[paragraphs[0].box.index : paragraphs[-1].box.index]
    for box in [box for box in within if box.tag in LISTS]:
        if (places := beside.get(box.parent)) is None:
            continue
        first, end = box.first_block, box.end_block
        if places[0] < first < end <= places[-1] and end - first <= MOST_ANNOUNCED:
            items = layout.blocks[first:end]
            is_linked = any(item.link_share > MOST_LINKED for item in items)
            if not is_linked and bool((chances[first:end] > DOUBTED_BETWEEN).all()):
                yield box


def _announces(block: Block) -> bool:
    """Whether a block is a sentence that a list completes; few words ("Our sources:") head what is none of the text."""
    return (
        block.text.endswith(ANNOUNCES) and not block.heading and word_count(block.text) >= FEWEST_ANNOUNCING
    )


def _list_below(layout: Layout, block: Block, chances: Columns) -> Box | None:
    """The list that begins right below a block, if it is short; below a heading, one whose items are all likely."""
    after = layout.blocks[block.index + 1] if block.index + 1 < len(layout.blocks) else None
    around = _list_around(after) if after is not None else None
    if around is None or around.first_block != block.index + 1:
        return None
    if around.end_block - around.first_block > MOST_ANNOUNCED:
        return None
    is_doubted = bool((chances[around.first_block : around.end_block] <= HEADED_ITEM).any())
    return None if block.heading and is_doubted else around


def _items(layout: Layout, box: Box) -> list[Block]:
    """The items of a list."""
    return [block for block in layout.blocks[box.first_block : box.end_block] if _list_around(block) is box]


def _list_around(block: Block) -> Box | None:
    """The list that a block is an item of, or all there is of one."""
    item = block.box if block.box.tag == "li" else block.box.parent
    if item is None or item.tag != "li" or (item is not block.box and item.end_block - item.first_block > 1):
        return None
    return item.parent
