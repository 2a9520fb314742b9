"""What the models see of a block's text by itself: its size, its characters, the phrases and notices in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.markup.blocks import BLOCK_NUMBERS, Block, fill_blocks
from archiver.parsers.models.arrays import vector
from archiver.parsers.models.characters import (
    COLON,
    COMMA,
    COPYRIGHT,
    DIGIT,
    LOWER,
    QUESTION,
    QUOTE,
    SPACE,
    UPPER,
    characters,
    sentence_ends,
    word_counts,
)
from archiver.parsers.notices import ends_with_credit, notice_words
from archiver.parsers.phrases import USES, phrase_table
from archiver.parsers.related.link_addresses import INVITATION, INVITATION_REACH

Columns = NDArray[np.float32]

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
# A link with fewer spaces than this is an item of a menu.
MENU_SPACES = 2
# Shorter texts are told by phrases alone.
NOTICE_SIZE = 12
# Links of a block whose addresses are read: more have a table of contents and the like.
MOST_ANCHORS = 8

TEXT_FEATURES = (
    "log_chars", "words", "link_share", "ends_sentence", "anchors", "strong_share", "heading", "commas", "digits",
    "upper", "first_lower", "first_quote", "question", "colon", "copyright", "depth", "hidden",
    *(f"is_{use}" for use in USES), *(f"begins_{use}" for use in USES), *(f"ends_{use}" for use in USES),
    *(f"tag_{tag}" for tag in TAGS), "tag_other", "notices", "notice_share", "credit", "pictures", "pictures_next",
    "invites",
)  # fmt: skip
WORDS, LINK_SHARE, SENTENCE, ANCHORS, HEADING, PARAGRAPH = (
    TEXT_FEATURES.index(name)
    for name in ("words", "link_share", "ends_sentence", "anchors", "heading", "tag_p")
)
_TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}
_TAG_COLUMN = np.eye(len(TAGS) + 1, dtype=np.float32)
_USE_BITS = np.array([1 << index for index in range(len(USES))], np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The blocks of a page as numbers: what each is by itself."""

    columns: Columns
    """(TEXT_FEATURES, blocks)."""
    size: Columns
    """Characters of each block."""
    linked: Columns
    """Those of them that stand in links."""
    uses: NDArray[np.int64]
    """(3, blocks): what phrases.phrase_bits says of each text."""
    box: NDArray[np.int64]
    """Index of each block's box."""
    alike: NDArray[np.int64]
    """A number that blocks of one signature share."""


def block_texts(blocks: list[Block]) -> Texts:
    """Return what each block's text looks like by itself; there is at least one."""
    texts = [block.text for block in blocks]
    found, uses = characters(texts), np.zeros((3, len(blocks)), np.int64)
    phrase_table(texts, uses)
    numbers = np.empty((BLOCK_NUMBERS, len(blocks)), np.int64)
    fill_blocks(blocks, _TAG_NUMBER, numbers)
    size, linked, anchors, emphasised, pictures, box, heading, depth, hidden, tags, alike = numbers
    words = word_counts(texts, found)
    # A link of one or two words is no story's, whatever it says: such are half of all blocks.
    is_menu_item = (linked >= size) & (found.count(SPACE) < MENU_SPACES)
    columns = np.concatenate(
        [
            [
                np.log1p(found.size),
                words,
                np.minimum(linked / found.size, 1),
                sentence_ends(texts, found),
                anchors,
                np.minimum(emphasised / found.size, 1),
                heading,
                found.count(COMMA),
                found.count(DIGIT) / found.size,
                found.count(UPPER) / found.size,
                found.first(LOWER),
                found.first(QUOTE),
                found.last(QUESTION),
                found.last(COLON),
                found.count(COPYRIGHT) > 0,
                depth,
                hidden,
            ],
            bits(np.where(is_menu_item, 0, uses), _USE_BITS),
            _TAG_COLUMN[:, tags],
            _spoken(blocks, ~is_menu_item & (size >= NOTICE_SIZE), words, pictures),
        ],
        dtype=np.float32,
    )
    return Texts(columns, found.size, np.minimum(linked, found.size, dtype=np.float32), uses, box, alike)


def _spoken(
    blocks: list[Block], read: NDArray[np.bool_], words: Columns, pictures: NDArray[np.int64]
) -> Columns:
    """What tells notices and captions: words of notices, an agency at the end, pictures beside, links to log in by.

    read tells which of the blocks are looked at; the others are too short or items of menus.
    """
    rows = np.zeros((6, len(blocks)), np.float32)
    at = np.flatnonzero(read)
    long = [blocks[index] for index in at.tolist()]
    rows[0, at] = vector([notice_words(block.text) for block in long], np.float32)
    rows[1] = rows[0] / np.maximum(words, 1)
    rows[2, at] = vector([ends_with_credit(block.text) for block in long], np.float32)
    rows[3] = pictures
    rows[4, :-1] = rows[3, 1:]
    rows[5, at] = vector([bool(block.anchors) and _invites(block) for block in long], np.float32)
    return rows


def _invites(block: Block) -> bool:
    return any(INVITATION.search(one.href[:INVITATION_REACH].lower()) for one in block.anchors[:MOST_ANCHORS])


def bits(numbers: NDArray[np.int64], masks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a row for each mask of each row of numbers: which of the numbers have that bit."""
    chosen = (numbers[:, None, :] & masks[:, None]) > 0
    return np.asarray(chosen.reshape(-1, numbers.shape[1]))
