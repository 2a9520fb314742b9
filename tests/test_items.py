"""Items of lists that the models doubt, and that belong to a story by where their list stands."""

import numpy as np
import pytest

from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.story.doubted import with_items_alike

PARAGRAPHS = (
    "The minister named the new centres on Monday, and what they are to do from next year on.",
    "All of them open before the end of March, the ministry said.",
)
ITEMS = ("two trained clerks in each of them", "800 offices in eleven states at first")
LISTED = "".join(f"<li>{item}</li>" for item in ITEMS)


def kept(page: str, *chances: float, is_news: bool = False) -> list[str]:
    """Return the texts that a story keeps of the blocks of a page, given the chances of each."""
    layout = page_layout(page_tree(f"<body><div>{page}</div></body>".encode()))
    own = [block for block in layout.blocks if chances[block.index] > 0.5]
    found = with_items_alike(layout, own, np.array(chances, np.float32), {}, is_news=is_news)
    return [block.text for block in found]


def test_list_between_two_paragraphs_is_kept_where_all_its_items_are_likely() -> None:
    first, last = (f"<p>{text}</p>" for text in PARAGRAPHS)
    page = f"{first}<ul>{LISTED}</ul>{last}"

    assert kept(page, 0.9, 0.4, 0.35, 0.9) == [PARAGRAPHS[0], *ITEMS, PARAGRAPHS[1]]
    assert kept(page, 0.9, 0.4, 0.1, 0.9) == list(PARAGRAPHS)
    assert kept(page, 0.9, 0.4, 0.35, 0.9, is_news=True) == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "page",
    [
        "{first}{last}<ul>{items}</ul>",
        "{first}<div><ul>{items}</ul></div>{last}",
        '{first}<ul><li><a href="/a">two trained clerks</a></li><li>800 offices</li></ul>{last}',
    ],
)
def test_list_elsewhere_or_of_links_stays_out(page: str) -> None:
    first, last = (f"<p>{text}</p>" for text in PARAGRAPHS)
    chances = (0.9, 0.9, 0.4, 0.4) if page.startswith("{first}{last}") else (0.9, 0.4, 0.4, 0.9)

    assert kept(page.format(first=first, last=last, items=LISTED), *chances) == list(PARAGRAPHS)
