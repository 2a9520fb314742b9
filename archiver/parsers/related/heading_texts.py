"""What the heading of a list says, and which lines that look like one head no stories."""

from archiver.parsers.authors.sole_bylines import OF_AUTHORS
from archiver.parsers.markup.blocks import Anchor, Block
from archiver.parsers.phrases import heads_nothing, kind_of_heading, opens, reads_on
from archiver.parsers.related.heading_reach import leads_away
from archiver.parsers.related.link_texts import set_apart_in
from archiver.parsers.related.links import is_a_date
from archiver.parsers.text import clean

LINKED = 0.9
# So many words that a heading says twice are shown for two widths of the screen.
TWICE = 2
# What stands around the place of a text that a script was to fill in.
UNFILLED = "{"


def heading_text(block: Block) -> str:
    """Return what a heading says itself: of tabs the first, without "View all" behind it, once."""
    text, anchors = set_apart_in(block), block.anchors
    if len(anchors) > 1 and block.link_share >= LINKED and not leads_away(block):
        text = _words(anchors[0]) or text
    elif anchors and reads_on(last := _words(anchors[-1])) and text.endswith(last):
        text = text.removesuffix(last).rstrip() or text
    return _once(text)


def heads_stories(block: Block) -> bool:
    """Return whether a line may head a list of stories: no date, author, network, search or unfilled place does."""
    text = block.text
    if UNFILLED in text or heads_nothing(text):
        return False
    if kind_of_heading(text) is not None:
        return True
    if opens("furniture", text) or is_a_date(text):
        return False
    is_link = len(block.anchors) == 1 and block.link_share >= LINKED
    return not (is_link and OF_AUTHORS.search(block.anchors[0].href))


def _words(anchor: Anchor) -> str:
    return clean("".join([text for text, _ in anchor.parts]))


def _once(text: str) -> str:
    """A text without its words, or the first of them, once more behind them."""
    words = text.split(" ")
    for count in range((len(words) + 1) // 2, min(len(words) - TWICE, 2 * len(words) // 3) + 1):
        if words[count:] == words[: len(words) - count]:
            return " ".join(words[:count])
    return text
