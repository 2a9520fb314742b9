"""From trained models to the arrays that archiver.parsers.models evaluates."""

from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from archiver.parsers.models.model import MOST_LEAVES, MOST_NODES
from training.networks import Arrays

ALL_LEAVES = (1 << MOST_LEAVES) - 1


def save(ensemble: list[lgb.Booster], path: Path) -> None:
    """Write the trees of boosters, whose answers are averaged, to an .npz file; its content is fixed by the models."""
    models = [booster.dump_model() for booster in ensemble]
    trees = [tree for model in models for tree in model["tree_info"]]
    count = len(trees)
    feature = np.zeros((MOST_NODES, count), np.int16)
    threshold = np.full((MOST_NODES, count), np.inf, np.float64)
    kept = np.full((MOST_NODES, count), ALL_LEAVES, np.uint8)
    leaves = np.zeros((count, MOST_LEAVES), np.float32)
    for number, tree in enumerate(trees):
        values: list[float] = []
        nodes: list[tuple[int, float, int]] = []
        _flatten(tree["tree_structure"], values, nodes)
        for at, node in enumerate(nodes):
            feature[at, number], threshold[at, number], kept[at, number] = node
        leaves[number, : len(values)] = np.array(values) / len(models)
    np.savez_compressed(
        path,
        feature=feature,
        threshold=_rounded_up(threshold),
        kept=kept,
        leaves=leaves,
        classes=np.array(models[0]["num_tree_per_iteration"], np.int16),
    )


def save_networks(arrays: Arrays, path: Path) -> None:
    """Write the arrays of Networks to an .npz file, weights in 16 bits."""
    halves: dict[str, Any] = {
        name: array.astype(np.float32 if name in ("mean", "spread") else np.float16)
        for name, array in arrays.items()
    }
    np.savez_compressed(path, **halves)
    print(f"{path}: {len(arrays['into'])} networks, {path.stat().st_size / 1024:.0f} KB")


def _flatten(node: dict[str, Any], values: list[float], nodes: list[tuple[int, float, int]]) -> None:
    """Number the leaves from left to right; each inner node keeps the leaves that are not below its left branch."""
    if "split_feature" not in node:
        values.append(node["leaf_value"])
        return
    at, first = len(nodes), len(values)
    nodes.append((0, 0.0, 0))
    _flatten(node["left_child"], values, nodes)
    below_left = sum(1 << leaf for leaf in range(first, len(values)))
    nodes[at] = node["split_feature"], node["threshold"], ALL_LEAVES & ~below_left
    _flatten(node["right_child"], values, nodes)


def _rounded_up(exact: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Thresholds as 32-bit numbers that are not below the 64-bit ones, so that x <= threshold stays true."""
    rounded = exact.astype(np.float32)
    return np.where(rounded < exact, np.nextafter(rounded, np.float32(np.inf)), rounded).astype(np.float32)
