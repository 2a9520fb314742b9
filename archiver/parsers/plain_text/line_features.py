"""What the models see of a page that survives only as plain text: one row of numbers for each line."""

import re

import numpy as np
from numpy.typing import NDArray

from archiver.items import LinkKind
from archiver.parsers.models.text_features import Columns
from archiver.parsers.notices import ends_with_credit, notice_words
from archiver.parsers.phrases import USES, phrase_bits
from archiver.parsers.plain_text.lines import (
    COST,
    HEAD,
    MOST_GAIN,
    PROSE_WORDS,
    SENTENCE_WORDS,
    TAIL,
    Line,
    densest_run,
    likely_title,
    read_also,
)
from archiver.parsers.text import MARKED_WORD, ends_sentence, fold

# Distances on a page, in lines, beyond which it does not matter how far.
FAR = 40.0
# Lines on either side that are described one by one; windows, in lines, that are described together.
NEIGHBOURS = 3
WINDOWS = (3, 8, 20)
# Lines before, or after, a line that are described together; distances at which a list's cards may repeat.
SIDE = 8
PERIODS = (2, 3, 4)
# Words of a line that are looked up in the story.
PROBED = 24
# Letters from which on a word is rare enough to tell what a story is about; two in scripts without spaces.
TELLING, TELLING_UNSPACED = 5, 2
TIME = re.compile(r"\d{1,2}[:.h]\d\d(?!\d)")
SENTENCE_BREAK = re.compile(r"[.!?…。！？؟۔।॥]\s+\S|[。！？]\S")
KINDS = tuple(LinkKind)


def line_rows(lines: list[Line]) -> Columns:
    """Return the features of every line: an array of (lines, len(LINE_FEATURES))."""
    texts = np.array([_looks(line) for line in lines], np.float32).reshape(len(lines), len(LOOKS))
    prose = np.array([line.prose for line in lines], np.bool_)
    run = densest_run(lines)
    agreement = _agreement(lines, run)
    return np.hstack(
        [
            texts,
            agreement,
            _placed(texts, prose, run),
            _runs(lines, run),
            _headed(lines),
            _around(texts, prose, agreement),
            _sides(texts, prose, agreement),
            _neighbours(texts, prose, agreement),
        ]
    ).astype(np.float32, copy=False)


LOOKS = (
    "log_chars", "words", "ends_sentence", "ends_ellipsis", "question", "colon", "ends_digit", "commas", "breaks",
    "digits", "upper", "title_case", "first_lower", "first_upper", "first_digit", "first_quote", "quotes",
    "inner_colon", "bars", "copyright", "address", "time", "dated", "byline", "heading", "read_also", "caseless",
    "word_length", "notices", "credit",
    *(f"is_{use}" for use in USES), *(f"begins_{use}" for use in USES), *(f"ends_{use}" for use in USES),
)  # fmt: skip
_USE_BITS = [1 << index for index in range(len(USES))]


def _looks(line: Line) -> list[float]:
    text = line.text
    head, size = text[:HEAD], len(text)
    words = head[:400].split()
    cased = head.lower() != head.upper()
    exact, begins, ends = phrase_bits(text)
    return [
        float(np.log1p(size)),
        float(min(line.words, 150)),
        float(ends_sentence(text[-TAIL:])),
        float(text.endswith(("…", "...", "[…]", "[...]", "(…)"))),
        float(text[-1] in "?？؟"),
        float(text[-1] in ":："),
        float(text[-1].isdigit()),
        float(head.count(",") + head.count("，") + head.count("、") + head.count("،")),
        float(len(SENTENCE_BREAK.findall(head[:600]))),
        sum(map(str.isdigit, head[:100])) / len(head[:100]),
        sum(map(str.isupper, head[:200])) / len(head[:200]) if cased else -1.0,
        sum(word[0].isupper() for word in words) / len(words) if cased else -1.0,
        float(text[0].islower()),
        float(text[0].isupper()),
        float(text[0].isdigit()),
        float(text[0] in "\"'“”„«‘’»「『《"),
        float(sum(map(head[:300].count, '"“”„«»「」『』‘’'))),
        float(": " in head[:80] or "：" in head[:80]),
        float(sum(map(head[:200].count, "|｜•·/»›→"))),
        float("©" in head),
        float("@" in head[:200] or "http" in head[:200] or "www." in head[:200]),
        float(TIME.search(head[:120]) is not None),
        float(line.dated is not None),
        float(line.byline),
        float(line.heading is not None),
        float(read_also(text) != ""),
        float(not cased),
        len(head[:400]) / max(len(words), 1),
        float(notice_words(text)),
        float(ends_with_credit(text)),
        *(float(bool(exact & bit)) for bit in _USE_BITS),
        *(float(bool(begins & bit)) for bit in _USE_BITS),
        *(float(bool(ends & bit)) for bit in _USE_BITS),
    ]


AGREEMENT = ("shared", "shared_rare", "log_repeats", "first_of_repeats", "from_title", "shared_with_title")


def _agreement(lines: list[Line], run: tuple[int, int]) -> Columns:
    """How much of a line's telling words the densest run of prose has too, and how often a line stands on the page."""
    told = [_telling(line.text) for line in lines]
    seen: dict[str, int] = {}
    for words in told[run[0] : run[1]]:
        for word in words:
            seen[word] = seen.get(word, 0) + 1
    repeats: dict[str, int] = {}
    for line in lines:
        repeats[line.text] = repeats.get(line.text, 0) + 1
    rows, before = np.zeros((len(lines), len(AGREEMENT)), np.float32), set[str]()
    for index, (line, words) in enumerate(zip(lines, told, strict=True)):
        own = 1 if run[0] <= index < run[1] else 0
        if words:
            counts = [seen.get(word, 0) - own for word in words]
            rows[index, 0] = sum(count > 0 for count in counts) / len(counts)
            rows[index, 1] = sum(count > 1 for count in counts) / len(counts)
        else:
            rows[index, :2] = -1
        rows[index, 2] = np.log1p(repeats[line.text])
        rows[index, 3] = float(line.text not in before)
        before.add(line.text)
    title = likely_title(lines, run[0], rows)
    if title is None:
        rows[:, 4] = 2 * FAR
        return rows
    rows[:, 4] = np.clip(np.arange(len(lines)) - title, -FAR, FAR)
    rows[:, 5] = [len(words & told[title]) / len(words) if words else -1 for words in told]
    return rows


def _telling(text: str) -> set[str]:
    """The first words of a text that are long enough to tell what it is about; pairs where it has no spaces."""
    found: set[str] = set()
    for word in MARKED_WORD.findall(fold(text[:400]))[:PROBED]:
        if word.isascii() or word[0] < "\u0e00":
            if len(word) >= TELLING:
                found.add(word[:7])  # the stem, about: languages that inflect
        else:
            found.update(word[i : i + TELLING_UNSPACED] for i in range(min(len(word), 40) - 1))
    return found


PLACED = (
    "place", "log_before", "log_after", "log_lines", "prose_before", "prose_share", "to_prose_before",
    "to_prose_after", "in_run", "to_run", "from_run", "run_share", "length_beside", "since_short", "same_shape",
)  # fmt: skip


def _placed(texts: Columns, prose: NDArray[np.bool_], run: tuple[int, int]) -> Columns:
    """Where in the text a line stands, counted in lines and in prose, and how it stands to the densest run."""
    count = len(texts)
    order = np.arange(count, dtype=np.float32)
    size = np.expm1(texts[:, 0])
    mass = np.where(prose, size, 0.0)
    whole = max(float(mass.sum()), 1.0)
    before = np.maximum.accumulate(np.where(prose, order, -1e6)) if count else order
    after = np.minimum.accumulate(np.where(prose, order, 1e6)[::-1])[::-1] if count else order
    some = texts[:, 1] >= SENTENCE_WORDS
    usual = float(np.median(texts[some, 0])) if some.any() else 0.0
    short = np.maximum.accumulate(np.where(texts[:, 1] < 3, order, -1.0)) if count else order
    band = np.where(prose, 9.0, np.round(texts[:, 0]))
    changed = np.flatnonzero(np.diff(band, prepend=-1.0))
    lengths = np.diff(np.append(changed, count))
    return np.column_stack(
        [
            order / max(count, 1),
            np.log1p(order),
            np.log1p(count - order),
            np.full(count, np.log1p(count)),
            (np.cumsum(mass) - mass) / whole,
            np.full(count, whole / max(float(size.sum()), 1.0)),
            np.minimum(order - before, FAR),
            np.minimum(after - order, FAR),
            (order >= run[0]) & (order < run[1]),
            np.clip(run[0] - order, -FAR, FAR),
            np.clip(order - run[1] + 1, -FAR, FAR),
            np.full(count, mass[run[0] : run[1]].sum() / whole),
            texts[:, 0] - usual,
            np.minimum(order - short, FAR),
            np.repeat(lengths, lengths),
        ]
    ).astype(np.float32)


RUNS = ("run_gain", "run_length", "run_place")


def _runs(lines: list[Line], densest: tuple[int, int]) -> Columns:
    """How the run of prose that a line stands in compares with the densest one; 0 outside of runs."""
    rows = np.zeros((len(lines), len(RUNS)), np.float32)
    gains = [min(line.words, MOST_GAIN) if line.prose else -COST for line in lines]
    best = max(sum(gains[densest[0] : densest[1]]), 1)
    at = 0
    while at < len(gains):
        if gains[at] <= 0:
            at += 1
            continue
        total, peak, end, index = 0, 0, at, at
        while index < len(gains) and total + gains[index] > 0:
            total += gains[index]
            if total > peak:
                peak, end = total, index + 1
            index += 1
        rows[at:end, 0], rows[at:end, 1] = peak / best, np.log1p(end - at)
        rows[at:end, 2] = (np.arange(at, end) - at) / (end - at)
        at = index
    return rows


HEADED = ("from_heading", *(f"under_{kind}" for kind in KINDS))


def _headed(lines: list[Line]) -> Columns:
    """How far above the last heading of a list stands, and of which kind it is."""
    rows = np.zeros((len(lines), 1 + len(KINDS)), np.float32)
    at, kind = -int(FAR), -1
    for index, line in enumerate(lines):
        if line.heading is not None:
            at, kind = index, KINDS.index(line.heading)
        elif line.prose and line.words >= PROSE_WORDS:
            kind = -1
        rows[index, 0] = min(index - at, FAR)
        if kind >= 0:
            rows[index, 1 + kind] = 1
    return rows


_WINDOWED = ("log_chars", "words", "ends_sentence", "dated", "digits", "first_upper", "heading", "notices")
AROUND = tuple(
    f"{name}_in_{window}"
    for window in WINDOWS
    for name in (*_WINDOWED, "prose", "headline_long", "shared", "repeats", "spread")
)


def _around(texts: Columns, prose: NDArray[np.bool_], agreement: Columns) -> Columns:
    """Means over the lines around, the line itself among them; spread is that of the logarithm of their lengths."""
    long = (texts[:, 1] >= 4) & (texts[:, 1] <= 20) & ~prose
    shown = np.column_stack(
        [_picked(texts, _WINDOWED), prose, long, agreement[:, 0], agreement[:, 2], texts[:, 0] ** 2]
    )
    columns = []
    for window in WINDOWS:
        mean = _means(shown, -window, window + 1)
        mean[:, -1] = np.sqrt(np.maximum(mean[:, -1] - mean[:, 0] ** 2, 0))
        columns.append(mean)
    return np.hstack(columns).astype(np.float32)


_SIDED = ("log_chars", "words", "ends_sentence", "notices")
SIDES = (
    *(f"{name}_{side}" for side in ("above", "below") for name in (*_SIDED, "prose", "shared")),
    *(f"period_{step}" for step in PERIODS),
)


def _sides(texts: Columns, prose: NDArray[np.bool_], agreement: Columns) -> Columns:
    """Means over the lines before and after, and how unlike in length the lines around are to those some steps on."""
    shown = np.column_stack([_picked(texts, _SIDED), prose, agreement[:, 0]])
    columns = [_means(shown, -SIDE, 0), _means(shown, 1, SIDE + 1)]
    for step in PERIODS:
        unlike = np.zeros((len(texts), 1))
        unlike[:-step, 0] = np.abs(texts[step:, 0] - texts[:-step, 0])
        columns.append(_means(unlike, -SIDE, SIDE + 1))
    return np.hstack(columns).astype(np.float32)


def _picked(texts: Columns, names: tuple[str, ...]) -> Columns:
    return texts[:, [LOOKS.index(name) for name in names]]


def _means(shown: NDArray[np.float64], first: int, end: int) -> NDArray[np.float64]:
    """Means of the rows from index + first to before index + end; -1 where there are none."""
    count = len(shown)
    total = np.vstack([np.zeros((1, shown.shape[1])), np.cumsum(shown, axis=0, dtype=np.float64)])
    order = np.arange(count)
    low, high = np.clip(order + first, 0, count), np.clip(order + end, 0, count)
    size = (high - low)[:, None]
    return np.where(size > 0, (total[high] - total[low]) / np.maximum(size, 1), -1.0)


_SHOWN = (
    "log_chars",
    "words",
    "ends_sentence",
    "first_upper",
    "digits",
    "dated",
    "heading",
    "title_case",
    "notices",
)
_STEPS = (*range(-NEIGHBOURS, 0), *range(1, NEIGHBOURS + 1))
BESIDE = tuple(f"{name}{step:+d}" for step in _STEPS for name in (*_SHOWN, "prose", "shared"))


def _neighbours(texts: Columns, prose: NDArray[np.bool_], agreement: Columns) -> Columns:
    """The lines before and after; -2 beyond the ends of the text."""
    shown = np.column_stack([_picked(texts, _SHOWN), prose, agreement[:, 0]])
    padded = np.full((len(texts) + 2 * NEIGHBOURS, shown.shape[1]), -2, np.float32)
    padded[NEIGHBOURS : NEIGHBOURS + len(texts)] = shown
    return np.hstack([padded[NEIGHBOURS + step : NEIGHBOURS + step + len(texts)] for step in _STEPS])


LINE_FEATURES = (*LOOKS, *AGREEMENT, *PLACED, *RUNS, *HEADED, *AROUND, *SIDES, *BESIDE)
"""The names of the columns of line_rows."""
AGREEING = slice(len(LOOKS), len(LOOKS) + len(AGREEMENT))
"""The columns of AGREEMENT."""
