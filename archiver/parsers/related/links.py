"""The links of a page as candidates for another story's headline: target, headline, the card they stand in."""

import re
from collections.abc import Sequence

from archiver.parsers.dates.written_dates import moment
from archiver.parsers.markup.blocks import Anchor, Block, Box, Layout
from archiver.parsers.markup.names import bit, name_bits
from archiver.parsers.phrases import is_phrase, is_phrase_of, reads_on
from archiver.parsers.related.link_addresses import is_no_story, is_offer, named_page
from archiver.parsers.related.link_parts import (
    BESIDE_A_HEADLINE,
    LABEL_WORDS,
    LABELS,
    LEADS_IN,
    SEPARATORS,
    headline_parts,
    is_beside,
    parts_in,
    trimmed,
    trimmed_heading,
    without_rank_and_time,
)
from archiver.parsers.related.link_texts import joined, set_apart_in
from archiver.parsers.related.overlays import (
    CARD_BLOCKS,
    CARD_WORDS,
    HEADLINE_NAMES,
    TEASER_WORDS,
    heading_beside,
    is_its_card,
    overlaid,
    said_of,
)
from archiver.parsers.story.furniture import is_furniture
from archiver.parsers.text import clean, word_count
from archiver.parsers.urls import readable_url

# No page shows so many headlines; the links behind them are not weighed, so that no page takes more than its share.
MOST_CANDIDATES = 3_000
# A headline has at least this many words.
FEWEST_WORDS = 2
# Shorter headings may be the kicker of another in the same card.
HEADLINE_WORDS = 5
# A job is offered to all genders: "(m/w/d)", "(f/m/x)", "(H/F)".
OFFERED = re.compile(r"\([a-z](?:\s?[/|*-]\s?[a-z]){1,3}\)", re.IGNORECASE)
# A link of at most so many words in a menu or footer leads to a section or page of the site; in a box that is only
# called like one, of one word less. Eight of 2,066 labelled headlines are so short and stand there.
MENU_WORDS = 3
MENU_NAMES = bit("nav") | bit("foot")
NEIGHBOURS = frozenset({"prev", "next"})
# Characters of a date in a card, and of how long ago something was.
LONGEST_DATE = 30
LONGEST_AGE = 25


class Candidate:
    """A link that may show another story by its headline."""

    __slots__ = ("anchor", "block", "card", "headline", "links", "looks", "rel", "target", "words")

    def __init__(self, target: str, anchor: Anchor, headline: str, words: int, block: Block | None) -> None:
        self.target = target
        self.anchor = anchor
        self.headline = headline
        self.words = words
        """Of the headline."""
        self.block = block
        """The block that the headline stands in."""
        self.links = 1
        """How many links of the page lead to the same address."""
        self.card: Box | None = None
        """The largest box around the link whose headlines all lead to its target."""
        self.rel = ""
        """What the link says of its target's relation to the page, in lower case."""
        self.looks: tuple[str | int, ...] = ()
        """Its class and the sorts of the boxes around it: cards of one list are alike in them."""

    @property
    def level(self) -> int:
        """Level of the heading that the headline stands in, from 1 to 6, or 0."""
        return self.block.heading if self.block is not None else 0


def link_candidates(
    layout: Layout, base: str, own: frozenset[str], ruled: frozenset[int] = frozenset()
) -> list[Candidate]:
    """Return the links with enough words to show a headline, in page order.

    Those to own addresses are left out, and so are those of menus, unless they are among the ruled, by index.
    """
    found: list[Candidate] = []
    count: dict[str, int] = {}
    targets: dict[str, str | None] = {}
    shop = is_offer(main_address(own))
    named = frozenset(url for url in map(named_page, own) if url)
    for anchor in layout.anchors:
        if _is_of_a_menu(layout, anchor) and anchor.index not in ruled:
            continue
        href = anchor.href
        if href.startswith("#"):  # a place on this page
            continue
        if href in targets:
            target = targets[href]
        else:
            target = readable_url(href, base)
            if target is not None and (
                target in own
                or target.partition("?")[0] in named
                or is_no_story(target, href)
                or (not shop and is_offer(target))
            ):
                target = None
            targets[href] = target
        if target is None:
            continue
        count[target] = count.get(target, 0) + 1
        headline, block = _headline(layout, anchor)
        words = word_count(headline)
        if words >= FEWEST_WORDS and not ("(" in headline and OFFERED.search(headline)):
            found.append(Candidate(target, anchor, headline, words, block))
        if len(found) == MOST_CANDIDATES:
            break
    for candidate in found:
        candidate.links = count[candidate.target]
        candidate.looks = _looks(candidate.anchor)
        candidate.rel = (candidate.anchor.element.get("rel") or "").lower()
    _find_cards(found)
    return found


def _is_of_a_menu(layout: Layout, anchor: Anchor) -> bool:
    """Whether a link stands in a menu or footer and has too few words for a headline there."""
    box = anchor.box
    if box.in_menu:
        most = MENU_WORDS
    elif box.meanings_around & MENU_NAMES:
        most = MENU_WORDS - 1
    else:
        return False
    parts = anchor.parts
    if not parts or is_of_neighbour(anchor.element.get("rel") or ""):  # it may show a headline all the same
        return False
    text = parts[0][0] if len(parts) == 1 else "".join([text for text, _ in parts])
    if word_count(text) > most:
        return False
    # What is but called a menu may be a card: "View" beside a headline.
    return box.in_menu or not (reads_on(clean(text)) and heading_beside(layout, anchor))


def is_of_neighbour(rel: str) -> bool:
    """Return whether a link says that its target is the story before or after."""
    return rel != "" and not NEIGHBOURS.isdisjoint(rel.lower().split())


def _looks(anchor: Anchor) -> tuple[str | int, ...]:
    box = anchor.box
    outer = box.parent or box
    outmost = outer.parent or outer
    return anchor.element.get("class") or "", box.sort, outer.sort, outmost.sort


def main_address(own: frozenset[str]) -> str:
    """Return the one of a page's own addresses that others are compared with: the shortest."""
    return min(own, key=lambda address: (len(address), address))


def worth(candidate: Candidate) -> tuple[bool, bool, bool, int]:
    """Return how well a link shows its target's headline: in a heading best, else the longest that is no teaser.

    A link that is called a title comes before others. Headings of some words are worth the same: in a card with two,
    the second is the short form or a subheading.
    """
    words, in_heading = candidate.words, candidate.level > 0 and candidate.words > 2
    is_teaser = words > TEASER_WORDS or (not in_heading and candidate.headline.endswith((".", "…")))
    element = candidate.anchor.element
    names = f"{element.get('class') or ''} {element.get('data-testid') or ''}".lower()
    is_title = words > 2 and bool(name_bits(names) & HEADLINE_NAMES)
    shows = not is_teaser and not reads_on(candidate.headline)
    return in_heading, shows and is_title, shows, min(words, HEADLINE_WORDS) if in_heading else words


def is_a_date(text: str) -> bool:
    """Return whether a line of a card is but a date."""
    if len(text) > LONGEST_DATE or not any(map(str.isdigit, text)) or (found := moment(text)) is None:
        return False
    return not any(map(str.isalnum, text[: found.start] + text[found.end :]))


def anchor_blocks(layout: Layout, anchor: Anchor) -> list[Block]:
    """Return the blocks that hold text of a link."""
    if anchor.end_block == anchor.first_block + 1:
        block = layout.blocks[anchor.first_block] if anchor.first_block < len(layout.blocks) else None
        return [block] if block is not None and anchor in block.anchors else []
    return [
        block for block in layout.blocks[anchor.first_block : anchor.end_block] if anchor in block.anchors
    ]


def card_targets(candidates: Sequence[Candidate]) -> dict[int, str | None]:
    """Return for each box, by index, the one address that all headlines in it lead to; None if there are several."""
    seen: dict[int, str | None] = {}
    for candidate in candidates:
        if candidate.words < CARD_WORDS:
            continue
        box: Box | None = candidate.anchor.box
        while box is not None:
            known = seen.get(box.index, "")
            if known is None or known == candidate.target:
                break  # the boxes around it know as well
            seen[box.index] = None if known else candidate.target
            box = box.parent
    return seen


def _find_cards(candidates: Sequence[Candidate]) -> None:
    targets = card_targets(candidates)
    for candidate in candidates:
        box, card = candidate.anchor.box, None
        while box.parent is not None and box.end_block - box.first_block <= CARD_BLOCKS:
            if targets.get(box.index, candidate.target) != candidate.target:
                break
            card, box = box, box.parent
        candidate.card = card


def _headline(layout: Layout, anchor: Anchor) -> tuple[str, Block | None]:
    """The headline that a link shows, without how long ago it was, and the block it stands in."""
    text, block = _words_of(layout, anchor)
    return (_without_age(anchor, text) if len(anchor.parts) > 1 else text), block


def _words_of(layout: Layout, anchor: Anchor) -> tuple[str, Block | None]:
    """The headline that a link shows: a heading inside it, its text without kicker and time, or what it lies over."""
    inside = anchor_blocks(layout, anchor)
    if len(inside) > 1:
        return _in_blocks(anchor, inside)
    block = inside[0] if inside else None
    if block is not None and block.heading and block is layout.blocks[anchor.first_block]:
        pieces = [text for text, _ in anchor.parts if not text.isspace()]
        if len(pieces) == 1:
            return clean(pieces[0]), block
        return trimmed_heading(anchor.parts) or joined(anchor.element), block
    if len(anchor.parts) == 1:
        text = clean(anchor.parts[0][0])
    else:
        text = clean("".join(headline_parts(anchor))).lstrip(SEPARATORS)
        text = text or clean("".join(text for text, _ in anchor.parts))
    if not text:
        return overlaid(layout, anchor)
    if reads_on(text):
        beside = heading_beside(layout, anchor)
        if beside is not None and is_its_card(layout, anchor, beside):
            return beside.text, beside
    # What says "Next post" may have the headline in its label.
    return (said_of(anchor) or text if is_phrase("related", text) else text), block


def _in_blocks(anchor: Anchor, inside: list[Block]) -> tuple[str, Block | None]:
    """The headline among the blocks of a link."""
    best = max(inside, key=_headline_like)
    if len(best.anchors) > 1 and not best.heading:  # it goes on with the words of the next link
        said = clean("".join(headline_parts(anchor)))
        if word_count(said) >= CARD_WORDS:
            return said.lstrip(SEPARATORS), best
    text = set_apart_in(best) if best.heading else best.text
    if len(best.anchors) == 1:
        own = parts_in(anchor.parts, best.text)
        text = (without_rank_and_time if best.heading else trimmed)(own) or text
    if text.endswith(LEADS_IN):
        text += "".join(f" {block.text}" for block in inside if block.index == best.index + 1)
    return text.lstrip(SEPARATORS), best


def _without_age(anchor: Anchor, text: str) -> str:
    """A headline without how long ago it was, in an element of its own before it: "6m ago"."""
    for part, _ in anchor.parts:
        age = clean(part)
        if 0 < len(age) <= LONGEST_AGE and text.startswith(f"{age} ") and any(map(str.isdigit, age)):
            return text[len(age) :].lstrip(SEPARATORS) if is_furniture(age) else text
    return text


def _headline_like(block: Block) -> tuple[bool, bool, bool, bool, int]:
    """Of the blocks in one card, the heading is the headline, else what is called so, else the longest short one."""
    named = block.box.meanings
    words = word_count(block.text)
    is_label = words <= LABEL_WORDS and (is_beside(named) or is_phrase_of(LABELS, block.text))
    is_apart = named & BESIDE_A_HEADLINE or block.text.startswith("©")
    return (
        words >= FEWEST_WORDS or not block.heading,
        block.heading > 0 and not is_label,
        bool(named & HEADLINE_NAMES) and not is_label,
        not (is_apart or is_label) and CARD_WORDS <= words <= TEASER_WORDS and not is_a_date(block.text),
        -block.index,
    )
