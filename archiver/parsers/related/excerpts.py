"""What cards show below the headlines of other stories: the beginnings of these, their authors and dates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from itertools import islice

from archiver.parsers.markup.blocks import Box, Layout
from archiver.parsers.models.boxes import form
from archiver.parsers.related.links import Candidate
from archiver.parsers.story.article import Story
from archiver.parsers.text import word_count

# In newsrooms, what stands behind a headline in a card of so many blocks and has no more words is its excerpt, author
# or date. Guides are made of such cards.
EXCERPT_BLOCKS = 5
EXCERPT_WORDS = 45
MOST_EXCERPTS = 0.3
# In the box of the text, at its end and of no more of it.
MOST_AT_END = 0.5
# Cards of one form, at least so many, hold nothing of a story, unless its text goes on between them.
FEWEST_ALIKE = 3
MOST_BETWEEN = 0.2
CARD_DEPTH = 4


def excerpts(
    layout: Layout, story: Story, likeliest: Iterable[Candidate], every: Iterable[Candidate]
) -> set[int]:
    """Return the blocks, by index, of a story's page that stand in the cards of other stories' headlines.

    likeliest is of each story the place that shows its headline best, every all places that do.
    """
    size = {block.index: len(block.text) for block in story.blocks}
    alike = set(_in_cards_alike(every, size.keys()))
    if alike and _is_made_of(story, alike):
        alike = set()
    found = {number for one in likeliest if story.is_news for number in _excerpt(layout, one)}
    if sum(size[number] for number in found & size.keys()) > MOST_EXCERPTS * sum(size.values()):
        found = set()  # a story that is made of such cards
    return found | alike


def _is_made_of(story: Story, alike: set[int]) -> bool:
    """Whether cards are the story's text: it goes on between them, or they stand in the box of what is above them.

    There they may still be a short list of other stories at its end.
    """
    first, last = min(alike), max(alike)
    rest = [block for block in story.blocks if block.index not in alike]
    above = next((block.box.parent for block in reversed(rest) if block.index < first), None)
    held = sum(len(block.text) for block in story.blocks if block.index in alike)
    if above is None:
        return True
    if above.first_block <= first < above.end_block:
        is_short = held <= MOST_AT_END * sum(len(block.text) for block in story.blocks)
        return not is_short or rest[-1].index > first
    between = sum(len(block.text) for block in rest if first < block.index < last)
    return between > MOST_BETWEEN * held


def _in_cards_alike(every: Iterable[Candidate], own: Set[int]) -> Iterator[int]:
    """Yield the story's blocks in cards alike that begin with another's headline."""
    shown = [(one, one.block.index) for one in every if one.block is not None]
    forms = Counter(map(form, {one.card for one, _ in shown if one.card is not None}))
    if max(forms.values(), default=0) < FEWEST_ALIKE:
        return
    heads: dict[Box, int] = {}
    for one, head in shown:
        # An excerpt may have a link of its own: its card is one by its form.
        around = islice(one.anchor.box.lineage(), CARD_DEPTH) if one.card is None else (one.card,)
        for card in around:
            if forms[form(card)] >= FEWEST_ALIKE and card.first_block <= head:
                heads[card] = min(heads.get(card, head), head)
    for card, head in heads.items():
        if own.isdisjoint(range(card.first_block, head)):
            yield from own & set(range(head, card.end_block))


def _excerpt(layout: Layout, candidate: Candidate) -> Iterator[int]:
    """Yield the blocks, by index, behind the headline of a small card, where that is a heading."""
    card = candidate.card
    if card is None or card.end_block - card.first_block > EXCERPT_BLOCKS:
        return
    own = candidate.block
    if own is None or not own.heading:
        return
    for block in layout.blocks[own.index + 1 : card.end_block]:
        if word_count(block.text) > EXCERPT_WORDS or block.heading:
            return
        yield block.index
