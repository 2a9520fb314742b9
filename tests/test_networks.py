"""Networks over the lines of a text: what numpy makes of all lines at once is what each line's own sums give."""

import numpy as np
import pytest

from archiver.parsers.models.features import BLOCK_FEATURES
from archiver.parsers.models.networks import CLIPPED, LEAST_VARIANCE, MOST_HEED, STEPS, Networks, networks
from archiver.parsers.models.text_features import Columns
from archiver.parsers.plain_text.line_features import LINE_FEATURES

FEATURES, NUMBERS, HEEDED, ANSWERS = 5, 4, 2, 3


def drawn(seeds: int = 2) -> Networks:
    """Networks of weights drawn by chance."""
    draw = np.random.default_rng(7)

    def of(*shape: int) -> Columns:
        return draw.normal(0, 0.7, shape).astype(np.float32)

    return Networks(
        mean=of(FEATURES),
        spread=np.abs(of(FEATURES)) + np.float32(0.5),
        into=of(seeds, FEATURES + 1, NUMBERS),
        heeded=of(seeds, len(STEPS), NUMBERS + 1, HEEDED),
        scale=of(seeds, len(STEPS), 2, NUMBERS),
        layers=of(seeds, len(STEPS), (4 + HEEDED) * NUMBERS + 1, NUMBERS),
        out=of(seeds, NUMBERS + FEATURES + 1, ANSWERS),
    )


def lines(count: int) -> Columns:
    return np.random.default_rng(count).normal(0, 2, (count, FEATURES)).astype(np.float32)


def line_by_line(nets: Networks, rows: Columns) -> Columns:
    """What the networks say, from each line's own numbers in plain sums."""
    seen = [np.clip((row - nets.mean) / nets.spread, -CLIPPED, CLIPPED) for row in rows]
    said = []
    for seed in range(len(nets.into)):
        numbers = [np.maximum(np.append(row, 1) @ nets.into[seed], 0) for row in seen]
        for at, step in enumerate(STEPS):
            even = [
                (own - own.mean()) / np.sqrt(own.var() + LEAST_VARIANCE) * nets.scale[seed, at, 0]
                + nets.scale[seed, at, 1]
                for own in numbers
            ]
            heed = [
                np.exp(np.clip(np.append(own, 1) @ nets.heeded[seed, at], -MOST_HEED, MOST_HEED))
                for own in even
            ]
            means = [
                sum(each[k] * own for each, own in zip(heed, even, strict=True))
                / sum(each[k] for each in heed)
                for k in range(HEEDED)
            ]
            nothing = np.zeros(NUMBERS)
            numbers = [
                own
                + np.maximum(
                    np.concatenate(
                        [
                            even[line - step] if line >= step else nothing,
                            even[line],
                            even[line + step] if line + step < len(even) else nothing,
                            sum(even) / len(even),
                            *means,
                            [1],
                        ]
                    )
                    @ nets.layers[seed, at],
                    0,
                )
                for line, own in enumerate(numbers)
            ]
        said.append(
            [np.concatenate([own, row, [1]]) @ nets.out[seed] for own, row in zip(numbers, seen, strict=True)]
        )
    return np.asarray(np.mean(said, axis=0))


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9, 30])
def test_lines_are_answered_together_as_one_by_one(count: int) -> None:
    rows = lines(count)

    assert drawn().answers(rows) == pytest.approx(line_by_line(drawn(), rows), rel=1e-4, abs=1e-4)


def test_lines_far_away_count_by_the_means_of_the_text() -> None:
    rows, other = lines(60), lines(60)
    other[50:] += 1

    assert not np.allclose(drawn().answers(rows)[0], drawn().answers(other)[0])


def test_seeds_are_averaged() -> None:
    both = drawn()
    parts = {name: getattr(both, name) for name in ("mean", "spread")}
    each = [
        Networks(
            **parts,
            **{
                name: getattr(both, name)[seed : seed + 1]
                for name in ("into", "heeded", "scale", "layers", "out")
            },
        ).answers(lines(12))
        for seed in range(2)
    ]

    assert both.answers(lines(12)) == pytest.approx(np.mean(each, axis=0), rel=1e-5)


def test_text_without_lines_has_no_answers() -> None:
    assert drawn().answers(np.zeros((0, FEATURES), np.float32)).shape == (0, ANSWERS)


@pytest.mark.parametrize(
    ("name", "features", "count"),
    [("lines", len(LINE_FEATURES), ANSWERS), ("blocks_in_order", len(BLOCK_FEATURES), 1)],
)
@pytest.mark.parametrize("value", [0, 1e30, -1e30])
def test_packaged_weights_fit_the_features(name: str, features: int, count: int, value: float) -> None:
    answers = networks(name).answers(np.full((3, features), value, np.float32))

    assert answers.shape == (3, count)
    assert np.isfinite(answers).all()
