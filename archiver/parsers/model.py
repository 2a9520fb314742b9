"""Boosted trees, read from the package's weights and evaluated with numpy alone."""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archiver.parsers import compiled
from archiver.parsers.text_features import Columns

# Leaves of the largest tree, and its inner nodes: their tests make a number below PATTERNS.
MOST_LEAVES = 8
MOST_NODES = MOST_LEAVES - 1
PATTERNS = 1 << MOST_NODES
# Columns that are evaluated at once: some 37 MB for 2,500 trees.
AT_ONCE = 512


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """An ensemble of decision trees of at most MOST_LEAVES leaves.

    All tests of a tree are made at once, instead of walking down it: their results, read as the bits of a number,
    are the place of the tree's answer in a table (after QuickScorer, Lucchese et al. 2015).
    """

    feature: NDArray[np.intp]
    """(MOST_NODES, trees): the feature that each node tests."""
    threshold: NDArray[np.float32]
    """(MOST_NODES, trees, 1): a test fails if the feature is greater; infinite where a tree has fewer nodes."""
    answers: NDArray[np.float32]
    """(trees * PATTERNS,): what each tree says for each pattern of failed tests."""
    place: NDArray[np.int32]
    """(trees, 1): where each tree's answers begin."""
    classes: int
    """1, or the number of classes; tree i then speaks of class i % classes."""

    def probabilities(self, columns: Columns) -> Columns:
        """Return for each column of features the probability (one class), or (columns, classes) probabilities."""
        count = columns.shape[1]
        parts = [self._scores(columns[:, at : at + AT_ONCE]) for at in range(0, count, AT_ONCE)]
        return probabilities(
            np.concatenate(parts, axis=1) if parts else np.zeros((self.classes, 0), np.float32)
        )

    def _scores(self, columns: Columns) -> Columns:
        """(classes, columns): the sums of what the trees say."""
        kernels, count = compiled.module("kernels"), columns.shape[1]
        # numpy adds up the answers for a single column in another order.
        if kernels is None or count * self.classes == 1:
            return self.scores(columns)
        scores = np.zeros((self.classes, count), np.float32)
        columns = np.ascontiguousarray(columns, np.float32)
        kernels.tree_scores(columns, self.feature, self.threshold, self.answers, scores)
        return scores

    def scores(self, columns: Columns) -> Columns:
        """The same, in Python."""
        failed = (columns.take(self.feature, axis=0) > self.threshold).view(np.uint8)
        pattern = failed[0]
        for node in failed[1:]:
            pattern = pattern + pattern
            pattern |= node
        said = self.answers.take(pattern + self.place)
        return np.asarray(said.reshape(-1, self.classes, columns.shape[1]).sum(axis=0), np.float32)


def probabilities(scores: NDArray[np.floating]) -> Columns:
    """Return what scores, (classes, columns), mean: probabilities, of one class or as (columns, classes)."""
    if len(scores) == 1:
        return np.asarray(1 / (1 + np.exp(-scores[0])), np.float32)
    odds = np.exp(scores - scores.max(axis=0, initial=-np.inf))
    return np.asarray((odds / odds.sum(axis=0)).T, np.float32)


def answer_table(kept: NDArray[np.uint8], leaves: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each tree says for each pattern of failed tests, (trees, PATTERNS).

    kept is (MOST_NODES, trees): the leaves, numbered from the left, that remain when a test fails, as bits. The
    leaf that a column ends in is the first that no failed test has ruled out. leaves is (trees, MOST_LEAVES).
    """
    trees = kept.shape[1]
    remaining = np.full((trees, PATTERNS), 0xFF, np.uint8)
    for node, left in enumerate(kept):
        # The node's own bit of the pattern, between those of the nodes before and after it.
        remaining.reshape(trees, 1 << node, 2, -1)[:, :, 1] &= left[:, None, None]
    lowest = np.array([max((byte & -byte).bit_length() - 1, 0) for byte in range(256)], np.int32)
    leaf = lowest.take(remaining) + np.arange(0, leaves.size, MOST_LEAVES, dtype=np.int32)[:, None]
    return leaves.take(leaf)


PACKAGED = Path(__file__).with_name("weights")
WEIGHTS: ContextVar[Path | None] = ContextVar("WEIGHTS", default=None)
"""Folder of the weights; None for the package's own. Another measures models that have not seen a page."""


def trees(name: str) -> Trees:
    """Return the ensemble of that name (made by `python -m training`)."""
    return _stored(name, WEIGHTS.get())


@cache
def _stored(name: str, folder: Path | None) -> Trees:
    weights = PACKAGED if folder is None else folder
    with weights.joinpath(f"{name}.npz").open("rb") as file, np.load(file) as stored:
        answers = answer_table(stored["kept"], stored["leaves"])
        return Trees(
            feature=stored["feature"].astype(np.intp),
            threshold=stored["threshold"][:, :, None],
            answers=answers.ravel(),
            place=np.arange(0, answers.size, PATTERNS, dtype=np.int32)[:, None],
            classes=int(stored["classes"]),
        )
