"""Saved searches report what is new, once, also after a run that was killed."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, filled, visit
from commands import Run, on_terminal, runner

from archiver.errors import ExitCode
from archiver.items import Article, Outcome
from db.connection import open_archive
from db.searching.watches import look, watches
from db.store import record_visit

FERRY = article("ferry", "Ferry runs again", "The ferry crosses the river every hour.", language="en")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(path))
    return runner(capsys)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    filled(tmp_path / "archive.db", [FLOOD]).close()
    return tmp_path / "archive.db"


def store(path: Path, story: Article, **fields: Any) -> None:
    with closing(open_archive(path)) as writer:
        record_visit(writer, 1, visit(story, **fields))


def names(out: str) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in out.splitlines()]
    return [(line["watch"], line["article"]["url"].removeprefix(SOURCE)) for line in lines]


def test_new_articles_are_reported_once(run: Run, path: Path) -> None:
    assert run("watch", "add", "river", "river OR ferries").code == ExitCode.DONE
    assert run("watch", "run") == replace(run("watch", "run"), out="", err="")
    # An old date on the page makes it no older to the archive.
    store(path, replace(FERRY, date_published=NOON - 900 * DAY))
    assert names(run("watch", "run", "--json").out) == [("river", "ferry")]
    assert run("watch", "run").out == ""


def test_help_lists_no_dates(run: Run) -> None:
    told = run("watch", "add", "--help").out
    assert "--lang" in told
    assert "--since" not in told


def test_report_is_text_with_the_passage(run: Run, path: Path) -> None:
    run("watch", "add", "river", "ferries")
    store(path, FERRY)
    told = run("watch", "run", "river").out
    assert told.startswith("river: 1 new article for ferries\n")
    assert "The *ferry* crosses" in told
    assert f"{SOURCE}ferry" in told


def test_text_that_comes_to_match_is_new(run: Run, path: Path) -> None:
    run("watch", "add", "tunnel", "tunnel")
    store(path, FERRY)
    assert names(run("watch", "run", "--json").out) == []
    changed = replace(FERRY, body="A tunnel will replace the ferry.")
    store(path, changed, outcome=Outcome.CHANGED, article_id=2, fetched=NOON + DAY)
    assert names(run("watch", "run", "--json").out) == [("tunnel", "ferry")]
    again = replace(FERRY, body="A tunnel will replace the ferry, and soon.")
    store(path, again, outcome=Outcome.CHANGED, article_id=2, fetched=NOON + 2 * DAY)
    assert names(run("watch", "run", "--json").out) == []


def test_all_reports_what_was_there_before(run: Run, path: Path) -> None:
    with closing(open_archive(path)) as writer, writer:
        writer.execute("DELETE FROM change_log")  # as of an archive older than the log
    run("watch", "add", "bridge", "bridges", "--all")
    assert names(run("watch", "run", "--json").out) == [("bridge", "flood")]
    assert names(run("watch", "run", "--json").out) == []


def test_filters_of_a_watch_hold(run: Run, path: Path) -> None:
    run("watch", "add", "french", "ferry", "--lang", "fr")
    run("watch", "add", "english", "ferry", "--lang", "en")
    store(path, FERRY)
    assert names(run("watch", "run", "--json").out) == [("english", "ferry")]
    listed = [json.loads(line) for line in run("watch", "list", "--json").out.splitlines()]
    assert [(one["name"], one["reported"]) for one in listed] == [("english", 1), ("french", 0)]


def test_killed_run_loses_nothing_and_says_so(run: Run, path: Path) -> None:
    run("watch", "add", "river", "ferry")
    store(path, FERRY)
    with closing(open_archive(path)) as writer:  # killed before its report came to its end
        (watch,) = watches(writer)
        assert len(look(writer, watch, NOON).hits) == 1
    told = run("watch", "run")
    assert "1 of them may have been shown before" in told.out
    assert "Ferry runs again" in told.out
    assert run("watch", "run").out == ""


def test_feed_has_the_latest_and_stays_as_it_is_if_nothing_is_new(
    run: Run, path: Path, tmp_path: Path
) -> None:
    feed = tmp_path / "river.xml"
    run("watch", "add", "river", "ferry")
    store(path, replace(FERRY, headline="Ferry <b>& tunnel"))
    assert run("watch", "run", "--rss", feed).out == ""
    items = ElementTree.parse(feed).findall("channel/item")
    assert [item.findtext("title") for item in items] == ["Ferry <b>& tunnel"]
    assert [item.findtext("link") for item in items] == [f"{SOURCE}ferry"]
    before = feed.stat().st_mtime_ns
    run("watch", "run", "--rss", feed)
    assert feed.stat().st_mtime_ns == before


def test_removed_watch_is_gone(run: Run, path: Path) -> None:
    run("watch", "add", "river", "ferry")
    store(path, FERRY)
    run("watch", "run")
    assert run("watch", "remove", "river").code == ExitCode.DONE
    assert "There is no watch yet" in run("watch", "list").err
    assert (run("watch", "run").err, run("watch", "run").out) == ("", "")  # for cron
    assert "There is no watch yet" in on_terminal("watch", "run", "-a", path)
    with closing(sqlite3.connect(path)) as archive:
        assert archive.execute("SELECT count(*) FROM watch_hits").fetchone() == (0,)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("add", "river", "ferry"), ExitCode.USAGE, "a watch 'river' already"),
        (("add", " ", "ferry"), ExitCode.USAGE, "needs a name"),
        (("add", "--", "x", "-ferry"), ExitCode.USAGE, "only leaves articles out"),
        (("add", "x", "..."), ExitCode.USAGE, "nothing to search for"),
        (("add", "x", "ferry in:headlines"), ExitCode.USAGE, "leave in:headlines out"),
        (("add", "x", "ferry", "--since", "2026"), ExitCode.USAGE, "no such option '--since'"),
        (("add", "x", "ferry", "--source", "far.example"), ExitCode.USAGE, "no source 'far.example'"),
        (("add", "x", "ferry source:far.example"), ExitCode.USAGE, "no source 'far.example'"),
        (("run", "sea"), ExitCode.USAGE, "no watch 'sea'; there are: river"),
        (("remove", "sea"), ExitCode.USAGE, "no watch 'sea'"),
        (("run", "--json", "--rss", "x.xml"), ExitCode.USAGE, "choose one of them"),
        (("run", "--rss", "archive.db"), ExitCode.FAILED, "belongs to the archive"),
    ],
)
def test_bad_input_gets_one_line(
    run: Run,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: ExitCode,
    message: str,
) -> None:
    monkeypatch.chdir(path.parent)
    run("watch", "add", "river", "ferry")
    result = run("watch", *arguments)
    assert (result.code, message in result.err, result.err.count("\n")) == (code, True, 1), result.err


def test_forgotten_article_leaves_no_trace_in_watches(run: Run, path: Path) -> None:
    run("watch", "add", "river", "ferry", "--all")
    store(path, FERRY)
    run("watch", "run")
    assert run("forget", f"{SOURCE}ferry", "--reason", "x", "--yes").code == ExitCode.DONE
    with closing(sqlite3.connect(path)) as archive:
        assert archive.execute("SELECT count(*) FROM watch_hits").fetchone() == (0,)
    assert run("watch", "run").out == ""
