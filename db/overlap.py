"""How much two texts have in common, and whether that is one text or only one template."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from db.fingerprint import FEWEST, Hashes, Words, shingles, words_of

Places = NDArray[np.int64]

# Shingles in common, of all that either text has, from which on two texts are nearly the same: of which a fifth of
# the words is edited, 0.47 are left; articles of two papers on one event have up to 0.15.
LEAST_OVERLAP = 0.4
# The share of the shorter text that stands in the longer one from which on it is a copy, and its fewest shingles.
LEAST_SHARE = 0.8
SHORTEST_PART = 40
# Words between two common places that may stand for each other.
LONGEST_GAP = 12
# Numbers or names that stand for each other at the same places of two texts: reports of one template have other ones
# in most places, a text that was edited keeps most.
MOST_CHANGED = 0.5
FEWEST_CHANGED = 3
# Words of the shortest passage that is shown as taken over.
SHORTEST_PASSAGE = 8


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts have in common."""

    of_both: float
    """Shingles in common, of all that either has."""
    share: float
    """Of the shingles of the first text, those that the second has."""
    other_share: float
    """Of those of the second, those that the first has."""
    is_template: bool
    """Whether they have the frame in common, but not the facts."""

    @property
    def is_copy(self) -> bool:
        """Whether the texts are nearly the same."""
        return not self.is_template and self.of_both > 0


@dataclass(frozen=True, slots=True)
class Sides:
    """The places at which shingles that are the only ones of their kind in two texts stand, in the first's order."""

    first: Places
    second: Places


@dataclass(frozen=True, slots=True)
class Facts:
    """The words of a text that a report of the same template would have others for, by their places."""

    numbers: dict[int, str]
    names: dict[int, str]
    """All words that begin with a capital."""


NOTHING = Overlap(0.0, 0.0, 0.0, is_template=False)


def overlap(first: Words, second: Words) -> Overlap:
    """Return what two texts have in common; NOTHING if that is too little to make one the copy of the other."""
    ones, others = np.unique(shingles(first)), np.unique(shingles(second))
    found = _shares(ones, others)
    is_part = (
        max(found.share, found.other_share) >= LEAST_SHARE and min(ones.size, others.size) >= SHORTEST_PART
    )
    if min(ones.size, others.size) < FEWEST or (found.of_both < LEAST_OVERLAP and not is_part):
        return NOTHING
    if found.of_both == 1.0:
        return found
    return replace(found, is_template=_is_template(first, second))


def shares(first: Words, second: Words) -> Overlap:
    """Return what two texts have in common, however little; whether they are of one template is not asked."""
    return _shares(np.unique(shingles(first)), np.unique(shingles(second)))


def _shares(ones: Hashes, others: Hashes) -> Overlap:
    if not ones.size or not others.size:
        return NOTHING
    common = int(np.intersect1d(ones, others, assume_unique=True).size)
    of_both = common / (ones.size + others.size - common)
    return Overlap(of_both, common / ones.size, common / others.size, is_template=False)


def are_copies(body: str, other: str) -> bool | None:
    """Whether two texts are nearly the same; None if one is too short to tell."""
    first, second = words_of(body), words_of(other)
    if min(first.hashes.size, second.hashes.size) <= FEWEST:
        return None
    return overlap(first, second).is_copy


def passages(first: Words, second: Words) -> Iterator[str]:
    """Yield the passages of the first text that the second has too, in order, as the first writes them."""
    return (first.text[start:end] for start, end in common_spans(first, second))


def common_spans(first: Words, second: Words) -> Iterator[tuple[int, int]]:
    """Yield where the passages of the first text that the second has too begin and end in it, in order."""
    ones = shingles(first)
    shared = np.isin(ones, shingles(second))
    edges = np.flatnonzero(np.diff(np.concatenate(([0], shared.astype(np.int8), [0]))))
    for start, end in edges.reshape(-1, 2).tolist():
        if end + 1 - start >= SHORTEST_PASSAGE:
            yield int(first.starts[start]), int(first.ends[min(end, first.ends.size - 1)])


def _is_template(first: Words, second: Words) -> bool:
    """Whether most of the numbers, or of the numbers and names, that stand at the same places are others."""
    sides = _common_places(first, second)
    own, theirs = _facts(first), _facts(second)
    changed, kept = _changed(sides, own.numbers, theirs.numbers)
    if _are_others(changed, kept):
        return True
    changed_names, kept_names = _changed(sides, own.names, theirs.names)
    return _are_others(changed + changed_names, kept + kept_names)


def _are_others(changed: int, kept: int) -> bool:
    return changed >= FEWEST_CHANGED and changed > MOST_CHANGED * (changed + kept)


def _common_places(first: Words, second: Words) -> Sides:
    one, places = _single(shingles(first))
    other, other_places = _single(shingles(second))
    _, at, other_at = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    order = np.argsort(places[at])
    return Sides(places[at][order], other_places[other_at][order])


def _single(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], Places]:
    """Return the shingles that stand in a text once, with their places."""
    kinds, places, counts = np.unique(hashes, return_index=True, return_counts=True)
    return kinds[counts == 1], places[counts == 1]


def _facts(words: Words) -> Facts:
    facts = Facts({}, {})
    for place, (start, end) in enumerate(zip(words.starts.tolist(), words.ends.tolist(), strict=True)):
        word = words.text[start:end]
        if not word.isalpha() and any(character.isdecimal() for character in word):
            facts.numbers[place] = word
        elif word[0].isupper():
            facts.names[place] = word
    return facts


def _changed(sides: Sides, facts: dict[int, str], others: dict[int, str]) -> tuple[int, int]:
    """Return how many facts of one kind stand at places where the other text has others, and how many are the same."""
    firsts, seconds = sides.first.tolist(), sides.second.tolist()
    kept = {place for start in firsts for place in (start, start + 1) if place in facts}
    changed = same = 0
    for (start, end), (other_start, other_end) in zip(pairwise(firsts), pairwise(seconds), strict=True):
        if not (2 < end - start <= LONGEST_GAP and 2 < other_end - other_start <= LONGEST_GAP):
            continue
        own = {facts[place] for place in range(start + 2, end) if place in facts}
        theirs = {others[place] for place in range(other_start + 2, other_end) if place in others}
        same += len(own & theirs)
        changed += min(len(own - theirs), len(theirs - own))
    return changed, len(kept) + same
