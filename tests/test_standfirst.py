"""Standfirsts: told from labels by what their boxes are called, and from a text's first paragraph by how it is set."""

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
SHARED = '<meta property="og:type" content="article">'


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


def lead_of_text(text: str, *, description: str = TEXT[0]) -> str | None:
    """Return the standfirst of a page with this text, whose description is as its first paragraph is."""
    page = (
        f'<html lang="en"><head><meta name="description" content="{description}"></head><body><article>'
        f"<h1>Flood closes the old bridge</h1><div>By Ann Lee</div>{text}</article></body></html>"
    )
    article = split_page(page.encode(), url="https://news.example/2026/flood-closes-the-old-bridge").article
    assert article is not None
    assert article.body.split("\n\n") == list(TEXT)
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


def test_call_to_subscribe_below_the_headline_is_no_standfirst() -> None:
    call = "The river letter tells what moves on the banks. Want to read it every Sunday? Subscribe below!"

    assert lead(f"<p>{call}</p>", head=SHARED, kind="NewsArticle") is None


def test_line_of_numbers_below_the_headline_is_no_standfirst() -> None:
    spans = "".join(f"<span>{each}</span>" for each in ("ภูมิภาค", "20 พ.ย. 69", "10:15", "1,204"))

    assert lead(f'<div class="meta">{spans}</div>', kind="NewsArticle") is None


@pytest.mark.parametrize(
    "deck",
    [
        f'<h2 class="article__deck">{DECK}</h2>',
        f'<div class="story-dek"><p>{DECK}</p></div>',
        f'<h2 class="subhead">{DECK}</h2>',
        f'<div class="subline"><div><h2>{DECK}</h2></div></div>',
        f'<div class="head"><div class="dek">{DECK}</div><p>By Ann Lee</p></div>',
    ],
)
def test_deck_between_headline_and_byline_is_the_standfirst_on_pages_that_are_shared_as_articles(
    deck: str,
) -> None:
    assert lead(deck, head=SHARED) == DECK


def test_plain_line_between_headline_and_byline_is_the_standfirst_where_a_description_repeats_it() -> None:
    line = f"{DECK}, says the council"
    other = '<meta name="description" content="News from the river and its towns">'
    said = f'<meta property="og:description" content="{line}">'

    assert lead(f"<p>{line}</p>", head=f"{SHARED}{other}{said}") == line
    assert lead(f"<p>{line}</p>", head=f"{SHARED}{other}") is None


def test_microdata_make_a_newsroom_s_story_of_a_page() -> None:
    story = f"<h1>Flood closes the old bridge</h1><p>{DECK}</p>"
    page = (
        f'<html><body><div itemscope itemtype="http://schema.org/NewsArticle">{story}</div><p>20 November 2026</p>'
        f"{''.join(f'<p>{text}</p>' for text in TEXT)}</body></html>"
    )
    article = split_page(page.encode(), url="https://news.example/2026/flood-closes-the-old-bridge").article

    assert article is not None
    assert article.lead == DECK


def test_standfirst_stands_below_buttons_to_share_the_story() -> None:
    buttons = "".join(f"<li>{name}</li>" for name in ("Mail", "Print", "Copy", "Save", "Chat", "Post") * 3)

    assert lead_of_text(
        f'<ul>{buttons}</ul><div class="ingress"><p>{TEXT[0]}</p></div><div><p>{TEXT[1]}</p><p>{TEXT[2]}</p></div>'
    )


def test_first_paragraph_is_no_standfirst_for_being_repeated_in_the_description() -> None:
    first, *rest = TEXT
    others = "".join(f"<p>{text}</p>" for text in rest)

    assert lead_of_text(f"<div><p>{first}</p>{others}</div>") is None
    assert lead_of_text(f'<div class="entry-description"><p>{first}</p>{others}</div>') is None
    assert lead_of_text(f'<div><p class="first">{first}</p>{others}</div>') is None


@pytest.mark.parametrize(
    "first",
    ["<p><b>{}</b></p>", '<p class="intro">{}</p>', "<h3>{}</h3>", '<div class="abstract"><p>{}</p></div>'],
)
def test_first_paragraph_that_is_set_apart_is_the_standfirst_if_the_description_repeats_it(
    first: str,
) -> None:
    others = "".join(f"<p>{text}</p>" for text in TEXT[1:])

    assert lead_of_text(f"<div>{first.format(TEXT[0])}{others}</div>") == TEXT[0]


def test_kicker_may_stand_before_what_the_description_repeats() -> None:
    others = "".join(f"<p>{text}</p>" for text in TEXT[1:])
    description = TEXT[0].removeprefix("The river ")

    assert lead_of_text(f"<div><h2>{TEXT[0]}</h2>{others}</div>", description=description) == TEXT[0]


def test_class_for_the_height_of_lines_calls_nothing_a_standfirst() -> None:
    paragraphs = "".join(f'<p class="text-lg leading-7">{text}</p>' for text in TEXT)

    assert lead_of_text(f"<div>{paragraphs}</div>", description="News from the river") is None


@pytest.mark.parametrize(
    "box",
    [
        '<div class="author-card"><div class="description">{}</div></div>',
        '<div class="author-menu"><p>@annlee</p><div class="description"><p>{}</p></div></div>',
        '<p class="video-desc" itemprop="description">{}</p>',
        '<div class="article-lead"><div class="player"><div class="caption-text">{}</div></div></div>',
        '<div class="image"><div><p>{}</p></div></div>',
    ],
)
def test_what_tells_of_the_author_a_picture_or_a_film_is_no_standfirst(box: str) -> None:
    told = "Ann Lee writes about rivers, bridges and the people who keep them in order all year round."

    assert lead(box.format(told), kind="NewsArticle") is None


def test_headline_again_in_fewer_words_is_no_standfirst() -> None:
    again = '<div class="lead">Flood closes old bridge</div>'

    assert lead(again, kind="NewsArticle") is None


def test_deck_in_a_heading_that_holds_a_paragraph_is_found_by_the_heading_s_name() -> None:
    deck = '<h2 class="subheadline"><p>"Nobody saw it come at all."</p></h2>'

    assert lead(deck, head=SHARED) == '"Nobody saw it come at all."'
