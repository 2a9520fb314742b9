"""An export of what is new since the last one of its name loses nothing, repeats nothing, and asks no clock."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, filled, link, visit
from commands import Run, runner

from archiver.errors import ExitCode, ExportError, ExportRequestError, LockedError
from archiver.items import Article, Image, Outcome, Split
from db.connection import open_archive
from db.export import Form, Request, What, export
from db.export import run as run_module
from db.export.positions import held_name
from db.export.targets import manifest_of
from db.searching.filters import Filters
from db.store import record_visit

RICH = replace(FLOOD, images=(Image(url=f"{SOURCE}1.jpg", caption="The bridge"),))
DAM = article("dam", "Minister visits the dam", "The minister spoke of the river.", language="fr")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Connection]:
    """An archive of two articles that a crawl holds open, as it does while exports run."""
    with closing(filled(tmp_path / "archive.db", (RICH, DAM))) as connection:
        yield connection


@pytest.fixture
def path(writer: Connection, tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(tmp_path / "archive.db"))
    return runner(capsys)


def news(path: Path, name: str = "weekly", **request: object) -> list[object]:
    """Return the ids, or headlines of links, that the next export of a name holds."""
    out = path.with_name("out.jsonl")
    export(path, Request(since_last=name, replace=True, **request), out)  # type: ignore[arg-type] # tests name its fields
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return [row["headline"] if "page_url" in row else row["id"] for row in rows]


def removed(path: Path) -> list[int]:
    found: list[int] = json.loads(manifest_of(path.with_name("out.jsonl")).read_text())["since_last"][
        "removed"
    ]
    return found


def seen_again(writer: Connection, story: Article, number: int = 1, **fields: object) -> None:
    plain = visit(story, outcome=Outcome.UNCHANGED, article_id=number, fetched=NOON + DAY)
    record_visit(writer, 1, replace(plain, **fields))  # type: ignore[arg-type] # tests name its fields


def test_first_export_holds_all_and_the_next_only_what_is_new(path: Path, writer: Connection) -> None:
    assert news(path) == [1, 2]
    assert news(path) == []
    record_visit(writer, 1, visit(article("new", "New", "Text.")))
    assert news(path) == [3]
    assert news(path) == []
    assert news(path, "other") == [1, 2, 3]


@pytest.mark.parametrize(
    "changed",
    [
        replace(RICH, headline="Flood closes two bridges"),
        replace(RICH, body="Other text."),
        replace(RICH, authors=("Zoe",)),
        replace(RICH, lead="Other lead."),
    ],
)
def test_changed_article_comes_again(path: Path, writer: Connection, changed: Article) -> None:
    news(path)
    seen_again(writer, changed, outcome=Outcome.CHANGED)
    assert news(path) == [1]
    assert news(path) == []


@pytest.mark.parametrize(
    "described",
    [
        replace(RICH, images=(Image(url=f"{SOURCE}2.jpg"),)),
        replace(RICH, images=()),
        replace(RICH, keywords=("water",)),
        replace(RICH, section="City"),
    ],
)
def test_article_comes_again_with_what_stands_beside_its_text(
    path: Path, writer: Connection, described: Article
) -> None:
    news(path)
    seen_again(writer, described)
    assert news(path) == [1]


def test_article_that_was_only_seen_again_does_not_come(path: Path, writer: Connection) -> None:
    news(path)
    seen_again(writer, RICH)
    seen_again(writer, RICH, fetched=NOON + 2 * DAY)
    assert news(path) == []


def test_clock_that_goes_back_loses_nothing(path: Path, writer: Connection) -> None:
    news(path)
    record_visit(writer, 1, visit(article("old", "Old", "Text."), fetched=NOON - 900 * DAY))
    assert news(path) == [3]


def test_links_come_once_wherever_they_move_on_their_page(path: Path, writer: Connection) -> None:
    def show(day: int, *names: str) -> None:
        links = [link(name, f"Headline {name}", place) for place, name in enumerate(names)]
        record_visit(writer, 1, visit(None, links, url=f"{SOURCE}front", fetched=NOON + day * DAY))

    show(0, "a", "b")
    assert news(path, what=What.LINKS) == ["Headline a", "Headline b"]
    show(1, "b", "a")
    assert news(path, what=What.LINKS) == []
    show(2, "c", "a")
    assert news(path, what=What.LINKS) == ["Headline c"]


def test_words_and_filters_hold_for_what_is_new(path: Path, writer: Connection) -> None:
    only = Filters(language="fr")
    assert news(path, words="river", filters=only) == [2]
    record_visit(writer, 1, visit(article("de", "Fluss", "river", language="de")))
    record_visit(writer, 1, visit(article("fr", "Fleuve", "river", language="fr")))
    assert news(path, words="river", filters=only) == [4]


def test_name_stands_for_one_query(path: Path) -> None:
    news(path)
    with pytest.raises(ExportRequestError, match="ask for the same, or take another name"):
        news(path, filters=Filters(language="fr"))
    assert news(path) == []


def test_new_copies_are_left_out_by_distinct(path: Path, writer: Connection) -> None:
    text = " ".join(f"word{number}" for number in range(60))
    distinct = Filters(distinct=True)
    record_visit(writer, 1, visit(article("first", "First", text)))
    assert news(path, filters=distinct) == [1, 2, 3]
    copy = replace(article("copy", "Copy", text), url="https://other.example/copy")
    record_visit(writer, 1, visit(copy, source="https://other.example/"))
    record_visit(writer, 1, visit(article("own", "Own", f"another {text[::-1]}")))
    assert news(path, filters=distinct) == [5]


def test_forgotten_article_is_named_by_its_number(path: Path, writer: Connection, run: Run) -> None:
    news(path)
    record_visit(writer, 1, visit(article("new", "New", "Text.")))
    writer.close()
    assert run("forget", DAM.url, "--reason", "x", "--yes").code == ExitCode.DONE
    assert (news(path), removed(path)) == ([3], [2])
    assert (news(path), removed(path)) == ([], [])


def test_command_tells_of_an_article_that_was_removed(
    path: Path, writer: Connection, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    run("export", "--since-last", "x", "-o", out)
    writer.close()
    run("forget", DAM.url, "--reason", "x", "--yes")
    told = run("export", "--since-last", "x", "-o", out, "--force").err.splitlines()
    assert told[1:] == ["1 article removed since then: its id stands in the manifest"]


def test_removed_links_are_named_by_the_ids_that_their_rows_had(
    path: Path, writer: Connection, run: Run, tmp_path: Path
) -> None:
    seen_again(writer, RICH, split=Split(article=RICH, related=(link("a", "A"), link("b", "B", 1))))
    news(path, what=What.LINKS)
    ids = [json.loads(line)["id"] for line in path.with_name("out.jsonl").read_text().splitlines()]
    writer.close()
    assert run("forget", RICH.url, "--reason", "x", "--yes").code == ExitCode.DONE
    assert (news(path, what=What.LINKS), removed(path), len(ids)) == ([], ids, 2)


def test_merged_articles_are_new_here(path: Path, writer: Connection, run: Run, tmp_path: Path) -> None:
    news(path)
    with closing(filled(tmp_path / "other.db", [FLOOD, article("theirs", "Theirs", "Text.")])):
        pass
    writer.close()
    assert run("merge", tmp_path / "other.db").code == ExitCode.DONE
    assert news(path)[-1] == 3
    assert run("merge", tmp_path / "other.db").code == ExitCode.DONE
    assert news(path) == []


def test_failed_export_is_repeated(path: Path, writer: Connection, tmp_path: Path) -> None:
    news(path)
    record_visit(writer, 1, visit(article("new", "New", "Text.")))
    code = """
import os, sys
from pathlib import Path
import db.export.run as run
from db.export import Request
run.store_position = lambda *_: os.kill(os.getpid(), 9)
run.export(Path(sys.argv[1]), Request(since_last="weekly"), Path(sys.argv[2]))
"""
    killed = subprocess.run(
        [sys.executable, "-c", code, path, tmp_path / "other.jsonl"], check=False, env=os.environ, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert news(path) == [3]
    assert news(path) == []


def test_two_exports_of_one_name_do_not_run_at_once(path: Path) -> None:
    with held_name(path, "weekly"):
        with pytest.raises(LockedError):
            news(path)
        assert news(path, "other") == [1, 2]
    assert news(path) == [1, 2]


@pytest.mark.parametrize("since_last", ["weekly", "daily", None])
def test_no_export_replaces_one_that_nothing_brings_again(
    path: Path, writer: Connection, tmp_path: Path, since_last: str | None
) -> None:
    out = tmp_path / "out.jsonl"
    export(path, Request(since_last="weekly"), out)
    first = out.read_bytes()
    with pytest.raises(ExportError, match=r"holds what was new for --since-last weekly.*or say --force"):
        export(path, Request(since_last=since_last), out)
    assert out.read_bytes() == first
    if since_last is not None:
        assert export(path, Request(since_last=since_last), tmp_path / "other.jsonl").rows == (
            0 if since_last == "weekly" else 2
        )
    assert export(path, Request(since_last=since_last, replace=True), out).rows in (0, 2)


def test_export_that_held_nothing_is_replaced(path: Path, writer: Connection, tmp_path: Path) -> None:
    export(path, Request(since_last="weekly"), tmp_path / "first.jsonl")
    assert export(path, Request(since_last="weekly"), tmp_path / "next.jsonl").rows == 0
    record_visit(writer, 1, visit(article("new", "New", "Text.")))
    assert export(path, Request(since_last="weekly"), tmp_path / "next.jsonl").rows == 1


def test_export_that_was_killed_before_its_place_was_noted_is_repeated_at_its_place(
    path: Path, writer: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news(path)
    record_visit(writer, 1, visit(article("new", "New", "Text.")))
    with monkeypatch.context() as killed:
        killed.setattr(run_module, "store_position", lambda *_: None)
        assert export(path, Request(since_last="weekly"), tmp_path / "next.jsonl").rows == 1
    record_visit(writer, 1, visit(article("newer", "Newer", "Text.")))
    assert export(path, Request(since_last="weekly"), tmp_path / "next.jsonl").rows == 2


def test_every_form_takes_it(path: Path, writer: Connection, tmp_path: Path) -> None:
    for form in (Form.CSV, Form.MARKDOWN, Form.SQLITE):
        first = export(path, Request(form=form, since_last=form), tmp_path / f"{form}.out")
        assert first.rows == 2
    record_visit(writer, 1, visit(article("new", "New", "Text.")))
    for form in (Form.CSV, Form.MARKDOWN, Form.SQLITE):
        with pytest.raises(ExportError, match="no later export repeats it"):
            export(path, Request(form=form, since_last=form), tmp_path / f"{form}.out")
        assert export(path, Request(form=form, since_last=form), tmp_path / f"{form}.new").rows == 1


def test_command_says_how_many_came_and_names_what_is_wrong(
    path: Path, writer: Connection, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "new.jsonl"
    assert "2 articles written to" in run("export", "--since-last", "x", "-o", out).err
    record_visit(writer, 1, visit(article("new", "New", "Text.")))
    assert "1 article written to" in run("export", "--since-last", "x", "-o", out, "--force").err
    assert "0 articles written to" in (
        told := run("export", "--since-last", "x", "-o", tmp_path / "none.jsonl").err
    )
    assert told.endswith("none.jsonl: nothing is new or changed for --since-last x\n")
    for arguments in (
        ("--since-last", "x"),
        ("--since-last", "a b", "-o", out),
        ("--since-last", "x", "-l", "fr", "-o", out),
    ):
        refused = run("export", *arguments)
        assert (refused.code, refused.err.count("\n")) == (ExitCode.USAGE, 1), refused.err


def test_archive_of_the_schema_before_has_no_log_and_first_exports_all(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "archive.db"
    with closing(filled(path, (RICH, DAM))) as archive, archive:
        archive.execute("DELETE FROM change_log")
    assert news(path) == [1, 2]
    with closing(open_archive(path)) as archive:
        record_visit(archive, crawl(archive), visit(article("new", "New", "Text.")))
    assert news(path) == [3]
