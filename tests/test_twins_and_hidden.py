"""What a page holds besides its story and does not show with it: hidden boxes, copies, cards of other stories."""

import pytest

from archiver.items import Article
from archiver.parsers import split_page

URL = "https://news.example/city/2026/11/20/ferry-runs-again-after-the-flood.html"
PARAGRAPHS = [
    "The ferry across the lower river ran again on Friday for the first time since the flood of last week.",
    "The council had closed both landings because the water had washed out the gravel below the ramps.",
    "Workers filled the holes on Wednesday and Thursday and laid new planks over the worst of the damage.",
    "The ferryman, who lives beside the landing, said that the first boat was full by seven in the morning.",
    "Lorries must wait until Monday, when the engineers will have measured how the ramps have settled.",
]


def read(*, before: str = "", inside: str = "", end: str = "", after: str = "") -> Article:
    """The article of a page; inside stands before the last of its paragraphs, the others around the text."""
    texts = [f"<p>{text}</p>" for text in PARAGRAPHS]
    text = "".join([*texts[:-1], inside, texts[-1], end])
    html = f"""<!DOCTYPE html><html lang="en"><head><title>Ferry runs again after the flood</title></head><body>
        <main>{before}<h1>Ferry runs again after the flood</h1><p class="byline">By Ada Quist</p>
        <time datetime="2026-11-20">20 November 2026</time><div class="text">{text}</div>{after}</main></body></html>"""
    article = split_page(html.encode(), url=URL).article
    assert article is not None
    return article


@pytest.mark.parametrize("attributes", ['style="display: none; visibility: hidden"', 'class="notice hidden"'])
def test_hidden_lines_stay_out(attributes: str) -> None:
    line = "Ferry runs again after the flood was last modified: November 20th, 2026 by Ada Quist"

    assert read(inside=f"<div {attributes}>{line}</div>").body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("names", ["d-none d-print-block", "authorPopup", "js-consent dialog", "wm-ipp-base"])
def test_what_only_paper_shows_and_what_opens_over_the_page_stays_out(names: str) -> None:
    box = f"""<div class="{names}"><p>The desk in the old mill sells this page on paper, together with the five best
        pictures of the flood, to whoever asks for it before the end of the month.</p></div>"""

    assert read(end=box).body.split("\n\n") == PARAGRAPHS


def test_text_that_is_hidden_as_a_whole_until_a_script_runs_is_read() -> None:
    html = f"""<html lang="en"><title>Ferry runs again after the flood</title><h1>Ferry runs again after the flood</h1>
        <p class="byline">By Ada Quist</p><time datetime="2026-11-20">20 November 2026</time>
        <div style="display:none">{"".join(f"<p>{text}</p>" for text in PARAGRAPHS)}</div></html>"""
    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == PARAGRAPHS


def test_entries_of_a_column_beside_the_text_stay_out() -> None:
    entries = "".join(
        f"<li>{name} wrote on The mill is for sale: I knew the old miller and his dog well...</li>"
        for name in ("Anton", "Berta", "Cesar", "Dora")
    )
    column = f'<ul><li class="widget widget_text"><h2>What you say</h2><ul>{entries}</ul></li></ul>'

    assert read(after=column).body.split("\n\n") == PARAGRAPHS


def test_copy_of_the_text_for_paper_is_read_once() -> None:
    copy = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)

    assert read(after=f'<div class="text">{copy}</div>').body.split("\n\n") == PARAGRAPHS


def test_paragraph_that_is_said_twice_at_once_is_read_once() -> None:
    assert read(inside=f"<p>{PARAGRAPHS[3]}</p>").body.split("\n\n") == PARAGRAPHS


def test_refrain_is_read_as_often_as_it_is_sung() -> None:
    refrain = "Row the boat over, row the boat home, the river is wide and the landing is stone."
    body = read(inside=f"<p>{refrain}</p><p>{PARAGRAPHS[0][:60]} once more.</p><p>{refrain}</p>").body

    assert body.count(refrain) == 2


@pytest.mark.parametrize("line", ["* * *", "-------------", "==========", "★★★★★"])
def test_lines_without_letters_stay_out(line: str) -> None:
    assert read(inside=f"<p>{line}</p>").body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("names", ["caption", "wp-caption-text", "photo_table__caption"])
def test_lines_of_pictures_between_paragraphs_stay_out(names: str) -> None:
    assert (
        read(inside=f'<p class="{names}">Northern landing - the ferry goes on below</p>').body.split("\n\n")
        == PARAGRAPHS
    )


def cards(excerpt: str) -> str:
    """A list of three other stories, each with the beginning of it below its headline."""
    headlines = [
        "Old mill is for sale at last",
        "School by the river gets a roof",
        "Bakers raise the price of rye",
    ]
    return "".join(
        f"""<div class="nextstory"><h2><a href="/city/2026/11/1{number}/story-of-that-day.html">{headline}</a></h2>
        <p>{excerpt.format(number)} <a href="/city/2026/11/1{number}/story-of-that-day.html">Rest</a></p></div>"""
        for number, headline in enumerate(headlines)
    )


def test_beginnings_of_other_stories_below_their_headlines_stay_out() -> None:
    excerpt = """The owners of the place said on day {} of their talks with the council that they would give it away for
        a fair price, if whoever takes it keeps the wheel and the two old trees beside the water."""

    assert (
        read(after=f'<div id="next-post-thumbnails">{cards(excerpt)}</div>').body.split("\n\n") == PARAGRAPHS
    )


def test_text_that_goes_on_between_other_stories_is_read_whatever_box_it_stands_in() -> None:
    headlines = [
        "Old mill is for sale at last",
        "School by the river gets a roof",
        "Bakers raise the price of rye",
    ]
    boxes = "".join(
        f"""<p>{text}</p><div><h3><a href="/city/2026/11/1{number}/story-of-that-day.html">{headline}</a></h3>
        <p>Also on this day: {text}</p></div>"""
        for number, (headline, text) in enumerate(zip(headlines, PARAGRAPHS, strict=False))
    )

    body = read(inside=boxes).body

    assert all(f"Also on this day: {text}" in body for text in PARAGRAPHS[:3])


@pytest.mark.parametrize("label", ["Werbung:", "Weiterführende Links:"])
def test_what_is_linked_below_a_label_goes_with_it(label: str) -> None:
    links = "".join(
        f'<p><a href="https://shop.example/{number}" rel="nofollow">{goods}</a></p>'
        for number, goods in enumerate(
            ["To the owners of the ferry and of the mill", "The ferry as it was in 1910"]
        )
    )

    assert read(inside=f"<p><strong>{label}</strong></p>{links}").body.split("\n\n") == PARAGRAPHS


def test_line_that_announces_another_story_goes_with_it() -> None:
    lines = """<p>This theme may be of interest to you:</p><blockquote><p>
        <a href="/city/2026/11/12/old-mill-is-for-sale-at-last.html">Old mill by the ferry is for sale</a></p>
        </blockquote>"""
    others = "".join(
        f'<li><a href="/city/2026/11/1{day}/story-of-that-day.html">School by the river gets roof number {day}</a></li>'
        for day in range(3, 9)
    )

    body = read(inside=lines, after=f"<h2>Read also</h2><ul>{others}</ul>").body

    assert body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "line",
    [
        'Filed in <a rel="tag" href="/t/ferries">Ferries of the river</a>, <a rel="tag" href="/t/flood">Flood</a>',
        "Bo Lind is an editor at River Post. Follow him on Twitter.",
    ],
)
def test_topics_and_what_the_author_is_stay_out(line: str) -> None:
    assert read(end=f"<p>{line}</p>").body.split("\n\n") == PARAGRAPHS


def test_line_that_announces_a_list_of_the_text_is_read() -> None:
    inside = """<p>Three things have to be done:</p>
        <p>Read more: <a href="/city/2026/11/12/old-mill-is-for-sale.html">Old mill by the ferry is for sale</a></p>
        <ul><li>the gravel below both ramps must be filled up again before the first frost of the winter</li>
        <li>the planks of the northern landing must be changed, since the water has loosened most of them</li>
        <li>the chain must be looked at by somebody who knows what the river has done to the old links</li></ul>"""

    assert "Three things have to be done:" in read(inside=inside).body
