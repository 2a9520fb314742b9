"""What the models see of a page's blocks: a column of numbers for each, made in one go with numpy."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.markup.names import MEANINGS
from archiver.parsers.models.boxes import AROUND, Boxes, box_arrays
from archiver.parsers.models.text_features import (
    HEADING,
    LINK_SHARE,
    PARAGRAPH,
    SENTENCE,
    TEXT_FEATURES,
    WORDS,
    Columns,
    bits,
    block_texts,
)
from archiver.parsers.text import WORD, fold, folds_to

# A block of prose: enough words that it is no headline, or a sentence; hardly linked.
PROSE_WORDS = 18
SENTENCE_WORDS = 6
MOST_LINKED = 0.4
# How many boxes outward are described one by one, and how many neighbours on either side.
LEVELS = 4
NEIGHBOURS = 3
# A stated articleBody shorter than this is a teaser.
STATED_WORDS = 60
# Characters of it that are read: each block is looked up in them.
STATED_SIZE = 100_000
# Words of a block that are looked up in the stated text.
PROBE_WORDS = 8
# Characters of the description that a block must begin with to show it, and of the shortest block that is compared.
DESCRIBED = 60
COMPARED_SIZE = 12


def stated_text(body: str) -> str:
    """Return a JSON-LD articleBody as it is compared with blocks; "" if it is too short to be the text."""
    words = WORD.findall(fold(body[:STATED_SIZE]))
    return " ".join(words) if len(words) >= STATED_WORDS else ""


@dataclass(frozen=True, slots=True, eq=False)
class BlockTable:
    """One page's blocks as the models see them."""

    columns: Columns
    """(features, blocks), in the order of BLOCK_FEATURES."""
    prose: NDArray[np.bool_]
    """Which blocks read as prose."""
    words: Columns
    size: Columns
    """Characters of each block."""
    linked: Columns
    """Those of them that stand in links."""
    uses: NDArray[np.int64]
    """(3, blocks): what phrases.phrase_bits says of each text."""
    boxes: Boxes
    box: NDArray[np.int64]
    """Index of each block's box."""


def block_table(layout: Layout, *, headline: Block | None, description: str, stated: str) -> BlockTable:
    """Return the features of every block.

    headline is the block that shows the headline, description the page's meta description, stated what
    stated_text made of its articleBody.
    """
    blocks, boxes = layout.blocks, box_arrays(layout)
    if not blocks:
        nothing = np.zeros((len(BLOCK_FEATURES), 0), np.float32)
        none, uses = nothing[0], np.zeros((3, 0), np.int64)
        return BlockTable(nothing, np.zeros(0, np.bool_), none, none, none, uses, boxes, uses[0])
    read = block_texts(blocks)
    texts, size, box = read.columns, read.size, read.box
    plain = (texts[LINK_SHARE] <= MOST_LINKED) & (texts[HEADING] == 0)
    words = texts[WORDS]
    prose = plain & ((words >= PROSE_WORDS) | ((words >= SENTENCE_WORDS) & (texts[SENTENCE] > 0)))
    groups = [
        texts,
        _compared(blocks, size, headline, description, stated),
        _placed(size, prose, headline),
        _named(boxes, box),
        _beside(boxes, box),
        _levels(boxes, box, size, texts, prose),
        _alike(blocks, read.alike, size, prose),
        _neighbours(texts, prose, boxes.parent[box]),
    ]
    columns = np.concatenate(groups, dtype=np.float32)
    return BlockTable(columns, prose, words, size, read.linked, read.uses, boxes, box)


COMPARED_FEATURES = ("is_headline", "is_description", "in_stated")


def _compared(
    blocks: list[Block], size: Columns, headline: Block | None, description: str, stated: str
) -> Columns:
    """Agreement with the headline, the description and the text stated for machines; -1 where none is stated."""
    title = fold(headline.text) if headline else ""
    described = fold(description)[:DESCRIBED]
    described = described if len(described) > DESCRIBED // 3 else ""
    rows = np.zeros((3, len(blocks)), np.float32)
    rows[2] = 0 if stated else -1
    like_title = np.abs(size - len(title)) <= COMPARED_SIZE
    for index in np.flatnonzero(like_title & (size >= COMPARED_SIZE)).tolist() if title else ():
        rows[0, index] = folds_to(blocks[index].text, title)
    for index in np.flatnonzero(size >= COMPARED_SIZE).tolist() if described or stated else ():
        text = blocks[index].text
        if described and text[0].casefold() == described[0]:
            rows[1, index] = fold(text[: 2 * DESCRIBED]).startswith(described)
        if stated:
            probe = WORD.findall(fold(text[: 2 * DESCRIBED]))[:PROBE_WORDS]
            rows[2, index] = len(probe) > 2 and " ".join(probe) in stated
    return rows


PLACED_FEATURES = (
    "place",
    "prose_before",
    "from_headline",
    "log_blocks",
    "prose_share",
    "to_prose_before",
    "to_prose_after",
    "no_headline",
)
FAR = 30.0


def _placed(size: Columns, prose: NDArray[np.bool_], headline: Block | None) -> Columns:
    """Where on the page a block stands, counted in blocks and in prose."""
    count = len(size)
    order = np.arange(count, dtype=np.float32)
    mass = np.where(prose, size, 0.0)
    whole = max(float(mass.sum()), 1.0)
    at = headline.index if headline else -1
    before = np.maximum.accumulate(np.where(prose, order, -1e6))
    after = np.minimum.accumulate(np.where(prose, order, 1e6)[::-1])[::-1]
    return np.array(
        [
            order / count,
            (np.cumsum(mass) - mass) / whole,
            np.minimum(np.maximum(order - at, -FAR), 3 * FAR) if headline else np.full(count, -2 * FAR),
            np.full(count, np.log1p(count)),
            np.full(count, whole / max(float(size.sum()), 1.0)),
            np.minimum(order - before, FAR),
            np.minimum(after - order, FAR),
            np.full(count, float(headline is None)),
        ],
        np.float32,
    )


NAMED_FEATURES = (
    *(f"own_{meaning}" for meaning in MEANINGS), *(f"near_{meaning}" for meaning in MEANINGS),
    *(f"all_{meaning}" for meaning in MEANINGS), *(f"in_{tag}" for tag in AROUND),
)  # fmt: skip
MEANING_BITS = np.array([1 << index for index in range(len(MEANINGS))], np.int64)
TAG_BITS = np.array([1 << index for index in range(len(AROUND))], np.int64)


def _named(boxes: Boxes, box: NDArray[np.int64]) -> Columns:
    """What the boxes around are called and are."""
    names = np.array([boxes.bits[box], boxes.near[box], boxes.all[box]])
    around = boxes.around[box][None, :]
    return np.concatenate([bits(names, MEANING_BITS), bits(around, TAG_BITS)], dtype=np.float32)


CONTROLS = tuple(1 << AROUND.index(tag) for tag in ("form", "button"))
BESIDE_FEATURES = ("form_beside", "form_near", "button_beside", "button_near")


def _beside(boxes: Boxes, box: NDArray[np.int64]) -> Columns:
    """Whether the box around a block, or the one around that, holds a form or a button: invitations do."""
    rows, parent = [], boxes.parent
    for bit in CONTROLS:
        controls = np.flatnonzero(boxes.around & ~boxes.around[parent] & bit)
        beside = np.zeros(len(parent), np.bool_)
        beside[parent[controls]] = True
        near = beside.copy()
        near[parent[parent[controls]]] = True
        outer = parent[box]
        rows += [beside[outer], near[outer] | beside[parent[outer]]]
    return np.array(rows, np.float32)


LEVEL_FEATURES = tuple(
    f"{name}_{level}"
    for level in range(1, LEVELS + 1)
    for name in ("prose_share", "text_share", "link_density", "log_blocks", "prose_density", "p_share")
)


def _levels(
    boxes: Boxes, box: NDArray[np.int64], size: Columns, texts: Columns, prose: NDArray[np.bool_]
) -> Columns:
    """What the boxes around hold: shares of the page's prose and text, how linked they are, how many blocks."""
    sums = np.zeros((4, len(size) + 1), np.float64)
    mass = np.where(prose, size, 0.0)
    np.cumsum([mass, size, size * texts[LINK_SHARE], texts[PARAGRAPH]], axis=1, out=sums[:, 1:])
    prose_in, text_in, linked_in, paragraphs_in = sums.take(boxes.end, axis=1) - sums.take(
        boxes.first, axis=1
    )
    all_prose, all_text = sums[:2, -1].tolist()
    count = np.maximum(boxes.end - boxes.first, 1)
    text = np.maximum(text_in, 1.0)
    described = np.array(
        [
            prose_in / max(all_prose, 1.0),
            text_in / max(all_text, 1.0),
            linked_in / text,
            np.log1p(count),
            prose_in / text,
            paragraphs_in / count,
        ],
        np.float32,
    )
    levels, at = [], box
    for _ in range(LEVELS):
        at = boxes.parent[at]
        levels.append(described.take(at, axis=1))
    return np.concatenate(levels)


ALIKE_FEATURES = ("alike_prose_share", "log_alike", "alike_prose_density", "log_repeats")


def _alike(blocks: list[Block], which: NDArray[np.int64], size: Columns, prose: NDArray[np.bool_]) -> Columns:
    """What the blocks with the same tags and names hold together, and how often a text stands on the page."""
    texts = [block.text for block in blocks]
    repeats = Counter(texts)
    mass = np.where(prose, size, 0.0)
    total, all_text = np.bincount(which, mass), np.bincount(which, size)
    return np.array(
        [
            (total / max(float(total.sum()), 1.0))[which],
            np.log1p(np.bincount(which))[which],
            (total / np.maximum(all_text, 1.0))[which],
            np.log1p(np.fromiter(map(repeats.__getitem__, texts), np.int64, len(texts))),
        ],
        np.float32,
    )


_SHOWN = [
    TEXT_FEATURES.index(name)
    for name in ("log_chars", "link_share", "ends_sentence", "heading", "tag_p", "anchors")
]
NEIGHBOUR_FEATURES = tuple(
    f"{name}{step:+d}"
    for step in (*range(-NEIGHBOURS, 0), *range(1, NEIGHBOURS + 1))
    for name in (
        "log_chars",
        "link_share",
        "ends_sentence",
        "heading",
        "tag_p",
        "anchors",
        "prose",
        "sibling",
    )
)


def _neighbours(texts: Columns, prose: NDArray[np.bool_], parent: NDArray[np.int64]) -> Columns:
    """The blocks before and after: what they look like, and whether the same box holds them."""
    count = texts.shape[1]
    padded = np.full((len(_SHOWN) + 2, count + 2 * NEIGHBOURS), -1, np.float32)
    padded[:-2, NEIGHBOURS : NEIGHBOURS + count] = texts[_SHOWN]
    padded[-2, NEIGHBOURS : NEIGHBOURS + count] = prose
    padded[-1, NEIGHBOURS : NEIGHBOURS + count] = parent
    around = []
    for step in (*range(-NEIGHBOURS, 0), *range(1, NEIGHBOURS + 1)):
        shown = padded[:, NEIGHBOURS + step : NEIGHBOURS + step + count].copy()
        shown[-1] = shown[-1] == parent
        around.append(shown)
    return np.concatenate(around)


BLOCK_FEATURES = (
    *TEXT_FEATURES, *COMPARED_FEATURES, *PLACED_FEATURES, *NAMED_FEATURES, *BESIDE_FEATURES,
    *LEVEL_FEATURES, *ALIKE_FEATURES, *NEIGHBOUR_FEATURES,
)  # fmt: skip
"""The names of the rows of BlockTable.columns."""


CONTEXT = 6
CONTEXT_FEATURES = (
    *(f"chance{step:+d}" for step in range(-CONTEXT, CONTEXT + 1)),
    "story_before",
    "story_after",
    "best_chance",
)


def context_columns(chances: Columns, words: Columns) -> Columns:
    """Return what the second decision knows besides a block's own features: the first one's, about all blocks."""
    count = len(chances)
    padded = np.zeros(count + 2 * CONTEXT, np.float32)
    padded[CONTEXT : CONTEXT + count] = chances
    mass = np.concatenate([[0.0], np.cumsum(chances * words)])
    whole = max(float(mass[-1]), 1.0)
    around = [padded[step : step + count] for step in range(2 * CONTEXT + 1)]
    best = np.full(count, chances.max() if count else 0.0)
    return np.array([*around, mass[:-1] / whole, (mass[-1] - mass[1:]) / whole, best], np.float32)
