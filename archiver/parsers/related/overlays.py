"""The headlines of links that show none themselves: they lie over a card, or invite to read on beside it."""

import re
from html import unescape

from archiver.parsers.markup.blocks import Anchor, Block, Box, Layout
from archiver.parsers.markup.names import bit
from archiver.parsers.phrases import reads_on
from archiver.parsers.related.link_texts import RANK, TIME, pieces
from archiver.parsers.text import clean, word_count

HEADLINE_NAMES = bit("headline")
CAPTION = bit("caption")
# Most teasers have more words than a headline.
TEASER_WORDS = 30
# Characters past which nothing is a teaser; words are not counted there.
LONGEST_TEASER = 400
# Links of fewer words (a section, an author) may stand in another story's card.
CARD_WORDS = 3
# A card holds at most so many blocks: what holds more is the one list of a page with a single link.
CARD_BLOCKS = 12
# The share of a link's label that the headline in it has at least.
MOST_OF_LABEL = 0.5
# What templates write into titles around a headline: its tags, and the words that WordPress puts before it.
MARKUP = re.compile(r"</?[a-z][^<>]*>")
PERMALINK = re.compile(
    r"^(?:perma(?:nent )?link (?:to|for)|permanente?r? link zu|permalink zu|lien permanent vers|permalien vers"
    r"|enlace permanente a|link permanente (?:a|para)|permalink naar):? ?",
    re.IGNORECASE,
)
# Boxes outward that are searched for the headline an empty link lies over.
OVERLAY_REACH = 3


def overlaid(layout: Layout, anchor: Anchor) -> tuple[str, Block | None]:
    """Return the headline that a link without text lies over, or what it says of itself, and the block of either."""
    said = said_of(anchor)
    box = anchor.box
    if said:
        named = [
            block
            for block in layout.blocks[box.first_block : min(box.end_block, box.first_block + CARD_BLOCKS)]
            if len(block.text) >= MOST_OF_LABEL * len(said) and block.text in said
        ]
        if named:  # a label may say what the link does, too: "Read article: Ferry runs again"
            best = max(named, key=lambda block: len(block.text))
            return best.text, best
    heading = heading_beside(layout, anchor)
    if heading is not None:
        return heading.text, heading
    if said:
        told, colon, rest = said.partition(": ")
        return (rest if colon and reads_on(told) else said), None
    blocks = layout.blocks[box.first_block : box.end_block]
    if len(blocks) <= CARD_BLOCKS and not any(block.anchors for block in blocks):
        for block in blocks:  # of a card of its own, whose first words are the headline
            is_short = len(block.text) <= LONGEST_TEASER and word_count(block.text) <= TEASER_WORDS
            if is_short and word_count(block.text) >= CARD_WORDS and not block.box.meanings_around & CAPTION:
                return _without_rank(block), block
    return "", None


def said_of(anchor: Anchor) -> str:
    """Return what a link says of the page behind it where its text does not: its label, or its title."""
    attributes = anchor.element.attrib
    labels = (clean(MARKUP.sub("", unescape(attributes.get(name, "")))) for name in ("aria-label", "title"))
    return PERMALINK.sub("", next((label for label in labels if label and not reads_on(label)), ""))


def _without_rank(block: Block) -> str:
    """A block's text without the rank or time that has an element of its own before it."""
    shown = [text for text, _ in pieces(block.box.element) if not text.isspace()]
    if len(shown) > 1 and (RANK.fullmatch(shown[0]) or TIME.fullmatch(shown[0])):
        return clean(" ".join(shown[1:]))
    return block.text


def heading_beside(layout: Layout, anchor: Anchor) -> Block | None:
    """Return the heading in the card of a link that shows none itself: the only one, linked to nothing else."""
    box = anchor.box
    for _ in range(OVERLAY_REACH):
        blocks = layout.blocks[box.first_block : box.end_block]
        if (
            len(blocks) > CARD_BLOCKS
            or _shows_others(anchor, blocks)
            or _is_among_overlays(layout, anchor, box)
        ):
            break
        headings = [block for block in blocks if block.heading or block.box.meanings & HEADLINE_NAMES]
        if any(
            other.href == anchor.href and anchor not in block.anchors
            for block in headings
            for other in block.anchors
        ):
            break  # the headline is linked, too: what stands beside it is its subheading
        unlinked = [block for block in headings if not block.linked or anchor in block.anchors]
        if len(unlinked) > 1:  # a kicker may be a heading, too
            unlinked = [block for block in unlinked if block.heading and word_count(block.text) >= CARD_WORDS]
        if len(unlinked) == 1:
            return unlinked[0]
        if headings or box.parent is None:
            break
        box = box.parent
    return None


def _is_among_overlays(layout: Layout, anchor: Anchor, box: Box) -> bool:
    """Whether a box holds another empty link beside one, to another address: they lie over other cards."""
    beside = layout.anchors[max(0, anchor.index - 1) : anchor.index + 2]
    empty = (each for each in beside if each.href != anchor.href and not (each.parts or each.has_image))
    return any(any(around is box for around in other.box.lineage()) for other in empty)


def _shows_others(anchor: Anchor, blocks: list[Block]) -> bool:
    """Whether blocks hold the headline of a story that another link leads to."""
    return any(
        any(other.href != anchor.href for other in block.anchors) and word_count(block.text) > CARD_WORDS
        for block in blocks
    )


def is_its_card(layout: Layout, anchor: Anchor, heading: Block) -> bool:
    """Return whether nothing between a heading and a link to read on is linked as another story's headline."""
    first, last = sorted((heading.index, anchor.first_block))
    return not _shows_others(anchor, layout.blocks[first : last + 1])
