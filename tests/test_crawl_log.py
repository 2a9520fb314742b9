"""The log of a crawl tells people and programs what happened, and never grows for ever."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import Result, run_apart
from misbehaving import Server, answer, misbehaving, story

from archiver.errors import ExitCode
from db.connection import open_archive

FAST = ("--delay", "0", "--set", "AUTOTHROTTLE_ENABLED=False")
MEGABYTE = 2**20
PAGES = {
    "/flood": answer(story("Flood closes \x1b[31mthe bridge — again")),
    "/gone": answer(b"", "404 Not Found"),
}


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving(PAGES) as server:
        yield server


def crawl(server: Server, folder: Path, *options: object) -> Result:
    return run_apart("crawl", server.url, *FAST, *options, folder=folder)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_of_a_json_log_is_an_event(server: Server, tmp_path: Path) -> None:
    result = crawl(server, tmp_path, "--quiet", "--log-json", "--log-file", "crawl.log")
    text = (tmp_path / "crawl.log").read_text("ascii")
    told = events(text)

    assert (result.code, result.out, result.err) == (0, "", "")
    names = [event["event"] for event in told]
    assert names.count("crawl_began") == names.count("crawl_ended") == names.count("source_ended") == 1
    pages = {
        event["url"].removeprefix(server.url): event for event in told if event["event"] == "page_visited"
    }
    assert pages["flood"]["outcome"] == "stored"
    assert pages["flood"]["bytes"] == len(story("Flood closes \x1b[31mthe bridge — again"))
    assert 0 <= pages["flood"]["seconds"] < 30
    assert (pages["gone"]["status"], pages["gone"]["detail"]) == (404, "HTTP status 404")
    (listing,) = [event for event in told if event["event"] == "listing_read"]
    assert (listing["found_by"], listing["addresses"]) == ("feed", 2)
    (end,) = [event for event in told if event["event"] == "source_ended"]
    assert end["counts"] == {"listing": 2, "stored": 1, "gone": 1}
    assert [event["state"] for event in told if event["event"] == "crawl_ended"] == ["done"]
    assert any(event["event"] == "log" and event["logger"].startswith("scrapy") for event in told)
    assert all(event["time"].endswith("Z") and event["level"] == "info" for event in told)
    assert "\x1b" not in text


def test_json_log_without_a_file_is_all_that_stands_on_standard_error(server: Server, tmp_path: Path) -> None:
    result = crawl(server, tmp_path, "--log-json")

    assert "Archived 1 new article." in result.out
    assert [event["event"] for event in events(result.err)][-1] == "crawl_ended"


def test_quiet_json_log_without_a_file_has_errors_only(server: Server, tmp_path: Path) -> None:
    good = crawl(server, tmp_path, "--log-json", "--quiet")
    bad = run_apart("crawl", "http://127.0.0.1:9/", *FAST, "--log-json", "--quiet", folder=tmp_path)
    refused = crawl(server, tmp_path, "--log-json", "-q", "-a", "no/such/x.db")

    assert (good.code, good.err) == (0, "")
    (event,) = events(bad.err)
    assert bad.code == ExitCode.NOTHING_FETCHED
    assert event["event"] == "error"
    assert event["message"].startswith("no page of any site could be fetched")
    (event,) = events(refused.err)
    assert (refused.code, event["level"]) == (1, "error")
    assert event["message"] == "no/such/x.db cannot be made: there is no directory no/such"


def test_log_tells_people_of_beginning_and_end(server: Server, tmp_path: Path) -> None:
    crawl(server, tmp_path, "--log-file", "crawl.log")
    text = (tmp_path / "crawl.log").read_text()

    assert f"INFO: Crawl 1 of {server.url} begins\n" in text
    assert f"INFO: stored {server.url}flood\n" in text
    assert f"INFO: {server.url} ended: " in text
    assert text.endswith(": done\n")


def test_large_log_is_set_aside_and_only_a_few_are_kept(server: Server, tmp_path: Path) -> None:
    log = tmp_path / "crawl.log"
    for number in range(4):
        log.write_text(f"run {number}\n" + "x" * MEGABYTE)
        result = crawl(
            server, tmp_path, "-q", "--log-file", log, "--set", "LOG_FILE_SIZE=1", "--set", "LOG_FILE_COUNT=2"
        )
        assert (result.code, result.err) == (0, "")

    assert {path.name for path in tmp_path.glob("crawl.log*")} == {"crawl.log", "crawl.log.1", "crawl.log.2"}
    assert [path.read_text()[:6] for path in (tmp_path / "crawl.log.1", tmp_path / "crawl.log.2")] == [
        "run 3\n",
        "run 2\n",
    ]
    assert log.read_text().count(" begins\n") == 1


def test_log_that_cannot_be_set_aside_grows_on(server: Server, tmp_path: Path) -> None:
    (tmp_path / "crawl.log").write_text("x" * MEGABYTE)
    (tmp_path / "crawl.log.1" / "taken").mkdir(parents=True)
    result = crawl(server, tmp_path, "-q", "--log-file", "crawl.log", "--set", "LOG_FILE_SIZE=1")

    assert (result.code, result.err) == (0, "")
    assert (tmp_path / "crawl.log").read_text().endswith(": done\n")


def test_crawl_refused_because_of_another_leaves_that_ones_log_alone(server: Server, tmp_path: Path) -> None:
    log = tmp_path / "crawl.log"
    log.write_text("x" * MEGABYTE)
    archive = open_archive(tmp_path / "archive.db")
    result = crawl(server, tmp_path, "-q", "--log-file", log, "--set", "LOG_FILE_SIZE=1")
    archive.close()

    assert result.code == ExitCode.LOCKED
    assert log.stat().st_size == MEGABYTE
    assert not (tmp_path / "crawl.log.1").exists()
