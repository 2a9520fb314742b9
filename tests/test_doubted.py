"""What the models doubt and is the story's by what stands around it."""

import numpy as np
import pytest

from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.story.doubted import alike, only_paragraph, with_lines_alike

REPORT = (
    "The ferry Ada has won the prize of the port for 2026, which is given to a boat of the river that was never late, "
    "and its crew of four takes home a barrel of beer."
)


def kept(html: str, *chances: float) -> list[str]:
    """What is the story's of a page whose first block is its headline, by the chance of each block."""
    layout = page_layout(page_tree(html.encode()))
    assert len(layout.blocks) == len(chances)
    weighed = np.array(chances, np.float32)
    likely = [block for block in layout.blocks if weighed[block.index] > 0.5]
    if likely:
        found = with_lines_alike(layout, likely, weighed, {})
    else:
        found = only_paragraph(layout, layout.blocks[0], weighed, {})
    return [block.text for block in found]


@pytest.mark.parametrize(
    ("lines", "chance"),
    [
        ("<p>the fee is late;</p><p>the boat sinks.</p>", 0.2),
        ("<p>（一）不按时缴费的；</p><p>（二）船只沉没的。</p>", 0.2),
        ("<p>Ada and her crew</p><p>Old ferry</p>", 0.4),
    ],
)
def test_lines_between_two_paragraphs_boxed_alike_are_text(lines: str, chance: float) -> None:
    html = (
        f"<h1>Rules of the harbour</h1><p>A place is taken away where:</p>{lines}<p>The council decides.</p>"
    )

    assert len(kept(html, 0, 0.9, chance, chance, 0.9)) == 4


@pytest.mark.parametrize(
    "line",
    [
        '<p class="credit">Photo: Ada Quist.</p>',
        "<div><p>Read on by mail.</p></div>",
        '<p><a href="/2">Ferry runs again.</a></p>',
        "<p>Old.</p>",
    ],
)
def test_line_of_another_form_is_no_text(line: str) -> None:
    html = f"<h1>Rules of the harbour</h1><p>A place is taken away.</p>{line}<p>The council decides.</p>"

    assert len(kept(html, 0, 0.9, 0.4, 0.9)) == 2


def test_pieces_of_code_between_others_are_text() -> None:
    code = "<pre>ferry = Ferry()</pre><pre>ferry.cross()</pre><pre>ferry.back()</pre>"

    assert len(kept(f"<h1>How to cross</h1>{code}", 0, 0.6, 0.2, 0.6)) == 3


def test_paragraph_below_the_headline_that_is_all_there_is_is_the_text() -> None:
    html = f"<h1>Ferry wins a prize</h1><time>20 November 2026</time><div><p>{REPORT}</p></div><p>1 Quay Street</p>"

    assert kept(html, 0.1, 0.1, 0.42, 0.1) == [REPORT]


@pytest.mark.parametrize(
    ("html", "chance"),
    [
        (f"<h1>Ferry wins a prize</h1><p>{REPORT}</p>", 0.3),
        (f"<h1>Ferry wins a prize</h1><div>{REPORT}</div>", 0.42),
        ("<h1>Ferry wins a prize</h1><p>No story was found.</p>", 0.42),
        (f"<h1>Ferry wins a prize</h1>{'<p>Menu</p>' * 12}<p>{REPORT}</p>", 0.42),
    ],
)
def test_unlikely_short_or_far_line_is_no_text(html: str, chance: float) -> None:
    assert kept(html, *([0.1] * html.count("<p>Menu")), 0.1, chance) == []


@pytest.mark.parametrize(
    ("before", "behind", "expected"),
    [
        ("", '<div class="facts"><div class="copy"><p>About the firm</p></div></div>', []),
        ("", '<div class="post"><div class="copy"><p>Second part</p></div></div>', ["Second part"]),
        ('<div class="top"><div class="copy"><p>Standfirst</p></div></div>', "", ["Standfirst"]),
    ],
)
def test_boxes_behind_the_text_are_alike_only_where_they_stand_alike(
    before: str, behind: str, expected: list[str]
) -> None:
    text = "<p>The ferry runs again.</p><p>The crew is back.</p>"
    page = f'{before}<div class="post"><div class="copy">{text}</div></div>{behind}'
    blocks = page_layout(page_tree(f"<html><body>{page}</body></html>".encode())).blocks
    prose = [block for block in blocks if block.text in text]

    is_alike = alike(prose)

    assert [block.text for block in blocks if block not in prose and is_alike(block)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("<p>So the boats wait.</p>", 4),
        ("<p>Read on page two</p>", 3),
        ('<p class="note">So the boats wait.</p>', 3),
        ('<p><a href="/2">So the boats wait.</a></p>', 3),
    ],
)
def test_sentence_at_an_end_of_paragraphs_boxed_alike_is_text(line: str, expected: int) -> None:
    text = "<p>The harbour is full.</p><p>The sea is wild.</p><p>The wind blows.</p>"

    assert len(kept(f"<h1>Rules of the harbour</h1>{text}{line}", 0, 0.9, 0.9, 0.9, 0.4)) == expected
    assert len(kept(f"<h1>Rules of the harbour</h1>{line}{text}", 0, 0.4, 0.9, 0.9, 0.9)) == expected
