"""An archive of schema 6 learns of which kinds its changes were, and keeps what it had."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archiver.items import ChangeKind
from db.connection import APPLICATION_ID, open_archive, read_archive
from db.history import history
from db.migrations import migrations

ROWS = """
INSERT INTO sources VALUES (1, 'https://news.example/', 'news.example', 'News', '2026-11-20T12:00:00Z');
INSERT INTO pages(id, url, source_id, found_by, found_on_id, first_seen, listed_headline) VALUES
    (2, 'https://news.example/feed', 1, 'start', NULL, '2026-11-20T12:00:00Z', NULL),
    (1, 'https://news.example/flood', 1, 'feed', 2, '2026-11-20T12:00:00Z', 'Bridge flooded');
INSERT INTO crawls(id, started, finished, state, arguments, version) VALUES
    (1, '2026-11-20T12:00:00Z', NULL, 'done', '{}', '0.1.0');
INSERT INTO captures(id, page_id, crawl_id, fetched, final_url, outcome, detail) VALUES
    (1, 1, 1, '2026-11-20T12:00:00Z', 'https://news.example/flood', 'stored', ''),
    (2, 1, 1, '2026-11-20T13:00:00Z', 'https://news.example/flood', 'unchanged', ''),
    (3, 1, 1, '2026-11-20T15:00:00Z', 'https://news.example/flood', 'changed', '');
INSERT INTO articles(id, url, page_id, source_id, headline, keywords, first_seen, last_seen, revision, revised_at,
                     capture_id, body_digest, content_digest, body)
VALUES (1, 'https://news.example/flood', 1, 1, 'Old bridge shut', '[]', '2026-11-20T12:00:00Z',
        '2026-11-20T16:00:00Z', 2, '2026-11-20T15:00:00Z', 3, 'x', 'y', 'It rose.');
INSERT INTO revisions(article_id, number, seen_at, headline, authors, capture_id, content_digest, body)
VALUES (1, 1, '2026-11-20T12:00:00Z', 'Flood closes the old bridge', '[]', 1, 'z', 'It rose.');
UPDATE pages SET article_id = 1 WHERE id = 1;
"""


def test_versions_of_an_older_archive_are_classed(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as old:
        migrations.apply(Database(old, execute_plugins=False), stop_before="m007_changes")
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        old.execute("PRAGMA user_version = 6")
        old.executescript(ROWS)
        before = (
            old.execute("SELECT * FROM articles").fetchall(),
            old.execute("SELECT * FROM revisions").fetchall(),
        )

    open_archive(path).close()

    with closing(read_archive(path)) as archive:
        found = history(archive, "1")
        after = tuple(
            [tuple(row) for row in archive.execute(f"SELECT * FROM {name}")]
            for name in ("articles", "revisions")
        )
    assert after == before
    assert [each.kinds for each in found.versions] == [(), (ChangeKind.HEADLINE,)]
    assert [(each.number, each.first_seen.hour, each.last_seen.hour) for each in found.periods] == [
        (1, 12, 13),
        (2, 15, 16),
    ]
    assert ("feed", "Bridge flooded", "https://news.example/feed") in {
        (each.origin, each.headline, each.seen_on) for each in found.headlines
    }
