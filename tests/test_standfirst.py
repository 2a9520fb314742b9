"""Standfirsts of a few words, which are told from labels by what their boxes are called."""

import json

import pytest

from archiver.parsers import split_page

TEXT = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
)
DECK = "Old crossing shut until Monday after night of heavy rain"
DESCRIBED = f'<meta name="description" content="{DECK}">'


def lead(deck: str, *, head: str = "", kind: str = "Article") -> str | None:
    """Return the standfirst of a page that shows deck below its headline."""
    stated = {
        "@type": kind,
        "headline": "Flood closes the old bridge",
        "datePublished": "2026-11-20T21:15:00Z",
    }
    page = (
        f'<html lang="en"><head>{head}<script type="application/ld+json">{json.dumps(stated)}</script></head><body>'
        f'<main><article><h1>Flood closes the old bridge</h1>{deck}<div class="by">By Ann Lee</div>'
        f'<div class="text">{"".join(f"<p>{text}</p>" for text in TEXT)}</div></article></main></body></html>'
    )
    article = split_page(page.encode(), url="https://news.example/2026/flood-closes-the-old-bridge").article
    assert article is not None
    assert article.body.split("\n\n") == ([article.lead] if article.lead else []) + list(TEXT)
    return article.lead


@pytest.mark.parametrize(
    "names", ["lead", "standfirst", "article__dek", "linha-fina", "chapo", "ingress lead-text"]
)
def test_few_words_are_the_standfirst_in_a_box_that_is_called_so(names: str) -> None:
    deck = f'<div class="{names}">{DECK}</div>'

    assert lead(deck, kind="NewsArticle") == DECK
    assert lead(deck, head=DESCRIBED) == DECK
    assert lead(deck) is None


def test_introduction_of_few_words_is_the_standfirst_where_the_description_repeats_it() -> None:
    deck = f'<p class="intro">{DECK}</p>'

    assert lead(deck, head=DESCRIBED, kind="NewsArticle") == DECK
    assert lead(deck, kind="NewsArticle") is None


def test_line_that_is_marked_as_the_description_needs_none() -> None:
    assert lead(f'<div class="lead" itemprop="description">{DECK}</div>') == DECK


def test_box_of_a_leading_picture_holds_no_standfirst() -> None:
    assert lead(f'<div class="lead-image">{DECK}</div>', kind="NewsArticle") is None


def test_line_of_numbers_below_the_headline_is_no_standfirst() -> None:
    spans = "".join(f"<span>{each}</span>" for each in ("ภูมิภาค", "20 พ.ย. 69", "10:15", "1,204"))

    assert lead(f'<div class="meta">{spans}</div>', kind="NewsArticle") is None
