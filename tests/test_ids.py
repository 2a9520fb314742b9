"""An id names one row for good: what exports and people noted never means another one later."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

import pytest
from archives import FLOOD, article, column, filled, link, visit
from commands import Run, runner

from db.connection import open_archive
from db.crawls.schedule import leave_page
from db.export import Request, What, export
from db.export.targets import manifest_of
from db.forgetting.forget import forget
from db.forgetting.stories import story_at
from db.ids import LASTING
from db.store import record_visit

DAM = article("dam", "Minister visits the dam", "The minister spoke of the river.")
FERRY = article("ferry", "Ferry runs again", "It was repaired.")


def ids(archive: Connection) -> dict[str, set[object]]:
    return {table: set(column(archive, f"SELECT id FROM {table}")) for table in LASTING}


def forget_dam(archive: Connection) -> None:
    forget(archive, story_at(archive, DAM.url), "a test", datetime.now(UTC))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, archive: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(archive))
    return runner(capsys)


def test_no_crawl_gives_the_ids_of_a_forgotten_story_again(archive: Path) -> None:
    with closing(filled(archive, (FLOOD,))) as writer:
        record_visit(writer, 1, visit(DAM, [link("harbour", "Harbour to close")]))
        before = ids(writer)
        forget_dam(writer)
        left = ids(writer)
        record_visit(writer, 1, visit(FERRY, [link("pier", "Pier to open"), link("quay", "Quay to open", 1)]))

        for table, now in ids(writer).items():
            assert before[table] - left[table], table
            assert now > left[table], table
            assert (now & before[table]) == left[table], table
        assert column(writer, "SELECT id FROM articles") == [1, 3]


def test_pages_by_another_address_get_new_ids(archive: Path) -> None:
    with closing(filled(archive, (FLOOD, DAM))) as writer:
        before = max(column(writer, "SELECT id FROM pages"), key=str)
        forget_dam(writer)
        leave_page(writer, FLOOD.url, f"{FLOOD.url}?a=1")

        assert column(writer, "SELECT max(id) > ? FROM pages", before) == [1]


def test_merge_gives_no_id_again(archive: Path, tmp_path: Path, run: Run) -> None:
    with closing(filled(archive, (FLOOD, DAM))) as writer:
        before = ids(writer)
        forget_dam(writer)
        left = ids(writer)
    other = tmp_path / "other.db"
    with closing(filled(other, ())) as writer:
        record_visit(writer, 1, visit(FERRY, [link("pier", "Pier to open")]))

    assert run("merge", str(other)).code == 0

    with closing(open_archive(archive)) as writer:
        assert column(writer, "SELECT id FROM articles") == [1, 3]
        assert all((now & before[table]) == left[table] for table, now in ids(writer).items())


@pytest.mark.parametrize("what", What)
def test_manifest_names_what_was_removed_though_more_came(archive: Path, tmp_path: Path, what: What) -> None:
    out = tmp_path / "out.jsonl"
    with closing(filled(archive, (FLOOD,))) as writer:
        record_visit(writer, 1, visit(DAM, [link("harbour", "Harbour to close")]))
        request = Request(what=what, since_last="weekly")
        export(archive, request, out)
        gone = column(
            writer, f"SELECT max(id) FROM {'articles' if what is What.ARTICLES else 'related_links'}"
        )
        forget_dam(writer)
        record_visit(writer, 1, visit(FERRY, [link("pier", "Pier to open")]))
        export(archive, request, out.with_name("next.jsonl"))

    manifest = json.loads(manifest_of(out.with_name("next.jsonl")).read_text())
    assert manifest["rows"] == 1
    assert manifest["since_last"]["removed"] == gone
