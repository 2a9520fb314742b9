"""Pages with a text that is no story: first pages, goods, the house's own."""

import json

import pytest

from archiver.parsers import split_page

TEXTS = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it, a spokesman said.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead of the quay.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again than today.",
)
ARTICLE = '<meta property="og:type" content="article">'
NEWS = {"@type": "NewsArticle", "headline": "The old bridge", "datePublished": "2026-11-20"}


def is_story(url: str, head: str = "", box: str = "<div>", signed: str = "By Ada Quist") -> bool:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXTS)
    html = f"""<html lang="en"><head><title>The old bridge</title>{head}</head><body>
        <main>{box}<h1>The old bridge</h1><p class="byline">{signed}</p>{paragraphs}</main></body></html>"""
    return split_page(html.encode(), url=url).article is not None


@pytest.mark.parametrize(
    ("path", "expected"), [("", False), ("/", False), ("/?p=17", True), ("/bridge", True)]
)
def test_first_page_of_a_site_is_no_story_whatever_its_data_call_it(path: str, expected: bool) -> None:
    data = f'<script type="application/ld+json">{json.dumps(NEWS)}</script>'

    assert is_story(f"https://news.example{path}", data) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/about/", False),
        ("/en/legal/terms-of-use.html", False),
        ("/impressum", False),
        ("/search", False),
        ("/us/people-search", False),
        ("/404.html", False),
        ("/2026/river-404-trees", True),
        ("/about/the-old-bridge/", True),
        ("/2026/11/search.html", True),
        ("/2026/what-the-privacy-law-changes", True),
    ],
)
def test_page_about_the_house_is_no_story_if_its_data_name_none(path: str, expected: bool) -> None:
    assert is_story(f"https://news.example{path}", ARTICLE) == expected


@pytest.mark.parametrize(
    ("head", "box", "expected"),
    [
        ('<meta property="og:type" content="product">', "<div>", False),
        (ARTICLE, '<div itemscope itemtype="https://schema.org/Product">', False),
        (ARTICLE, '<div itemscope itemtype="http://schema.org/Book">', False),
        (
            ARTICLE,
            '<div itemscope itemtype="http://schema.org/Review"><div itemtype="http://schema.org/Book">',
            True,
        ),
        (ARTICLE, '<div itemscope itemtype="http://schema.org/LocalBusiness">', True),
    ],
)
def test_page_of_goods_is_no_story(head: str, box: str, expected: bool) -> None:
    assert is_story("https://news.example/bridge", head, box) == expected


@pytest.mark.parametrize(
    ("line", "dated", "expected"),
    [
        ('<dl><dd class="info price--new">75 crowns</dd></dl>', "", False),
        ('<dl><dd class="info price--new">75 crowns</dd></dl>', '<time datetime="2026-11-20"></time>', True),
        ('<dl><dd class="info">75 bridges</dd></dl>', "", True),
    ],
)
def test_what_has_a_price_below_its_name_and_no_date_is_no_story(
    line: str, dated: str, expected: bool
) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXTS)
    html = f"""<html lang="en"><head><title>The old bridge</title></head><body><main><h1>The old bridge</h1>
        <p class="byline">By Ada Quist</p>{dated}{line}{paragraphs}</main></body></html>"""

    assert (split_page(html.encode(), url="https://news.example/bridge").article is not None) == expected
