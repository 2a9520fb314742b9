"""The sample newspaper ends up in the archive as its gold says, at the first crawl and at the next ones."""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Crawl, crawl_of

from archiver.crawl.run import CrawlSummary
from archiver.items import Outcome
from archiver.sample.server import SampleServer, serve
from db.connection import read_archive
from db.store import CrawlState

GOLD = json.loads((Path(__file__).parent / "pages" / "sample.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one crawl left."""

    url: str
    summary: CrawlSummary
    archive: Path


@pytest.fixture(scope="module")
def history(
    tmp_path_factory: pytest.TempPathFactory, fresh_processes: ProcessPoolExecutor
) -> Iterator[Mapping[str, Stage]]:
    """Crawl edition 1 twice, once more while nothing is due, and edition 2; yield what each crawl left."""
    folder = tmp_path_factory.mktemp("history")
    archive = folder / "archive.db"
    crawl = crawl_of(fresh_processes, archive)
    stages: dict[str, Stage] = {}
    with serve(port=0, edition=1) as paper:
        for name, edition, revisit_after in (
            ("first", 1, 0),
            ("again", 1, 0),
            ("soon", 1, 3600),
            ("next", 2, 0),
        ):
            paper.publish(edition)
            summary = crawl(paper.url, revisit_after=revisit_after)
            copy = folder / f"{name}.db"
            shutil.copy(archive, copy)
            stages[name] = Stage(url=paper.url, summary=summary, archive=copy)
        yield stages


def outcomes(stage: Stage) -> dict[str, str]:
    """Return the outcomes of visited pages by path."""
    with closing(read_archive(stage.archive)) as connection:
        rows = connection.execute("SELECT url, outcome FROM pages WHERE outcome IS NOT NULL").fetchall()
    return {"/" + row["url"].removeprefix(stage.url): row["outcome"] for row in rows}


def count(stage: Stage, table: str) -> int:
    with closing(read_archive(stage.archive)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def expected(edition: str, found: Mapping[str, str]) -> dict[str, str]:
    """Return the gold's outcomes by path; which of two twins is the copy depends on who came first."""
    by_path = dict(GOLD["outcomes"][edition])
    for twin in GOLD["twins"]:
        assert sorted(found[path] for path in twin["paths"]) == sorted(twin["outcomes"][edition])
        by_path |= {path: found[path] for path in twin["paths"]}
    return by_path


def test_first_crawl_leaves_the_expected_outcomes(history: Mapping[str, Stage]) -> None:
    found = outcomes(history["first"])

    assert found == expected("1", found)


def test_first_crawl_sums_up(history: Mapping[str, Stage]) -> None:
    summary = history["first"].summary

    assert summary.state is CrawlState.DONE
    assert summary.fetched
    assert (summary.left, summary.not_due) == (0, 0)
    assert sum(summary.counts[history["first"].url].values()) == len(outcomes(history["first"]))


def test_stored_articles_are_those_of_the_gold(history: Mapping[str, Stage]) -> None:
    stage = history["first"]
    gold = {page["path"]: page["headline"] for page in GOLD["pages"] if page["edition"] == 1}
    with closing(read_archive(stage.archive)) as connection:
        rows = connection.execute("SELECT url, headline FROM articles").fetchall()

    found = {"/" + row["url"].removeprefix(stage.url): row["headline"] for row in rows}

    assert found == {path: gold[path] for path, outcome in outcomes(stage).items() if outcome == "stored"}


def test_second_crawl_of_the_same_edition_adds_nothing(history: Mapping[str, Stage]) -> None:
    first, again = history["first"], history["again"]
    counts = again.summary.counts[again.url]

    for table in ("articles", "revisions", "related_links", "pages", "articles WHERE revision > 1"):
        assert count(again, table) == count(first, table), table
    assert not {Outcome.STORED, Outcome.CHANGED} & counts.keys()
    assert counts[Outcome.UNCHANGED] == first.summary.counts[first.url][Outcome.STORED]
    assert counts[Outcome.DUPLICATE] == first.summary.counts[first.url][Outcome.DUPLICATE]


def test_unchanged_pages_are_not_sent_again(history: Mapping[str, Stage]) -> None:
    with closing(read_archive(history["again"].archive)) as connection:
        rows = connection.execute(
            "SELECT status, count(*) FROM captures WHERE crawl_id = 2 AND outcome = 'unchanged' GROUP BY 1"
        )
        by_status = dict(tuple(row) for row in rows)

    assert by_status[304] > by_status[200] > 0  # the pages that a program writes have no validators


def test_bytes_that_are_the_same_are_kept_once(history: Mapping[str, Stage]) -> None:
    with closing(read_archive(history["again"].archive)) as connection:
        rows = connection.execute(
            "SELECT page_id, count(DISTINCT ifnull(refers_to, captures.id)) FROM captures"
            " WHERE warc_file IS NOT NULL AND outcome IN ('stored', 'unchanged') GROUP BY page_id"
        ).fetchall()

    assert rows
    assert {number for _, number in rows} == {1}


def test_articles_that_are_not_due_are_left_alone(history: Mapping[str, Stage]) -> None:
    summary = history["soon"].summary

    assert set(summary.counts[history["soon"].url]) == {Outcome.LISTING}
    assert summary.not_due > 0
    assert summary.fetched


def test_next_edition_adds_what_is_new_and_revises_what_changed(history: Mapping[str, Stage]) -> None:
    before, after = history["again"], history["next"]
    found = outcomes(after)
    values = list(found.values())

    assert found == expected("2", found)
    assert count(after, "articles") == count(before, "articles") + values.count("stored")
    assert count(after, "revisions") == values.count("changed")


def test_archive_is_sound(history: Mapping[str, Stage]) -> None:
    with closing(sqlite3.connect(history["next"].archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
        assert connection.execute("SELECT DISTINCT state FROM crawls").fetchall() == [("done",)]


def test_budget_leaves_the_rest_for_the_next_crawl(archive: Path, paper: SampleServer, crawl: Crawl) -> None:
    first = crawl(paper.url, PAGE_BUDGET=5)
    counts = first.counts[paper.url]
    second = crawl(paper.url, PAGE_BUDGET=1000, revisit_after=3600)

    assert sum(counts.values()) - counts[Outcome.LISTING] == 5
    assert first.left > 0
    assert second.left == 0
    found = outcomes(Stage(url=paper.url, summary=second, archive=archive))
    assert found == expected("1", found)
