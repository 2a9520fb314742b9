"""Prints what the models reach on sites that they have not seen."""

import numpy as np

from archiver.parsers.models.block_chances import CHANCE as STORY_CHANCE
from archiver.parsers.models.text_features import Columns
from archiver.parsers.related.related_links import CHANCE as LINK_CHANCE
from training.corpus import Page
from training.fit import Links, Validation

Counts = tuple[float, float, float]
"""Right, found and wanted."""


def report(read: list[Page], validation: Validation) -> None:
    """Print for each corpus precision, recall and F1 over the words of stories and over links, before any rule."""
    for corpus in dict.fromkeys(page.corpus for page in read):
        stories = [
            _words(page, chances)
            for page, chances in zip(read, validation.chances, strict=True)
            if page.corpus == corpus
        ]
        print(f"{corpus}: words of stories  {_figures(stories)}")
        for is_gold, what in ((True, "links            "), (False, "links of labels/ ")):
            mine = [
                i
                for i, page in enumerate(validation.links)
                if (page.corpus, page.is_gold) == (corpus, is_gold)
            ]
            if mine:
                print(f"{corpus}: {what} {_link_figures(validation, mine)}")


def _link_figures(validation: Validation, pages: list[int]) -> str:
    links = [_targets(validation.links[i], validation.wanted[i]) for i in pages]
    right = [
        validation.kinds[i][row].argmax() == kind
        for i in pages
        for row, kind in enumerate(validation.links[i].kinds)
        if kind >= 0
    ]
    return f"{_figures(links)}  kind right {np.mean(right):.3f}"


def _words(page: Page, chances: Columns) -> Counts:
    found, wanted, words = chances > STORY_CHANCE, page.story > 0, page.table.words
    return float((found & wanted) @ words), float(found @ words), float(wanted @ words)


def _targets(page: Links, chances: Columns) -> Counts:
    """Counted in addresses: one is found if any of the links to it is."""
    found = {target for target, chance in zip(page.targets, chances, strict=True) if chance > LINK_CHANCE}
    wanted = {target for target, gold in zip(page.targets, page.wanted, strict=True) if gold}
    return float(len(found & wanted)), float(len(found)), float(len(wanted) + page.missed)


def _figures(counts: list[Counts]) -> str:
    right, found, wanted = np.array(counts).sum(axis=0)
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    return (
        f"P {precision:.3f}  R {recall:.3f}  F1 {2 * precision * recall / max(precision + recall, 1e-9):.3f}"
    )
