"""Which links of a page show another story by its headline, of what kind, under which heading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from archiver.items import LinkKind, RelatedLink
from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.models.features import BlockTable
from archiver.parsers.models.model import trees
from archiver.parsers.models.text_features import Columns
from archiver.parsers.phrases import kind_of_heading
from archiver.parsers.related.excerpts import excerpts
from archiver.parsers.related.front_headlines import heads_a_front_story, is_told_of
from archiver.parsers.related.link_features import (
    KIND_ORDER,
    KINDS_OF_HEADING,
    link_columns,
    numbered,
    unheaded,
)
from archiver.parsers.related.link_headlines import shown_headline
from archiver.parsers.related.link_texts import begins_with_time
from archiver.parsers.related.links import Candidate, anchor_blocks, link_candidates, main_address
from archiver.parsers.related.no_headlines import (
    heads_a_list,
    is_by_a_reader,
    is_no_headline,
    may_be_a_story,
    said_of_many,
    shows_own_story,
)
from archiver.parsers.related.stated_links import (
    PAID_WORDS,
    Above,
    is_a_way_to_a_neighbour,
    is_neighbour,
    is_paid,
    own_label,
    said_above,
)
from archiver.parsers.story.article import Story
from archiver.parsers.story.linked import is_linked_whole
from archiver.parsers.text import word_count

# A link is taken as another story's headline from this probability on.
CHANCE = 0.32
# Beside a story no link is taken unless one is at least so sure: guides without other stories link much like them.
SURE = 0.5
# On a front page nearly every link that looks like a headline is one.
CHANCE_ON_A_FRONT = 0.2
# A block of the story that is linked to this share is a headline that stands between its paragraphs.
MOSTLY_LINKED = 0.6
# A paid link is a headline unless the model is so sure of the contrary: "Check price at the shop".
PAID_CHANCE = 0.02
# How sure a link is another story that stands alone between the paragraphs of a newsroom: right of 5
# out of 5 on the pages of benchmarks/README.md.
ALONE = 0.6
# A link behind a time, as in a ticker, is as sure from this chance on: all 29 of those pages are others' headlines.
TICKED = 0.08
LEADS_IN, LEADS_IN_WORDS = (":", "："), 8
# A list has at least so many links, its box stands so far out; their chances are drawn so far to their mean.
FEWEST_IN_LIST = 3
LIST_DEPTH = 2
DRAWN = 0.5
# How sure a link on a front page is a headline that has the looks of one.
FRONT_HEADLINE = 0.5


class Own(NamedTuple):
    """What tells a page itself from other stories."""

    addresses: frozenset[str]
    headline: str


class Shown(NamedTuple):
    """One of the links that lead to one address."""

    candidate: Candidate
    above: Above | None
    chance: float
    row: Columns

    @property
    def heading(self) -> Block | None:
        """The heading that a reader sees above the link."""
        return self.above.block if self.above else None


@dataclass(frozen=True, slots=True, eq=False)
class Related:
    """The links of a page that show other stories."""

    links: tuple[RelatedLink, ...] = ()
    """In page order, each address once."""
    blocks: frozenset[int] = frozenset()
    """The blocks, by index, that they stand in."""
    considered: Mapping[str, list[Shown]] = field(default_factory=dict)
    """By address, every link that was weighed, also those left out."""
    least: float = CHANCE
    """The chance from which on a link was taken."""


def related_links(
    layout: Layout,
    table: BlockTable,
    story: Story,
    base: str,
    page: Own,
    ruled: frozenset[int] = frozenset(),
) -> Related:
    """Return the links that show another story.

    base is what the page's links are relative to, page what it says of itself, ruled the anchors, by index, that are
    related by a rule of the site.
    """
    own, has_story = page.addresses, bool(story.blocks)
    candidates = link_candidates(layout, base, own, ruled)
    if not candidates:
        return Related()
    columns, headings = link_columns(
        layout, candidates, table, story.trees_say, main_address(own), has_story=has_story
    )
    prose = frozenset(block.index for block in story.blocks)
    in_a_sentence = [_in_a_sentence(candidate, prose) for candidate in candidates]
    chances = _with_their_list(candidates, trees("links").probabilities(columns), in_a_sentence)
    if not has_story:
        chances = np.maximum(chances, [FRONT_HEADLINE * heads_a_front_story(one, own) for one in candidates])
    said: dict[Block | None, Above] = {
        block: said_above(block) for block in set(headings) if block is not None
    }
    alone = _alone_in_text(layout, story)
    found: dict[str, list[Shown]] = {}
    for candidate, heading, chance, row, is_said in zip(
        candidates, headings, chances.tolist(), columns.T, in_a_sentence, strict=True
    ):
        above = said.get(heading)
        if candidate.anchor.index in ruled and may_be_a_story(candidate):
            certain = 1.0
        elif is_said:
            continue
        else:
            certain = _chance(candidate, above, row, chance)
            is_ticked = chance > TICKED and begins_with_time(candidate.anchor)
            if (is_ticked or candidate.anchor.first_block in alone) and is_told_of(candidate, own):
                certain = max(certain, ALONE)
        found.setdefault(candidate.target, []).append(Shown(candidate, above, certain, row))
    return _taken(layout, story, found, page.headline)


def _taken(layout: Layout, story: Story, found: dict[str, list[Shown]], headline: str) -> Related:
    """What of the links that were weighed, by address, shows stories other than the page's own with its headline."""
    has_story = bool(story.blocks)
    least = CHANCE if has_story else CHANCE_ON_A_FRONT
    if has_story and not any(_is_sure(one) for shown in found.values() for one in shown):
        least = SURE
    likely = [shown for shown in found.values() if max(one.chance for one in shown) > least]
    telling = _telling(likely, headline if has_story else "")
    # The place where a reader meets the headline first says what it is to the story.
    first = [next(one for one in shown if one.chance > least) for _, shown in telling]
    links = _links([text for text, _ in telling], first, _kinds(first, has_story))
    return Related(links, _blocks_of(layout, likely, story), found, least)


def _telling(likely: list[list[Shown]], headline: str) -> list[tuple[str, list[Shown]]]:
    """The links that tell of one other story each, with what they say of it.

    They tell not of the page's own, by its headline, nor in words for many.
    """
    others = [shown for shown in likely if not shows_own_story([one.candidate for one in shown], headline)]
    said = [(_headline_of(shown), shown) for shown in others]
    many = said_of_many([(text, shown[0].candidate.target) for text, shown in said])
    return [(text, shown) for text, shown in said if text not in many]


def _headline_of(shown: list[Shown]) -> str:
    """The headline that the links to one address show: of those about as likely as the likeliest, the best."""
    best = max(one.chance for one in shown)
    return shown_headline([one.candidate for one in shown if one.chance > best / 2])


def _links(headlines: list[str], first: list[Shown], kinds: list[LinkKind]) -> tuple[RelatedLink, ...]:
    """The chosen links in the words of their best place, otherwise as their first place shows them."""
    return tuple(
        RelatedLink(
            url=one.candidate.target,
            headline=headline,
            kind=kind,
            block=_heading(one),
            position=position,
        )
        for position, (headline, one, kind) in enumerate(zip(headlines, first, kinds, strict=True))
    )


def _blocks_of(layout: Layout, chosen: list[list[Shown]], story: Story) -> frozenset[int]:
    """The blocks, by index, that show the chosen links, what announces them right above and, of news, excerpts."""
    likeliest = [max(shown, key=lambda one: one.chance) for shown in chosen]
    blocks = {block.index for shown in chosen for one in shown for block in _shown_in(layout, one.candidate)}
    announced = {one.heading.index for one in likeliest if one.heading and kind_of_heading(one.heading.text)}
    every = [one.candidate for shown in chosen for one in shown]
    blocks |= excerpts(layout, story, [one.candidate for one in likeliest], every)
    rest = [block for block in story.blocks if block.index not in blocks]
    announced |= {block.index for block, after in zip_longest(rest, rest[1:]) if _leads_in(block, after)}
    return frozenset(blocks | {number for number in announced if number + 1 in blocks})


def _leads_in(block: Block, after: Block | None) -> bool:
    """Whether a short line announces what comes next, "This may interest you, too:", and no list of the story's own."""
    if not block.text.endswith(LEADS_IN) or word_count(block.text) > LEADS_IN_WORDS:
        return False
    return after is None or not any(box.tag == "li" for box in after.box.lineage())


def _is_sure(shown: Shown) -> bool:
    """Whether a link is surely another story's, as no advertisement is: where one stands there need be no others."""
    return shown.chance > SURE and not is_paid(shown.candidate, shown.above, shown.row)


def _chance(candidate: Candidate, above: Above | None, row: Columns, chance: float) -> float:
    """What the model says, or certainty where the page or the address says so itself."""
    if is_by_a_reader(candidate) or is_a_way_to_a_neighbour(candidate):
        return 0.0
    if chance > CHANCE_ON_A_FRONT and (is_no_headline(candidate.headline) or heads_a_list(candidate)):
        return 0.0
    paid = chance > PAID_CHANCE and is_paid(candidate, above, row)
    reads_also = own_label(candidate) != "" and (candidate.words >= PAID_WORDS or chance > TICKED)
    return 1.0 if paid or reads_also or is_neighbour(candidate) else chance


def _alone_in_text(layout: Layout, story: Story) -> frozenset[int]:
    """The lines each between two of a newsroom's paragraphs that are nothing but a link, by index."""
    if not story.is_news or not story.blocks:
        return frozenset()
    own = {block.index for block in story.blocks}
    around = {block.box.parent for block in story.blocks if block.box.tag == "p"}
    return frozenset(
        block.index
        for block in layout.blocks[story.blocks[0].index : story.blocks[-1].index]
        if block.box.tag == "p"
        and block.box.parent in around
        and {block.index - 1, block.index + 1} <= own
        and len(block.anchors) == 1
        and is_linked_whole(block)
    )


def _with_their_list(candidates: list[Candidate], chances: Columns, in_a_sentence: list[bool]) -> Columns:
    """Chances drawn towards those of the links alike in the same list: its cards are all headlines or none is."""
    members: dict[tuple[tuple[str | int, ...], int], list[int]] = {}
    for index, candidate in enumerate(candidates):
        if in_a_sentence[index]:
            continue
        members.setdefault((candidate.looks, _list_box(candidate).index), []).append(index)
    drawn = chances.copy()
    for indices in members.values():
        if len(indices) >= FEWEST_IN_LIST:
            of_list = chances[indices]
            drawn[indices] = (1 - DRAWN) * of_list + DRAWN * of_list.mean()
    return drawn


def _list_box(candidate: Candidate) -> Box:
    """The box that may hold the list: a card is one or two boxes deep."""
    box = candidate.anchor.box
    for _ in range(LIST_DEPTH):
        box = box.parent or box
    return box


def _kinds(shown: list[Shown], beside_a_story: bool) -> list[LinkKind]:
    """The kind of each link; the links of one list have one kind, unless the page says otherwise."""
    if not shown:
        return []
    chances = trees("kinds").probabilities(np.array([_row(one) for one in shown]).T)
    lists = numbered([_list_key(one) for one in shown])
    total = np.zeros((int(lists.max()) + 1, len(KIND_ORDER)))
    np.add.at(total, lists, chances)
    guesses = total.argmax(axis=1)[lists]
    return [_kind(one, KIND_ORDER[guess], beside_a_story) for one, guess in zip(shown, guesses, strict=True)]


def _row(shown: Shown) -> Columns:
    """The features of a link, without what another heading than that above it says of its kind."""
    above = shown.above
    if above is not None and above.kind is not None:
        return shown.row
    is_misled = (above is not None and above.block is None) or shown.row[KINDS_OF_HEADING].any()
    return unheaded(shown.row) if is_misled else shown.row


def _list_key(shown: Shown) -> tuple[int, int]:
    """What the links of one list have in common: the heading above, else the box around their cards."""
    if shown.heading is not None:
        return shown.heading.index, -1
    card = shown.candidate.card or shown.candidate.anchor.box
    return -1, (card.parent or card).index


def _shown_in(layout: Layout, candidate: Candidate) -> list[Block]:
    """The blocks that show a headline and little else: those mostly linked, or what the link lies over."""
    if (over := _lies_over(candidate)) is not None:
        return [over]
    return [
        block
        for block in anchor_blocks(layout, candidate.anchor)
        if block.link_share >= MOSTLY_LINKED or own_label(candidate) != ""
    ]


def _lies_over(candidate: Candidate) -> Block | None:
    """The block of a headline that is not in its link: the link lies over it."""
    block = candidate.block
    return None if block is None or candidate.anchor in block.anchors else block


def _in_a_sentence(candidate: Candidate, prose: frozenset[int]) -> bool:
    """A link on some words of a paragraph of the story belongs to the paragraph."""
    block = candidate.block
    return (
        block is not None
        and block.index in prose
        and block.link_share < MOSTLY_LINKED
        and _lies_over(candidate) is None
        and own_label(candidate) == ""
    )


def _heading(shown: Shown) -> str:
    """What the reader sees above the list, or before the headline in its own line."""
    return own_label(shown.candidate) or (shown.above.text if shown.above else "")


def _kind(shown: Shown, guessed: LinkKind, beside_a_story: bool) -> LinkKind:
    """What the page says, where it says it in so many words; else what the model makes of the whole."""
    if is_paid(shown.candidate, shown.above, shown.row):
        return LinkKind.SPONSORED
    if label := own_label(shown.candidate):
        kind = kind_of_heading(label) or guessed
    elif is_neighbour(shown.candidate):
        kind = LinkKind.RELATED
    else:
        said = shown.above.kind if shown.above else None
        kind = guessed if said is None or said is LinkKind.SPONSORED else said
    # On a front page there is no story to be related to.
    return kind if beside_a_story or kind is not LinkKind.RELATED else LinkKind.SECTION
