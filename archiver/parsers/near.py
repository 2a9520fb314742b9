"""Where the lines stand that say when a story was published and by whom: around its headline."""

from archiver.parsers.markup.blocks import Block

# How far from the headline, in blocks, such a line may stand.
BEFORE = 4
REACH = 14
# Where the text begins farther below, all between the two counts if it is no more than this.
FARTHEST = 40


def end_near(headline: Block | None, first: Block | None) -> int:
    """Return up to which block such lines stand below a headline, given the text's first block: without that one."""
    start = headline.index if headline else 0
    if headline and first and start < first.index <= start + FARTHEST:
        return max(start + REACH, first.index)
    return start + REACH
