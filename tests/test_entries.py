"""Stories in entries, as live blogs are: all of them, in order, without what stands between them."""

import json
from collections.abc import Callable

import pytest

from archiver.parsers import split_page

Entries = list[tuple[str, str]]

ENTRIES = {
    "en": [
        (
            "River passes the mark of 1998",
            "The river passed the mark of 1998 at the mill, the water board said.",
        ),
        (
            "Ring road open again",
            "Police have opened the ring road again after the water fell by ten centimetres.",
        ),
        (
            "Schools closed on Monday",
            "All schools in the lower town stay closed on Monday, the council decided.",
        ),
        (
            "Help from the coast",
            "Forty firefighters from the coast arrived at the town hall with pumps and boats.",
        ),
        (
            "Bridge will be looked at",
            "Engineers will look at the piers on Monday, when the water should be lower.",
        ),
    ],
    "ja": [
        ("川が1998年の水位を超える", "水道局によると、川は九時過ぎに水車小屋で1998年の水位を超えた。"),
        ("環状道路が再開", "水位が十センチ下がったため、警察は環状道路を再び開放した。"),
        ("月曜日は休校", "市議会は夜、下町のすべての学校を月曜日に休校とすることを決めた。"),
        ("海岸から支援", "海岸から四十人の消防士がポンプとボートを持って市役所に到着した。"),
        ("橋を点検へ", "水が引く見込みの月曜日に、技術者が橋脚を調べる予定だ。"),
    ],
}
STORIES = "".join(
    f'<li><a href="/n/2026/11/1{number}/story-{number}.html">Story number {number} of the day is here</a></li>'
    for number in range(6)
)


def shared(entries: Entries) -> str:
    """Entries with an id and buttons to share each."""
    return "".join(
        f'<section id="entry{number}"><a href="#entry{number}">2{number}:15</a><h3>{heading}</h3><p>{text}</p>'
        '<ul><li><a href="https://facebook.com/s">Facebook</a></li><li><a href="https://x.com/s">X</a></li></ul></section>'
        for number, (heading, text) in enumerate(entries)
    )


def signed(entries: Entries) -> str:
    """Entries in a list, each with its time, heading and author."""
    items = "".join(
        f"<li><article><header><span>2{number}:15 GMT</span><h2>{heading}</h2><span>Ann Lee</span></header>"
        f"<div><p>{text}</p></div><button>Share</button></article></li>"
        for number, (heading, text) in enumerate(entries)
    )
    return f"<ol>{items}</ol>"


def hours_ago(entries: Entries) -> str:
    """Entries below how long ago they are."""
    return "".join(
        f'<div class="post"><span>{number + 1}h ago</span><h3>{heading}</h3><p>{text}</p></div>'
        for number, (heading, text) in enumerate(entries)
    )


def with_key_events(entries: Entries) -> str:
    """Entries below a list of links to them."""
    places = "".join(
        f'<li><a href="#e{number}">{heading}</a></li>' for number, (heading, _) in enumerate(entries)
    )
    posts = "".join(
        f'<div class="post" id="e{number}"><time>2{number}:15</time><h3>{heading}</h3><p>{text}</p></div>'
        for number, (heading, text) in enumerate(entries)
    )
    return f'<div class="summary"><h2>Key events</h2><ul>{places}</ul></div>{posts}'


@pytest.mark.parametrize("language", ENTRIES)
@pytest.mark.parametrize("kind", ["LiveBlogPosting", "NewsArticle"])
@pytest.mark.parametrize("form", [shared, signed, hours_ago, with_key_events])
def test_all_entries_are_the_text_and_nothing_between_them(
    form: Callable[[Entries], str], kind: str, language: str
) -> None:
    data = {"@type": kind, "headline": "Flood: live", "datePublished": "2026-11-20T21:15:00+01:00"}
    html = (
        f'<html lang="{language}"><head><title>Flood: live</title><script type="application/ld+json">{json.dumps(data)}'
        f'</script></head><body><header><nav><a href="/city/">City</a></nav></header><main><h1>Flood: live</h1>'
        f'<p>20.11.2026</p><div class="live">{form(ENTRIES[language])}</div></main>'
        f"<aside><h3>Most read</h3><ul>{STORIES}</ul></aside></body></html>"
    )

    split = split_page(html.encode(), url="https://news.example/n/2026/11/20/live-1.html")

    assert split.article is not None
    assert split.article.body.split("\n\n") == [line for entry in ENTRIES[language] for line in entry]
    assert len(split.related) == 6
