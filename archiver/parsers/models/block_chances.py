"""How likely each block of a page is its story's: by trees, and by networks that see all blocks in their order."""

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.models.features import BlockTable, context_columns
from archiver.parsers.models.model import trees
from archiver.parsers.models.networks import averaged, networks
from archiver.parsers.models.text_features import Columns

Mask = NDArray[np.bool_]
# From which probability on a block is taken for the story's.
CHANCE = 0.5
# What the trees say of a block counts for so much, the networks for the rest.
TREES_SHARE = 0.5
# Networks are heard of pages of so many blocks on, and where they leave the story: of pages unlike those that they
# learned from they know nothing. Of a story of many blocks, so much of the words is most of it.
FEWEST_IN_ORDER = 30
MANY, LEAST_WORDS = 15, 0.7


def block_chances(table: BlockTable) -> tuple[Columns, Columns]:
    """Return each block's probability of being the story's: that which decides, and what the trees alone say."""
    trees_say = _by_trees(table)
    if len(trees_say) < FEWEST_IN_ORDER:
        return trees_say, trees_say
    rows = np.ascontiguousarray(table.columns.T)
    chances = averaged(networks("blocks_in_order").answers(rows)[:, 0], trees_say, TREES_SHARE)
    is_heard = _leave_the_story(trees_say > CHANCE, chances > CHANCE, table.words)
    return chances if is_heard else trees_say, trees_say


def _leave_the_story(taken: Mask, chosen: Mask, words: Columns) -> bool:
    """Whether most of the blocks that trees take are chosen: all but one or, of many, most of their words."""
    left = taken & chosen
    if taken.sum() < MANY:
        return bool(taken.sum() - left.sum() <= 1)
    return bool(words[left].sum() >= LEAST_WORDS * words[taken].sum())


def _by_trees(table: BlockTable) -> Columns:
    """What the trees say, decided twice: of each block alone, then knowing its neighbours' chances."""
    alone = trees("blocks").probabilities(table.columns)
    seen = np.concatenate([table.columns, context_columns(alone, table.words)])
    return trees("blocks_in_context").probabilities(seen)
