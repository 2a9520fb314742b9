"""What stands between a story's paragraphs: headings, tables and short lines, quotes pulled out of it, its contents."""

from collections import Counter
from collections.abc import Iterator, Set
from itertools import islice, pairwise

import numpy as np

from archiver.parsers.asides import LINE_NUMBERS
from archiver.parsers.blocks import Block, Box, Layout
from archiver.parsers.boxes import form
from archiver.parsers.names import bit, called
from archiver.parsers.reasons import Reason
from archiver.parsers.standfirst import Announced
from archiver.parsers.text import ends_sentence, fold, word_count
from archiver.parsers.text_features import Columns

# Of tables between a story's paragraphs, gold has those linked up to this share on four pages out of five.
MOST_LINKED = 0.3
FEWEST_CELLS = 2
# From this chance on a line right between two of the story's is one of them: gold has nine of ten.
CHANCE = 0.1
SHORT = 4
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
# A list of places on the page: so many links at least, below a line of so many words at most.
LEAST_PLACES = 2
CONTENTS_WORDS = 6
MOST_OF_LINK = 0.9
# What a line is called that belongs to a picture or an advertisement between them, however short it is.
is_beside = called(r"(?<![a-z])(?:captions?|sources?|credits?|ads?)(?![a-z])|pull[-_]?quote")
LINES = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6"})
NO_TABLES = frozenset({"nav", "footer", "aside", "form"})
# A sentence shown once more beside the text has at least so many words; headings and items may be said again.
PULLED_WORDS = 9
LONGEST_PULLED = 1_000
# In a box that is called a pulled quotation, fewer will do.
is_pulled = called(r"pull[-_]?(?:ed[-_]?)?quote|(?<![a-z])(?:exergue|destaque)(?![a-z])")
CALLED_DEPTH, CALLED_WORDS = 3, 4
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
    chosen = {block.index: block for block in own}
    for block in _tables(layout, own):
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
    return sorted([*own, *found], key=lambda block: block.index)


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
        _list_below(layout, block, chances) for block in own if block.heading or _announces(block)
    } - {None}
    if not is_news:
        announced |= set(_lists_between(layout, own, chances))
    if max(taken.values(), default=0) < LEAST_ALIKE and not announced:
        return own
    chosen = {block.index for block in own}
    items: dict[Box, list[Block]] = {}
    for block in layout.blocks:
        around = _list_around(block)
        if around is not None and (taken[around] >= LEAST_ALIKE or around in announced):
            items.setdefault(around, []).append(block)
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


def _lists_between(layout: Layout, own: list[Block], chances: Columns) -> Iterator[Box]:
    """Yield the short lists of likely items that stand between two of the story's paragraphs, in the same box."""
    beside: dict[Box, list[int]] = {}
    for block in own:
        if block.box.tag == "p" and block.box.parent is not None:
            beside.setdefault(block.box.parent, []).append(block.index)
    for box in layout.boxes if beside else ():
        if box.tag not in ("ul", "ol") or box.parent is None or (places := beside.get(box.parent)) is None:
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


def _list_around(block: Block) -> Box | None:
    """The list that a block is an item of, or all there is of one."""
    item = block.box if block.box.tag == "li" else block.box.parent
    if item is None or item.tag != "li" or (item is not block.box and item.end_block - item.first_block > 1):
        return None
    return item.parent


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
    pulled = [block for block in own if _may_be_pulled(block) and _is_said_elsewhere(block, said, own)]
    if sum(len(block.text) for block in pulled) > MOST_PULLED * len(said):
        return own
    reasons.update(dict.fromkeys((block.index for block in pulled), Reason.PULLED))
    return [block for block in own if block not in pulled] if pulled else own


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
    if _is_called_pulled(block):  # Its first letter is small where it stands within a sentence.
        core = core[1:]
    if said.count(core) < 2:
        return False
    return any(core in other.text and len(other.text) > len(block.text) for other in own)


def _tables(layout: Layout, chosen: list[Block]) -> Iterator[Block]:
    """Yield the blocks of the tables between the first and the last of the chosen blocks, each once."""
    boxes = [box for box in layout.boxes if box.tag == "table"] if len(chosen) > 1 else []
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
    """Yield the headings, items of lists and short paragraphs that stand alone between two of the chosen blocks."""
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
    if is_beside(block.box.names):
        return False
    boxed_alike = block.box.parent is before.box.parent is after.box.parent
    return boxed_alike or block.box.tag != "p" or word_count(block.text) <= SHORT
