"""Exports hold what a query finds, others can read them, and a file is replaced only by a whole one."""

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, filled

from archiver.errors import DiskFullError, ExportError, ExportRequestError, LockedError, QueryError
from archiver.items import Image
from db.connection import read_archive
from db.export import (
    ARTICLE_COLUMNS,
    RELATED_LINK_COLUMNS,
    Form,
    Request,
    What,
    articles,
    export,
    export_file,
    selected,
)
from db.export.targets import OLD, UNFINISHED, manifest_of, new_file, new_folder
from db.export.texts import write_csv, write_jsonl
from db.searching.index import add_functions
from db.searching.search import Filters, search

RICH = replace(
    FLOOD,
    section="Regional",
    keywords=("flood", "bridge"),
    images=(Image(url=f"{SOURCE}1.jpg", caption="The bridge"), Image(url=f"{SOURCE}2.jpg", credit="A. Lee")),
)
ECONOMY = article("economy", "中国经济增长", "统计局\u2028公布\x85。", language="zh", authors=("李明",))


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """An archive of three articles, which a writer holds open."""
    with closing(filled(tmp_path / "archive.db", (RICH, ECONOMY, article("bare", "", "")))):
        yield tmp_path / "archive.db"


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, target: Path | io.BytesIO, **request: object) -> int:
    return export(path, Request(**request), target).rows  # type: ignore[arg-type] # the tests name its fields


def ids(path: Path, filters: Filters, words: str | None) -> list[object]:
    with closing(read_archive(path)) as archive:
        with selected(archive, Request(filters=filters, words=words)) as selection:
            found = [row["id"] for row in articles(selection)]
            assert selection.count == len(found)
        return found


def csv_text(rows: list[dict[str, object]], *, raw: bool = False) -> list[dict[str, str]]:
    stream = io.BytesIO()
    write_csv(rows, stream, tuple(rows[0]), raw=raw)
    return list(csv.DictReader(io.StringIO(stream.getvalue().decode(), newline="")))


def test_json_line_holds_the_whole_article(path: Path, tmp_path: Path) -> None:
    assert write(path, tmp_path / "out.jsonl") == 3
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


def test_csv_has_a_header_and_one_row_an_article(path: Path, tmp_path: Path) -> None:
    assert write(path, tmp_path / "out.csv", form=Form.CSV) == 3
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
def test_export_holds_what_the_query_finds(path: Path, words: str | None, filters: Filters) -> None:
    if words is None:
        found = {1, 2, 3} if filters == Filters() else {1}
    else:
        with closing(read_archive(path)) as archive:
            found = {hit.article_id for hit in search(archive, words, filters, limit=1000)}
    assert ids(path, filters, words) == sorted(found)


def test_query_or_source_that_asks_for_nothing_leaves_the_old_file(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    for filters, words in ((Filters(), "*"), (Filters(source="nowhere"), None)):
        with pytest.raises(QueryError):
            write(path, target, filters=filters, words=words)
    assert target.read_text() == "old"
    assert sorted(file.name for file in tmp_path.glob("out*")) == ["out.jsonl"]


def test_empty_export_is_a_file_with_nothing_but_the_header(path: Path, tmp_path: Path) -> None:
    none = Filters(author="nobody")
    assert write(path, tmp_path / "out.jsonl", filters=none) == 0
    assert write(path, tmp_path / "out.csv", filters=none, form=Form.CSV) == 0
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
def test_text_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    rows: list[dict[str, object]] = [{"headline": text, "authors": [text, "Ann Lee"]}]
    assert csv_text(rows) == [{"headline": f"'{text}", "authors": f"'{text}; Ann Lee"}]
    assert csv_text(rows, raw=True) == [
        {"headline": text, "authors": json.dumps([text, "Ann Lee"], ensure_ascii=False)}
    ]
    stream = io.BytesIO()
    write_jsonl(rows, stream)
    assert json.loads(stream.getvalue()) == rows[0]


def test_other_texts_and_numbers_stay_as_they_are() -> None:
    rows: list[dict[str, object]] = [
        {"text": '1 = 1, a-b; "quoted"', "number": -5, "none": None, "lines": "a\nb\r\nc"}
    ]
    assert csv_text(rows) == [
        {"text": '1 = 1, a-b; "quoted"', "number": "-5", "none": "", "lines": "a\nb\r\nc"}
    ]


def test_every_character_comes_through_json_lines_on_one_line() -> None:
    text = "".join(map(chr, (*range(0x250), *range(0x2020, 0x2030), 0xFEFF, 0xFFFF, 0x1F600)))
    stream = io.BytesIO()
    write_jsonl([{"text": text}], stream)
    assert len(stream.getvalue().decode().splitlines()) == 1
    assert json.loads(stream.getvalue()) == {"text": text}


def test_error_half_way_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    with pytest.raises(InterruptedError), new_file(target) as part:  # noqa: PT012
        part.write_text("new")
        raise InterruptedError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_export_writes_to_no_file_but_its_own(path: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    (tmp_path / "out.jsonl.part").symlink_to(precious)

    write(path, tmp_path / "out.jsonl")

    assert precious.read_text() == "precious"
    assert len(lines(tmp_path / "out.jsonl")) == 3


@pytest.mark.parametrize("name", ["out.jsonl", "folder"])
def test_killed_export_keeps_what_stood_there_and_the_next_one_replaces_it(
    path: Path, tmp_path: Path, name: str
) -> None:
    target, form = tmp_path / name, Form.JSONL if "." in name else Form.MARKDOWN
    write(path, target, form=form, filters=Filters(language="en"))
    before = manifest_text(target)
    code = """
import sys, time
from pathlib import Path
import db.export.run as run
from db.export import Form, Request
real = run.manifest_text
def slow(*arguments):
    print("written", flush=True)
    time.sleep(60)
run.manifest_text = slow
run.export(Path(sys.argv[1]), Request(form=Form(sys.argv[3])), Path(sys.argv[2]))
"""
    command = [sys.executable, "-c", code, str(path), str(target), str(form)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        with pytest.raises(LockedError, match="being written by another export"):
            write(path, target, form=form)
        process.kill()
    assert manifest_text(target) == before

    assert write(path, target, form=form) == 3
    assert manifest_text(target) != before
    assert not list(tmp_path.glob("*.part"))


def manifest_text(target: Path) -> str:
    return (target / "manifest.json" if target.is_dir() else manifest_of(target)).read_text()


def test_export_goes_to_a_stream(path: Path) -> None:
    stream = io.BytesIO()
    assert write(path, stream) == 3
    assert len(stream.getvalue().splitlines()) == 3
    stream = io.BytesIO()
    assert write(path, stream, what=What.LINKS, form=Form.CSV) == 0
    assert stream.getvalue().decode() == ",".join(RELATED_LINK_COLUMNS) + "\r\n"


def test_export_goes_to_a_pipe_without_replacing_it(path: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(path, pipe)
    reader.join(10)
    assert read[0].count("\n") == 3
    assert pipe.is_fifo()
    assert not manifest_of(pipe).exists()


def test_link_to_a_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_text("old")
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    write(path, tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    assert len(lines(tmp_path / "real.jsonl")) == 3


def test_target_that_cannot_be_written_is_named(path: Path, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(ExportError, match=r"missing/out\.csv cannot be written: there is no folder"):
        write(path, tmp_path / "missing" / "out.csv", form=Form.CSV)
    with pytest.raises(ExportError, match=r"is a folder: name a file"):
        write(path, tmp_path, form=Form.CSV)
    with pytest.raises(ExportError, match=r"is a file: dataset is written as a folder"):
        write(path, tmp_path / "x.txt", form=Form.DATASET)
    with pytest.raises(DiskFullError, match="/dev/full cannot be written: the disk is full"):
        write(path, Path("/dev/full"))


@pytest.mark.parametrize("form", [Form.JSONL, Form.PARQUET, Form.MARKDOWN, Form.SQLITE, Form.WACZ])
def test_full_disk_leaves_what_stood_there_and_nothing_else(
    path: Path, tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    if form is Form.PARQUET:
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow: pip install '.[parquet]'")
    target = tmp_path / "out"
    code = """
import resource, signal, sys
from pathlib import Path
from archiver.errors import DiskFullError
from db.export import Form, Request, export
if sys.argv[3] == "parquet":
    import pyarrow.parquet
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))
try:
    export(Path(sys.argv[1]), Request(form=Form(sys.argv[3])), Path(sys.argv[2]))
except DiskFullError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, str(path), str(target), str(form)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "cannot be written: the disk is full" in done.stdout
    assert list(tmp_path.glob("out*")) == []


def test_reader_that_went_away_is_left_to_the_caller(path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError), os.fdopen(writing, "wb") as stream:
        export(path, Request(), stream)


def test_export_needs_little_memory_whatever_its_size(tmp_path: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from db.export import Request, export
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
export(Path(sys.argv[1]), Request(), Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    stories = (article(str(number), "Long", "word " * 100_000) for number in range(60))
    filled(tmp_path / "archive.db", stories).close()
    arguments = [sys.executable, "-c", code, str(tmp_path / "archive.db"), str(tmp_path / "out.jsonl")]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert (tmp_path / "out.jsonl").stat().st_size > 30_000_000
    assert int(result.stdout) < 15_000  # kilobytes


def test_export_sees_one_moment_of_an_archive_that_a_crawl_writes_to(path: Path, tmp_path: Path) -> None:
    with closing(read_archive(path)) as archive, selected(archive, Request()) as selection:
        with closing(sqlite3.connect(path)) as writer, writer:
            add_functions(writer)
            writer.execute("UPDATE articles SET headline = 'Rewritten'")
            writer.execute("DELETE FROM articles WHERE id = 3")
        assert [row["headline"] for row in articles(selection)] == [FLOOD.headline, ECONOMY.headline, ""]
    assert write(path, tmp_path / "out.jsonl") == 2


@pytest.mark.parametrize(
    ("request_", "target", "message"),
    [
        (Request(form=Form.GRAPHML), "x", "wacz, or say --what links"),
        (Request(form=Form.WACZ, what=What.LINKS), "x", "graphml, or say --what articles"),
        (Request(form=Form.PARQUET), None, "parquet is not written to standard output"),
        (Request(form=Form.WACZ), "/dev/null", "wacz is not written to a pipe or device"),
        (Request(raw=True), "x", "--raw is for CSV"),
        (Request(splits=(80, 10, 10)), "x", "--splits is for datasets"),
        (Request(form=Form.DATASET, splits=(90, 5)), "x", "three numbers that make 100"),
        (Request(form=Form.DATASET, splits=(110, -10)), "x", "three numbers that make 100"),
        (Request(since_last="../x"), "x", "--since-last takes a name"),
        (Request(since_last="x"), None, "--since-last needs a file"),
        (Request(form=Form.WACZ), "x.gz", "wacz is packed by itself"),
        (Request(words="a", what=What.LINKS), "x", "WORDS choose articles, not links"),
    ],
)
def test_export_that_there_is_not_is_refused_before_anything_is_written(
    path: Path, tmp_path: Path, request_: Request, target: str | None, message: str
) -> None:
    with pytest.raises(ExportRequestError, match=message):
        export(path, request_, io.BytesIO() if target is None else tmp_path / target)
    assert not list(tmp_path.glob("x*"))


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


def test_folder_is_replaced_only_if_an_export_wrote_all_of_it(tmp_path: Path) -> None:
    path, folder = tmp_path / "mine.db", tmp_path / "notes"
    filled(path, [FLOOD]).close()
    write(path, folder, form=Form.MARKDOWN)
    write(path, folder, form=Form.MARKDOWN, filters=Filters(author="nobody"))
    assert sorted(file.name for file in folder.rglob("*.md")) == []

    (folder / "mine.md").write_text("mine")
    with pytest.raises(ExportError, match=r"holds mine\.md, which no export wrote"):
        write(path, folder, form=Form.MARKDOWN)
    assert (folder / "mine.md").read_text() == "mine"


def test_folder_is_not_taken_away_from_under_the_one_who_is_in_it(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes").mkdir()
    monkeypatch.chdir(tmp_path / "notes")
    for target in (Path(), tmp_path / "notes"):
        with pytest.raises(ExportError, match="is the folder that this runs in"):
            write(path, target, form=Form.MARKDOWN)


def test_folder_that_holds_a_link_is_not_replaced(path: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(ExportError, match="holds mine, which no export wrote"):
        write(path, tmp_path / "notes", form=Form.MARKDOWN)


@pytest.mark.parametrize("form", [Form.JSONL, Form.MARKDOWN])
def test_what_others_have_in_the_place_of_the_unfinished_one_stays(
    path: Path, tmp_path: Path, form: Form
) -> None:
    mine = tmp_path / "file.part"
    mine.write_text("mine")
    (tmp_path / "folder.part").mkdir()
    (tmp_path / "folder.part" / "mine.md").write_text("mine")
    for name in ("file", "folder"):
        with pytest.raises(ExportError, match=rf"{name}\.part stands in the way: move it"):
            write(path, tmp_path / name, form=form)
    assert mine.read_text() == (tmp_path / "folder.part" / "mine.md").read_text() == "mine"


KILLED_AT = """
import os, shutil, sys
from pathlib import Path
import db.export.targets as targets
from db.export import Form, Request, export
def kill(*_, **__):
    os.kill(os.getpid(), 9)
replace = Path.replace
match sys.argv[4]:
    case "whole":
        os.sync = kill
    case "in place":
        targets.sync = kill
    case "clearing up":
        shutil.rmtree = kill
    case "without manifest":
        Path.replace = lambda self, path: kill() if self.name == targets.MANIFEST else replace(self, path)
    case "between":
        targets.ctypes.CDLL = lambda *_, **__: None  # no renameat2
        rename = Path.rename
        Path.rename = lambda self, path: kill() if self.name == targets.NEW else rename(self, path)
export(Path(sys.argv[1]), Request(form=Form(sys.argv[3])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("form", "moment"),
    [
        (Form.MARKDOWN, "whole"),
        (Form.MARKDOWN, "in place"),
        (Form.MARKDOWN, "clearing up"),
        (Form.MARKDOWN, "between"),
        (Form.SQLITE, "without manifest"),
    ],
)
def test_export_killed_at_its_end_is_in_nobodys_way(
    path: Path, tmp_path: Path, form: Form, moment: str
) -> None:
    target = tmp_path / "out"
    write(path, target, form=form, filters=Filters(language="en"))
    command = [sys.executable, "-c", KILLED_AT, str(path), str(target), str(form), moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert (tmp_path / "out.part").is_dir()

    assert write(path, target, form=form) == 3
    assert not (tmp_path / "out.part").exists()


def test_folder_that_an_export_took_away_before_it_was_killed_comes_back(tmp_path: Path) -> None:
    part = tmp_path / "folder.part"
    (part / OLD).mkdir(parents=True)
    (part / OLD / "old").touch()
    (part / UNFINISHED).touch()
    with pytest.raises(InterruptedError), new_folder(tmp_path / "folder"):
        raise InterruptedError
    assert [file.name for file in tmp_path.rglob("*")] == ["folder", "old"]


def test_folders_change_places_in_two_steps_too(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.export.targets.ctypes.CDLL", lambda *_, **__: None)  # no renameat2
    (tmp_path / "notes.old").mkdir()
    (tmp_path / "notes.old" / "mine.md").write_text("mine")
    for _ in range(2):
        write(path, tmp_path / "notes", form=Form.MARKDOWN)

    assert (tmp_path / "notes.old" / "mine.md").read_text() == "mine"
    assert sorted(file.name for file in tmp_path.glob("notes*")) == ["notes", "notes.old"]


def test_error_half_way_keeps_the_old_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").touch()
    with pytest.raises(InterruptedError), new_folder(tmp_path / "folder") as part:  # noqa: PT012
        (part / "new").touch()
        raise InterruptedError
    assert [file.name for file in tmp_path.rglob("*")] == ["folder", "old"]


def test_exported_archive_may_be_replaced_until_somebody_changes_it(tmp_path: Path) -> None:
    path, part = tmp_path / "mine.db", tmp_path / "part.db"
    filled(path, [FLOOD]).close()
    write(path, part, form=Form.SQLITE)
    write(path, part, form=Form.SQLITE)
    filled(part, [ECONOMY]).close()
    with pytest.raises(ExportError, match="is an SQLite database: name another file"):
        write(path, part, form=Form.SQLITE)
