"""The boxes of a page as arrays: what is around each of them, and what it is called."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.blocks import Layout
from archiver.parsers.names import name_bits

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


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """The page's boxes as arrays, each with one value a box."""

    parent: NDArray[np.int32]
    """Index of the box around it; the root's is itself."""
    bits: NDArray[np.int64]
    """The meanings of its own names."""
    near: NDArray[np.int64]
    """Those of its own, its parent's and its grandparent's."""
    all: NDArray[np.int64]
    """Those of all boxes around it, body and html left out."""
    around: NDArray[np.int64]
    """Which of AROUND stand around it, as bits."""
    first: NDArray[np.int32]
    end: NDArray[np.int32]
    depth: NDArray[np.float32]


def box_arrays(layout: Layout) -> Boxes:
    """Return the boxes of a page as arrays."""
    boxes = layout.boxes
    parents: list[int] = []
    bits: list[int] = []
    every: list[int] = []
    around: list[int] = []
    for box in boxes:
        parent = box.parent.index if box.parent else 0
        own = name_bits(box.names) if box.names and box.tag not in ("body", "html") else 0
        parents.append(parent)
        bits.append(own)
        outer = every[parent] if box.parent else 0
        every.append(outer | own)
        around.append((around[parent] if box.parent else 0) | _AROUND_BIT.get(box.tag, 0))
    parent_array, bit_array = np.array(parents, np.int32), np.array(bits, np.int64)
    return Boxes(
        parent=parent_array,
        bits=bit_array,
        near=bit_array | bit_array[parent_array] | bit_array[parent_array[parent_array]],
        all=np.array(every, np.int64),
        around=np.array(around, np.int64),
        first=np.array([box.first_block for box in boxes], np.int32),
        end=np.array([box.end_block for box in boxes], np.int32),
        depth=np.array([box.depth for box in boxes], np.float32),
    )


_AROUND_BIT = {tag: 1 << index for index, tag in enumerate(AROUND)}
