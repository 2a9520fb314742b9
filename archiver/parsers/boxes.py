"""The boxes of a page as arrays: what is around each of them, and what it is called."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.arrays import vector
from archiver.parsers.blocks import Layout

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
    around: list[int] = []
    outer = [box.parent.index if box.parent else 0 for box in layout.boxes]
    for box, parent in zip(layout.boxes, outer, strict=True):
        around.append((around[parent] if around else 0) | _AROUND_BIT.get(box.tag, 0))
    parents = vector(outer, np.int64)
    bits = vector([box.meanings for box in layout.boxes], np.int64)
    return Boxes(
        parent=parents,
        bits=bits,
        near=bits | bits[parents] | bits[parents[parents]],
        all=vector([box.meanings_around for box in layout.boxes], np.int64),
        around=vector(around, np.int64),
        first=vector([box.first_block for box in layout.boxes], np.int64),
        end=vector([box.end_block for box in layout.boxes], np.int64),
    )


_AROUND_BIT = {tag: 1 << index for index, tag in enumerate(AROUND)}
