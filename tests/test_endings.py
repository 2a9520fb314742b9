"""Where a story's text begins and ends, whatever the models take for text before and behind it."""

import numpy as np
import pytest

from archiver.parsers.markup.blocks import Layout, page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.story.endings import without_ends

TEXT = "The river rose by two metres on Friday night and took the railing of the old bridge with it."
NOTE = "Prices are those of the day on which the paper was printed."
ASIDE = "The parish hall at the mill"


def layout(body: str) -> Layout:
    return page_layout(page_tree(f"<html><body>{body}</body></html>".encode()))


def kept(page: Layout, taken: set[str], chance: float = 0.6) -> list[str]:
    """What stays of the blocks with the texts, the models being no surer than so of each."""
    own = [block for block in page.blocks if block.text in taken]
    headline = next((block for block in page.blocks if block.heading == 1), None)
    left = without_ends(page, own, headline, np.full(len(page.blocks), chance), {})
    return [block.text for block in left]


def paragraphs(text: str, count: int) -> str:
    return "".join(f"<p>{text}</p>" for _ in range(count))


def test_text_ends_at_its_copyright_line() -> None:
    page = layout(f"<div>{paragraphs(TEXT, 9)}<p>Copyright © 2026 River Post</p>{paragraphs(NOTE, 2)}</div>")

    assert kept(page, {TEXT, NOTE}) == [TEXT] * 9


@pytest.mark.parametrize("line", ["© Ada Quist", "The copyright of 2026 is the town's, the judge said."])
def test_text_goes_on_behind_other_lines(line: str) -> None:
    page = layout(f"<div>{paragraphs(TEXT, 9)}<p>{line}</p>{paragraphs(NOTE, 2)}</div>")

    assert kept(page, {TEXT, NOTE}) == [TEXT] * 9 + [NOTE] * 2


def test_doubted_lines_far_from_the_text_are_none_of_it() -> None:
    column = f'<div class="column">{paragraphs("Events", 14)}<ul><li>{ASIDE}</li></ul></div>'
    text = f"<div><h1>Flood closes the old bridge</h1>{paragraphs(TEXT, 5)}</div>"

    assert kept(layout(text + column), {TEXT, ASIDE}) == [TEXT] * 5
    assert kept(layout(text + column), {TEXT, ASIDE}, chance=0.9) == [TEXT] * 5 + [ASIDE]


def test_only_lines_before_the_headline_are_far_from_the_text() -> None:
    head = f'<div class="top"><p>{ASIDE}</p></div>{paragraphs("Events", 14)}'
    headline, text = "<h1>Flood closes the old bridge</h1>", f"<div>{paragraphs(TEXT, 5)}</div>"

    assert kept(layout(head + headline + text), {TEXT, ASIDE}) == [TEXT] * 5
    assert kept(layout(headline + head + text), {TEXT, ASIDE}) == [ASIDE] + [TEXT] * 5


def test_page_without_text_has_no_end() -> None:
    assert kept(layout("<p>Events</p>"), set()) == []


def test_cells_of_a_table_may_stand_far_away() -> None:
    rows = "".join(f"<tr><td>{cell}</td></tr>" for cell in [*["Events"] * 14, ASIDE])
    text = f"<div><h1>Flood closes the old bridge</h1>{paragraphs(TEXT, 5)}</div>"

    assert kept(layout(f"{text}<table>{rows}</table>"), {TEXT, ASIDE}) == [TEXT] * 5 + [ASIDE]
