"""Names on the line below a label that has a line to itself: "Written by", and then "Ann Lee"."""

import re

from archiver.parsers.authors.bylines import AMBIGUOUS, LONGEST_LINE, byline_names, is_dated, is_label
from archiver.parsers.authors.credits import credits_others
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.phrases import is_phrase

# Characters of such a label.
LONGEST_LABEL = 30
# What stands in place of a portrait: "AL".
INITIALS = re.compile(r"[^\W\d_a-z]{1,3}")


def names_below_label(layout: Layout, label: Block) -> tuple[str, ...]:
    """Return the names on the line below one that says nothing but that an author's name follows, or ()."""
    text = label.text
    if not is_author_label(text):
        return ()
    below = layout.blocks[label.index + 1 : label.index + 3]
    lines = [line for line in below if not INITIALS.fullmatch(line.text)][:1]
    for line in lines:
        if len(line.text) <= LONGEST_LINE and not (
            line.heading or is_dated(line.text) or is_label(line.text)
        ):
            return byline_names(f"{text} {line.text}")
    return ()


def is_author_label(text: str) -> bool:
    """Return whether a line says nothing but that an author's name follows."""
    return len(text) <= LONGEST_LABEL and is_phrase("by", text) and not AMBIGUOUS.match(f"{text} ")


def is_below_credit(layout: Layout, line: Block) -> bool:
    """Return whether the line above says that one names others than the author: "Reviewed by", and then "Ann Lee"."""
    above = layout.blocks[line.index - 1].text if line.index else ""
    return len(above) <= LONGEST_LABEL and credits_others(above)
