"""In which words a link shows its story, and which links show none: calls, times, the page's own headline."""

from datetime import UTC, datetime

import pytest

from archiver.parsers import split_page

URL = "https://lakepost.example/city/2026/11/20/flood-closes-the-old-bridge-for-the-weekend.html"
OWN = "Flood closes the old bridge for the weekend"
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
}
NEW = "/city/2026/11/15/school-meals-from-local-farms.html"
HEADLINE = "School meals to come from farms nearby"


def shown(card: str, heading: str = "Latest news") -> list[str]:
    """The headlines of a page's list that has one more card than those of OTHERS."""
    cards = "".join(
        f'<li class="card"><a href="{url}">{headline}</a></li>' for url, headline in OTHERS.items()
    )
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{OWN}</title>
    <meta property="og:type" content="article"></head><body><main><article><h1>{OWN}</h1>
    <time datetime="2026-11-20T21:15:00+01:00">20 November 2026, 21:15</time>
    {"".join(f"<p>{text}</p>" for text in STORY)}</article>
    <section class="list"><h2>{heading}</h2><ul>{cards}{card}</ul></section></main></body></html>"""
    split = split_page(html.encode(), url=URL, fetched=datetime(2026, 11, 23, 12, tzinfo=UTC))
    return [link.headline for link in split.related]


@pytest.mark.parametrize(
    ("link", "headline"),
    [
        ("Next post →", HEADLINE),
        ("« Dawn at the fish market", "Dawn at the fish market"),
        ("Dawn at the fish market »", "Dawn at the fish market"),
        ("«Dawn at the fish market»", "«Dawn at the fish market»"),
        ("• Dawn at the fish market", "Dawn at the fish market"),
        ("▶ Dawn at the fish market →", "Dawn at the fish market"),
        ("20.11.2026 Dawn at the fish market", "Dawn at the fish market"),
        ("2026-11-20 – Dawn at the fish market", "Dawn at the fish market"),
        ("Dawn at the fish market (20/11/2026)", "Dawn at the fish market"),
        ("Related: Dawn at the fish market", "Dawn at the fish market"),
        ("Breaking: Dawn at the fish market", "Breaking: Dawn at the fish market"),
        ("Dawn at the fish market | Lakepost", "Dawn at the fish market"),
        ("Dawn at the fish market | In pictures", "Dawn at the fish market | In pictures"),
    ],
)
def test_link_shows_its_headline_alone(link: str, headline: str) -> None:
    card = f'<li class="card"><a href="{NEW}" title="{HEADLINE}">{link}</a></li>'

    assert shown(card) == [*OTHERS.values(), headline]


def test_headline_cut_in_a_word_is_whole_if_another_link_to_the_story_has_it_so() -> None:
    cut = HEADLINE[:29]
    cards = f'<li><h3><a href="{NEW}">{cut}</a></h3></li><li><a href="{NEW}">{HEADLINE}</a></li>'

    assert shown(cards) == [*OTHERS.values(), HEADLINE]


@pytest.mark.parametrize(
    "label",
    [
        f"Permanent Link to {HEADLINE}",
        "School meals to come from <span class='caps'>farms</span> nearby",
        "Link to article page",
    ],
)
def test_label_of_a_picture_is_read_without_what_templates_add(label: str) -> None:
    card = f'<li class="card"><a href="{NEW}" aria-label="{label}" title="{HEADLINE}"><img src="/a.jpg"></a></li>'

    assert shown(card) == [*OTHERS.values(), HEADLINE]


def test_label_in_a_link_does_not_stand_for_the_headline_below() -> None:
    card = f'<li class="card"><a href="{NEW}"><div>← Previous post</div><div>{HEADLINE}</div></a></li>'

    assert shown(card) == [*OTHERS.values(), HEADLINE]


@pytest.mark.parametrize(
    "text",
    [
        "Read more",
        "3 hours ago",
        "Previous story",
        "Friday, 20 November 2026",
        "+44 20 7946 0000",
        "Find this author on Scholar Search",
        OWN,
        f"{OWN}, operator says buses end at the market",
    ],
)
def test_call_time_number_or_own_headline_is_no_other_story(text: str) -> None:
    card = f'<li class="card"><a href="{NEW}">{text}</a></li>'

    assert shown(card) == list(OTHERS.values())


def test_words_that_lead_to_many_pages_are_no_headline() -> None:
    card = "".join(
        f'<li class="card"><a href="/city/2026/11/1{day}/school-meals-{day}.html">Hear the whole story here</a></li>'
        for day in range(3)
    )

    assert shown(card) == list(OTHERS.values())


def test_headline_that_the_addresses_of_one_story_say_is_one() -> None:
    paths = (
        "/city/2026/11/11/school-meals",
        "/amp/city/2026/11/11/school-meals",
        "/print/city/2026/11/11/school-meals",
    )
    card = "".join(f'<li class="card"><a href="{path}">School meals get cheaper</a></li>' for path in paths)

    assert shown(card).count("School meals get cheaper") == len(paths)


@pytest.mark.parametrize(
    "href",
    [
        "https://archive.example/web/20260101120000/https://lakepost.example/",
        "https://archive.example/web/20260101120000/https://www.instagram.com/p/a1b2c3/",
        "https://creativecommons.org/licenses/by/4.0/",
        "/newsletter-registration/a-157182",
        "/city/2026/11/20/flood-closes-the-old-bridge-for-the-weekend/feed",
        "/spip.php?page=forum&amp;id_article=717",
        "/privacy-policy.html",
    ],
)
def test_page_of_the_house_or_of_an_archive_is_no_story(href: str) -> None:
    card = f'<li class="card"><a href="{href}">News from the lake and all around it</a></li>'

    assert shown(card) == list(OTHERS.values())
