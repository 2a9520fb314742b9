"""A story is forgotten only once its raw pages are gone too: a WARC file that is away, or comes back, is told of."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from commands import Run, runner
from conftest import crawl_of
from forgetting import files_with, is_sound, problems, rows, two_stories
from misbehaving import misbehaving

from archiver.errors import ExitCode
from db.raw_pages.warc_places import warc_directory

PATH = "2026/mayor-accused-zz"


@pytest.fixture(scope="module")
def crawled(
    fresh_processes: ProcessPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """Return an archive that was crawled once, and the address of a story in it."""
    path = tmp_path_factory.mktemp("crawled") / "archive.db"
    with misbehaving(two_stories()) as server:
        crawl_of(fresh_processes, path)(server.url)
        yield path, f"{server.url}{PATH}"


@pytest.fixture
def url(archive: Path, crawled: tuple[Path, str]) -> str:
    shutil.copytree(crawled[0].parent, archive.parent, dirs_exist_ok=True)
    return crawled[1]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, archive: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(archive))
    return runner(capsys)


def test_forgetting_is_not_finished_while_raw_pages_are_away(
    run: Run, archive: Path, url: str, tmp_path: Path
) -> None:
    pages, away = warc_directory(archive), tmp_path / "away"
    pages.rename(away)

    for command in (("forget", url, "--reason", "x", "--yes"), ("forget",), ("vacuum",)):
        done = run(*command)
        assert done.code == ExitCode.FAILED
        assert f"{pages / 'crawl-000001-00001.warc.gz'} is missing" in done.err
        assert "Forgotten" not in done.out
    assert run("search", "Quizzaciously").out == ""
    assert "not finished" in run("explain", url).out

    away.rename(pages)
    done = run("forget")
    assert (done.code, "1 story" in done.out) == (ExitCode.DONE, True), done.err
    assert files_with(archive, "zabernalistic") == []
    assert "not finished" not in run("explain", url).out
    assert rows(archive, "SELECT count(*) FROM forgetting_work") == [(0,)]
    assert problems(archive) == []
    assert is_sound(archive)


def test_raw_pages_that_are_lost_for_good_end_a_forgetting(run: Run, archive: Path, url: str) -> None:
    shutil.rmtree(warc_directory(archive))
    assert run("forget", url, "--reason", "x", "--yes").code == ExitCode.FAILED

    assert run("forget", "--lost").code == ExitCode.DONE
    assert "not finished" not in run("explain", url).out
    assert rows(archive, "SELECT count(*) FROM forgetting_work") == [(0,)]


def test_record_that_a_restored_file_brings_back_is_a_problem_and_goes(
    run: Run, archive: Path, url: str, tmp_path: Path
) -> None:
    copy = shutil.copytree(warc_directory(archive), tmp_path / "copy")
    assert run("forget", url, "--reason", "x", "--yes").code == ExitCode.DONE
    shutil.copytree(copy, warc_directory(archive), dirs_exist_ok=True)

    found = run("verify")
    assert found.code == ExitCode.FAILED
    assert f"2 records are of {url}, which was forgotten" in found.out
    assert run("forget", url).code == ExitCode.DONE
    assert files_with(archive, "zabernalistic") == []
    assert run("verify").code == ExitCode.DONE


def test_raw_pages_behind_a_link_go_where_they_are(run: Run, archive: Path, url: str, tmp_path: Path) -> None:
    (file,) = warc_directory(archive).iterdir()
    there = file.rename(tmp_path / file.name)
    file.symlink_to(there)
    assert run("forget", url, "--reason", "x", "--yes").code == ExitCode.DONE

    assert file.is_symlink()
    assert files_with(archive, "zabernalistic") == []
