"""The heading that a reader sees above a list of links."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial

import numpy as np

from archiver.items import LinkKind
from archiver.parsers.markup.blocks import Block, Box, Layout, signature
from archiver.parsers.markup.names import bit
from archiver.parsers.models.features import BlockTable
from archiver.parsers.models.text_features import HEADING, LINK_SHARE, Columns
from archiver.parsers.phrases import PUNCTUATION, kind_of_heading, marks_advertisement, phrase_bits, reads_on
from archiver.parsers.related.heading_reach import headlines, last_before, last_reaching, leads_away
from archiver.parsers.related.heading_texts import heads_stories
from archiver.parsers.related.link_addresses import NAMING_WORDS, address, names_a_story
from archiver.parsers.related.links import Candidate, card_targets
from archiver.parsers.related.overlays import CARD_WORDS
from archiver.parsers.related.unlike_headings import merged, unlike_headings
from archiver.parsers.text import UNSPACED, fold, word_count
from archiver.parsers.urls import host, readable_url, site
from archiver.word_lists import word_table

HEADLINE_NAMES = bit("headline")
KICKER_NAMES = bit("tag")
HEADING_WORDS = 10
# The longest text, in characters, that is looked at: ten words of any language are shorter.
LONGEST_HEADING = 120
# The longest heading that is a link itself, that only its class makes one, and that goes on after its phrase.
LINKED_WORDS = 3
NAMED_WORDS = 6
LEAD_IN_WORDS = 5
LINKED = 0.9
# A block of the story, no heading, with more characters than this is a paragraph.
PARAGRAPH = 60
# What stands in a short headline that begins as the heading of a list does: "Live: the final", "Opinion: who pays?"
SAYS_MORE = re.compile(r"[:?!：？！]")
HALF = 0.5
# Boxes that hold all of a page, and how many blocks of a list, linked or as short as this, stand below a heading there.
PAGE = frozenset({"body", "html", "main"})
MOST_BETWEEN = 40
SHORT = 40
# One such paragraph may be the text of a teaser, so many cannot.
PARTED = 2
# A heading that is more likely than this to be the story's own heads no list.
STORY_CHANCE = 0.5


def headings_above(
    layout: Layout,
    candidates: list[Candidate],
    table: BlockTable,
    chances: Columns,
    own: str,
    *,
    has_story: bool,
) -> tuple[list[Block | None], list[Block | None]]:
    """Return for each link the last heading above it, which the models know, and the one that a reader sees, or None.

    A reader sees that a heading ends with its box; the models weigh what stands above, however far.
    chances holds each block's probability of being the story's text; where the page has_story, its paragraphs part a
    heading from the links behind them, which teasers do not. own is the page's address: "Advertisement" above a list
    of the site's own stories labels a slot, not the list.
    """
    cards = card_targets(candidates)
    told = _told(table, chances) if has_story else []
    headings = [
        block
        for block, words, chance in _short_blocks(layout, table, chances)
        if not (told and block.heading == 1) and is_list_heading(block, words, chance, cards)
    ]
    headings = _without_headlines(_without_kickers(headings, cards), candidates, own)
    labels = _labels_within(headings, candidates)
    within = {label.index for label in labels.values()}
    headings = [block for block in headings if block.index not in within]
    rows = _tab_rows(headings)
    in_tabs = {block.index for row in rows for block in row}
    headings = [block for block in headings if block.index not in in_tabs or kind_of_heading(block.text)]
    shown = headlines(candidates)
    telling = merged(_of_stories(headings, candidates), unlike_headings(layout, table, chances, shown, own))
    places = [one.anchor.first_block for one in candidates]
    ours = _own_links(headings, candidates, own)
    last = _nearest(headings, places, ours, last_before)
    near = _nearest(telling, places, ours, partial(last_reaching, shown=shown))
    announced = partial(_announced, layout, told)
    found = list(map(announced, candidates, last))
    seen = [
        before if heading is further else announced(one, heading)
        for one, heading, further, before in zip(candidates, near, last, found, strict=True)
    ]
    for row in rows:
        _share_out(row, candidates, found, seen)
    for number, label in labels.items():
        if kind_of_heading(label.text) not in (None, LinkKind.SECTION):  # which would be its kicker
            found[number] = seen[number] = label
    return found, seen


def _own_links(headings: list[Block], candidates: list[Candidate], own: str) -> list[bool]:
    """Which links lead to the page's own site; none where no heading is the label of a slot."""
    if not any(map(_labels_a_slot, headings)):
        return [False] * len(candidates)
    home = site(host(own))
    return [site(address(one.target).host) == home for one in candidates]


def _nearest(
    headings: list[Block],
    places: list[int],
    ours: list[bool],
    search: Callable[[list[Block], list[int]], dict[int, Block | None]],
) -> list[Block | None]:
    """The headings that a search finds above the places of links, for the site's own none that labels a slot."""
    in_order = sorted(set(places))
    found = of_ours = search(headings, in_order)
    if any(ours):
        of_ours = search([block for block in headings if not _labels_a_slot(block)], in_order)
    return [(of_ours if is_ours else found)[place] for place, is_ours in zip(places, ours, strict=True)]


def _announced(layout: Layout, told: list[int], candidate: Candidate, heading: Block | None) -> Block | None:
    """The heading above a link if it announces the link, with no paragraphs of the story, told, between."""
    place = candidate.anchor.first_block
    if heading is None or _parted(heading.index, place, told):
        return None
    return heading if _announces_at(layout, heading, candidate.anchor.box, place) else None


def _told(table: BlockTable, chances: Columns) -> list[int]:
    """The paragraphs of the story, by index."""
    paragraph = (table.size > PARAGRAPH) & (table.columns[HEADING] == 0) & (table.columns[LINK_SHARE] < HALF)
    found: list[int] = np.flatnonzero(paragraph & (chances > STORY_CHANCE)).tolist()
    return found


def _short_blocks(layout: Layout, table: BlockTable, chances: Columns) -> Iterator[tuple[Block, int, float]]:
    """Yield the blocks that may head a list, each with its words and its chance to be the story's.

    They are short, and begin with a phrase, are headings or are called so.
    """
    exact, begins, _ = table.uses
    names = table.boxes.bits[table.box] | table.boxes.bits[table.boxes.parent[table.box]]
    may_head = (exact | begins | (table.columns[HEADING] > 0) | (names & HEADLINE_NAMES)) != 0
    short = np.flatnonzero(
        may_head & (table.size <= LONGEST_HEADING) & (table.words > 0) & (table.words <= HEADING_WORDS)
    )
    words = table.words[short].astype(int).tolist()
    for index, count, chance in zip(short.tolist(), words, chances[short].tolist(), strict=True):
        yield layout.blocks[index], count, chance


def _parted(heading: int, link: int, told: list[int]) -> bool:
    """Whether paragraphs of the story stand between a heading and a link, by their places."""
    return bisect_left(told, link) - bisect_left(told, heading) >= PARTED


def _tab_rows(headings: list[Block]) -> list[list[Block]]:
    """Headings that follow each other with nothing between: the labels of tabs."""
    rows: list[list[Block]] = []
    for block in headings:
        last = rows[-1][-1] if rows else None
        alike = last is not None and (last.box.tag, last.box.depth, last.heading) == (
            block.box.tag,
            block.box.depth,
            block.heading,
        )
        if last is not None and alike and last.index == block.index - 1:
            rows[-1].append(block)
        else:
            rows.append([block])
    return [row for row in rows if len(row) > 1]


def _share_out(
    tabs: list[Block],
    candidates: list[Candidate],
    found: list[Block | None],
    seen: list[Block | None],
) -> None:
    """Give the links below a row of tabs to them in turn, where as many boxes hold those links as there are tabs.

    Otherwise what is seen below them is what the first of them announces.
    """
    indices = {tab.index for tab in tabs}
    which = [number for number, heading in enumerate(found) if heading and heading.index in indices]
    panels = _panels(tabs, [candidates[number] for number in which])
    for number, panel in zip(which, panels, strict=False):
        found[number] = seen[number] = tabs[panel]
    if not panels and tabs[0].box.parent is tabs[-1].box.parent and not leads_away(tabs[0]):
        for number, heading in enumerate(seen):
            if heading and heading.index in indices:
                seen[number] = tabs[0]


def _panels(tabs: list[Block], candidates: list[Candidate]) -> list[int]:
    """Which of the tabs each of the links below them belongs to, if as many boxes hold the links as there are tabs."""
    paths = [list(candidate.anchor.box.lineage())[::-1] for candidate in candidates]
    if not paths or any(kind_of_heading(tab.text) is None for tab in tabs):
        return []
    for level in range(min(map(len, paths))):
        panels = list(dict.fromkeys(path[level].index for path in paths))
        if len(panels) > 1:
            return [panels.index(path[level].index) for path in paths] if len(panels) == len(tabs) else []
    return []


@lru_cache(maxsize=4096)
def heads_offers(text: str) -> bool:
    """Whether a heading's words speak of jobs, events, goods or comments, in any language."""
    words, unspaced = _offers()
    folded = fold(text)
    return any(word.strip(PUNCTUATION) in words for word in folded.split()) or any(
        word in folded for word in unspaced
    )


@cache
def _offers() -> tuple[frozenset[str], tuple[str, ...]]:
    """The words for offers, and those in scripts without spaces."""
    texts = word_table("parsers", "offers.toml").values()
    every = [fold(word) for text in texts for word in text.split()]
    return frozenset(every), tuple(word for word in every if UNSPACED.match(word))


def _announces_at(layout: Layout, heading: Block, inner: Box, place: int) -> bool:
    """Whether a heading before a place heads what stands there: something smaller than the page holds both.

    One that stands as loosely on the page as the list does must announce it, and nothing else come between.
    """
    for box in inner.lineage():
        if box.tag in PAGE:
            is_near = heading.box.parent is box and place - heading.index <= MOST_BETWEEN
            announces = is_near and kind_of_heading(heading.text) is not None
            return announces and all(map(_is_of_a_list, layout.blocks[heading.index + 1 : place]))
        if box.first_block <= heading.index:
            return True
    return False


def _is_of_a_list(block: Block) -> bool:
    return block.link_share > HALF or len(block.text) <= SHORT


def _labels_a_slot(block: Block) -> bool:
    is_paid = kind_of_heading(block.text) is LinkKind.SPONSORED
    return is_paid and (not block.heading or marks_advertisement(block.text))


def is_list_heading(block: Block, words: int, chance: float, cards: dict[int, str | None]) -> bool:
    """Whether a block of so many words heads a list: it says so, or is a heading of neither the story nor a card."""
    if not _announces(block, words, cards):
        if chance > STORY_CHANCE or (block.linked and words > LINKED_WORDS):
            return False
        if not (block.heading or _is_called_heading(block, words)) or not any(map(str.isalpha, block.text)):
            return False
    return not block.linked or block.heading > 0 or not reads_on(block.text)  # which ends the card before


def _without_kickers(headings: list[Block], cards: dict[int, str | None]) -> list[Block]:
    """Leave out what stands in several cards alike, and announces nothing: kickers of their headlines."""
    own = {block.index: signature(block.box) for block in headings if _in_a_card(block, cards)}
    repeated = {one for one, count in Counter(own.values()).items() if count > 1}
    return [
        block
        for block in headings
        if own.get(block.index) not in repeated or _announces(block, word_count(block.text), cards)
    ]


def _without_headlines(headings: list[Block], candidates: list[Candidate], own: str) -> list[Block]:
    """Leave out short headlines: headings that link a story, of the same form as the longer ones of other cards."""
    known = {block.index for block in headings}
    shown = [one.block for one in candidates if one.block is not None and one.block.index not in known]
    forms = {(signature(block.box), block.heading) for block in shown if block.heading}
    return [
        block
        for block in headings
        if block.link_share < LINKED
        or (signature(block.box), block.heading) not in forms
        or (kind_of_heading(block.text) is not None and not SAYS_MORE.search(block.text))
        or not names_a_story(address(readable_url(block.anchors[0].href, own) or ""))
    ]


def _of_stories(headings: list[Block], candidates: list[Candidate]) -> list[Block]:
    """Leave out what heads no stories, and headlines that a link beside them lies over, or that link a story."""
    known = {block.index for block in headings}
    shown = {
        one.block.index
        for one in candidates
        if one.block is not None and one.block.index in known and _shows_a_story(one, one.block)
    }
    return [
        block
        for block in headings
        if (
            block.index not in shown
            or (kind_of_heading(block.text) is not None and not SAYS_MORE.search(block.text))
        )
        and heads_stories(block)
    ]


def _shows_a_story(candidate: Candidate, block: Block) -> bool:
    if candidate.anchor not in block.anchors:
        return candidate.words >= CARD_WORDS
    return candidate.words > CARD_WORDS and address(candidate.target).slug_words >= NAMING_WORDS


def _labels_within(headings: list[Block], candidates: list[Candidate]) -> dict[int, Block]:
    """What a link holds above the headline it shows, by the number of its candidate: that heads no other link."""
    may_head = {block.index: block for block in headings if not block.heading}
    return {
        number: may_head[index]
        for number, one in enumerate(candidates)
        if one.block is not None and one.anchor.first_block < one.block.index < one.anchor.end_block
        for index in range(one.anchor.first_block, one.block.index)
        if index in may_head
    }


def _in_a_card(block: Block, cards: dict[int, str | None]) -> bool:
    """Whether a block stands in a box with one headline: it is that headline's own kicker or subheading."""
    return cards.get(block.box.index) is not None or (
        block.box.parent is not None and cards.get(block.box.parent.index) is not None
    )


def _is_called_heading(block: Block, words: int) -> bool:
    around: Box | None = block.box.parent
    names = block.box.meanings | (around.meanings if around else 0)
    is_named = bool(names & HEADLINE_NAMES) and not names & KICKER_NAMES
    return is_named and not block.linked and words <= NAMED_WORDS


def _announces(block: Block, words: int, cards: dict[int, str | None]) -> bool:
    """Whether a block's words announce a list; the name of a section above one card is its kicker."""
    exact, begins, _ = phrase_bits(block.text)
    if not (exact or (begins and words <= LEAD_IN_WORDS)):
        return False
    kind = kind_of_heading(block.text)
    if (
        kind is None
        or (block.linked and block.link_share < LINKED)
        or (not exact and _in_a_card(block, cards))
    ):
        return False
    if kind is not LinkKind.SECTION:
        return True
    return not _in_a_card(block, cards) and (block.heading > 0 or not block.box.meanings & KICKER_NAMES)
