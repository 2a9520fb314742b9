"""The sample newspaper's pages, each in its layout, language and encoding, split as their makers meant them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from archiver.items import LinkKind, Split
from archiver.parsers import split_page
from archiver.parsers.urls import canonical_url
from archiver.sample.server import SampleServer, serve

GOLD: list[dict[str, Any]] = json.loads((Path(__file__).parent / "pages" / "sample.json").read_text("utf-8"))[
    "pages"
]
FETCHED = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORIES = [page for page in GOLD if page["body"]]
# Of all the headline links of these pages, so many are found, and so many of those found are such.
RECALL, PRECISION = 0.92, 0.98
# Of those found, so many have the right wording, kind and heading.
WORDING, KIND, BLOCK = 0.99, 0.87, 0.92


@dataclass(frozen=True)
class Paper:
    """Both editions of the newspaper, served."""

    editions: dict[int, SampleServer]

    def split(self, page: dict[str, Any]) -> Split:
        url = self.address(page)
        with urlopen(url) as response:
            return split_page(
                response.read(), url=url, content_type=response.headers["Content-Type"], fetched=FETCHED
            )

    def address(self, page: dict[str, Any]) -> str:
        return f"{self.editions[page['edition']].url.rstrip('/')}{page['path']}"


@pytest.fixture(scope="module")
def paper() -> Iterator[Paper]:
    with serve(edition=1) as first, serve(edition=2) as second:
        yield Paper({1: first, 2: second})


def name(page: dict[str, Any]) -> str:
    return f"{page['edition']}{page['path']}"


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.mark.parametrize("page", STORIES, ids=name)
def test_story_is_split_as_its_maker_meant_it(page: dict[str, Any], paper: Paper) -> None:
    article = paper.split(page).article

    assert article is not None
    assert article.body.split("\n\n") == page["body"].split("\n\n")
    assert (article.headline, article.lead) == (page["headline"], page["lead"])
    assert article.authors == tuple(page["authors"])
    assert (article.date_published, article.date_modified) == (
        moment(page["date_published"]),
        moment(page["date_modified"]),
    )
    assert (article.language, article.section) == (page["language"], page["section"])


@pytest.mark.parametrize("page", [page for page in GOLD if not page["body"]], ids=name)
def test_front_page_holds_no_story(page: dict[str, Any], paper: Paper) -> None:
    split = paper.split(page)

    assert split.article is None
    assert split.related


@pytest.mark.parametrize("page", STORIES, ids=name)
def test_no_related_headline_stands_in_the_body(page: dict[str, Any], paper: Paper) -> None:
    split = paper.split(page)

    assert split.article is not None
    assert {link["headline"] for link in page["related"]}.isdisjoint(split.article.body.split("\n\n"))
    assert {link.headline for link in split.related}.isdisjoint(split.article.body.split("\n\n"))


@pytest.mark.parametrize("page", GOLD, ids=name)
def test_related_links_are_numbered_and_each_address_stands_once(page: dict[str, Any], paper: Paper) -> None:
    related = paper.split(page).related

    assert [link.position for link in related] == list(range(len(related)))
    assert len({link.url for link in related}) == len(related)


def test_related_links_of_all_pages_reach_the_floors(paper: Paper) -> None:
    found = wanted = right = worded = kinds = blocks = 0
    for page in GOLD:
        gold = gold_links(page, paper)
        links = {canonical_url(link.url): link for link in paper.split(page).related}
        both = gold.keys() & links.keys()
        found, wanted, right = found + len(links), wanted + len(gold), right + len(both)
        worded += sum(links[url].headline in {shown["headline"] for shown in gold[url]} for url in both)
        kinds += sum(links[url].kind in {LinkKind(shown["kind"]) for shown in gold[url]} for url in both)
        blocks += sum(links[url].block in {shown["block"] for shown in gold[url]} for url in both)

    assert right / wanted >= RECALL
    assert right / found >= PRECISION
    assert worded / right >= WORDING
    assert kinds / right >= KIND
    assert blocks / right >= BLOCK


def gold_links(page: dict[str, Any], paper: Paper) -> dict[str | None, list[dict[str, str]]]:
    """Each address that the page shows by its headline, with all the ways in which it does."""
    found: dict[str | None, list[dict[str, str]]] = {}
    for link in page["related"]:
        found.setdefault(canonical_url(link["path"], paper.address(page)), []).append(link)
    return found


@cache
def french_story() -> dict[str, Any]:
    return next(page for page in GOLD if page["path"].endswith("c12-871204.html"))


def test_french_page_gives_five_paragraphs_twelve_headlines_and_the_time_of_its_update(paper: Paper) -> None:
    split = paper.split(french_story())

    assert split.article is not None
    assert split.article.date_modified == datetime(2026, 11, 20, 8, 40, tzinfo=UTC)
    assert len(split.article.body.split("\n\n")) == 5
    assert [link.headline for link in split.related][:12] == [
        link["headline"] for link in french_story()["related"]
    ][:12]
    assert {link.kind for link in split.related} == {LinkKind.RELATED}
