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
