"""The networks over the blocks of a page in their order, cross-validated by site."""

import numpy as np

from training.corpus import Page
from training.fit import FOLDS, HEAVIEST
from training.networks import Arrays, Course, Lesson, trained

COURSE = Course(numbers=32, at_once=4)
# A longer page weighs more than a short one, but not in proportion.
SHORTEST = 20


def in_order_networks(read: list[Page], folds: dict[str, int]) -> tuple[list[Arrays], Arrays]:
    """Return the networks of each fold, which have not seen its sites, and those trained on all pages."""
    parts = [
        trained([_lesson(page) for page in read if folds[page.site] != part], COURSE) for part in range(FOLDS)
    ]
    return parts, trained([_lesson(page) for page in read], COURSE)


def _lesson(page: Page) -> Lesson:
    weights = np.sqrt(np.minimum(page.table.words, HEAVIEST) + 1) / (3 * np.sqrt(len(page.story) + SHORTEST))
    return Lesson(
        rows=page.table.columns.T,
        wanted=np.asarray(page.story, np.float32)[:, None],
        weights=np.asarray(weights, np.float32)[:, None],
    )
