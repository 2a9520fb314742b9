"""Upgrading: what it says, that nothing but it is needed, and that a killed one leaves the archive as it was."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from archives import column, compare_with_index
from commands import PROGRAM, Run, runner
from test_migrations import VERSIONS, old_archive

from archiver.errors import ExitCode
from db.connection import open_archive
from db.schemas import SCHEMA

COPIES = """
WITH RECURSIVE numbers(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
INSERT INTO articles(id, url, page_id, source_id, headline, language, keywords, first_seen, last_seen, capture_id,
    body_digest, content_digest, body)
SELECT n, url || '/' || n, page_id, source_id, headline, language, keywords, first_seen, last_seen, capture_id,
    body_digest || n, content_digest || n, printf('Report %d says that %s', n, replace(body, ' ', ' ' || n || 'th '))
FROM numbers JOIN articles ON articles.id = 2
"""

LOCK = """
import sys
from pathlib import Path
from db.lock import acquire

lock = acquire(Path(sys.argv[1]))
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "archive.db"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.mark.parametrize("version", VERSIONS)
def test_upgrade_is_what_a_refused_command_asks_for(run: Run, archive: Path, version: int) -> None:
    old_archive(archive, version)
    refused = run("search", "water")
    assert refused.code == ExitCode.FAILED
    assert "`archiver upgrade` brings it up to date" in refused.err

    done = run("upgrade")

    assert done.code == ExitCode.DONE
    assert f"schema {version} to {SCHEMA}, 2 articles" in done.err
    assert "about 1 s" in done.err
    assert done.out == f"archive.db is up to date (schema {SCHEMA})\n"
    assert "Flood is over" in run("search", "water").out
    again = run("upgrade")
    assert (again.code, again.out, again.err) == (ExitCode.DONE, done.out, "")


def test_dry_run_changes_nothing(run: Run, archive: Path) -> None:
    old_archive(archive, 8)
    before = archive.read_bytes()

    told = run("upgrade", "--dry-run")

    assert (told.code, told.out) == (ExitCode.DONE, "")
    assert "the search index is built anew: about 1 s" in told.err
    assert archive.read_bytes() == before


def test_time_grows_with_the_articles_to_be_indexed(run: Run, archive: Path) -> None:
    old_archive(archive, 8)
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute(COPIES, (60_007,))
        connection.commit()
    assert "60,000 articles, the search index is built anew: about 2 min" in run("upgrade", "--dry-run").err


def test_what_cannot_be_upgraded_is_named(run: Run, archive: Path) -> None:
    missing = run("upgrade")
    archive.touch()
    empty = run("upgrade")
    archive.write_bytes(b"no archive, but long enough to be looked at" * 20)
    other = run("upgrade")

    assert {each.code for each in (missing, empty, other)} == {ExitCode.FAILED}
    assert "archive.db does not exist" in missing.err
    assert "archive.db is empty" in empty.err
    assert "not a database" in other.err


def test_upgrade_waits_for_no_other_writer(run: Run, archive: Path) -> None:
    old_archive(archive, 8)
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(archive)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        refused = run("upgrade")
        other.kill()
    assert refused.code == ExitCode.LOCKED
    assert run("upgrade").code == ExitCode.DONE


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.7, 1.5])
def test_killed_upgrade_leaves_the_archive_as_it_was_or_whole(archive: Path, seconds: float) -> None:
    old_archive(archive, 8)
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute(COPIES, (4_007,))
        connection.commit()
        articles = column(connection, "SELECT url || headline || body FROM articles ORDER BY id")
    with subprocess.Popen([PROGRAM, "upgrade"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stderr is not None
        assert b"4,000 articles" in process.stderr.readline()
        time.sleep(seconds)
        process.kill()

    with closing(sqlite3.connect(archive)) as connection:
        assert column(connection, "PRAGMA integrity_check") == ["ok"]
        assert column(connection, "PRAGMA user_version")[0] in (8, SCHEMA)
        assert column(connection, "SELECT url || headline || body FROM articles ORDER BY id") == articles
        if column(connection, "PRAGMA user_version") == [SCHEMA]:  # no schema without its index
            assert column(
                connection, "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'says'"
            ) == [3_998]
    with closing(open_archive(archive)) as whole:
        assert column(whole, "SELECT url || headline || body FROM articles ORDER BY id") == articles
        compare_with_index(whole)
