"""Pages that survive as plain text only, one line a block."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.items import LinkKind, Origin, Precision, Sources
from archiver.parsers import split_text
from archiver.parsers.text import ends_sentence, word_count

SAMPLE = json.loads((Path(__file__).parent / "pages" / "sample.json").read_text("utf-8"))["pages"]
FRENCH = next(page for page in SAMPLE if page["path"].endswith("c12-871204.html"))
FETCHED = datetime(2026, 11, 23, 12, tzinfo=UTC)
PARAGRAPHS = FRENCH["body"].split("\n\n")
HEADLINES = [link["headline"] for link in FRENCH["related"]][:12]
UPDATE = "Dernière mise à jour à 08h40 le 20/11"
STORY = [
    "The river rose by two metres on Friday night and took the railing of the old bridge with it.",
    "The council closed the bridge for the weekend and asked drivers to take the ring road instead.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again.",
]
OTHERS = [
    "Ferry runs again after three weeks of repairs",
    "Market hall traders ask for one more year",
    "Apprentices bring a steam crane back to life",
]


def text(*lines: str | list[str]) -> str:
    return "\n".join(line for part in lines for line in (part if isinstance(part, list) else [part]))


def test_french_page_gives_its_paragraphs_headlines_and_date() -> None:
    split = split_text(text(UPDATE, PARAGRAPHS, HEADLINES), fetched=FETCHED)

    assert split.article is not None
    assert split.article.body.split("\n\n") == PARAGRAPHS
    assert [link.headline for link in split.related] == HEADLINES
    assert (
        split.article.date_published
        == split.article.date_modified
        == datetime(2026, 11, 20, 8, 40, tzinfo=UTC)
    )
    assert split.article.language == "fr"
    assert split.article.headline == ""


@pytest.mark.parametrize(
    ("fetched", "year"),
    [
        (datetime(2015, 11, 20, 7, tzinfo=UTC), 2015),
        (datetime(2015, 11, 19, 23, tzinfo=UTC), 2014),
        (datetime(2016, 3, 1, tzinfo=UTC), 2015),
    ],
)
def test_day_without_year_is_the_latest_not_after_the_fetch(fetched: datetime, year: int) -> None:
    article = split_text(text(UPDATE, PARAGRAPHS), fetched=fetched).article

    assert article is not None
    assert article.date_modified == datetime(year, 11, 20, 8, 40, tzinfo=UTC)


def test_headlines_before_the_story_are_related_and_the_nearest_is_its_own() -> None:
    split = split_text(
        text(OTHERS, "Flood closes the old bridge", "By Ann Lee", "20 November 2026", STORY), fetched=FETCHED
    )

    assert split.article is not None
    assert split.article.headline == "Flood closes the old bridge"
    assert split.article.authors == ("Ann Lee",)
    assert split.article.date_published == datetime(2026, 11, 20, tzinfo=UTC)
    assert split.article.body.split("\n\n") == STORY
    assert [link.headline for link in split.related] == OTHERS


def test_picture_with_its_credit_is_no_line_of_the_story() -> None:
    caption = "The railing of the old bridge lay in the river on Saturday. Photo: Bo Ek/River Post"

    split = split_text(
        text("Flood closes the old bridge", STORY[:2], caption, STORY[2:], OTHERS), fetched=FETCHED
    )

    assert split.article is not None
    assert split.article.body.split("\n\n") == STORY


LETTERS = "abcdefghijklmnopqrstuvwxyz"
DEVANAGARI = "".join(chr(ord("क") + place) for place in range(len(LETTERS)))


@pytest.mark.parametrize("alphabet", [LETTERS, LETTERS[5:] + LETTERS[:5], DEVANAGARI])
def test_small_page_with_menus_is_split_in_a_language_that_nobody_has_written_down(alphabet: str) -> None:
    letters = str.maketrans(LETTERS + LETTERS.upper(), alphabet + alphabet.upper())
    menu = ["Home", "Politics", "Business", "Sport", "Culture", "Sign in"]
    title = "Flood closes the old bridge"
    page = text(
        menu, title, "20.11.2026 18:40", STORY, "More news", OTHERS, "About us", "Contact", "Terms of use"
    )

    split = split_text(page.translate(letters), fetched=FETCHED)

    assert split.article is not None
    assert split.article.headline == title.translate(letters)
    assert split.article.body.split("\n\n") == [line.translate(letters) for line in STORY]
    assert [link.headline for link in split.related] == [line.translate(letters) for line in OTHERS]


def test_paragraph_that_stands_twice_is_given_once() -> None:
    split = split_text(text("Flood closes the old bridge", STORY, STORY[0], OTHERS), fetched=FETCHED)

    assert split.article is not None
    assert split.article.body.split("\n\n") == STORY
    assert [link.headline for link in split.related] == OTHERS


def test_read_also_line_inside_the_story_is_a_related_link() -> None:
    split = split_text(text(STORY[:1], f"Read also: {OTHERS[0]}", STORY[1:]), fetched=FETCHED)

    assert split.article is not None
    assert split.article.body.split("\n\n") == STORY
    assert [(link.headline, link.kind) for link in split.related] == [(OTHERS[0], LinkKind.RELATED)]


def test_heading_of_a_list_gives_kind_and_block() -> None:
    split = split_text(text(STORY, "Most read", OTHERS), fetched=FETCHED)

    assert {(link.kind, link.block) for link in split.related} == {(LinkKind.POPULAR, "Most read")}


def test_subheading_between_paragraphs_belongs_to_the_story() -> None:
    split = split_text(text(STORY[:2], "What comes next", STORY[2:]), fetched=FETCHED)

    assert split.article is not None
    assert "What comes next" in split.article.body.split("\n\n")


@pytest.mark.parametrize("nothing", ["", "   \n\n\t", "Home\nNews\nSport", "\x00"])
def test_text_without_prose_gives_no_article(nothing: str) -> None:
    assert split_text(nothing).article is None


@pytest.mark.parametrize("page", [page for page in SAMPLE if page["body"]], ids=lambda page: page["path"])
def test_sentences_and_headlines_of_each_language_are_told_apart(page: dict[str, Any]) -> None:
    paragraphs = page["body"].split("\n\n")
    sentences = {part for part in paragraphs if ends_sentence(part) and word_count(part) > 12}
    others = {link["headline"] for link in page["related"]}

    split = split_text(text(page["headline"], paragraphs, sorted(others)), fetched=FETCHED)

    assert split.article is not None
    assert sentences <= set(split.article.body.split("\n\n"))
    assert not others & set(split.article.body.split("\n\n"))


def test_bytes_are_told_from_a_text() -> None:
    with pytest.raises(TypeError, match="text is a text, not bytes"):
        split_text(b"The river rose.")  # type: ignore[arg-type]  # what is wrong is told


def test_fields_say_where_they_were_read_as_those_of_pages_do() -> None:
    lines = text("Flood closes the old bridge", "By Ann Lee", "20 November 2026", STORY)

    article = split_text(lines, url="https://news.example/2026/flood", fetched=FETCHED).article

    assert article is not None
    assert article.sources == Sources(
        url=Origin.URL,
        headline=Origin.TEXT,
        body=Origin.TEXT,
        authors=Origin.BYLINE,
        date_published=Origin.TEXT,
        date_published_precision=Precision.DAY,
        language=Origin.TEXT,
    )


def test_fields_that_a_text_does_not_give_have_no_source() -> None:
    article = split_text(text(UPDATE, PARAGRAPHS), fetched=FETCHED).article

    assert article is not None
    assert article.sources == Sources(
        body=Origin.TEXT,
        date_published=Origin.TEXT,
        date_published_precision=Precision.MOMENT,
        date_modified=Origin.TEXT,
        date_modified_precision=Precision.MOMENT,
        language=Origin.TEXT,
    )
