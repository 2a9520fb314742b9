"""Single habits of news pages, each on the smallest page that shows it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import ParseLimitError
from archiver.items import LinkKind, Split
from archiver.parsers import split_page

URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
FETCHED = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORY = [
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    "“We have not seen the river this high since the winter of 1987,” said the lock keeper on Saturday.",
    "Buses on three lines end at the market square until further notice, the operator said.",
]
OTHERS = {
    "/city/2026/11/18/ferry-runs-again-after-repairs.html": "Ferry runs again after three weeks of repairs",
    "/city/2026/11/17/market-hall-traders-ask-for-time.html": "Market hall traders ask for one more year",
    "/culture/2026/11/16/apprentices-revive-steam-crane.html": "Apprentices bring a steam crane back to life",
    "/city/2026/11/15/school-meals-from-local-farms.html": "School meals to come from farms nearby",
}


def page(inside: str = "", after: str = "", head: str = "") -> bytes:
    """A page with the story; inside stands between its second and third paragraph, after behind the story."""
    paragraphs = [f"<p>{text}</p>" for text in STORY]
    paragraphs.insert(2, inside)
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
    <title>Flood closes the old bridge | News Example</title><meta property="og:type" content="article">
    <meta property="og:site_name" content="News Example">{head}</head><body>
    <header class="masthead"><nav class="menu"><a href="/city/">City</a> <a href="/sport/">Sport</a></nav></header>
    <main><article class="story"><h1>Flood closes the old bridge</h1>
    <div class="byline">By <a rel="author" href="/authors/ann-lee">Ann Lee</a></div>
    <time datetime="2026-11-20T21:15:00+01:00">20 November 2026, 21:15</time>
    <div class="story-body">{"".join(paragraphs)}</div></article>{after}</main>
    <footer class="footer"><a href="/about">About us</a> <a href="/privacy">Privacy policy</a></footer>
    </body></html>""".encode()


def split(html: bytes) -> Split:
    return split_page(html, url=URL, fetched=FETCHED)


def body(html: bytes) -> list[str]:
    article = split(html).article
    assert article is not None
    return article.body.split("\n\n")


def cards(heading: str, card: str = '<li class="card"><a href="{url}"><h3>{headline}</h3></a></li>') -> str:
    listed = "".join(card.format(url=url, headline=headline) for url, headline in OTHERS.items())
    return f'<section class="list"><h2>{heading}</h2><ul>{listed}</ul></section>'


def test_plain_story_is_read_whole() -> None:
    article = split(page()).article

    assert article is not None
    assert article.headline == "Flood closes the old bridge"
    assert article.body.split("\n\n") == STORY
    assert article.authors == ("Ann Lee",)
    assert article.date_published == datetime.fromisoformat("2026-11-20T21:15:00+01:00")
    assert article.language == "en"


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Read also", LinkKind.RELATED),
        ("Most read", LinkKind.POPULAR),
        ("Meistgelesen", LinkKind.POPULAR),
        ("人気記事", LinkKind.POPULAR),
    ],
)
def test_list_below_the_story_is_related_under_its_heading(heading: str, kind: LinkKind) -> None:
    related = split(page(after=cards(heading))).related

    assert [(link.url, link.headline) for link in related] == [
        (f"https://news.example{url}", headline) for url, headline in OTHERS.items()
    ]
    assert {(link.kind, link.block) for link in related} == {(kind, heading)}


def test_kicker_time_and_count_are_no_part_of_a_headline() -> None:
    card = (
        '<div class="card"><a href="{url}"><span class="kicker">City</span><span class="title">{headline}</span>'
        '<span class="count">24</span></a></div>'
    )
    related = split(page(after=cards("More on this", card))).related

    assert [link.headline for link in related] == list(OTHERS.values())


def test_link_laid_over_a_card_takes_the_headline_beside_it() -> None:
    card = (
        '<div class="card"><a class="overlay" href="{url}"></a><h3 class="card-title">{headline}</h3></div>'
    )
    related = split(page(after=cards("More on this", card))).related

    assert [link.headline for link in related] == list(OTHERS.values())


@pytest.mark.parametrize(
    "line",
    [
        '<p class="read-also">Read also: <a href="{url}">{headline}</a></p>',
        '<div class="inset"><strong>Read also</strong> <a href="{url}">{headline}</a></div>',
        '<aside class="related"><h4>Read also</h4><a href="{url}">{headline}</a></aside>',
    ],
)
def test_read_also_line_inside_the_story_is_a_related_link_and_no_text(line: str) -> None:
    url, headline = next(iter(OTHERS.items()))
    html = page(inside=line.format(url=url, headline=headline))

    assert body(html) == STORY
    assert [link.headline for link in split(html).related] == [headline]


def test_words_linked_inside_a_sentence_stay_prose() -> None:
    link = '<a href="/city/2026/10/01/council-warned-of-floods.html">warned of floods in October</a>'
    html = page(inside=f"<p>The council had {link}, to no avail.</p>")

    assert "The council had warned of floods in October, to no avail." in body(html)
    assert split(html).related == ()


def test_caption_newsletter_and_advertisement_stay_out_of_the_body() -> None:
    inside = (
        '<figure><img src="/flood.jpg" alt=""><figcaption>The bridge on Saturday. '
        '<span class="credit">Photo: Bo Ek</span></figcaption></figure>'
        '<div class="ad">Advertisement</div>'
        '<aside class="newsletter"><h3>The Morning Mail</h3>'
        "<p>Five stories in your inbox by seven, every weekday.</p></aside>"
    )
    article = split(page(inside=inside)).article

    assert article is not None
    assert article.body.split("\n\n") == STORY
    assert [(image.url, image.caption, image.credit) for image in article.images] == [
        ("https://news.example/flood.jpg", "The bridge on Saturday.", "Photo: Bo Ek")
    ]


def test_each_line_of_text_parted_by_breaks_is_a_paragraph() -> None:
    html = page()
    text = "<br><br>".join(STORY).encode()
    old = html[: html.index(b"<p>")] + text + html[html.index(b"</div></article>") :]

    assert body(old) == STORY


def test_page_without_story_gives_only_its_headlines() -> None:
    html = f"<html><head><title>News Example</title></head><body><h1>News Example</h1>{cards('City')}</body></html>"
    result = split_page(html.encode(), url="https://news.example/", fetched=FETCHED)

    assert result.article is None
    assert [link.headline for link in result.related] == list(OTHERS.values())


@pytest.mark.parametrize("heading", ["<h2>Top stories</h2>", ""])
@pytest.mark.parametrize(
    "address",
    [
        "/news/123456{}.html",
        "/?p=1234{}",
        "/story.php?id=123{}",
        "/a/c4gdx0kq7x{}",
        "/flood-closes-bridge-{}",
        "/m/{}",
    ],
)
@pytest.mark.parametrize(
    "markup",
    [
        '<article class="teaser"><h3><a href="{}">{}</a></h3></article>',
        '<div class="card"><a href="{}">{}</a></div>',
        '<li><a href="{}">{}</a></li>',
        '<h2><a href="{}">{}</a></h2><p>A sentence or two about this story. It goes on.</p>',
    ],
)
def test_front_page_gives_its_headlines_whatever_the_addresses(
    heading: str, address: str, markup: str
) -> None:
    listed = "".join(markup.format(address.format(i), text) for i, text in enumerate(OTHERS.values()))
    html = f"""<html><head><title>News Example</title></head><body>
    <header><nav class="menu"><a href="/city/">City</a><a href="/about">About the paper and us</a></nav></header>
    <main>{heading}<div class="list">{listed}</div></main>
    <footer><a href="/cookies">Manage your cookie settings here</a></footer></body></html>"""

    result = split_page(html.encode(), url="https://news.example/", fetched=FETCHED)

    assert result.article is None
    assert [link.headline for link in result.related] == list(OTHERS.values())


def test_story_whose_address_is_a_query_of_the_first_page_is_a_story() -> None:
    html = page().replace(b'<meta property="og:type" content="article">', b"")

    assert split_page(html, url="https://news.example/?p=12345", fetched=FETCHED).article is not None


def test_links_are_resolved_against_the_page_s_base() -> None:
    related = split(
        page(head='<base href="/archive/">', after=cards("Read also").replace('href="/', 'href="'))
    ).related

    assert related[0].url.startswith("https://news.example/archive/")


def test_tracking_parameters_are_no_part_of_an_address() -> None:
    related = split(page(after=cards("Read also").replace('.html"', '.html?utm_source=box#top"'))).related

    assert [link.url for link in related] == [f"https://news.example{url}" for url in OTHERS]


def test_canonical_address_of_another_site_is_not_believed() -> None:
    article = split(page(head='<link rel="canonical" href="https://elsewhere.test/x">')).article

    assert article is not None
    assert article.url == URL


def test_date_later_than_the_fetch_is_refused() -> None:
    article = split(
        page()
        .replace(b"2026-11-20T21:15", b"2031-11-20T21:15")
        .replace(b"20 November 2026", b"")
        .replace(b"2026/11/20", b"x")
    ).article

    assert article is not None
    assert article.date_published is None or article.date_published <= FETCHED


def test_time_of_the_fetch_without_zone_is_utc() -> None:
    html = page().replace(b'datetime="2026-11-20T21:15:00+01:00"', b"")

    assert split_page(html, url=URL, fetched=FETCHED.replace(tzinfo=None)) == split(html)


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("en-GB", STORY[0], "en-GB"),
        ("sco", STORY[0], "sco"),
        ("fr", STORY[0], "en"),
        ("cn", STORY[0], "en"),
        ("utf-8", STORY[0], "en"),
        ("en", "Мост закрыт до понедельника, сообщает городской совет, движение идёт в объезд.", "ru"),
    ],
)
def test_language_is_the_declared_one_unless_script_or_words_belie_it(
    declared: str, text: str, language: str
) -> None:
    html = page().decode().replace('lang="en"', f'lang="{declared}"')
    for number, paragraph in enumerate(STORY, 1):
        html = html.replace(paragraph, f"{number}. {text}")
    article = split(html.encode()).article

    assert article is not None
    assert article.language == language


@pytest.mark.parametrize("url", ["", "http://[::1", "no address", "javascript:void(0)", "http://x:99999/a"])
def test_address_that_is_none_is_no_reason_to_fail(url: str) -> None:
    article = split_page(page(), url=url, fetched=FETCHED).article

    assert article is not None
    assert article.body.split("\n\n") == STORY


@pytest.mark.parametrize(
    ("html", "url", "said"), [("<p>", URL, "html is the bytes"), (b"<p>", None, "url is a text")]
)
def test_what_is_no_page_or_no_address_is_told(html: bytes, url: str, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        split_page(html, url=url)


def test_title_that_names_the_site_ten_thousand_times_is_read() -> None:
    html = page().replace(b"| News Example", b"| News Example" * 10_000)

    assert split(html).article is not None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2000))
def test_any_bytes_give_a_split_and_twice_the_same(junk: bytes, at: int) -> None:
    html = page(after=cards("Read also"))
    broken = html[:at] + junk + html[at:]
    try:
        result = split(broken)
    except ParseLimitError:
        return

    assert result == split(broken)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/=\"' apdivhl123[]{}!-", max_size=300))
def test_any_markup_gives_a_split(markup: str) -> None:
    assert split_page(markup.encode(), url=URL).related is not None
