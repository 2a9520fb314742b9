"""What the models see of a block's text by itself: its size, its characters, the phrases and notices in it."""

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.arrays import matrix
from archiver.parsers.blocks import Block
from archiver.parsers.characters import (
    COLON,
    COMMA,
    COPYRIGHT,
    DIGIT,
    LOWER,
    QUESTION,
    QUOTE,
    UPPER,
    characters,
    sentence_ends,
    word_counts,
)
from archiver.parsers.notices import ends_with_credit, notice_words
from archiver.parsers.phrases import USES, phrase_bits

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
NO_USES = (0, 0, 0)
# Shorter texts are told by phrases alone.
NOTICE_SIZE = 12

TEXT_FEATURES = (
    "log_chars", "words", "link_share", "ends_sentence", "anchors", "strong_share", "heading", "commas", "digits",
    "upper", "first_lower", "first_quote", "question", "colon", "copyright", "depth", "hidden",
    *(f"is_{use}" for use in USES), *(f"begins_{use}" for use in USES), *(f"ends_{use}" for use in USES),
    *(f"tag_{tag}" for tag in TAGS), "tag_other", "notices", "notice_share", "credit", "pictures", "pictures_next",
)  # fmt: skip
WORDS, LINK_SHARE, SENTENCE, ANCHORS, HEADING, PARAGRAPH = (
    TEXT_FEATURES.index(name)
    for name in ("words", "link_share", "ends_sentence", "anchors", "heading", "tag_p")
)
_TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}
_TAG_COLUMN = np.eye(len(TAGS) + 1, dtype=np.float32)
_USE_BITS = np.array([1 << index for index in range(len(USES))], np.int64)


def text_columns(blocks: list[Block]) -> Columns:
    """Return what each block's text looks like by itself, (TEXT_FEATURES, blocks); there is at least one."""
    texts = [block.text for block in blocks]
    found = characters(texts)
    size, words = found.size, word_counts(texts, found)
    read = ["" if _is_menu_item(block) else block.text for block in blocks]
    uses = matrix([phrase_bits(text) if text else NO_USES for text in read], np.int64).T
    tags = [_TAG_NUMBER.get(block.box.tag, len(TAGS)) for block in blocks]
    numbers = matrix(
        [
            (
                block.linked,
                len(block.anchors),
                block.emphasised,
                block.box.heading,
                block.box.depth,
                block.box.hidden,
            )
            for block in blocks
        ],
        np.float32,
    ).T
    linked, anchors, emphasised, heading, depth, hidden = numbers
    return np.concatenate(
        [
            [
                np.log1p(size),
                words,
                np.minimum(linked / size, 1),
                sentence_ends(texts, found),
                anchors,
                np.minimum(emphasised / size, 1),
                heading,
                found.count(COMMA),
                found.count(DIGIT) / size,
                found.count(UPPER) / size,
                found.first(LOWER),
                found.first(QUOTE),
                found.last(QUESTION),
                found.last(COLON),
                found.count(COPYRIGHT) > 0,
                depth,
                hidden,
            ],
            bits(uses, _USE_BITS),
            _TAG_COLUMN[:, tags],
            _spoken(blocks, read, words),
        ],
        dtype=np.float32,
    )


def _is_menu_item(block: Block) -> bool:
    """Whether a block is a link of one or two words: no story's, whatever it says, and half of all blocks."""
    return block.linked >= len(block.text) and block.text.count(" ") < 2


def _spoken(blocks: list[Block], read: list[str], words: Columns) -> Columns:
    """Words of notices, the name of an agency at the end, pictures beside: what tells notices and captions.

    read holds the blocks' texts, "" for items of menus.
    """
    rows = np.zeros((5, len(blocks)), np.float32)
    rows[0] = [notice_words(text) if len(text) >= NOTICE_SIZE else 0 for text in read]
    rows[1] = rows[0] / np.maximum(words, 1)
    rows[2] = [len(text) >= NOTICE_SIZE and ends_with_credit(text) for text in read]
    rows[3] = [block.pictures for block in blocks]
    rows[4, :-1] = rows[3, 1:]
    return rows


def bits(numbers: NDArray[np.int64], masks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a row for each mask of each row of numbers: which of the numbers have that bit."""
    chosen = (numbers[:, None, :] & masks[:, None]) > 0
    return np.asarray(chosen.reshape(-1, numbers.shape[1]))
