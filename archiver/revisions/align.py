"""What two sequences have in common, in order: by unique rows of elements first, then by Myers' algorithm.

The work is bounded: what has nothing unique in common and differs in more than MOST_EDITS places is replaced whole.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Edits up to which the shortest way from one stretch to another is sought: its cost is their square.
MOST_EDITS = 200
# Elements in a row that are looked for as unique ones, in this order: the longer, the less likely by chance.
ROWS = (8, 4, 2, 1)

# Beginning in one, beginning in the other, length.
Match = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of two sequences, from and up to."""

    start: int
    end: int
    other_start: int
    other_end: int


def matches(one: Sequence[str], other: Sequence[str]) -> list[Match]:
    """Return the stretches that both have in common, in order, each as long as it is."""
    found: list[Match] = []
    pending = [Stretch(0, len(one), 0, len(other))]
    while pending:
        pending += _matched(one, other, pending.pop(), found)
    return _joined(sorted(match for match in found if match[2]))


def _matched(one: Sequence[str], other: Sequence[str], part: Stretch, found: list[Match]) -> list[Stretch]:
    """Add what the ends of a stretch and its unique elements match to found; return what is left between them."""
    part = _without_ends(one, other, part, found)
    if part.start == part.end or part.other_start == part.other_end:
        return []
    anchors = _anchors(one, other, part)
    if not anchors:
        found += _shortest_way(one, other, part)
        return []
    found += [(a, b, 1) for a, b in anchors]
    ends = [*anchors, (part.end, part.other_end)]
    starts = [(part.start, part.other_start), *((a + 1, b + 1) for a, b in anchors)]
    return [Stretch(a, c, b, d) for (a, b), (c, d) in zip(starts, ends, strict=True) if a < c and b < d]


def _without_ends(one: Sequence[str], other: Sequence[str], part: Stretch, found: list[Match]) -> Stretch:
    """Match what a stretch begins and ends with alike."""
    most = min(part.end - part.start, part.other_end - part.other_start)
    head = 0
    while head < most and one[part.start + head] == other[part.other_start + head]:
        head += 1
    tail = 0
    while tail < most - head and one[part.end - 1 - tail] == other[part.other_end - 1 - tail]:
        tail += 1
    found += [(part.start, part.other_start, head), (part.end - tail, part.other_end - tail, tail)]
    return Stretch(part.start + head, part.end - tail, part.other_start + head, part.other_end - tail)


def _anchors(one: Sequence[str], other: Sequence[str], part: Stretch) -> list[tuple[int, int]]:
    """The longest rising series of rows that stand once in either: they belong together wherever they stand.

    A row is anchored by its first element; what follows begins the next stretch, and matches there.
    """
    for length in ROWS:
        here = _rows(one[part.start : part.end], length)
        there = _rows(other[part.other_start : part.other_end], length)
        counts, others = Counter(here), Counter(there)
        places = {row: part.other_start + n for n, row in enumerate(there) if others[row] == 1}
        pairs = [
            (part.start + n, places[row]) for n, row in enumerate(here) if counts[row] == 1 and row in places
        ]
        if pairs:
            return _rising(pairs)
    return []


def _rows(elements: Sequence[str], length: int) -> list[tuple[str, ...]]:
    return list(zip(*(elements[start:] for start in range(length)), strict=False))


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs, which rise by their first, that rises by the second too."""
    tails: list[int] = []  # of rows by their length, the lowest end
    ends: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [number]
        before.append(ends[length - 1] if length else -1)
    row: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]


def _shortest_way(one: Sequence[str], other: Sequence[str], part: Stretch) -> list[Match]:
    """Myers' greedy algorithm on a stretch; nothing matches if it takes more than MOST_EDITS."""
    here, there = one[part.start : part.end], other[part.other_start : part.other_end]
    width, height = len(here), len(there)
    reached = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(width + height, MOST_EDITS) + 1):
        trace.append(dict(reached))
        for diagonal in range(-edits, edits + 1, 2):
            goes_down = diagonal == -edits or (
                diagonal != edits and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
            )
            x = reached[diagonal + 1] if goes_down else reached[diagonal - 1] + 1
            y = x - diagonal
            while x < width and 0 <= y < height and here[x] == there[y]:
                x, y = x + 1, y + 1
            reached[diagonal] = x
            if x >= width and y >= height:
                return [(part.start + a, part.other_start + b, n) for a, b, n in _back(trace, width, height)]
    return []


def _back(trace: list[dict[int, int]], x: int, y: int) -> Iterator[Match]:
    """The matches of the way that trace holds, from its end."""
    for edits in range(len(trace) - 1, -1, -1):
        reached, diagonal = trace[edits], x - y
        goes_down = diagonal == -edits or (
            diagonal != edits and reached.get(diagonal - 1, -1) < reached.get(diagonal + 1, -1)
        )
        from_diagonal = diagonal + 1 if goes_down else diagonal - 1
        from_x = reached[from_diagonal] if edits else 0
        from_y = from_x - from_diagonal if edits else 0
        start = from_x if goes_down else from_x + 1
        if not edits:
            start = 0
        yield start, start - diagonal, x - start
        x, y = from_x, from_y


def _joined(found: list[Match]) -> list[Match]:
    """Matches that follow each other without a gap as one."""
    joined: list[Match] = []
    for a, b, length in found:
        if joined and joined[-1][0] + joined[-1][2] == a and joined[-1][1] + joined[-1][2] == b:
            joined[-1] = joined[-1][0], joined[-1][1], joined[-1][2] + length
        else:
            joined.append((a, b, length))
    return joined
