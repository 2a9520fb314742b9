"""A backup is a whole archive of one moment, also while a crawl writes; a vacuum gives room back and loses nothing."""

import json
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archives import FLOOD, NOON, crawl, filled, response, visit
from commands import Run, run_apart, runner
from conftest import as_another_user, crawl_of
from misbehaving import Answer, Server, answer, front, misbehaving, story

from archiver.crawl.run import CrawlPlan, run_crawl
from archiver.errors import ExitCode
from db import vacuum
from db.connection import open_archive, read_archive
from db.lock import acquire, release
from db.raw_pages.verify import Verification, verify
from db.raw_pages.warc import WarcWriter
from db.raw_pages.warc_places import warc_directory
from db.store import Kept, record_visit
from spiders.frontier import Source

NUMBER = 60
# Of a network interface that has no speed: it can be opened, and has a size.
UNREADABLE = Path("/sys/class/net/lo/speed")


def is_bad(path: Path) -> bool:
    """Whether a file is there and cannot be read."""
    try:
        path.read_bytes()
    except OSError:
        return path.exists()
    return False


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    pages: dict[str, Answer] = {
        f"/story-{number}": answer(story(f"The story that has the number {number}"))
        for number in range(NUMBER)
    }
    with misbehaving({"/": front(*pages), **pages}) as server:
        yield server


@pytest.fixture(scope="module")
def crawled(
    running: Server, fresh_processes: ProcessPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("crawled") / "archive.db"
    crawl_of(fresh_processes, path)(running.url, PAGE_BUDGET=6)
    return path


@pytest.fixture
def whole(crawled: Path, archive: Path) -> Path:
    """Return a copy of the archive that was crawled."""
    shutil.copytree(crawled.parent, archive.parent, dirs_exist_ok=True)
    return archive


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, archive: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(archive))
    return runner(capsys)


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(read_archive(archive)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def problems(archive: Path) -> list[str]:
    with closing(read_archive(archive)) as connection:
        found = verify(connection, warc_directory(archive), Verification(), lambda done, total: None)
        return [finding.message for finding in found]


def test_backup_is_the_archive_with_its_raw_pages(run: Run, whole: Path, tmp_path: Path) -> None:
    copy = tmp_path / "away" / "copy.db"
    copy.parent.mkdir()
    done = run("backup", copy)

    assert done.code == ExitCode.DONE, done.err
    assert "sound" in done.out
    for sql in ("SELECT * FROM pages", "SELECT * FROM captures", "SELECT headline, body FROM articles"):
        assert rows(copy, sql) == rows(whole, sql)
    assert sorted(file.name for file in copy.parent.rglob("*")) == sorted(
        ["copy.db", "copy.warc", *(file.name for file in warc_directory(whole).iterdir())]
    )
    assert [f.read_bytes() for f in warc_directory(copy).iterdir()] == [
        f.read_bytes() for f in warc_directory(whole).iterdir()
    ]
    assert "number" in run("search", "number", "--archive", copy).out
    assert run("verify", "--archive", copy).code == ExitCode.DONE


def test_two_backups_do_not_write_to_one_place_at_once(run: Run, whole: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", copy).code == ExitCode.DONE
    before = copy.read_bytes()
    held = acquire(copy)
    told = run("backup", copy, "--force")
    release(held)

    assert told.code == ExitCode.LOCKED
    assert "process" in told.err
    assert copy.read_bytes() == before
    assert run("backup", copy, "--force").code == ExitCode.DONE
    assert not copy.with_name("copy.db-lock").exists()


def test_backup_is_refused_where_something_is_and_replaces_it_by_force(
    run: Run, whole: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", copy).code == ExitCode.DONE
    refused = run("backup", copy)
    assert (refused.code, "is there already" in refused.err) == (ExitCode.FAILED, True)
    (tmp_path / "copy.warc" / "old.warc.gz").write_bytes(b"")
    forced = run("backup", copy, "--force", "--json")
    assert forced.code == ExitCode.DONE, forced.err
    assert json.loads(forced.out)["problems"] == []
    assert not (tmp_path / "copy.warc" / "old.warc.gz").exists()
    assert not list(tmp_path.glob("*.unfinished")) + list(tmp_path.glob("*.replaced"))

    notes = tmp_path / "notes.txt"
    notes.write_text("dear diary")
    shutil.copytree(warc_directory(whole), tmp_path / "p.warc")
    shutil.copy(notes, tmp_path / "p.warc")
    shutil.copy(notes, tmp_path / "q.warc")
    stranger = tmp_path / "accounts.db"
    with closing(sqlite3.connect(stranger)) as other:
        other.execute("CREATE TABLE accounts(owner)")
    content = stranger.read_bytes()
    for target, message in (
        (whole, "is the archive itself"),
        (whole.with_name("archive.sqlite"), "is the archive itself, or shares its raw pages"),
        (tmp_path, "is a directory"),
        (tmp_path / "none" / "copy.db", "there is no directory"),
        (notes, "is no backup"),
        (stranger, "is no backup"),
        (tmp_path / "p.db", "p.warc/notes.txt is no raw page of a backup"),
        (tmp_path / "q.db", "q.warc is no raw page of a backup"),
        (tmp_path / "r.warc", "is where its raw pages would lie: name it"),
    ):
        told = run("backup", target, "--force")
        assert (told.code, message in told.err) == (ExitCode.FAILED, True), told.err
    assert {file.read_text() for file in tmp_path.rglob("notes.txt")} == {"dear diary"}
    assert stranger.read_bytes() == content
    assert not list(tmp_path.glob("*.unfinished"))
    assert problems(whole) == []


@pytest.mark.parametrize("option", ["--force", "--no-warc", "--json"])
def test_backup_does_not_touch_the_raw_pages_of_another_archive(
    run: Run, whole: Path, tmp_path: Path, option: str
) -> None:
    other = tmp_path / "other.sqlite"
    assert run("backup", other).code == ExitCode.DONE
    for name in ("other.db", "other"):
        told = run("backup", tmp_path / name, option)
        assert (told.code, "among those of other.sqlite; give it a name" in told.err) == (
            ExitCode.FAILED,
            True,
        )
    assert sorted(file.name for file in tmp_path.glob("other*")) == ["other.sqlite", "other.warc"]
    assert problems(other) == []

    (tmp_path / "latest.db").symlink_to(other)
    for name in ("latest.db", "other.sqlite"):
        assert run("backup", tmp_path / name, "--force").code == ExitCode.DONE


def test_backup_does_not_replace_a_link_to_raw_pages(run: Run, whole: Path, tmp_path: Path) -> None:
    copy, moved = tmp_path / "copy.db", tmp_path / "big" / "copy.warc"
    assert run("backup", copy).code == ExitCode.DONE
    moved.parent.mkdir()
    warc_directory(copy).rename(moved)
    warc_directory(copy).symlink_to(moved)
    for options in ((), ("--force",)):
        told = run("backup", copy, *options)
        assert (
            told.code,
            f"is a link, and raw pages lie beside their archive: name {moved.with_suffix('.db')}" in told.err,
        ) == (ExitCode.FAILED, True)
    assert sorted(file.name for file in tmp_path.glob("copy*")) == ["copy.db", "copy.warc"]
    assert problems(copy) == []
    assert run("backup", moved.with_suffix(".db"), "--force").code == ExitCode.DONE


@pytest.mark.parametrize("options", [(), ("--no-warc",)])
def test_backup_into_a_folder_that_cannot_be_written_says_so(
    run: Run, whole: Path, open_directory: Path, options: tuple[str, ...]
) -> None:
    shutil.copytree(whole.parent, open_directory / "own").chmod(0o755)
    locked = open_directory / "locked"
    locked.mkdir(0o555)
    with as_another_user():
        told = run("backup", locked / "copy.db", *options, "--archive", open_directory / "own" / whole.name)
    assert told.code == ExitCode.FAILED
    assert f"{locked}/copy.db cannot be written: Permission denied ({locked}/copy.db-lock)" in told.err


def test_backup_of_an_archive_without_raw_pages_replaces_those_of_another(
    run: Run, whole: Path, tmp_path: Path
) -> None:
    copy, bare = tmp_path / "copy.db", tmp_path / "bare.db"
    assert run("backup", copy).code == ExitCode.DONE
    filled(bare, [FLOOD]).close()
    assert run("backup", copy, "--force", "--archive", bare).code == ExitCode.DONE
    assert rows(copy, "SELECT headline FROM articles") == [(FLOOD.headline,)]
    assert list(warc_directory(copy).iterdir()) == []


def test_backup_without_raw_pages_leaves_those_that_are_there_and_says_so(
    run: Run, whole: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", copy, "--no-warc").err == ""
    assert run("backup", copy, "--force").err == ""
    told = run("backup", copy, "--force", "--no-warc", "--json")
    assert told.code == ExitCode.DONE
    assert f"copy.warc is as it was before: `archiver verify --archive {copy}` tells" in told.err
    assert json.loads(told.out)["warc_left"] == str(tmp_path / "copy.warc")
    assert problems(copy) == []


def test_backup_of_a_damaged_archive_says_so(run: Run, whole: Path, tmp_path: Path) -> None:
    file = next(warc_directory(whole).iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    told = run("backup", tmp_path / "copy.db")
    assert told.code == ExitCode.FAILED
    assert "damaged" in told.err
    assert "1 problem" in told.out


def with_second_file(archive: Path) -> Path:
    """Let a second crawl keep a page in the archive; return the WARC file that holds it."""
    with closing(open_archive(archive)) as connection, WarcWriter(warc_directory(archive), 2) as warc:
        place = warc.append(FLOOD.url, NOON, response())
        record_visit(connection, crawl(connection), visit(FLOOD, response=response()), Kept(place))
    return warc_directory(archive) / place.file


def test_backup_goes_on_without_a_file_that_may_not_be_read(
    run: Run, whole: Path, open_directory: Path
) -> None:
    own, away = open_directory / "own" / whole.name, open_directory / "away"
    file = with_second_file(whole)
    shutil.copytree(whole.parent, own.parent).chmod(0o755)
    (warc_directory(own) / file.name).chmod(0)
    away.mkdir()
    away.chmod(0o777)
    with as_another_user():
        told = run("backup", away / "copy.db", "--archive", own)
    assert (told.code, told.err.count("\n")) == (ExitCode.FAILED, 1)
    assert f"{file.name} cannot be read: Permission denied" in told.err
    assert [copy.name for copy in warc_directory(away / "copy.db").iterdir()] == [
        "crawl-000001-00001.warc.gz"
    ]
    assert len(problems(away / "copy.db")) == 1


def test_backup_replaces_none_that_has_the_raw_pages_which_the_archive_lost(
    run: Run, whole: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", copy).code == ExitCode.DONE
    shutil.rmtree(warc_directory(whole))
    refused = run("backup", copy, "--force")

    assert (refused.code, f"{copy} stays as it is" in refused.err) == (ExitCode.FAILED, True)
    assert problems(copy) == []


@pytest.mark.skipif(not is_bad(UNREADABLE), reason="needs a file that every read of fails, as on a bad disk")
def test_backup_goes_on_where_a_disk_cannot_read_and_replaces_nothing_then(
    run: Run, whole: Path, tmp_path: Path
) -> None:
    file, copy = with_second_file(whole), tmp_path / "copy.db"
    assert run("backup", copy).code == ExitCode.DONE
    file.unlink()
    file.symlink_to(UNREADABLE)
    refused = run("backup", copy, "--force")
    assert (refused.code, f"{copy} stays as it is" in refused.err) == (ExitCode.FAILED, True)
    assert problems(copy) == []

    told = run("backup", tmp_path / "new.db")
    assert told.code == ExitCode.FAILED
    assert f"{file.name} cannot be read: Invalid argument" in told.err
    assert {message.partition(" ")[0] for message in problems(tmp_path / "new.db")} == {file.name}


def test_backup_takes_no_file_from_elsewhere_however_an_archive_names_it(
    run: Run, whole: Path, tmp_path: Path
) -> None:
    (whole.parent / "secret.warc.gz").write_bytes(b"of somebody else")
    with closing(open_archive(whole)) as connection:
        connection.execute("UPDATE captures SET warc_file = '../secret.warc.gz' WHERE id = 1")
        connection.execute("UPDATE captures SET warc_offset = NULL WHERE id = 2")
        connection.commit()
    away = tmp_path / "away"
    away.mkdir()
    told = run("backup", away / "copy.db")

    assert (told.code, "../secret.warc.gz" in told.err) == (ExitCode.FAILED, True)
    assert list(away.rglob("secret*")) == []


def plan(archive: Path, url: str, **settings: Any) -> CrawlPlan:
    others = {"AUTOTHROTTLE_ENABLED": False, "SPLIT_WORKERS": 1, **settings}
    return CrawlPlan(
        archive=archive,
        sources=(Source(url=url),),
        delay=0.05,
        log_file=archive.with_suffix(".log"),
        others=others,
    )


def test_backups_during_a_crawl_are_whole(run: Run, running: Server, archive: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["archiver.crawl.run"])
    crawl = context.Process(target=run_crawl, args=(plan(archive, running.url),))
    crawl.start()
    made: list[Path] = []
    while crawl.is_alive():
        if archive.exists() and run("stats").code == ExitCode.DONE:
            copy = tmp_path / f"copy-{len(made)}.db"
            done = run("backup", copy)
            assert done.code == ExitCode.DONE, done.err
            made.append(copy)
        time.sleep(0.1)
    crawl.join()

    numbers = [len(rows(copy, "SELECT id FROM captures")) for copy in made]
    assert len(set(numbers)) > 1, numbers
    assert numbers == sorted(numbers)
    for copy in made:
        assert problems(copy) == []
        assert rows(copy, "PRAGMA integrity_check") == [("ok",)]


def test_killed_backup_leaves_no_file_of_that_name_and_the_next_one_is_whole(
    run: Run, whole: Path, tmp_path: Path
) -> None:
    code = """
import os, sys
import db.backup
from archiver.cli import main
db.backup._check = lambda *a: os.kill(os.getpid(), 9)
main(["backup", sys.argv[1], "--archive", sys.argv[2]])
"""
    copy = tmp_path / "copy.db"
    subprocess.run([sys.executable, "-c", code, copy, whole], check=False, timeout=60)
    assert (tmp_path / "copy.db.unfinished").exists()
    assert not copy.exists()
    assert run("backup", copy).code == ExitCode.DONE
    assert sorted(file.name for file in tmp_path.glob("copy*")) == ["copy.db", "copy.warc"]


KILLED_AT_STEP = """
import os, sys
from archiver.cli import main
step, copy = int(sys.argv[1]), sys.argv[3]
def count(event, arguments):
    global step
    if event in ("os.mkdir", "os.rename", "shutil.rmtree") and str(arguments[0]).startswith(copy.removesuffix(".db")):
        step -= 1
        if step < 0:
            os.kill(os.getpid(), 9)
sys.addaudithook(count)
main(sys.argv[2:])
"""


def killed_backup(copy: Path, archive: Path, step: int, *options: str) -> None:
    """Make a backup that is killed before it makes, renames or removes a folder or file for the step-th time."""
    arguments = ("backup", str(copy), "--archive", str(archive), *options)
    command = (sys.executable, "-c", KILLED_AT_STEP, str(step), *arguments)
    assert subprocess.run(command, check=False, timeout=60).returncode == -9


@pytest.mark.parametrize("steps", [(0,), (1,), (2,), (3,), (2, 0), (3, 0), (3, 1), (3, 2)], ids=str)
def test_killed_backup_can_be_made_again(
    run: Run, whole: Path, tmp_path: Path, steps: tuple[int, ...]
) -> None:
    copy = tmp_path / "copy.db"
    for step in steps:
        killed_backup(copy, whole, step)
        assert not copy.exists()
    done = run("backup", copy)

    assert done.code == ExitCode.DONE, done.err
    assert problems(copy) == []
    assert sorted(file.name for file in tmp_path.glob("copy*")) == ["copy.db", "copy.warc"]


@pytest.mark.parametrize("steps", [(0,), (1,), (2,), (3,), (4,), (2, 0), (3, 0), (3, 1), (3, 2)], ids=str)
def test_killed_backup_that_replaces_another_leaves_one_of_them(
    run: Run, whole: Path, tmp_path: Path, steps: tuple[int, ...]
) -> None:
    copy = tmp_path / "copy.db"
    assert run("backup", copy).code == ExitCode.DONE
    old = warc_directory(copy) / "crawl-000009-00001.warc.gz"
    old.write_bytes(b"")
    for step in steps:
        killed_backup(copy, whole, step, "--force")
    assert "copy.db is there already" in run("backup", copy).err
    assert problems(copy) == []
    assert old.exists() == (steps != (4,))

    assert run("backup", copy, "--force").code == ExitCode.DONE
    assert problems(copy) == []
    assert not old.exists()
    assert sorted(file.name for file in tmp_path.glob("copy*")) == ["copy.db", "copy.warc"]


def test_vacuum_gives_room_back_and_loses_nothing(run: Run, archive: Path) -> None:
    with closing(filled(archive, [FLOOD])) as connection, connection:
        connection.execute("CREATE TABLE scratch (bytes)")
        connection.executemany("INSERT INTO scratch VALUES (randomblob(?))", [(4000,)] * 500)
        connection.execute("DROP TABLE scratch")
    before = archive.stat().st_size
    done = run("vacuum", "--json")

    assert done.code == ExitCode.DONE, done.err
    told = json.loads(done.out)
    assert told["before"] >= before > 2_000_000
    assert told["after"] == archive.stat().st_size < 1_000_000
    assert not archive.with_name("archive.db-wal").exists()
    assert rows(archive, "SELECT headline FROM articles") == [(FLOOD.headline,)]
    assert FLOOD.headline in run("search", "bridge").out
    assert rows(archive, "PRAGMA integrity_check") == [("ok",)]
    assert "before" in run("vacuum").out


def test_vacuum_needs_room_and_no_other_writer(
    run: Run, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not exist" in run("vacuum").err
    with closing(filled(archive, [FLOOD])):
        assert run("vacuum").code == ExitCode.LOCKED
    monkeypatch.setattr(vacuum, "free_bytes", lambda path: 1000)
    full = run("vacuum")
    assert (full.code, "bytes for a while, and 1,000 are free" in full.err) == (ExitCode.DISK_FULL, True)


def test_vacuum_tells_of_a_reader_that_holds_the_old_content(archive: Path) -> None:
    filled(archive, [FLOOD]).close()
    with closing(read_archive(archive)) as reader, closing(open_archive(archive)) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM articles").fetchone()
        writer.execute("PRAGMA busy_timeout = 10")
        with pytest.raises(Exception, match="another program goes on reading it"):
            vacuum.reclaim(writer, archive)
        reader.rollback()
        vacuum.reclaim(writer, archive)


def test_backup_works_apart_from_the_archive(whole: Path, tmp_path: Path) -> None:
    """As cron runs it, with names relative to another directory."""
    done = run_apart("backup", "copy.db", "--archive", whole, folder=tmp_path)
    assert done.code == ExitCode.DONE, done.err
    assert (tmp_path / "copy.db").exists()
