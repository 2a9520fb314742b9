"""Lists of other stories as pages mark them up, without any telling class: found, named, and out of the text."""

from collections.abc import Callable

import pytest

from archiver.items import Split
from archiver.parsers import split_page

URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
PARAGRAPHS = [
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    "“We have never seen it this high in November,” said mayor Ann Lund, who lives by the mill.",
    "Buses on three lines end at the market square until further notice, the operator said.",
]
STORIES = {
    "/city/2026/11/18/ferry-runs-again-after-repairs.html": "Ferry runs again after three weeks of repairs",
    "/city/2026/11/17/market-hall-traders-ask-for-time.html": "Market hall traders ask for one more year",
    "/culture/2026/11/16/apprentices-revive-steam-crane.html": "Apprentices bring a steam crane back to life",
}
DATA = """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Flood closes the old bridge",
    "datePublished": "2026-11-20T21:15:00+01:00", "author": {"@type": "Person", "name": "Ada Quist"}}</script>"""
EXCERPT = "The town said on Monday that all would be well by the end of the year, and thanked the helpers."


def each(form: str) -> str:
    return "".join(form.format(url=url, headline=headline) for url, headline in STORIES.items())


LISTS: dict[str, Callable[[str], str]] = {
    "paragraph and list": lambda label: (
        f"<p><strong>{label}</strong></p><ul>{each('<li><a href={url}>{headline}</a></li>')}</ul>"
    ),
    "box": lambda label: (
        f"<div><h4>{label}</h4><ul>{each('<li><a href={url}>{headline}</a></li>')}</ul></div>"
    ),
    "pictures and headlines": lambda label: (
        f"<aside><h4>{label}</h4>"
        + each("<div><a href={url}><img src=/a.jpg></a><a href={url}>{headline}</a></div>")
        + "</aside>"
    ),
    "paragraphs": lambda label: f"<p>{label}</p>{each('<p><a href={url}>{headline}</a></p>')}",
    "line breaks": lambda label: f"<p><b>{label}</b><br>{each('<a href={url}>{headline}</a><br>')}</p>",
    "bullets": lambda label: f"<p>{label}</p>{each('<p>• <a href={url}>{headline}</a></p>')}",
    "cards with excerpts": lambda label: (
        f"<section><h2>{label}</h2>"
        + each(
            f"<article><a href={{url}}><h3>{{headline}}</h3></a><p>{EXCERPT}</p><time>18 Nov</time></article>"
        )
        + "</section>"
    ),
    "cards with kickers": lambda label: (
        f"<section><h2>{label}</h2>"
        + each(
            "<div><a href={url}><i class=kicker>City</i><span>{headline}</span><i class=time>2 h</i></a></div>"
        )
        + "</section>"
    ),
    "label in each card": lambda label: each(
        f"<div><span>{label}</span><a href={{url}}><h3>{{headline}}</h3><p>{EXCERPT}</p></a></div>"
    ),
    "ranks": lambda label: (
        f"<div><h3>{label}</h3><ol>{each('<li><span>1</span><a href={url}>{headline}</a></li>')}</ol></div>"
    ),
    "table": lambda label: (
        f"<table><tr><th>{label}</th></tr>{each('<tr><td><a href={url}>{headline}</a></td></tr>')}</table>"
    ),
    "links over cards": lambda label: (
        f"<div><h3>{label}</h3>{each('<div><a href={url}></a><h4>{headline}</h4></div>')}</div>"
    ),
}


def read(within: str = "", after: str = "") -> Split:
    """A page split; within stands among its paragraphs, after behind its article."""
    texts = [f"<p>{text}</p>" for text in PARAGRAPHS]
    text = "".join([*texts[:3], within, *texts[3:]])
    html = f"""<!DOCTYPE html><html lang="en"><head><title>Flood closes the old bridge</title>{DATA}</head><body>
        <header><nav><a href="/city/">City</a></nav></header><main><article class="story">
        <h1>Flood closes the old bridge</h1><div class="story-body">{text}</div></article>{after}</main>
        <footer>© 2026 News</footer></body></html>"""
    return split_page(html.encode(), url=URL)


@pytest.mark.parametrize(
    ("label", "kind"), [("Read also", "related"), ("Most read", "popular"), ("Latest news", "latest")]
)
@pytest.mark.parametrize("place", ["within", "after"])
@pytest.mark.parametrize("form", LISTS)
def test_list_is_told_from_the_story(form: str, place: str, label: str, kind: str) -> None:
    split = read(**{place: LISTS[form](label)})

    assert split.article is not None
    assert split.article.body.split("\n\n") == PARAGRAPHS
    assert {link.headline for link in split.related} == set(STORIES.values())
    assert {(str(link.kind), link.block) for link in split.related} == {(kind, label)}


@pytest.mark.parametrize(("label", "kind"), [("Read also", "related"), ("Most read", "popular")])
@pytest.mark.parametrize(
    "form", ["<p>{}: {}</p>", "<p><em>{}: {}</em></p>", "<blockquote><p>{} – {}</p></blockquote>"]
)
def test_line_with_a_label_and_one_headline_is_told_from_the_story(form: str, label: str, kind: str) -> None:
    url, headline = next(iter(STORIES.items()))

    split = read(form.format(label, f"<a href='{url}'>{headline}</a>"))

    assert split.article is not None
    assert split.article.body.split("\n\n") == PARAGRAPHS
    assert [(link.headline, str(link.kind), link.block) for link in split.related] == [
        (headline, kind, label)
    ]
