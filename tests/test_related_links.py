"""The headlines of other stories around one story: which links show one, in which words, of what kind."""

from datetime import UTC, datetime

import pytest

from archiver.items import LinkKind, RelatedLink
from archiver.parsers import split_page
from archiver.parsers.phrases import is_phrase, marks_advertisement, reads_on
from archiver.parsers.related.list_headings import heads_offers
from archiver.parsers.rules import SiteRules
from archiver.parsers.split import page_parts
from archiver.word_lists import lines, word_table

URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
STORY = [
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    "Buses on three lines end at the market square until further notice, the operator said.",
]
OTHERS = {
    "/city/2026/11/18/ferry-runs-again-after-repairs.html": "Ferry runs again after three weeks of repairs",
    "/city/2026/11/17/market-hall-traders-ask-for-time.html": "Market hall traders ask for one more year",
    "/culture/2026/11/16/apprentices-revive-steam-crane.html": "Apprentices bring a steam crane back to life",
    "/city/2026/11/15/school-meals-from-local-farms.html": "School meals to come from farms nearby",
}
CARD = '<li class="card"><a href="{url}"><h3>{headline}</h3></a></li>'


def related(after: str, inside: str = "") -> tuple[RelatedLink, ...]:
    """The related links of a page."""
    return split_page(page(after, inside), url=URL, fetched=datetime(2026, 11, 23, 12, tzinfo=UTC)).related


def page(after: str, inside: str = "") -> bytes:
    """A page; after stands behind its story, inside before the story's last two paragraphs."""
    paragraphs = [f"<p>{text}</p>" for text in STORY]
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Flood closes the old bridge</title>
    <meta property="og:type" content="article"></head><body>
    <header><nav class="menu"><a href="/city/">City</a> <a href="/sport/">Sport</a></nav></header>
    <main><article class="story"><h1>Flood closes the old bridge</h1>
    <time datetime="2026-11-20T21:15:00+01:00">20 November 2026, 21:15</time>
    <div class="story-body">{"".join([*paragraphs[:-2], inside, *paragraphs[-2:]])}</div></article>{after}</main>
    <footer class="footer"><a href="/about">About us</a> <a href="/privacy">Privacy policy</a></footer></body></html>"""
    return html.encode()


def listed(heading: str, card: str = CARD, others: dict[str, str] = OTHERS) -> str:
    shown = "".join(card.format(url=url, headline=headline) for url, headline in others.items())
    return f'<section class="list"><h2>{heading}</h2><ul>{shown}</ul></section>'


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Latest news", LinkKind.LATEST),
        ("Neueste Meldungen", LinkKind.LATEST),
        ("More from City", LinkKind.SECTION),
        ("Top stories", LinkKind.SECTION),
        ("Sur le même thème", LinkKind.RELATED),
        ("Самое читаемое", LinkKind.POPULAR),
        ("More posts related to floods", LinkKind.RELATED),
        ("Die Sportredaktion empfiehlt", LinkKind.SECTION),
        ("Die Redaktion empfiehlt", LinkKind.RELATED),
        ("اخترنا لكم", LinkKind.RELATED),
        ("時系列で見る", LinkKind.RELATED),
        ("Ostatnie wpisy", LinkKind.LATEST),
        ("Популярні статті", LinkKind.POPULAR),
        ("RANKING", LinkKind.POPULAR),
        ("Les + lus", LinkKind.POPULAR),
        ("最多人阅读", LinkKind.POPULAR),
        ("Më të lexuarat", LinkKind.POPULAR),
        ("အဖတ်အများဆုံး", LinkKind.POPULAR),
        ("Recently posted", LinkKind.LATEST),
        ("最近の投稿", LinkKind.LATEST),
        ("Erfahre mehr", LinkKind.RELATED),
        ("你可能会喜欢", LinkKind.RELATED),
        ("Paid Partner", LinkKind.SPONSORED),
        ("Content by Lakeside Loans", LinkKind.SPONSORED),
    ],
)
def test_list_is_of_the_kind_that_its_heading_states(heading: str, kind: LinkKind) -> None:
    links = related(listed(heading))

    assert [link.headline for link in links] == list(OTHERS.values())
    assert {link.kind for link in links} == {kind}


def test_kicker_above_each_headline_is_not_the_heading_of_the_list() -> None:
    card = (
        '<li class="card"><div class="title">Politics</div><a href="{url}"><h3>{headline}</h3></a>'
        '<div class="title">06:47</div></li>'
    )

    assert {(link.block, link.kind) for link in related(listed("Most read", card))} == {
        ("Most read", LinkKind.POPULAR)
    }


def test_lists_behind_a_row_of_tabs_go_to_the_tabs_in_turn() -> None:
    urls = list(OTHERS)
    panels = [{url: OTHERS[url] for url in part} for part in (urls[:2], urls[2:])]
    lists = "".join(
        f'<div class="panel"><ul>{"".join(CARD.format(url=u, headline=h) for u, h in panel.items())}</ul></div>'
        for panel in panels
    )
    links = related(
        f'<section class="tabs"><div><h4>Latest</h4><h4>Most read</h4></div><div>{lists}</div></section>'
    )

    assert [link.kind for link in links] == [LinkKind.LATEST] * 2 + [LinkKind.POPULAR] * 2


def test_subheading_of_the_story_heads_no_list_below_its_text() -> None:
    links = related(listed("").replace("<h2></h2>", ""), inside="<h2>What comes next</h2>")

    assert [(link.headline, link.block) for link in links] == [(headline, "") for headline in OTHERS.values()]


@pytest.mark.parametrize(
    ("card", "shown"),
    [
        (
            '<li><a href="{url}"><h3><span class="topline">River</span><span>{headline}</span></h3></a></li>',
            "River {}",
        ),
        ('<li><h3><a href="{url}"><span class="plus">Plus:</span> {headline}</a></h3></li>', "Plus: {}"),
        (
            '<li><a href="{url}"><h3>{headline}</h3><p class="lead">A sentence on it, not long.</p></a></li>',
            "{}",
        ),
        (
            '<li><h4><a href="{url}">{headline}</a></h4>'
            '<h4 class="short"><a href="{url}">What the people at the river say and what comes next now</a></h4></li>',
            "{}",
        ),
        (
            '<li><h4><a href="{url}">On the river</a></h4><h4><a href="{url}">{headline}</a></h4></li>',
            "{}",
        ),
    ],
)
def test_headline_is_all_that_the_link_shows_in_its_heading(card: str, shown: str) -> None:
    links = related(listed("Read also", card))

    assert [link.headline for link in links] == [shown.format(headline) for headline in OTHERS.values()]


@pytest.mark.parametrize(
    "href",
    [
        "https://jobs.news.example/offer/4711-head-of-the-ferry-office",
        "https://jobb.news.example/4711-head-of-the-ferry-office",
        "/jobs/4711/head-of-the-ferry-office",
        "/events/4711-night-of-the-open-museum-doors",
        "/products/raincoat-for-wet-autumn-days",
        "/files/report-on-the-state-of-the-bridges.pdf",
        "/city/2026/11/18/ferry-runs-again-after-repairs.html#comment-12",
        URL + "?share=mail",
        "/threads/head-of-the-ferry-office.4711/",
        "/forum/viewtopic.php?t=4711",
        "/wiki/Category:Heads_of_the_ferry_office",
        "/spip.php?rubrique4711",
        "/donate?for=the-head-of-the-ferry-office",
        "https://www.instagram.com/p/C1abc/head-of-the-ferry-office",
        "https://x.com/ferry/status/4711",
        "/",
    ],
)
def test_jobs_events_goods_files_comments_lists_and_posts_are_no_stories(href: str) -> None:
    offers = {**OTHERS, href: "Head of the ferry office wanted by spring"}
    shown = [link.headline for link in related(listed("Read also", others=offers))]

    assert shown == list(OTHERS.values())


def test_link_to_the_page_itself_with_a_query_is_none_of_another_story() -> None:
    links = related(listed("Most read", others={**OTHERS, URL + "?place=box": "Flood closes the old bridge"}))

    assert [link.headline for link in links] == list(OTHERS.values())


@pytest.mark.parametrize(
    "heading",
    ["Jobs", "Stellenmarkt der Woche", "Recent comments", "イベント・出版情報", "Вакансии", "नौकरियां"],
)
def test_heading_of_offers_is_known_in_several_languages(heading: str) -> None:
    assert heads_offers(heading)


@pytest.mark.parametrize("heading", ["Most read", "Jobless figures rise", "Read also"])
def test_heading_of_stories_is_no_heading_of_offers(heading: str) -> None:
    assert not heads_offers(heading)


def test_words_for_offers_are_single_words_by_language() -> None:
    for language, text in word_table("parsers", "offers.toml").items():
        words = text.split()
        assert len(set(words)) == len(words), language
        assert all(word == word.lower() for word in words), language
        assert all(heads_offers(word.upper()) for word in words), language


MENU = """<nav><a href="/city/2026/11/18/ferry-runs-again-after-repairs.html">Ferry runs again</a>
<a href="/city/2026/11/17/market-hall-traders-ask-for-time.html">Market hall traders ask for one more year</a></nav>"""


def test_link_of_three_words_in_a_menu_is_no_headline_a_longer_one_may_be() -> None:
    """Menus name sections and pages; those that unfold to stories show their headlines."""
    parts = page_parts(page(after=MENU), url=URL)

    considered = [shown[0].candidate.headline for shown in parts.related.considered.values()]
    assert considered == ["Market hall traders ask for one more year"]


def test_site_rule_has_the_last_word_on_a_short_link_in_a_menu() -> None:
    rules = (SiteRules(related=("nav",)),)

    found = split_page(page(after=MENU), url=URL, rules=rules).related

    assert [link.headline for link in found] == [
        "Ferry runs again",
        "Market hall traders ask for one more year",
    ]


INVITING = '<li class="card"><h3>{{headline}}</h3><a class="more" href="{{url}}">{words}</a></li>'


@pytest.mark.parametrize(
    "words", ["Read more", "LEARN MORE", "Weiterlesen \u2192", "Lire la suite", "続きを読む", "اقرأ المزيد"]
)
def test_link_that_only_invites_to_read_on_shows_the_heading_of_its_card(words: str) -> None:
    links = related(listed("Related stories", INVITING.format(words=words)))

    assert {link.headline: link.block for link in links} == dict.fromkeys(OTHERS.values(), "Related stories")


def test_invitation_below_a_list_does_not_show_the_heading_of_the_list() -> None:
    more = '<a href="/city/2026/all-the-stories-of-this-week">Read more</a></section>'

    links = related(listed("From the city").replace("</section>", more))

    assert [link.headline for link in links] == list(OTHERS.values())


@pytest.mark.parametrize("rank", ["<em>{}</em>", '<span class="num">{}.</span>', "<b> {} </b>"])
def test_rank_beside_a_headline_is_no_part_of_it(rank: str) -> None:
    numbered = "".join(
        f'<li><a href="{url}">{rank.format(number)}<span class="title">{headline}</span></a></li>'
        for number, (url, headline) in enumerate(OTHERS.items(), 1)
    )

    links = related(f"<section><h2>Most read</h2><ol>{numbered}</ol></section>")

    assert [link.headline for link in links] == list(OTHERS.values())


@pytest.mark.parametrize("rank", ["<em>2</em>", "<b>2.</b>"])
def test_rank_is_no_part_of_the_number_that_a_headline_begins_with(rank: str) -> None:
    links = related(listed("Most read", f'<li><a href="{{url}}">{rank}12 days on: {{headline}}</a></li>'))

    assert [link.headline for link in links] == [f"12 days on: {text}" for text in OTHERS.values()]


def test_number_that_a_headline_begins_with_is_part_of_it() -> None:
    links = related(listed("Most read", '<li><a href="{url}"><em>7</em> things to know: {headline}</a></li>'))

    assert [link.headline for link in links] == [f"7 things to know: {text}" for text in OTHERS.values()]


@pytest.mark.parametrize("ended", ["Tags", "Share this article", "Schlagwörter"])
def test_heading_of_what_ends_above_a_list_heads_no_stories(ended: str) -> None:
    links = related(listed(ended))

    assert {link.headline for link in links} == set(OTHERS.values())
    assert {link.block for link in links} == {""}


@pytest.mark.parametrize("language", word_table("parsers", "read_on.toml"))
def test_words_that_invite_to_read_on_are_known_as_they_stand(language: str) -> None:
    phrases = lines(word_table("parsers", "read_on.toml")[language]["texts"])

    assert phrases
    assert all(map(reads_on, phrases))
    assert not reads_on("Read more of what the council said")


@pytest.mark.parametrize("label", ["Advertisement", "[PR]", "– Anzeige –"])
def test_label_of_an_advertisement_does_not_make_the_site_s_own_stories_paid(label: str) -> None:
    own = related(listed(label))
    away = {f"https://partner.example{href}": headline for href, headline in OTHERS.items()}
    paid = related(listed(label, others=away))

    assert LinkKind.SPONSORED not in {link.kind for link in own}
    assert {link.kind for link in paid} == {LinkKind.SPONSORED}


def test_heading_that_says_who_pays_makes_the_site_s_own_pages_paid() -> None:
    assert {link.kind for link in related(listed("Sponsored content"))} == {LinkKind.SPONSORED}


@pytest.mark.parametrize("language", word_table("parsers", "advertisement.toml"))
def test_labels_of_advertisements_are_known_as_they_stand_and_to_the_models(language: str) -> None:
    labels = lines(word_table("parsers", "advertisement.toml")[language]["texts"])

    assert all(map(marks_advertisement, labels))
    assert all(is_phrase("sponsored", label) for label in labels)


def test_offers_of_goods_are_no_paid_headlines() -> None:
    offers = "".join(
        f'<div class="product"><h3>Raincoat number {number}</h3><p>It keeps the water out for a day.</p>'
        f'<a class="button" rel="nofollow sponsored" href="https://shop.example/dp/B0{number}?tag=x">'
        f"Check price at the shop</a></div>"
        for number in range(4711, 4716)
    )

    assert related(listed("Read also"), inside=offers) == related(listed("Read also"))


@pytest.mark.parametrize(
    "card",
    [
        '<li><a href="{url}"><i>12:42</i>{headline}</a></li>',
        '<li><a href="{url}"><b>2</b>{headline}</a></li>',
        '<li><a href="{url}"><time>2026-11-18 22:00, on the evening of the flood</time><b>{headline}</b></a></li>',
        '<li><a class="cover" href="{url}" aria-label="{headline}"></a><span>6:05 PM</span><div>{headline}</div></li>',
    ],
)
def test_time_and_rank_in_a_link_are_no_part_of_its_headline(card: str) -> None:
    links = related(listed("Latest news", card))

    assert [link.headline for link in links] == list(OTHERS.values())


def test_words_in_elements_of_their_own_are_set_apart_in_a_headline() -> None:
    links = related(
        listed("Read also", '<li><a href="{url}"><strong>City</strong> <span>{headline}</span></a></li>')
    )

    assert [link.headline for link in links] == [f"City {headline}" for headline in OTHERS.values()]


def test_headline_that_ends_with_a_word_of_lists_is_no_label() -> None:
    url, headline = "/city/2026/11/18/ferry-people-wait.html", "Ferry people wait, again, for a place to live"

    links = related(
        "",
        inside=f'<aside><h3>Related story</h3><a href="{url}"><span>{headline}</span><time>Aug. 2</time></a></aside>',
    )

    assert [link.headline for link in links] == [headline]


def test_excerpts_in_a_newsroom_s_cards_are_no_text() -> None:
    excerpt = "<p>The mayor kept silent about it, the others did not.</p>"
    card = f'<div><article><h3><a href="{{url}}">{{headline}}</a></h3>{excerpt}</article></div>'
    data = b'{"@type": "NewsArticle", "headline": "Flood closes the old bridge"}'
    script = b'<script type="application/ld+json">' + data + b"</script>"
    news = page(listed("From the city", card)).replace(b"</head>", script + b"</head>")

    article = split_page(news, url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == STORY


def test_story_of_a_newsroom_that_is_made_of_cards_is_kept() -> None:
    cards = "".join(
        f'<div><h3><a href="{url}">{headline}</a></h3><p>{text}</p></div>'
        for (url, headline), text in zip(OTHERS.items(), STORY, strict=True)
    )
    data = '{"@type": "NewsArticle", "headline": "Four things to know on Saturday"}'
    html = f"""<html lang="en"><head><title>Four things to know on Saturday</title>
    <script type="application/ld+json">{data}</script></head><body><main><article>
    <h1>Four things to know on Saturday</h1><div class="story-body">{cards}</div></article></main></body></html>"""

    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert all(text in article.body for text in STORY)


def test_headline_that_stands_twice_is_of_the_kind_of_its_first_place() -> None:
    twice = dict(list(OTHERS.items())[:3])
    links = related(listed("More on this", others=twice) + listed("Most read", others=OTHERS))

    assert [(link.headline, link.kind, link.block) for link in links] == [
        *((headline, LinkKind.RELATED, "More on this") for headline in twice.values()),
        (list(OTHERS.values())[3], LinkKind.POPULAR, "Most read"),
    ]


def test_kicker_in_an_element_of_its_own_is_no_part_of_what_is_called_the_headline() -> None:
    card = (
        '<li><a href="{url}"><h3 class="teaser__title"><span class="kicker">City</span> '
        '<span class="headline">{headline}</span></h3></a></li>'
    )

    assert [link.headline for link in related(listed("More on this", card))] == list(OTHERS.values())
    led_in = card.replace(">City<", ">Flood:<")
    assert [link.headline for link in related(listed("More on this", led_in))] == [
        f"Flood: {headline}" for headline in OTHERS.values()
    ]


@pytest.mark.parametrize(
    "short", ["Cup thriller", "Budget passes narrowly", "Live: the final", "Opinion: who pays?"]
)
@pytest.mark.parametrize(
    "card",
    [
        CARD,
        '<article><h3><a href="{url}">{headline}</a></h3><p>20.11.2026</p></article>',
        '<article><a href="{url}"><span class="cat">Sport</span><h3>{headline}</h3><span>1</span></a></article>',
    ],
)
def test_short_headline_heads_no_list_of_the_others(card: str, short: str) -> None:
    first, *rest = OTHERS.items()
    others = dict([first, ("/sport/2026/11/19/cup-match-ends-late.html", short), *rest])
    links = related(listed("Most read", card, others))

    assert [link.headline for link in links] == list(others.values())
    assert {(link.kind, link.block) for link in links} == {(LinkKind.POPULAR, "Most read")}


def test_linked_heading_of_a_section_in_the_form_of_its_cards_heads_them() -> None:
    row = '<div class="row"><h3><a href="{url}">{headline}</a></h3></div>'
    sections = {"/sport/": "More from Sport", **OTHERS}
    rows = "".join(row.format(url=url, headline=headline) for url, headline in sections.items())
    links = related(f"<section>{rows}</section>")

    assert {link.block for link in links} == {"More from Sport"}


def test_label_in_a_link_heads_that_link_alone() -> None:
    labelled = (
        '<li class="card"><a href="{url}"><div class="label">Sponsored</div><h3>{headline}</h3></a></li>'
    )
    first, *rest = OTHERS.items()
    cards = labelled.format(url=first[0], headline=first[1]) + "".join(
        CARD.format(url=url, headline=headline) for url, headline in rest
    )
    links = related(f'<section class="list"><h2>Latest news</h2><ul>{cards}</ul></section>')

    assert [link.kind for link in links] == [LinkKind.SPONSORED, *[LinkKind.LATEST] * 3]
