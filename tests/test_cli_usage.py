"""The command as a whole: help, version, and one line for whatever goes wrong."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from archives import FLOOD, filled
from commands import PROGRAM, SECONDS, Run, run_apart, runner
from conftest import as_another_user
from misbehaving import story

from archiver import __version__
from archiver.cli.listing import SUMMARIES, Later


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_version(run: Run) -> None:
    assert run("--version").out == f"archiver {__version__}\n"


def test_package_runs_as_the_command_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archiver", "--version"], check=True, capture_output=True, timeout=SECONDS
    )

    assert done.stdout.decode() == f"archiver {__version__}\n"


def test_help_names_every_command_in_the_order_of_a_first_session(run: Run) -> None:
    text = run("--help").out

    listed = text.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == list(SUMMARIES)
    assert "..." not in listed


@pytest.mark.parametrize("name", SUMMARIES)
def test_command_is_found_under_the_name_in_the_list(name: str) -> None:
    assert Later(name).load().name == name


@pytest.mark.parametrize("name", SUMMARIES)
def test_help_of_every_command_has_an_example(run: Run, name: str) -> None:
    result = run(name, "--help")

    assert result.code == 0
    assert f"archiver {name}" in result.out.partition("\n")[2]
    assert max(map(len, result.out.splitlines())) <= 80


def test_command_alone_shows_help(run: Run) -> None:
    result = run()

    assert result.code == 2
    assert "archiver demo" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frob"], "no such command 'frob'"),
        (["search"], "missing argument 'WORDS...'"),
        (["search", "x", "--lnag", "fr"], "no such option '--lnag'"),
        (["search", "x", "--limit", "0"], "invalid value for '--limit'"),
        (["export", "--format", "xml"], "'xml' is not one of 'jsonl', 'csv'"),
        (["crawl", "https://news.example/", "--delay", "-1"], "invalid value for '--delay'"),
        (["crawl", "https://news.example/", "--revisit-after", "soon"], "'soon' is no duration"),
        (["crawl", "https://news.example/", "--set", "NO_SUCH=1"], "there is no setting 'NO_SUCH' to set"),
        (["crawl", "https://news.example/", "--set", "DOWNLOAD_DELAY=long"], "its default is 1.0"),
        (["crawl", "https://news.example/", "--set", "SPLIT_WORKERS=0"], "its default is 2"),
        (
            ["crawl", "https://news.example/", "--set", "ITEM_PIPELINES={}"],
            "is set in a file: see docs/extending.md",
        ),
        (["crawl", "https://news.example/", "--log-file", "/no/such/crawl.log"], "cannot be written"),
        (["crawl", "https://news.example/", "--sources", "sources.toml"], "not both"),
        (["search", " ", "-a", "{empty}"], "nothing to search for"),
        (["search", "-a", "{empty}", "--", "-bridge"], "add a word to look for"),
        (["export", "-a", "{empty}", "--", "-bridge"], "add a word to look for"),
        (["export", "", "-a", "{empty}"], "nothing to search for"),
        (["search", "x", "--limit", "9" * 21], "not in the range 1<=x<=1000000"),
        (["stats", "--days", "9" * 21], "not in the range 1<=x<=1000000"),
        (["search", "x", "--limit", "few"], "'few' is no whole number"),
        (["diff", "1", "first"], "'first' is no whole number"),
        (["crawl", "https://news.example/", "--delay", "long"], "'long' is no number of seconds"),
        (["stats", "--failed", "--limit", "9" * 21], "not in the range 1<=x<=1000000"),
        (["stats", "--limit", "5", "-a", "{empty}"], "add --failed"),
        (["stats", "--source", "news.example", "-a", "{empty}"], "add --failed"),
        (["stats", "--failed", "--source", "no.example", "-a", "{empty}"], "has no source 'no.example'"),
        (
            ["search", "x", "--lang", "fr", "-l", "en"],
            "--lang is given more than once: leave all but one out",
        ),
        (["export", "-s", "a.example", "-s", "b.example"], "--source is given more than once"),
        (["show", "", "-a", "{empty}"], "no article is named: give its id or its address"),
        (["history", " ", "-a", "{empty}"], "no article is named"),
        (["related", "", "-a", "{empty}"], "no article is named"),
        (["duplicates", "", "-a", "{empty}"], "no article is named"),
        (["search", "x", "--author", ""], "'--author': is empty"),
        (["search", "x", "--lang", " "], ": is empty: give a value"),
        (["export", "--source", ""], ": is empty: give a value"),
        (["stats", "--failed", "--source", ""], ": is empty: give a value"),
        (["search", "x", "--since", "2026-11-02", "--until", "2026-11-01"], "is later than --until"),
        (["export", "--since", "2026-12", "--until", "2026-11"], "is later than --until"),
        (["crawl", "not a url"], "'not a url' is no address of a site"),
        (["crawl", "ftp://x/"], "'ftp://x/' is no address of a site"),
        (["crawl", ""], "'' is no address of a site"),
        (["crawl", "sources.toml"], "sources.toml is no site: --sources sources.toml crawls"),
        (["crawl", "https://news.example/", "--delay", "nan"], "'nan' is no number of seconds"),
        (["crawl", "https://news.example/", "--delay", "inf"], "not in the range 0<=x<=86400"),
        (["crawl", "https://news.example/", "--budget", "9" * 21], "not in the range 1<=x<=1000000"),
        (["crawl", "https://news.example/", "--revisit-after", "nan"], "'nan' is no duration"),
        (["crawl", "https://news.example/", "--revisit-after", "inf"], "'inf' is no duration"),
        (["crawl", "https://news.example/", "--revisit-after", "-5s"], "'-5s' is no duration"),
        (["crawl", "https://news.example/", "--set", "REVISIT_AFTER=9999999999"], "its default is -1"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    run: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    filled(tmp_path / "empty.db", ()).close()

    result = run(*(argument.replace("{empty}", str(tmp_path / "empty.db")) for argument in arguments))

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("archiver: ")
    assert message in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("command", [["search", "x"], ["show", "1"], ["stats"], ["export"]])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "does not exist: run `archiver crawl"),
        (lambda path: path.write_text("not a database at all, but long enough"), "file is not a database"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: sqlite3.connect(path).execute("CREATE TABLE t(x)"), "of another program"),
    ],
)
def test_archive_that_is_none_is_one_line_and_exit_code_1(  # type: ignore[no-untyped-def]
    run: Run, tmp_path: Path, command: list[str], make, message: str
) -> None:
    make(tmp_path / "archive.db")

    result = run(*command, "-a", tmp_path / "archive.db")

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"archiver: {tmp_path}/archive.db ")
    assert message in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "command", [["--help"], ["search", "bridge", "--json"], ["stats"], ["export"], ["parse", "page.html"]]
)
def test_full_disk_behind_standard_output_is_one_line_and_exit_code_5(
    tmp_path: Path, command: list[str]
) -> None:
    filled(tmp_path / "archive.db", [FLOOD]).close()
    (tmp_path / "page.html").write_bytes(story())

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [PROGRAM, *command],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            timeout=SECONDS,
        )

    assert done.returncode == 5
    assert done.stderr.decode() == (
        "archiver: standard output cannot be written: the disk is full: "
        "free some space and run the same command again\n"
    )


def test_one_day_may_be_the_first_and_the_last(run: Run, tmp_path: Path) -> None:
    filled(tmp_path / "one.db", [FLOOD]).close()

    result = run("export", "--since", "2026-11-19", "--until", "2026-11-19", "-a", tmp_path / "one.db")

    assert (result.code, result.out.count("\n")) == (0, 1)


@pytest.mark.parametrize(
    "command",
    [("reparse",), ("reparse", "--dry-run"), ("duplicates", "--rebuild"), ("vacuum",), ("reindex",)],
)
def test_empty_file_is_made_no_archive_by_what_works_on_one(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()

    result = run(*command, "-a", empty)

    assert (result.code, result.err) == (
        1,
        f"archiver: {empty} is empty: run `archiver crawl ADDRESS` first\n",
    )
    assert empty.stat().st_size == 0


@pytest.mark.parametrize("command", [("reindex",), ("watch", "add", "a", "b"), ("reparse",)])
def test_folder_that_may_not_be_written_to_is_said_to_be_what_stands_in_the_way(
    run: Run, open_directory: Path, command: tuple[str, ...]
) -> None:
    filled(open_directory / "own.db", ()).close()
    open_directory.chmod(0o555)
    with as_another_user():
        result = run(*command, "-a", open_directory / "own.db")

    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "its folder must be one that you may write to" in result.err


def test_shell_completion_knows_the_commands() -> None:
    result = run_apart(_ARCHIVER_COMPLETE="bash_complete", COMP_WORDS="archiver s", COMP_CWORD="1")

    assert [line.partition(",")[2] for line in result.out.splitlines()] == [
        "source",
        "schedule",
        "search",
        "show",
        "status",
        "stats",
        "serve",
    ]
    assert os.environ.get("_ARCHIVER_COMPLETE") is None
