"""An archive opens for one writer and any number of readers, and says clearly why it does not."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from archives import FLOOD, column, compare_with_index, filled, one
from conftest import as_another_user

from archiver.errors import ArchiveError, LockedError
from db.connection import APPLICATION_ID, open_archive, read_archive
from db.schemas import SCHEMA
from db.searching.search import search

TABLES = {
    "sources",
    "crawls",
    "crawl_counts",
    "pages",
    "captures",
    "articles",
    "revisions",
    "images",
    "authors",
    "article_authors",
    "related_links",
    "articles_fts",
}
VIEWS = {
    "article_versions",
    "related_headlines",
    "articles_by_day",
    "page_outcomes",
    "headline_changes",
    "crawl_summaries",
    "duplicate_clusters",
    "duplicates",
    "changes",
    "gone_stories",
    "version_periods",
    "headline_variants",
    "front_pages",
    "missing_stories",
    "_articles_text",
    "_related_links_text",
}


def other_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")


def newer(path: Path) -> None:
    open_archive(path).close()
    with closing(sqlite3.connect(path)) as archive:
        archive.execute(f"PRAGMA user_version = {SCHEMA + 1}")


def read_only(directory: Path) -> None:
    for file in directory.iterdir():
        file.chmod(0o444)
    directory.chmod(0o555)


def test_first_opening_makes_no_directory(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=f"there is no directory {tmp_path}/deep/down$"):
        open_archive(tmp_path / "deep" / "down" / "archive.db")
    assert not (tmp_path / "deep").exists()


def test_first_opening_makes_the_whole_schema(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as archive:
        assert set(column(archive, "SELECT name FROM sqlite_master WHERE type = 'table'")) >= TABLES
        assert set(column(archive, "SELECT name FROM sqlite_master WHERE type = 'view'")) == VIEWS
        for view in VIEWS:
            assert archive.execute(f"SELECT * FROM {view}").fetchall() == []


def test_archive_is_marked_as_ours_and_written_safely(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as archive:
        assert one(archive, "PRAGMA application_id") == APPLICATION_ID
        assert one(archive, "PRAGMA user_version") == SCHEMA
        assert one(archive, "PRAGMA journal_mode") == "wal"
        assert one(archive, "PRAGMA foreign_keys") == 1


def test_second_opening_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(filled(path, [FLOOD])) as archive:
        before = column(archive, "SELECT sql FROM sqlite_master")
    with closing(open_archive(path)) as archive:
        assert column(archive, "SELECT sql FROM sqlite_master") == before
        assert column(archive, "SELECT headline FROM articles") == [FLOOD.headline]


def test_every_foreign_key_has_an_index(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as archive:
        keys = archive.execute(
            """SELECT tables.name, keys."from"
            FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys
            WHERE tables.type = 'table'"""
        ).fetchall()
        first_columns = archive.execute(
            """SELECT tables.name, columns.name
            FROM sqlite_master AS tables, pragma_index_list(tables.name) AS indexes,
                pragma_index_info(indexes.name) AS columns
            WHERE tables.type = 'table' AND columns.seqno = 0
            UNION ALL SELECT tables.name, columns.name  -- the key by which the table itself is kept
            FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND columns.pk = 1"""
        ).fetchall()
    assert keys
    assert {tuple(key) for key in keys} <= {tuple(first) for first in first_columns}


def test_second_writer_is_refused_until_the_first_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    first = open_archive(path)
    with pytest.raises(LockedError, match=f"being written by another process \\(process {os.getpid()} since"):
        open_archive(path)
    first.close()
    open_archive(path).close()
    assert [file.name for file in tmp_path.iterdir()] == ["archive.db"]


def test_second_process_cannot_write_but_can_read(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    code = """
import sys
from pathlib import Path
from archiver.errors import ArchiveError
from db.connection import open_archive, read_archive
print(read_archive(Path(sys.argv[1])).execute("SELECT headline FROM articles").fetchone()[0])
try:
    open_archive(Path(sys.argv[1]))
except ArchiveError as error:
    print(str(error).split(" since ")[0])
"""
    with closing(filled(path, [FLOOD])):
        result = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
        )
    assert result.stdout.splitlines() == [
        FLOOD.headline,
        f"{path} is being written by another process (process {os.getpid()}",
    ]


def test_writer_killed_leaves_an_archive_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    code = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from archives import FLOOD, crawl, filled, visit
from db.store import record_visit
from dataclasses import replace
archive = filled(Path(sys.argv[1]), [FLOOD])
number = 0
while True:
    number += 1
    story = replace(FLOOD, url=f"{FLOOD.url}-{number}", headline=f"Story {number}")
    record_visit(archive, 1, visit(story))
    print(number, flush=True)
"""
    here = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", code, path, here], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        recorded = [int(writer.stdout.readline()) for _ in range(20)][-1]
        writer.send_signal(signal.SIGKILL)
    with closing(open_archive(path)) as archive:
        assert one(archive, "PRAGMA integrity_check") == "ok"
        compare_with_index(archive)
        articles = one(archive, "SELECT count(*) FROM articles")
        assert isinstance(articles, int)
        assert articles >= recorded + 1
        assert articles == one(archive, "SELECT sum(pages) FROM crawl_counts")
        assert articles == one(archive, "SELECT count(*) FROM captures")


def test_reader_sees_what_the_writer_has_committed(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(filled(path, [FLOOD])), closing(read_archive(path)) as reader:
        assert column(reader, "SELECT headline FROM articles") == [FLOOD.headline]


def test_reader_cannot_write(tmp_path: Path) -> None:
    filled(tmp_path / "archive.db", [FLOOD]).close()
    with closing(read_archive(tmp_path / "archive.db")) as reader, pytest.raises(sqlite3.OperationalError):
        reader.execute("DELETE FROM articles")


def test_archive_in_a_read_only_directory_can_be_read(open_directory: Path) -> None:
    filled(open_directory / "archive.db", [FLOOD]).close()
    read_only(open_directory)
    with as_another_user(), closing(read_archive(open_directory / "archive.db")) as reader:
        assert column(reader, "SELECT headline FROM articles") == [FLOOD.headline]


def test_changes_that_cannot_be_read_are_an_error_and_not_left_out(
    open_directory: Path, tmp_path: Path
) -> None:
    with closing(filled(tmp_path / "archive.db", [FLOOD])):
        for name in ("archive.db", "archive.db-wal"):  # as a killed crawl leaves them, without -shm
            shutil.copy(tmp_path / name, open_directory / name)
    read_only(open_directory)
    with as_another_user(), pytest.raises(ArchiveError, match=r"latest changes stand in archive\.db-wal"):
        read_archive(open_directory / "archive.db")


def test_unreadable_file_is_named(open_directory: Path) -> None:
    path = open_directory / "archive.db"
    open_archive(path).close()
    path.chmod(0o000)
    with (
        as_another_user(),
        pytest.raises(ArchiveError, match=r"archive\.db cannot be read: you have no permission"),
    ):
        read_archive(path)
    with (
        as_another_user(),
        pytest.raises(ArchiveError, match=r"archive\.db cannot be read: you have no permission"),
    ):
        open_archive(path)


def test_archive_that_cannot_be_written_is_named(open_directory: Path) -> None:
    open_archive(open_directory / "archive.db").close()
    read_only(open_directory)
    with as_another_user(), pytest.raises(ArchiveError, match=r"archive\.db cannot be written"):
        open_archive(open_directory / "archive.db")


def test_directory_behind_a_locked_door_is_named(open_directory: Path) -> None:
    inner = open_directory / "inner"
    inner.mkdir(mode=0o700)
    with as_another_user(), pytest.raises(ArchiveError, match="cannot be reached"):
        read_archive(inner / "archive.db")


@pytest.mark.parametrize("opening", [open_archive, read_archive])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.write_text("Dear diary, " * 100), "not a database.*archiver crawl"),
        (other_program, "SQLite file of another program"),
        (newer, "newer version.*upgrade"),
    ],
    ids=["directory", "text", "other_program", "newer"],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, opening: object, make: object, message: str) -> None:
    path = tmp_path / "archive.db"
    assert callable(make)
    assert callable(opening)
    make(path)
    with pytest.raises(ArchiveError, match=message) as error:
        opening(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "archive.db-lock").exists()


def test_file_of_another_program_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    other_program(path)
    before = path.read_bytes()
    with pytest.raises(ArchiveError):
        open_archive(path)
    assert path.read_bytes() == before


def test_reader_of_nothing_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="does not exist: run `archiver crawl"):
        read_archive(tmp_path / "archive.db")
    (tmp_path / "archive.db").touch()
    with pytest.raises(ArchiveError, match="is empty: run `archiver crawl"):
        read_archive(tmp_path / "archive.db")


def test_older_schema_is_brought_up_to_date_by_the_writer_only(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    open_archive(path).close()
    with closing(sqlite3.connect(path)) as archive:
        archive.execute(f"PRAGMA user_version = {SCHEMA - 1}")
    with pytest.raises(ArchiveError, match="older version"):
        read_archive(path)
    open_archive(path).close()
    read_archive(path).close()


def test_name_with_spaces_and_signs_is_a_name_as_any(tmp_path: Path) -> None:
    path = tmp_path / "my news? 100% #1 é.db"
    filled(path, [FLOOD]).close()
    with closing(read_archive(path)) as reader:
        assert column(reader, "SELECT headline FROM articles") == [FLOOD.headline]


def test_damaged_archive_is_an_archive_error(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    filled(path, [FLOOD]).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(ArchiveError, match=r"archive\.db.*malformed"), closing(read_archive(path)) as reader:
        search(reader, "flood")


def test_archive_whose_raw_pages_would_lie_among_those_of_another_is_not_made(tmp_path: Path) -> None:
    open_archive(tmp_path / "news.db").close()
    (tmp_path / "news.txt").write_text("no archive")
    other_program(tmp_path / "other.db")

    for name in ("news.sqlite", "news"):
        with pytest.raises(ArchiveError, match=r"among those of news\.db; give it a name that differs"):
            open_archive(tmp_path / name)
        assert not (tmp_path / name).exists()
    for name in ("news.db", "news.old.db", "other.sqlite"):
        open_archive(tmp_path / name).close()
