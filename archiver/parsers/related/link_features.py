"""What the models see of a link: a column of numbers for each candidate."""

import re
from collections.abc import Hashable, Iterable
from math import log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archiver.items import LinkKind
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.markup.names import MEANINGS, name_bits
from archiver.parsers.models.arrays import matrix, vector
from archiver.parsers.models.boxes import AROUND
from archiver.parsers.models.features import MEANING_BITS, MOST_LINKED, PROSE_WORDS, TAG_BITS, BlockTable
from archiver.parsers.models.text_features import ANCHORS, LINK_SHARE, Columns, bits
from archiver.parsers.phrases import USES, phrase_bits
from archiver.parsers.related.link_addresses import (
    ADDRESS_FEATURES,
    NOT_STORY,
    OWN_SHAPE,
    Address,
    address,
    compared,
    said_in_slug,
)
from archiver.parsers.related.links import Candidate
from archiver.parsers.related.list_headings import headings_above, heads_offers
from archiver.parsers.text import ends_sentence, word_count

FAR = 40.0
PRICE = re.compile(r"[€$£₹¥₩₽]\s?\d|\d\s?[€₽元円원]|\bRs\.? ?\d|% off", re.IGNORECASE)
PRICED = re.compile(r"[\d%]")
"""What every price has: looked for first, because it is found fast."""
TEASER = 4
"""Words from which on a link is told among those of its list as one with a headline."""

SHOWN_FEATURES = (
    "words", "log_chars", "ends_sentence", "in_heading", "spans", "image", "links", "share_of_block", "empty",
    "rel", "blank", "fragment", "price", "emphasised",
)  # fmt: skip
GROUP_FEATURES = ("words", "heading", "log_count", "image", "own_shape", "not_story", "said")
GROUPS = ("list", "alike", "shape")
LIST_FEATURES = ("index", "targets", "teasers")
TARGET_FEATURES = ("most_words", "fewest_words", "any_heading", "any_image", "together", "which_of_them")
PLACE_FEATURES = (
    "order", "to_story", "from_story", "inside_story", "block_chance", "near_chance", "story_share_before",
    "boxed_in_story", "block_words", "block_link_share", "block_anchors", "hidden", "depth",
)  # fmt: skip
LEVELS = ("box", "box_1", "box_2", "box_3", "card", "list", "around_list")
LEVEL_FEATURES = ("log_blocks", "link_density", "text_share", "story_share", "prose_density")
HEADING_FEATURES = (
    "has_heading", "heading_distance", "heading_words", "heading_level", "heads_offers", "log_under_heading",
    *(f"heading_{use}" for use in USES),
)  # fmt: skip
PAGE_FEATURES = (
    "page_candidates", "page_own_shape", "page_own_teasers", "page_story_words", "page_own_slug_words",
    "page_own_depth", "page_own_dated", "page_own_digits",
)  # fmt: skip
LINK_FEATURES = (
    *SHOWN_FEATURES, *ADDRESS_FEATURES, *(f"{group}_{name}" for group in GROUPS for name in GROUP_FEATURES),
    *LIST_FEATURES, *TARGET_FEATURES, *PLACE_FEATURES,
    *(f"{level}_{name}" for level in LEVELS for name in LEVEL_FEATURES), *HEADING_FEATURES, *PAGE_FEATURES,
    *(f"link_{meaning}" for meaning in MEANINGS),
    *(f"all_{meaning}" for meaning in MEANINGS), *(f"in_{tag}" for tag in AROUND),
)  # fmt: skip
"""The names of the rows of link_columns."""
NO_HEADING = [0.0, -1.0, 0.0, 0.0, 0.0, 0.0] + [0.0] * len(USES)
"""What HEADING_FEATURES are of a link without one."""
FIRST_OF_HEADING = LINK_FEATURES.index(HEADING_FEATURES[0])
KINDS_OF_HEADING = [
    LINK_FEATURES.index(f"heading_{use}") for use in ("sponsored", "popular", "related", "latest")
]
"""What the heading above says of the kind of a link that is not of all lists."""
KIND_ORDER = (LinkKind.RELATED, LinkKind.POPULAR, LinkKind.LATEST, LinkKind.SECTION, LinkKind.SPONSORED)
"""The classes of the model of kinds, in their order."""
Indices = NDArray[np.intp]


def link_columns(
    layout: Layout,
    candidates: list[Candidate],
    table: BlockTable,
    chances: Columns,
    own: str,
    *,
    has_story: bool = True,
) -> tuple[Columns, list[Block | None]]:
    """Return a column of features, (LINK_FEATURES, candidates), and the heading that a reader sees above each.

    chances holds each block's probability of being the story's text; own is the page's address, has_story tells
    whether it has a story at all.
    """
    if not candidates:
        return np.zeros((len(LINK_FEATURES), 0), np.float32), []
    headings, seen = headings_above(layout, candidates, table, chances, own, has_story=has_story)
    shown = matrix([_shown(candidate) for candidate in candidates], np.float32).T
    mine = address(own)
    addresses = [address(candidate.target) for candidate in candidates]
    beside = matrix(compared(addresses, mine), np.float32)
    said = [
        said_in_slug(one, candidate.headline) for one, candidate in zip(addresses, candidates, strict=True)
    ]
    box = vector([candidate.anchor.box.index for candidate in candidates], np.intp)
    card = vector([(one.card or one.anchor.box).index for one in candidates], np.intp)
    names = matrix([[_names(candidate) for candidate in candidates]], np.int64)
    at = vector([_block_index(layout, candidate) for candidate in candidates], np.intp)
    boxes = table.boxes
    lists = boxes.parent[card]
    told = np.array(
        [shown[0], shown[3] > 0, shown[5], beside[OWN_SHAPE], beside[NOT_STORY], said], np.float32
    )
    in_list = numbered(lists.tolist())
    alike = numbered([candidate.looks for candidate in candidates])
    of_one_shape = numbered([one.shape for one in addresses])
    groups: list[ArrayLike] = [
        shown,
        beside,
        [said],
        *(_group_means(which, told) for which in (in_list, alike, of_one_shape)),
        _in_list(in_list, candidates),
        _to_one_address(candidates, shown),
        _placed(candidates, at, table, chances),
        _levels([box, card, lists], table, chances),
        _above(headings, candidates),
        np.broadcast_to(
            _page(candidates, beside, mine, table, chances)[:, None], (len(PAGE_FEATURES), len(candidates))
        ),
        bits(names, MEANING_BITS),
        bits(boxes.all[box][None, :], MEANING_BITS),
        bits(boxes.around[box][None, :], TAG_BITS),
    ]
    return np.concatenate(groups, dtype=np.float32), seen


def _shown(candidate: Candidate) -> list[float]:
    anchor, block, headline = candidate.anchor, candidate.block, candidate.headline
    attributes = anchor.element
    rel = candidate.rel
    return [
        candidate.words,
        log1p(len(headline)),
        ends_sentence(headline),
        candidate.level,
        anchor.end_block - anchor.first_block,
        anchor.has_image,
        candidate.links,
        min(1.0, len(headline) / len(block.text)) if block else 0.0,
        not anchor.parts,
        ("nofollow" in rel) + 2 * ("sponsored" in rel) if rel else 0,
        attributes.get("target") == "_blank",
        "#" in anchor.href,
        PRICED.search(headline) is not None and PRICE.search(headline) is not None,
        min(1.0, block.emphasised / len(block.text)) if block else 0.0,
    ]


def _names(candidate: Candidate) -> int:
    """The meanings of the names that a link itself and its innermost box bear."""
    own = candidate.anchor.element.get("class")
    around = name_bits(candidate.anchor.box.names)
    return around | name_bits(own.lower()) if own else around


def _block_index(layout: Layout, candidate: Candidate) -> int:
    block = candidate.block
    return block.index if block else max(0, min(candidate.anchor.first_block, len(layout.blocks) - 1))


def numbered(keys: Iterable[Hashable]) -> Indices:
    """Return for each key its number in the order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return vector([numbers.setdefault(key, len(numbers)) for key in keys], np.intp)


def _group_means(which: Indices, values: Columns) -> Columns:
    """For the links of one group: the means of their values, and (third) their number."""
    count = np.bincount(which)
    rows = len(values)
    # All rows are summed at once: each value's place is its group's in its row.
    places = which + len(count) * np.arange(rows)[:, None]
    sums = np.bincount(places.ravel(), values.ravel(), len(count) * rows)
    means = sums.reshape(rows, len(count)) / count
    return np.concatenate([means[:2], np.log1p(count)[None, :], means[2:]])[:, which]


def _in_list(which: Indices, candidates: list[Candidate]) -> Columns:
    """Of each link its number in its list, of the list how many addresses it leads to and its share of teasers."""
    size = int(which.max()) + 1
    targets: list[dict[str, int]] = [{} for _ in range(size)]
    index = [
        targets[number].setdefault(one.target, len(targets[number]))
        for number, one in zip(which.tolist(), candidates, strict=True)
    ]
    teasers = np.bincount(which, [one.words >= TEASER for one in candidates]) / np.bincount(which)
    count = vector([len(found) for found in targets], np.int64)
    return np.array([np.minimum(index, FAR), np.log1p(count)[which], teasers[which]])


def _to_one_address(candidates: list[Candidate], shown: Columns) -> Columns:
    """What the links to the same address look like together: picture, headline and teaser of one card."""
    which = numbered([candidate.target for candidate in candidates])
    size = int(which.max()) + 1
    most, least, heading, image = np.zeros(size), np.full(size, 1e3), np.zeros(size), np.zeros(size)
    np.maximum.at(most, which, shown[0])
    np.minimum.at(least, which, shown[0])
    np.maximum.at(heading, which, shown[3])
    np.maximum.at(image, which, shown[5])
    so_far = [0] * size
    order = []
    for number in which.tolist():
        order.append(so_far[number])
        so_far[number] += 1
    together = np.array(so_far)
    return np.array([most[which], least[which], heading[which], image[which], together[which], order])


def _placed(candidates: list[Candidate], at: Indices, table: BlockTable, chances: Columns) -> Columns:
    """Where a link stands relative to the story's text, and what its block is."""
    count = len(chances)
    if not count:
        return np.zeros((len(PLACE_FEATURES), len(at)), np.float32)
    story = np.flatnonzero((chances > 0.5) & (table.words > 5))
    first, last = (int(story[0]), int(story[-1])) if len(story) else (0, count)
    mass = np.concatenate([[0.0], np.cumsum(chances * table.words)])
    padded = np.concatenate([[0.0], np.cumsum(np.concatenate([np.zeros(3), chances, np.zeros(3)]))])
    inside = (at >= first) & (at <= last)
    chance = chances[at]
    return np.array(
        [
            at / count,
            np.clip(first - at, -FAR, FAR),
            np.clip(at - last, -FAR, FAR),
            inside,
            chance,
            (padded[at + 7] - padded[at]) / 7,
            mass[at] / max(float(mass[-1]), 1.0),
            inside & (chance < 0.5),
            table.words[at],
            table.columns[LINK_SHARE, at],
            table.columns[ANCHORS, at],
            [candidate.anchor.box.hidden for candidate in candidates],
            [candidate.anchor.box.depth for candidate in candidates],
        ]
    )


def _levels(around: list[Indices], table: BlockTable, chances: Columns) -> Columns:
    """What the boxes around a link hold: blocks, their share of the page's text and story, how linked they are.

    around holds, by index, the box, the card and the list that each link stands in.
    """
    inner, card, lists = around
    size, linked = table.size.astype(np.float64), table.linked.astype(np.float64)
    story = size * chances
    prose = size * ((table.words >= PROSE_WORDS) & (linked <= MOST_LINKED * size))
    parent = table.boxes.parent
    one = parent[inner]
    two = parent[one]
    levels = np.concatenate([inner, one, two, parent[two], card, lists, parent[lists]])
    sums = np.zeros((4, len(size) + 1))
    np.cumsum([size, linked, story, prose], axis=1, out=sums[:, 1:])
    first, end = table.boxes.first[levels], table.boxes.end[levels]
    text, links, told, read = sums[:, end] - sums[:, first]
    some = np.maximum(text, 1.0)
    described = np.array(
        [
            np.log1p(end - first),
            links / some,
            text / max(float(size.sum()), 1.0),
            told / max(float(story.sum()), 1.0),
            read / some,
        ]
    )
    # A row for each feature of each level.
    return np.concatenate(np.split(described, len(LEVELS), axis=1))


def _above(headings: list[Block | None], candidates: list[Candidate]) -> Columns:
    under: dict[int, set[str]] = {}
    for heading, candidate in zip(headings, candidates, strict=True):
        if heading is not None:
            under.setdefault(heading.index, set()).add(candidate.target)
    above = {heading.index: heading for heading in headings if heading is not None}
    said = {index: _said_by(heading) for index, heading in above.items()}
    rows = [
        NO_HEADING
        if heading is None
        else [
            1.0,
            min(FAR, candidate.anchor.first_block - heading.index),
            *said[heading.index][:3],
            log1p(len(under[heading.index])),
            *said[heading.index][3:],
        ]
        for heading, candidate in zip(headings, candidates, strict=True)
    ]
    return matrix(rows, np.float32).T


def unheaded(row: Columns) -> Columns:
    """Return the features of a link as if no heading stood above it."""
    row = row.copy()
    row[FIRST_OF_HEADING : FIRST_OF_HEADING + len(HEADING_FEATURES)] = NO_HEADING
    return row


def _said_by(heading: Block) -> list[float]:
    exact, begins, ends = phrase_bits(heading.text)
    bits = exact or begins | ends
    return [
        float(word_count(heading.text)),
        float(heading.heading),
        float(heads_offers(heading.text)),
        *(float(bits >> index & 1) for index in range(len(USES))),
    ]


def _page(
    candidates: list[Candidate], beside: Columns, own: Address, table: BlockTable, chances: Columns
) -> Columns:
    """What is the same for all links of a page."""
    alike = beside[OWN_SHAPE] > 0
    teasers = {
        one.target
        for one, same in zip(candidates, alike.tolist(), strict=True)
        if same and one.words >= TEASER
    }
    return np.array(
        [
            log1p(len(candidates)),
            float(alike.mean()),
            log1p(len(teasers)),
            log1p(float(chances @ table.words)) if len(chances) else 0.0,
            own.slug_words,
            len(own.segments),
            own.alone[9],
            own.alone[2],
        ]
    )
