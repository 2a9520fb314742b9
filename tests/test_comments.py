"""Readers' comments below a story are none of its text, whatever their boxes are called."""

from collections.abc import Callable

import pytest

from archiver.parsers import split_page
from archiver.parsers.text import fold
from archiver.word_lists import lines, word_table

Comments = tuple[str, str, str, str]

STORIES = {
    "en": (
        "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
        "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
        "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
    ),
    "de": (
        "Der Fluss stieg in der Nacht zum Samstag um zwei Meter und riss das Geländer der alten Brücke mit.",
        "Die Stadt sperrte die Brücke für das Wochenende und bat Autofahrer, die Umgehungsstraße zu nehmen.",
        "Am Montag wollen sich Fachleute die Pfeiler ansehen, wenn das Wasser wieder sinkt.",
    ),
    "ja": (
        "川の水位は金曜の夜に二メートル上がり、古い橋の欄干が流された。",
        "市は週末の間、橋を通行止めにし、運転者に環状道路を使うよう呼びかけた。",
        "水が引く見込みの月曜日に、技術者が橋脚を調べる予定だ。",
    ),
}
SAID: dict[str, Comments] = {
    "en": (
        "Comments",
        "I was there this morning and the police did not let anybody pass, so take the ring road if you can.",
        "Thank you for the report, it is good to know that the buses run again from Monday on.",
        "Reply",
    ),
    "de": (
        "Kommentare",
        "Ich war heute Morgen dort und die Polizei hat niemanden durchgelassen, nehmt die Umgehungsstraße.",
        "Danke für den Bericht, gut zu wissen, dass die Busse ab Montag wieder fahren.",
        "Antworten",
    ),
    "ja": (
        "コメント",
        "今朝現場にいましたが、警察が誰も通していませんでした。できれば環状道路を使ってください。",
        "記事をありがとう。月曜からバスがまた走るとわかって良かったです。",
        "返信",
    ),
}


def numbered(form: str, texts: list[str], reply: str = "") -> str:
    """Comments of some form, each with its number and text."""
    return "".join(form.format(number=number, text=text, reply=reply) for number, text in enumerate(texts))


def nameless(said: Comments) -> str:
    heading, *texts, reply = said
    form = '<div><b>user{number}</b> <span>20.11.2026</span><p>{text}</p><a href="#r">{reply}</a></div>'
    return f"<div><h3>{heading}</h3>{numbered(form, texts, reply)}</div>"


def loose(said: Comments) -> str:
    heading, *texts, _ = said
    return f"<h3>{heading} (2)</h3>{numbered('<p><b>user{number}</b> 20.11.2026</p><p>{text}</p>', texts)}"


def in_articles(said: Comments) -> str:
    heading, *texts, reply = said
    footer = '<footer><a href="#r">{reply}</a></footer>'
    form = "<article><header>user{number}</header><p>{text}</p>" + footer + "</article>"
    return f"<section><h2>2 {heading}</h2>{numbered(form, texts, reply)}</section>"


def in_a_table(said: Comments) -> str:
    heading, *texts, _ = said
    rows = numbered("<tr><td>user{number}</td><td>{text}</td></tr>", texts)
    return f"<table><tr><th>{heading}</th></tr>{rows}</table>"


def unheaded(said: Comments) -> str:
    _, *texts, reply = said
    form = "<span>user{number}</span><span>20.11.2026</span><div>{text}</div><span>{reply}</span>"
    return f'<div class="disc">{numbered(f"<div>{form}</div>", texts, reply)}</div>'


def page(language: str, below: str, above: str = "") -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in STORIES[language])
    return (
        f'<html lang="{language}"><head><title>Flood closes the old bridge</title></head><body><main>'
        f"<h1>Flood closes the old bridge</h1><div>20.11.2026</div>{above}"
        f'<div class="text">{text}</div>{below}</main><footer>© 2026 Post</footer></body></html>'
    ).encode()


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("form", [nameless, loose, in_articles, in_a_table, unheaded])
def test_comments_in_boxes_without_a_name_are_no_text(form: Callable[[Comments], str], language: str) -> None:
    article = split_page(page(language, form(SAID[language])), url="https://post.example/n/1.html").article

    assert article is not None
    assert article.body == "\n\n".join(STORIES[language])


@pytest.mark.parametrize(("heading", "is_left_out"), [("Responses", False), ("12 responses", True)])
def test_word_that_may_head_a_part_of_a_story_heads_comments_only_with_a_number(
    heading: str, is_left_out: bool
) -> None:
    below = f"<h2>{heading}</h2><p>The council wants to look at all bridges of the town before the winter comes.</p>"
    text = page("en", "").replace(b"</div></main>", f"{below}</div></main>".encode())
    article = split_page(text, url="https://post.example/n/1.html").article

    assert article is not None
    assert ("all bridges" not in article.body) is is_left_out


@pytest.mark.parametrize("label", ["<div>Comment</div>", "<div>12 comments</div>"])
def test_label_above_the_text_does_not_end_it(label: str) -> None:
    article = split_page(page("en", "", above=label), url="https://post.example/n/1.html").article

    assert article is not None
    assert article.body == "\n\n".join(STORIES["en"])


@pytest.mark.parametrize("language", word_table("parsers", "comments.toml"))
def test_words_around_comments_are_listed_as_they_are_compared(language: str) -> None:
    table = word_table("parsers", "comments.toml")[language]

    assert "reply" in table
    assert table.keys() <= {"headings", "counted", "reply"}
    for text in table.values():
        listed = lines(text)
        assert listed
        assert len(set(listed)) == len(listed)
        assert all(phrase == fold(phrase) for phrase in listed)
