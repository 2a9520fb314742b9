"""The search index of a part of an archive, copied where every row that it is of goes along.

To make it anew takes most of an export's time: the forms of all words, and FTS5's merging of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection

from db.export.selection import CHOSEN
from db.searching.forms import rules
from db.searching.index import GATHERED, GATHERED_ELSE
from db.searching.index_sample import index_fault
from db.sqlite import sqlite3

# The rows that stay behind, of those that each index is of.
LEFT_BEHIND = {
    "articles_fts": f"SELECT 1 FROM main.articles WHERE id NOT IN (SELECT id FROM {CHOSEN})",  # noqa: S608
    "headlines_fts": "SELECT 1 FROM main.related_links WHERE page_id NOT IN (SELECT id FROM temp.story_pages)",
}
# The tables in which FTS5 keeps an index (https://sqlite.org/fts5.html#fts5_data_structures).
SHADOWS = ("data", "idx", "docsize", "config")


@contextmanager
def indexed(archive: Connection) -> Iterator[None]:
    """Bring the index of part, which is attached to archive, in order, while its tables are filled inside.

    temp.story_pages has the pages of the stories that go along.
    """
    whole = _whole(archive)
    triggers = [_trigger(archive, table) for table in whole]
    for table in LEFT_BEHIND:
        _gather(archive, table, GATHERED)
        if table in whole:
            archive.execute(f"DROP TRIGGER part.{table}_insert")
    yield
    for table in LEFT_BEHIND:
        if table in whole:
            _copy(archive, table)
        else:
            _gather(archive, table, GATHERED_ELSE)
    for sql in triggers:
        archive.execute(sql.replace("TRIGGER ", "TRIGGER part.", 1))


def _whole(archive: Connection) -> list[str]:
    """Return the indexes of archive of which every row goes along, and that can be copied as they are."""
    whole = [
        table
        for table, sql in LEFT_BEHIND.items()
        if not archive.execute(f"SELECT EXISTS ({sql})").fetchone()[0] and _is_open(archive, table)
    ]
    return whole if whole and _fits(archive) else []


def _fits(archive: Connection) -> bool:
    made_by = archive.execute("SELECT rules FROM main._search_rules").fetchone()
    try:
        return made_by is not None and made_by["rules"] == rules() and index_fault(archive) is None
    except sqlite3.DatabaseError:  # damaged: the part gets one of its own
        return False


def _is_open(archive: Connection, table: str) -> bool:
    """Return whether this SQLite lets the tables be written to that FTS5 keeps an index in."""
    try:
        archive.execute(f"DELETE FROM part.{table}_data WHERE FALSE")  # noqa: S608 - only text of this program
    except sqlite3.OperationalError:
        return False
    return True


def _trigger(archive: Connection, table: str) -> str:
    sql = "SELECT sql FROM part.sqlite_master WHERE name = ?"
    return str(archive.execute(sql, (f"{table}_insert",)).fetchone()[0])


def _gather(archive: Connection, table: str, size: int) -> None:
    """Have the index of part gather so many bytes in memory before it writes them."""
    archive.execute(f"INSERT INTO part.{table}({table}, rank) VALUES ('hashsize', ?)", (size,))  # noqa: S608


def _copy(archive: Connection, table: str) -> None:
    for shadow in SHADOWS:
        archive.execute(f"DELETE FROM part.{table}_{shadow}")  # noqa: S608 - only text of this program
        archive.execute(f"INSERT INTO part.{table}_{shadow} SELECT * FROM main.{table}_{shadow}")  # noqa: S608
