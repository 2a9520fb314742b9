"""Searches narrowed down by section and by what was changed, and what their articles have in common."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from archives import FLOOD, NOON, article, crawl, filled, visit
from commands import Run, runner

import archiver as news
from archiver.errors import QueryError
from archiver.items import Article, ChangeKind, Outcome
from db.articles import Place, revise_article, storable_article
from db.connection import open_archive
from db.export import Request, export
from db.searching.counts import Count, CountBy, count_by
from db.searching.facets import COUNTED_OF_MANY, facets
from db.searching.filters import Filters, article_condition
from db.searching.search import RANKED_AT_MOST, search
from db.store import record_visit

DAY = timedelta(days=1)
STORIES = (
    replace(FLOOD, section="City"),
    article("ferry", "Ferry runs again", "The ferry under the bridge runs.", section="CITY", language="en"),
    article("wien", "Wien zeigt eine Brücke", "Ein bridge test.", section="Österreich", language="de"),
    article("plain", "Bridge without section", "A bridge, and nothing else of note."),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of an archive of four stories, two of which were changed."""
    path = tmp_path / "archive.db"
    archive = filled(path, STORIES)
    change(archive, replace(FLOOD, section="City", headline="The old bridge is open again"))
    body = "The bridge stays shut.\n\nCorrection: an earlier version of this article gave a wrong name."
    change(archive, replace(STORIES[3], body=body))
    change(archive, replace(STORIES[1], headline="Ferry of the bridge sails"), by_parser=True)
    archive.close()
    return path


@pytest.fixture
def archive(path: Path) -> Iterator[Connection]:
    archive = open_archive(path)
    yield archive
    archive.close()


def change(archive: Connection, story: Article, *, by_parser: bool = False) -> None:
    """Store another version of a story; by_parser: read from the same bytes."""
    row = archive.execute("SELECT * FROM articles WHERE url = ?", (story.url,)).fetchone()
    if by_parser:
        place = Place(page_id=row["page_id"], source_id=row["source_id"], capture_id=row["capture_id"])
        revise_article(archive, row["id"], storable_article(story, story.url), place, "2026-11-22T12:00:00Z")
        archive.commit()
        return
    later = visit(story, outcome=Outcome.CHANGED, article_id=row["id"], fetched=NOON + DAY)
    record_visit(archive, crawl(archive), later)


def paths(archive: Connection, words: str | None, filters: Filters) -> set[str]:
    """Return the ends of the addresses of what is found, by the index of words or without it."""
    if words is not None:
        return {hit.url.rpartition("/")[2] for hit in search(archive, words, filters)}
    condition = article_condition(archive, filters)
    rows = archive.execute(f"SELECT url FROM articles WHERE {condition.sql}", condition.values)
    return {url.rpartition("/")[2] for (url,) in rows}


@pytest.mark.parametrize("words", ["bridge", None])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(section="city"), {"flood", "ferry"}),
        (Filters(section="  CITY "), {"flood", "ferry"}),
        (Filters(section="österreich"), {"wien"}),
        (Filters(section="ÖSTERREICH"), {"wien"}),
        (Filters(section="Cit"), set()),
        (Filters(section="%"), set()),
        (Filters(section="City", language="en", author="lee"), {"flood"}),
        (Filters(change=ChangeKind.HEADLINE), {"flood"}),
        (Filters(change=ChangeKind.CORRECTION), {"plain"}),
        (Filters(change=ChangeKind.TRIVIAL), set()),
        (Filters(change=ChangeKind.HEADLINE, section="city", distinct=True), {"flood"}),
        (Filters(change=ChangeKind.HEADLINE, section="Österreich"), set()),
    ],
)
def test_articles_are_chosen_by_section_and_by_what_their_publisher_changed(
    archive: Connection, words: str | None, filters: Filters, found: set[str]
) -> None:
    assert paths(archive, words, filters) == found


@pytest.mark.parametrize("words", ["bridge", None])
def test_all_facets_are_counted_by_one_look(archive: Connection, words: str | None) -> None:
    found = facets(archive, words)

    def counts(by: CountBy) -> dict[str | None, int]:
        return {count.key: count.articles for count in found.counts[by]}

    assert (found.articles, found.is_whole) == (4, True)
    assert counts(CountBy.SOURCE) == {"news.example": 4}
    assert counts(CountBy.LANG) == {"en": 2, "de": 1}
    assert counts(CountBy.SECTION) == {"CITY": 1, "City": 1, "Österreich": 1}
    assert counts(CountBy.AUTHOR) == {"Ann Lee": 1, "Zoë Müller": 1}
    assert counts(CountBy.CHANGE)[str(ChangeKind.HEADLINE)] == 1
    assert counts(CountBy.CHANGE)[str(ChangeKind.CORRECTION)] == 1
    assert [(each.key, each.articles) for each in found.coverage] == [("2026-11-19", 1)]


@pytest.mark.parametrize(
    "by", [CountBy.SOURCE, CountBy.LANG, CountBy.SECTION, CountBy.AUTHOR, CountBy.CHANGE]
)
def test_facets_count_what_counting_one_by_one_does(archive: Connection, by: CountBy) -> None:
    alone = [count for count in count_by(archive, "bridge", by).counts if count.key]

    assert list(facets(archive, "bridge").counts[by]) == alone


def test_of_many_articles_the_newest_are_counted_and_it_is_said(tmp_path: Path) -> None:
    archive = filled(tmp_path / "many.db", [FLOOD])
    archive.execute(
        f"""WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {RANKED_AT_MOST + 30})
        INSERT INTO articles(url, page_id, source_id, headline, keywords, first_seen, last_seen, capture_id,
            body_digest, content_digest, body, section, date_published)
        SELECT 'https://news.example/' || n, page_id, source_id, headline, '[]', first_seen, last_seen, capture_id,
            body_digest || n, content_digest || n, 'A flood.', iif(n < 20, 'Old', 'New'), first_seen
        FROM articles, numbers WHERE articles.id = 1"""
    )
    found, latest, told = facets(archive, "flood"), facets(archive, None), facets(archive, "flood", many=True)
    by_author = facets(archive, "author:lee OR headline:bridge")
    old = facets(archive, "flood", Filters(section="old"))
    archive.close()

    assert (found.articles, found.is_whole) == (COUNTED_OF_MANY, False)
    assert (latest.articles, latest.is_whole) == (COUNTED_OF_MANY, False)
    assert (by_author.articles, by_author.is_whole) == (COUNTED_OF_MANY, False)
    assert told == found
    assert found.counts[CountBy.SECTION] == (Count("New", COUNTED_OF_MANY),)
    assert (old.articles, old.is_whole) == (19, True)


@pytest.mark.parametrize(
    "filters",
    [Filters(section="City"), Filters(change=ChangeKind.HEADLINE), Filters(source="news.example")],
)
def test_latest_articles_are_found_by_indexes(archive: Connection, filters: Filters) -> None:
    condition = article_condition(archive, filters)
    plan = archive.execute(
        f"""EXPLAIN QUERY PLAN SELECT id, section FROM articles WHERE {condition.sql}
        ORDER BY date_published DESC, articles.id DESC LIMIT 20""",
        condition.values,
    ).fetchall()

    assert "INDEX articles_" in plan[0]["detail"]
    assert not any("TEMP B-TREE" in row["detail"] for row in plan)
    assert not any(row["detail"].startswith("SCAN version_changes") for row in plan)


def test_command_and_python_choose_by_section_and_change(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Run = runner(capsys)
    by_section = run("search", "bridge", "--section", "city", "--json", "--archive", path)
    by_change = run("search", "bridge", "--change", "headline", "--json", "--archive", path)
    counted = run("search", "bridge", "--count-by", "change", "--archive", path)
    sections = json.loads(run("search", "bridge", "--count-by", "section", "--json", "--archive", path).out)
    refused = run("search", "bridge", "--change", "weather", "--archive", path)
    blank = run("search", "bridge", "--section", " ", "--archive", path)

    assert {json.loads(line)["url"][-5:] for line in by_section.out.splitlines()} == {"flood", "ferry"}
    assert [json.loads(line)["url"][-5:] for line in by_change.out.splitlines()] == ["flood"]
    assert "unchanged" in counted.out
    assert {count["key"] for count in sections["counts"]} == {"City", "CITY", "Österreich", None}
    assert (refused.code, "correction" in refused.err) == (2, True)
    assert (blank.code, "--section" in blank.err) == (2, True)
    with news.open(path) as archive:
        assert [hit.url[-5:] for hit in archive.search("bridge", change="headline")] == ["flood"]
        assert len(archive.search("bridge", section="CITY")) == 2
        assert archive.count("bridge", "section").articles == 4
        with pytest.raises(QueryError, match="headline"):
            archive.search("bridge", change="weather")


def test_exports_choose_by_section_and_change(path: Path, tmp_path: Path) -> None:
    chosen = Filters(section="city", change=ChangeKind.HEADLINE)
    export(path, Request(filters=chosen), tmp_path / "out.jsonl")
    export(path, Request(filters=chosen, words="bridge"), tmp_path / "words.jsonl")
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())

    assert [json.loads(line)["url"][-5:] for line in (tmp_path / "out.jsonl").open()] == ["flood"]
    assert (tmp_path / "words.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()
    assert (manifest["query"]["section"], manifest["query"]["change"]) == ("city", "headline")
