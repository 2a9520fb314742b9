"""The day of a story where the page shows it in its lines: which of them is it, and what may stand far off."""

import html
import json
from datetime import UTC, datetime

import pytest

from archiver.items import Article, Origin
from archiver.parsers import split_page

TEXT = "".join(
    f"<p>Paragraph {number} tells at some length what the river did to the town on that day, street by street.</p>"
    for number in ("one", "two", "three", "four", "five")
)
URL = "https://www.riverpost.example/flood-closes-bridge"
PUBLISHED = datetime(2026, 11, 20, tzinfo=UTC)


def story(*, head: str = "", above: str = "", below: str = "", after: str = "") -> Article:
    page = (
        f'<html lang="en"><head>{head}</head><body>{above}<article><h1>Flood closes the old bridge</h1>'
        f"{below}{TEXT}</article>{after}</body></html>"
    )
    article = split_page(page.encode(), url=URL, fetched=datetime(2026, 11, 22, tzinfo=UTC)).article
    assert article is not None
    return article


def test_date_told_in_passing_gives_way_to_one_that_stands_for_itself() -> None:
    line = "<p>Soldiers near the old bridge of the town, 24 April 2024</p>"
    stated = '<meta property="article:published_time" content="2026-11-20">'

    assert story(below=line).date_published == datetime(2024, 4, 24, tzinfo=UTC)
    assert story(below=line, after="<p>Date 20 November 2026</p>").date_published == PUBLISHED
    assert story(head=stated, below=line).date_published == PUBLISHED


def test_date_before_a_long_byline_is_the_story_s_rather_than_that_of_a_teaser_above() -> None:
    line = "11/20/2026 by Ann Lee, Representative of the Candidates to the Liaison Committee of the Society"

    assert story(above="<p>11/16/2026</p>", below=f"<p>{line}</p>").date_published == PUBLISHED


@pytest.mark.parametrize(
    "label", ["<p>Published</p><p>20 November 2026</p>", "<p>Last updated: 20 November 2026</p>"]
)
def test_one_labelled_date_far_from_the_text_is_the_story_s(label: str) -> None:
    far = "".join(f'<li><a href="/{number}">Part {number}</a></li>' for number in range(40))

    assert story(after=far + label).date_published == PUBLISHED
    assert story(after=far + label + label.replace("20 ", "19 ")).date_published is None


def test_data_escaped_as_a_whole_are_read() -> None:
    stated = json.dumps({"@type": "BlogPosting", "datePublished": "2026-11-20T08:00:00+01:00"})
    article = story(head=f'<script type="application/ld+json">{html.escape(stated)}</script>')

    assert article.sources.date_published is Origin.JSON_LD
