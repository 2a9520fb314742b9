"""A crawl leaves some room on the disk; one that fills up all the same ends it in order."""

import gzip
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archives import FLOOD, NOON, filled, response
from commands import PROGRAM, Result, run_apart
from misbehaving import Answer, answer, misbehaving, story

from archiver.errors import DiskFullError, ExitCode
from archiver.items import RawResponse
from db.connection import open_archive, read_archive
from db.disk import file_system, require_room
from db.export import Form, Request, What, export
from db.export.request import FOLDERS
from db.raw_pages.warc import WarcWriter, read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory

FAST = ("--delay", "0", "--set", "AUTOTHROTTLE_ENABLED=False", "--set", "SPLIT_WORKERS=1")


def noise() -> list[str]:
    """Return paragraphs that no compressor makes small, so that the archive grows with every page."""
    return [f"It {' '.join(os.urandom(3).hex() for _ in range(30))} was said." for _ in range(120)]


STORIES: dict[str, Answer] = {
    f"/{number}": answer(story(f"Story {number}", *noise())) for number in range(60)
}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 6 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system to fill can be mounted by root on Linux only")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)


def crawl(url: str, archive: Path, least: int, *options: str) -> Result:
    return run_apart("crawl", url, *FAST, "--quiet", "-a", archive, "--set", f"LEAST_DISK={least}", *options)


def assert_sound(archive: Path) -> int:
    """Check rows, index and WARC files; return the number of articles."""
    with closing(sqlite3.connect(archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
        rows = connection.execute(
            "SELECT warc_file, warc_offset, warc_length FROM captures WHERE warc_file IS NOT NULL"
        ).fetchall()
        (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    for file, offset, length in rows:
        read_capture(warc_directory(archive), WarcPlace(file=file, offset=offset, length=length))
    for path in warc_directory(archive).glob("*.gz"):
        gzip.decompress(path.read_bytes())
    return int(articles)


def test_crawl_does_not_begin_without_room(archive: Path) -> None:
    result = crawl("http://127.0.0.1:9/", archive, 900_000_000)

    assert (result.code, result.out) == (ExitCode.DISK_FULL, "")
    assert result.err.startswith(f"archiver: {archive}: the file system {file_system(archive)} has ")
    assert "900,000,000 MB alone (LEAST_DISK): free some space" in result.err
    assert not archive.exists()


def test_crawl_ends_in_order_before_the_disk_is_full_and_goes_on_with_room(small_disk: Path) -> None:
    archive = small_disk / "archive.db"
    with misbehaving(STORIES) as server:
        first = crawl(server.url, archive, 4)
        before = assert_sound(archive)
        asked = len(server.asked)
        with closing(read_archive(archive)) as connection:
            states = [state for (state,) in connection.execute("SELECT state FROM crawls")]
        enlarge(small_disk)
        second = crawl(server.url, archive, 4)

    assert (first.code, first.out) == (ExitCode.DISK_FULL, "")
    # How much the pages under way still took depends on how busy the machine is.
    assert re.match(rf"archiver: {archive}: the file system {small_disk} has [0-3] MB left, ", first.err)
    assert first.err.count("\n") == 1
    assert states == ["failed"]
    assert 0 < before < len(STORIES)
    assert asked < len(STORIES)
    assert (second.code, second.err) == (0, "")
    assert assert_sound(archive) == len(STORIES)


@pytest.mark.parametrize("log", [False, True])
def test_disk_that_fills_up_ends_the_crawl_with_a_sound_archive(small_disk: Path, log: bool) -> None:
    archive = small_disk / "archive.db"
    options = ("--log-file", str(small_disk / "crawl.log")) if log else ()
    with misbehaving(STORIES) as server:
        first = crawl(server.url, archive, 0, *options)
        before = assert_sound(archive)
        enlarge(small_disk)
        second = crawl(server.url, archive, 0, *options)

    assert (first.code, first.out) == (ExitCode.DISK_FULL, "")
    assert "cannot be written: the disk is full, file system " in first.err
    assert f"file system {small_disk}, 0 MB left" in first.err
    assert first.err.count("\n") == 1
    assert 0 < before < len(STORIES)
    assert (second.code, second.err) == (0, "")
    assert assert_sound(archive) == len(STORIES)


@pytest.mark.parametrize("room", [0, 4096, 65536])
def test_new_archive_on_a_full_disk_is_refused_in_one_line(small_disk: Path, room: int) -> None:
    fill(small_disk, room)

    result = crawl("http://127.0.0.1:9/", small_disk / "archive.db", 0)

    assert (result.code, result.out) == (ExitCode.DISK_FULL, "")
    assert result.err.count("\n") == 1
    (small_disk / "filling").unlink()
    open_archive(small_disk / "archive.db").close()


def test_warc_file_is_as_before_where_a_record_found_no_room(small_disk: Path) -> None:
    with WarcWriter(small_disk / "archive.warc", 1) as warc:
        warc.append("https://news.example/1", NOON, response())
        (file,) = (small_disk / "archive.warc").iterdir()
        before = file.read_bytes()
        large = RawResponse(status=200, headers=(), body=os.urandom(8_000_000))
        with pytest.raises(DiskFullError, match=f"file system {small_disk}"):
            warc.append("https://news.example/2", NOON, large)
        assert file.read_bytes() == before
        warc.append("https://news.example/3", NOON, response())


def test_no_warc_file_is_begun_without_room(small_disk: Path) -> None:
    fill(small_disk, 0)
    with WarcWriter(small_disk, 1) as warc, pytest.raises(DiskFullError):
        warc.append("https://news.example/1", NOON, response())

    assert [path.name for path in small_disk.iterdir()] == ["filling"]


@pytest.mark.parametrize(
    ("form", "room"), [*((form, 0) for form in Form), (Form.CSV, 12), (Form.SQLITE, 100_000)]
)
def test_export_without_room_says_where_and_leaves_the_earlier_one(
    archive: Path, small_disk: Path, form: Form, room: int
) -> None:
    if form in (Form.PARQUET, Form.DATASET):
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow: pip install '.[parquet]'")
    filled(archive, (FLOOD,)).close()
    target = small_disk / "out"
    target.mkdir() if form in FOLDERS else target.write_text("[]")
    fill(small_disk, room)
    before = sorted(small_disk.rglob("*"))

    what = What.LINKS if form is Form.GRAPHML else What.ARTICLES
    with pytest.raises(DiskFullError) as raised:
        export(archive, Request(form=form, what=what), target)

    assert str(raised.value) == (
        f"{target} cannot be written: the disk is full, file system {small_disk}; what stood there is as it was: "
        "free some space and run the same command again"
    )
    assert sorted(small_disk.rglob("*")) == before
    assert form in FOLDERS or target.read_text() == "[]"


@pytest.mark.parametrize("room", [0, 100_000])
def test_no_archive_is_begun_without_room(small_disk: Path, room: int) -> None:
    fill(small_disk, room)
    with pytest.raises(DiskFullError):
        open_archive(small_disk / "archive.db")

    assert not (small_disk / "archive.db").exists()


def test_room_is_asked_of_the_file_system_that_a_path_will_lie_on(tmp_path: Path) -> None:
    require_room(tmp_path / "not" / "yet", 1)
    require_room(tmp_path / "not" / "yet", 0)
    with pytest.raises(DiskFullError):
        require_room(tmp_path / "not" / "yet", 10**9)


def test_limit_of_a_file_s_size_is_told_from_a_full_disk(tmp_path: Path) -> None:
    limited = 'ulimit -f "$1" && shift && exec "$0" "$@"'
    with misbehaving(STORIES) as server:
        done = subprocess.run(
            ["bash", "-c", limited, PROGRAM, "2048", "crawl", server.url, *FAST, "--quiet"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stdout) == (ExitCode.DISK_FULL, "")
    assert "cannot be written: no file may have more than 2 MB here (ulimit -f)" in done.stderr
    assert_sound(tmp_path / "archive.db")


def fill(disk: Path, room: int) -> None:
    """Write a file that leaves so many bytes."""
    state = os.statvfs(disk)
    with (disk / "filling").open("wb") as file:
        file.write(bytes(state.f_bavail * state.f_frsize - room))
