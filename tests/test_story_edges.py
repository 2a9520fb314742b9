"""What belongs to a story besides its paragraphs, and what stands among them and does not."""

import json

import numpy as np
import pytest

from archiver.items import Article
from archiver.parsers import split_page
from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.story.standfirst import Announced, standfirst

URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
STORY = [
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    "“We have not seen the river this high since the winter of 1987,” said the lock keeper on Saturday.",
    "Buses on three lines end at the market square until further notice, the operator said.",
]
DECK = "Drivers must take the ring road at least until engineers have looked at the piers"
READERS = [
    "I have crossed that bridge every day for thirty years and nobody ever thought of painting it, let alone of this.",
    "The ring road is full as it is, so what will happen on Monday morning when the schools open again?",
    "My grandfather helped to build the piers, and he always said that the railing would be the first thing to go.",
    "Perhaps the council should have listened to the engineers who warned of exactly this flood ten years ago.",
]


def story(above: str = "", inside: str = "", after: str = "", kind: str = "NewsArticle") -> Article:
    """The story of a page with above between headline and text, inside amid the text and after behind it."""
    paragraphs = [f"<p>{text}</p>" for text in STORY]
    paragraphs.insert(3, inside)
    html = f"""<!DOCTYPE html><html lang="en"><head><title>Flood closes the old bridge | News Example</title>
    <script type="application/ld+json">{{"@type": "{kind}", "headline": "Flood closes the old bridge",
    "datePublished": "2026-11-20T21:15:00+01:00"}}</script></head><body>
    <header class="masthead"><nav class="menu"><a href="/city/">City</a> <a href="/sport/">Sport</a></nav></header>
    <main><article class="story"><header class="top"><h1>Flood closes the old bridge</h1>{above}</header>
    <div class="story-body">{"".join(paragraphs)}</div></article>{after}</main>
    <footer class="footer"><a href="/about">About us</a> <a href="/privacy">Privacy policy</a></footer>
    </body></html>"""
    article = split_page(html.encode(), url=URL).article
    assert article is not None
    return article


def read(head: str, main: str) -> Article:
    """The story of a page of nothing else but what its head says and what its main element holds."""
    title = "<title>Flood closes the old bridge</title>"
    html = f'<html lang="en"><head>{title}{head}</head><body><main>{main}</main></body></html>'
    article = split_page(html.encode(), url=URL).article
    assert article is not None
    return article


def data(kind: str = "NewsArticle", headline: str = "Flood closes the old bridge", **more: object) -> str:
    """What a newsroom's page says of its story for machines."""
    thing = {"@type": kind, "headline": headline, "datePublished": "2026-11-20T21:15:00+01:00", **more}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


H1 = "<h1>Flood closes the old bridge</h1>"
TEXT = "".join(f"<p>{text}</p>" for text in STORY)


def test_line_below_a_newsroom_s_headline_is_the_standfirst_whatever_its_class() -> None:
    article = story(above=f'<div class="x9f2">{DECK}</div>')

    assert article.lead == DECK
    assert article.body.split("\n\n") == [DECK, *STORY]


@pytest.mark.parametrize(
    ("names", "item"),
    [
        ("summary", "<li>{}</li>"),
        ("epigraph", "<li><h2>{}</h2></li>"),
        ("bajada", "<li><h2>{}</h2></li>"),
        ("x9f2", "<li><h2 class='perex'>{}</h2></li>"),
        ("", "<li><h2>{}</h2></li>"),
    ],
)
def test_standfirst_set_as_a_list_is_kept_whole(names: str, item: str) -> None:
    lines = [
        "The railing is gone since Friday night, and all drivers must take the ring road",
        "Buses end at the market square",
        "Engineers come on Monday",
    ]
    listed = "".join(item.format(line) for line in lines)

    article = story(above=f'<ul class="{names}">{listed}</ul>')

    assert article.body.split("\n\n") == [*lines, *STORY]


def test_line_of_source_date_and_reading_time_is_no_standfirst() -> None:
    article = story(above='<div class="x9f2">River Post Published 20 November 2026, 21:15 3 min read</div>')

    assert article.lead is None
    assert article.body.split("\n\n") == STORY


def test_readers_comments_are_no_story_even_where_they_are_longer() -> None:
    said = "".join(f'<li class="entry"><p>{text}</p></li>' for text in READERS * 3)

    article = story(after=f'<section class="community"><ul class="comments-list">{said}</ul></section>')

    assert article.body.split("\n\n") == STORY


def test_opinion_in_a_box_named_comment_is_the_story() -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in STORY)
    html = f"""<html lang="en"><head><title>The bridge was a warning</title></head><body>
    <div class="section-comment"><article><h1>The bridge was a warning</h1>{paragraphs}</article></div></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == STORY


def test_caption_is_no_paragraph_even_if_it_is_marked_as_one() -> None:
    caption = "The old bridge on Saturday morning, seen from the lock, with what is left of its railing in the water."

    article = story(inside=f'<figure><img src="/b.jpg"><figcaption><p>{caption}</p></figcaption></figure>')

    assert article.body.split("\n\n") == STORY


def test_linked_headline_between_a_newsroom_s_paragraphs_is_no_text() -> None:
    headline = "Market hall traders ask for one more year before they move"

    article = story(inside=f'<p><a href="/city/2026/11/17/market-hall-traders.html">{headline}</a></p>')

    assert headline not in article.body


def test_story_begins_below_its_own_heading_not_below_the_navigation_path() -> None:
    path = '<nav class="path"><ol><li>City</li><li><h1>Flood: the old bridge is closed</h1></li></ol></nav>'
    data = '{"@type": "NewsArticle", "headline": "Flood: the old bridge is closed"}'
    paragraphs = "".join(f"<p>{text}</p>" for text in STORY)
    html = f"""<html lang="en"><head><title>Flood: the old bridge is closed</title>
    <script type="application/ld+json">{data}</script></head><body><main>{path}
    <article><div><h2>Old bridge loses its railing to the flood</h2><div class="x9f2">{DECK}</div></div>
    <div>{paragraphs}</div></article></main></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.lead == DECK


def test_story_whose_whole_page_stands_in_a_form_named_subscribe_is_kept() -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in STORY)
    html = f"""<html lang="en"><head><title>Flood closes the old bridge</title></head><body>
    <form action="/" class="subscribe-form"><main><article><h1>Flood closes the old bridge</h1>{paragraphs}
    </article></main></form></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == STORY


@pytest.mark.parametrize(
    ("path", "is_story"), [("/about/blog/why-the-bridge-had-to-close", True), ("/about", False)]
)
def test_page_without_date_or_author_is_told_by_its_address(path: str, is_story: bool) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in [*STORY, *READERS])
    html = f"""<html lang="en"><head><title>Why the bridge had to close</title></head><body>
    <div id="page"><h1>Why the bridge had to close</h1>{paragraphs}</div></body></html>"""

    article = split_page(html.encode(), url=f"https://news.example{path}").article

    assert (article is not None) == is_story


TABLE = """<table><tr><th>Year</th><th>Level</th></tr><tr><td>1987</td><td>3.1 m</td></tr>
<tr><td>2026</td><td>3.4 m</td></tr></table>"""
CELLS = ["Year", "Level", "1987", "3.1 m", "2026", "3.4 m"]


def test_table_between_the_paragraphs_is_in_the_story_as_a_whole() -> None:
    article = story(inside=TABLE)

    assert article.body.split("\n\n") == [*STORY[:3], *CELLS, *STORY[3:]]


@pytest.mark.parametrize(
    "box",
    ['<aside class="facts">{}</aside>', '<div class="related">{}</div>', '<form class="signup">{}</form>'],
)
def test_table_in_a_box_beside_the_story_is_none_of_it(box: str) -> None:
    article = story(inside=box.format(TABLE))

    assert "1987\n\n3.1 m" not in article.body


def test_table_of_links_is_none_of_the_story() -> None:
    links = "".join(f'<tr><td><a href="/{n}/">Bridge number {n}</a></td></tr>' for n in range(9))

    assert "Bridge number" not in story(inside=f"<table>{links}</table>").body


def test_heading_about_advertising_is_kept_whatever_its_id_is_made_of() -> None:
    heading = '<h2 id="who-sponsored-the-commercial-banner">Who sponsored the commercial banner</h2>'

    assert "Who sponsored the commercial banner" in story(inside=heading, kind="BlogPosting").body.split(
        "\n\n"
    )


def test_numbered_heading_is_no_date() -> None:
    article = story(above="<h2>1. Set realistic goals for the next flood</h2>", kind="BlogPosting")

    assert "1. Set realistic goals for the next flood" in article.body.split("\n\n")


def test_biography_in_a_box_named_so_is_no_text() -> None:
    about = (
        "Ann Lee has written about rivers, bridges and the people who keep them for more than twenty years."
    )
    article = story(inside=f'<div class="author-bio"><p>{about}</p></div>')

    assert article.body.split("\n\n") == STORY


@pytest.mark.parametrize(
    ("deck", "is_news", "is_lead"),
    [(DECK, True, True), ("A few words on floods", True, False), (DECK, False, False)],
)
def test_line_called_subtitle_that_reads_as_no_text_is_a_standfirst_if_it_sums_up_a_newsroom_s_story(
    deck: str, is_news: bool, is_lead: bool
) -> None:
    html = (
        f'<body><h1>Flood closes the old bridge</h1><h3 class="subtitle">{deck}</h3><p>{STORY[0]}</p></body>'
    )
    layout = page_layout(page_tree(html.encode()))
    heading, line, text = layout.blocks
    chances = np.array([0.0, 0.1, 0.9], np.float32)

    found = standfirst(layout, Announced(heading, (), is_news), [text], chances, lambda block: True)

    assert found == ([line] if is_lead else [])


def test_sentence_shown_a_second_time_in_large_letters_stands_once() -> None:
    pulled = STORY[3].removesuffix(" said the lock keeper on Saturday.").removesuffix(",”")

    assert story(inside=f'<div class="text"><p>{pulled}”</p></div>').body.split("\n\n") == STORY


@pytest.mark.parametrize("label", ["Table of Contents", "Inhaltsverzeichnis", "目次", "Оглавление:"])
def test_label_above_the_contents_is_no_text(label: str) -> None:
    assert story(inside=f"<h4>{label}</h4>", kind="BlogPosting").body.split("\n\n") == STORY


def test_item_of_a_list_that_the_models_doubt_is_kept_with_most_of_its_list() -> None:
    items = [
        "order ahead by telephone on weekdays",
        "bring a bag, as there are none left",
        "avoid parking at the lifeboat station",
    ]
    listed = f"<p>The town has asked visitors to:</p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"

    body = story(inside=listed).body

    assert [item in body for item in items] == [True, True, True]


@pytest.mark.parametrize(
    "stamp", ["Oct 24, 2023 6:12 PM IST", "24.10.2023, 18:12 Uhr", "24 octobre 2023 18h12"]
)
def test_day_and_time_of_an_entry_are_no_text(stamp: str) -> None:
    assert story(inside=f"<div>{stamp}</div>").body.split("\n\n") == STORY


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ("AI generated", "Summary"),
        ("This summary was written by AI.", ""),
        ("Résumé généré par IA", "En bref"),
    ],
)
def test_summary_by_a_machine_is_no_text(said: str, heading: str) -> None:
    points = "<ul><li>The old bridge of the town is closed until at least Monday.</li><li>Buses end early.</li></ul>"

    article = story(inside=f"<div><h4>{heading}</h4>{points}<small>{said}</small></div>")

    assert article.body.split("\n\n") == STORY


def test_paragraph_that_speaks_of_machines_and_summaries_is_text() -> None:
    paragraph = (
        "The office now has its summaries of the water written by AI, which pleases nobody at the mill."
    )

    assert paragraph in story(inside=f"<p>{paragraph}</p>").body


def test_story_about_machines_and_summaries_is_kept_whole() -> None:
    told = [
        "Its AI wrote the summary.",
        "The mayor found it short.",
        "Few in the town read it.",
        "One in ten liked it.",
    ]
    rows = "".join(
        f'<div class="row"><p>{line}</p><p>{line} So the office said on Friday.</p></div>' for line in told
    )
    section = f"<section><h2>AI summaries</h2><p>{READERS[0]}</p></section>"

    body = story(inside=rows + section).body

    assert all(line in body for line in [*told, READERS[0]])


def test_notes_that_an_agency_rules_off_are_no_text() -> None:
    notes = "<p>___</p><p>Lee reported from Lund. Another writer in Malmo contributed to this report on the flood.</p>"

    assert read(data(), f"{H1}<div>{TEXT}{notes}</div>").body.split("\n\n") == STORY


@pytest.mark.parametrize(
    "caption",
    [
        "警方起獲的假鈔。新华社记者 程岩 摄",
        "옛 다리의 토요일 아침 모습. 고영권 기자",
        "옛 다리 통행 금지 화면. 시청 제공",
        "雨中的旧桥照样有人走。摄影队 王斌 摄",
        "图为旧桥开放仪式。（刘明摄）",
        "旧桥上的石头。市公安局供图",
        "市长看望工程师。视频截图",
    ],
)
def test_caption_with_its_asian_credit_is_no_text(caption: str) -> None:
    assert story(inside=f"<p>{caption}</p>").body.split("\n\n") == STORY


def test_page_with_words_for_news_searches_is_a_newsroom_s() -> None:
    head = (
        '<meta name="news_keywords" content="flood">'
        '<meta property="article:published_time" content="2026-11-20T21:15:00+01:00">'
    )

    assert read(head, f'<header>{H1}<div class="x9f2">{DECK}</div></header><div>{TEXT}</div>').lead == DECK


def test_standfirst_stands_below_a_headline_that_no_h1_shows() -> None:
    heading = "<h2><span>Weather</span> <span>Flood closes the old bridge</span></h2>"
    top = f'<header>{heading}<div class="x9f2">{DECK}</div></header>'

    assert read(data(headline="City: Flood closes the old bridge"), f"{top}<div>{TEXT}</div>").lead == DECK


def test_empty_element_called_br_breaks_a_line() -> None:
    text = '<span class="id-component br"></span>'.join(STORY)

    assert read(data(), f"{H1}<div>{text}</div>").body.split() == " ".join(STORY).split()


@pytest.mark.parametrize("box", ["blockquote", 'div class="pull-quote"', 'aside class="zitat"'])
def test_line_behind_a_quotation_that_says_whose_it_is_is_no_text(box: str) -> None:
    said = "<p>“The mill has never been under water before.”</p><p>Ann Lund, miller</p>"
    quoted = f"<{box}>{said}</{box.partition(' ')[0]}>"

    assert "miller" not in story(inside=quoted, kind="WebPage").body


def test_headings_of_a_live_blog_s_entries_are_kept_where_the_data_list_them() -> None:
    updates = ["Afternoon summary", "Minister apologises for a remark", "Good morning. The blog begins"]
    stamp = '<a href="?page=1#b">4h ago 13:02 GMT</a>'
    entries = "".join(
        f"<article><header>{stamp}<h2>{headline}</h2><div>Ann Lee</div></header><p>{text}</p></article>"
        for headline, text in zip(updates, STORY, strict=False)
    )
    listed = [{"@type": "BlogPosting", "headline": headline} for headline in updates]
    head = data("LiveBlogPosting", "Flood: live", liveBlogUpdate=listed)

    article = read(head, f"<h1>Flood: live</h1><div>{entries}</div>")

    assert all(headline in article.body.split("\n\n") for headline in updates)


def test_short_line_pulled_out_of_a_sentence_stands_once() -> None:
    pulled = '<blockquote class="exergue"><p>We have not seen the river this high</p></blockquote>'

    assert story(inside=pulled).body.split("\n\n") == STORY


def test_lines_below_a_headline_that_are_set_as_a_list_are_the_standfirst() -> None:
    lines = [
        "Drivers must take the ring road at least until Monday",
        "Engineers looked at the piers of the bridge on May 17",
    ]
    listed = "".join(f"<li><strong>{line}</strong></li>" for line in lines)
    main = "".join(f"<p>{text}</p>" for text in STORY)

    article = read(
        data(), f"<div><h2>Flood closes the old bridge</h2><ul>{listed}</ul><p>By Ada Quist</p>{main}</div>"
    )

    assert article.body.split("\n\n") == [*lines, *STORY]
