"""What the models see of a page: one row of numbers for each block and for each link, made in one go with numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.blocks import HEADINGS, Block, Box, Layout
from archiver.parsers.boxes import AROUND, Boxes, box_arrays
from archiver.parsers.names import MEANINGS
from archiver.parsers.phrases import USES, phrase_bits
from archiver.parsers.text import WORD, ends_sentence, fold, word_count

Rows = NDArray[np.float32]

TAGS = (
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "div",
    "td",
    "blockquote",
    "figcaption",
    "section",
    "article",
    "dd",
    "dt",
    "pre",
)
# A block of prose: enough words that it is no headline, or a sentence; hardly linked.
PROSE_WORDS = 18
SENTENCE_WORDS = 6
MOST_LINKED = 0.4
# How many boxes outward are described one by one, and how many neighbours on either side.
LEVELS = 4
NEIGHBOURS = 3
# A stated articleBody shorter than this is a teaser.
STATED_WORDS = 60
# Words of a block that are looked up in the stated text.
PROBE_WORDS = 8


def stated_text(body: str) -> str:
    """Return a JSON-LD articleBody as it is compared with blocks; "" if it is too short to be the text."""
    words = WORD.findall(fold(body))
    return " ".join(words) if len(words) >= STATED_WORDS else ""


@dataclass(frozen=True, slots=True, eq=False)
class BlockTable:
    """One page's blocks as the models see them."""

    rows: Rows
    """(blocks, features)."""
    prose: NDArray[np.bool_]
    """Which blocks read as prose."""
    words: NDArray[np.float32]
    boxes: Boxes
    box: NDArray[np.int32]
    """Index of each block's box."""


def block_table(layout: Layout, *, headline: Block | None, description: str, stated: str) -> BlockTable:
    """Return the features of every block.

    headline is the block that shows the headline, description the page's meta description, stated what
    stated_text made of its articleBody.
    """
    blocks = layout.blocks
    boxes = box_arrays(layout)
    texts = np.array([_text_features(block) for block in blocks], np.float32).reshape(
        len(blocks), len(TEXT_FEATURES)
    )
    box = np.array([block.box.index for block in blocks], np.int32)
    words, link_share, sentence = texts[:, 1], texts[:, 2], texts[:, 3]
    plain = (link_share <= MOST_LINKED) & (texts[:, TEXT_FEATURES.index("heading")] == 0)
    prose = plain & ((words >= PROSE_WORDS) | ((words >= SENTENCE_WORDS) & (sentence > 0)))
    size = np.array([len(block.text) for block in blocks], np.float32)
    columns = [
        texts,
        _compared(blocks, headline, description, stated),
        _placed(len(blocks), size, prose, headline),
        _named(boxes, box),
        _levels(boxes, box, size, texts, prose),
        _alike(blocks, size, prose),
    ]
    rows = np.hstack(columns)
    rows = np.hstack([rows, _neighbours(texts, prose, boxes.parent[box])])
    return BlockTable(rows.astype(np.float32, copy=False), prose, words, boxes, box)


TEXT_FEATURES = (
    "log_chars", "words", "link_share", "ends_sentence", "anchors", "strong_share", "heading", "commas", "digits",
    "upper", "first_lower", "first_quote", "question", "colon", "copyright", "log_depth", "hidden",
    *(f"is_{use}" for use in USES), *(f"begins_{use}" for use in USES), *(f"ends_{use}" for use in USES),
    *(f"tag_{tag}" for tag in TAGS), "tag_other",
)  # fmt: skip
_TAG_ROW = {tag: [float(tag == other) for other in TAGS] + [0.0] for tag in TAGS}
_OTHER_TAG = [0.0] * len(TAGS) + [1.0]
_USE_BITS = [1 << index for index in range(len(USES))]


def _text_features(block: Block) -> list[float]:
    text = block.text
    size = len(text)
    head = text[:200]
    exact, begins, ends = phrase_bits(text)
    return [
        float(np.log1p(size)) if size < 2 else _log(size),
        float(word_count(text)),
        block.link_share,
        float(ends_sentence(text)),
        float(len(block.anchors)),
        min(1.0, block.emphasised / size),
        float(HEADINGS.get(block.box.tag, 0) or block.heading),
        text.count(",") + text.count("，") + text.count("、"),
        sum(map(head.count, "0123456789")) / len(head),
        sum(map(str.isupper, head)) / len(head),
        float(text[0].islower()),
        float(text[0] in "\"“„«‘'»「"),
        float(text[-1] in "?？؟"),
        float(text[-1] in ":："),
        float("©" in text),
        float(block.box.depth),
        float(block.box.hidden),
        *(float(bool(exact & bit)) for bit in _USE_BITS),
        *(float(bool(begins & bit)) for bit in _USE_BITS),
        *(float(bool(ends & bit)) for bit in _USE_BITS),
        *_TAG_ROW.get(block.box.tag, _OTHER_TAG),
    ]


def _log(size: int) -> float:
    return float(np.log1p(size))


COMPARED_FEATURES = ("is_headline", "is_description", "in_stated")


def _compared(blocks: list[Block], headline: Block | None, description: str, stated: str) -> Rows:
    """Agreement with the headline, the description and the text stated for machines; -1 where none is stated."""
    title = fold(headline.text) if headline else ""
    described = fold(description)[:60]
    rows = np.zeros((len(blocks), 3), np.float32)
    rows[:, 2] = 0 if stated else -1
    for index, block in enumerate(blocks):
        if len(block.text) < 12:
            continue
        folded = fold(block.text[:400]) if described or stated or title else ""
        rows[index, 0] = title != "" and folded == title
        rows[index, 1] = len(described) > 20 and folded[:60] == described
        if stated:
            probe = WORD.findall(folded)[:PROBE_WORDS]
            rows[index, 2] = len(probe) > 2 and " ".join(probe) in stated
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


def _placed(count: int, size: NDArray[np.float32], prose: NDArray[np.bool_], headline: Block | None) -> Rows:
    """Where on the page a block stands, counted in blocks and in prose."""
    order = np.arange(count, dtype=np.float32)
    mass = np.where(prose, size, 0.0)
    whole = max(float(mass.sum()), 1.0)
    at = headline.index if headline else -1
    before = np.maximum.accumulate(np.where(prose, order, -1e6))
    after = np.minimum.accumulate(np.where(prose, order, 1e6)[::-1])[::-1]
    return np.column_stack(
        [
            order / max(count, 1),
            (np.cumsum(mass) - mass) / whole,
            np.clip(order - at, -FAR, 3 * FAR) if headline else np.full(count, -2 * FAR),
            np.full(count, np.log1p(count)),
            np.full(count, whole / max(float(size.sum()), 1.0)),
            np.minimum(order - before, FAR),
            np.minimum(after - order, FAR),
            np.full(count, float(headline is None)),
        ]
    ).astype(np.float32)


NAMED_FEATURES = (
    *(f"own_{meaning}" for meaning in MEANINGS), *(f"near_{meaning}" for meaning in MEANINGS),
    *(f"all_{meaning}" for meaning in MEANINGS), *(f"in_{tag}" for tag in AROUND),
)  # fmt: skip
_MEANING_BITS = np.array([1 << index for index in range(len(MEANINGS))], np.int64)
_TAG_BITS = np.array([1 << index for index in range(len(AROUND))], np.int64)


def _named(boxes: Boxes, box: NDArray[np.int32]) -> Rows:
    """What the boxes around are called and are."""
    return np.hstack(
        [
            (boxes.bits[box, None] & _MEANING_BITS) > 0,
            (boxes.near[box, None] & _MEANING_BITS) > 0,
            (boxes.all[box, None] & _MEANING_BITS) > 0,
            (boxes.around[box, None] & _TAG_BITS) > 0,
        ]
    ).astype(np.float32)


LEVEL_FEATURES = tuple(
    f"{name}_{level}"
    for level in range(1, LEVELS + 1)
    for name in ("prose_share", "text_share", "link_density", "log_blocks", "prose_density", "p_share")
)


def _levels(
    boxes: Boxes, box: NDArray[np.int32], size: NDArray[np.float32], texts: Rows, prose: NDArray[np.bool_]
) -> Rows:
    """What the boxes around hold: shares of the page's prose and text, how linked they are, how many blocks."""
    linked = size * texts[:, 2]
    mass = np.where(prose, size, 0.0)
    paragraphs = texts[:, TEXT_FEATURES.index("tag_p")]
    sums = [np.concatenate([[0.0], np.cumsum(values)]) for values in (mass, size, linked, paragraphs)]
    inside = [total[boxes.end] - total[boxes.first] for total in sums]
    count = np.maximum(boxes.end - boxes.first, 1).astype(np.float32)
    text = np.maximum(inside[1], 1.0)
    described = np.column_stack(
        [
            inside[0] / max(float(mass.sum()), 1.0),
            inside[1] / max(float(size.sum()), 1.0),
            inside[2] / text,
            np.log1p(count),
            inside[0] / text,
            inside[3] / count,
        ]
    )
    levels, at = [], boxes.parent[box]
    for _ in range(LEVELS):
        levels.append(described[at])
        at = boxes.parent[at]
    return np.hstack(levels).astype(np.float32)


ALIKE_FEATURES = ("alike_prose_share", "log_alike", "alike_prose_density", "log_repeats")


def _alike(blocks: list[Block], size: NDArray[np.float32], prose: NDArray[np.bool_]) -> Rows:
    """What the blocks with the same tags and names hold together, and how often a text stands on the page."""
    groups: dict[tuple[str, str, str, str], int] = {}
    which = np.array([groups.setdefault(signature(block.box), len(groups)) for block in blocks], np.int32)
    repeats: dict[str, int] = {}
    for block in blocks:
        repeats[block.text] = repeats.get(block.text, 0) + 1
    mass = np.where(prose, size, 0.0)
    total, all_text = np.bincount(which, mass), np.bincount(which, size)
    count = np.bincount(which)
    return np.column_stack(
        [
            total[which] / max(float(mass.sum()), 1.0),
            np.log1p(count[which]),
            total[which] / np.maximum(all_text[which], 1.0),
            np.log1p([repeats[block.text] for block in blocks]),
        ]
    ).astype(np.float32)


def signature(box: Box) -> tuple[str, str, str, str]:
    """Return what tells boxes of one sort: its tag and names and those of the box around it."""
    around = box.parent or box
    return box.tag, box.names, around.tag, around.names


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


def _neighbours(texts: Rows, prose: NDArray[np.bool_], parent: NDArray[np.int32]) -> Rows:
    """The blocks before and after: what they look like, and whether the same box holds them."""
    shown = np.column_stack([texts[:, _SHOWN], prose]).astype(np.float32)
    count, width = shown.shape
    padded = np.full((count + 2 * NEIGHBOURS, width), -1, np.float32)
    padded[NEIGHBOURS : NEIGHBOURS + count] = shown
    parents = np.full(count + 2 * NEIGHBOURS, -1, np.int32)
    parents[NEIGHBOURS : NEIGHBOURS + count] = parent
    columns = []
    for step in (*range(-NEIGHBOURS, 0), *range(1, NEIGHBOURS + 1)):
        start = NEIGHBOURS + step
        columns.append(padded[start : start + count])
        columns.append((parents[start : start + count] == parent)[:, None].astype(np.float32))
    return np.hstack(columns)


BLOCK_FEATURES = (
    *TEXT_FEATURES, *COMPARED_FEATURES, *PLACED_FEATURES, *NAMED_FEATURES, *LEVEL_FEATURES,
    *ALIKE_FEATURES, *NEIGHBOUR_FEATURES,
)  # fmt: skip
"""The names of the columns of BlockTable.rows."""


CONTEXT = 6
CONTEXT_FEATURES = (
    *(f"chance{step:+d}" for step in range(-CONTEXT, CONTEXT + 1)),
    "story_before",
    "story_after",
    "best_chance",
)


def context_rows(chances: Rows, words: Rows) -> Rows:
    """Return what the second decision knows besides a block's own features: the first one's, about all blocks."""
    count = len(chances)
    padded = np.zeros(count + 2 * CONTEXT, np.float32)
    padded[CONTEXT : CONTEXT + count] = chances
    mass = np.concatenate([[0.0], np.cumsum(chances * words)])
    whole = max(float(mass[-1]), 1.0)
    around = [padded[step : step + count] for step in range(2 * CONTEXT + 1)]
    best = np.full(count, chances.max() if count else 0.0)
    placed = [mass[:-1] / whole, (mass[-1] - mass[1:]) / whole, best]
    return np.column_stack([*around, *placed]).astype(np.float32)
