"""The headlines of cards: which of a card's texts is the one that its links show."""

import numpy as np
import pytest
from test_related_links import OTHERS, listed, related

from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.related.excerpts import excerpts
from archiver.parsers.related.links import link_candidates
from archiver.parsers.story.article import Story

NUMBERED = '<div class="teaser"><span class="rank">7</span><span>{headline}</span><a href="{url}"></a></div>'
UNDER_A_TOPIC = (
    '<div class="teaser"><a class="overlay" href="{url}"></a><h4>City</h4><h2>{headline}</h2></div>'
)


WITH_A_PORTRAIT = (
    '<div class="teaser"><a class="overlay" href="{url}"></a><a href="/people/ann-lee"><img src="/ann.jpg"></a>'
    "<h3>{headline}</h3></div>"
)


@pytest.mark.parametrize("card", [NUMBERED, UNDER_A_TOPIC, WITH_A_PORTRAIT])
def test_link_that_lies_over_a_card_shows_its_headline_without_rank_or_topic(card: str) -> None:
    links = related(listed("Most read", card))

    assert {link.url.removeprefix("https://news.example"): link.headline for link in links} == OTHERS


def test_heading_of_cards_that_links_lie_over_is_no_headline_of_theirs() -> None:
    cards = "".join(NUMBERED.format(url=url, headline=headline) for url, headline in OTHERS.items())

    links = related(
        f'<section class="most"><div class="section-title">What our readers like</div>{cards}</section>'
    )

    assert [link.headline for link in links] == list(OTHERS.values())


def test_links_with_line_breaks_beside_each_other_show_their_own_headlines() -> None:
    turns = "".join(
        f'<a href="{url}"><span class="title">{turn}</span><br><span>{headline}</span></a>'
        for turn, (url, headline) in zip(("« Back", "Next »"), list(OTHERS.items())[:2], strict=True)
    )

    links = related(
        f'<nav class="turn">{turns}</nav>' + listed("From the city", others=dict(list(OTHERS.items())[2:]))
    )

    assert {link.headline for link in links} == set(OTHERS.values())


def test_date_behind_a_headline_in_its_heading_is_no_part_of_it() -> None:
    card = '<li><h3><a href="{url}">{headline} <small><time>14 Sep 2026</time></small></a></h3></li>'

    assert [link.headline for link in related(listed("Related stories", card))] == list(OTHERS.values())


def test_line_behind_a_label_may_have_three_words() -> None:
    link = '<a href="/city/2026/11/14/coal-moves-slower.html">Coal moves slower</a>'

    links = related("", f'<div class="links"><span>Read also:</span> {link}</div>')

    assert [(link.headline, link.block) for link in links] == [("Coal moves slower", "Read also")]


EXCERPT = "What the ferry is to the people of the other bank, and why they never wanted a second bridge"


@pytest.mark.parametrize(
    "card",
    [
        '<li><a href="{url}">{headline}</a><p><a href="{url}">Told by the people of the other bank.</a></p></li>',
        f'<li><a class="headline" href="{{url}}">{{headline}}</a><a class="summary" href="{{url}}">{EXCERPT}</a></li>',
        f'<li><a data-testid="post-preview-title" href="{{url}}">{{headline}}</a><a href="{{url}}">{EXCERPT}</a></li>',
        '<li><a href="{url}"><div class="text-xs">8 Jan 2026</div><div class="mt-1">{headline}</div></a></li>',
        '<li><a href="{url}">{headline}</a> <a class="title" href="{url}">Read more</a></li>',
        '<li><a href="{url}">Read also: {headline}</a></li>',
        '<li><a href="{url}">上一篇：{headline}</a></li>',
        '<li><a href="{url}"><h5>Latest</h5><span><em>6m ago</em> {headline}</span></a></li>',
        '<li><a href="{url}" aria-label="Open the article: {headline}"></a><div>{headline}</div></li>',
        '<li><a href="{url}" aria-label="Read more: {headline}"></a><img src="/a.jpg"></li>',
    ],
)
def test_headline_comes_before_excerpt_date_and_invitation_of_its_card(card: str) -> None:
    links = related(listed("From the city", card))

    assert [link.headline for link in links] == list(OTHERS.values())


@pytest.mark.parametrize(
    "card",
    [
        '<li><a href="{url}"><time>2:45 p.m.</time><span class="title">{headline}</span><p>More on it.</p></a></li>',
        '<li><a href="{url}"><h3><span class="before">1</span> {headline}</h3><p>More on it.</p></a></li>',
        '<li><a href="{url}"><h2><span class="title">{headline}</span> <time>SEPT. 19</time></h2><p>More.</p></a></li>',
        '<li><a href="{url}"><i class="label">City</i><span class="title">{headline}</span></a></li>',
        '<li><a href="{url}"><p>City</p><p class="title"><b class="sr-only">For readers</b>{headline}</p></a></li>',
        '<li><a href="{url}"><h5>Next story</h5><span>{headline}</span></a></li>',
        '<li><a href="{url}"><h3 class="eyebrow">Ann Lee</h3><p class="headline">{headline}</p></a></li>',
    ],
)
def test_what_stands_beside_a_headline_in_its_link_is_no_part_of_it(card: str) -> None:
    assert [link.headline for link in related(listed("Read also", card))] == list(OTHERS.values())


def test_words_in_small_capitals_belong_to_their_headline() -> None:
    card = '<li><a href="{url}">{headline}, says the <span class="caps">RNA</span></a></li>'

    assert [link.headline for link in related(listed("Read also", card))] == [
        f"{headline}, says the RNA" for headline in OTHERS.values()
    ]


def test_subheading_beside_a_linked_headline_is_not_shown_by_its_picture() -> None:
    card = (
        '<li><a href="{url}"><img src="/a.jpg"></a><h3><a href="{url}">{headline}</a></h3>'
        "<h4>What the people at the river say of it and what comes next</h4></li>"
    )

    assert [link.headline for link in related(listed("Read also", card))] == list(OTHERS.values())


def test_sites_of_those_who_comment_are_no_stories() -> None:
    comments = "".join(
        f'<li class="recentcomments"><span class="comment-author-link"><a class="url" rel="external nofollow" '
        f'href="https://other.example{url}">{headline}</a></span></li>'
        for url, headline in OTHERS.items()
    )

    links = related(listed("Read also") + f'<ul id="recentcomments">{comments}</ul>')

    assert [link.url.removeprefix("https://news.example") for link in links] == list(OTHERS)


@pytest.mark.parametrize(("paragraphs", "is_excerpt"), [(9, True), (1, False)])
def test_short_list_at_the_end_of_the_text_s_box_is_no_text(paragraphs: int, is_excerpt: bool) -> None:
    text = "<p>The river rose by two metres and took the railing of the bridge.</p>" * paragraphs
    card = (
        '<dl><dd><a href="{url}">{headline}</a></dd><dd class="exp">The mayor kept silent about it.</dd></dl>'
    )
    cards = "".join(card.format(url=url, headline=headline) for url, headline in OTHERS.items())
    layout = page_layout(
        page_tree(f'<html><body><div class="text">{text}<div>{cards}</div></div></body></html>'.encode())
    )
    told = tuple(block for block in layout.blocks if not block.anchors)
    every = link_candidates(layout, "https://news.example/", frozenset({"https://news.example/flood"}))

    found = excerpts(
        layout,
        Story(told, None, np.ones(len(layout.blocks), np.float32), np.ones(len(layout.blocks), np.float32)),
        every,
        every,
    )

    assert bool(found) is is_excerpt
