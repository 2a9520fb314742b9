"""Tree ensembles: what numpy makes of them is what walking down the trees gives."""

import numpy as np
import pytest

from archiver.parsers.models.features import BLOCK_FEATURES, CONTEXT_FEATURES
from archiver.parsers.models.model import MOST_LEAVES, MOST_NODES, Trees, trees
from archiver.parsers.plain_text.line_features import LINE_FEATURES
from archiver.parsers.related.link_features import KIND_ORDER, LINK_FEATURES


def by_hand() -> Trees:
    """One tree: x0 <= 1 ? (x1 <= 5 ? leaf 0 : leaf 1) : leaf 2."""
    leaves = np.zeros((1, MOST_LEAVES), np.float32)
    leaves[0, :3] = [-1.0, 0.5, 2.0]
    kept = np.full((MOST_NODES, 1), 0xFF, np.uint8)
    kept[:2, 0] = [0xFF & ~0b011, 0xFF & ~0b001]
    feature, threshold = np.zeros((MOST_NODES, 1), np.int16), np.full((MOST_NODES, 1), np.inf, np.float32)
    feature[1], threshold[:2, 0] = 1, [1.0, 5.0]
    return Trees(feature=feature, threshold=threshold, kept=kept, leaves=leaves, classes=1)


CASES = [([0, 0], -1.0), ([1, 5], -1.0), ([1, 6], 0.5), ([2, 0], 2.0), ([2, 9], 2.0)]


@pytest.mark.parametrize(("column", "score"), CASES)
def test_column_ends_in_the_leaf_that_its_tests_lead_to(column: list[float], score: float) -> None:
    chance = by_hand().probabilities(np.array([column], np.float32).T)

    assert chance[0] == pytest.approx(1 / (1 + np.exp(-score)))


def test_many_columns_are_judged_as_each_alone() -> None:
    columns = np.array([column for column, _ in CASES] * 1000, np.float32).T

    together = by_hand().probabilities(columns)

    assert together.tolist() == [by_hand().probabilities(columns[:, i : i + 1])[0] for i in range(5)] * 1000


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("blocks", len(BLOCK_FEATURES)),
        ("blocks_in_context", len(BLOCK_FEATURES) + len(CONTEXT_FEATURES)),
        ("links", len(LINK_FEATURES)),
        ("kinds", len(LINK_FEATURES)),
        ("lines_story", len(LINE_FEATURES)),
        ("lines_headlines", len(LINE_FEATURES)),
        ("lines_title", len(LINE_FEATURES)),
    ],
)
def test_packaged_weights_fit_the_features(name: str, columns: int) -> None:
    ensemble = trees(name)

    assert ensemble.feature.max() < columns
    assert ensemble.classes == (len(KIND_ORDER) if name == "kinds" else 1)
    chances = ensemble.probabilities(np.zeros((columns, 3), np.float32))
    assert ((chances >= 0) & (chances <= 1)).all()


def test_no_columns_give_no_probabilities() -> None:
    assert trees("blocks").probabilities(np.zeros((len(BLOCK_FEATURES), 0), np.float32)).shape == (0,)
    none = trees("kinds").probabilities(np.zeros((len(LINK_FEATURES), 0), np.float32))
    assert none.shape == (0, len(KIND_ORDER))
