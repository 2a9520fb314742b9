"""A story that is forgotten is gone from rows, index and raw pages, down to the bytes, and stays gone."""

import gzip
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commands import PROGRAM, Run, runner
from conftest import Crawl, crawl_of
from foreign import Sent, warc
from forgetting import (
    GONE,
    KEPT,
    PARAGRAPHS,
    WORD,
    files_with,
    front,
    is_sound,
    problems,
    related,
    rows,
    two_stories,
)
from misbehaving import Answer, Server, answer, misbehaving, story

from archiver.errors import ExitCode
from db import vacuum
from db.connection import open_archive
from db.raw_pages.warc_places import warc_directory
from db.raw_pages.warc_removal import removed_record


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with misbehaving(two_stories()) as server:
        yield server


@pytest.fixture(scope="module")
def crawled(
    running: Server, fresh_processes: ProcessPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("crawled") / "archive.db"
    crawl_of(fresh_processes, path)(running.url)
    return path


@pytest.fixture(autouse=True)
def _a_copy_of_what_was_crawled(archive: Path, crawled: Path) -> None:
    shutil.copytree(crawled.parent, archive.parent, dirs_exist_ok=True)


@pytest.fixture
def pages(running: Server) -> Iterator[dict[str, Answer]]:
    """Return what the site serves, which a test may change."""
    before = dict(running.pages)
    yield running.pages
    running.pages.clear()
    running.pages.update(before)


@pytest.fixture
def site(running: Server) -> str:
    return running.url


@pytest.fixture
def url(site: str) -> str:
    return f"{site.rstrip('/')}/2026/mayor-accused-zz"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, archive: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(archive))
    return runner(capsys)


def test_forgotten_story_is_gone_down_to_the_bytes(
    run: Run, crawl: Crawl, archive: Path, site: str, url: str, pages: dict[str, Answer]
) -> None:
    shared = f"<meta property='og:title' content='{WORD} and the mayor'><body>".encode()
    again = story(f"{GONE}, and cleared", *PARAGRAPHS).replace(b"<body>", shared)
    pages["/2026/mayor-accused-zz"] = answer(again)
    crawl(site)
    assert rows(archive, "SELECT headline FROM listed_headlines") == [(f"{WORD} and the mayor",)]
    assert rows(archive, "SELECT number, kind FROM version_changes") == [(2, "headline")]
    assert len(files_with(archive, "zabernalistic")) == 3

    done = run("forget", url, "--reason", "court order 12", "--yes", "--mentions")

    assert done.code == ExitCode.DONE, done.err
    assert files_with(archive, WORD, "zabernalistic", "mayor-accused") == []
    assert rows(archive, "SELECT headline FROM articles") == [(KEPT,)]
    for table in ("listed_headlines", "version_changes", "version_sightings"):
        assert rows(archive, f"SELECT * FROM {table}") == []
    assert rows(archive, "SELECT count(*) FROM related_links WHERE headline LIKE '%accused%'") == [(0,)]
    assert rows(
        archive, "SELECT links FROM sightings JOIN pages ON pages.id = page_id WHERE url LIKE '%/ferry'"
    ) == [("[]",)]
    assert run("search", WORD).out == ""
    assert problems(archive) == []
    assert is_sound(archive)


def test_other_stories_keep_their_records_where_they_were(run: Run, archive: Path, url: str) -> None:
    sql = (
        "SELECT url, warc_file, warc_offset, warc_length FROM captures JOIN pages ON pages.id = page_id "
        "WHERE url NOT LIKE '%mayor%' ORDER BY captures.id"
    )
    before = rows(archive, sql)
    sizes = [file.stat().st_size for file in warc_directory(archive).iterdir()]
    assert run("forget", url, "--reason", "x", "--yes").code == ExitCode.DONE

    assert rows(archive, sql) == before
    assert [file.stat().st_size for file in warc_directory(archive).iterdir()] == sizes
    assert problems(archive) == []
    assert files_with(archive, "zabernalistic") == []
    # The front page as it was sent shows the headline; only --mentions takes that away.
    assert files_with(archive, GONE) == [file.name for file in warc_directory(archive).iterdir()]


def test_explain_tells_when_and_why_and_nothing_else_is_left(run: Run, archive: Path, url: str) -> None:
    run("forget", url, "--reason", "court order 12", "--yes")

    told = run("explain", f"{url}?utm_source=x")
    assert told.code == ExitCode.DONE, told.err
    assert "court order 12" in told.out
    assert "1 article · 1 version · 1 capture · 3 related headlines were removed" in " ".join(
        told.out.split()
    )
    assert json.loads(run("explain", url, "--json").out)["forgotten"]["reason"] == "court order 12"
    again = run("forget", url, "--reason", "x", "--yes")
    assert (again.code, "0 WARC records" in again.out) == (ExitCode.DONE, True)
    assert "was forgotten" in again.err


def test_later_crawls_leave_it_out_until_it_is_let_in_again(
    run: Run, crawl: Crawl, archive: Path, site: str, url: str, pages: dict[str, Answer]
) -> None:
    run("forget", url, "--reason", "x", "--yes", "--mentions")
    # Another address of the same text, and a redirect to it.
    pages["/2026/copy-of-it"] = pages["/2026/mayor-accused-zz"]
    pages["/"] = answer(
        front(
            ("/2026/mayor-accused-zz", GONE),
            ("/2026/ferry", KEPT),
            ("/2026/copy-of-it", "Read this now, quickly"),
        )
    )
    crawl(site)
    crawl(site)

    assert rows(archive, "SELECT headline FROM articles") == [(KEPT,)]
    assert rows(archive, "SELECT url FROM pages WHERE url LIKE '%mayor%' OR url LIKE '%copy%'") == []
    assert rows(archive, "SELECT headline FROM related_links WHERE headline LIKE '%accused%'") == []
    assert files_with(archive, "zabernalistic") == []
    assert rows(archive, "SELECT sum(pages) FROM crawl_counts WHERE outcome = 'forgotten'") == [(1,)]

    shown = run("forget", url, "--again", "--dry-run")
    assert (shown.code, f"{url} would be let in" in shown.out) == (ExitCode.DONE, True), shown.err
    crawl(site)
    assert rows(archive, "SELECT headline FROM articles") == [(KEPT,)]
    let_in = run("forget", url, "--again")
    assert let_in.code == ExitCode.DONE, let_in.err
    crawl(site)
    assert (GONE,) in rows(archive, "SELECT headline FROM articles")
    assert run("forget", url, "--again").code == ExitCode.FAILED


def test_imports_and_reparses_leave_it_out(
    run: Run, archive: Path, site: str, url: str, tmp_path: Path
) -> None:
    run("forget", url, "--reason", "x", "--yes")
    file = warc(
        tmp_path / "old.warc.gz",
        [
            Sent(url=url, body=story(GONE, *PARAGRAPHS)),
            Sent(url=f"{site}2026/print", body=story("Printed", *PARAGRAPHS)),
            Sent(url=f"{site}2026/old", body=related(story("An older story of the ferry"), url, GONE)),
        ],
    )
    imported = run("import", file, "--source", site)
    reparsed = run("reparse")

    assert imported.code == ExitCode.DONE, imported.err
    assert "2 of a story that was forgotten" in " ".join(imported.out.split())
    assert "1 page archived" in imported.out
    assert reparsed.code == ExitCode.DONE, reparsed.err
    assert rows(archive, "SELECT headline FROM articles ORDER BY id") == [
        (KEPT,),
        ("An older story of the ferry",),
    ]
    assert rows(archive, "SELECT count(*) FROM related_links WHERE headline LIKE '%accused%'") == [(0,)]
    assert files_with(archive, "zabernalistic") == []


def test_exports_leave_it_out(run: Run, archive: Path, url: str, tmp_path: Path) -> None:
    run("forget", url, "--reason", "x", "--yes")

    assert WORD not in run("export").out
    assert "accused" not in run("export", "--what", "links").out


def test_dry_run_shows_what_would_go_and_changes_nothing(run: Run, archive: Path, url: str) -> None:
    before = archive.read_bytes()
    shown = run("forget", url, "--dry-run", "--mentions")

    assert shown.code == ExitCode.DONE, shown.err
    assert "1 article · 1 version · 1 page · 1 capture · 3 related headlines" in shown.out
    assert GONE in shown.out
    assert "3 captures of 3 other pages lose their raw bytes" in shown.out
    assert archive.read_bytes() == before
    assert json.loads(run("forget", url, "--dry-run", "--json").out)["articles"] == 1


def test_dry_run_counts_all_captures_that_lose_their_bytes(run: Run, archive: Path, url: str) -> None:
    # As four later visits that brought the same front page leave it.
    columns = "page_id, crawl_id, fetched, final_url, status, outcome, digest, length, detail"
    with closing(sqlite3.connect(archive)) as writer, writer:
        for _ in range(4):
            writer.execute(
                f"""
                INSERT INTO captures(id, {columns}, refers_to)
                SELECT (SELECT max(id) + 1 FROM captures), {columns}, id FROM captures
                WHERE outcome = 'listing' AND warc_file NOT NULL ORDER BY id LIMIT 1
                """
            )
    told = json.loads(run("forget", url, "--dry-run", "--mentions", "--json").out)

    run("forget", url, "--reason", "x", "--yes", "--mentions")

    emptied = rows(archive, "SELECT count(*) FROM captures WHERE detail LIKE 'its bytes were removed%'")
    assert emptied == [(told["emptied"],)] == [(7,)]


def test_wrong_use_is_told_in_a_line(run: Run, archive: Path, site: str, url: str) -> None:
    for arguments, code, message in (
        ((url,), ExitCode.USAGE, "say why by --reason"),
        ((url, "--reason", "x"), ExitCode.USAGE, "say --yes"),
        ((f"{site}never", "--reason", "x", "--yes"), ExitCode.FAILED, "is not in the archive"),
        ((site, "--reason", "x", "--yes"), ExitCode.FAILED, "is a listing of stories"),
        (("a b", "--reason", "x"), ExitCode.USAGE, "is no address"),
        (("--again",), ExitCode.USAGE, "name the address"),
        (("1", "--reason", "x", "--yes"), ExitCode.USAGE, "`archiver show 1` tells"),
    ):
        told = run("forget", *arguments)
        assert (told.code, message in told.err) == (code, True), told.err
    assert len(rows(archive, "SELECT id FROM articles")) == 2
    with closing(open_archive(archive)):
        assert run("forget", url, "--reason", "x", "--yes").code == ExitCode.LOCKED


@pytest.mark.parametrize("is_cut", [False, True], ids=["whole", "torn"])
def test_records_of_no_capture_and_torn_ends_go_too(run: Run, archive: Path, url: str, is_cut: bool) -> None:
    file = next(warc_directory(archive).iterdir())
    (offset, length), *_ = rows(
        archive,
        "SELECT warc_offset, warc_length FROM captures JOIN pages ON pages.id = page_id WHERE url LIKE '%mayor%'",
    )
    record = file.read_bytes()[int(str(offset)) :][: int(str(length))]
    # As a killed crawl leaves it: appended, and no row written.
    with file.open("ab") as end:
        end.write(record[: len(record) - 90 if is_cut else None])
    (warc_directory(archive) / f"{file.name}.torn-99").write_bytes(record[:-50])
    assert run("forget", url, "--reason", "x", "--yes", "--mentions").code == ExitCode.DONE

    assert files_with(archive, "zabernalistic", "mayor-accused") == []
    assert not list(warc_directory(archive).glob("*.torn-*"))
    assert problems(archive) == []


def test_pages_saved_for_an_alarm_go_too(run: Run, archive: Path, site: str, url: str) -> None:
    bundle = archive.with_name("archive.alarms") / "a.zip"
    bundle.parent.mkdir()
    with zipfile.ZipFile(bundle, "w") as file:
        for number, address in enumerate((url, f"{site}2026/ferry"), 1):
            file.writestr(f"page-{number}.json", json.dumps({"url": address}))
            file.writestr(f"page-{number}.html", "x")
    run("forget", url, "--reason", "x", "--yes")

    with zipfile.ZipFile(bundle) as file:
        assert file.namelist() == ["page-2.json", "page-2.html"]


KILLED = """
import os, sys
from pathlib import Path
from archiver.cli import main
import db.forgetting.forget, db.vacuum, db.raw_pages.warc_removal

step = sys.argv[1]
def dies(*_, **__):
    os.kill(os.getpid(), 9)
if step == "rows":
    db.forgetting.forget._drop_samples = dies
elif step == "raw pages":
    Path.replace = dies
elif step == "after raw pages":
    db.forgetting.forget.remove_from_bundles = dies
elif step == "index":
    db.forgetting.forget.reclaim = dies
elif step == "end":
    reclaim = db.forgetting.forget.reclaim
    db.forgetting.forget.reclaim = lambda *a: (reclaim(*a), dies())
main(["forget", sys.argv[2], "--reason", "x", "--yes", "--mentions"])
"""


@pytest.mark.parametrize("step", ["rows", "raw pages", "after raw pages", "index", "end"])
def test_killed_at_any_step_the_same_command_finishes(
    run: Run, crawl: Crawl, archive: Path, site: str, url: str, step: str
) -> None:
    died = subprocess.run(
        [sys.executable, "-c", KILLED, step, url],
        check=False,
        env=os.environ | {"ARCHIVER_ARCHIVE": str(archive)},
        capture_output=True,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert is_sound(archive)
    if step != "rows":
        assert rows(archive, "SELECT headline FROM articles") == [(KEPT,)]
        assert "not finished" in run("explain", url).out
        crawl(site)  # in between, it is kept out already
        assert rows(archive, "SELECT headline FROM articles") == [(KEPT,)]
    done = run("forget", url, "--reason", "x", "--yes")
    assert done.code == ExitCode.DONE, done.err

    assert files_with(archive, "zabernalistic") == []
    assert rows(archive, "SELECT count(*), count(finished) FROM forgettings") == [(1, 1)]
    assert rows(archive, "SELECT count(*) FROM forgetting_work") == [(0,)]
    assert not list(warc_directory(archive).glob("*.unfinished"))
    assert problems(archive) == []
    assert is_sound(archive)


def test_file_that_cannot_be_read_is_named_with_the_cure(run: Run, archive: Path, url: str) -> None:
    (file,) = warc_directory(archive).iterdir()
    file.rename(archive.parent / "whole")
    file.mkdir()  # not even root can read it
    failed = run("forget", url, "--reason", "x", "--yes")
    assert (failed.code, failed.err) == (
        ExitCode.FAILED,
        f"archiver: {file} cannot be read and written anew: Is a directory; restore the file from a copy and run it "
        "again\n",
    )
    file.rmdir()
    (archive.parent / "whole").rename(file)
    assert run("forget").code == ExitCode.DONE
    assert files_with(archive, "zabernalistic") == []


def test_raw_pages_go_also_where_the_archive_cannot_be_written_anew(
    run: Run, archive: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(vacuum, "free_bytes", lambda path: 1000)
        full = run("forget", url, "--reason", "x", "--yes", "--mentions")
    assert (full.code, "1,000 are free" in full.err) == (ExitCode.DISK_FULL, True)
    assert problems(archive) == []
    assert [name for name in files_with(archive, "zabernalistic") if "warc" in name] == []

    assert "Forgotten: 1 story" in run("forget").out
    assert files_with(archive, "zabernalistic") == []
    assert run("forget").out == "Nothing is left to be done.\n"


def test_forget_asks_on_a_terminal(archive: Path, url: str) -> None:
    for typed, left in ((b"n\n", 2), (b"y\n", 1)):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [PROGRAM, "forget", url, "--reason", "x", "--archive", archive],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            os.write(ours, typed)
            out, _ = process.communicate(timeout=60)
        os.close(ours)
        os.close(theirs)
        assert b"for good?" in out
        assert len(rows(archive, "SELECT id FROM articles")) == left


def test_removed_record_is_as_long_as_asked_and_whole() -> None:
    for length in (*range(240, 1200, 7), *range(65_500, 65_900), 131_100, 1_000_003):
        record = removed_record(length, datetime.now(UTC))
        assert len(record) == length
        assert gzip.decompress(record).startswith(b"WARC/1.1\r\nWARC-Type: metadata\r\n")
