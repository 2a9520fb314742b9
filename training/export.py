"""From a LightGBM model to the arrays that archiver.parsers.model evaluates."""

from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from archiver.parsers.model import MOST_LEAVES


def save(booster: lgb.Booster, path: Path) -> None:
    """Write a booster's trees to an .npz file with fixed content for the same model."""
    model = booster.dump_model()
    feature: list[int] = []
    threshold: list[float] = []
    kept: list[int] = []
    start: list[int] = []
    leaves = np.zeros((len(model["tree_info"]), MOST_LEAVES), np.float32)
    for number, tree in enumerate(model["tree_info"]):
        start.append(len(feature))
        values: list[float] = []
        _flatten(tree["tree_structure"], values, feature, threshold, kept)
        if len(feature) == start[-1]:  # a tree of one leaf still needs a node to reduce over
            feature.append(0)
            threshold.append(np.inf)
            kept.append(0xFFFF)
        leaves[number, : len(values)] = values
    np.savez_compressed(
        path,
        feature=np.array(feature, np.int16),
        threshold=_rounded_up(threshold),
        kept=np.array(kept, np.uint16),
        start=np.array(start, np.int32),
        leaves=leaves.astype(np.float32),
        classes=np.array(model["num_tree_per_iteration"], np.int16),
    )


def _flatten(
    node: dict[str, Any], values: list[float], feature: list[int], threshold: list[float], kept: list[int]
) -> None:
    """Number the leaves from left to right; each inner node keeps the leaves that are not below its left branch."""
    if "leaf_value" in node and "split_feature" not in node:
        values.append(node["leaf_value"])
        return
    at, first = len(feature), len(values)
    feature.append(node["split_feature"])
    threshold.append(node["threshold"])
    kept.append(0)
    _flatten(node["left_child"], values, feature, threshold, kept)
    below_left = sum(1 << leaf for leaf in range(first, len(values)))
    kept[at] = 0xFFFF & ~below_left
    _flatten(node["right_child"], values, feature, threshold, kept)


def _rounded_up(threshold: list[float]) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Thresholds as 32-bit numbers that are not below the 64-bit ones, so that x <= threshold stays true."""
    exact = np.array(threshold, np.float64)
    rounded = exact.astype(np.float32)
    return np.where(rounded < exact, np.nextafter(rounded, np.float32(np.inf)), rounded).astype(np.float32)
