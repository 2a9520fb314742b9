"""The links of a page as candidates for another story's headline: target, headline, the heading above."""

from bisect import bisect_left
from collections.abc import Set
from dataclasses import dataclass

from archiver.items import LinkKind
from archiver.parsers.blocks import Anchor, Block, Layout
from archiver.parsers.names import bit, name_bits
from archiver.parsers.phrases import kind_of_heading, phrase_bits
from archiver.parsers.text import clean, word_count
from archiver.parsers.urls import readable_url, same_site

# What stands in a card beside its headline: kicker, time, counts, author.
BESIDE_A_HEADLINE = bit("date") | bit("tag") | bit("author") | bit("comment") | bit("hidden") | bit("share")
HEADLINE_NAMES = bit("headline")
KICKER_NAMES = bit("tag")
EMPHASIS = frozenset({"b", "i", "em", "strong", "q", "cite", "mark", "u"})
# A piece of a link's text, in an element of its own, that has more words than this belongs to the headline.
BESIDE_WORDS = 3
# A headline has at least this many words.
FEWEST_WORDS = 2
HEADING_WORDS = 10
# The longest heading that is a link itself, that only its class makes one, and that goes on after its phrase.
LINKED_WORDS = 3
NAMED_WORDS = 6
LEAD_IN_WORDS = 5
# Boxes outward that are searched for the headline an empty link lies over.
OVERLAY_REACH = 3
LINKED = 0.9


@dataclass(slots=True, eq=False)
class Candidate:
    """A link that may show another story by its headline."""

    target: str
    anchor: Anchor
    headline: str
    block: Block | None
    """The block that the headline stands in."""
    links: int = 1
    """How many links of the page lead to the same address."""


def link_candidates(layout: Layout, base: str, own: frozenset[str]) -> list[Candidate]:
    """Return the links with enough words to show a headline, in page order; those to own addresses are left out."""
    found: list[Candidate] = []
    count: dict[str, int] = {}
    for anchor in layout.anchors:
        target = readable_url(anchor.href, base)
        if target is None or target in own:
            continue
        count[target] = count.get(target, 0) + 1
        headline, block = _headline(layout, anchor)
        if word_count(headline) >= FEWEST_WORDS:
            found.append(Candidate(target, anchor, headline, block))
    for candidate in found:
        candidate.links = count[candidate.target]
    return found


def main_address(own: frozenset[str]) -> str:
    """Return the one of a page's own addresses that others are compared with: the shortest."""
    return min(own, key=lambda address: (len(address), address))


def worth(candidate: Candidate) -> tuple[bool, bool, int]:
    """Return how well a link shows its target's headline: in a heading best, else the longest that is no teaser."""
    words = word_count(candidate.headline)
    return candidate.block is not None and candidate.block.heading > 0 and words > 2, words <= 30, words


def anchor_blocks(layout: Layout, anchor: Anchor) -> list[Block]:
    """Return the blocks that hold text of a link."""
    return [
        block for block in layout.blocks[anchor.first_block : anchor.end_block] if anchor in block.anchors
    ]


def _headline(layout: Layout, anchor: Anchor) -> tuple[str, Block | None]:
    """The headline that a link shows: a heading inside it, its text without kicker and time, or what it lies over."""
    inside = anchor_blocks(layout, anchor)
    if len(inside) > 1:
        best = max(inside, key=_headline_like)
        return best.text, best
    text = clean("".join(_headline_parts(anchor)))
    text = text or clean("".join(text for text, _ in anchor.parts))
    if text:
        return text, inside[0] if inside else None
    return _overlaid(layout, anchor)


def _headline_parts(anchor: Anchor) -> list[str]:
    """The pieces of a link's text without kicker, time and counts: short pieces in elements of their own."""
    sizes: dict[str, int] = {}
    for text, names in anchor.parts:
        sizes[names] = sizes.get(names, 0) + len(text.strip())
    main = max(sizes, key=lambda names: sizes[names], default="")
    return [
        text
        for text, names in anchor.parts
        if names == main
        or (
            not _is_beside(names) and (names.split(" ", 1)[0] in EMPHASIS or len(text.split()) > BESIDE_WORDS)
        )
    ]


def _is_beside(names: str) -> bool:
    return bool(name_bits(names) & BESIDE_A_HEADLINE) and not name_bits(names) & HEADLINE_NAMES


def _headline_like(block: Block) -> tuple[bool, bool, bool, int]:
    """Of the blocks in one card, the heading is the headline, else what is called so, else the longest short one."""
    named = name_bits(block.box.names)
    words = word_count(block.text)
    return (
        block.heading > 0,
        bool(named & HEADLINE_NAMES),
        not named & BESIDE_A_HEADLINE and 3 <= words <= 30,
        -block.index,
    )


def _overlaid(layout: Layout, anchor: Anchor) -> tuple[str, Block | None]:
    """The heading that a link without text lies over: the only one in its card."""
    box = anchor.box
    for _ in range(OVERLAY_REACH):
        blocks = layout.blocks[box.first_block : box.end_block]
        headings = [block for block in blocks if block.heading or name_bits(block.box.names) & HEADLINE_NAMES]
        unlinked = [block for block in headings if not block.linked or anchor in block.anchors]
        if len(unlinked) == 1:
            return unlinked[0].text, unlinked[0]
        if headings or box.parent is None:
            break
        box = box.parent
    return clean(anchor.element.get("aria-label") or anchor.element.get("title") or ""), None


def headings_above(layout: Layout, candidates: list[Candidate], own: str) -> list[Block | None]:
    """Return for each link the heading that the reader sees above the list it stands in, or None.

    own is the page's address: "Advertisement" above a list of the site's own stories labels a slot, not the list.
    """
    headings = [block for block in layout.blocks if is_list_heading(block)]
    at = [block.index for block in headings]
    slots = {block.index for block in headings if _labels_a_slot(block)}
    found = []
    for candidate in candidates:
        passed = slots if slots and same_site(candidate.target, own) else frozenset[int]()
        found.append(_nearest(candidate.anchor, headings, at, passed))
    return found


def _nearest(anchor: Anchor, headings: list[Block], at: list[int], passed: Set[int]) -> Block | None:
    """The last heading before the link in the smallest box that has one; at holds the headings' places."""
    start = anchor.first_block
    for box in anchor.box.lineage():
        if box.tag in ("body", "html", "main"):
            return None
        for position in range(bisect_left(at, start) - 1, bisect_left(at, box.first_block) - 1, -1):
            if at[position] not in passed:
                return headings[position]
        start = box.first_block
    return None


def _labels_a_slot(block: Block) -> bool:
    return not block.heading and kind_of_heading(block.text) is LinkKind.SPONSORED


def is_list_heading(block: Block) -> bool:
    """Whether a block heads a list: a short heading that is no story's headline, or words that say so."""
    words = word_count(block.text)
    if not 0 < words <= HEADING_WORDS or (block.linked and words > LINKED_WORDS and not _announces(block)):
        return False
    if block.heading or _announces(block):
        return True
    names = name_bits(block.box.names) | (name_bits(block.box.parent.names) if block.box.parent else 0)
    return (
        not block.linked
        and words <= NAMED_WORDS
        and bool(names & HEADLINE_NAMES)
        and not names & KICKER_NAMES
    )


def _announces(block: Block) -> bool:
    """Whether a block's words announce a list; the name of a section above one card is its kicker."""
    exact, begins, _ = phrase_bits(block.text)
    kind = (
        kind_of_heading(block.text) if exact or (begins and word_count(block.text) <= LEAD_IN_WORDS) else None
    )
    if kind is None or (block.linked and block.link_share < LINKED):
        return False
    return kind is not LinkKind.SECTION or (
        block.heading > 0 or not name_bits(block.box.names) & KICKER_NAMES
    )
