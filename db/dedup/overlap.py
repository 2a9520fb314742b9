"""How much two texts have in common, and whether that is one text or only one template."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from db.dedup.fingerprint import BEYOND, FEWEST, Hashes, Words, shingles, words_of

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
    """The words of a text that a report of the same template would have others for."""

    words: Words
    is_number: NDArray[np.bool_]
    """Of each word, whether it holds a digit."""
    is_name: NDArray[np.bool_]
    """Of each other word, whether it begins with a capital."""

    def word(self, place: int) -> str:
        """Return the word at a place, as written."""
        return self.words.text[self.words.starts[place] : self.words.ends[place]]


NOTHING = Overlap(0.0, 0.0, 0.0, is_template=False)


def overlap(first: Words, second: Words) -> Overlap:
    """Return what two texts have in common; NOTHING if that is too little to make one the copy of the other."""
    ones, others = _kinds(shingles(first)), _kinds(shingles(second))
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
    return _shares(_kinds(shingles(first)), _kinds(shingles(second)))


def _kinds(hashes: Hashes) -> Hashes:
    """Return each hash once, in order; np.unique takes ten times as long."""
    ordered = np.sort(hashes)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if ordered.size else ordered


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
    changed, kept = _changed(sides, own, theirs, (own.is_number, theirs.is_number))
    if _are_others(changed, kept):
        return True
    changed_names, kept_names = _changed(sides, own, theirs, (own.is_name, theirs.is_name))
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
    places = np.argsort(hashes)
    ordered = hashes[places]
    edges = np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))
    is_single = edges[1:] & edges[:-1]
    return ordered[is_single], places[is_single]


def _facts(words: Words) -> Facts:
    tables = _tables()
    codes = np.frombuffer(words.text.encode("utf-32-le", "replace"), "<u4")
    places = np.minimum(codes, BEYOND).astype(np.intp)
    digits = np.zeros(codes.size + 1, np.int64)
    np.cumsum(tables.is_digit.take(places), out=digits[1:])
    is_number = digits[words.ends] > digits[words.starts]
    return Facts(words, is_number, tables.is_capital.take(places[words.starts]) & ~is_number)


def _changed(
    sides: Sides, own: Facts, theirs: Facts, are_facts: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[int, int]:
    """Return how many facts of one kind stand at places where the other text has others, and how many are the same."""
    is_own, is_theirs = are_facts
    common = np.zeros(is_own.size, np.bool_)
    common[sides.first] = common[sides.first + 1] = True
    changed, same = 0, int(np.count_nonzero(common & is_own))
    lengths, other_lengths = np.diff(sides.first), np.diff(sides.second)
    short = (lengths > 2) & (lengths <= LONGEST_GAP) & (other_lengths > 2) & (other_lengths <= LONGEST_GAP)
    places, spans = _in_gaps(is_own, sides.first, short)
    other_places, other_spans = _in_gaps(is_theirs, sides.second, short)
    for (start, end), (other_start, other_end) in zip(spans, other_spans, strict=True):
        if start < end and other_start < other_end:
            ours = {own.word(place) for place in places[start:end]}
            others = {theirs.word(place) for place in other_places[other_start:other_end]}
            same += len(ours & others)
            changed += min(len(ours - others), len(others - ours))
    return changed, same


def _in_gaps(
    is_fact: NDArray[np.bool_], common: Places, is_gap: NDArray[np.bool_]
) -> tuple[list[int], list[list[int]]]:
    """Return the places of facts, and of each gap between common places from which to which of them stand in it."""
    facts = np.flatnonzero(is_fact)
    edges = np.stack((common[:-1][is_gap] + 2, common[1:][is_gap]), axis=1)
    spans: list[list[int]] = np.searchsorted(facts, edges).tolist()
    return facts.tolist(), spans


@dataclass(frozen=True, slots=True)
class _Tables:
    """Of each character below BEYOND, and of all beyond: whether it is a digit, and whether a capital."""

    is_digit: NDArray[np.bool_]
    is_capital: NDArray[np.bool_]


@cache
def _tables() -> _Tables:
    characters = [chr(code) for code in range(BEYOND)]
    return _Tables(
        np.array([*(character.isdecimal() for character in characters), False]),
        np.array([*(character.isupper() for character in characters), False]),
    )
