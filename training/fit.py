"""Gradient-boosted trees over blocks and links, cross-validated by site."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from sklearn.model_selection import GroupKFold

from archiver.parsers.markup.names import MEANINGS
from archiver.parsers.models.features import context_columns
from archiver.parsers.models.model import MOST_LEAVES, probabilities
from archiver.parsers.models.text_features import Columns
from archiver.parsers.related.link_features import KIND_ORDER, LINK_FEATURES, link_columns
from archiver.parsers.related.links import link_candidates, main_address
from training.corpus import Page, comparable

FOLDS = 5
# Small trees, many of them, strongly held back: a few hundred pages of a few hundred sites are soon learned by heart.
TREES = {
    "learning_rate": 0.1, "num_leaves": MOST_LEAVES, "min_data_in_leaf": 30, "feature_fraction": 0.35,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "verbose": -1, "num_threads": 0,
    "deterministic": True, "force_row_wise": True, "seed": 1,
}  # fmt: skip
ROUNDS = {"blocks": 300, "blocks_in_context": 150, "links": 500, "kinds": 60}
# Ensembles of other seeds whose answers are averaged: one seed alone moves links and kinds by a point, and the bodies
# that are exact by four.
SEEDS = 5
# What is held back more. The second decision must not repeat the first one's mistakes with more confidence. Links are
# split at thresholds drawn by chance: on unseen sites, their page F1 rises by 2 points.
HELD_BACK: dict[str, dict[str, float]] = {
    "blocks": {},
    "blocks_in_context": {"min_data_in_leaf": 100, "lambda_l2": 20.0, "feature_fraction": 0.2},
    "links": {"min_data_in_leaf": 20, "learning_rate": 0.08, "extra_trees": True},
    "kinds": {"min_data_in_leaf": 20},
}
# Each link is learned from once more, with so much of its weight, as if its boxes had no names: other sites call theirs
# otherwise. On unseen sites, page F1 of links rises by half a point (fundus) and a fifth of one (wcxb), and one to two
# kinds more of a hundred are right.
UNNAMED = 0.5
LINK_NAMES = [
    at
    for at, name in enumerate(LINK_FEATURES)
    if name in {f"{whose}_{meaning}" for whose in ("link", "all") for meaning in MEANINGS}
]
# What a page of labels/ weighs beside one whose links the corpus gives: all of them are of one corpus, the larger one.
LABELLED_HERE = 0.6
# Words from which on a longer block weighs no more.
HEAVIEST = 60
Ensemble = list[lgb.Booster]
"""The boosters of several seeds."""
Boosters = dict[str, Ensemble]


@dataclass(slots=True, eq=False)
class Links:
    """The links of one page with what the models are to learn of them."""

    corpus: str
    site: str
    is_gold: bool
    """Whether the corpus gives its links."""
    rows: Columns
    wanted: Columns
    targets: list[str]
    kinds: list[int]
    """Index in KIND_ORDER of each wanted link, -1 of the others."""
    missed: int
    """Gold links that no candidate leads to."""


@dataclass(slots=True, eq=False)
class Validation:
    """What models that have not seen a page's site make of it."""

    boosters: list[Boosters]
    """The models of each fold."""
    chances: list[Columns]
    """For each page its blocks' probabilities."""
    links: list[Links]
    wanted: list[Columns]
    """For each page of links the probabilities of being wanted, and of each kind."""
    kinds: list[Columns]


def fold_of(sites: Iterable[str]) -> dict[str, int]:
    """Return for each site the fold that its pages are left out in."""
    every = list(sites)
    splitter = GroupKFold(FOLDS, shuffle=True, random_state=0)
    parts = splitter.split(np.zeros(len(every)), groups=np.array(every))
    return {every[i]: fold for fold, (_, test) in enumerate(parts) for i in test}


def cross_validated(read: list[Page], folds: dict[str, int]) -> Validation:
    """Train each model once for each fold, without the fold's pages, and apply it to them."""
    boosters: list[Boosters] = [{} for _ in range(FOLDS)]
    sites = [page.site for page in read]
    rows = [page.table.columns.T for page in read]
    alone = _out_of_fold(
        "blocks", lambda i: _block_booster(i, read, rows, "blocks"), sites, rows, folds, boosters
    )
    seen = _in_context(read, alone)
    fit = lambda i: _block_booster(i, read, seen, "blocks_in_context")  # noqa: E731  # one expression, used once
    chances = _out_of_fold("blocks_in_context", fit, sites, seen, folds, boosters)
    links = [
        _links(page, chance) for page, chance in zip(read, chances, strict=True) if page.links is not None
    ]
    sites, rows = [page.site for page in links], [page.rows for page in links]
    wanted = _out_of_fold(
        "links", lambda i: _link_booster([links[k] for k in i]), sites, rows, folds, boosters
    )
    kinds = _out_of_fold(
        "kinds", lambda i: _kind_booster([links[k] for k in i]), sites, rows, folds, boosters
    )
    return Validation(boosters, chances, links, wanted, kinds)


def final(read: list[Page], validation: Validation, folds: dict[str, int]) -> Boosters:
    """Return the models trained on all pages; each learns from what the one before makes of pages it has not seen."""
    every = list(range(len(read)))
    rows = [page.table.columns.T for page in read]
    alone = [
        predicted(validation.boosters[folds[page.site]]["blocks"], page.table.columns.T) for page in read
    ]
    return {
        "blocks": _block_booster(every, read, rows, "blocks"),
        "blocks_in_context": _block_booster(every, read, _in_context(read, alone), "blocks_in_context"),
        "links": _link_booster(validation.links),
        "kinds": _kind_booster(validation.links),
    }


def _out_of_fold(
    name: str,
    fit: Callable[[list[int]], Ensemble],
    sites: list[str],
    rows: list[Columns],
    folds: dict[str, int],
    boosters: list[Boosters],
) -> list[Columns]:
    """Fit one model a fold, keep it in boosters, and return its predictions for the pages it has not seen."""
    for fold in range(FOLDS):
        boosters[fold][name] = fit([i for i, site in enumerate(sites) if folds[site] != fold])
    return [predicted(boosters[folds[site]][name], table) for site, table in zip(sites, rows, strict=True)]


def _trained(name: str, learnt: lgb.Dataset, **task: str | int) -> Ensemble:
    settings = {**TREES, **HELD_BACK[name], **task}
    return [lgb.train({**settings, "seed": seed}, learnt, ROUNDS[name]) for seed in range(1, SEEDS + 1)]


def predicted(ensemble: Ensemble, rows: Columns) -> Columns:
    """Return what model.py will: what all trees say is averaged before it is made a probability."""
    if not len(rows):  # which LightGBM refuses
        return probabilities(np.zeros((ensemble[0].num_model_per_iteration(), 0)))
    scores = np.mean([booster.predict(rows, raw_score=True) for booster in ensemble], axis=0)
    return probabilities(np.atleast_2d(scores.T))


def _in_context(read: list[Page], chances: list[Columns]) -> list[Columns]:
    return [
        np.concatenate([page.table.columns, context_columns(chance, page.table.words)]).T
        for page, chance in zip(read, chances, strict=True)
    ]


def _block_booster(which: list[int], read: list[Page], rows: list[Columns], name: str) -> Ensemble:
    weights = np.concatenate([np.sqrt(np.minimum(read[i].table.words, HEAVIEST) + 1) for i in which])
    labels = np.concatenate([read[i].story for i in which])
    learnt = lgb.Dataset(np.vstack([rows[i] for i in which]), labels, weight=weights)
    return _trained(name, learnt, objective="binary")


def _links(page: Page, chances: Columns) -> Links:
    candidates = link_candidates(page.layout, page.base, page.own)
    columns, _ = link_columns(page.layout, candidates, page.table, chances, main_address(page.own))
    targets = [comparable(candidate.target) for candidate in candidates]
    gold = page.links or {}
    kinds = [gold.get(target) for target in targets]
    return Links(
        corpus=page.corpus,
        site=page.site,
        is_gold=page.is_gold,
        rows=columns.T,
        wanted=np.array([kind is not None for kind in kinds], np.float32),
        targets=targets,
        kinds=[-1 if kind is None else [str(known) for known in KIND_ORDER].index(kind) for kind in kinds],
        missed=len(gold.keys() - set(targets)),
    )


def _link_booster(links: list[Links]) -> Ensemble:
    weights = np.concatenate([_link_weights(page) for page in links])
    rows, labels = np.vstack([page.rows for page in links]), np.concatenate([page.wanted for page in links])
    return _trained("links", _also_unnamed(rows, labels, weights), objective="binary")


def _also_unnamed(rows: Columns, labels: Columns, weights: Columns) -> lgb.Dataset:
    """What is to be learned of links, as they are and as if their boxes had no names."""
    unnamed = rows.copy()
    unnamed[:, LINK_NAMES] = 0
    weights = np.concatenate([weights, UNNAMED * weights])
    return lgb.Dataset(np.vstack([rows, unnamed]), np.tile(labels, 2), weight=weights / weights.mean())


def _link_weights(page: Links) -> Columns:
    """A page counts as a page, however many teasers it has, and an address as one, however many links lead there."""
    together = Counter(page.targets)
    each = np.array([1 / together[target] for target in page.targets], np.float32)
    return np.asarray(_page_weight(page) * each / np.sqrt(5 + page.wanted.sum()), np.float32)


def _page_weight(page: Links) -> float:
    return 1.0 if page.is_gold else LABELLED_HERE


def _kind_booster(links: list[Links]) -> Ensemble:
    kinds = np.array([kind for page in links for kind in page.kinds])
    known = kinds >= 0
    rows = np.vstack([page.rows for page in links])[known]
    weights = np.concatenate([np.full(len(page.kinds), _page_weight(page), np.float32) for page in links])
    learnt = _also_unnamed(rows, kinds[known], weights[known])
    return _trained("kinds", learnt, objective="multiclass", num_class=len(KIND_ORDER))
