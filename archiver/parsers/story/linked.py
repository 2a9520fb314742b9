"""Lines that are links: all of them, or all behind a label."""

from archiver.parsers.markup.blocks import Block
from archiver.parsers.text import word_count

# In newsrooms, a line of so many words that is a link to this share is another story's: right of 30 out of 32.
LINKED_WHOLE = 0.95
LINKED_WORDS = 4
# So many words has the label before such a line at most.
LABEL_WORDS = 4
MARKS = " :：-–—|>»›→▶►•·*+([<)]"


def is_linked_whole(block: Block) -> bool:
    """Return whether all of a block is a link, but for marks before and behind it: ">> Ferry runs again"."""
    return block.linked > 0 and block.linked > LINKED_WHOLE * len(block.text.strip(MARKS))


def is_linked_behind_label(block: Block) -> bool:
    """Return whether a line is a link to another story but for a label before it: "In the north: Ferry runs again"."""
    if len(block.anchors) != 1 or 2 * block.linked < len(block.text):
        return False
    label, colon, rest = block.text.partition(":")
    if not colon or block.linked < LINKED_WHOLE * len(rest.strip(MARKS)) or block.linked > len(rest):
        return False
    return word_count(label) <= LABEL_WORDS and word_count(rest) >= LINKED_WORDS
