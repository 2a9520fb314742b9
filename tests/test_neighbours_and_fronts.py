"""Headlines known by what a link says of its target or by its address: the stories before and after, first pages."""

import pytest
from test_related_links import OTHERS, listed, related

from archiver.parsers import split_page
from archiver.parsers.related.link_addresses import leads_elsewhere


@pytest.mark.parametrize("place", ["{}", '<nav class="post-navigation">{}</nav>'])
def test_short_headline_of_a_neighbour_is_what_its_address_says(place: str) -> None:
    shown = '<a href="/city/2026/11/19/steam-crane/" rel="prev">Steam crane</a>'

    assert [link.headline for link in related(place.format(shown))] == ["Steam crane"]


def test_way_to_a_neighbour_is_no_headline() -> None:
    shown = f'<nav><a href="{next(iter(OTHERS))}" rel="next">Next post</a></nav>'

    assert related(shown) == ()
    assert [link.headline for link in related(shown + listed("Latest news"))] == list(OTHERS.values())


def test_link_to_view_a_story_shows_the_headline_of_its_card_in_what_is_called_a_menu() -> None:
    card = '<div class="cell"><div class="card"><h3>{headline}</h3><a href="{url}">View</a></div></div>'
    cards = "".join(card.format(url=url, headline=headline) for url, headline in OTHERS.items())

    links = related(f'<div class="nav"><section><h2>Most read</h2><div>{cards}</div></section></div>')

    assert [link.headline for link in links] == list(OTHERS.values())


@pytest.mark.parametrize(
    ("path", "elsewhere"),
    [
        ("/en/topic/politics/no-need-to-panic", False),
        ("/section/city/104233", False),
        ("/topic/politics", True),
        ("/tag/world-cup-of-rowing", True),
        ("/author/ann-lee/all", True),
        ("/city/no-need-to-panic", False),
    ],
)
def test_story_may_stand_below_a_topic(path: str, elsewhere: bool) -> None:
    assert leads_elsewhere(path) is elsewhere


def test_front_page_shows_the_stories_below_its_topics() -> None:
    shown = "".join(
        f'<div class="teaser"><a href="/topic/city/{url.rpartition("/")[2]}">{headline}</a></div>'
        for url, headline in OTHERS.items()
    )
    html = f"<html><head><title>Example</title></head><body><main>{shown}</main></body></html>"

    links = split_page(html.encode(), url="https://news.example/").related

    assert [link.headline for link in links] == list(OTHERS.values())
