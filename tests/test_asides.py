"""What stands among a story's paragraphs and is none of it: posts, boxes, lines of a newsroom, the next story."""

import pytest

from archiver.items import Article
from archiver.parsers import split_page
from archiver.parsers.markup.blocks import page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.story.linked import is_linked_behind_label

URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
PARAGRAPHS = [
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    "Buses on three lines end at the market square until further notice, the operator said.",
]
DATA = """<script type="application/ld+json">{"@type": "%s", "headline": "Flood closes the old bridge",
    "datePublished": "2026-11-20T21:15:00+01:00", "author": {"@type": "Person", "name": "Ada Quist"}}</script>"""


def read(inside: str = "", *, end: str = "", after: str = "", kind: str = "NewsArticle") -> Article:
    """The article of a page; inside stands before the last of its paragraphs, end behind it, after behind all."""
    texts = [f"<p>{text}</p>" for text in PARAGRAPHS]
    text = "".join([*texts[:-1], inside, texts[-1], end])
    html = f"""<!DOCTYPE html><html lang="en"><head><title>Flood closes the old bridge</title>{DATA % kind}</head>
        <body><main><article class="story"><h1>Flood closes the old bridge</h1>
        <div class="story-body">{text}</div></article>{after}</main></body></html>"""
    article = split_page(html.encode(), url=URL).article
    assert article is not None
    return article


@pytest.mark.parametrize(
    "names",
    ["twitter-tweet", "instagram-media", "tiktok-embed", "bluesky-embed", "wp-embedded-content"],
)
def test_embedded_posts_stay_out(names: str) -> None:
    post = f"""<blockquote class="{names}"><p>We stood on the bank all night and watched the water take the railing,
        piece by piece, down to the mill.</p></blockquote>"""

    assert read(post).body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "line",
    ["14:30", "2.15 pm", "9h05", "AFP", "(Reuters)", "Ada Quist, ada.quist@news.example"],
)
def test_lines_of_a_newsroom_stay_out(line: str) -> None:
    assert read(f"<p>{line}</p>").body.split("\n\n") == PARAGRAPHS


def test_time_with_a_dot_stays_out_where_an_element_says_so() -> None:
    assert read("<div><time>19.42</time></div>").body.split("\n\n") == PARAGRAPHS


def test_times_of_entries_stay_out_of_any_text() -> None:
    assert read("<p>14:30</p>", kind="WebPage").body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "caption",
    [
        "<div><img src='/bridge.jpg'><div>The bridge on Saturday morning, seen from the mill.</div></div>",
        "<p><img src='/bridge.jpg'><em>The bridge on Saturday morning, seen from the mill.</em></p>",
    ],
)
def test_captions_of_a_newsroom_stay_out(caption: str) -> None:
    assert read(caption).body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "picture",
    [
        '<div><img src="1.jpg"><span class="pb-caption">{}</span></div>',
        '<div><img src="1.jpg" alt="{}"><span class="txt_1">{}</span></div>',
        '<div><img src="1.jpg"><cite class="expCaption">{}</cite></div>',
        "<table><tr><th><img></th></tr><tr><td>{}</td></tr></table>",
    ],
)
def test_captions_named_so_or_told_by_their_picture_stay_out_of_any_text(picture: str) -> None:
    said = "The mayor and two engineers look at the pier that lost its stones on Friday night."

    assert read(picture.format(said, said), kind="WebPage").body.split("\n\n") == PARAGRAPHS


def test_paragraph_in_a_box_of_its_own_after_a_picture_is_no_caption() -> None:
    paragraph = "The mill stood under water too, and the ferry lay in its yard for a day."

    body = read(f"<figure><img src='/mill.jpg'></figure><div><p>{paragraph}</p></div>").body

    assert body.split("\n\n") == [*PARAGRAPHS[:-1], paragraph, PARAGRAPHS[-1]]


def test_paragraph_beside_a_picture_is_no_caption() -> None:
    beside = "The mill stood under water too, and <em>Hera</em>, the ferry, lay in its yard for a day."
    paragraph = beside.replace("<em>", "").replace("</em>", "")

    body = read(f"<p><img src='/mill.jpg'>{beside}</p>").body

    assert body.split("\n\n") == [*PARAGRAPHS[:-1], paragraph, PARAGRAPHS[-1]]


def test_aside_of_a_newsroom_stays_out() -> None:
    box = """<aside><h3>The bridge</h3><p>Built in 1886, it is the oldest of the four that cross the river here, and
        the only one made of iron.</p></aside>"""

    assert read(box).body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "invitation",
    [
        "<div><h3>The morning letter</h3><p>What the town talks about, before it wakes up.</p>"
        "<form><input type='email'><button>Yes, please</button></form></div>",
        "<div>Was this article helpful? <button>Yes</button> <button>No</button></div>",
    ],
)
def test_forms_and_buttons_of_a_newsroom_stay_out(invitation: str) -> None:
    assert read(invitation).body.split("\n\n") == PARAGRAPHS


def test_form_around_the_whole_text_is_no_invitation() -> None:
    paragraphs = [*PARAGRAPHS, *(f"On Saturday: {text}" for text in PARAGRAPHS)]
    texts = "".join(f"<p>{text}</p>" for text in paragraphs)
    html = f"""<html lang="en"><head><title>Flood closes the old bridge</title>{DATA % "NewsArticle"}</head>
        <body><form><input type="text"><main><h1>Flood closes the old bridge</h1>{texts}</main></form></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == paragraphs


@pytest.mark.parametrize("kind", ["NewsArticle", "WebPage"])
@pytest.mark.parametrize("label", ["Newsletter", "Sign up here", "Table of contents"])
def test_what_a_small_box_says_below_a_label_stays_out(label: str, kind: str) -> None:
    text = "What the river and the council did in the last days, every Friday evening for all readers of the city."
    box = f"<div><h3>{label}</h3><p>{text}</p></div>"

    assert read(box, kind=kind).body.split("\n\n") == PARAGRAPHS


def test_text_below_a_heading_that_is_no_label_is_text() -> None:
    text = (
        "The river is to have a wall of two metres by the spring, the council said, and the mill a new weir."
    )

    assert text in read(f"<div><h3>A wall for the river</h3><p>{text}</p></div>").body.split("\n\n")


def test_story_that_stands_in_asides_is_read() -> None:
    texts = "".join(f"<p>{text.replace('Friday', 'Sunday')} It went on for hours.</p>" for text in PARAGRAPHS)

    body = read(f"<aside><div>{texts * 2}</div></aside>").body

    assert all(f"{text.replace('Friday', 'Sunday')} It went on for hours." in body for text in PARAGRAPHS)


def test_next_story_loaded_below_is_not_this_one_s() -> None:
    below = """<article class="story"><h1>Ferry captain retires</h1><div class="story-body"><p>When the captain tied up
        the island ferry on Tuesday, some two hundred people stood on the quay.</p><p>He has carried brides, goats and
        a grand piano, and once a bishop who would not get off.</p></div></article>"""

    assert read(after=below).body.split("\n\n") == PARAGRAPHS


def test_text_in_an_article_element_beside_the_headline_s_is_read() -> None:
    texts = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    html = f"""<html lang="en"><head><title>Flood closes the old bridge</title>{DATA % "NewsArticle"}</head><body>
        <article><h1>Flood closes the old bridge</h1></article><article>{texts}</article></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "end",
    [
        "Ada Quist",
        "By Ada Quist",
        "Ada Quist ada.quist@news.example",
        "River Post's Ada Quist",
        "Ada Quist and the editors",
        "采写：王小明",
    ],
)
def test_name_of_the_author_at_the_end_is_no_text(end: str) -> None:
    assert read(end=f"<p>{end}</p>", kind="Article").body.split("\n\n") == PARAGRAPHS


def test_line_with_a_name_within_its_words_is_no_signature() -> None:
    line = "Seen by Ada Quistorp"

    assert read(end=f"<p>{line}</p>", kind="Article").body.split("\n\n") == [*PARAGRAPHS, line]


BOX = "<p>A bridge that was closed for a day costs the town a day.</p><p>Call the office today and ask.</p>"


@pytest.mark.parametrize(
    "names",
    [
        "cta",
        "article-cta-block",
        "btn-row",
        "wp-caption",
        "post hentry",
        "star-rating",
        "sr-only",
        "visually-hidden",
    ],
)
@pytest.mark.parametrize("kind", ["NewsArticle", "WebPage"])
def test_boxes_called_something_else_than_text_stay_out(names: str, kind: str) -> None:
    assert read(f'<div class="{names}">{BOX}</div>', kind=kind).body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("names", ["mol-infobox", "fact-box", "faktaboks", "C-facts"])
def test_boxes_of_facts_within_the_text_stay_out(names: str) -> None:
    assert read(f'<div class="{names}"><h3>The bridge</h3>{BOX}</div>').body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("names", ["newsletter-box", "registration-only"])
def test_invitations_of_a_newsroom_stay_out(names: str) -> None:
    assert read(f'<div class="{names}">{BOX}</div>').body.split("\n\n") == PARAGRAPHS


def test_box_that_holds_most_of_the_text_is_the_text_whatever_it_is_called() -> None:
    texts = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    html = f"""<html lang="en"><head><title>Flood closes the old bridge</title>{DATA % "NewsArticle"}</head><body>
        <main><h1>Flood closes the old bridge</h1><div class="modal cta hentry">{texts}</div></main></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == PARAGRAPHS


def test_box_around_the_headline_is_the_story_s_whatever_it_is_called() -> None:
    texts = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    party = "".join(f"<p>{number}. {text}</p>" for number, text in enumerate(PARAGRAPHS * 2))
    html = f"""<html lang="en"><head><title>Flood closes the old bridge</title></head><body>
        <section class="post hentry"><h1>Flood closes the old bridge</h1><time>20 November 2026</time>{texts}</section>
        <section class="widget">{party}</section></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n")[: len(PARAGRAPHS)] == PARAGRAPHS


def test_name_that_says_what_stands_before_a_paragraph_is_none_of_it() -> None:
    texts = "".join(f'<p class="graf after--figure">{text}</p>' for text in PARAGRAPHS[:1])

    assert read(texts.replace("river", "lake")).body.split("\n\n")[3] == PARAGRAPHS[0].replace(
        "river", "lake"
    )


def test_text_for_subscribers_is_text() -> None:
    html = f"""<html lang="en"><head><title>Flood closes the old bridge</title>{DATA % "NewsArticle"}</head><body>
        <main><h1>Flood closes the old bridge</h1><div class="lee-article-text"><p>{PARAGRAPHS[0]}</p>
        <div class="subscriber-preview"><p>{PARAGRAPHS[1]}</p></div>
        <div class="subscriber-only"><p>{PARAGRAPHS[2]}</p></div>
        <p>{PARAGRAPHS[3]}</p></div></main></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("identity", ["poll-results", "donation-scandal", "facts-and-figures", "ratings"])
def test_heading_is_kept_whatever_its_id_is_made_of(identity: str) -> None:
    assert "What comes next" in read(f'<h2 id="{identity}">What comes next</h2>').body


@pytest.mark.parametrize(
    "names", ["to-related-story", "related-articles", "fundraiser-box", "article-appeal"]
)
@pytest.mark.parametrize("kind", ["NewsArticle", "WebPage"])
def test_stories_to_read_on_and_appeals_for_money_stay_out(names: str, kind: str) -> None:
    assert read(f'<div class="{names}">{BOX}</div>', kind=kind).body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "label", ["See gallery (12 photos)", "Zobacz galerię (12 zdjęć)", "Save this story for later"]
)
@pytest.mark.parametrize("kind", ["NewsArticle", "WebPage"])
def test_button_that_says_what_it_does_is_no_text(label: str, kind: str) -> None:
    assert read(f'<button type="button">{label}</button>', kind=kind).body.split("\n\n") == PARAGRAPHS


def test_button_that_opens_what_stands_below_it_is_text() -> None:
    answer = "<p>Not before the end of March, when the piers have dried, the engineers say.</p>"

    for button in (
        "<button>When does it open?</button>",
        '<button aria-expanded="false">The date of the opening of the bridge</button>',
        '<button class="accordion-title">The date of the opening of the bridge</button>',
    ):
        assert button.partition(">")[2].removesuffix("</button>") in read(f"<div>{button}{answer}</div>").body


@pytest.mark.parametrize("opener", ['<a role="button" href="#answer">{}</a>', "<button>{}</button>"])
def test_question_that_opens_its_answer_is_text(opener: str) -> None:
    question, answer = (
        "When does it open?",
        "Not before the end of March, when the piers have dried, the engineers say.",
    )
    accordion = (
        f'<div class="panel"><h4>{opener.format(question)}</h4><div id="answer"><p>{answer}</p></div></div>'
    )

    assert read(accordion).body.split("\n\n") == [*PARAGRAPHS[:-1], question, answer, PARAGRAPHS[-1]]


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        ("They found it<sup><a href='#n1'>1</a></sup>, dry.", "They found it, dry."),
        ("They <em>found</em><sup id='r1'><a href='#n1'>[12]</a></sup> it dry.", "They found it dry."),
        ("They found it<a href='#n1'><sup>3</sup></a> dry.", "They found it dry."),
        (
            "They found 2 m<sup>2</sup> of it<sup><a href='#n1'>2</a>, <a href='#n2'>3</a></sup>.",
            "They found 2 m2 of it.",
        ),
        (
            "In <b>1990</b> <sup><a href='#n1'>1</a></sup> they found it, 1 mile off.",
            "In 1990 they found it, 1 mile off.",
        ),
        ("They found it<sup><a href='#n1'>1</a></sup>1.", "They found it11."),
        ("They found <b>it</b>.<a href='#n3'><sup>3</sup></a>", "They found it."),
        ("They found it in <a href='#y'>2024</a>, as <a href='/a#x'>others</a> had.", None),
    ],
)
def test_raised_numbers_of_notes_are_no_text(marked: str, shown: str | None) -> None:
    text = "The engineers went down to the piers at night with lamps and ropes to look for the old stone. "

    line = read(f"<p>{text}{marked}</p>").body.split("\n\n")[-2]

    assert line == text + (shown or "They found it in 2024, as others had.")


def test_standfirst_is_worded_as_in_the_body() -> None:
    lines = [f"<p>{text}</p>" for text in PARAGRAPHS]
    deck = "Drivers must take the ring road at least until engineers have looked at the piers"
    html = f"""<html lang="en"><head><title>Flood closes the old bridge</title>{DATA % "NewsArticle"}</head><body><main>
        <article><h1>Flood closes the old bridge</h1><p class="standfirst">{deck}<sup><a href="#n1">1</a></sup></p>
        <div class="story-body">{"".join(lines)}</div></article></main></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.lead == deck
    assert article.body.split("\n\n") == [deck, *PARAGRAPHS]


def test_byline_of_an_entry_is_no_text() -> None:
    assert read('<div class="byline">By Bo Ek</div>').body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("time", ["11:42", "2:47 p.m. PT", "14.05 Uhr"])
def test_time_and_author_of_an_entry_are_no_text(time: str) -> None:
    entry = f"<div><time>{time}</time> <span>Ada Quist</span></div>"

    assert read(entry).body.split("\n\n") == PARAGRAPHS


def test_stamp_is_no_line_that_goes_on_behind_its_time() -> None:
    line = "20 November, 21:15: police close the quay"

    assert line in read(f"<p>{line}</p>").body


@pytest.mark.parametrize("text", ["\u200d", "\u200b \u200b"])
def test_paragraph_without_anything_to_see_is_none(text: str) -> None:
    assert read(f"<p>{text}</p>").body.split("\n\n") == PARAGRAPHS


def test_title_of_a_film_with_its_length_is_no_text() -> None:
    assert read("<p>The old bridge seen from above | 02:41</p>").body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("names", ["teaser", "promo-box", "small-teaser"])
def test_teaser_of_another_story_is_no_text(names: str) -> None:
    teaser = f"""<div class="{names}"><h2><a href="/city/2026/11/18/mill.html">Mill owner buys the meadow</a></h2>
        <p>He wants to build a second wheel there, and has asked the council for its leave.</p></div>"""

    assert read(teaser).body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("line", "is_linked"),
    [
        ("<b>IN THE NORTH: </b><a href='/ferry'>Ferry runs again after a week</a>", True),
        (
            "The council has put its report on the bridge online: <a href='/r.pdf'>Report on the old bridge</a>",
            False,
        ),
        ("Source: <a href='/post'>River Post</a>", False),
        (
            "In the north: the ferry <a href='/ferry'>runs again after a week</a> of repairs at the mill",
            False,
        ),
    ],
)
def test_link_behind_a_label_is_told(line: str, is_linked: bool) -> None:
    (block,) = page_layout(page_tree(f"<html><body><p>{line}</p></body></html>".encode())).blocks

    assert is_linked_behind_label(block) is is_linked


@pytest.mark.parametrize("names", ["author-dropdown", "author-endnote-container", "author-profile"])
def test_boxes_that_say_who_the_author_is_stay_out(names: str) -> None:
    told = """She has written on the river and its towns for twenty years, grew up at the old mill, and has told the
        story of the flood of 1926 in a book that the council gave to each of its schools."""

    assert read(f'<div class="{names}"><p>{told}</p></div>').body.split("\n\n") == PARAGRAPHS


def test_quotation_set_beside_the_text_is_said_again() -> None:
    assert (
        read('<div class="c-float-right"><q>"We saw it coming for years"</q></div>').body.split("\n\n")
        == PARAGRAPHS
    )


def test_quotation_that_a_word_broke_is_pulled_all_the_same() -> None:
    said = "I have never seen the river take a railing like that in all my years"
    told = f"<p>“{said},” said Bo Ek, who keeps the mill, “and I was born here.”</p>"
    pulled = f'<blockquote class="pull-quote">{said}, and I was born here.</blockquote>'

    assert len(read(told + pulled).body.split("\n\n")) == len(PARAGRAPHS) + 1


def test_times_set_as_the_paragraphs_below_are_subheadings_of_the_text() -> None:
    hours = "<p>9:25 p.m.</p><p>The mill stands in the water, its owner says.</p><p>10:10 p.m.</p>"

    assert read(hours, kind="WebPage").body.split("\n\n") == [
        *PARAGRAPHS[:-1],
        "9:25 p.m.",
        "The mill stands in the water, its owner says.",
        "10:10 p.m.",
        PARAGRAPHS[-1],
    ]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("boatyard.example", True), ("news.example", False), ("news.co.uk", False)],
)
def test_items_of_a_newsroom_s_list_are_text_where_they_lead_to_other_sites(
    host: str, expected: bool
) -> None:
    items = [
        f"The {name} pump takes the water out of any cellar in one night, and it costs no more than 75 crowns."
        for name in ("Ada", "Rio", "Tom")
    ]
    linked = "".join(f'<li><a href="https://{host}/{item[4:7]}">{item}</a></li>' for item in items)
    body = read(
        f"<p>The firemen have three pumps, which anybody may buy in a shop:</p><ul>{linked}</ul>"
    ).body

    assert any(item in body for item in items) == expected
