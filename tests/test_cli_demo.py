"""archiver demo: the first thing that a new user runs."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest
from archives import FLOOD, filled
from commands import PROGRAM, Result, run_apart

from archiver.sample import serve


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def runs(folder: Path) -> Mapping[str, Result]:
    """Run the demo three times, the third time from elsewhere."""
    return {
        "first": run_apart("demo", "--port", "0", folder=folder),
        "second": run_apart("demo", folder=folder),
        "third": run_apart("demo", "--directory", folder, folder=folder.parent),
    }


def address(result: Result) -> str:
    found = re.search(r"is served at (http://127\.0\.0\.1:\d+/)", result.out)
    assert found is not None, result
    return found[1]


def advice(result: Result) -> list[list[str]]:
    """Return the arguments of the commands to try next."""
    lines = result.out.partition("Try next\n")[2].splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("  ")]


def test_first_run_archives_the_newspaper_and_says_what(runs: Mapping[str, Result], folder: Path) -> None:
    first = runs["first"]

    assert (first.code, first.err) == (0, "")
    assert re.search(r"Archived \d\d new articles\.", first.out)
    assert "gone" in first.out
    assert "second edition by then" in first.out
    assert (folder / "archive.db").exists()


def test_second_run_at_the_same_address_tells_what_is_new_changed_gone_and_unchanged(
    runs: Mapping[str, Result],
) -> None:
    second = runs["second"]

    assert (second.code, second.err) == (0, "")
    assert address(second) == address(runs["first"])
    story = second.out.partition("What became of the stories since the last crawl\n")[2]
    assert re.search(r"^  new        .*[Tt]ide gauge", story, re.MULTILINE)
    assert re.search(r"^  changed    .*\(version 2\)$", story, re.MULTILINE)
    assert re.search(r"^  gone       .*the archive keeps it$", story, re.MULTILINE)
    assert re.search(r"^  unchanged  \d+ pages", story, re.MULTILINE)


def test_third_run_finds_nothing_new_and_calls_nothing_gone_again(runs: Mapping[str, Result]) -> None:
    assert runs["third"].code == 0
    assert "Nothing new: no story was added, none has changed." in runs["third"].out
    assert "\n  gone  " not in runs["third"].out


@pytest.mark.parametrize("name", ["second", "third"])
def test_what_is_said_of_the_pages_agrees_with_the_table(runs: Mapping[str, Result], name: str) -> None:
    out = runs[name].out
    row = next(line.split() for line in out.splitlines() if line.startswith("127.0.0.1"))

    assert re.search(rf"^  unchanged  {row[5]} pages: ", out, re.MULTILINE)
    assert re.search(rf"^  duplicate  {row[6]} page: ", out, re.MULTILINE)


@pytest.mark.parametrize("name", ["first", "second"])
def test_commands_to_try_next_work_and_show_something(
    runs: Mapping[str, Result], folder: Path, name: str
) -> None:
    commands = advice(runs[name])

    assert len(commands) == 3
    for arguments in commands:
        result = run_apart(*arguments, folder=folder)
        assert result.code == 0
        assert len(result.out + result.err) > 30, arguments
        assert "No article matches" not in result.err


def test_demo_elsewhere_gives_commands_that_name_its_archive(
    runs: Mapping[str, Result], folder: Path
) -> None:
    archive = str(folder / "archive.db")

    assert [arguments[-2:] for arguments in advice(runs["third"])] == [["--archive", archive]] * 3


def test_port_that_another_program_took_is_named(runs: Mapping[str, Result], folder: Path) -> None:
    port = int(address(runs["third"]).rpartition(":")[2].rstrip("/"))
    with serve(port):
        result = run_apart("demo", folder=folder)

    assert result.code == 1
    assert re.fullmatch(rf"archiver: archive\.db knows the newspaper at port {port}, which .*\n", result.err)


def test_other_port_than_before_is_refused(runs: Mapping[str, Result], folder: Path) -> None:
    result = run_apart("demo", "--port", "1", folder=folder)

    assert result.code == 1
    assert "leave --port out" in result.err


def test_archive_of_other_sites_is_left_alone(tmp_path: Path) -> None:
    filled(tmp_path / "archive.db", [FLOOD]).close()

    result = run_apart("demo", folder=tmp_path)

    assert result.code == 1
    assert result.err.startswith("archiver: archive.db holds other sites (news.example)")


def test_program_is_where_the_advice_says(runs: Mapping[str, Result]) -> None:
    line = next(line for line in runs["first"].out.splitlines() if " search " in line)

    assert shlex.split(line)[0] in ("archiver", PROGRAM)
