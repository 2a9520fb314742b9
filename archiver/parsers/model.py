"""Boosted trees, read from the package's weights and evaluated with numpy alone."""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.features import Rows

# Leaves of the largest tree: each is one bit of a 16-bit number.
MOST_LEAVES = 16
ALL_LEAVES = np.uint16(0xFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """An ensemble of small decision trees, all their inner nodes in one row.

    A node whose test x[feature] <= threshold fails rules out the leaves below its left branch. The leaf that a
    row ends in is then the first that no failed test has ruled out, so that all tests of all trees can be made
    at once instead of walking down one tree after the other (the idea of QuickScorer, Lucchese et al. 2015).
    """

    feature: NDArray[np.intp]
    """(nodes,): the column that each node tests."""
    threshold: NDArray[np.float32]
    kept: NDArray[np.uint16]
    """(nodes,): the leaves that remain when the test fails, as bits."""
    start: NDArray[np.intp]
    """(trees,): the first node of each tree."""
    leaves: NDArray[np.float32]
    """(trees, MOST_LEAVES): the value of each leaf."""
    classes: int
    """1, or the number of classes; tree i then speaks of class i % classes."""

    def probabilities(self, rows: Rows) -> Rows:
        """Return for each row the probability (one class) or the probabilities of the classes."""
        scores = self._scores(rows)
        if self.classes == 1:
            return np.asarray(1 / (1 + np.exp(-scores[:, 0])), np.float32)
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)

    def _scores(self, rows: Rows) -> Rows:
        if not len(rows):
            return np.zeros((0, self.classes), np.float32)
        columns = np.ascontiguousarray(rows.T)
        failed = columns[self.feature] > self.threshold[:, None]
        remaining = np.where(failed, self.kept[:, None], ALL_LEAVES)
        leaf = _first_bit()[np.bitwise_and.reduceat(remaining, self.start, axis=0)]
        values = self.leaves[np.arange(len(self.start))[:, None], leaf]
        return np.asarray(values.reshape(-1, self.classes, len(rows)).sum(axis=0).T, np.float32)


@cache
def _first_bit() -> NDArray[np.uint8]:
    """For every 16-bit number the index of its lowest bit."""
    numbers = np.arange(1 << MOST_LEAVES, dtype=np.uint32)
    table = np.zeros(1 << MOST_LEAVES, np.uint8)
    for bit in reversed(range(MOST_LEAVES)):
        table[(numbers >> bit) & 1 == 1] = bit
    return table


WEIGHTS: ContextVar[Path | None] = ContextVar("WEIGHTS", default=None)
"""Folder of the weights; None for the package's own. Another measures models that have not seen a page."""


def trees(name: str) -> Trees:
    """Return the ensemble of that name (made by `python -m training`)."""
    return _stored(name, WEIGHTS.get())


@cache
def _stored(name: str, folder: Path | None) -> Trees:
    weights = files("archiver.parsers").joinpath("weights") if folder is None else folder
    with weights.joinpath(f"{name}.npz").open("rb") as file, np.load(file) as stored:
        return Trees(
            feature=stored["feature"].astype(np.intp),
            threshold=stored["threshold"],
            kept=stored["kept"],
            start=stored["start"].astype(np.intp),
            leaves=stored["leaves"],
            classes=int(stored["classes"]),
        )
