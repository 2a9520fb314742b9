"""What trees and networks together say of a page's blocks."""

import numpy as np

from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.models.block_chances import CHANCE, FEWEST_IN_ORDER, LEAST_WORDS, block_chances
from archiver.parsers.models.features import BlockTable, block_table

STORY = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
)


def table_of(paragraphs: int, teasers: int = 0) -> BlockTable:
    story = "".join(f"<p>{STORY[at % 3]} That was hour {at}.</p>" for at in range(paragraphs))
    cards = "".join(
        f"<li><a href=/n/{at}>Ferry runs again after {at} weeks of repairs</a>" for at in range(teasers)
    )
    html = f"<h1>Flood closes the old bridge</h1><article>{story}</article><ul>{cards}</ul>"
    return block_table(page_layout(page_tree(html.encode())), headline=None, description="", stated="")


def test_of_few_blocks_only_trees_are_heard() -> None:
    chances, trees_say = block_chances(table_of(FEWEST_IN_ORDER - 2))

    assert len(chances) == FEWEST_IN_ORDER - 1
    assert chances is trees_say


def test_of_a_page_networks_are_heard_too() -> None:
    table = table_of(40)

    chances, trees_say = block_chances(table)

    assert not np.array_equal(chances, trees_say)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (chances[1:] > CHANCE).all()


def test_networks_take_no_story_away() -> None:
    for paragraphs in range(1, 60, 7):
        for teasers in (0, 5, 40, 200):
            table = table_of(paragraphs, teasers)

            chances, trees_say = block_chances(table)

            taken = table.words * (trees_say > CHANCE)
            assert (taken * (chances > CHANCE)).sum() >= LEAST_WORDS * taken.sum()


def test_page_without_blocks_has_no_chances() -> None:
    table = block_table(page_layout(page_tree(b"<p></p>")), headline=None, description="", stated="")

    assert [len(chances) for chances in block_chances(table)] == [0, 0]
