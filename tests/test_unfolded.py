"""What software and sites put around a story in the same page: further stories, a wiki's links, an archive's frame."""

import pytest
from test_asides import DATA, PARAGRAPHS, URL

from archiver.parsers import split_page

FURTHER = [
    "The school on the hill will stay closed for two more weeks, the head of the school board said on Thursday.",
    "Workers found that the beams of the gym had been eaten by beetles, and will put new ones in their place.",
]


def card(headline: str, texts: list[str], signed: str = '<h3 class="byline">Bo Ek</h3>') -> str:
    told = "".join(f"<p>{text}</p>" for text in texts)
    return f"""<div class="minute"><h1 class="title">{headline}</h1>{signed}<div class="copy">{told}</div></div>"""


def body(html: str, head: str = "") -> list[str]:
    page = f"""<!DOCTYPE html><html lang="en"><head>{head}<title>Flood closes the old bridge</title>{DATA % "WebPage"}
        </head><body><main>{html}</main></body></html>"""
    article = split_page(page.encode(), url=URL).article
    assert article is not None
    return article.body.split("\n\n")


def test_next_story_that_the_page_unfolds_is_none_of_the_text() -> None:
    assert (
        body(card("Flood closes the old bridge", PARAGRAPHS) + card("Beetles eat the gym", FURTHER))
        == PARAGRAPHS
    )


def test_second_part_of_a_story_is_its_text() -> None:
    first, second = card("Flood closes the old bridge", PARAGRAPHS), card("Beetles eat the gym", FURTHER, "")

    assert body(first + second)[-2:] == FURTHER


def test_link_to_edit_a_section_of_a_wiki_is_no_part_of_its_heading() -> None:
    edit = (
        '<span class="mw-editsection"><span>[</span><a href="/edit?section=1">edit</a><span>]</span></span>'
    )
    texts = [f"<p>{text}</p>" for text in (*PARAGRAPHS, *FURTHER)]
    heading = f'<h2><span id="gym">The school and its gym</span>{edit}</h2>'

    shown = body(
        f'<h1>Flood closes the old bridge</h1><div class="text">{"".join([*texts[:4], heading, *texts[4:]])}</div>',
        head='<meta name="generator" content="MediaWiki 1.45">',
    )

    assert shown == [*PARAGRAPHS, "The school and its gym", *FURTHER]


@pytest.mark.parametrize("behind", ["", "The bridge stood for a century."])
def test_frame_of_a_web_archive_is_none_of_the_page(behind: str) -> None:
    told = "".join(f"<p>{text} The crawl was run by volunteers for three years.</p>" for text in FURTHER * 3)
    texts = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)

    shown = body(
        f'<div id="wm-ipp-base"><div>{told}</div></div>{behind}<h1>Flood closes the old bridge</h1><div>{texts}</div>',
        head='<script src="https://web-static.archive.org/_static/js/bundle.js"></script>',
    )

    assert shown == ([behind] if behind else []) + PARAGRAPHS
