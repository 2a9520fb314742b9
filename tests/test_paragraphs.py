"""Where a paragraph begins and ends."""

import pytest

from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree


def blocks(html: str) -> list[str]:
    return [block.text for block in page_layout(page_tree(html.encode())).blocks]


@pytest.mark.parametrize(
    "bridge",
    [
        "the bridge",
        '<a href="/bridge"><meta itemprop="type" content="WebLink">the bridge</a>',
        'the <link itemprop="sameAs" href="/bridge">bridge',
        "the <st1:place><st1:city>bridge</st1:city></st1:place><o:p></o:p>",
        'the <b><river-bridge id="7">bridge</river-bridge></b>',
    ],
)
def test_element_that_is_of_no_known_sort_stands_in_the_line_of_a_paragraph(bridge: str) -> None:
    html = f"<div><p>The council closed {bridge} for the weekend.</p><p>Buses end at the market.</p></div>"

    assert blocks(html) == ["The council closed the bridge for the weekend.", "Buses end at the market."]


def test_element_of_no_known_sort_is_a_part_of_the_page_elsewhere() -> None:
    html = "<my-story><my-text>Flood closes the bridge</my-text><my-text>Buses end here</my-text></my-story>"

    assert blocks(html) == ["Flood closes the bridge", "Buses end here"]


def test_block_within_a_paragraph_is_one_of_its_own() -> None:
    assert blocks("<p>The river rose.<section>Ferries are late.</section></p>") == [
        "The river rose.",
        "Ferries are late.",
    ]
