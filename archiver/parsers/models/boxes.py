"""The boxes of a page as arrays: what is around each of them, and what it is called."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.markup.blocks import BOX_NUMBERS, Box, Layout, fill_boxes
from archiver.parsers.markup.names import called

AROUND = (
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "figure",
    "ul",
    "ol",
    "table",
    "blockquote",
    "article",
    "main",
    "section",
    "li",
    "button",
)
"""Elements whose presence around a block is told to the models."""
# What stylesheets call boxes that they hide, unless on wider or narrower screens: right of all such blocks in doubt.
is_called_hidden = called(r"(?<!\S)(?:hidden|hide|d-none)(?!\S)(?!.*(?:[a-z]{2}:|d-[a-z]{2}-))")
HIDDEN_DEPTH = 3
# A small box has so many blocks and characters at most.
SMALL_BLOCKS, LONGEST_SMALL = 6, 700
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """The page's boxes as arrays, each with one value a box."""

    parent: NDArray[np.int64]
    """Index of the box around it; the root's is itself."""
    bits: NDArray[np.int64]
    """The meanings of its own names."""
    near: NDArray[np.int64]
    """Those of its own, its parent's and its grandparent's."""
    all: NDArray[np.int64]
    """Those of all boxes around it, body and html left out."""
    around: NDArray[np.int64]
    """Which of AROUND stand around it, as bits."""
    first: NDArray[np.int64]
    end: NDArray[np.int64]


def box_arrays(layout: Layout) -> Boxes:
    """Return the boxes of a page as arrays."""
    numbers = np.zeros((BOX_NUMBERS, len(layout.boxes)), np.int64)
    fill_boxes(layout.boxes, _AROUND_BIT, numbers)
    parent, bits, every, around, first, end = numbers
    near = bits | bits[parent] | bits[parent[parent]]
    return Boxes(parent=parent, bits=bits, near=near, all=every, around=around, first=first, end=end)


_AROUND_BIT = {tag: 1 << index for index, tag in enumerate(AROUND)}


def is_hidden(box: Box) -> bool:
    """Return whether a box is hidden by its style or by what it, or one right around it, is called."""
    return box.hidden or any(is_called_hidden(around.names) for around in islice(box.lineage(), HIDDEN_DEPTH))


def is_small(layout: Layout, box: Box) -> bool:
    """Return whether a box holds few blocks and little text."""
    if box.end_block - box.first_block > SMALL_BLOCKS:
        return False
    return sum(len(block.text) for block in layout.blocks[box.first_block : box.end_block]) <= LONGEST_SMALL


def form(box: Box) -> tuple[str, str, str, str]:
    """Return what tells boxes of one form, whatever numbers their names bear: entries have an id each."""
    outer = box.parent or box
    return box.tag, _without_digits(box.names), outer.tag, _without_digits(outer.names)


@lru_cache(maxsize=1 << 12)
def _without_digits(names: str) -> str:
    return DIGITS.sub("", names)
