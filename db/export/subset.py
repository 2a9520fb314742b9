"""A part of an archive as an archive of its own, in one SQLite file."""

from collections.abc import Mapping
from contextlib import closing
from errno import EIO, ENOSPC
from pathlib import Path
from sqlite3 import Connection

from db.connection import APPLICATION_ID
from db.disk import has_no_room
from db.export.selection import CHOSEN, Selection
from db.export.whole_index import indexed
from db.schemas import SCHEMA
from db.searching.forms import rules
from db.searching.index import add_functions
from db.sqlite import sqlite3

# The pages of the stories chosen, those that their links lead to, and listings that name them; each goes with all it
# needs.
PAGES = f"""
CREATE TEMP TABLE story_pages(id INTEGER PRIMARY KEY);
INSERT OR IGNORE INTO story_pages
    SELECT page_id FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id;
INSERT OR IGNORE INTO story_pages
    SELECT pages.id FROM {CHOSEN} CROSS JOIN pages ON pages.article_id = chosen.id;
INSERT OR IGNORE INTO story_pages
    SELECT captures.page_id FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id
    JOIN captures ON captures.id = articles.capture_id;
INSERT OR IGNORE INTO story_pages
    SELECT captures.page_id FROM {CHOSEN} CROSS JOIN revisions ON revisions.article_id = chosen.id
    JOIN captures ON captures.id = revisions.capture_id;
CREATE TEMP TABLE kept_pages(id INTEGER PRIMARY KEY);
INSERT INTO kept_pages SELECT id FROM story_pages;
INSERT OR IGNORE INTO kept_pages
    SELECT target_id FROM story_pages CROSS JOIN related_links ON related_links.page_id = story_pages.id
    WHERE target_id NOT NULL;
INSERT OR IGNORE INTO kept_pages
    SELECT listed_on_id FROM story_pages CROSS JOIN listed_headlines ON listed_headlines.page_id = story_pages.id;
"""  # noqa: S608 - only text of this program
OF_CHOSEN = f"article_id IN (SELECT id FROM {CHOSEN})"  # noqa: S608
OF_STORIES = "page_id IN (SELECT id FROM temp.story_pages)"
# Which rows of each table go along, in an order in which every row finds those that it names.
COPIED: Mapping[str, str] = {
    "sources": """id IN (SELECT source_id FROM main.pages WHERE id IN (SELECT id FROM temp.kept_pages)
        UNION SELECT source_id FROM main.articles WHERE id IN (SELECT id FROM temp.chosen))""",
    "crawls": f"id IN (SELECT crawl_id FROM main.captures WHERE {OF_STORIES})",  # noqa: S608
    "pages": "id IN (SELECT id FROM temp.kept_pages)",
    "captures": OF_STORIES,
    "articles": f"id IN (SELECT id FROM {CHOSEN})",  # noqa: S608
    "revisions": OF_CHOSEN,
    "images": OF_CHOSEN,
    "authors": f"id IN (SELECT author_id FROM main.article_authors WHERE {OF_CHOSEN})",  # noqa: S608
    "article_authors": OF_CHOSEN,
    "version_sources": OF_CHOSEN,
    "version_changes": OF_CHOSEN,
    "version_sightings": OF_CHOSEN,
    "listed_headlines": OF_STORIES,
    "related_links": OF_STORIES,
    "sightings": OF_STORIES,
    "story_addresses": OF_CHOSEN,
    "fingerprints": OF_CHOSEN,
    "recent_fingerprints": OF_CHOSEN,
    "fingerprint_bands": OF_CHOSEN,
    "duplicate_pairs": f"{OF_CHOSEN} AND other_id IN (SELECT id FROM {CHOSEN})",  # noqa: S608
    "clusters": f"""ifnull(merged_into, id) IN (
        SELECT cluster_id FROM main.cluster_members WHERE {OF_CHOSEN})""",  # noqa: S608
    "cluster_members": OF_CHOSEN,
    "_sqlite_migrations": "TRUE",
}
# What a copied row holds in place of what it held: a name of a row that stays behind, of the raw pages, which stay
# too, or of a crawl that is going on.
CHANGED: Mapping[tuple[str, str], str] = {
    (
        "pages",
        "found_on_id",
    ): "CASE WHEN found_on_id IN (SELECT id FROM temp.kept_pages) THEN found_on_id END",
    ("pages", "article_id"): f"CASE WHEN {OF_CHOSEN} THEN article_id END",
    ("pages", "state"): "CASE state WHEN 'leased' THEN 'pending' ELSE state END",
    ("pages", "leased_until"): "NULL",
    ("captures", "warc_file"): "NULL",
    ("captures", "warc_offset"): "NULL",
    ("captures", "warc_length"): "NULL",
    ("captures", "refers_to"): "NULL",
    ("crawls", "state"): "CASE state WHEN 'running' THEN 'interrupted' ELSE state END",
}
# Tables that stay behind: they tell of whole crawls, of exports, and of what was removed; triggers of the part fill
# change_log and the index.
LEFT_OUT = frozenset(
    {
        "crawl_counts",
        "funnels",
        "alarms",
        "imports",
        "forgettings",
        "forgotten",
        "forgetting_work",
        "change_log",
        "exports",
        "articles_fts",
        "headlines_fts",
        "_search_rules",
        "last_ids",
        "accepted_losses",
        "watches",
        "watch_hits",
    }
)


def write_subset(selection: Selection, path: Path) -> int:
    """Make the empty file at path an archive of the articles of selection; return how many it holds.

    With them go their earlier versions, pages, captures (without the raw bytes) and related links. The selection
    ends here. Raises OSError if the file cannot be written.
    """
    archive = selection.archive
    try:
        with closing(sqlite3.connect(path)) as part, part:
            add_functions(part)
            from db.migrations import migrate  # noqa: PLC0415 - half a second that other exports do without

            migrate(part)
            part.execute("INSERT INTO _search_rules(rules) VALUES (?)", (rules(),))
            part.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            part.execute(f"PRAGMA user_version = {SCHEMA}")
            part.execute("DELETE FROM _sqlite_migrations")  # it says when: now, which is not what happened
        add_functions(archive)  # the part's triggers index what is copied, if its index is not
        archive.execute("ATTACH ? AS part", (f"{path.absolute().as_uri()}?mode=rw",))
        for statement in PAGES.split(";\n"):
            archive.execute(statement)
        with indexed(archive):
            for table, condition in COPIED.items():
                _copy(archive, table, condition)
        number = int(archive.execute("SELECT count(*) FROM part.articles").fetchone()[0])
        archive.commit()
        archive.execute("DETACH part")
    except sqlite3.OperationalError as error:
        raise _failure(path, error) from error
    return number


def _copy(archive: Connection, table: str, condition: str) -> None:
    names = [row["name"] for row in archive.execute(f"PRAGMA part.table_info({table})")]
    values = [CHANGED.get((table, name), f'"{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    order = "article_id, author_id" if table == "article_authors" else ", ".join(("1", "2")[: len(names)])
    archive.execute(
        f"INSERT INTO part.{table}({columns}) SELECT {', '.join(values)} FROM main.{table} "  # noqa: S608
        f"WHERE {condition} ORDER BY {order}"
    )


def _failure(path: Path, error: sqlite3.OperationalError) -> Exception:
    """Return the error to raise for one of SQLite: the system's, if the new file is what failed."""
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and has_no_room(path)):
        return OSError(ENOSPC, str(error))
    if kind in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return OSError(EIO, str(error))
    return error
