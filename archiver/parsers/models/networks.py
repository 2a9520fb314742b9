"""Small networks over the lines of a text, or blocks of a page, in their order, evaluated with numpy."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archiver.parsers.models.model import probabilities, weights_folder
from archiver.parsers.models.text_features import Columns

# How many lines back and on each layer looks, besides the line itself.
STEPS = (1, 2, 4, 8)
# Features are cut off so many standard deviations from their mean.
CLIPPED = 4.0
# No line counts for more than so much (as a logarithm) in the means of a whole text, nor for less.
MOST_HEED = 8.0
# What a layer's numbers are divided by holds so much more: a line whose numbers are all the same.
LEAST_VARIANCE = 1e-5
# Lines that are multiplied at once: fewer than OpenBLAS uses threads for.
AT_ONCE = 24
# Trees are taken to be no surer than this.
LEAST_CHANCE = 1e-6


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
        numbers = _positive(_times(seen, self.into))
        for at, step in enumerate(STEPS):
            even = _evened(numbers) * self.scale[:, at, :1] + self.scale[:, at, 1:]
            numbers = numbers + _added(even, self.heeded[:, at], self.layers[:, at], step)
        width = numbers.shape[2]
        said = _product(numbers, self.out[:, :width]) + _times(seen, self.out[:, width:])
        return np.asarray(said.mean(axis=0))


def _added(even: Columns, heeded: Columns, layer: Columns, step: int) -> Columns:
    """What a layer adds to all lines' numbers, (seeds, lines, numbers)."""
    _, count, width = even.shape
    before, itself, behind = (layer[:, at * width : (at + 1) * width] for at in range(3))
    heed = np.exp(np.clip(_times(even, heeded), -MOST_HEED, MOST_HEED)).swapaxes(1, 2)
    weighed = heed @ even / heed.sum(axis=2, keepdims=True)
    means = np.concatenate([even.mean(axis=1, keepdims=True), weighed], axis=1)
    sums = _product(even, itself) + _times(means.reshape(len(means), 1, -1), layer[:, 3 * width :])
    if count > step:
        sums[:, step:] += _product(even[:, :-step], before)
        sums[:, :-step] += _product(even[:, step:], behind)
    return _positive(sums)


def _times(numbers: Columns, weights: Columns) -> Columns:
    return np.asarray(_product(numbers, weights[:, :-1]) + weights[:, -1:])


def _product(numbers: Columns, weights: Columns) -> Columns:
    """Return the products of numbers, (lines, …) or (seeds, lines, …), with each seed's weights, some lines at a time.

    Those of all lines at once would be shared out among threads, whose waiting takes as much time as all else.
    """
    *seeds, count, width = numbers.shape
    whole = np.zeros((*seeds, -(-count // AT_ONCE) * AT_ONCE, width), np.float32)
    whole[..., :count, :] = numbers
    parts = whole.reshape(*seeds, -1, AT_ONCE, width) @ weights[:, None]
    return parts.reshape(len(weights), whole.shape[-2], -1)[:, :count]


def _positive(numbers: Columns) -> Columns:
    return np.maximum(numbers, 0)


def _evened(numbers: Columns) -> Columns:
    """Each line's numbers with a mean of 0 and a variance of 1."""
    away = numbers - numbers.mean(axis=-1, keepdims=True)
    return np.asarray(away / np.sqrt((away**2).mean(axis=-1, keepdims=True) + LEAST_VARIANCE))


def averaged(networks_say: Columns, trees_say: Columns, trees_share: float) -> Columns:
    """Return the probabilities between what networks say, as logarithms of odds, and what trees do."""
    sure = np.clip(trees_say, LEAST_CHANCE, 1 - LEAST_CHANCE)
    odds = (1 - trees_share) * networks_say + trees_share * np.log(sure / (1 - sure))
    return probabilities(odds[None])


def networks(name: str) -> Networks:
    """Return the networks of that name (made by `python -m training`)."""
    return _stored(name, weights_folder())


@cache
def _stored(name: str, folder: Path) -> Networks:
    with folder.joinpath(f"{name}.npz").open("rb") as file, np.load(file) as stored:
        parts: dict[str, NDArray[np.float32]] = {
            each: stored[each].astype(np.float32) for each in stored.files
        }
    return Networks(**parts)
