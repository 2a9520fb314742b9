"""Which heading a list of headlines stands under, how far one reaches, and what it says of their kind."""

import pytest
from test_related_links import CARD, OTHERS, URL, listed, page, related

from archiver.items import LinkKind
from archiver.parsers.explain import explain_page

FIRST, SECOND = dict(list(OTHERS.items())[:2]), dict(list(OTHERS.items())[2:])


def items(others: dict[str, str], card: str = CARD) -> str:
    return "".join(card.format(url=url, headline=headline) for url, headline in others.items())


def test_heading_ends_with_the_box_of_its_list() -> None:
    links = related(
        f'<div class="rail">{listed("Most read", others=FIRST)}<section><ul>{items(SECOND)}</ul></section></div>'
    )

    assert [link.block for link in links] == ["Most read", "Most read", "", ""]
    assert [link.kind for link in links[:2]] == [LinkKind.POPULAR] * 2
    assert LinkKind.POPULAR not in {link.kind for link in links[2:]}


@pytest.mark.parametrize(
    "label", ['<h4 class="kicker">Live</h4>', "<h5>By Ann Lee</h5>", '<p class="title">Video</p>']
)
def test_label_in_one_card_heads_no_other(label: str) -> None:
    cards = items(OTHERS, '<article class="card">{{}}<h3><a href="{url}">{headline}</a></h3></article>')
    first, *rest = cards.split("{}")

    links = related(
        f'<section><h2>Good to know</h2><div class="row">{first}{label}{"".join(rest)}</div></section>'
    )

    assert [link.block for link in links[1:]] == ["Good to know"] * 3


def test_all_beside_a_heading_does_not_end_its_reach() -> None:
    links = related(
        '<section><div class="top"><h2>Most read</h2><a href="/most-read">View all stories</a></div>'
        f"<ul>{items(OTHERS)}</ul></section>"
    )

    assert {(link.block, link.kind) for link in links} == {("Most read", LinkKind.POPULAR)}


def test_item_of_a_menu_heads_no_list_below_it() -> None:
    menu = "".join(
        f'<li><a href="/{word.lower()}">{word}</a></li>' for word in ("Culture", "Latest", "Weather")
    )

    links = related(f'<div class="rail"><ul class="links">{menu}</ul><ul>{items(OTHERS)}</ul></div>')

    assert {link.block for link in links} == {""}
    assert LinkKind.LATEST not in {link.kind for link in links}


def test_one_list_below_a_row_of_tabs_is_that_of_the_first() -> None:
    links = related(
        f'<section><ul class="tabs"><li><a href="#a">Most read</a></li><li><a href="#b">Latest</a></li></ul>'
        f"<ul>{items(OTHERS)}</ul></section>"
    )

    assert {(link.block, link.kind) for link in links} == {("Most read", LinkKind.POPULAR)}


def test_explanation_names_the_heading_that_gave_the_kind() -> None:
    plain = '<li><a href="{url}">{headline}</a></li>'
    shown = listed("Latest news", plain, FIRST) + listed("Most read")

    explained = {link.headline: (link.block, link.kind) for link in explain_page(page(shown), url=URL).links}

    assert [explained[headline] for headline in OTHERS.values()] == [
        *[("Latest news", LinkKind.LATEST)] * 2,
        *[("Most read", LinkKind.POPULAR)] * 2,
    ]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ('<h3><span>Next up in</span> <a href="/culture/">Culture</a></h3>', "Next up in Culture"),
        ('<h2><a href="/crime/">Crime and courts all day</a></h2>', "Crime and courts all day"),
        ('<div class="module-header"><a href="/first/">Harbour and ferries</a></div>', "Harbour and ferries"),
        ('<div class="side-header"><span>Good to know</span></div>', "Good to know"),
        ("<p>Notes from town:</p>", "Notes from town:"),
    ],
)
def test_heading_is_known_by_the_section_it_links_or_by_where_it_stands(heading: str, said: str) -> None:
    links = related(f'<h2>Most read</h2><div class="rail">{heading}<ul>{items(OTHERS)}</ul></div>')

    assert {link.block for link in links} == {said}
    assert LinkKind.POPULAR not in {link.kind for link in links}


def test_label_of_a_field_above_a_list_is_no_heading() -> None:
    field = '<form><label>Search for:</label><input name="q"></form>'

    links = related(f'<div class="rail">{field}<ul>{items(OTHERS)}</ul></div>')

    assert {link.block for link in links} == {""}


def test_heading_is_set_apart_from_who_made_its_list() -> None:
    links = related(listed("<span>You may like</span><span>by Adnet</span>"))

    assert {link.block for link in links} == {"You may like by Adnet"}


@pytest.mark.parametrize("line", ["Advertisement", "3 of 12", '<p style="display:none">Loading</p>'])
def test_label_count_or_hidden_line_above_a_list_is_no_heading(line: str) -> None:
    links = related(f'<div class="rail"><div class="side-header">{line}</div><ul>{items(OTHERS)}</ul></div>')

    assert {link.block for link in links} == {""}


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("<span>Chosen for you</span><span>Chosen for you</span>", "Chosen for you"),
        ("<span>Most read stories</span> <span>Most read</span>", "Most read stories"),
        ('<a href="#" class="now">RELATED ARTICLES</a><a href="#">MORE FROM AUTHOR</a>', "RELATED ARTICLES"),
        ('Most read <a href="/most-read/">more</a>', "Most read"),
    ],
)
def test_heading_is_given_once_and_without_what_stands_beside_it(heading: str, said: str) -> None:
    links = related(f'<section class="rail"><h4>{heading}</h4><ul>{items(OTHERS)}</ul></section>')

    assert {link.block for link in links} == {said}


@pytest.mark.parametrize(
    "line",
    [
        "<h3>LinkedIn</h3>",
        "<h3>{title}</h3>",
        "<h3>Jul 3, 2026</h3>",
        "<h3>Suche</h3>",
        '<h3><a href="/author/ann-lee/">Ann Lee</a></h3>',
    ],
)
def test_network_date_author_or_unfilled_place_heads_no_stories(line: str) -> None:
    links = related(f'<section class="rail"><h2>Good to know</h2>{line}<ul>{items(OTHERS)}</ul></section>')

    assert {link.block for link in links} == {"Good to know"}


def test_headline_that_a_link_lies_over_heads_no_other_card() -> None:
    card = '<article class="card"><h3>{headline}</h3><a class="whole" href="{url}">View</a></article>'

    links = related(f'<section><h2>Most read</h2><div class="row">{items(OTHERS, card)}</div></section>')

    assert [link.headline for link in links] == list(OTHERS.values())
    assert {(link.block, link.kind) for link in links} == {("Most read", LinkKind.POPULAR)}


def test_label_of_an_advertisement_heads_none_of_the_site_s_stories_even_as_a_heading() -> None:
    links = related(f'<section class="rail"><h3>Advertisement</h3><ul>{items(OTHERS)}</ul></section>')

    assert {link.block for link in links} == {""}
    assert LinkKind.SPONSORED not in {link.kind for link in links}
