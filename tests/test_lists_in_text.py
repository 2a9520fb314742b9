"""Lists, code with its numbers, and quotations between the paragraphs of a story."""

import numpy as np
from test_story_edges import story

from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.story.between import with_lines
from archiver.parsers.story.standfirst import Announced


def test_list_that_a_paragraph_announces_is_text() -> None:
    items = ["Charge your phone.", "Keep water at home.", "Avoid driving, if you can."]
    listed = "".join(f"<li>{item}</li>" for item in items)

    text = story(inside=f"<p>The fire service asks three things of everybody:</p><ul>{listed}</ul>").body

    assert [line for line in text.split("\n\n") if line in items] == items


def test_list_below_a_heading_of_the_story_is_text_however_its_items_are_boxed() -> None:
    steps = [
        "Ask the ferryman for the time of the last ferry.",
        "Buy the ticket at the landing, not on board of it.",
    ]
    listed = "".join(f"<li><div class='step-text'><span>{step}</span></div></li>" for step in steps)

    text = story(inside=f"<h3>How to cross the river</h3><ul class='steps'>{listed}</ul>").body

    assert [line for line in text.split("\n\n") if line in steps] == steps


def test_numbers_of_the_lines_of_code_are_no_text() -> None:
    code = """<table><tr><td class="rouge-gutter gl"><pre class="lineno">1\n2\n3</pre></td>
        <td class="rouge-code"><pre>ferry = Ferry()\nferry.cross()\nferry.back()</pre></td></tr></table>"""

    lines = story(inside=code, kind="BlogPosting").body.split("\n\n")

    assert "1 2 3" not in lines
    assert "ferry = Ferry() ferry.cross() ferry.back()" in lines


def test_code_between_two_paragraphs_is_text() -> None:
    lines = story(inside="<pre>© 2026</pre>", kind="BlogPosting").body.split("\n\n")

    assert "© 2026" in lines


def test_quotation_between_two_paragraphs_is_text() -> None:
    quoted = "<blockquote><p>The river was never so high as it was on Friday night.</p></blockquote>"
    html = f"<div><p>The keeper of the lock was surprised.</p>{quoted}<p>He has seen much.</p></div>"
    layout = page_layout(page_tree(html.encode()))
    before, _, after = layout.blocks

    found = with_lines(
        layout, [before, after], Announced(None, (), is_news=False), np.array([0.9, 0.4, 0.9], np.float32), {}
    )

    assert found == layout.blocks
