"""Pages that list stories by their beginnings are no stories."""

import json

import pytest

from archiver.parsers import split_page

TEXTS = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it, a spokesman said.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead of the quay.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again than today.",
)
HEADLINES = (
    "Ferry runs again after three weeks of repairs",
    "Market hall traders ask for one more year",
    "Apprentices bring a steam crane back to life",
)
REPORT = (
    "The ban on eel fishing is extended by a year, the Ministry of Rivers said in a notice on Monday morning.",
    "Boats that have caught eel since 2019 can ask for help from the fund until the end of March, it added.",
    "Scientists see no recovery of the stock and advise against any catch in the coming season, as before.",
)
SECTION = "https://riverpost.example/local/"
PRESS = "https://ministry.example/en/press/releases"


def listing(*, count: int = 3, head: str = "", body: str = "", rel: str = "", more: str = "") -> bytes:
    """Return the page of a section with so many cards; a single one is longer."""
    texts = TEXTS if count > 1 else (" ".join(TEXTS),)
    cards = "".join(
        f'<article><h2><a href="/2026/11/2{number}/story"{rel}>{headline}</a></h2>'
        f'<p><time datetime="2026-11-2{number}T10:00:00Z">November 2{number}, 2026</time> by <a>Ann Lee</a></p>'
        f"<p>{text} […]</p>{more}</article>"
        for number, (headline, text) in enumerate(zip(HEADLINES[:count], texts, strict=False))
    )
    return (
        f'<html lang="en"><head><title>Local - River Post</title>{head}</head><body{body}>'
        f"<main><h1>Local</h1>{cards}</main></body></html>"
    ).encode()


def is_story(page: bytes, url: str = SECTION) -> bool:
    return split_page(page, url=url).article is not None


def stated(kind: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, "name": "Local"})}</script>'


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("kind", ["CollectionPage", "SearchResultsPage", "ProfilePage"])
def test_page_that_says_so_is_no_story(kind: str, count: int) -> None:
    assert is_story(listing(count=1))
    assert not is_story(listing(count=count, head=stated(kind)))
    assert is_story(listing(count=count, head=stated(kind) + stated("NewsArticle")))


@pytest.mark.parametrize(
    ("names", "is_one"),
    [("archive category category-local", True), ("search search-results", True), ("blog page", False)],
)
def test_archive_of_wordpress_is_no_story(names: str, is_one: bool) -> None:
    assert is_story(listing(count=1, body=f' class="{names}"')) is not is_one


@pytest.mark.parametrize("path", ["category/local/", "tag/flood", "author/ann-lee/page/2/"])
def test_address_of_a_topic_is_no_story(path: str) -> None:
    assert not is_story(listing(count=1), f"https://riverpost.example/{path}")
    assert is_story(listing(count=1, head=stated("NewsArticle")), f"https://riverpost.example/{path}")


def test_cards_that_lead_on_are_no_story() -> None:
    head = '<meta property="og:type" content="article">'

    assert is_story(listing(head=head))
    assert not is_story(listing(head=head, rel=' rel="bookmark"'))
    assert not is_story(listing(head=head, more='<a href="/2026/11/20/story">Continue reading</a>'))
    assert is_story(listing(head=head, rel=' rel="bookmark"', count=1))


def test_story_that_links_itself_is_one_whatever_cards_stand_below() -> None:
    story = "".join(f"<p>{text}</p>" for text in TEXTS * 3)
    card = f'<article><h2><a href="/other" rel="bookmark">{HEADLINES[1]}</a></h2><p>{TEXTS[1]}</p></article>'
    page = (
        '<html lang="en"><head><title>Flood closes the bridge</title></head><body><main><article>'
        '<h1><a href="/local/" rel="bookmark">Flood closes the bridge</a></h1><p>November 20, 2026 by Ann Lee</p>'
        f"{story}</article>{card}{card}</main></body></html>"
    )

    assert is_story(page.encode())


def rows(
    row: str, above: str = "<p>Here you find all press releases of the ministry since 2015.</p>"
) -> bytes:
    """Return a list of press releases, each set as row has it, below what stands above them."""
    texts = (*TEXTS, *(f"As it was a year ago: {text}" for text in TEXTS))
    listed = "".join(
        row.format(url=f"/en/press/{number}", day=24 - number, title=title, text=text)
        for number, (title, text) in enumerate(zip(HEADLINES * 2, texts, strict=True))
    )
    return (
        '<html lang="en"><head><title>Press releases | Ministry of Rivers</title></head><body><main>'
        f'<h1>Press releases</h1>{above}<div class="view">{listed}</div></main></body></html>'
    ).encode()


ROWS = {
    "div": '<div class="row"><i>{day} November 2026</i><h3><a href="{url}">{title}</a></h3><p>{text}</p></div>',
    "line": '<div><div><a href="{url}">{title}</a></div><div>{day} November 2026</div><p>{text}</p></div>',
    "li": '<li><h3><a href="{url}">{title}</a></h3><p>{text}</p><a href="{url}">Read more</a></li>',
    "article": '<article><time>{day} November 2026</time><h3><a href="{url}">{title}</a></h3><p>{text}</p></article>',
    "table": '<table><tr><td>{day} November 2026</td><td><a href="{url}">{title}</a><br>{text}</td></tr></table>',
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_rows_below_headlines_of_other_pages_are_no_story(row: str) -> None:
    assert not is_story(rows(row), PRESS)
    assert not is_story(rows(row, above=""), PRESS)


@pytest.mark.parametrize(
    "signed", ['<p class="date">20 November 2026</p>', '<meta property="og:type" content="article">']
)
def test_short_report_above_such_rows_is_a_story(signed: str) -> None:
    report = "".join(f"<p>{text}</p>" for text in REPORT)
    page = rows(ROWS["div"], above=f'{signed}<div class="article-body">{report}</div>')

    assert is_story(page, "https://ministry.example/en/press/2026/ban-on-eel-fishing")


def test_link_in_the_line_of_the_date_makes_no_row_of_the_story() -> None:
    date = '<p><a href="/en/press/notices">Notices of the last days</a> 20 November 2026</p>'
    report = "".join(f"<p>{text}</p>" for text in REPORT)
    listed = "".join(
        ROWS["div"].format(url=f"/{text[:3]}", day=9, title=text[:60], text=text) for text in TEXTS * 2
    )
    page = (
        '<html lang="en"><head><title>Ban on eel fishing</title></head><body><div class="section">'
        f"<h1>Ban on eel fishing</h1>{date}<div>{report}</div></div><div>{listed}</div></body></html>"
    )

    assert is_story(page.encode(), "https://ministry.example/en/press/17")


def test_rows_that_lead_to_other_sites_are_a_story() -> None:
    row = '<div><h3><a href="https://elsewhere.example{url}">{title}</a></h3><p>{text}</p></div>'

    assert is_story(rows(row, above="<p>20 November 2026</p>"), PRESS)
    assert is_story(rows(row, above=f"<p>{TEXTS[2]}</p>"), "https://ministry.example/en/what-others-write")
