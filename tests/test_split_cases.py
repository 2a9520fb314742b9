"""The hard cases of news pages, each on a page of its own in pages/cases/, with what a reader sees there."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archiver.items import Split
from archiver.parsers import split_page

CASES = Path(__file__).parent / "pages" / "cases"
FETCHED = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUESTIONS = ("headline", "body", "authors", "date_published", "related")
FAULTS: dict[tuple[str, str], str] = {
    ("captions-and-credits", "body"): "captions of a slide show are list items like any other",
    (
        "hebrew-div-soup",
        "related",
    ): "a heading in a nameless div is not seen if its language's phrase is missing",
}
"""What the splitter still gets wrong, by case and question, and why."""


def case(path: Path) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return expected


@cache
def split(path: Path) -> Split:
    return split_page(path.with_suffix(".html").read_bytes(), url=case(path)["url"], fetched=FETCHED)


def answers(path: Path) -> dict[str, Any]:
    """What the splitter makes of a page, in the form of its expected result; of links, what that tells of them."""
    article, related = split(path).article, split(path).related
    told = case(path)["related"][0].keys() if case(path)["related"] else ()
    return {
        "headline": article.headline if article else None,
        "body": article.body.split("\n\n") if article else [],
        "authors": list(article.authors) if article else [],
        "date_published": article.date_published if article else None,
        "related": [
            {key: str(getattr(link, key)) for key in told or ("url", "headline", "kind", "block")}
            for link in related
        ],
    }


def cases() -> list[Any]:
    return [
        pytest.param(
            path,
            question,
            id=f"{path.stem}-{question}",
            marks=pytest.mark.xfail(strict=True, reason=fault) if fault else (),
        )
        for path in sorted(CASES.glob("*.json"))
        for question in QUESTIONS
        if question in case(path)
        for fault in [FAULTS.get((path.stem, question))]
    ]


@pytest.mark.parametrize(("path", "question"), cases())
def test_page_is_split_as_a_reader_sees_it(path: Path, question: str) -> None:
    expected = case(path)[question]
    if question == "date_published" and expected is not None:
        expected = datetime.fromisoformat(expected)

    assert answers(path)[question] == expected


def test_every_fault_is_one_of_a_case() -> None:
    assert {name for name, _ in FAULTS} <= {path.stem for path in CASES.glob("*.json")}
    assert {question for _, question in FAULTS} <= set(QUESTIONS)
