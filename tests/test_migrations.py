"""An archive of every earlier schema is brought up to date without loss; one of a newer schema is refused by all."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from archives import column, compare_with_index
from commands import Run, runner
from sqlite_utils import Database

from archiver.cli.listing import SUMMARIES
from archiver.errors import ExitCode
from db.connection import APPLICATION_ID, open_archive, read_archive
from db.migrations import migrations
from db.schemas import MIGRATIONS, SCHEMA

SCHEMAS = {path.name: path for path in files("db").joinpath("schema").iterdir()}
# Rows as a version of that time wrote them; what a later schema added, the rows of an earlier one lack.
ROWS = {
    1: """
INSERT INTO sources VALUES (1, 'https://news.example/', 'news.example', 'The News', '2024-01-01T08:00:00Z');
INSERT INTO crawls VALUES
    (1, '2024-01-01T08:00:00Z', '2024-01-01T08:10:00Z', 'done', '{"sources":["https://news.example/"]}', '0.1.0'),
    (2, '2024-01-02T08:00:00Z', NULL, 'interrupted', '{"sources":["https://news.example/"]}', '0.1.0');
INSERT INTO crawl_counts VALUES (1, 1, 'stored', 2), (1, 1, 'timeout', 1), (2, 1, 'changed', 1);
INSERT INTO pages VALUES
    (1, 'https://news.example/', 1, 'start', NULL, '2024-01-01T08:00:00Z', NULL, NULL, NULL, 'listing', '', 200,
     '2024-01-01T08:00:00Z', 1, '2024-01-01T08:00:00Z', NULL),
    (2, 'https://news.example/flood', 1, 'front_page', 1, '2024-01-01T08:00:00Z', 'Flood comes', NULL, NULL,
     'changed', '', 200, '2024-01-02T08:00:00Z', 2, '2024-01-02T08:00:00Z', NULL),
    (3, 'https://news.example/ferry', 1, 'related', 2, '2024-01-01T08:00:00Z', NULL, NULL, NULL, 'stored', '', 200,
     '2024-01-01T08:05:00Z', 1, '2024-01-01T08:05:00Z', NULL),
    (4, 'https://news.example/slow', 1, 'sitemap', 1, '2024-01-01T08:00:00Z', NULL, NULL, NULL, 'timeout', 'slow',
     NULL, '2024-01-01T08:06:00Z', 1, NULL, NULL),
    (5, 'https://news.example/waits', 1, 'feed', 1, '2024-01-01T08:00:00Z', 'It waits', '2024-01-01T07:00:00Z',
     NULL, NULL, '', NULL, NULL, 0, NULL, NULL);
INSERT INTO captures VALUES
    (1, 1, 1, '2024-01-01T08:00:00Z', 'https://news.example/', 200, 'text/html', 9, 'sha256:a', NULL, NULL,
     'listing', '', NULL, NULL, NULL),
    (2, 2, 1, '2024-01-01T08:01:00Z', 'https://news.example/flood', 200, 'text/html', 9, 'sha256:b', '"e"', NULL,
     'stored', '', NULL, NULL, NULL),
    (3, 3, 1, '2024-01-01T08:05:00Z', 'https://news.example/ferry', 200, 'text/html', 9, 'sha256:c', NULL, NULL,
     'stored', '', NULL, NULL, NULL),
    (4, 4, 1, '2024-01-01T08:06:00Z', 'https://news.example/slow', NULL, NULL, NULL, NULL, NULL, NULL,
     'timeout', 'slow', NULL, NULL, NULL),
    (5, 2, 2, '2024-01-02T08:00:00Z', 'https://news.example/flood', 200, 'text/html', 9, 'sha256:d', NULL, NULL,
     'changed', '', NULL, NULL, NULL);
INSERT INTO articles(id, url, page_id, source_id, headline, lead, language, section, keywords, date_published,
    first_seen, last_seen, revision, revised_at, capture_id, body_digest, content_digest, body)
VALUES
    (1, 'https://news.example/flood', 2, 1, 'Flood is over', NULL, 'en', 'City', '["water"]', '2024-01-01T07:00:00Z',
     '2024-01-01T08:01:00Z', '2024-01-02T08:00:00Z', 2, '2024-01-02T08:00:00Z', 5, 'sha256:e', 'sha256:f',
     'The water fell by two metres.'),
    (2, 'https://news.example/ferry', 3, 1, 'Ferry runs again', 'After weeks.', 'en', NULL, '[]', NULL,
     '2024-01-01T08:05:00Z', '2024-01-01T08:05:00Z', 1, NULL, 3, 'sha256:g', 'sha256:h', 'It runs every hour.');
UPDATE pages SET article_id = 1 WHERE id = 2;
UPDATE pages SET article_id = 2 WHERE id = 3;
INSERT INTO revisions(id, article_id, number, seen_at, headline, lead, authors, capture_id, content_digest, body)
VALUES (1, 1, 1, '2024-01-01T08:01:00Z', 'Flood comes', NULL, '["Ann Lee"]', 2, 'sha256:i', 'The water rises.');
INSERT INTO images VALUES (1, 0, 'https://news.example/flood.jpg', 'The bridge', 'Zoe');
INSERT INTO authors VALUES (1, 'Ann Lee');
INSERT INTO article_authors VALUES (1, 1, 0);
INSERT INTO related_links VALUES
    (1, 2, 3, 'Ferry runs again', 'related', 'Read also', 0, '2024-01-01T08:01:00Z', '2024-01-02T08:00:00Z');
""",
    2: """
INSERT INTO version_sources VALUES (1, 2, '{"headline":"json-ld"}');
""",
    3: """
UPDATE pages SET state = 'leased', leased_until = '2024-01-02T08:30:00Z' WHERE id = 5;
INSERT INTO sightings VALUES (1, 2, '2024-01-01T08:01:00Z', '2024-01-02T08:00:00Z', '[1]');
INSERT INTO funnels VALUES (1, 1, 4, 4, 3, 2, 2, 0, 0, 0, 1, 27, 0, 2, 20, 1, 1, 1);
INSERT INTO alarms VALUES
    (1, 1, 'few_articles', 'few stories', 1, '2024-01-01T08:10:00Z', '2024-01-01T08:10:00Z', NULL, NULL);
INSERT INTO imports VALUES ('sha256:j', 'old.warc.gz', 1, 99, '2024-01-01T08:10:00Z');
UPDATE articles SET cause = 'parser', parser = '0.1.0' WHERE id = 1;
""",
    4: """
UPDATE pages SET listed_language = 'en', listed_keywords = '["water"]',
    listed_images = '[{"url": "https://news.example/flood.jpg", "caption": null}]' WHERE id = 2;
""",
    5: """
INSERT INTO forgettings VALUES (1, 'k', 'sha256:k', 'order', '2024-01-02T09:00:00Z', '2024-01-02T09:00:01Z', NULL,
    1, 1, 1, 1, 0);
INSERT INTO forgotten VALUES ('sha256:k', 1);
""",
    6: """
INSERT INTO story_addresses VALUES (1, 1, 'news.example/flood'), (2, 1, 'news.example/ferry');
INSERT INTO fingerprints VALUES (1, 1, 6, x'', 'dpa'), (2, 1, 4, x'', NULL);
INSERT INTO duplicate_pairs VALUES (2, 1, 'near', 0.5, 0.25);
INSERT INTO clusters(id, merged_into) VALUES (1, NULL), (2, 1);
INSERT INTO cluster_members VALUES (1, 1), (2, 1);
""",
    7: """
INSERT INTO version_changes VALUES (1, 2, 'headline', NULL, '2024-01-02T08:00:00Z');
INSERT INTO version_sightings VALUES (1, '2024-01-01T08:01:00Z', 1, '2024-01-01T08:01:00Z'),
    (1, '2024-01-02T08:00:00Z', 2, '2024-01-02T08:00:00Z');
INSERT INTO listed_headlines VALUES
    (9, 2, 'og:title', 2, 'Flood in town', '2024-01-01T08:01:00Z', '2024-01-02T08:00:00Z');
""",
    8: """
INSERT INTO exports VALUES ('daily', 1, '{}', 'articles.jsonl', 2, '2024-01-02T10:00:00Z');
""",
    9: """
INSERT INTO watches VALUES (1, 'water', 'water', NULL, 'en', NULL, '2024-01-02T11:00:00Z', 1);
INSERT INTO watch_hits VALUES (1, 1, '2024-01-02T11:00:00Z', NULL);
""",
}
VERSIONS = sorted(int(name[:3]) for name in SCHEMAS if name.endswith(".sql") and int(name[:3]) < SCHEMA)


def old_archive(path: Path, version: int) -> None:
    """Make an archive as a version of news-archiver made it that had this schema."""
    names = [each.name for each in migrations._migrations]
    with closing(sqlite3.connect(path)) as archive:
        archive.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
        )
        archive.execute("CREATE UNIQUE INDEX applied ON _sqlite_migrations(migration_set, name)")
        for name in sorted(SCHEMAS):
            if not name.endswith(".sql") or int(name[:3]) > version:
                continue
            archive.executescript(SCHEMAS[name].read_text("utf-8"))
            archive.executescript(ROWS.get(int(name[:3]), ""))
            applied = next(each for each in names if each.startswith(f"m{name[:3]}"))
            archive.execute(
                "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('archive', ?, '2024')",
                (applied,),
            )
        archive.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        archive.execute(f"PRAGMA user_version = {version}")
        archive.commit()


def contents(
    path: Path, like: dict[str, list[str]] | None = None
) -> dict[str, tuple[list[str], set[tuple[object, ...]]]]:
    """Return columns and rows of each table; of the columns that like names, if it is given."""
    with closing(sqlite3.connect(path)) as archive:
        tables = column_names(archive) if like is None else like
        return {
            table: (columns, set(archive.execute(f"SELECT {', '.join(columns)} FROM {table}")))
            for table, columns in tables.items()
        }


def column_names(archive: sqlite3.Connection) -> dict[str, list[str]]:
    tables = archive.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_*' "
        "AND name NOT GLOB '*_fts*'"
    ).fetchall()
    return {name: [row[1] for row in archive.execute(f"PRAGMA table_info({name})")] for (name,) in tables}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, archive: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(archive))
    monkeypatch.chdir(archive.parent)
    return runner(capsys)


def test_migrations_are_known_by_their_names() -> None:
    with closing(sqlite3.connect(":memory:")) as archive:
        assert tuple(each.name for each in migrations.pending(Database(archive))) == MIGRATIONS


def test_reading_an_archive_does_not_wait_for_what_upgrades_one() -> None:
    script = "import sys, archiver.archive; sys.exit('sqlite_utils' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_every_schema_has_rows_of_its_time_or_none_of_its_own() -> None:
    assert set(ROWS) <= set(VERSIONS)
    assert VERSIONS[:3] == [1, 2, 3]


@pytest.mark.parametrize("version", VERSIONS)
def test_older_archive_is_upgraded_without_loss(archive: Path, version: int) -> None:
    old_archive(archive, version)
    before = contents(archive)
    assert len(before["articles"][1]) == 2
    open_archive(archive).close()

    after = contents(archive, {table: columns for table, (columns, _) in before.items()})
    assert after == before
    with closing(open_archive(archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        compare_with_index(connection)
        assert column(connection, "SELECT headline FROM articles_fts WHERE articles_fts MATCH 'water'") == [
            "Flood is over"
        ]
        assert column(connection, "SELECT headline FROM article_versions ORDER BY article_id, number") == [
            "Flood comes",
            "Flood is over",
            "Ferry runs again",
        ]
        assert column(connection, "SELECT state FROM pages WHERE id = 4") == ["pending"]
        assert len(set(column(connection, "SELECT key FROM crawls"))) == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_upgraded_archive_has_the_schema_of_a_new_one(archive: Path, tmp_path: Path, version: int) -> None:
    old_archive(archive, version)
    open_archive(archive).close()
    open_archive(tmp_path / "new.db").close()
    with closing(read_archive(archive)) as old, closing(read_archive(tmp_path / "new.db")) as new:
        sql = (
            "SELECT type || ' ' || name || ' ' || ifnull(sql, '') FROM sqlite_master "
            "WHERE name NOT GLOB '*_sqlite_*' AND name NOT GLOB 'sqlite_*' AND name <> 'applied' ORDER BY name"
        )
        assert column(old, sql) == column(new, sql)


@pytest.mark.parametrize("version", VERSIONS)
def test_commands_work_on_an_upgraded_archive(run: Run, archive: Path, tmp_path: Path, version: int) -> None:
    old_archive(archive, version)
    refused = run("search", "water")
    assert (refused.code, refused.err.count("\n")) == (ExitCode.FAILED, 1)
    assert "older version" in refused.err
    assert run("vacuum").code == ExitCode.DONE
    assert "Flood is over" in run("search", "water").out
    for arguments in (
        ("show", "1"), ("history", "1"), ("diff", "1"), ("changes",), ("related", "1"), ("missing",),
        ("explain", "https://news.example/flood"), ("status",), ("stats",), ("export",), ("verify",),
        ("export", "--what", "links"), ("reparse",), ("backup", tmp_path / "copy.db"),
        ("forget", "https://news.example/flood", "--reason", "x", "--yes"),
    ):  # fmt: skip
        done = run(*arguments)
        assert done.code == ExitCode.DONE, (arguments, done.err)
    assert "water" not in run("export").out


@pytest.mark.parametrize("version", VERSIONS)
def test_older_archive_is_joined_from_a_copy(run: Run, archive: Path, tmp_path: Path, version: int) -> None:
    old = tmp_path / "old" / "old.db"
    old.parent.mkdir()
    old_archive(old, version)
    before = {file.name: file.read_bytes() for file in old.parent.iterdir()}
    for told in (
        "Added: 1 source · 2 crawls · 5 pages · 5 captures · 2 articles · 1 related headline.",
        "Nothing was new.",
    ):
        merged = run("merge", old)
        assert (merged.code, merged.out.strip()) == (ExitCode.DONE, told), merged.err
    # Upgraded by itself, it is the same archive still.
    open_archive(old).close()
    assert run("merge", old).out == "Nothing was new.\n"
    assert {file.name for file in archive.parent.iterdir()} == {"archive.db", "old"}
    assert before.keys() == {"old.db"}


USES: dict[str, tuple[str, ...]] = {
    "crawl": ("http://127.0.0.1:9/",),
    "backfill": ("http://127.0.0.1:9/", "--since", "2024-01-01"),
    "search": ("water",),
    "watch": ("run",),
    "reindex": (),
    "show": ("1",),
    "history": ("1",),
    "diff": ("1",),
    "changes": (),
    "related": ("1",),
    "front": ("news.example",),
    "missing": (),
    "explain": ("https://news.example/flood",),
    "status": (),
    "duplicates": (),
    "stats": (),
    "serve": ("--port", "0"),
    "export": (),
    "reparse": (),
    "import": ("{file}", "--all-hosts"),
    "verify": (),
    "merge": ("{other}",),
    "forget": ("https://news.example/flood", "--reason", "x", "--yes"),
    "backup": ("{file}.db",),
    "vacuum": (),
    "upgrade": (),
    "doctor": (),
}
# They take no archive, or make one of their own.
WITHOUT = {"demo", "source", "schedule", "parse"}


def test_every_command_that_takes_an_archive_is_among_these() -> None:
    assert {name for name in SUMMARIES if name not in WITHOUT} <= set(USES) | KNOWN_LATER


# Commands of other parts, which read by read_archive as those above.
KNOWN_LATER: set[str] = set()


@pytest.mark.parametrize("command", [name for name in USES if name in SUMMARIES])
def test_newer_archive_is_refused_in_a_clear_line(
    run: Run, archive: Path, tmp_path: Path, command: str
) -> None:
    open_archive(archive).close()
    open_archive(tmp_path / "other.db").close()
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = archive.read_bytes()
    (tmp_path / "pages").write_bytes(b"x")
    names = {"file": tmp_path / "pages", "other": tmp_path / "other.db"}
    refused = run(command, *(part.format(**names) for part in USES[command]))

    assert refused.code == ExitCode.FAILED, refused.err
    told = refused.out if command == "doctor" else refused.err
    assert f"made by a newer version (schema {SCHEMA + 1}, not {SCHEMA}): upgrade news-archiver" in " ".join(
        told.split()
    )
    assert command == "doctor" or refused.err.count("\n") == 1
    assert archive.read_bytes() == before


# They make an archive where none is, or tell that the first crawl does.
MAKING = {"crawl", "backfill", "import", "merge", "doctor"}


@pytest.mark.parametrize("command", [name for name in USES if name not in MAKING])
def test_missing_archive_is_named_and_not_made(run: Run, archive: Path, tmp_path: Path, command: str) -> None:
    refused = run(command, *(part.format(file=tmp_path / "pages") for part in USES[command]))

    assert refused.code == ExitCode.FAILED, refused.err
    assert "archive.db does not exist" in " ".join(refused.err.split())
    assert list(tmp_path.iterdir()) == []
