"""Tree ensembles: what numpy makes of them is what walking down the trees gives."""

import numpy as np
import pytest

from archiver.parsers.features import BLOCK_FEATURES, CONTEXT_FEATURES
from archiver.parsers.link_features import KIND_ORDER, LINK_FEATURES
from archiver.parsers.model import ALL_LEAVES, MOST_LEAVES, Trees, trees


def by_hand() -> Trees:
    """One tree: x0 <= 1 ? (x1 <= 5 ? leaf 0 : leaf 1) : leaf 2."""
    leaves = np.zeros((1, MOST_LEAVES), np.float32)
    leaves[0, :3] = [-1.0, 0.5, 2.0]
    return Trees(
        feature=np.array([0, 1]),
        threshold=np.array([1.0, 5.0], np.float32),
        kept=np.array([ALL_LEAVES & ~np.uint16(0b011), ALL_LEAVES & ~np.uint16(0b001)], np.uint16),
        start=np.array([0]),
        leaves=leaves,
        classes=1,
    )


@pytest.mark.parametrize(
    ("row", "score"), [([0, 0], -1.0), ([1, 5], -1.0), ([1, 6], 0.5), ([2, 0], 2.0), ([2, 9], 2.0)]
)
def test_row_ends_in_the_leaf_that_its_tests_lead_to(row: list[float], score: float) -> None:
    chance = by_hand().probabilities(np.array([row], np.float32))

    assert chance[0] == pytest.approx(1 / (1 + np.exp(-score)))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("blocks", len(BLOCK_FEATURES)),
        ("blocks_in_context", len(BLOCK_FEATURES) + len(CONTEXT_FEATURES)),
        ("links", len(LINK_FEATURES)),
        ("kinds", len(LINK_FEATURES)),
    ],
)
def test_packaged_weights_fit_the_features(name: str, columns: int) -> None:
    ensemble = trees(name)

    assert ensemble.feature.max() < columns
    assert ensemble.classes == (len(KIND_ORDER) if name == "kinds" else 1)
    chances = ensemble.probabilities(np.zeros((3, columns), np.float32))
    assert ((chances >= 0) & (chances <= 1)).all()


def test_no_rows_give_no_probabilities() -> None:
    assert trees("blocks").probabilities(np.zeros((0, len(BLOCK_FEATURES)), np.float32)).shape == (0,)
    assert trees("kinds").probabilities(np.zeros((0, len(LINK_FEATURES)), np.float32)).shape == (
        0,
        len(KIND_ORDER),
    )
