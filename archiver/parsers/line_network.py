"""Small networks over the lines of a text in their order, read from the package's weights, evaluated with numpy."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.model import weights_folder
from archiver.parsers.text_features import Columns

NAME = "lines"
# How many lines back and on each layer looks, besides the line itself.
STEPS = (1, 2, 4, 8)
# Features are cut off so many standard deviations from their mean.
CLIPPED = 4.0
# No line counts for more than so much (as a logarithm) in the means of a whole text, nor for less.
MOST_HEED = 8.0
# What a layer's numbers are divided by holds so much more: a line whose numbers are all the same.
LEAST_VARIANCE = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """Networks of one shape, trained from different seeds, whose answers are averaged.

    Each line is described by a few numbers, first of all from its features. Then, layer by layer, something is added
    to them that depends on the numbers of the line itself, of one line before and one behind (STEPS), and on means of
    the whole text: a plain one and some in which the lines count as the layer heeds them.
    """

    mean: Columns
    """(features,), as all below of the texts that were learned from."""
    spread: Columns
    into: Columns
    """(seeds, features + 1, numbers); the last row, here and below, is added whatever the line."""
    heeded: Columns
    """(seeds, layers, numbers + 1, weighted means)."""
    scale: Columns
    """(seeds, layers, 2, numbers): what numbers are multiplied by once they are evened out, and what is added."""
    layers: Columns
    """(seeds, layers, sources * numbers + 1, numbers); the sources are before, itself, behind, and the means."""
    out: Columns
    """(seeds, numbers + features + 1, answers)."""

    def answers(self, rows: Columns) -> Columns:
        """Return for each line what it is said to be, as logarithms of odds: (lines, answers)."""
        if not len(rows):
            return np.zeros((0, self.out.shape[-1]), np.float32)
        seen = np.clip((rows - self.mean) / self.spread, -CLIPPED, CLIPPED)
        return np.asarray(np.mean([self._answers(seed, seen) for seed in range(len(self.into))], axis=0))

    def _answers(self, seed: int, seen: Columns) -> Columns:
        numbers = _positive(seen @ self.into[seed, :-1] + self.into[seed, -1])
        for at, step in enumerate(STEPS):
            even = _evened(numbers) * self.scale[seed, at, 0] + self.scale[seed, at, 1]
            numbers = numbers + self._added(even, self.heeded[seed, at], self.layers[seed, at], step)
        return np.asarray(np.hstack([numbers, seen]) @ self.out[seed, :-1] + self.out[seed, -1])

    def _added(self, even: Columns, heeded: Columns, layer: Columns, step: int) -> Columns:
        count, width = even.shape
        before, itself, behind = (layer[at * width : (at + 1) * width] for at in range(3))
        heed = np.exp(np.clip(even @ heeded[:-1] + heeded[-1], -MOST_HEED, MOST_HEED))
        means = [even.mean(axis=0), *(heed.T @ even / heed.sum(axis=0)[:, None])]
        sums = even @ itself + (np.concatenate(means) @ layer[3 * width : -1] + layer[-1])
        if count > step:
            sums[step:] += even[:-step] @ before
            sums[:-step] += even[step:] @ behind
        return _positive(sums)


def _positive(numbers: Columns) -> Columns:
    return np.maximum(numbers, 0)


def _evened(numbers: Columns) -> Columns:
    """Each line's numbers with a mean of 0 and a variance of 1."""
    away = numbers - numbers.mean(axis=1, keepdims=True)
    return np.asarray(away / np.sqrt((away**2).mean(axis=1, keepdims=True) + LEAST_VARIANCE))


def networks() -> Networks:
    """Return the networks made by `python -m training`."""
    return _stored(weights_folder())


@cache
def _stored(folder: Path) -> Networks:
    with folder.joinpath(f"{NAME}.npz").open("rb") as file, np.load(file) as stored:
        parts: dict[str, NDArray[np.float32]] = {
            name: stored[name].astype(np.float32) for name in stored.files
        }
    return Networks(**parts)
