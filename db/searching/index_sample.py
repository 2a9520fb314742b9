"""Whether the search index fits the rows that it is of, by a sample of them: to compare all takes minutes."""

import json
from collections.abc import Iterator
from contextlib import closing
from sqlite3 import Connection, Row

from archiver.wording import counted
from db.searching.index import ARTICLE_VALUES, LINK_VALUES, add_functions
from db.sqlite import sqlite3

# Rows whose words are looked up, spread over the table, and how many of the longest words of each.
SAMPLE, SAMPLE_WORDS = 200, 20
INDEXED = {"articles_fts": ("articles", ARTICLE_VALUES), "headlines_fts": ("related_links", LINK_VALUES)}
TOKENIZER = "unicode61 remove_diacritics 2"
MATCH = "SELECT EXISTS (SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?)"
SIZES = "SELECT sz FROM {table}_docsize WHERE id = ?"
"""How many words each column of a row has in the index."""


def index_fault(archive: Connection) -> str | None:
    """Return what of an index does not fit the rows that it is of, None if nothing was found.

    Every row is looked for, some of their words too; index.compare_index compares all. archive may be read-only; its
    transaction is open, so that rows and index are of one state.
    """
    add_functions(archive)
    return next((fault for table in INDEXED for fault in _faults(archive, table)), None)


def _faults(archive: Connection, table: str) -> Iterator[str]:
    rows, values = INDEXED[table]
    number, lacking, entries = archive.execute(
        f"""SELECT count(*), count(*) - count(entries.id), (SELECT count(*) FROM {table}_docsize)
            FROM {rows} LEFT JOIN {table}_docsize AS entries ON entries.id = {rows}.id"""  # noqa: S608 - only text of this program
    ).fetchone()
    if lacking:
        yield f"it lacks {counted(lacking, 'row')} of {rows}"
    if gone := entries - (number - lacking):
        yield f"it has {counted(gone, 'row')} that {rows} lacks"
    sample = archive.execute(
        f"""SELECT {values} FROM {rows} WHERE id IN (
            SELECT (SELECT id FROM {rows} WHERE id >= (SELECT max(id) FROM {rows}) * value / {SAMPLE}
                    ORDER BY id LIMIT 1) FROM json_each(?))""",  # noqa: S608 - as above
        (json.dumps(list(range(SAMPLE + 1))),),
    )
    for id_ in _misfits(archive, table, sample):
        yield f"the words of row {id_} of {rows} are not those that it has"


def _misfits(archive: Connection, table: str, sample: Iterator[Row]) -> Iterator[int]:
    """Yield the ids of rows that stand otherwise in the index than in one made of them alone."""
    names = [row["name"] for row in archive.execute(f"PRAGMA table_info({table})")]
    with closing(sqlite3.connect(":memory:")) as alone:
        alone.execute(f"CREATE VIRTUAL TABLE {table} USING fts5({', '.join(names)}, tokenize='{TOKENIZER}')")
        alone.execute(f"CREATE VIRTUAL TABLE words USING fts5vocab({table}, row)")
        insert = f"INSERT INTO {table}(rowid, {', '.join(names)}) VALUES (?{', ?' * len(names)})"  # noqa: S608
        for row in sample:
            alone.execute(f"DELETE FROM {table}")  # noqa: S608 - only text of this program
            alone.execute(insert, tuple(row))
            longest = "SELECT term FROM words ORDER BY length(term) DESC, term LIMIT ?"
            words = " ".join(f'"{term}"' for (term,) in alone.execute(longest, (SAMPLE_WORDS,)))
            questions = ((SIZES, (row[0],)), (MATCH, (words, row[0]))) if words else ((SIZES, (row[0],)),)
            for sql, values in questions:
                asked = sql.format(table=table)
                if (
                    tuple(archive.execute(asked, values).fetchone())
                    != alone.execute(asked, values).fetchone()
                ):
                    yield row[0]
                    break
