"""Exports hold what a query finds, others can read them, and a file is replaced only by a whole one."""

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, filled, link, one, visit

from archiver.errors import ExportError, QueryError
from archiver.items import Image, LinkKind, Outcome
from db.connection import open_archive
from db.export import (
    ARTICLE_COLUMNS,
    RELATED_LINK_COLUMNS,
    articles,
    export_file,
    related_links,
    write_csv,
    write_jsonl,
)
from db.search import Filters, search
from db.store import record_visit

RICH = replace(
    FLOOD,
    section="Regional",
    keywords=("flood", "bridge"),
    images=(Image(url=f"{SOURCE}1.jpg", caption="The bridge"), Image(url=f"{SOURCE}2.jpg", credit="A. Lee")),
)
ECONOMY = article("economy", "中国经济增长", "统计局\u2028公布\x85。", language="zh", authors=("李明",))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(filled(tmp_path / "archive.db", (RICH, ECONOMY, article("bare", "", "")))) as connection:
        yield connection


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def failing(rows: int) -> Iterator[Mapping[str, object]]:
    """Yield some rows, then fail as a broken archive would."""
    for number in range(rows):
        yield {"number": number}
    raise InterruptedError


def test_json_line_holds_the_whole_article(archive: sqlite3.Connection, tmp_path: Path) -> None:
    assert write_jsonl(articles(archive), tmp_path / "out.jsonl") == 3
    rows = lines(tmp_path / "out.jsonl")
    assert rows[0] == {
        "id": 1,
        "url": FLOOD.url,
        "source": "news.example",
        "headline": FLOOD.headline,
        "lead": FLOOD.lead,
        "body": FLOOD.body,
        "authors": ["Ann Lee", "Zoë Müller"],
        "date_published": "2026-11-19T08:30:00Z",
        "date_modified": None,
        "language": "en",
        "section": "Regional",
        "keywords": ["flood", "bridge"],
        "images": [
            {"url": f"{SOURCE}1.jpg", "caption": "The bridge", "credit": None},
            {"url": f"{SOURCE}2.jpg", "caption": None, "credit": "A. Lee"},
        ],
        "first_seen": "2026-11-20T12:00:00Z",
        "last_seen": "2026-11-20T12:00:00Z",
        "revision": 1,
    }
    assert rows[1]["body"] == ECONOMY.body
    assert "中国经济增长" in (tmp_path / "out.jsonl").read_text()
    assert all(tuple(row) == ARTICLE_COLUMNS for row in rows)


def test_csv_has_a_header_and_one_row_an_article(archive: sqlite3.Connection, tmp_path: Path) -> None:
    assert write_csv(articles(archive), tmp_path / "out.csv", ARTICLE_COLUMNS) == 3
    rows = cells(tmp_path / "out.csv")
    assert tuple(rows[0]) == ARTICLE_COLUMNS
    assert rows[0]["authors"] == "Ann Lee; Zoë Müller"
    assert rows[0]["images"] == f"{SOURCE}1.jpg; {SOURCE}2.jpg"
    assert rows[0]["body"] == FLOOD.body
    assert (rows[0]["date_modified"], rows[2]["headline"], rows[2]["authors"]) == ("", "", "")
    assert [row["body"] for row in rows][1] == ECONOMY.body


@pytest.mark.parametrize("words", [None, "flood", "经济", "flood OR 经济", "nowhere", "bridge -flood"])
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(language="en"), Filters(author="lee"), Filters(since=NOON - 2 * DAY)]
)
def test_export_holds_what_the_query_finds(
    archive: sqlite3.Connection, words: str | None, filters: Filters
) -> None:
    exported = [row["id"] for row in articles(archive, filters, words)]
    if words is None:
        found = {1, 2, 3} if filters == Filters() else {1}
    else:
        found = {hit.article_id for hit in search(archive, words, filters, limit=1000)}
    assert exported == sorted(found)


def test_two_exports_of_one_archive_are_the_same_bytes(archive: sqlite3.Connection, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_jsonl(articles(archive, words="flood OR 经济"), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != b""


def test_query_or_source_that_asks_for_nothing_leaves_the_old_file(
    archive: sqlite3.Connection, tmp_path: Path
) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    for filters, words in ((Filters(), "*"), (Filters(source="nowhere"), None)):
        with pytest.raises(QueryError):
            write_jsonl(articles(archive, filters, words), target)
    assert target.read_text() == "old"


def test_empty_export_is_a_file_with_nothing_but_the_header(
    archive: sqlite3.Connection, tmp_path: Path
) -> None:
    none = Filters(author="nobody")
    assert write_jsonl(articles(archive, none), tmp_path / "out.jsonl") == 0
    assert write_csv(articles(archive, none), tmp_path / "out.csv", ARTICLE_COLUMNS) == 0
    assert (tmp_path / "out.jsonl").read_text() == ""
    assert (tmp_path / "out.csv").read_bytes().decode() == ",".join(ARTICLE_COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1+1",
        '"=1+1',
        "'=1+1",
        "\n=1",
        "\u00a0=1",
        "＝1+1",
        '=HYPERLINK("http://x.example","click")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_text_that_a_spreadsheet_would_run_is_made_text(tmp_path: Path, text: str) -> None:
    rows: list[dict[str, object]] = [{"headline": text, "authors": [text, "Ann Lee"]}]
    write_csv(rows, tmp_path / "out.csv", ("headline", "authors"))
    (row,) = cells(tmp_path / "out.csv")
    assert row == {"headline": f"'{text}", "authors": f"'{text}; Ann Lee"}
    write_jsonl(rows, tmp_path / "out.jsonl")
    assert lines(tmp_path / "out.jsonl") == rows


def test_other_texts_and_numbers_stay_as_they_are(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": '1 = 1, a-b; "quoted"', "number": -5, "none": None, "lines": "a\nb\r\nc"}
    ]
    write_csv(rows, tmp_path / "out.csv", ("text", "number", "none", "lines"))
    (row,) = cells(tmp_path / "out.csv")
    assert row == {"text": '1 = 1, a-b; "quoted"', "number": "-5", "none": "", "lines": "a\nb\r\nc"}


def test_failure_half_way_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    with pytest.raises(ExportError):
        write_jsonl(failing(10_000), target)
    with pytest.raises(ExportError):
        write_csv(failing(10_000), target, ("number",))
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_export_writes_to_no_file_but_its_own(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    (tmp_path / "out.jsonl.part").symlink_to(precious)

    write_jsonl([{"headline": "Flood"}], tmp_path / "out.jsonl")

    assert precious.read_text() == "precious"
    assert lines(tmp_path / "out.jsonl") == [{"headline": "Flood"}]


def test_killed_export_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    code = """
import itertools, sys
from pathlib import Path
from db.export import write_jsonl
def rows():
    for number in itertools.count():
        if number == 10_000:
            print("writing", flush=True)
        yield {"number": number}
write_jsonl(rows(), Path(sys.argv[1]))
"""
    with subprocess.Popen([sys.executable, "-c", code, target], stdout=subprocess.PIPE) as export:
        assert export.stdout is not None
        assert export.stdout.readline() == b"writing\n"
        export.kill()
    assert target.read_text() == "old"
    write_jsonl([{"number": 1}], target)
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == '{"number": 1}\n'


def test_export_goes_to_a_stream(archive: sqlite3.Connection) -> None:
    stream = io.StringIO()
    assert write_jsonl(articles(archive), stream) == 3
    assert len(stream.getvalue().splitlines()) == 3
    stream = io.StringIO()
    assert write_csv(related_links(archive), stream, RELATED_LINK_COLUMNS) == 0
    assert stream.getvalue() == ",".join(RELATED_LINK_COLUMNS) + "\r\n"


def test_export_goes_to_a_pipe_without_replacing_it(archive: sqlite3.Connection, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_jsonl(articles(archive), pipe)
    reader.join(10)
    assert read[0].count("\n") == 3
    assert pipe.is_fifo()


def test_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_text("old")
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    write_jsonl([{"number": 1}], tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_text() == '{"number": 1}\n'


def test_target_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for target in (tmp_path / "missing" / "out.csv", tmp_path, Path("/dev/full")):
        with pytest.raises(ExportError, match=f"{target} cannot be written: "):
            write_csv([{"a": "x" * 100_000}], target, ("a",))


def test_reader_that_went_away_is_left_to_the_caller() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError), os.fdopen(writing, "w") as stream:
        write_jsonl(({"a": "x" * 100_000} for _ in range(10)), stream)


def test_export_needs_little_memory_whatever_its_size(tmp_path: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from db.connection import read_archive
from db.export import articles, write_jsonl
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
write_jsonl(articles(read_archive(Path(sys.argv[1]))), Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    stories = (article(str(number), "Long", "word " * 100_000) for number in range(60))
    filled(tmp_path / "archive.db", stories).close()
    arguments = [sys.executable, "-c", code, str(tmp_path / "archive.db"), str(tmp_path / "out.jsonl")]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert (tmp_path / "out.jsonl").stat().st_size > 30_000_000
    assert int(result.stdout) < 15_000  # kilobytes


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


def test_related_links_come_out_page_by_page_without_sorting_them_all(linked: sqlite3.Connection) -> None:
    statements: list[str] = []
    linked.set_trace_callback(statements.append)
    list(related_links(linked))
    linked.set_trace_callback(None)

    plan = [step["detail"] for step in linked.execute(f"EXPLAIN QUERY PLAN {statements[-1]}")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan


def test_related_links_are_exported_with_their_pages(linked: sqlite3.Connection) -> None:
    rows = list(related_links(linked))
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
    assert [row["headline"] for row in related_links(linked, filters)] == headlines


def _link_to(path: Path, name: str) -> Path:
    link = path.with_name(name)
    link.symlink_to(path)
    return link


def _hard_link_to(path: Path, name: str) -> Path:
    path.with_name(name).hardlink_to(path)
    return path.with_name(name)


def _copy_of(path: Path, name: str) -> Path:
    return Path(shutil.copyfile(path, path.with_name(name)))


@pytest.mark.parametrize(
    "target",
    [
        lambda path: path,
        lambda path: path.parent / ".." / path.parent.name / path.name,
        lambda path: _link_to(path, "articles.jsonl"),
        lambda path: _hard_link_to(path, "articles.jsonl"),
        lambda path: _copy_of(path, "other.db"),
        lambda path: path.with_name("mine.db-wal"),
        lambda path: path.with_name("mine.db-shm"),
        lambda path: path.with_name("mine.db-lock"),
        lambda path: path.with_name("mine.db-journal"),
        lambda path: path.with_name("mine.warc") / "crawl-1.warc.gz",
    ],
    ids=["itself", "spelling", "link", "hard link", "database", "wal", "shm", "lock", "journal", "raw pages"],
)
def test_no_export_may_replace_an_archive(tmp_path: Path, target: Callable[[Path], Path]) -> None:
    path = tmp_path / "mine.db"
    filled(path, [FLOOD]).close()
    before = path.read_bytes()

    with pytest.raises(ExportError, match="name another file"):
        export_file(target(path), path)
    assert path.read_bytes() == before


def test_archive_named_by_a_link_is_known_with_the_files_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    filled(path, [FLOOD]).close()
    link = _link_to(path, "link.db")

    for name in ("mine.db", "link.db", "mine.db-wal", "link.db-lock"):
        with pytest.raises(ExportError):
            export_file(tmp_path / name, link)


def test_archive_is_not_taken_for_the_unfinished_part_of_an_export(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl.part"
    filled(path, [FLOOD]).close()

    with pytest.raises(ExportError, match="name another file"):
        export_file(tmp_path / "mine.jsonl", path)


def test_other_files_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    filled(path, [FLOOD]).close()
    (tmp_path / "old.jsonl").write_text("{}\n")

    for name in ("old.jsonl", "new.jsonl", "mine.jsonl"):
        assert export_file(tmp_path / name, path) == tmp_path / name
