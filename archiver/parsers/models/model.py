"""Boosted trees, read from the package's weights and evaluated with numpy alone."""

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archiver.parsers import compiled
from archiver.parsers.models.text_features import Columns

# Leaves of the largest tree, and its inner nodes: their tests make a number below PATTERNS.
MOST_LEAVES = 8
MOST_NODES = MOST_LEAVES - 1
PATTERNS = 1 << MOST_NODES
# Columns that are evaluated at once: some 37 MB for 2,500 trees in Python.
AT_ONCE = 512
# The compiled core evaluates so many at a time, and those that are left over one by one.
LANES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """An ensemble of decision trees of at most MOST_LEAVES leaves.

    All tests of a tree are made at once, instead of walking down it: each that fails rules leaves out, and the first
    leaf that none has ruled out is the one that a column ends in (after QuickScorer, Lucchese et al. 2015).
    """

    feature: NDArray[np.int16]
    """(MOST_NODES, trees): the feature that each node tests."""
    threshold: NDArray[np.float32]
    """(MOST_NODES, trees): a test fails if the feature is greater; infinite where a tree has fewer nodes."""
    kept: NDArray[np.uint8]
    """(MOST_NODES, trees): the leaves, numbered from the left, that remain when a test fails, as bits."""
    leaves: NDArray[np.float32]
    """(trees, MOST_LEAVES): what each leaf says."""
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
        whole = np.zeros((len(columns), -(-count // LANES) * LANES), np.float32)
        whole[:, :count] = columns
        scores = np.zeros((self.classes, whole.shape[1]), np.float32)
        kernels.tree_scores(whole, self.feature, self.threshold, self.kept, _placed_leaves(self), scores)
        return scores[:, :count]

    def scores(self, columns: Columns) -> Columns:
        """The same, in Python: the failed tests of a tree, read as a number, are its answer's place in a table."""
        answers, place = _answers(self)
        failed = (columns.take(self.feature, axis=0) > self.threshold[:, :, None]).view(np.uint8)
        pattern = failed[0]
        for node in failed[1:]:
            pattern = pattern + pattern
            pattern |= node
        said = answers.take(pattern + place)
        return np.asarray(said.reshape(-1, self.classes, columns.shape[1]).sum(axis=0), np.float32)


@cache
def _placed_leaves(trees: Trees) -> NDArray[np.float32]:
    """What the leaves say, in the order that the compiled core wants them in."""
    placed = np.empty_like(trees.leaves)
    compiled.core().modules["kernels"].placed_leaves(trees.leaves, placed)
    return placed


@cache
def _answers(trees: Trees) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """What each tree says for each pattern of failed tests, and where each tree's answers begin, (trees, 1)."""
    answers = answer_table(trees.kept, trees.leaves)
    return answers.ravel(), np.arange(0, answers.size, PATTERNS, dtype=np.int32)[:, None]


def probabilities(scores: NDArray[np.floating]) -> Columns:
    """Return what scores, (classes, columns), mean: probabilities, of one class or as (columns, classes)."""
    if len(scores) == 1:
        return np.asarray(1 / (1 + np.exp(-scores[0])), np.float32)
    odds = np.exp(scores - scores.max(axis=0, initial=-np.inf))
    return np.asarray((odds / odds.sum(axis=0)).T, np.float32)


def answer_table(kept: NDArray[np.uint8], leaves: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each tree says for each pattern of failed tests, (trees, PATTERNS); the others are those of Trees."""
    trees = kept.shape[1]
    remaining = np.full((trees, PATTERNS), 0xFF, np.uint8)
    for node, left in enumerate(kept):
        # The node's own bit of the pattern, between those of the nodes before and after it.
        remaining.reshape(trees, 1 << node, 2, -1)[:, :, 1] &= left[:, None, None]
    lowest = np.array([max((byte & -byte).bit_length() - 1, 0) for byte in range(256)], np.int32)
    leaf = lowest.take(remaining) + np.arange(0, leaves.size, MOST_LEAVES, dtype=np.int32)[:, None]
    return leaves.take(leaf)


PACKAGED = Path(__file__).parents[1] / "weights"
WEIGHTS: ContextVar[Path | None] = ContextVar("WEIGHTS", default=None)
"""Folder of the weights; None for the package's own. Another measures models that have not seen a page."""


def weights_folder() -> Path:
    """Return the folder that holds the weights in use."""
    return WEIGHTS.get() or PACKAGED


def trees(name: str) -> Trees:
    """Return the ensemble of that name (made by `python -m training`)."""
    return _stored(name, weights_folder())


@cache
def _stored(name: str, folder: Path) -> Trees:
    with folder.joinpath(f"{name}.npz").open("rb") as file, np.load(file) as stored:
        return Trees(
            feature=stored["feature"],
            threshold=stored["threshold"],
            kept=stored["kept"],
            leaves=stored["leaves"],
            classes=int(stored["classes"]),
        )
