"""What happened to stories lately: what is listed, and what chooses it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, failed, visit

from archiver.errors import QueryError
from archiver.items import Article, Outcome
from db.changes import ChangeFilters, Happening, changes
from db.connection import open_archive
from db.store import record_visit

FERRY = article("ferry", "Ferry runs again", "It runs again since Monday, the harbour said.")
FAR = replace(article("x", "Far away", "It is far away from here."), url="https://far.example/x")
NOTICE = "Correction: it was Tuesday."


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_archive(tmp_path / "archive.db")
    crawl(connection)
    record_visit(connection, 1, visit(FLOOD))
    record_visit(connection, 1, visit(FERRY))
    record_visit(connection, 1, visit(FAR, source="https://far.example/"))
    yield connection
    connection.close()


def change(archive: sqlite3.Connection, story: Article, days: int, **fields: object) -> None:
    number = archive.execute("SELECT id FROM articles WHERE url = ?", (story.url,)).fetchone()[0]
    seen = visit(story, outcome=Outcome.CHANGED, article_id=number, fetched=NOON + DAY * days)
    record_visit(archive, 1, replace(seen, **fields))  # type: ignore[arg-type] # fields of Visit


def listed(archive: sqlite3.Connection, **filters: object) -> list[tuple[int, list[str]]]:
    found = changes(archive, ChangeFilters(**filters))  # type: ignore[arg-type] # fields of ChangeFilters
    return [(each.article_id, [kind.value for kind in each.kinds]) for each in found]


def test_changes_are_listed_newest_first_with_what_was_before(archive: sqlite3.Connection) -> None:
    change(archive, replace(FLOOD, headline="Bridge shut"), 1)
    change(archive, replace(FERRY, body=f"{FERRY.body}\n\n{NOTICE}"), 2)

    ferry, flood = changes(archive)

    assert (flood.from_headline, flood.to_headline) == (FLOOD.headline, "Bridge shut")
    assert (flood.number, flood.cause, flood.changed_at) == (2, "publisher", NOON + DAY)
    assert (ferry.kinds, ferry.notice) == ((Happening.CORRECTION,), NOTICE)
    assert ferry.url == FERRY.url


def test_trivial_changes_and_those_of_a_parser_are_listed_if_asked_for(archive: sqlite3.Connection) -> None:
    change(archive, replace(FLOOD, headline=FLOOD.headline.upper()), 1)
    change(archive, replace(FERRY, headline="Ferry runs anew"), 2, response=visit(FERRY).response)

    assert listed(archive) == []
    assert listed(archive, kinds=(Happening.TRIVIAL,)) == [(1, ["trivial"])]
    assert listed(archive, parser=True) == [(2, ["headline"])]


def test_filters_choose(archive: sqlite3.Connection) -> None:
    change(archive, replace(FLOOD, headline="Bridge shut", authors=()), 1)
    change(archive, replace(FERRY, body=f"{FERRY.body} Twice a day."), 2)
    change(archive, replace(FAR, headline="Very far away"), 3, source="https://far.example/")

    assert listed(archive, source="far.example") == [(3, ["headline"])]
    assert listed(archive, since=NOON + DAY * 2) == [(3, ["headline"]), (2, ["body"])]
    assert listed(archive, until=NOON + DAY * 2) == [(1, ["headline", "byline"])]
    assert listed(archive, kinds=(Happening.BYLINE,)) == [(1, ["headline", "byline"])]
    assert listed(archive, kinds=(Happening.GONE,)) == []
    assert [each.article_id for each in changes(archive, limit=1)] == [3]
    with pytest.raises(QueryError, match="the archive has no source 'none'"):
        listed(archive, source="none")


def gone(
    archive: sqlite3.Connection, url: str, days: float, outcome: Outcome = Outcome.GONE, detail: str = ""
) -> None:
    record_visit(archive, 1, failed(url, outcome, detail, fetched=NOON + timedelta(days=days)))


def test_story_that_is_gone_is_dated_by_the_first_visit_that_found_it_so(archive: sqlite3.Connection) -> None:
    gone(archive, FLOOD.url, 1)
    gone(archive, FLOOD.url, 2)
    (found,) = changes(archive)
    assert (found.kinds, found.from_headline, found.to_headline) == ((Happening.GONE,), FLOOD.headline, None)
    assert found.changed_at == NOON + DAY
    assert listed(archive, since=NOON + DAY * 2) == []


def test_story_that_leads_to_the_first_page_is_gone(archive: sqlite3.Connection) -> None:
    gone(archive, FLOOD.url, 1, Outcome.REDIRECT, "the redirect leads to the site's first page")
    gone(archive, FERRY.url, 1, Outcome.REDIRECT, "it leads to another site")
    gone(archive, FAR.url, 1, Outcome.TIMEOUT)
    assert listed(archive) == [(1, ["gone"])]


def test_story_that_came_back_or_stands_elsewhere_is_not_gone(archive: sqlite3.Connection) -> None:
    gone(archive, FLOOD.url, 1)
    gone(archive, FERRY.url, 1)
    back = visit(FLOOD, outcome=Outcome.UNCHANGED, article_id=1, fetched=NOON + DAY * 2)
    moved = visit(
        FERRY, url=f"{SOURCE}new/ferry", outcome=Outcome.DUPLICATE, article_id=2, fetched=NOON + DAY * 2
    )
    record_visit(archive, 1, back)
    record_visit(archive, 1, moved)
    assert listed(archive) == []


def test_listing_does_not_read_all_versions(archive: sqlite3.Connection) -> None:
    statements: list[str] = []
    archive.set_trace_callback(statements.append)
    changes(archive, ChangeFilters(since=NOON, kinds=(Happening.HEADLINE,)))
    archive.set_trace_callback(None)
    (chosen,) = (sql for sql in statements if "DISTINCT" in sql)
    plan = [row["detail"] for row in archive.execute(f"EXPLAIN QUERY PLAN {chosen}")]
    assert any("version_changes_seen" in step for step in plan)
    assert not any("SCAN" in step or "TEMP B-TREE" in step for step in plan)
