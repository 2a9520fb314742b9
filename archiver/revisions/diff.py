"""What changed between two texts: paragraphs aligned first, then words; characters in scripts without spaces."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from archiver.revisions.align import matches
from archiver.revisions.noise import UNSPACED, settled

# A character of a script without spaces, a word, a mark, each with the space before it.
TOKEN = re.compile(rf"\s*(?:{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\w)+|[^\w\s])")
# A paragraph is another's successor from this share of common words on; one that moved, from this.
ALIKE = 0.5
MOVED = 0.8
# Pairs of removed and added paragraphs that are compared between two that stayed; beyond, none are paired.
MOST_PAIRS = 40_000
# Fewer words in common than this share of two paragraphs make marks between the words that nobody can read.
LEGIBLE = 0.25
# Characters of what stayed between two changes, up to which it is no island but part of the change.
ISLAND = 2


class Mark(StrEnum):
    """What became of a piece of text or of a paragraph."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"
    """A paragraph in which some words are others; its pieces tell which."""
    MOVED = "moved"
    """A paragraph that stood elsewhere before; its pieces tell what else changed in it."""
    MOVED_AWAY = "moved_away"
    """A paragraph that stands elsewhere now: the one that it moved to tells what changed in it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: same, removed or added."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class ParagraphDiff:
    """One paragraph of either text, or of both."""

    mark: Mark
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A paragraph of the old text, of the new one, or one that became the other."""

    old: int | None
    new: int | None


def text_diff(old: Sequence[str], new: Sequence[str]) -> tuple[ParagraphDiff, ...]:
    """Return the paragraphs of both texts in the order in which one reads them, with what became of each."""
    rows = _aligned(old, new)
    moves = _moves(rows, old, new)
    went = {a for a, _ in moves.items()}
    came = {b: a for a, b in moves.items()}
    return tuple(_paragraph(row, old, new, went, came) for row in rows)


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words of both texts; what differs by noise only (quotes, dashes, encoding) is the same."""
    olds, news = TOKEN.findall(old), TOKEN.findall(new)
    common = matches([_key(token) for token in olds], [_key(token) for token in news])
    common = _without_islands(common, olds, news)
    pieces: list[Piece] = []
    a = b = 0
    for start, other, length in (*common, (len(olds), len(news), 0)):
        pieces += _piece(
            Mark.REMOVED, _with_space(olds[a:start], olds[start : start + 1], news[other : other + 1])
        )
        pieces += _piece(Mark.ADDED, news[b:other])
        pieces += _piece(Mark.SAME, news[other : other + length])
        a, b = start + length, other + length
    return tuple(pieces)


def changed_words(paragraphs: Sequence[ParagraphDiff]) -> tuple[int, int]:
    """Return how many words were added and how many removed; characters in scripts without spaces.

    A paragraph that moved counts for nothing but what changed in it.
    """
    counts = Counter[Mark]()
    for paragraph in paragraphs:
        if paragraph.mark is not Mark.MOVED_AWAY:
            for piece in paragraph.pieces:
                counts[piece.mark] += sum(
                    any(c.isalnum() for c in token) for token in TOKEN.findall(piece.text)
                )
    return counts[Mark.ADDED], counts[Mark.REMOVED]


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[_Row]:
    keys = [[settled(paragraph) for paragraph in text] for text in (old, new)]
    rows: list[_Row] = []
    a = b = 0
    for start, other, length in (*matches(*keys), (len(old), len(new), 0)):
        rows += _paired(old, new, range(a, start), range(b, other))
        rows += [_Row(start + n, other + n) for n in range(length)]
        a, b = start + length, other + length
    return rows


def _paired(old: Sequence[str], new: Sequence[str], olds: range, news: range) -> Iterator[_Row]:
    """The paragraphs between two that stayed: those that became others, removed ones before added ones."""
    a, b = olds.start, news.start
    for x, y in (*_successors(old, new, olds, news), (olds.stop, news.stop)):
        yield from (_Row(n, None) for n in range(a, x))
        yield from (_Row(None, n) for n in range(b, y))
        if x < olds.stop and y < news.stop:
            yield _Row(x, y)
        a, b = x + 1, y + 1


def _successors(
    old: Sequence[str], new: Sequence[str], olds: range, news: range
) -> tuple[tuple[int, int], ...]:
    """The pairs of like paragraphs, in order, that have most in common altogether."""
    if not olds or not news or len(olds) * len(news) > MOST_PAIRS:
        return ()
    if len(olds) == len(news) == 1:
        return ((olds.start, news.start),) if _is_legible(old[olds.start], new[news.start]) else ()
    bags = [_bag(new[n]) for n in news]
    best: list[list[float]] = [[0.0] * (len(news) + 1)]
    alike: list[list[float]] = []
    for n in olds:
        bag = _bag(old[n])
        alike.append([likeness if (likeness := _likeness(bag, each)) >= ALIKE else 0.0 for each in bags])
        row = [0.0]
        for m, likeness in enumerate(alike[-1]):
            row.append(max(row[m], best[-1][m + 1], best[-1][m] + likeness if likeness else 0.0))
        best.append(row)
    return tuple(_chosen(best, alike, olds, news))[::-1]


def _chosen(
    best: list[list[float]], alike: list[list[float]], olds: range, news: range
) -> Iterator[tuple[int, int]]:
    n, m = len(olds), len(news)
    while n and m:
        if best[n][m] == best[n - 1][m]:
            n -= 1
        elif best[n][m] == best[n][m - 1]:
            m -= 1
        else:
            n, m = n - 1, m - 1
            if alike[n][m]:
                yield olds[n], news[m]


def _moves(rows: Sequence[_Row], old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """The removed paragraphs that were added elsewhere, with where to: the same ones first, then the most alike."""
    gone = {row.old: _bag(old[row.old]) for row in rows if row.old is not None and row.new is None}
    come = {row.new: _bag(new[row.new]) for row in rows if row.new is not None and row.old is None}
    if len(gone) * len(come) > MOST_PAIRS:
        return _same_moves(gone, come, old, new)
    likeness = sorted(
        ((_likeness(bag, each), a, b) for a, bag in gone.items() for b, each in come.items() if bag),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    moves: dict[int, int] = {}
    taken = set[int]()
    for share, a, b in likeness:
        if share >= MOVED and a not in moves and b not in taken:
            moves[a] = b
            taken.add(b)
    return moves


def _same_moves(
    gone: dict[int, "Counter[str]"], come: dict[int, "Counter[str]"], old: Sequence[str], new: Sequence[str]
) -> dict[int, int]:
    places = {settled(new[b]): b for b in reversed(come)}
    return {a: b for a in gone if (b := places.pop(settled(old[a]), -1)) >= 0}


def _paragraph(
    row: _Row, old: Sequence[str], new: Sequence[str], went: set[int], came: dict[int, int]
) -> ParagraphDiff:
    if row.new is None:
        text = old[row.old or 0]
        mark = Mark.MOVED_AWAY if row.old in went else Mark.REMOVED
        return ParagraphDiff(mark, (Piece(Mark.REMOVED, text),))
    text = new[row.new]
    if row.old is None:
        if row.new not in came:
            return ParagraphDiff(Mark.ADDED, (Piece(Mark.ADDED, text),))
        return ParagraphDiff(Mark.MOVED, word_diff(old[came[row.new]], text))
    pieces = word_diff(old[row.old], text)
    if all(piece.mark is Mark.SAME for piece in pieces):
        return ParagraphDiff(Mark.SAME, (Piece(Mark.SAME, text),))
    return ParagraphDiff(Mark.CHANGED, pieces)


def _is_legible(old: str, new: str) -> bool:
    """Whether marks between the words of two paragraphs, which are alone with each other, tell more than the whole."""
    return _likeness(_bag(old), _bag(new)) >= LEGIBLE


def _bag(paragraph: str) -> "Counter[str]":
    return Counter(_key(token) for token in TOKEN.findall(paragraph))


def _likeness(one: "Counter[str]", other: "Counter[str]") -> float:
    """Share of the tokens of the longer text that both have."""
    longer = max(one.total(), other.total())
    if not longer or min(one.total(), other.total()) < longer * LEGIBLE:
        return 0.0
    # As (one & other).total(), which goes through all words: most paragraphs have few in common.
    return sum(min(one[token], other[token]) for token in one.keys() & other.keys()) / longer


def _key(token: str) -> str:
    """A token as it is compared: spaces around marks are noise."""
    return token.strip() if token.isascii() else settled(token)


def _without_islands(
    common: list[tuple[int, int, int]], olds: Sequence[str], news: Sequence[str]
) -> list[tuple[int, int, int]]:
    """Matches without those so short that marks around them are harder to read than the whole replaced."""
    kept: list[tuple[int, int, int]] = []
    a = b = 0
    for number, (start, other, length) in enumerate(common):
        following = common[number + 1][:2] if number + 1 < len(common) else (len(olds), len(news))
        text = "".join(news[other : other + length]).strip()
        is_between = _both(start - a, other - b) and _both(
            following[0] - start - length, following[1] - other - length
        )
        if is_between and _is_island(text):
            continue
        kept.append((start, other, length))
        a, b = start + length, other + length
    return kept


def _is_island(text: str) -> bool:
    return not any(c.isalnum() for c in text) or (len(text) <= ISLAND and not UNSPACED.search(text))


def _both(removed: int, added: int) -> bool:
    return removed > 0 and added > 0


def _with_space(removed: Sequence[str], old: Sequence[str], new: Sequence[str]) -> Sequence[str]:
    """Removed words, with the space behind them that the first token that stays, shown as it is new, has lost."""
    is_lost = removed and old and old[0][0].isspace() and not new[0][0].isspace()
    return [*removed, " "] if is_lost else removed


def _piece(mark: Mark, tokens: Sequence[str]) -> list[Piece]:
    return [Piece(mark, "".join(tokens))] if tokens else []
