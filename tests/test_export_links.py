"""Related links are a dataset of their own: each with its page, chosen by page and time, in a fixed order."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, crawl, link, one, visit

from archiver.items import LinkKind, Outcome
from db.connection import open_archive
from db.export import RELATED_LINK_COLUMNS, Request, What, related_links, selected
from db.searching.filters import Filters
from db.store import record_visit


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An archive of an article and a front page with related links, and of a link that left after a day."""
    with closing(open_archive(tmp_path / "linked.db")) as archive:
        crawl_id = crawl(archive)
        story = link("fire", "Fire in the mill")
        popular = replace(link("storm", "Storm ahead", 1, "Most read"), kind=LinkKind.POPULAR)
        record_visit(archive, crawl_id, visit(FLOOD, [story, popular]))
        later = visit(FLOOD, [popular], outcome=Outcome.UNCHANGED, article_id=1, fetched=NOON + 2 * DAY)
        record_visit(archive, crawl_id, later)
        other = "https://other.example/"
        front = visit(
            None, [link("", "Text only")], source=other, url=other, outcome=Outcome.LISTING, fetched=NOON
        )
        record_visit(archive, crawl_id, front)
        yield archive


def chosen(archive: sqlite3.Connection, filters: Filters) -> list[dict[str, object]]:
    with selected(archive, Request(what=What.LINKS, filters=filters)) as selection:
        rows = list(related_links(selection))
        assert selection.count == len(rows)
    return rows


def test_related_links_come_out_page_by_page_without_sorting_them_all(linked: sqlite3.Connection) -> None:
    statements: list[str] = []
    linked.set_trace_callback(statements.append)
    with selected(linked, Request(what=What.LINKS)) as selection:
        list(related_links(selection))
        linked.set_trace_callback(None)
        plan = [step["detail"] for step in linked.execute(f"EXPLAIN QUERY PLAN {statements[-1]}")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan


def test_related_links_are_exported_with_their_pages(linked: sqlite3.Connection) -> None:
    rows = chosen(linked, Filters())
    assert rows[0] == {
        "page_url": FLOOD.url,
        "page_headline": FLOOD.headline,
        "source": "news.example",
        "target_url": f"{SOURCE}fire",
        "headline": "Fire in the mill",
        "kind": "related",
        "block": "Read also",
        "position": 0,
        "first_seen": "2026-11-20T12:00:00Z",
        "last_seen": "2026-11-20T12:00:00Z",
        "id": 1,
    }
    assert [(row["headline"], row["kind"], row["block"], row["last_seen"]) for row in rows[1:]] == [
        ("Storm ahead", "popular", "Most read", "2026-11-22T12:00:00Z"),
        ("Text only", "related", "Read also", "2026-11-20T12:00:00Z"),
    ]
    assert (rows[2]["page_headline"], rows[2]["target_url"]) == (None, None)
    assert all(tuple(row) == RELATED_LINK_COLUMNS for row in rows)
    assert len(rows) == one(linked, "SELECT count(*) FROM related_headlines")


@pytest.mark.parametrize(
    ("filters", "headlines"),
    [
        (Filters(source="other.example"), ["Text only"]),
        (Filters(source="example"), ["Fire in the mill", "Storm ahead", "Text only"]),
        (Filters(language="en"), ["Fire in the mill", "Storm ahead"]),
        (Filters(author="lee"), ["Fire in the mill", "Storm ahead"]),
        (Filters(since=NOON + DAY), ["Storm ahead"]),
        (Filters(until=NOON), []),
        (
            Filters(since=NOON, until=datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC)),
            ["Fire in the mill", "Storm ahead", "Text only"],
        ),
    ],
)
def test_related_links_are_filtered(
    linked: sqlite3.Connection, filters: Filters, headlines: list[str]
) -> None:
    assert [row["headline"] for row in chosen(linked, filters)] == headlines
